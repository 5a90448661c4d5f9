"""Reads a node over HTTP at its port on loopback, under the name it has, as anybody could."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

AS2 = "application/activity+json"
_SECONDS = 20
_MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


async def read(port: int, uri: str, *, token: str = "", accept: str = "") -> Answer:
    """GET, with the URI's own host in `Host`. OSError when nobody answers in time."""
    parts = urlsplit(uri)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Accept: {accept or AS2}",
        "Connection: close",
    ]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    request = "\r\n".join([*lines, "", ""]).encode()
    async with asyncio.timeout(_SECONDS):
        return _parsed(await _exchange(port, request))


async def _exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_MOST)
    try:
        writer.write(request)
        return await reader.read(-1)
    finally:
        writer.close()


def _parsed(data: bytes) -> Answer:
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        raise ConnectionError("the answer was cut off")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Answer(int(first.split()[1]), headers, body)
