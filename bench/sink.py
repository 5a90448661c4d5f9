"""A neighbour that takes everything, in a process of its own: answers 202 and counts.

    python -m bench.sink

Prints its port; GET / says how many POSTs came so far.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

import httptools
import uvloop

_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class _Connection(asyncio.Protocol):
    posts = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._parser.get_method() == b"POST":
            _Connection.posts += 1
            self._transport.write(_ACCEPTED)
            return
        body = str(_Connection.posts).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


@dataclass(frozen=True, slots=True)
class Sink:
    port: int

    def count(self) -> int:
        """How many POSTs have come."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/")
            return int(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def sinking() -> Iterator[Sink]:
    """A sink in its process."""
    process = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


async def _run() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=4_096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run())
