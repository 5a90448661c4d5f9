"""HTTP signatures on requests between servers, in both formats: the front for all callers.

`read_claim` does every check that needs no key and is to run before any key is fetched; `verify`
then asks the key; `sign` makes the headers of our own requests.

Formats: draft-cavage-http-signatures-12, and RFC 9421 with RFC 9530 digests. Which headers are
asked for and sent follows Mastodon, GoToSocial, Lemmy and the Social CG report on HTTP signatures.
"""

from collections.abc import Iterable

from actors.key_material import PrivateKey, PublicKey
from federation.signatures.cavage import read_cavage, sign_cavage, verify_cavage
from federation.signatures.message_signatures import (
    read_message_signature,
    sign_message,
    verify_message_signature,
)
from federation.signatures.signed_requests import (
    Claim,
    Scheme,
    SignatureRefused,
    SignedRequest,
    field_values,
)

__all__ = [
    "Claim",
    "Scheme",
    "SignatureRefused",
    "SignedRequest",
    "accepts_rfc9421",
    "read_claim",
    "sign",
    "verify",
]


def read_claim(request: SignedRequest, *, now: int, body_expected: bool) -> Claim:
    """Read and check all of a signature that can be checked without its key.

    `now` in milliseconds since the epoch; `body_expected` is True for a POST, whose digest must
    be signed. `Signature-Input` decides for RFC 9421, and there is no way back to the other
    format. Raises SignatureRefused.
    """
    fields = field_values(request, "signature")
    inputs = field_values(request, "signature-input")
    if inputs:
        return read_message_signature(request, inputs, fields, now=now, body_expected=body_expected)
    if not fields:
        raise SignatureRefused("signature_missing", "the request is not signed")
    return read_cavage(request, fields, now=now, body_expected=body_expected)


def verify(claim: Claim, key: PublicKey) -> None:
    """Ask `key`, which the caller found at `claim.key_uri`; SignatureRefused if it did not sign."""
    check = verify_cavage if claim.scheme == "cavage" else verify_message_signature
    if not check(claim, key):
        raise SignatureRefused("signature_invalid", "the signature does not fit the key")


def sign(
    format: Scheme,
    *,
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    now: int,
    content_type: str | None,
) -> dict[str, str]:
    """The headers to send with a request, signed; all of them must go out as they are.

    `method` in capitals; `url` absolute, already encoded, and to be requested in this very
    spelling; `body` None for a GET; `now` in milliseconds. cavage gives Host, Date, Digest,
    Content-Type and Signature; rfc9421 gives Host, Date, Content-Type, Content-Digest,
    Signature-Input and Signature; the digest and the type only with a body. ValueError if the
    URL is not ASCII.
    """
    write = sign_cavage if format == "cavage" else sign_message
    return write(method=method, url=url, body=body, key=key, now=now, content_type=content_type)


def accepts_rfc9421(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer's headers, as (name, value) pairs, ask for RFC 9421 (section 5.1)."""
    return any(name.lower() == "accept-signature" and value.strip() for name, value in headers)
