"""HTTP signatures as draft-cavage-http-signatures-12 has them, the fediverse's common tongue.

The signed text, the required headers and the header template are httpsig's (see httpsig_keys);
reading what strangers send is ours, strict and linear.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import urlsplit

from actors.key_material import PrivateKey, PublicKey
from federation.signatures.digests import check_content_digest, check_digest, digest_of
from federation.signatures.httpsig_keys import REQUEST_TARGET, CavageSigner, CavageVerifier
from federation.signatures.signed_requests import (
    Claim,
    SignatureRefused,
    SignedRequest,
    authority,
    check_host,
    checked_key_uri,
    field_of,
    field_values,
    require_covered,
    require_plain,
    signature_field,
)
from federation.signatures.signing_times import (
    check_expiry,
    check_window,
    http_date,
    read_http_date,
)

MOST_HEADERS = 64
MOST_PARAMETERS = 16

# "hs2019" says "ask the key", and nobody in the fediverse means the RSA-PSS of the draft by it.
_ALGORITHMS = ("rsa-sha256", "hs2019", None)
_CREATED, _EXPIRES = "(created)", "(expires)"

# Each alternative starts with a different character, so the scan never goes back.
_PARAMETER = re.compile(
    r"[ \t]*([A-Za-z][A-Za-z0-9_-]*)[ \t]*=[ \t]*"
    r'(?:"([^"\\]*)"|([A-Za-z0-9._~+/=:-]+))[ \t]*(?:,|\Z)'
)
_INTEGER = re.compile(r"[0-9]{1,12}")
_DECIMAL = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,9}))?")


def read_cavage(
    request: SignedRequest, fields: list[str], *, now: int, body_expected: bool
) -> Claim:
    """Read the one `Signature` field; every check that needs no key; SignatureRefused says why."""
    if len(fields) != 1:
        raise SignatureRefused("signature_malformed", "more than one Signature field")
    parameters = _parameters(signature_field("Signature", fields))
    algorithm = _algorithm(parameters)
    names = _names(parameters)
    _check_required(names, body_expected=body_expected)
    covered = _covered(request, names, parameters)
    check_host(request, covered["host"])
    _check_times(covered, parameters, now=now)
    _check_digests(covered, request.body)
    return Claim(
        scheme="cavage",
        key_uri=checked_key_uri(_needed(parameters, "keyid")),
        algorithm=algorithm,
        signature=_signature_bytes(_needed(parameters, "signature")),
        covered=covered,
        method=request.method,
        paths=_paths(request.path),
    )


def verify_cavage(claim: Claim, key: PublicKey) -> bool:
    """Whether `key` made the claim's signature, over the target with its query or without."""
    verifiers = (
        CavageVerifier(key, claim.covered, claim.signature, method=claim.method, path=path)
        for path in claim.paths
    )
    return any(verifier.verify() for verifier in verifiers)


def sign_cavage(
    *,
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    now: int,
    content_type: str | None,
) -> dict[str, str]:
    """The headers to send; what is signed is what Mastodon signs. See `signatures.sign`."""
    parts = urlsplit(url)
    headers = {"Host": authority(parts.netloc, parts.scheme), "Date": http_date(now)}
    names = [REQUEST_TARGET, "host", "date"]
    if body is not None:
        headers["Digest"] = digest_of(body)
        names.append("digest")
        if content_type is not None:
            headers["Content-Type"] = content_type
            names.append("content-type")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    signer = CavageSigner(key, names)
    return {**headers, "Signature": signer.signature_field(headers, method, target)}


def _parameters(text: str) -> dict[str, str]:
    """The parameters by lower-case name, strictly: every character belongs to one of them."""
    parameters: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None or len(parameters) >= MOST_PARAMETERS:
            raise SignatureRefused("signature_malformed", "the Signature field is not readable")
        name = match[1].lower()
        if name in parameters:
            raise SignatureRefused("signature_malformed", "the same parameter twice")
        parameters[name] = match[3] if match[2] is None else match[2]
        position = match.end()
    if text.endswith(","):
        raise SignatureRefused("signature_malformed", "the Signature field ends with a comma")
    return parameters


def _needed(parameters: Mapping[str, str], name: str) -> str:
    if name not in parameters:
        raise SignatureRefused("signature_malformed", f"the Signature field has no {name}")
    return parameters[name]


def _algorithm(parameters: Mapping[str, str]) -> str | None:
    algorithm = parameters.get("algorithm")
    if algorithm is not None:
        algorithm = algorithm.lower()
    if algorithm not in _ALGORITHMS:
        raise SignatureRefused("unsupported_algorithm", "only rsa-sha256 and hs2019 are accepted")
    return algorithm


def _names(parameters: Mapping[str, str]) -> list[str]:
    """The signed components, lower-case. Without `headers` it would be `date` alone: too little."""
    names = parameters.get("headers", "date").lower().split()
    if len(names) > MOST_HEADERS or len(set(names)) != len(names):
        raise SignatureRefused("signature_malformed", "headers signed twice, or too many")
    # Draft 12, sections 2.3: these two do not exist for the algorithms named after RSA.
    if parameters.get("algorithm", "").lower() == "rsa-sha256" and {_CREATED, _EXPIRES} & set(
        names
    ):
        raise SignatureRefused("signature_malformed", "(created) does not go with rsa-sha256")
    return names


def _covered(
    request: SignedRequest, names: list[str], parameters: Mapping[str, str]
) -> dict[str, str]:
    """Each signed component with its value. httpsig takes (created) and (expires) as headers."""
    covered: dict[str, str] = {}
    for name in names:
        if name == REQUEST_TARGET:
            require_plain(request.path)
            covered[name] = ""  # written by httpsig from method and path
        elif name in (_CREATED, _EXPIRES):
            covered[name] = _needed(parameters, name.strip("()"))
        elif name in ("date", "host"):
            covered[name] = _single(request, name)
        else:
            covered[name] = field_of(request, name)
    return covered


def _single(request: SignedRequest, name: str) -> str:
    """A field that has one value: repeated alike it counts once, else it is refused."""
    values = field_values(request, name)
    if len(set(values)) > 1:
        raise SignatureRefused("signature_malformed", f"differing {name} fields")
    return field_of(request, name) if len(values) < 2 else values[0]


def _check_required(covered: list[str], *, body_expected: bool) -> None:
    require_covered(
        covered, (REQUEST_TARGET, "host", "digest") if body_expected else (REQUEST_TARGET, "host")
    )
    if "date" not in covered and _CREATED not in covered:
        raise SignatureRefused("signature_incomplete", "neither date nor (created) is signed")


def _check_times(covered: Mapping[str, str], parameters: Mapping[str, str], *, now: int) -> None:
    if "date" in covered:
        check_window(read_http_date(covered["date"], now=now), now=now)
    if "created" in parameters:
        if not _INTEGER.fullmatch(parameters["created"]):
            raise SignatureRefused("signature_malformed", "created is not a whole number")
        check_window(int(parameters["created"]) * 1000, now=now)
    if "expires" in parameters:
        match = _DECIMAL.fullmatch(parameters["expires"])
        if match is None:
            raise SignatureRefused("signature_malformed", "expires is not a number")
        thousandths = int((match[2] or "0").ljust(3, "0")[:3])
        check_expiry(int(match[1]) * 1000 + thousandths, now=now)


def _check_digests(covered: Mapping[str, str], body: bytes) -> None:
    """Every signed digest is checked, on a GET too: some servers sign that of the empty body."""
    if "digest" in covered:
        check_digest(covered["digest"], body)
    if "content-digest" in covered:
        check_content_digest(covered["content-digest"], body)


def _signature_bytes(text: str) -> bytes:
    try:
        signature = b64decode(text, validate=True)
    except ValueError as error:
        raise SignatureRefused("signature_malformed", "the signature is not base64") from error
    if not signature:
        raise SignatureRefused("signature_malformed", "the signature is empty")
    return signature


def _paths(path: str) -> tuple[str, ...]:
    """Older Mastodon and some GoToSocial requests leave the query string out of the signed text."""
    bare, mark, _ = path.partition("?")
    return (path, bare) if mark else (path,)
