"""The load generator, a process of its own: sends prepared requests over a few warm connections.

    python -m bench.load PORT CONNECTIONS FILE [REPEAT]

FILE is a JSON list of whole requests as text. Prints how many answers had which status, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

import httptools
import uvloop


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is complete."""

    def __init__(self, requests: Iterator[bytes], statuses: Counter[int]) -> None:
        self._requests = requests
        self._statuses = statuses
        self._parser = httptools.HttpResponseParser(self)
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._statuses[self._parser.get_status_code()] += 1
        self._parser = httptools.HttpResponseParser(self)
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


async def _run(port: int, connections: int, requests: Iterator[bytes]) -> Counter[int]:
    loop, statuses = asyncio.get_running_loop(), Counter[int]()
    made = [
        await loop.create_connection(lambda: _Connection(requests, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.over for _, protocol in made))
    return statuses


def send(
    folder: Path, port: int, requests: Sequence[str], *, connections: int = 32, times: int = 1
) -> dict[int, int]:
    """Run the generator in its process; how many answers had which status."""
    file = folder / "requests.json"
    file.write_text(json.dumps(requests), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "bench.load", str(port), str(connections), str(file), str(times)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return {int(status): count for status, count in json.loads(ran.stdout).items()}


def main() -> None:
    port, connections, file, times = sys.argv[1:]
    requests = [text.encode() for text in json.loads(Path(file).read_bytes())]
    each = chain.from_iterable(repeat(requests, int(times)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_run(int(port), int(connections), each))))


if __name__ == "__main__":
    main()
