"""Spellings of signatures that are accepted, and those near them that are not."""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import replace

import pytest

from tests.federation.hand_signed import (
    BODY,
    DATE,
    HOST,
    MAIN_KEY,
    NOW,
    RECORD,
    accept,
    by_cavage,
    by_message,
    digest,
    field,
    recorded,
    refusal,
    with_field,
)


@pytest.mark.parametrize("named", ['algorithm="rsa-sha256"', 'algorithm="hs2019"', ""])
def test_accepted_algorithm_names(named: str) -> None:
    """S-8."""
    accept(by_cavage(parameters=named))
    accept(by_cavage(parameters=named, kind="ed25519"), "ed25519")


@pytest.mark.parametrize(
    "named", ["hmac-sha256", "none", "rsa-sha1", "rsa-sha512", "ed25519", "", "sha256"]
)
def test_refused_algorithm_names(named: str) -> None:
    """S-8."""
    assert refusal(by_cavage(parameters=f'algorithm="{named}"')) == "unsupported_algorithm"


def test_rfc9421_algorithm_names() -> None:
    """S-8: `alg` may be absent; when given it must fit the key."""
    base = f'created={NOW // 1000};keyid="{MAIN_KEY}"'
    accept(by_message(parameters=f'{base};alg="rsa-v1_5-sha256"'))
    accept(by_message(parameters=f'{base};alg="ed25519"', kind="ed25519"), "ed25519")
    assert refusal(by_message(parameters=f'{base};alg="ed25519"')) == "signature_invalid"
    for other in ("hmac-sha256", "rsa-pss-sha512", "none"):
        named = by_message(parameters=f'{base};alg="{other}"')
        assert refusal(named) == "unsupported_algorithm"
    token = by_message(parameters=f"{base};alg=ed25519", kind="ed25519")
    assert refusal(token, "ed25519") == "signature_malformed"


@pytest.mark.parametrize("named", ["rsa-sha256", "hmac-sha256"])
def test_a_public_key_is_never_a_shared_secret(named: str) -> None:
    """S-8: the confusion that httpsig's own verifier falls for."""
    text = f"(request-target): post /inbox\nhost: {HOST}\ndate: {DATE}\ndigest: {digest(BODY)}"
    secret = RECORD["rsa_public"].encode()
    forged = b64encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()).decode()
    names = "(request-target) host date digest"
    signature = f'keyId="k",algorithm="{named}",headers="{names}",signature="{forged}"'
    expected = "signature_invalid" if named == "rsa-sha256" else "unsupported_algorithm"
    assert refusal(with_field(by_cavage(), "signature", signature)) == expected


def test_tolerated_spellings() -> None:
    """S-9: any order, blanks, unknown parameters, extra signed headers, capitals."""
    request = by_cavage(
        "(request-target) host date digest user-agent x-empty",
        fields={"user-agent": "Mastodon/4.5 (http.rb)", "x-empty": ""},
        parameters='opaque="a=b, c", version=2',
    )
    accept(request)
    parts = field(request, "signature").split(",", 2)
    spaced = " ,\t".join(parts).replace("(request-target) host", "(Request-Target)  Host")
    accept(with_field(request, "signature", spaced.replace("keyId", "keyid")))
    accept(by_message(label="*proxy-1.a_b"))
    padded = by_message()
    respaced = field(padded, "signature-input").replace('" "', '"  "').replace(";", "; ")
    accept(with_field(padded, "signature-input", respaced))


def test_repeated_covered_fields_are_joined() -> None:
    """RFC 9421 section 2.1; draft cavage section 2.3."""
    for made in (by_cavage, by_message):
        names = "(request-target) host date digest" if made is by_cavage else None
        names = f"{names or '@method @target-uri content-digest'} accept"
        joined = made(names, fields={"accept": "a, b"})
        rest = with_field(joined, "accept", None)
        accept(replace(rest, headers=[*rest.headers, ("accept", "a"), ("accept", " b ")]))
        swapped = replace(rest, headers=[*rest.headers, ("accept", "b"), ("accept", "a")])
        assert refusal(swapped) == "signature_invalid"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('signature="', 'signature="@'),
        ('signature="', 'signature="AAAA",signature="'),
        ("keyId=", "keyId=x,keyid="),
        ("keyId=", "other="),
        ('keyId="', 'keyId="' + "k" * 2049),
        ("signature=", "other="),
        ('keyId="', 'keyId=\\"'),
        ('",', '";'),
        ("keyId", ",keyId"),
        ("host date", "host date host"),
        ("host date", "host date absent"),
        ("keyId=", 'opaque="é",keyId='),
        ("keyId=", f'opaque="{"x" * 8192}",keyId='),
        ("keyId=", "".join(f"p{n}=1," for n in range(16)) + "keyId="),
    ],
)
def test_malformed_cavage(old: str, new: str) -> None:
    """S-10, H-6."""
    request = by_cavage()
    accept(request)
    signature = field(request, "signature").replace(old, new, 1)
    assert refusal(with_field(request, "signature", signature)) == "signature_malformed"


def test_cavage_endings() -> None:
    """S-10."""
    request = by_cavage()
    whole = field(request, "signature")
    for tail in (",", " x", ',x=""y', '"'):
        assert refusal(with_field(request, "signature", whole + tail)) == "signature_malformed"
    empty = whole.partition("signature=")[0] + 'signature=""'
    assert refusal(with_field(request, "signature", empty)) == "signature_malformed"


def test_two_signature_fields_of_cavage_are_refused() -> None:
    """S-10."""
    request = by_cavage()
    accept(request)
    repeated = [*request.headers, ("signature", field(request, "signature"))]
    assert refusal(replace(request, headers=repeated)) == "signature_malformed"
    one, _, other = field(request, "signature").rpartition(",")
    parted = [*with_field(request, "signature", one).headers, ("signature", other)]
    assert refusal(replace(request, headers=parted)) == "signature_malformed"


def test_at_most_64_headers_are_signed() -> None:
    """H-6: each signed name costs the length of its field."""
    names, fields = "(request-target) host date digest", {f"x{n}": "" for n in range(61)}
    accept(by_cavage(" ".join([names, *list(fields)[:60]]), fields=fields))
    many = by_cavage(" ".join([names, *fields]), fields=fields)
    assert refusal(many) == "signature_malformed"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("signature", "sig1=", "sig2="),
        ("signature", "sig1=", "sig2=:AAAA:, sig1="),
        ("signature-input", "sig1=", "sig2=();created=1, sig1="),
        ("signature", "sig1=", "sig1=:AAAA:, sig1="),
        ("signature", "=:", "=:@"),
        ("signature", "=:", '="'),
        ("signature-input", "created=", "created=1;created="),
        ("signature-input", '"@method"', '"@method" "@method"'),
        ("signature-input", '"@method"', '"@method" "@status"'),
        ("signature-input", '"@method"', '"@method" "absent"'),
        ("signature-input", '"@method"', '"@method" "Host"'),
        ("signature-input", '"@method"', '"@method";req'),
        ("signature-input", '"@method" ', '"@method"'),
        ("signature-input", '"@method"', "@method"),
        ("signature-input", "created=", "created=0"),
        ("signature-input", "created=", "created=1."),
        ("signature-input", "sig1=", "SIG1="),
        ("signature-input", "sig1=", f'sig1="{"x" * 8192}"'),
        ("signature-input", 'keyid="', 'keyid="' + "k" * 2049),
        ("signature-input", 'keyid="', 'keyid=";nonce="'),
    ],
)
def test_malformed_rfc9421(name: str, old: str, new: str) -> None:
    """S-10."""
    request = by_message()
    accept(request)
    changed = field(request, name).replace(old, new, 1)
    assert changed != field(request, name)
    assert refusal(with_field(request, name, changed)) == "signature_malformed"


def test_signature_input_without_signature_is_refused() -> None:
    """S-10."""
    assert refusal(with_field(by_message(), "signature", None)) == "signature_malformed"


def test_of_several_labels_one_that_covers_enough_is_taken() -> None:
    """S-10: a proxy's own signature beside the sender's does no harm."""
    request = by_message()
    for name, added in (
        ("signature-input", 'proxy=("host");created=1'),
        ("signature", "proxy=:AAAA:"),
    ):
        request = with_field(request, name, f"{added}, {field(request, name)}")
    assert accept(request).key_uri == MAIN_KEY
    two_lines = by_message("@method", label="short")
    merged = [*by_message().headers]
    merged += [(n, v) for n, v in two_lines.headers if n.startswith("signature")]
    accept(replace(request, headers=merged))
    request = with_field(request, "signature-input", 'proxy=("host");created=1, sig1=("date")')
    assert refusal(request) == "signature_incomplete"


def test_the_query_may_be_left_out_of_cavage_but_not_changed() -> None:
    """S-11."""
    for name in ("cavage_rsa", "cavage_without_query"):
        accept(recorded(name))
    assert refusal(replace(recorded("cavage_rsa"), path="/inbox?x=2")) == "signature_invalid"
    assert refusal(replace(recorded("cavage_rsa"), path="/inbox")) == "signature_invalid"
    assert refusal(replace(recorded("rfc9421_rsa"), path="/inbox")) == "signature_invalid"


def test_a_line_break_cannot_write_signed_lines() -> None:
    """S-10: no server hands over such a value, and none is signed if one does."""
    smuggled = by_cavage("(request-target) host date digest x", fields={"x": "a\nb: c"})
    assert refusal(smuggled) == "signature_malformed"
    accept(by_cavage("(request-target) host date digest x", fields={"x": "a b: c"}))
    assert refusal(replace(recorded("rfc9421_rsa"), path="/inbox\né")) == "signature_malformed"
    assert refusal(replace(recorded("cavage_rsa"), path="/inbox\n")) == "signature_malformed"
