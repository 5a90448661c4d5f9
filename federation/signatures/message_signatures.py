"""HTTP Message Signatures (RFC 9421), as far as servers of the fediverse use them.

Requests only, whole components only: no `sf`, `key`, `bs`, `tr` or `req` parameters and no query
parameters, which no server signs. RSASSA-PKCS1-v1_5 over SHA-256 and Ed25519, by the key.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from actors.key_material import PrivateKey, PublicKey, sign_bytes, verifies
from federation.signatures.digests import check_content_digest, check_digest, content_digest_of
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
from federation.signatures.structured_fields import (
    InnerList,
    NotStructured,
    Token,
    quoted,
    read_byte_sequences,
    read_inner_lists,
)

_LABEL = "sig1"
_ALGORITHM_OF_KIND = {"rsa": "rsa-v1_5-sha256", "ed25519": "ed25519"}
_INTEGERS, _STRINGS = ("created", "expires"), ("keyid", "alg", "nonce", "tag")


def _query(request: SignedRequest) -> str:
    return "?" + request.path.partition("?")[2]


# RFC 9421 section 2.2. Authority and scheme are our configured ones, never the socket's.
_DERIVED: dict[str, Callable[[SignedRequest], str]] = {
    "@method": lambda request: request.method,
    "@target-uri": lambda request: (
        f"{request.scheme}://{authority(request.host, request.scheme)}{request.path}"
    ),
    "@authority": lambda request: authority(request.host, request.scheme),
    "@scheme": lambda request: request.scheme,
    "@request-target": lambda request: request.path,
    "@path": lambda request: request.path.partition("?")[0] or "/",
    "@query": _query,
}


def read_message_signature(
    request: SignedRequest, inputs: list[str], fields: list[str], *, now: int, body_expected: bool
) -> Claim:
    """Read `Signature-Input` and `Signature`; every check that needs no key.

    Of several labels the first one that covers enough is taken; when none does, the refusal of
    the first is raised. Labels must be the same in both fields.
    """
    wanted, signatures = _labels(inputs, fields)
    refusal: SignatureRefused | None = None
    for label, wish in wanted.items():
        try:
            return _claim(request, wish, signatures[label], now=now, body_expected=body_expected)
        except SignatureRefused as error:
            refusal = refusal or error
    raise refusal or SignatureRefused("signature_missing", "no signature")


def verify_message_signature(claim: Claim, key: PublicKey) -> bool:
    """Whether `key` made the signature; an `alg` that names another kind of key never fits."""
    fits = claim.algorithm in (None, _ALGORITHM_OF_KIND[key.kind])
    return fits and claim.statement is not None and verifies(key, claim.statement, claim.signature)


def sign_message(
    *,
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    now: int,
    content_type: str | None,
) -> dict[str, str]:
    """The headers to send, in the shape every known reader accepts. See `signatures.sign`."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    host = authority(parts.netloc, parts.scheme)
    target = f"{parts.scheme}://{host}{parts.path or '/'}{query}"
    headers = {"Host": host, "Date": http_date(now)}
    lines = [f'"@method": {method}', f'"@target-uri": {target}']
    names = '"@method" "@target-uri"'
    if body is not None:
        if content_type is not None:
            headers["Content-Type"] = content_type
        headers["Content-Digest"] = content_digest_of(body)
        lines.append(f'"content-digest": {headers["Content-Digest"]}')
        names += ' "content-digest"'
    algorithm = _ALGORITHM_OF_KIND[key.kind]
    wish = f'({names});created={now // 1000};keyid={quoted(key.uri)};alg="{algorithm}"'
    lines.append(f'"@signature-params": {wish}')
    signature = b64encode(sign_bytes(key, "\n".join(lines).encode("ascii"))).decode("ascii")
    headers["Signature-Input"] = f"{_LABEL}={wish}"
    headers["Signature"] = f"{_LABEL}=:{signature}:"
    return headers


def _labels(inputs: list[str], fields: list[str]) -> tuple[dict[str, InnerList], dict[str, bytes]]:
    try:
        wanted = read_inner_lists(signature_field("Signature-Input", inputs))
        signatures = read_byte_sequences(signature_field("Signature", fields))
    except NotStructured as error:
        raise SignatureRefused(
            "signature_malformed", "Signature-Input or Signature is not readable"
        ) from error
    if wanted.keys() != signatures.keys():
        raise SignatureRefused("signature_malformed", "a label is in only one of the two fields")
    return wanted, signatures


def _claim(
    request: SignedRequest, wish: InnerList, signature: bytes, *, now: int, body_expected: bool
) -> Claim:
    parameters = _typed_parameters(wish)
    algorithm = _algorithm(parameters)
    _check_required(wish, parameters, body_expected=body_expected)
    covered = _covered(request, wish.items)
    _check_covered(request, covered, now=now)
    _check_times(parameters, now=now)
    return Claim(
        scheme="rfc9421",
        key_uri=checked_key_uri(str(parameters["keyid"])),
        algorithm=algorithm,
        signature=signature,
        covered=covered,
        method=request.method,
        statement=_signature_base(covered, wish.canonical),
    )


def _typed_parameters(wish: InnerList) -> dict[str, object]:
    """RFC 9421 section 2.3: created and expires are integers, the others quoted strings."""
    for name, value in wish.parameters.items():
        integer = type(value) is int
        string = isinstance(value, str) and not isinstance(value, Token)
        if (name in _INTEGERS and not integer) or (name in _STRINGS and not string):
            raise SignatureRefused("signature_malformed", f"the parameter {name} has a wrong type")
    return dict(wish.parameters)


def _algorithm(parameters: Mapping[str, object]) -> str | None:
    algorithm = parameters.get("alg")
    if algorithm is None:
        return None
    if algorithm not in _ALGORITHM_OF_KIND.values():
        raise SignatureRefused(
            "unsupported_algorithm", "only rsa-v1_5-sha256 and ed25519 are accepted"
        )
    return str(algorithm)


def _check_required(
    wish: InnerList, parameters: Mapping[str, object], *, body_expected: bool
) -> None:
    if len(set(wish.items)) != len(wish.items):
        raise SignatureRefused("signature_malformed", "the same component twice")
    # The target's three parts together say as much as the whole.
    in_parts = {"@authority", "@path", "@query"}.issubset(wish.items)
    required = ["@method"] if in_parts else ["@method", "@target-uri"]
    require_covered(wish.items, [*required, "content-digest"] if body_expected else required)
    for name in ("created", "keyid"):
        if name not in parameters:
            raise SignatureRefused("signature_incomplete", f"the parameter {name} is absent")


def _covered(request: SignedRequest, names: tuple[str, ...]) -> dict[str, str]:
    covered: dict[str, str] = {}
    for name in names:
        derived = _DERIVED.get(name)
        if derived is not None:
            covered[name] = derived(request)
            require_plain(covered[name])
        elif name.startswith("@") or name != name.lower():
            raise SignatureRefused("signature_malformed", "an unknown component is signed")
        else:
            covered[name] = field_of(request, name)
    return covered


def _check_covered(request: SignedRequest, covered: Mapping[str, str], *, now: int) -> None:
    for host in field_values(request, "host"):
        check_host(request, host)
    if "content-digest" in covered:
        check_content_digest(covered["content-digest"], request.body)
    if "digest" in covered:
        check_digest(covered["digest"], request.body)
    if "date" in covered:
        check_window(read_http_date(covered["date"], now=now), now=now)


def _check_times(parameters: Mapping[str, object], *, now: int) -> None:
    created, expires = parameters["created"], parameters.get("expires")
    if isinstance(created, int):
        check_window(created * 1000, now=now)
    if isinstance(expires, int):
        check_expiry(expires * 1000, now=now)


def _signature_base(covered: Mapping[str, str], canonical: str) -> bytes:
    """RFC 9421 section 2.5. Component names here have no quotes or backslashes to escape."""
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    lines.append(f'"@signature-params": {canonical}')
    return "\n".join(lines).encode("ascii")
