"""uvicorn's HTTP protocol with a clock and a cap for the head of a request.

uvicorn waits for ever for the end of the headers and keeps whatever comes until then, so anybody
could hold a connection, or our memory, with one endless header (H-5, H-6). Bodies have their own
clock, where they are read.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEAD = 64 * 1024  # bytes; the application itself refuses more than 32 KiB, with a sentence
_REASONS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class Wire(HttpToolsProtocol):
    """`head_seconds`: from the connection, or the first byte of a later request, to the end of
    its headers."""

    head_seconds = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock: asyncio.TimerHandle | None = None
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._clock is None:
            return
        self._head += len(data)
        if self._head > _MOST_HEAD:
            self._refuse(431, "header_too_large", "At most 100 header fields and 32 KiB.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._clock is None:
            self._start()

    def on_headers_complete(self) -> None:
        self._stop()
        super().on_headers_complete()

    def _start(self) -> None:
        self._head = 0
        self._clock = self.loop.call_later(self.head_seconds, self._late)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        self._refuse(408, "request_timeout", "The headers come too slowly.")

    def _refuse(self, status: int, code: str, sentence: str) -> None:
        self._stop()
        if self.transport.is_closing():
            return
        body = orjson.dumps({"error": code, "error_description": sentence, "request_id": ""})
        self.transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
            b"Connection: close\r\n\r\n%b" % (status, _REASONS[status], len(body), body)
        )
        self.transport.close()
