"""The neighbour's actors and its own signing and checking, apart from the program under test."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

Json = dict[str, Any]
ACTIVITY_JSON = "application/activity+json"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://www.w3.org/ns/cid/v1",
]
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(kw_only=True)
class Actor:
    """A person or a group of the neighbour, with both private keys. Change `extra` to lie."""

    kind: str
    name: str
    uri: str
    rsa_key: rsa.RSAPrivateKey
    ed_key: ed25519.Ed25519PrivateKey
    extra: Json = field(default_factory=dict)

    @property
    def inbox(self) -> str:
        return f"{self.uri}/inbox"

    @property
    def rsa_key_id(self) -> str:
        return f"{self.uri}#main-key"

    @property
    def ed_key_id(self) -> str:
        return f"{self.uri}#ed25519-key"

    @property
    def pem(self) -> str:
        return (
            self.rsa_key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    @property
    def multikey(self) -> str:
        """publicKeyMultibase: multicodec 0xed01 before the 32 bytes, in base58btc."""
        raw = self.ed_key.public_key().public_bytes_raw()
        return "z" + base58(b"\xed\x01" + raw)

    def document(self) -> Json:
        """The actor document as served; entries of `extra` win, None removes a property."""
        origin = "/".join(self.uri.split("/")[:3])
        whole: Json = {
            "@context": CONTEXT,
            "id": self.uri,
            "type": self.kind,
            "preferredUsername": self.name,
            "name": self.name.capitalize(),
            "inbox": self.inbox,
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "endpoints": {"sharedInbox": f"{origin}/inbox"},
            "publicKey": {
                "id": self.rsa_key_id,
                "owner": self.uri,
                "publicKeyPem": self.pem,
            },
            "assertionMethod": [
                {
                    "id": self.ed_key_id,
                    "type": "Multikey",
                    "controller": self.uri,
                    "publicKeyMultibase": self.multikey,
                }
            ],
        } | self.extra
        return {key: value for key, value in whole.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request that reached the neighbour: header names in lower case, the body as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # monotonic seconds

    @property
    def activity(self) -> Json:
        """The body as JSON."""
        parsed: Json = json.loads(self.body)
        return parsed


def sign(
    method: str,
    url: str,
    body: bytes | None,
    actor: Actor,
    format: str = "cavage",
    *,
    at: float | None = None,
) -> dict[str, str]:
    """Headers of a signed request. `at` is the time of signing in seconds since the epoch."""
    moment = time.time() if at is None else at
    if format == "cavage":
        return _sign_cavage(method, url, body, actor, moment)
    return _sign_9421(method, url, body, actor, moment)


def _sign_cavage(
    method: str, url: str, body: bytes | None, actor: Actor, at: float
) -> dict[str, str]:
    """draft-cavage-http-signatures-12, RSA with SHA-256, as Mastodon and Lemmy send it."""
    headers = {"Host": urlsplit(url).netloc, "Date": formatdate(at, usegmt=True)}
    if body is not None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers |= {"Digest": f"SHA-256={digest}", "Content-Type": ACTIVITY_JSON}
    names = ["(request-target)", *(name.lower() for name in headers)]
    text = _cavage_text(method, _path_of(url), names, headers)
    raw = actor.rsa_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    signature = base64.b64encode(raw).decode()
    headers["Signature"] = (
        f'keyId="{actor.rsa_key_id}",algorithm="rsa-sha256",'
        f'headers="{" ".join(names)}",signature="{signature}"'
    )
    return headers


def _cavage_text(method: str, path: str, names: list[str], headers: Mapping[str, str]) -> str:
    values = {name.lower(): value for name, value in headers.items()}
    values["(request-target)"] = f"{method.lower()} {path}"
    return "\n".join(f"{name}: {values[name]}" for name in names)


def _sign_9421(
    method: str, url: str, body: bytes | None, actor: Actor, at: float
) -> dict[str, str]:
    """RFC 9421 with Ed25519 over @method, @target-uri and content-digest (RFC 9530)."""
    headers = {}
    names = '"@method" "@target-uri"'
    lines = [f'"@method": {method}', f'"@target-uri": {url}']
    if body is not None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": ACTIVITY_JSON}
        names += ' "content-digest"'
        lines.append(f'"content-digest": {headers["Content-Digest"]}')
    params = f'({names});created={int(at)};keyid="{actor.ed_key_id}";alg="ed25519"'
    lines.append(f'"@signature-params": {params}')
    raw = actor.ed_key.sign("\n".join(lines).encode())
    headers["Signature-Input"] = f"sig1={params}"
    headers["Signature"] = f"sig1=:{base64.b64encode(raw).decode()}:"
    return headers


def valid_cavage(seen: Received, public_key_pem: str) -> bool:
    """Is a received request properly signed by this RSA key, digest included?"""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', seen.headers.get("signature", "")))
    names = fields.get("headers", "").split()
    needed = {"(request-target)", "host", "date"} | ({"digest"} if seen.body else set())
    if not needed <= set(names):
        return False
    digest = base64.b64encode(hashlib.sha256(seen.body).digest()).decode()
    if seen.body and seen.headers["digest"] != f"SHA-256={digest}":
        return False
    key = serialization.load_pem_public_key(public_key_pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    text = _cavage_text(seen.method, seen.path, names, seen.headers)
    try:
        raw = base64.b64decode(fields["signature"])
        key.verify(raw, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def valid_9421(seen: Received, url: str, key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> bool:
    """Is a received request to `url` properly signed (RFC 9421) by this key, digest included?"""
    _, _, params = seen.headers.get("signature-input", "").partition("=")
    _, _, signature = seen.headers.get("signature", "").partition("=")
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(seen.body).digest()).decode()}:"
    values = dict(seen.headers) | {
        "@method": seen.method,
        "@target-uri": url,
        "content-digest": digest,
    }
    values |= {"@authority": urlsplit(url).netloc, "@path": urlsplit(url).path}
    names = re.findall(r'"([^"]+)"', params.partition(")")[0])
    needed = {"@method", "@target-uri"} | ({"content-digest"} if seen.body else set())
    if not needed <= set(names):
        return False
    lines = [*(f'"{name}": {values[name]}' for name in names), f'"@signature-params": {params}']
    raw, text = base64.b64decode(signature.strip(":")), "\n".join(lines).encode()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
        else:
            key.verify(raw, text)
    except InvalidSignature:
        return False
    return True


def base58(data: bytes) -> str:
    """base58btc."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def prove(document: Json, actor: Actor, *, at: float | None = None) -> Json:
    """The document with the actor's integrity proof (FEP-8b32, eddsa-jcs-2022).

    Its canonical form is right for ASCII keys, and for numbers that are integers (RFC 8785).
    """
    moment = time.gmtime(time.time() if at is None else at)
    proof: Json = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": actor.ed_key_id,
        "proofPurpose": "assertionMethod",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
    }
    hashed = b"".join(hashlib.sha256(_canonical(part)).digest() for part in (proof, document))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(actor.ed_key.sign(hashed))}}


def _canonical(document: Json) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
