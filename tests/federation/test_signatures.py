"""Request signatures: every refusal beside the request it resembles that is accepted."""

from dataclasses import replace

import pytest

from federation.signatures import SignedRequest
from federation.signatures.signing_times import http_date, read_http_date
from tests.federation.hand_signed import (
    BODY,
    DATE,
    HOST,
    HOUR,
    MAIN_KEY,
    NOW,
    REQUESTS,
    accept,
    by_cavage,
    by_message,
    content_digest,
    digest,
    field,
    recorded,
    refusal,
    with_field,
)


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_of_other_servers_are_accepted(name: str) -> None:
    """S-2, S-8, S-9, S-11: the shapes other servers send, by their own order and spelling."""
    entry = REQUESTS[name]
    claim = accept(recorded(name), entry["key"])
    assert claim.key_uri == entry["key_uri"]
    assert claim.scheme == name.partition("_")[0]


@pytest.mark.parametrize("name", REQUESTS)
def test_the_other_key_is_refused(name: str) -> None:
    """S-8: the key decides the algorithm, so a key of the other kind never fits."""
    other = "ed25519" if REQUESTS[name]["key"] == "rsa" else "rsa"
    assert refusal(recorded(name), other) == "signature_invalid"


@pytest.mark.parametrize("name", [n for n in REQUESTS if REQUESTS[n]["method"] == "POST"])
def test_a_changed_body_is_refused(name: str) -> None:
    """S-5."""
    request = recorded(name)
    assert refusal(replace(request, body=request.body + b" ")) == "digest_mismatch"


@pytest.mark.parametrize("name", REQUESTS)
def test_another_method_or_path_is_refused(name: str) -> None:
    """S-7: a signature counts for one method and one path."""
    request, kind = recorded(name), REQUESTS[name]["key"]
    assert refusal(replace(request, method="PUT"), kind) == "signature_invalid"
    assert refusal(replace(request, path="/elsewhere"), kind) == "signature_invalid"


def test_an_unsigned_request_is_refused() -> None:
    """S-1."""
    assert refusal(with_field(by_cavage(), "signature", None)) == "signature_missing"


def test_signature_input_decides_for_rfc9421() -> None:
    """S-2: no way back to cavage once Signature-Input is there."""
    accept(by_cavage())
    assert refusal(with_field(by_cavage(), "signature-input", "sig1=()")) == "signature_malformed"


@pytest.mark.parametrize(
    ("names", "method"),
    [
        ("host date digest", "POST"),
        ("(request-target) date digest", "POST"),
        ("(request-target) host digest", "POST"),
        ("(request-target) host date", "POST"),
        (None, "POST"),
        ("host date", "GET"),
        ("(request-target) date", "GET"),
        ("(request-target) host", "GET"),
    ],
)
def test_cavage_must_cover_enough(names: str | None, method: str) -> None:
    """S-3."""
    accept(by_cavage())
    accept(by_cavage("(request-target) host date", method="GET"))
    assert refusal(by_cavage(names, method=method)) == "signature_incomplete"


@pytest.mark.parametrize(
    ("names", "method"),
    [
        ("@target-uri content-digest", "POST"),
        ("@method content-digest", "POST"),
        ("@method @target-uri", "POST"),
        ("@method @authority @path content-digest", "POST"),
        ("@method", "GET"),
    ],
)
def test_rfc9421_must_cover_enough(names: str, method: str) -> None:
    """S-4."""
    accept(by_message())
    accept(by_message("@method @authority @path @query content-digest"))
    accept(by_message("@method @target-uri", method="GET"))
    assert refusal(by_message(names, method=method)) == "signature_incomplete"


@pytest.mark.parametrize("parameters", [f"created={NOW // 1000}", f'keyid="{MAIN_KEY}"', ""])
def test_rfc9421_must_carry_created_and_keyid(parameters: str) -> None:
    """S-4."""
    assert refusal(by_message(parameters=parameters)) == "signature_incomplete"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (digest(BODY), None),
        (digest(BODY, "SHA-512"), None),
        (digest(BODY).replace("SHA", "sha"), None),
        (f"unixsum=42,{digest(BODY)}, {digest(BODY, 'SHA-512')}", None),
        (f"{digest(BODY)},{digest(b'other', 'SHA-512')}", "digest_mismatch"),
        (f"{digest(BODY)},{digest(b'other')}", "digest_mismatch"),
        ("MD5=4EMvmjgj8rFkPsVRTWjRXg==", "digest_missing"),
        ("SHA-256", "digest_mismatch"),
        ("SHA-256=A", "digest_mismatch"),
        (",".join(["MD5=AA"] * 9), "digest_mismatch"),
    ],
)
def test_digest_rules(value: str, code: str | None) -> None:
    """S-5."""
    request = by_cavage(fields={"digest": value})
    assert (refusal(request) if code else accept(request) and None) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (content_digest(BODY), None),
        (content_digest(BODY, "sha-512"), None),
        (content_digest(BODY).replace("sha", "SHA"), None),
        (f"md5=:AAAA:, {content_digest(BODY)};a=1, {content_digest(BODY, 'sha-512')}", None),
        (f"{content_digest(BODY)}, {content_digest(b'other', 'sha-512')}", "digest_mismatch"),
        ("md5=:AAAA:", "digest_missing"),
        ("sha-256=AAAA", "digest_mismatch"),
        ("sha-256=:A:", "digest_mismatch"),
        ("", "digest_mismatch"),
    ],
)
def test_content_digest_rules(value: str, code: str | None) -> None:
    """S-5."""
    request = by_message(fields={"content-digest": value})
    assert (refusal(request) if code else accept(request) and None) == code


def test_both_digests_signed_must_both_match() -> None:
    """S-5."""
    names = "@method @target-uri content-digest digest"
    accept(by_message(names, fields={"digest": digest(BODY)}))
    wrong = by_message(names, fields={"digest": digest(b"other")})
    assert refusal(wrong) == "digest_mismatch"
    names = "(request-target) host date digest content-digest"
    accept(by_cavage(names, fields={"content-digest": content_digest(BODY)}))
    wrong = by_cavage(names, fields={"content-digest": content_digest(b"other")})
    assert refusal(wrong) == "digest_mismatch"


def test_a_signed_digest_must_be_there() -> None:
    """S-5."""
    assert refusal(with_field(by_cavage(), "digest", None)) == "digest_missing"
    assert refusal(with_field(by_message(), "content-digest", None)) == "digest_missing"


@pytest.mark.parametrize("request_", [by_cavage(), by_message()], ids=["cavage", "rfc9421"])
def test_the_window(request_: SignedRequest) -> None:
    """S-6: 12 hours back, 1 hour ahead, both ends included."""
    accept(request_, now=NOW + 12 * HOUR)
    assert refusal(request_, now=NOW + 12 * HOUR + 1) == "signature_expired"
    accept(request_, now=NOW - HOUR)
    assert refusal(request_, now=NOW - HOUR - 1) == "signature_expired"


@pytest.mark.parametrize(
    "date", [DATE, "Saturday, 21-Nov-26 12:00:00 GMT", "Sat Nov 21 12:00:00 2026"]
)
def test_all_http_date_forms_are_read(date: str) -> None:
    """S-6."""
    request = by_cavage(fields={"date": date})
    accept(request, now=NOW + 12 * HOUR)
    assert refusal(request, now=NOW + 12 * HOUR + 1) == "signature_expired"


def test_two_digit_years_fall_in_the_last_fifty_years_or_the_next() -> None:
    """S-6; RFC 9110 section 5.6.7."""
    for short, full in (("26", "2026"), ("76", "2076"), ("77", "1977"), ("94", "1994")):
        day = read_http_date(f"Sunday, 21-Nov-{short} 12:00:00 GMT", now=NOW)
        assert day == read_http_date(f"Sun, 21 Nov {full} 12:00:00 GMT", now=NOW)
    assert http_date(NOW + 999) == DATE


@pytest.mark.parametrize(
    "date", ["", "yesterday", "2026-11-21T12:00:00Z", DATE.replace("21", "31"), DATE + "x"]
)
def test_an_unreadable_date_is_refused(date: str) -> None:
    """S-6."""
    assert refusal(by_cavage(fields={"date": date})) == "signature_malformed"


def test_a_repeated_date_must_be_the_same() -> None:
    """S-6."""
    request = by_cavage()
    accept(replace(request, headers=[*request.headers, ("date", DATE)]))
    other = ("date", DATE.replace("12:", "13:"))
    twice = replace(request, headers=[*request.headers, other])
    assert refusal(twice) == "signature_malformed"


CREATED_NAMES = "(request-target) host (created) (expires) digest"


def by_created(created: str, expires: str, algorithm: str = "hs2019") -> SignedRequest:
    return by_cavage(
        CREATED_NAMES,
        pseudo={"(created)": created, "(expires)": expires},
        parameters=f'created={created},expires="{expires}",algorithm="{algorithm}"',
    )


def test_created_and_expires_of_cavage() -> None:
    """S-6, S-9: integers, quoted or not; the draft allows fractions in expires."""
    then, later = str(NOW // 1000), str(NOW // 1000 + 60)
    accept(by_created(then, later))
    accept(by_created(then, later + ".5"), now=NOW + 60_400)
    assert refusal(by_created(then, later), now=NOW + 60_001) == "signature_expired"
    assert refusal(by_created(then, later), now=NOW - HOUR - 1) == "signature_expired"
    assert refusal(by_created("soon", later)) == "signature_malformed"
    assert refusal(by_created(then, "1e9")) == "signature_malformed"
    assert refusal(by_created(then, later, "rsa-sha256")) == "signature_malformed"


def test_created_must_be_given_to_be_signed() -> None:
    """S-6."""
    request = by_created(str(NOW // 1000), str(NOW // 1000))
    accept(request)
    signature = field(request, "signature").replace("created=", "other=")
    assert refusal(with_field(request, "signature", signature)) == "signature_malformed"


def test_expires_of_rfc9421() -> None:
    """S-6."""
    request = by_message(parameters=f'created={NOW // 1000};expires={NOW // 1000};keyid="k"')
    accept(request)
    assert refusal(request, now=NOW + 1) == "signature_expired"
    wrong = by_message(parameters=f'created="{NOW // 1000}";keyid="k"')
    assert refusal(wrong) == "signature_malformed"
    accept(by_message("@method @target-uri content-digest date"))
    dated = by_message("@method @target-uri content-digest date", fields={"date": "now"})
    assert refusal(dated) == "signature_malformed"


def test_the_host_must_be_ours() -> None:
    """S-7: case and the default port do not count, anything else does."""
    for same in (HOST.upper(), HOST + ":443"):
        accept(by_cavage(fields={"host": same}))
    for other in ("autre.example.net", HOST + ":8443", HOST + ":80", HOST + "."):
        assert refusal(by_cavage(fields={"host": other})) == "signature_invalid"
    accept(by_message())
    assert refusal(replace(by_message(), host="autre.example.net")) == "signature_invalid"
    elsewhere = with_field(replace(by_message(), host="autre.example.net"), "host", None)
    assert refusal(elsewhere) == "signature_invalid"
    assert refusal(with_field(by_message(), "host", "autre.example.net")) == "signature_invalid"
    assert refusal(with_field(by_cavage(), "host", None)) == "signature_malformed"
