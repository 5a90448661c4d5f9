"""Answers decoded under a cap, content types, Retry-After. O-8, O-9, F-12."""

from __future__ import annotations

import gzip
import zlib

import pytest

from federation.fetching import AS2_TYPES
from federation.fetching.answers import Inflater, allowed_type, parse_retry_after
from federation.fetching.dialing import FetchFailed

_NOW = 1_800_000_000_000  # Fri, 15 Jan 2027 08:00:00 GMT
_DAY = 86_400_000


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("Fri, 15 Jan 2027 08:01:40 GMT", 100_000),
        ("Friday, 15-Jan-27 08:01:40 GMT", 100_000),
        ("Fri Jan 15 08:01:40 2027", 100_000),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("Fri, 15 Jan 3000 08:00:00 GMT", _DAY),
        ("86401", _DAY),
        ("9" * 5000, _DAY),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 99 Jan 2027 08:00:00 GMT", None),
        ("Fri, 15 Jan 99999 08:00:00 GMT", None),
        ("٣", None),
        ("\x00" * 100, None),
    ],
)
def test_retry_after(text: str | None, wait: int | None) -> None:
    """F-12: seconds, the three date forms, garbage, the year 3000; never more than a day."""
    assert parse_retry_after(text, _NOW) == wait


@pytest.mark.parametrize(
    "value",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8;PROFILE="https://www.w3.org/ns/activitystreams"',
        'application/ld+json; profile="https://a.example https://www.w3.org/ns/activitystreams"',
    ],
)
def test_types_of_documents(value: str) -> None:
    """O-9."""
    assert allowed_type(value, AS2_TYPES)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "application/json",
        "application/ld+json",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams/other"',
        "text/html",
        "text/plain; profile=application/activity+json",
        "application/activity+json, text/html",
        "application/activity+json; charset=utf-8, text/html",
        "application/activity+jsonx",
        "nonsense",
        "application/ld+json; profile*=x''%ff",
    ],
)
def test_types_that_are_no_documents(value: str) -> None:
    """O-9, GHSA-jhrq-qvrm-qr36: an uploaded file must not pass for an actor."""
    assert not allowed_type(value, AS2_TYPES)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", b"hello" * 100),
        ("identity", b"hello" * 100),
        ("gzip", gzip.compress(b"hello" * 100, mtime=0)),
        ("X-Gzip", gzip.compress(b"hello" * 100, mtime=0)),
        ("deflate", zlib.compress(b"hello" * 100)),
    ],
)
def test_bodies_are_inflated_as_they_come(encoding: str, body: bytes) -> None:
    """O-8: one byte at a time gives the same as all at once; exactly the limit passes."""
    inflater = Inflater(encoding, 500)
    for index in range(len(body)):
        inflater.feed(body[index : index + 1])
    assert inflater.end() == b"hello" * 100


@pytest.mark.parametrize(
    ("encoding", "body", "code"),
    [
        ("", b"x" * 501, "body_too_large"),
        ("gzip", gzip.compress(b"\0" * 100_000, mtime=0), "body_too_large"),
        ("gzip", gzip.compress(b"x" * 501, mtime=0), "body_too_large"),
        ("deflate", b"\x78\x9c" + b"\0\0\0\xff\xff" * 200, "body_too_large"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-9], "garbled"),
        ("gzip", b"not gzip at all", "garbled"),
        ("br", b"whatever", "garbled"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0), "garbled"),
    ],
)
def test_bodies_past_the_cap_or_broken(encoding: str, body: bytes, code: str) -> None:
    """O-8: a bomb, a stream of empty blocks, a stream that breaks off."""

    def inflate() -> bytes:
        inflater = Inflater(encoding, 500)
        inflater.feed(body)
        return inflater.end()

    with pytest.raises(FetchFailed) as failed:
        inflate()
    assert failed.value.code == code
