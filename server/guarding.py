"""The outermost layer of the web application: request ids, our own names, headers' bounds,
limits per client, and one log line for what went wrong.

Written as plain ASGI: it stands in front of every request, the inbox above all.
"""

from __future__ import annotations

import ipaddress
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.inbound import Full, gate_for_this_machine
from server.config import Config

_log = structlog.get_logger()
_MOST_FIELDS = 100
_MOST_HEADER_BYTES = 32 * 1024
_MOST_TARGET = 8 * 1024
_MOST_CLIENTS = 20_000
_WINDOW = 300.0
_HEALTH = frozenset({"/healthz", "/readyz"})


class Guard:
    """Wraps the application."""

    def __init__(
        self, app: ASGIApp, config: Config, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.inner = app
        domain = config.server.domain.lower()
        default = ":443" if config.server.scheme == "https" else ":80"
        self._names = {domain.encode(), (domain + default).encode()}
        self._buckets = Buckets(config.server.limits.requests_per_5_minutes, clock)
        self._gate = gate_for_this_machine()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope["request_id"] = request_id
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(send, request_id, *refusal)
            return
        if _has_own_gate(scope):
            await self._pass_on(scope, receive, send, request_id)
            return
        try:
            with self._gate.entry():
                async with self._gate.turn():
                    await self._pass_on(scope, receive, send, request_id)
        except Full:
            await _refuse(send, request_id, 503, "overloaded", "Too many requests at once.")

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        mark = (b"x-request-id", request_id.encode())

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], mark]
            await send(message)

        try:
            await self.inner(scope, receive, marked)
        except Exception:
            # Starlette has answered already; the traceback is for our own log (H-8).
            _log.exception("a request failed", request=request_id, path=scope["path"])

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        """Status, code and sentence of what the head of a request already rules out (H-6, H-12)."""
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MOST_TARGET:
            return 414, "uri_too_long", "The address is longer than 8 KiB."
        headers = scope["headers"]
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > _MOST_FIELDS or size > _MOST_HEADER_BYTES:
            return 431, "header_too_large", "At most 100 header fields and 32 KiB."
        hosts = [value.lower() for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._names:
            return 421, "misdirected_request", "This server has another name."
        if scope["method"] != "POST" and (wait := self._buckets.wait(_client(scope))):
            return 429, "rate_limited", f"Too many requests; come back in {wait} s."
        return None


class Buckets:
    """So many requests in five minutes for each client; 0 switches the limit off (L-1)."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = float(most)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """0 when it may; else the seconds until it may."""
        if not self._most:
            return 0
        now = self._clock()
        left, since = self._left.get(client, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / _WINDOW)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        self._left.move_to_end(client)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) * _WINDOW / self._most)


def _has_own_gate(scope: Scope) -> bool:
    """Inboxes count for themselves, so that neither they nor the rest wait for the other; whoever
    asks how we are is always answered (L-3)."""
    path = scope["path"]
    return path in _HEALTH or (scope["method"] == "POST" and path.endswith("/inbox"))


def _client(scope: Scope) -> str:
    """An IPv6 client is its /64: that is what one household gets."""
    client = scope.get("client")
    if not client:
        return ""
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


async def _refuse(send: Send, request_id: str, status: int, code: str, sentence: str) -> None:
    body = orjson.dumps({"error": code, "error_description": sentence, "request_id": request_id})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"30"))
    if status == 429:
        headers.append((b"retry-after", sentence.split()[-2].encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
