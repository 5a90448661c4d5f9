"""Requests signed by hand: texts written out and plain keys, nothing of the code under test."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from actors.key_material import PrivateKey, PublicKey, load_private, public_from_pem
from federation.signatures import Claim, SignatureRefused, SignedRequest, read_claim, verify

_FILE = Path(__file__).parent.parent / "fixtures" / "signatures" / "requests.json"
RECORD: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
NOW: int = RECORD["now"]
HOST: str = RECORD["host"]
OWNER: str = RECORD["owner"]
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
HOUR = 3_600_000
MAIN_KEY = OWNER + "#main-key"
ED_KEY = OWNER + "#ed25519-key"
REQUESTS: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in RECORD["requests"]}
BODY = b'{"type":"Like"}'


def private(kind: str, uri: str = "") -> PrivateKey:
    uri = uri or (MAIN_KEY if kind == "rsa" else ED_KEY)
    return load_private(RECORD[f"{kind}_private"], uri=uri, owner=OWNER)


def public(kind: str, uri: str = "") -> PublicKey:
    uri = uri or (MAIN_KEY if kind == "rsa" else ED_KEY)
    return public_from_pem(RECORD[f"{kind}_public"], uri=uri, owner=OWNER)


def recorded(name: str) -> SignedRequest:
    """One of the written-out requests."""
    entry = REQUESTS[name]
    return SignedRequest(
        method=entry["method"],
        path=entry["path"],
        scheme="https",
        host=HOST,
        headers=[(field, value) for field, value in entry["headers"]],
        body=entry["body"].encode(),
    )


def digest(body: bytes, name: str = "SHA-256") -> str:
    made = hashlib.new(name.replace("-", ""), body).digest()
    return f"{name}={base64.b64encode(made).decode()}"


def content_digest(body: bytes, name: str = "sha-256") -> str:
    made = hashlib.new(name.replace("-", ""), body).digest()
    return f"{name}=:{base64.b64encode(made).decode()}:"


def _signed(kind: str, text: str) -> str:
    material = private(kind).material
    if isinstance(material, Ed25519PrivateKey):
        raw = material.sign(text.encode())
    else:
        raw = material.sign(text.encode(), PKCS1v15(), SHA256())
    return base64.b64encode(raw).decode()


def _request(method: str, path: str, fields: dict[str, str], body: bytes) -> SignedRequest:
    return SignedRequest(
        method=method,
        path=path,
        scheme="https",
        host=HOST,
        headers=list(fields.items()),
        body=body,
    )


def by_cavage(
    names: str | None = "(request-target) host date digest",
    *,
    method: str = "POST",
    fields: dict[str, str] | None = None,
    body: bytes = BODY,
    kind: str = "rsa",
    parameters: str = 'algorithm="hs2019"',
    pseudo: dict[str, str] | None = None,
) -> SignedRequest:
    """A request to /inbox; `pseudo` gives the values of (created) and (expires)."""
    sent = {"host": HOST, "date": DATE, "digest": digest(body)} | (fields or {})
    values = sent | (pseudo or {}) | {"(request-target)": f"{method.lower()} /inbox"}
    text = "\n".join(f"{name}: {values[name]}" for name in (names or "date").split())
    listed = "" if names is None else f'headers="{names}",'
    tail = f",{parameters}" if parameters else ""
    sent["signature"] = f'keyId="{MAIN_KEY}",{listed}signature="{_signed(kind, text)}"{tail}'
    return _request(method, "/inbox", sent, body)


def by_message(
    names: str = "@method @target-uri content-digest",
    *,
    method: str = "POST",
    fields: dict[str, str] | None = None,
    body: bytes = BODY,
    kind: str = "rsa",
    parameters: str = f'created={NOW // 1000};keyid="{MAIN_KEY}"',
    label: str = "sig1",
) -> SignedRequest:
    """A request to /inbox?page=2 with an RFC 9421 signature."""
    sent = {"host": HOST, "date": DATE, "content-digest": content_digest(body)} | (fields or {})
    derived = {
        "@method": method,
        "@target-uri": f"https://{HOST}/inbox?page=2",
        "@authority": HOST,
        "@path": "/inbox",
        "@query": "?page=2",
    }
    values = sent | derived
    quoted = " ".join(f'"{name}"' for name in names.split())
    wish = f"({quoted});{parameters}" if parameters else f"({quoted})"
    lines = [f'"{name}": {values.get(name, "")}' for name in names.split()]
    text = "\n".join([*lines, f'"@signature-params": {wish}'])
    sent["signature-input"] = f"{label}={wish}"
    sent["signature"] = f"{label}=:{_signed(kind, text)}:"
    return _request(method, "/inbox?page=2", sent, body)


def accept(request: SignedRequest, kind: str = "rsa", *, now: int = NOW) -> Claim:
    claim = read_claim(request, now=now, body_expected=request.method == "POST")
    verify(claim, public(kind, claim.key_uri))
    return claim


def refusal(request: SignedRequest, kind: str = "rsa", *, now: int = NOW) -> str:
    with pytest.raises(SignatureRefused) as caught:
        accept(request, kind, now=now)
    return caught.value.code


def with_field(request: SignedRequest, name: str, value: str | None) -> SignedRequest:
    """The same request with a field replaced, or taken out."""
    kept = [(field, text) for field, text in request.headers if field != name]
    return replace(request, headers=kept if value is None else [*kept, (name, value)])


def field(request: SignedRequest, name: str) -> str:
    return dict(request.headers)[name]
