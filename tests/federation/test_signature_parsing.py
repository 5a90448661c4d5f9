"""Signatures against chance and against another implementation."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import http_sf
import pytest
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    MappingKeyResolver,
    algorithms,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.key_material import sign_bytes
from federation.signatures import SignatureRefused, SignedRequest, read_claim, sign, verify
from federation.signatures.structured_fields import (
    NotStructured,
    quoted,
    read_byte_sequences,
    read_inner_lists,
)
from tests.federation.hand_signed import (
    BODY,
    HOST,
    MAIN_KEY,
    NOW,
    by_cavage,
    by_message,
    private,
    public,
    recorded,
)

CODES = {
    "signature_missing",
    "signature_malformed",
    "signature_incomplete",
    "signature_expired",
    "signature_invalid",
    "digest_missing",
    "digest_mismatch",
    "unsupported_algorithm",
}
PIECES = st.sampled_from(
    [
        *('keyId="k"', "algorithm=", '"hs2019"', 'headers="', "(request-target)", "host", "date"),
        *("digest", '"', ",", " ", "=", "signature=", "QUJD", "created=", "1795262400", "expires="),
        *("sig1", "sig2", "(", ")", '"@method"', '"@target-uri"', '"content-digest"', ";", ":"),
        *("keyid=", '"k"', "?1", "?0", "-0", "1.5", "\\", "\t", "é", "%s", "\n", "*", "alg="),
    ]
)
HEADER = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join))


def outcome(request: SignedRequest) -> str | None:
    """None if accepted, or the code; any other exception fails the test."""
    try:
        verify(read_claim(request, now=NOW, body_expected=True), public("rsa"))
    except SignatureRefused as error:
        refused = error
    else:
        return None
    assert refused.code in CODES
    assert len(refused.detail) < 200
    return refused.code


@given(HEADER, st.none() | HEADER, st.none() | HEADER)
@settings(deadline=None)
def test_any_header_is_read_or_refused(
    signature: str, wanted: str | None, content_digest: str | None
) -> None:
    """S-10: whatever a stranger writes, the answer is a code."""
    request = by_cavage()
    headers = [(name, value) for name, value in request.headers if name != "signature"]
    headers.append(("signature", signature))
    headers += [("signature-input", wanted)] if wanted is not None else []
    headers += [("content-digest", content_digest)] if content_digest is not None else []
    assert outcome(replace(request, headers=headers)) is not None


@given(st.booleans(), st.integers(0, 10_000), st.integers(0, 10_000), st.lists(PIECES, max_size=4))
@settings(deadline=None)
def test_a_damaged_signature_field_is_read_or_refused(
    cavage: bool, start: int, length: int, pieces: list[str]
) -> None:
    """S-10: a valid request with a stretch of one field replaced."""
    request = recorded("cavage_rsa" if cavage else "rfc9421_rsa")
    headers = []
    for name, value in request.headers:
        if name in ("signature", "signature-input", "digest", "content-digest", "date"):
            at = start % len(value)
            value = value[:at] + "".join(pieces) + value[at + length % 8 :]
        headers.append((name, value))
    outcome(replace(request, headers=headers))


LABELS = st.from_regex(r"[a-z*][a-z0-9_*.-]{0,3}", fullmatch=True)
STRINGS = st.from_regex(r'"([ !#-\[\]-~]|\\\\["\\\\]){0,5}"', fullmatch=True)
ITEMS = st.one_of(
    STRINGS,
    st.integers(-(10**15), 10**15).map(str),
    st.sampled_from(["?0", "?1", "-0", "00", "to/ken", "1.5", ":QQ==:", ":QR==:", ":QQ:", "::"]),
)
PARAMETERS = st.lists(
    st.tuples(st.sampled_from([";", "; "]), LABELS, st.just("") | ITEMS.map("={}".format)).map(
        "".join
    ),
    max_size=3,
).map("".join)
LISTS = st.lists(STRINGS, max_size=3).map(" ".join).map("({})".format)
MEMBERS = st.tuples(LABELS, st.just("="), LISTS | ITEMS, PARAMETERS).map("".join)
FIELDS = st.lists(MEMBERS, min_size=1, max_size=3).map(", ".join)


@given(HEADER | FIELDS)
@settings(deadline=None, max_examples=300)
def test_what_we_read_another_reader_reads_alike(text: str) -> None:
    """Our structured fields are a strict part of RFC 9651."""
    try:
        lists = read_inner_lists(text)
    except NotStructured:
        lists = {}
    for label, ours in lists.items():
        theirs: Any = http_sf.parse(text.encode(), tltype="dictionary")
        assert ours.canonical == http_sf.ser([theirs[label]])
        assert list(theirs) == list(lists)
    try:
        sequences = read_byte_sequences(text)
    except NotStructured:
        return
    theirs = http_sf.parse(text.encode(), tltype="dictionary")
    assert {label: value for label, (value, _) in theirs.items()} == sequences


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_quoted_strings_come_back(text: str) -> None:
    members = read_inner_lists(
        f"a=();keyid={quoted(text)};flag;other=?1;off=?0;n=-1;t=to/ken;b=:QQ==:"
    )
    assert members["a"].parameters == {
        "keyid": text,
        "flag": True,
        "other": True,
        "off": False,
        "n": -1,
        "t": "to/ken",
        "b": b"A",
    }
    assert members["a"].canonical.endswith(";flag;other;off=?0;n=-1;t=to/ken;b=:QQ==:")


def test_quoted_strings_are_printable_ascii() -> None:
    for text in ("é", "a\nb", "\x7f"):
        with pytest.raises(ValueError, match="printable"):
            quoted(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a=1",
        "a=(b)",
        'a=("b',
        'a=("b")x',
        'a=("b"),',
        'a=("b"),,b=()',
        "a=();b=1.5",
        "a=();b=01",
        "a=();b=1234567890123456",
        "a=();b=",
        "a=();b=:A:",
        "a=();b=:QR==:",
        'a=("b"\t"c")',
        ", ".join(f"a{n}=()" for n in range(9)),
        "a=(" + '"x" ' * 65 + ")",
        "a=()" + "".join(f";p{n}" for n in range(17)),
    ],
)
def test_not_structured(text: str) -> None:
    """Grammar and bounds; the neighbours of these texts are read in the tests above."""
    with pytest.raises(NotStructured):
        read_inner_lists(text)


@pytest.mark.parametrize("made", [by_cavage, by_message])
def test_reading_is_linear(made: object) -> None:
    """H-6: the worst texts of 8 KiB cost little; a quadratic reader would take seconds."""
    started = time.process_time()
    for unit in ("a=", "(", '"', "\\", ' "', ";a", ":", ",", "\t", " ", 'a="b" ,', "a=("):
        for name in ("signature", "signature-input", "content-digest", "digest", "date"):
            text = (unit * 8_192)[:8_190]
            request = by_cavage() if made is by_cavage else by_message()
            outcome(replace(request, headers=[*request.headers, (name, text)]))
    assert time.process_time() - started < 2


@dataclass
class Message:
    """A request in the shape the other implementation asks for."""

    url: str
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


ALGORITHMS: dict[str, type[HTTPSignatureAlgorithm]] = {
    "rsa": algorithms.RSA_V1_5_SHA256,
    "ed25519": algorithms.ED25519,
}


def resolver(kind: str) -> MappingKeyResolver:
    return MappingKeyResolver(
        public_keys={MAIN_KEY: public(kind).material},
        private_keys={MAIN_KEY: private(kind).material},
    )


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_another_implementation_accepts_what_we_sign(kind: str) -> None:
    """RFC 9421, checked with http-message-signatures."""
    url = f"https://{HOST}/inbox?x=%C3%A9"
    headers = sign(
        "rfc9421",
        method="POST",
        url=url,
        body=BODY,
        key=private(kind, MAIN_KEY),
        now=time.time_ns() // 1_000_000,
        content_type="application/activity+json",
    )
    checker = HTTPMessageVerifier(signature_algorithm=ALGORITHMS[kind], key_resolver=resolver(kind))
    required = ("@method", "@target-uri", "content-digest")
    message = Message(url, headers=headers)
    (result,) = checker.verify(message, body=BODY, require_components=required)
    assert result.parameters["keyid"] == MAIN_KEY


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("label", ["sig1", "pyhms"])
def test_we_accept_what_another_implementation_signs(kind: str, label: str) -> None:
    """RFC 9421, signed with http-message-signatures; a changed header is then refused."""
    message = Message(f"https://{HOST}/inbox?x=1", headers={"Host": HOST, "X-Note": "  a,  b"})
    signer = HTTPMessageSigner(signature_algorithm=ALGORITHMS[kind], key_resolver=resolver(kind))
    names = ("@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "x-note")
    signer.sign(
        message,
        key_id=MAIN_KEY,
        label=label,
        nonce='a "quoted" \\ word',
        tag="t",
        body=BODY,
        covered_component_ids=(*names, "@request-target"),
    )
    request = SignedRequest(
        method="POST",
        path="/inbox?x=1",
        scheme="https",
        host=HOST.upper() + ":443",
        headers=[(name.lower(), value) for name, value in message.headers.items()],
        body=BODY,
    )
    now = time.time_ns() // 1_000_000
    verify(read_claim(request, now=now, body_expected=True), public(kind))
    headers = [(name, value.replace("  b", " b")) for name, value in request.headers]
    claim = read_claim(replace(request, headers=headers), now=now, body_expected=True)
    with pytest.raises(SignatureRefused) as caught:
        verify(claim, public(kind))
    assert caught.value.code == "signature_invalid"


def test_signing_is_the_key_s_own_business() -> None:
    """The two algorithms are the plain ones: no prehash, no PSS."""
    for kind in ("rsa", "ed25519"):
        assert sign_bytes(private(kind), b"x") == sign_bytes(private(kind), b"x")
