"""What both signature formats share: the request as received, the claim it makes, the refusal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["cavage", "rfc9421"]

# Bounds on what a stranger may send, in characters.
LONGEST_SIGNATURE_FIELD = 8_192
LONGEST_KEY_URI = 2_048

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request as it arrived.

    `method` in capitals; `path` raw, with its query string; `scheme` and `host` (host[:port]) are
    our configured public ones, not the socket's, since a proxy may stand before us; `headers` in
    order, names in lower case, repeats kept; `body` the bytes received.
    """

    method: str
    path: str
    scheme: str
    host: str
    headers: Sequence[tuple[str, str]]
    body: bytes


class SignatureRefused(Exception):
    """A request signature that is not accepted.

    `code` is one of "signature_missing", "signature_malformed", "signature_incomplete",
    "signature_expired", "signature_invalid", "digest_missing", "digest_mismatch",
    "unsupported_algorithm". `detail` names the rule and never repeats the sender's text.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A signature that says enough and is in time: only the key is left to ask.

    `algorithm` is what the sender named, None if nothing. `covered` has each signed component and
    its value, in order. For cavage, `statement` is None and `paths` are the request targets to
    try; for RFC 9421, `statement` is the signature base.
    """

    scheme: Scheme
    key_uri: str
    algorithm: str | None
    signature: bytes
    covered: Mapping[str, str]
    method: str
    paths: tuple[str, ...] = ()
    statement: bytes | None = None


def field_values(request: SignedRequest, name: str) -> list[str]:
    """The values of a header field, one for each line received, blanks around them removed."""
    return [value.strip(" \t") for field, value in request.headers if field == name]


def field_of(request: SignedRequest, name: str) -> str:
    """A covered field as one line (RFC 9110 section 5.3); refused when absent or not plain ASCII.

    A line break inside a value would let its sender write further lines of the signed text.
    """
    values = field_values(request, name)
    if not values:
        code = "digest_missing" if name in ("digest", "content-digest") else "signature_malformed"
        raise SignatureRefused(code, f"a signed header field is absent: {name[:40]}")
    joined = ", ".join(values)
    require_plain(joined)
    return joined


def require_plain(text: str) -> None:
    """Refuse anything but ASCII without line breaks in a signed text."""
    if not text.isascii() or "\n" in text or "\r" in text:
        raise SignatureRefused("signature_malformed", "signed values must be ASCII, one line each")


def signature_field(name: str, values: list[str]) -> str:
    """A `Signature` or `Signature-Input` field as one text, refused beyond 8 KiB."""
    joined = ", ".join(values)
    if len(joined) > LONGEST_SIGNATURE_FIELD:
        raise SignatureRefused("signature_malformed", f"{name} is longer than 8 KiB")
    require_plain(joined)
    return joined


def checked_key_uri(text: str) -> str:
    """The key identifier, refused when empty or too long; where it may point is asked elsewhere."""
    if not 0 < len(text) <= LONGEST_KEY_URI:
        raise SignatureRefused("signature_malformed", "the key identifier is empty or too long")
    return text


def check_host(request: SignedRequest, received: str) -> None:
    """Refuse a signature made for another host: a valid one could be replayed here otherwise."""
    if authority(received, request.scheme) != authority(request.host, request.scheme):
        raise SignatureRefused("signature_invalid", "signed for another host")


def authority(host: str, scheme: str) -> str:
    """host[:port] in lower case, without the scheme's default port (RFC 9421 section 2.2.3)."""
    return host.lower().removesuffix(_DEFAULT_PORTS.get(scheme, ":"))


def require_covered(covered: Iterable[str], required: Iterable[str]) -> None:
    """Refuse a signature that leaves out one of the required components."""
    missing = set(required).difference(covered)
    if missing:
        raise SignatureRefused("signature_incomplete", f"not signed: {', '.join(sorted(missing))}")
