"""The way from one instance to another: it can be cut, slow down, and say everything twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_CHUNK = 65_536


async def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


class Link:
    """Listens on `port` of loopback and passes on to `target` there, byte for byte.

    `delay`: seconds each piece waits. `record`: keep what goes to the target, for `replay`.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.delay = 0.0
        self.record = False
        self._is_open = True
        self._said: list[bytearray] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    async def open(cls, target: int) -> Link:
        link = cls(target)
        link._server = await asyncio.start_server(link._accept, "127.0.0.1", 0)
        return link

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> None:
        """From now on nothing passes, and what is under way breaks off."""
        self._is_open = False
        for task in self._tasks:
            task.cancel()

    def mend(self) -> None:
        self._is_open = True

    def said(self) -> bytes:
        """What was recorded so far, connection after connection."""
        return b"".join(self._said)

    async def replay(self) -> int:
        """Say again, byte for byte, what was recorded; how many connections that were."""
        said, self._said = self._said, []
        for stream in said:
            await self._say(bytes(stream))
        return len(said)

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _say(self, stream: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            writer.write(stream)
            writer.write_eof()
            async with asyncio.timeout(10):
                await reader.read(-1)
        finally:
            writer.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            if self._is_open:
                await self._pass_on(reader, writer)
        writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        said: bytearray | None = None
        if self.record:
            said = bytearray()
            self._said.append(said)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer, said))
                group.create_task(self._pump(far_reader, writer, None))
        except* OSError:
            pass
        finally:
            far_writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytearray | None
    ) -> None:
        while piece := await reader.read(_CHUNK):
            if said is not None:
                said += piece
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
