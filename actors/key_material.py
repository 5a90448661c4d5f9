"""Key material: RSA and Ed25519 keys read, written and used, with nothing stored here.

A key is never a shared secret: `PublicKey` can hold an RSA or an Ed25519 key and nothing else, so
text sent by a stranger can never turn a public key into an HMAC secret.

Sources: FEP-521a (Multikey on actors), W3C Controlled Identifiers 1.0 section 2.2.2 (Multikey),
the multicodec table, RFC 8017 (PKCS#1), RFC 5280 (SubjectPublicKeyInfo).
"""

from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from actors.base58 import NotBase58, from_base58, to_base58

KeyKind = Literal["rsa", "ed25519"]

SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 8192
# OpenSSL draws the same line for large moduli: a longer exponent only makes us work for nothing.
LARGEST_RSA_EXPONENT = 2**64

# An RSA key of 8192 bits takes about 1,500 characters in either form.
_LONGEST_PEM = 8_192
_LONGEST_MULTIBASE = 2_048

_ED25519_CODE = b"\xed\x01"  # multicodec ed25519-pub, 0xed as a varint
_RSA_CODE = b"\x85\x24"  # multicodec rsa-pub, 0x1205 as a varint

_PADDING = PKCS1v15()
_HASH = SHA256()


class KeyRefused(Exception):
    """A public key that is not accepted; `code` is "key_too_weak" or "unsupported_algorithm"."""

    def __init__(self, code: Literal["key_too_weak", "unsupported_algorithm"], detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key others sign with: its own uri, the uri of the actor that owns it, and the key."""

    uri: str
    owner: str
    kind: KeyKind
    material: RSAPublicKey | Ed25519PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A key of one of our own actors, ready to sign."""

    uri: str
    owner: str
    kind: KeyKind
    material: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)


def generate_rsa() -> str:
    """A new RSA key of 2048 bits, as PKCS#8 PEM. Takes tens of milliseconds of CPU."""
    return _private_pem(generate_private_key(public_exponent=65537, key_size=SMALLEST_RSA_BITS))


def generate_ed25519() -> str:
    """A new Ed25519 key, as PKCS#8 PEM."""
    return _private_pem(Ed25519PrivateKey.generate())


def load_private(pem: str, *, uri: str, owner: str) -> PrivateKey:
    """Read one of our own keys, PKCS#8 PEM; ValueError if it is neither RSA nor Ed25519.

    The arithmetic check of RSA keys costs far more than a signature and is skipped: only keys
    that we made and stored ourselves come here.
    """
    material = serialization.load_pem_private_key(
        pem.encode("ascii"), None, unsafe_skip_rsa_key_validation=True
    )
    if isinstance(material, RSAPrivateKey):
        return PrivateKey(uri=uri, owner=owner, kind="rsa", material=material)
    if isinstance(material, Ed25519PrivateKey):
        return PrivateKey(uri=uri, owner=owner, kind="ed25519", material=material)
    raise ValueError(f"{uri} is neither an RSA nor an Ed25519 key")


def public_pem(pem_private: str) -> str:
    """The public half of one of our keys, as SubjectPublicKeyInfo PEM (`publicKeyPem`)."""
    material = load_private(pem_private, uri="", owner="").material
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return material.public_key().public_bytes(serialization.Encoding.PEM, spki).decode("ascii")


def public_from_pem(pem: str, *, uri: str, owner: str) -> PublicKey:
    """Read a stranger's PEM, SubjectPublicKeyInfo or PKCS#1; KeyRefused says why not.

    CRLF line ends and a missing last line end are accepted, since servers send both.
    """
    if len(pem) > _LONGEST_PEM:
        raise KeyRefused("unsupported_algorithm", "the PEM is too long")
    try:
        material = serialization.load_pem_public_key(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("unsupported_algorithm", "the PEM holds no readable key") from error
    return _accepted(material, uri=uri, owner=owner)


def public_from_multibase(text: str, *, uri: str, owner: str) -> PublicKey:
    """Read `publicKeyMultibase`: base58btc ("z…") of a multicodec Ed25519 or RSA key.

    RSA bytes may be PKCS#1 (multicodec table, did:key) or SubjectPublicKeyInfo.
    """
    if not text.startswith("z") or len(text) > _LONGEST_MULTIBASE:
        raise KeyRefused("unsupported_algorithm", "the key is not in base58btc")
    try:
        raw = from_base58(text[1:])
        return _accepted(_material_from_multicodec(raw), uri=uri, owner=owner)
    except (NotBase58, ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("unsupported_algorithm", "the multikey is not readable") from error


def multibase(public: PublicKey) -> str:
    """The key as `publicKeyMultibase`: base58btc of the multicodec bytes."""
    if isinstance(public.material, Ed25519PublicKey):
        return "z" + to_base58(_ED25519_CODE + public.material.public_bytes_raw())
    pkcs1 = public.material.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.PKCS1
    )
    return "z" + to_base58(_RSA_CODE + pkcs1)


def public_half(key: PrivateKey) -> PublicKey:
    """The public key that verifies what `key` signs, under the same uri and owner."""
    return PublicKey(
        uri=key.uri, owner=key.owner, kind=key.kind, material=key.material.public_key()
    )


def sign_bytes(key: PrivateKey, data: bytes) -> bytes:
    """Sign with RSASSA-PKCS1-v1_5 over SHA-256, or Ed25519: the key decides."""
    if isinstance(key.material, RSAPrivateKey):
        return key.material.sign(data, _PADDING, _HASH)
    return key.material.sign(data)


def verifies(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made by `key`. The key alone decides the algorithm."""
    try:
        if isinstance(key.material, RSAPublicKey):
            key.material.verify(signature, data, _PADDING, _HASH)
        else:
            key.material.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _private_pem(material: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return material.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def _material_from_multicodec(raw: bytes) -> object:
    if raw.startswith(_ED25519_CODE):
        return Ed25519PublicKey.from_public_bytes(raw[2:])
    if raw.startswith(_RSA_CODE):
        return serialization.load_der_public_key(raw[2:])
    raise KeyRefused("unsupported_algorithm", "the multikey is neither Ed25519 nor RSA")


def _accepted(material: object, *, uri: str, owner: str) -> PublicKey:
    if isinstance(material, Ed25519PublicKey):
        return PublicKey(uri=uri, owner=owner, kind="ed25519", material=material)
    if not isinstance(material, RSAPublicKey):
        raise KeyRefused("unsupported_algorithm", "the key is neither RSA nor Ed25519")
    _check_rsa(material)
    return PublicKey(uri=uri, owner=owner, kind="rsa", material=material)


def _check_rsa(material: RSAPublicKey) -> None:
    if not SMALLEST_RSA_BITS <= material.key_size <= LARGEST_RSA_BITS:
        raise KeyRefused(
            "key_too_weak", f"RSA keys have 2048 to 8192 bits, not {material.key_size}"
        )
    exponent = material.public_numbers().e
    if exponent <= 2 or exponent % 2 == 0 or exponent >= LARGEST_RSA_EXPONENT:
        raise KeyRefused("key_too_weak", "the RSA exponent must be odd, above 2 and below 2^64")
