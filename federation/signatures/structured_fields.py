"""Structured fields (RFC 9651), the strict part that signatures need, in one linear pass.

Two shapes: a dictionary of inner lists (`Signature-Input`) and a dictionary of byte sequences
(`Signature`, `Content-Digest`). Stricter than the RFC where it says "last one wins": the same
label or parameter twice is refused, since two readers could then disagree on what was signed.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_ANY_CASE_KEY = re.compile(r"[A-Za-z*][A-Za-z0-9_\-.*]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})(?![0-9.])")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*")
_BOOLEAN = re.compile(r"\?[01]")
_SPACES = re.compile(r" *")
_BLANKS = re.compile(r"[ \t]*")

MOST_MEMBERS = 8
MOST_ITEMS = 64
MOST_PARAMETERS = 16


class NotStructured(ValueError):
    """The text is not a structured field of the expected shape."""


class Token(str):
    """A bare word, to be told from a quoted string."""

    __slots__ = ()


BareItem = str | int | bool | bytes | Token


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerList:
    """The components named in a signature input, its parameters, and its one canonical text."""

    items: tuple[str, ...]
    parameters: dict[str, BareItem]
    canonical: str


class _Reader:
    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip(" ")
        self.position = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def need(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = self.take(pattern)
        if match is None:
            raise NotStructured(f"expected {what}")
        return match

    def accept(self, letter: str) -> bool:
        found = self.text.startswith(letter, self.position)
        self.position += found
        return found

    def expect(self, letter: str) -> None:
        if not self.accept(letter):
            raise NotStructured(f"expected {letter}")

    def next_member(self) -> bool:
        """Step over a comma to the next member; False at the end of the text."""
        self.take(_BLANKS)
        if self.position == len(self.text):
            return False
        self.expect(",")
        self.take(_BLANKS)
        return True


def read_inner_lists(text: str) -> dict[str, InnerList]:
    """A dictionary of inner lists of strings, as in `Signature-Input`; NotStructured otherwise."""
    reader, members = _Reader(text), dict[str, InnerList]()
    while True:
        label = _new_key(reader, _KEY, members, MOST_MEMBERS)
        reader.expect("=")
        members[label] = _inner_list(reader)
        if not reader.next_member():
            return members


def read_byte_sequences(text: str, *, any_case: bool = False) -> dict[str, bytes]:
    """A dictionary of byte sequences, as in `Signature`; parameters are read and left aside."""
    reader, members = _Reader(text), dict[str, bytes]()
    while True:
        label = _new_key(reader, _ANY_CASE_KEY if any_case else _KEY, members, MOST_MEMBERS)
        reader.expect("=")
        members[label] = _byte_sequence(reader)
        _parameters(reader)
        if not reader.next_member():
            return members


def quoted(text: str) -> str:
    """A text as a structured string; ValueError outside printable ASCII (RFC 9651, 4.1.6)."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("structured strings are printable ASCII")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _new_key(
    reader: _Reader, pattern: re.Pattern[str], seen: Mapping[str, object], most: int
) -> str:
    key = reader.need(pattern, "a key")[0]
    if key in seen:
        raise NotStructured("the same key twice")
    if len(seen) >= most:
        raise NotStructured("too many members")
    return key


def _inner_list(reader: _Reader) -> InnerList:
    reader.expect("(")
    items: list[str] = []
    raw: list[str] = []
    reader.take(_SPACES)
    while not reader.accept(")"):
        if raw and reader.text[reader.position - 1] != " ":
            raise NotStructured("expected a space between items")
        match = reader.need(_STRING, "a string")
        if reader.accept(";"):
            raise NotStructured("component parameters are not supported")
        raw.append(match[0])
        items.append(_unescaped(match[1]))
        if len(items) > MOST_ITEMS:
            raise NotStructured("too many items")
        reader.take(_SPACES)
    parameters, tail = _parameters(reader)
    canonical = f"({' '.join(raw)}){tail}"
    return InnerList(items=tuple(items), parameters=parameters, canonical=canonical)


def _parameters(reader: _Reader) -> tuple[dict[str, BareItem], str]:
    parameters: dict[str, BareItem] = {}
    canonical: list[str] = []
    while reader.accept(";"):
        reader.take(_SPACES)
        name = _new_key(reader, _KEY, parameters, MOST_PARAMETERS)
        start = reader.position
        parameters[name] = _bare_item(reader) if reader.accept("=") else True
        # True is written by the name alone; every other value accepted here has one spelling.
        tail = "" if parameters[name] is True else reader.text[start : reader.position]
        canonical.append(f";{name}{tail}")
    return parameters, "".join(canonical)


def _bare_item(reader: _Reader) -> BareItem:
    if match := reader.take(_STRING):
        return _unescaped(match[1])
    if match := reader.take(_INTEGER):
        return int(match[0])
    if match := reader.take(_TOKEN):
        return Token(match[0])
    if match := reader.take(_BOOLEAN):
        return match[0] == "?1"
    return _byte_sequence(reader)


def _byte_sequence(reader: _Reader) -> bytes:
    text = reader.need(_BYTES, "a byte sequence")[1]
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise NotStructured("not base64") from error
    if b64encode(raw).decode("ascii") != text:
        raise NotStructured("base64 with more than one spelling")
    return raw


def _unescaped(text: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", text) if "\\" in text else text
