"""Requests as bytes on a socket, signed by hand, and answers as they came."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from actors.records import Actor as Ours
from federation.refusing import CODES, STATUSES
from tests.neighbour import ACTIVITY_JSON, Actor, Json, sign
from tests.trips.scene import Scene


@dataclass
class Cast:
    alice: Ours
    ada: Actor


@dataclass
class Said:
    """An answer as it came."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        """The code of a refusal, whose shape is checked on the way (H-8)."""
        said = json.loads(self.body)
        assert set(said) == {"error", "error_description", "request_id"}, said
        assert self.headers["content-type"] == "application/json"
        assert self.headers["x-request-id"] == said["request_id"]
        assert said["error"] in CODES
        assert STATUSES[said["error"]] == self.status
        if self.status in (429, 503):
            assert int(self.headers["retry-after"]) > 0
        for secret in ("Traceback", "SELECT", "site-packages", "PRIVATE"):
            assert secret not in said["error_description"]
        return str(said["error"])


async def wire(scene: Scene, *parts: bytes, pause: float = 0.0) -> Said:
    """Bytes exactly as given, in pieces; the first answer. Status 0 when none came."""
    port = int(scene.node.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(_read(reader), 10)
    except ConnectionError:
        return Said(0)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Said:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Said(int(first.split()[1]), headers, body)


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def signed(
    scene: Scene, by: Actor, body: bytes, *, path: str = "/inbox", **changes: str | None
) -> dict[str, str]:
    """Headers of a good delivery; `changes` (underscores for hyphens) are made afterwards."""
    found = sign("POST", scene.node.base + path, body, by)
    found["Content-Length"] = str(len(body))
    for name, value in changes.items():
        key = name.replace("_", "-").title()
        found.pop(key, None)
        if value is not None:
            found[key] = value
    return found


def like(scene: Scene, cast: Cast, **more: Any) -> Json:
    return scene.far.activity("Like", cast.ada, f"{scene.node.base}/n/none", **more)


async def delivered(scene: Scene, cast: Cast, body: bytes | None = None, **changes: Any) -> Said:
    """A Like, or another body, signed by ada, with its headers changed afterwards."""
    raw = json.dumps(like(scene, cast)).encode() if body is None else body
    return await wire(scene, head("POST", "/inbox", signed(scene, cast.ada, raw, **changes)) + raw)


def cavage(
    scene: Scene, by: Actor, body: bytes, names: str, **values: str | None
) -> dict[str, str]:
    """A cavage signature over just these names; `values` replace headers before it is made."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers: dict[str, str] = {
        "Host": scene.node.base.removeprefix("http://"),
        "Date": formatdate(usegmt=True),
        "Digest": f"SHA-256={digest}",
        "Content-Type": ACTIVITY_JSON,
        "Content-Length": str(len(body)),
    }
    parameters = {"keyId": by.rsa_key_id, "algorithm": "rsa-sha256"}
    for name, value in values.items():
        if name in ("keyId", "algorithm", "created", "expires"):
            parameters[name] = value or ""
        elif value is None:
            headers.pop(name.title())
        else:
            headers[name.title()] = value
    low = {name.lower(): value for name, value in headers.items()}
    low["(request-target)"] = "post /inbox"
    low |= {f"({name})": value for name, value in parameters.items()}
    text = "\n".join(f"{name}: {low.get(name, '')}" for name in names.split())
    raw = by.rsa_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    parameters |= {"headers": names, "signature": base64.b64encode(raw).decode()}
    shown = ",".join(f'{name}="{value}"' for name, value in parameters.items() if value)
    return headers | {"Signature": shown}
