"""Bytes from a stranger become a dict that is safe to look at, and the only ways to look at it.

Python's parser alone is not enough: it recurses on deep input, keeps the last of two equal keys,
takes NaN and lone surrogates, and numbers no database column holds. Everything is refused here, in
one place, so that both databases and every later reader see the same document (RFC 8259, RFC 7493).
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any, NoReturn

MAX_DEPTH = 64
MAX_ITEMS = 50_000
MAX_STRING = 512 * 1024  # bytes of UTF-8
MAX_KEY = 1024  # characters
MAX_NUMBER = 32  # characters
MAX_INTEGER = 2**53
MAX_ECHO = 200
DAY = 86_400_000

_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))"
)
_EPOCH = datetime(1970, 1, 1)
_CONTAINERS = (dict, list)
_USABLE = (str, dict)


class Malformed(Exception):
    """A document we cannot use. `code` is stable; `detail` names the property and the rule."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def echo(value: object) -> str:
    """A short, printable piece of a stranger's input, for a refusal's text (at most 200)."""
    shown = ascii(value[:MAX_ECHO] if isinstance(value, str) else type(value).__name__)
    return shown[:MAX_ECHO]


# --- reading -------------------------------------------------------------------------------------


def read(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, refused with Malformed when it breaks a limit of this module."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("invalid_text", f"body: not UTF-8 at byte {error.start}") from None
    _check_structure(body)
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed("malformed_json", f"body: {error.msg} at {error.pos}") from None
    if not isinstance(document, dict):
        raise Malformed("malformed_json", "body: the top level must be one object")
    escapes = _SUSPECT.search(body) is not None
    _check_values(document, escapes=escapes, strings=escapes or len(body) > MAX_STRING)
    return document


def _check_structure(body: bytes) -> None:
    """Depth, before any recursive parser sees it. Strings are cut out by their quotes."""
    opened = body.count(b"[") + body.count(b"{")
    if opened <= MAX_DEPTH:
        return
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b"".join(plain.split(b'"')[::2]).translate(None, _NOT_STRUCTURE)
    if outside.count(b"[") + outside.count(b"{") > MAX_ITEMS:
        raise Malformed("json_too_many_items", f"body: more than {MAX_ITEMS} values")
    depth = 0
    for byte in outside:
        depth += 1 if byte in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed("json_too_deep", f"body: nested deeper than {MAX_DEPTH}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("malformed_json", "body: the same key twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER or abs(int(digits)) > MAX_INTEGER:
        raise Malformed("malformed_json", f"body: integer out of range: {echo(digits[:40])}")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= MAX_NUMBER else float("inf")
    if abs(number) == float("inf"):
        raise Malformed("malformed_json", f"body: number out of range: {echo(digits[:40])}")
    return number


def _constant(name: str) -> NoReturn:
    raise Malformed("malformed_json", f"body: {name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _check_values(document: dict[str, Any], *, escapes: bool, strings: bool) -> None:
    """One iterative walk. A NUL or a surrogate can only come from an escape, a string that is too
    long only from a body that is longer: `strings` are looked at then only."""
    items = 1
    pending: list[Any] = [document]
    for value in pending:  # it grows while it is walked
        items += len(value)
        if items > MAX_ITEMS:
            raise Malformed("json_too_many_items", f"body: more than {MAX_ITEMS} values")
        if isinstance(value, dict):
            _check_keys(value, escapes=escapes)
            value = value.values()
        for entry in value:
            if isinstance(entry, _CONTAINERS):
                pending.append(entry)
            elif strings and isinstance(entry, str):
                _check_string(entry)


def _check_string(value: str) -> None:
    if _UNSTORABLE.search(value):
        raise Malformed("invalid_text", "body: a string has U+0000 or a lone surrogate")
    if len(value.encode()) > MAX_STRING:
        raise Malformed("invalid_text", f"body: a string is longer than {MAX_STRING} bytes")


def _check_keys(value: dict[str, Any], *, escapes: bool) -> None:
    for key in value:
        if len(key) > MAX_KEY:
            raise Malformed("invalid_text", f"body: a key is longer than {MAX_KEY} characters")
        if escapes:
            _check_string(key)


# --- looking: every property of a stranger's document goes through one of these ------------------


def many(document: dict[str, Any], name: str) -> list[str | dict[str, Any]]:
    """The usable entries: strings and objects. Null, numbers and nested lists are dropped.

    The same string twice counts once, so does the same object by id; an object beside its bare id
    stays, for it says more.
    """
    value = document.get(name)
    if not isinstance(value, list):
        return [value] if isinstance(value, _USABLE) else []
    seen: set[tuple[type, str]] = set()
    kept: list[str | dict[str, Any]] = []
    for entry in value:
        if not isinstance(entry, _USABLE):
            continue
        label = entry if isinstance(entry, str) else entry.get("id")
        if isinstance(label, str):
            if (type(entry), label) in seen:
                continue
            seen.add((type(entry), label))
        kept.append(entry)
    return kept


def one(document: dict[str, Any], name: str) -> Any:
    """The value, or the only entry of a list of one; None when absent, null or several."""
    value = document.get(name)
    if isinstance(value, list):
        return value[0] if len(value) == 1 and not isinstance(value[0], list) else None
    return value


def part(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The embedded object, or an empty one."""
    value = one(document, name)
    return value if isinstance(value, dict) else {}


def ref_of(value: object) -> str | None:
    """The id a string or an object (by `id`, else `href`) stands for; not yet checked."""
    if isinstance(value, dict):
        found = value.get("id")
        value = found if isinstance(found, str) else value.get("href")
    return value if isinstance(value, str) else None


def ref(document: dict[str, Any], name: str) -> str | None:
    return ref_of(one(document, name))


def text(document: dict[str, Any], name: str, limit: int | None = None) -> str | None:
    """The string, or the first one of its language map; control characters go, the end is cut.

    None means absent, "" that it was sent empty: Lemmy tells a removal without a reason by that.
    """
    value = one(document, name)
    if not isinstance(value, str):
        texts = part(document, f"{name}Map").values()
        value = next((entry for entry in texts if isinstance(entry, str)), None)
        if value is None:
            return None
    return cut(_CONTROLS.sub("", value), limit)


def cut(value: str, limit: int | None) -> str:
    """At most `limit` characters, not parting a letter from its accents or an emoji's parts."""
    if limit is None or len(value) <= limit:
        return value
    end = limit
    while end > max(0, limit - 32) and (_joins(value[end]) or value[end - 1] == "\u200d"):
        end -= 1
    return value[:end]


def _joins(letter: str) -> bool:
    return (
        unicodedata.category(letter).startswith("M")
        or letter == "\u200d"
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
    )


def int_(document: dict[str, Any], name: str) -> int | None:
    """A whole number within ±2^53; 2.0 counts, true and "2" do not."""
    value = one(document, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) <= MAX_INTEGER and value == int(value) else None


def bool_(document: dict[str, Any], name: str) -> bool | None:
    value = one(document, name)
    return value if isinstance(value, bool) else None


def time(document: dict[str, Any], name: str, *, now: int) -> int | None:
    """When something happened, in ms. Absent: None. Unusable or over a day ahead: `now`."""
    value = one(document, name)
    if value is None or value == "":
        return None
    found = instant(value)
    return now if found is None or found > now + DAY else found


def moment(document: dict[str, Any], name: str) -> int | None:
    """A date somebody plans (an event, a poll's end), in ms: may lie ahead, None if unusable."""
    return instant(one(document, name))


def instant(value: object) -> int | None:
    """RFC 3339 with any offset and up to nine digits of fraction, 1970 to 9999, in ms."""
    match = _TIME.fullmatch(value) if isinstance(value, str) and len(value) <= 64 else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    away = int(match[9] or 0) * 60 + int(match[10] or 0)
    if away >= 24 * 60:
        return None
    offset = timedelta(minutes=-away if match[8] == "-" else away)
    try:
        # A leap second counts as the one before it.
        moment_ = datetime(
            year, month, day, hour, minute, min(second, 59) if second == 60 else second
        )
        since = moment_ - offset - _EPOCH
    except (ValueError, OverflowError):
        return None
    millis = since // timedelta(milliseconds=1) + int((match[7] or "0").ljust(9, "0")) // 1_000_000
    return millis if millis >= 0 else None


def language(value: object) -> str | None:
    """A language tag of BCP 47 shape, `und` when it has another, None when there is none."""
    if isinstance(value, dict):
        value = value.get("identifier")
    if not isinstance(value, str) or not value:
        return None
    shape = re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", value)
    return value if shape and len(value) <= 35 else "und"


def has_key(document: dict[str, Any], names: frozenset[str]) -> bool:
    """Whether any of the names is a key anywhere in the document."""
    pending: list[Any] = [document]
    for value in pending:  # it grows while it is walked
        if isinstance(value, dict):
            if not names.isdisjoint(value):
                return True
            value = value.values()
        pending += [entry for entry in value if isinstance(entry, _CONTAINERS)]
    return False
