"""Body digests: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530), made and checked.

A digest is always computed again from the bytes received; what the header says is only compared.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256, sha512

from federation.signatures.signed_requests import SignatureRefused
from federation.signatures.structured_fields import NotStructured, read_byte_sequences

_KNOWN = {"sha-256": sha256, "sha-512": sha512}
_MOST_DIGESTS = 8
_INSTANCE_DIGEST = re.compile(r"([A-Za-z0-9-]{1,32})=([A-Za-z0-9+/]+={0,2})")


def digest_of(body: bytes) -> str:
    """The `Digest` field: "SHA-256=<base64>"."""
    return "SHA-256=" + b64encode(sha256(body).digest()).decode("ascii")


def content_digest_of(body: bytes) -> str:
    """The `Content-Digest` field: "sha-256=:<base64>:"."""
    return "sha-256=:" + b64encode(sha256(body).digest()).decode("ascii") + ":"


def check_digest(field: str, body: bytes) -> None:
    """Check a `Digest` field: every known algorithm must match, one at least must be known."""
    _compare(_instance_digests(field), body)


def check_content_digest(field: str, body: bytes) -> None:
    """Check a `Content-Digest` field, by the same rule; names may be in any case."""
    try:
        members = read_byte_sequences(field, any_case=True)
    except NotStructured as error:
        raise SignatureRefused("digest_mismatch", "Content-Digest is not readable") from error
    _compare(((name.lower(), value) for name, value in members.items()), body)


def _instance_digests(field: str) -> Iterable[tuple[str, bytes]]:
    parts = field.split(",", _MOST_DIGESTS)
    if len(parts) > _MOST_DIGESTS:
        raise SignatureRefused("digest_mismatch", "too many digests")
    for part in parts:
        match = _INSTANCE_DIGEST.fullmatch(part.strip(" \t"))
        if match is None:
            raise SignatureRefused("digest_mismatch", "Digest is not readable")
        if match[1].lower() in _KNOWN:
            yield match[1].lower(), _decoded(match[2])


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise SignatureRefused("digest_mismatch", "the digest is not base64") from error


def _compare(digests: Iterable[tuple[str, bytes]], body: bytes) -> None:
    known = False
    for name, value in digests:
        algorithm = _KNOWN.get(name)
        if algorithm is None:
            continue
        known = True
        if not hmac.compare_digest(algorithm(body).digest(), value):
            raise SignatureRefused("digest_mismatch", f"the {name} digest is not the body's")
    if not known:
        raise SignatureRefused("digest_missing", "no SHA-256 or SHA-512 digest")
