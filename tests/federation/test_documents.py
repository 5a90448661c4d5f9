"""Bytes to a safe dict, and the accessors (J-1 to J-9, J-13, J-15, J-16, H-14)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import documents
from federation.documents import Malformed, cut, instant, read
from tests.federation.payloads import NOW

DEEP = b'{"a":' * 64 + b"1" + b"}" * 64
STRING = b'{"a":"' + b"x" * documents.MAX_STRING + b'"}'
ITEMS = b'{"a":[' + b",".join([b"1"] * 49_998) + b"]}"


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        (DEEP, b'{"a":' + DEEP + b"}", "json_too_deep"),
        (b'{"a":"' + b"[" * 90 + b'\\\\"}', b'{"a":"\\\\"' + b"[" * 90, "json_too_deep"),
        (b'{"a":"\\"' + b"[" * 90 + b'"}', b"[" * 40_000, "json_too_deep"),
        (ITEMS, ITEMS[:-2] + b",1]}", "json_too_many_items"),
        (b'{"a":[[],[]]}', b'{"a":[' + b"[]," * 60_000 + b"[]]}", "json_too_many_items"),
        (STRING, STRING[:-2] + b'x"}', "invalid_text"),
        (b'{"' + b"k" * 1024 + b'":1}', b'{"' + b"k" * 1025 + b'":1}', "invalid_text"),
        (b'{"a":9007199254740992}', b'{"a":9007199254740993}', "malformed_json"),
        (b'{"a":-9007199254740992}', b'{"a":-9007199254740993}', "malformed_json"),
        (b'{"a":0.5}', b'{"a":0.' + b"5" * 31 + b"}", "malformed_json"),
        (b'{"a":1e300}', b'{"a":1e999}', "malformed_json"),
        (b'{"a":"NaN"}', b'{"a":NaN}', "malformed_json"),
        (b'{"a":"Infinity"}', b'{"a":-Infinity}', "malformed_json"),
        (b'{"a":1}', b'{"a":' + b"9" * 5000 + b"}", "malformed_json"),
        (b'{"a":"\\ud83c\\udf31"}', b'{"a":"\\ud83c"}', "invalid_text"),
        (b'{"\\u00e9":1}', b'{"\\udc00":1}', "invalid_text"),
        (b'{"a":"\\u0001"}', b'{"a":"\\u0000"}', "invalid_text"),
        (b'{"a":{"b":1},"b":1}', b'{"a":{"b":1,"b":1}}', "malformed_json"),
        (b"\xef\xbb\xbf{}", b"\xef\xbb\xbf\xef\xbb\xbf{}", "malformed_json"),
        ('{"a":"é"}'.encode(), '{"a":"é"}'.encode("latin-1"), "invalid_text"),
        (b"{}", "{}".encode("utf-16"), "invalid_text"),
        (b"{}", b"[{}]", "malformed_json"),
        (b"{}", b"null", "malformed_json"),
        (b"{}", b"", "malformed_json"),
        (b'{"a":[]}', b'{"a":[}', "malformed_json"),
    ],
)
def test_each_limit_has_two_sides(good: bytes, bad: bytes, code: str) -> None:
    """H-14, J-1 to J-6."""
    assert isinstance(read(good), dict)
    with pytest.raises(Malformed) as refusal:
        read(bad)
    assert refusal.value.code == code
    assert len(refusal.value.detail) <= 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_what_is_read_can_be_stored(value: Any) -> None:
    """J-1 to J-6: refused, or the same value, without anything a database column refuses."""
    try:
        found = read(json.dumps(value).encode())
    except Malformed:
        return
    assert found == value
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    assert "\\u0000" not in json.dumps(found)


@given(st.binary(max_size=300) | st.text(alphabet='{}[]",:\\u0d8e1 ', max_size=300).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_bytes_surprise_the_reader(body: bytes) -> None:
    """J-1, H-9: a dict or Malformed, nothing else."""
    try:
        found: object = read(body)
    except Malformed as refusal:
        found = refusal.code
    assert isinstance(found, dict) or found in {
        "malformed_json",
        "json_too_deep",
        "invalid_text",
    }


def test_many_keeps_what_is_usable() -> None:
    """J-9."""
    assert documents.many({}, "to") == []
    assert documents.many({"to": None}, "to") == []
    assert documents.many({"to": "a"}, "to") == ["a"]
    sent = ["a", None, 2, ["b"], {"id": "a"}, {"id": "a", "x": 1}, "a", True]
    assert documents.many({"to": sent}, "to") == ["a", {"id": "a"}]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("u", "u"),
        ({"id": "u", "href": "v"}, "u"),
        ({"id": 2, "href": "v"}, "v"),
        (["u"], "u"),
        ([{"id": "u"}], "u"),
        (["u", "v"], None),
        ([["u"]], None),
        ({"id": None}, None),
        (2, None),
        (None, None),
    ],
)
def test_a_reference_has_few_shapes(value: object, found: str | None) -> None:
    """J-8."""
    assert documents.ref({"object": value}, "object") == found


def test_text_comes_plain_or_from_its_map_and_without_controls() -> None:
    """J-15, J-16, C-12."""
    assert documents.text({"name": "a\x07b\nc"}, "name") == "ab\nc"
    assert documents.text({"nameMap": {"fr": 2, "en": "hello"}}, "name") == "hello"
    assert documents.text({"name": "plain", "nameMap": {"en": "x"}}, "name") == "plain"
    assert documents.text({"name": ""}, "name") == ""
    assert documents.text({"name": 5}, "name") is None


def test_cutting_keeps_letters_whole() -> None:
    """J-16: an accent, a skin tone and a joined emoji stay with their letter or go with it."""
    assert cut("abcd", 3) == "abc"
    assert cut("abcd", 4) == "abcd"
    assert cut("abe\u0301d", 3) == "ab"
    assert cut("a👩\u200d🌾", 2) == "a"
    assert cut("a👩\u200d🌾", 3) == "a"
    assert cut("a👍🏽", 2) == "a"


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T22:36:05.899565882Z", 1_795_300_565_899),
        ("2026-11-21t23:36:05+01:00", 1_795_300_565_000),
        ("2026-11-21T20:36:05-02:00", 1_795_300_565_000),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ("1969-12-31T23:59:59Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-21T24:00:00Z", None),
        ("2026-11-21T22:00:61Z", None),
        ("2026-11-21T22:00:00.1234567890Z", None),
        ("2026-11-21T22:00:00+99:00", None),
        ("2026-11-21", None),
        ("٢٠٢٦-11-21T22:00:00Z", None),
        (1795300565, None),
    ],
)
def test_times(text: object, millis: int | None) -> None:
    """J-13, F-28."""
    assert instant(text) == millis


def test_an_unusable_time_is_the_time_of_receipt() -> None:
    """J-13."""
    ahead = {"t": "2026-11-22T20:00:00Z"}
    assert documents.time(ahead, "t", now=NOW) == 1_795_377_600_000
    assert documents.time({"t": "2026-11-24T20:00:00Z"}, "t", now=NOW) == NOW
    assert documents.time({"t": "yesterday"}, "t", now=NOW) == NOW
    assert documents.time({"t": None}, "t", now=NOW) is None
    assert documents.moment({"t": "2027-11-24T20:00:00Z"}, "t") == 1_827_086_400_000
    assert documents.moment({"t": "soon"}, "t") is None


def test_numbers_and_truth_are_not_guessed() -> None:
    """J-4, J-7."""
    assert documents.int_({"n": 3}, "n") == 3
    assert documents.int_({"n": 3.0}, "n") == 3
    assert [documents.int_({"n": odd}, "n") for odd in (1.5, True, "3", 1e300)] == [None] * 4
    assert documents.bool_({"b": False}, "b") is False
    assert [documents.bool_({"b": odd}, "b") for odd in (0, 1, "true", None)] == [None] * 4


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("fr", "fr"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ({"identifier": "en", "name": "English"}, "en"),
        ("not a tag", "und"),
        ("en-" + "abcdefgh-" * 4 + "x", "und"),
        ("", None),
        (7, None),
    ],
)
def test_language_tags(tag: object, found: str | None) -> None:
    """J-15."""
    assert documents.language(tag) == found
