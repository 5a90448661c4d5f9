"""Deliveries over warm connections: one POST on the wire, as cheap as the event loop allows.

On warm loopback connections one POST costs 17 to 42 µs of CPU, through aiohttp 107; thousands of
deliveries feel that. It does only what a delivery needs: Content-Length out, a status and a short
answer in, keep-alive. Each connection goes to an address that the guard has checked, so there is
no second resolution.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from resource import RLIMIT_NOFILE, getrlimit
from typing import cast

import httptools

from federation.fetching.dialing import FetchFailed, Guard, Target, Timeouts, Trust

_MOST_HEAD = 64 * 1024  # bytes of status line and headers
_MOST_IDLE = 2_048  # connections kept warm, and never more than half our file descriptors

Reply = tuple[int, dict[str, str], bytes]


class _Broken(Exception):
    """The connection ended before an answer; `silent` when not one byte of it had come."""

    def __init__(self, detail: str, *, silent: bool) -> None:
        super().__init__(detail)
        self.silent = silent


class Wire(asyncio.Protocol):
    """One connection to one checked address, with one exchange at a time."""

    def __init__(self, limit: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._limit = limit
        self._transport: asyncio.Transport | None = None
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._waiter: asyncio.Future[Reply] | None = None
        self.usable = False  # may carry another exchange
        self.idle_since = 0.0
        self._reset()

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._head = 0
        self._ready = False
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    async def exchange(self, request: bytes, first_byte: float, deadline: float) -> Reply:
        """Send a request, wait for its answer. TimeoutError, or _Broken.

        `first_byte` in seconds; `deadline` on the loop's clock.
        """
        if self._transport is None or self._transport.is_closing():
            raise _Broken("the connection was closed", silent=True)
        self._reset()
        self.usable = False
        self._waiter = self._loop.create_future()
        first = min(self._loop.time() + first_byte, deadline)
        self._timer = self._loop.call_at(first, self._late, deadline)
        try:
            self._transport.write(request)
            return await self._waiter
        finally:
            self._timer.cancel()
            self._waiter = None
            if not self.usable:
                self.abort()

    def _late(self, deadline: float) -> None:
        """The first clock ran out; once bytes flow, only the second one counts."""
        if self._waiter is None or self._waiter.done():
            return
        if self._head and self._loop.time() < deadline:
            self._timer = self._loop.call_at(deadline, self._late, deadline)
        elif self._ready:
            self._settle()  # the status is known: a body that dribbles changes nothing
        else:
            self._waiter.set_exception(TimeoutError())

    def _settle(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            reply = self._parser.get_status_code(), self._headers, bytes(self._body)
            self._waiter.set_result(reply)

    def _fail(self, detail: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(_Broken(detail, silent=not self._head))

    def abort(self) -> None:
        """Close at once, without goodbyes."""
        if self._transport is not None:
            self._transport.abort()

    # Called by the transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's has no common ancestor

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._waiter.done():
            self.usable = False  # bytes nobody asked for: an answer to someone else's question
            self.abort()
            return
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.usable = False
            self._fail(f"not HTTP: {error!r}"[:200])
        else:
            if not self._ready and self._head > _MOST_HEAD:
                self._fail("the head of the answer does not end")

    def eof_received(self) -> None:
        return None

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        if self._ready:
            self._settle()
        self._fail(f"closed by the peer: {error}" if error else "closed by the peer")
        if not self.gone.done():
            self.gone.set_result(None)

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self._waiter is None or self._waiter.done():
            self.usable = False  # a second answer to one question
        self._headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        self._ready = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        room = self._limit - len(self._body)
        self._body += body[:room]
        if len(body) > room:
            self._settle()  # the rest is not read: the connection is not reused

    def on_message_complete(self) -> None:
        # Without this, 100 Continue and 103 Early Hints: the answer is still to come.
        if self._ready and self._waiter is not None and not self._waiter.done():
            self.usable = bool(self._parser.should_keep_alive())
            self._settle()


class Poster:
    """Warm connections by origin, and POSTs over them."""

    def __init__(
        self, guard: Guard, tls: Trust, timeouts: Timeouts, user_agent: str, limit: int
    ) -> None:
        self._guard = guard
        self._tls = tls
        self._timeouts = timeouts
        self._agent = user_agent
        self._limit = limit
        self._idle: dict[tuple[str, str, int], list[Wire]] = {}
        self._idle_count = 0
        self._most_idle = min(_MOST_IDLE, getrlimit(RLIMIT_NOFILE)[0] // 2)
        self._wires: set[Wire] = set()
        self._sweeper: asyncio.TimerHandle | None = None

    async def post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One POST. A warm connection that dies without a byte is replaced once.

        The peer may have closed it while our request was on its way; receivers drop a second copy
        by its id. TimeoutError and FetchFailed (all temporary, except `fetch_declined`).
        """
        request = _request(target, body, headers, self._agent)
        deadline = asyncio.get_running_loop().time() + self._timeouts.total
        try:
            wire = self._take(target)
            if wire is not None:
                try:
                    return await self._over(wire, target, request, deadline)
                except _Broken as broken:
                    if not broken.silent:
                        raise
            wire = await self._dial(target)
            return await self._over(wire, target, request, deadline)
        except _Broken as broken:
            code = "unreachable" if broken.silent else "garbled"
            raise FetchFailed(code, temporary=True, detail=f"{target.host}: {broken}") from None

    async def close(self) -> None:
        """Close every connection and wait until the loop has let go of it."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        wires = list(self._wires)
        for wire in wires:
            wire.abort()
        if wires:
            await asyncio.wait([wire.gone for wire in wires], timeout=1.0)

    async def _over(self, wire: Wire, target: Target, request: bytes, deadline: float) -> Reply:
        reply = await wire.exchange(request, self._timeouts.first_byte, deadline)
        self._keep(wire, target)
        return reply

    def _take(self, target: Target) -> Wire | None:
        wires = self._idle.get((target.scheme, target.host, target.port))
        while wires:
            wire = wires.pop()
            self._idle_count -= 1
            if wire.usable:
                return wire
        return None

    def _keep(self, wire: Wire, target: Target) -> None:
        if not wire.usable or self._idle_count >= self._most_idle:
            wire.abort()
            return
        loop = asyncio.get_running_loop()
        wire.idle_since = loop.time()
        self._idle.setdefault((target.scheme, target.host, target.port), []).append(wire)
        self._idle_count += 1
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._timeouts.idle, self._sweep)

    def _sweep(self) -> None:
        """Close what has waited too long; runs only while something waits."""
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._timeouts.idle
        for key, wires in list(self._idle.items()):
            kept = [wire for wire in wires if wire.usable and wire.idle_since > oldest]
            for wire in wires:
                if wire not in kept:
                    wire.abort()
            self._idle_count -= len(wires) - len(kept)
            if kept:
                self._idle[key] = kept
            else:
                del self._idle[key]
        again = self._timeouts.idle / 2
        self._sweeper = loop.call_later(again, self._sweep) if self._idle else None

    async def _dial(self, target: Target) -> Wire:
        """A new connection to the first checked address that answers."""
        times = self._timeouts
        async with asyncio.timeout(times.dns + times.connect + times.tls):
            return await self._dial_first(target, await self._guard.ends(target.host, target.port))

    async def _dial_first(self, target: Target, ends: list[tuple[str, int]]) -> Wire:
        failure = FetchFailed("unreachable", temporary=True, detail=target.host)
        for address, port in ends:
            if not self._guard.may_dial(address, port):
                raise FetchFailed("fetch_declined", temporary=False, detail=address)
            try:
                return await self._connect(target, address, port)
            except (ssl.SSLError, ssl.CertificateError) as error:
                raise FetchFailed("tls", temporary=True, detail=f"{target.host}: {error}") from None
            except TimeoutError:
                failure = FetchFailed("timeout", temporary=True, detail=f"connecting to {address}")
            except OSError as error:
                failure = FetchFailed("unreachable", temporary=True, detail=f"{address}: {error}")
        raise failure

    async def _connect(self, target: Target, address: str, port: int) -> Wire:
        secure = target.scheme == "https"
        seconds = self._timeouts.connect + (self._timeouts.tls if secure else 0.0)
        async with asyncio.timeout(seconds):
            _, wire = await asyncio.get_running_loop().create_connection(
                lambda: Wire(self._limit),
                address,
                port,
                ssl=self._tls.context if secure else None,
                server_hostname=target.host if secure else None,
                ssl_handshake_timeout=self._timeouts.tls if secure else None,
            )
        self._wires.add(wire)
        wire.gone.add_done_callback(lambda _: self._wires.discard(wire))
        return wire


def _request(target: Target, body: bytes, headers: Mapping[str, str], agent: str) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1"]
    names = set()
    for name, value in headers.items():
        if "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"the header {name} has a line break")
        names.add(name.lower())
        lines.append(f"{name}: {value}")
    if "host" not in names:
        lines.append(f"Host: {target.netloc}")
    if "user-agent" not in names:
        lines.append(f"User-Agent: {agent}")
    if "content-length" not in names:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
