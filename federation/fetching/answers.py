"""What comes back from another server: decoded under a cap, its type and its dates understood."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.message import Message
from email.utils import parsedate_to_datetime

from federation.fetching.dialing import FetchFailed

_DAY = 24 * 3600 * 1000  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer: header names in lower case, the body decoded, the URL that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Inflater:
    """Collects a body under a cap, inflating gzip and deflate as it comes.

    Both what arrives and what comes out are counted: a bomb is small outside, and a stream of empty
    blocks is small inside.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._arrived = 0
        self._body = bytearray()
        self._stream = _stream_for(encoding.strip().lower())

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; FetchFailed `body_too_large` or `garbled`."""
        self._arrived += len(chunk)
        if self._arrived > self._limit:
            raise self._too_large()
        if self._stream is None:
            self._body += chunk
            return
        try:
            self._body += self._stream.decompress(chunk, self._limit - len(self._body) + 1)
        except zlib.error as error:
            raise FetchFailed("garbled", temporary=True, detail=str(error)) from None
        if len(self._body) > self._limit:
            raise self._too_large()

    def end(self) -> bytes:
        """The whole body; FetchFailed `garbled` when the compressed stream broke off."""
        if self._stream is not None and self._arrived and not self._stream.eof:
            raise FetchFailed("garbled", temporary=True, detail="the compressed body breaks off")
        return bytes(self._body)

    def _too_large(self) -> FetchFailed:
        detail = f"the answer is longer than {self._limit} bytes"
        return FetchFailed("body_too_large", temporary=False, detail=detail)


def _stream_for(encoding: str) -> zlib._Decompress | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(wbits=47)  # either header, gzip's or zlib's
    detail = f"the encoding {encoding[:40]!r} was not asked for"
    raise FetchFailed("garbled", temporary=True, detail=detail)


def allowed_type(value: str, allowed: Iterable[str]) -> bool:
    """Does a Content-Type fit one of the allowed ones? Parameters in any order, any case.

    An allowed type with a profile needs that profile among the given ones (RFC 6906); without, any
    parameters do. Two Content-Type headers in one answer fit nothing.
    """
    if "," in value:
        return False
    kind, profiles = _kind_and_profiles(value)
    for entry in allowed:
        wanted, needed = _kind_and_profiles(entry)
        if kind == wanted and needed <= profiles:
            return True
    return False


def _kind_and_profiles(value: str) -> tuple[str, frozenset[str]]:
    message = Message()
    message["content-type"] = value.replace("\r", " ").replace("\n", " ")
    profile = message.get_param("profile", "")
    profiles = profile.split() if isinstance(profile, str) else []
    return message.get_content_type(), frozenset(profiles)


def parse_retry_after(text: str | None, now: int) -> int | None:
    """Milliseconds to wait, at most one day, from seconds or an HTTP date (RFC 9110 §10.2.3).

    `now` is in milliseconds since the epoch. None for no header and for garbage; a date in the past
    is 0.
    """
    value = (text or "").strip()
    if value.isascii() and value.isdigit():
        return _DAY if len(value) > 6 else min(int(value) * 1000, _DAY)
    try:
        moment = parsedate_to_datetime(value[:64])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        until = int(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(until - now, 0), _DAY)
