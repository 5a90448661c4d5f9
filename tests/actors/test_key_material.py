"""Keys read and written: each refused key beside one that is accepted."""

from base64 import encodebytes

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa, x25519
from hypothesis import given
from hypothesis import strategies as st

from actors.base58 import NotBase58, from_base58, to_base58
from actors.key_material import (
    KeyRefused,
    PublicKey,
    generate_ed25519,
    generate_rsa,
    load_private,
    multibase,
    public_from_multibase,
    public_from_pem,
    public_half,
    public_pem,
    sign_bytes,
    verifies,
)

URI, OWNER = "https://a.example/u/x#main-key", "https://a.example/u/x"
RSA_PEM, ED25519_PEM = generate_rsa(), generate_ed25519()
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.PublicFormat.PKCS1


def read(pem: str) -> PublicKey:
    return public_from_pem(pem, uri=URI, owner=OWNER)


def code(pem: str) -> str:
    with pytest.raises(KeyRefused) as caught:
        read(pem)
    return caught.value.code


def written(key: rsa.RSAPublicKey, shape: serialization.PublicFormat = SPKI) -> str:
    return key.public_bytes(serialization.Encoding.PEM, shape).decode()


def of_numbers(modulus: int, exponent: int) -> str:
    """A key of any numbers, written by hand as PKCS#1: libraries refuse to make bad ones."""
    body = _der(2, _integer(modulus)) + _der(2, _integer(exponent))
    text = encodebytes(_der(0x30, body)).decode()
    return f"-----BEGIN RSA PUBLIC KEY-----\n{text}-----END RSA PUBLIC KEY-----\n"


@pytest.mark.parametrize(("pem", "kind"), [(RSA_PEM, "rsa"), (ED25519_PEM, "ed25519")])
def test_our_keys_come_back_and_sign(pem: str, kind: str) -> None:
    private = load_private(pem, uri=URI, owner=OWNER)
    public = read(public_pem(pem))
    assert (private.kind, public.kind, public.uri, public.owner) == (kind, kind, URI, OWNER)
    assert public == public_half(private)
    signature = sign_bytes(private, b"text")
    assert verifies(public, b"text", signature)
    assert not verifies(public, b"other", signature)
    assert not verifies(public, b"text", signature[:-1])
    assert not verifies(public, b"text", b"")
    assert "PRIVATE" in pem
    assert "Private" not in repr(private).replace("PrivateKey(", "")


def test_a_key_never_verifies_for_the_other_kind() -> None:
    """S-8."""
    signer = load_private(ED25519_PEM, uri=URI, owner=OWNER)
    assert not verifies(read(public_pem(RSA_PEM)), b"text", sign_bytes(signer, b"text"))
    signer = load_private(RSA_PEM, uri=URI, owner=OWNER)
    assert not verifies(read(public_pem(ED25519_PEM)), b"text", sign_bytes(signer, b"text"))


@pytest.mark.parametrize("shape", [SPKI, PKCS1])
def test_tolerated_spellings_of_a_pem(shape: serialization.PublicFormat) -> None:
    """S-9: both forms, CRLF, no last line end, blanks around."""
    key = read(public_pem(RSA_PEM))
    assert isinstance(key.material, rsa.RSAPublicKey)
    pem = written(key.material, shape)
    for spelling in (pem, pem.replace("\n", "\r\n"), pem.rstrip("\n"), f"\n  {pem}\n\n"):
        assert read(spelling) == key


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "secret",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\né\n-----END PUBLIC KEY-----\n",
        public_pem(RSA_PEM) + " " * 9_000 + "x",
        RSA_PEM,
    ],
)
def test_unreadable_pems_are_refused(pem: str) -> None:
    """S-16; a private key sent in its place is not used either."""
    assert code(pem) == "unsupported_algorithm"


def test_other_kinds_of_keys_are_refused() -> None:
    """S-16."""
    others = (
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        x25519.X25519PrivateKey.generate().public_key(),
        dsa.generate_private_key(1024).public_key(),
    )
    for other in others:
        assert code(other.public_bytes(serialization.Encoding.PEM, SPKI).decode()) == (
            "unsupported_algorithm"
        )


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(2048, None), (8192, None), (1024, "key_too_weak"), (2047, "key_too_weak")],
)
def test_rsa_sizes(bits: int, expected: str | None) -> None:
    """S-16: 2048 to 8192 bits."""
    pem = of_numbers((1 << bits) - 1, 65537)
    if expected is None:
        assert read(pem).kind == "rsa"
    else:
        assert code(pem) == expected


def test_rsa_keys_beyond_8192_bits_are_refused() -> None:
    """S-16."""
    assert code(of_numbers((1 << 8200) - 1, 65537)) in ("key_too_weak", "unsupported_algorithm")


def test_rsa_exponents() -> None:
    """S-16: odd and above 2; and not so long that each check of a signature costs a lot."""
    modulus = (1 << 2048) - 1
    for exponent in (3, 65537, 2**32 + 1):
        assert read(of_numbers(modulus, exponent)).kind == "rsa"
    for exponent in (2**64 + 1, 2**2047 + 1):
        assert code(of_numbers(modulus, exponent)) == "key_too_weak"
    for exponent in (1, 2, 65536):  # some never get past the library's own reader
        assert code(of_numbers(modulus, exponent)) in ("key_too_weak", "unsupported_algorithm")


def test_multikeys_come_back() -> None:
    """FEP-521a; W3C Controlled Identifiers 1.0."""
    for pem, start in ((ED25519_PEM, "z6Mk"), (RSA_PEM, "z4MX")):
        public = read(public_pem(pem))
        text = multibase(public)
        assert text.startswith(start)
        assert public_from_multibase(text, uri=URI, owner=OWNER) == public


def test_an_rsa_multikey_may_hold_spki() -> None:
    public = read(public_pem(RSA_PEM))
    spki = public.material.public_bytes(serialization.Encoding.DER, SPKI)
    text = "z" + to_base58(b"\x85\x24" + spki)
    assert public_from_multibase(text, uri=URI, owner=OWNER) == public


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "z0",
        "u7QE",
        "f" + "ed01",
        "z" + to_base58(b"\xed\x01" + bytes(31)),
        "z" + to_base58(b"\xed\x01" + bytes(33)),
        "z" + to_base58(b"\xe7\x01" + bytes(33)),
        "z" + to_base58(b"\x85\x24" + bytes(20)),
        "z" + "2" * 2_048,
    ],
)
def test_unreadable_multikeys_are_refused(text: str) -> None:
    """S-16."""
    with pytest.raises(KeyRefused) as caught:
        public_from_multibase(text, uri=URI, owner=OWNER)
    assert caught.value.code == "unsupported_algorithm"


def test_a_weak_rsa_multikey_is_refused() -> None:
    """S-16."""
    weak = _der(0x30, _der(2, _integer((1 << 1024) - 1)) + _der(2, _integer(65537)))
    with pytest.raises(KeyRefused) as caught:
        public_from_multibase("z" + to_base58(b"\x85\x24" + weak), uri=URI, owner=OWNER)
    assert caught.value.code == "key_too_weak"


def test_our_own_keys_are_rsa_or_ed25519() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ValueError, match="neither"):
        load_private(key.decode(), uri=URI, owner=OWNER)


@given(st.binary(max_size=80))
def test_base58_comes_back(raw: bytes) -> None:
    assert from_base58(to_base58(raw)) == raw


def test_base58_of_others() -> None:
    """draft-msporny-base58, section 4; "0", "O", "I" and "l" are not in the alphabet."""
    assert to_base58(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert to_base58(bytes.fromhex("0000287fb4cd")) == "11233QC4"
    for text in ("0", "O", "I", "l", "é", "a b"):
        with pytest.raises(NotBase58):
            from_base58(text)


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    """S-16: never another exception."""
    for read_text in (public_from_pem, public_from_multibase):
        for spelling in (
            text,
            "z" + text,
            f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----",
        ):
            with pytest.raises(KeyRefused):
                read_text(spelling, uri=URI, owner=OWNER)


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
