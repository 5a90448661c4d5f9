"""The head of a request has a clock and a cap (H-5, H-6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
import uvicorn

from server.wire import Wire
from tests.nodes import free_port


class Hasty(Wire):
    head_seconds = 0.3


async def _app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    number = free_port()
    config = uvicorn.Config(
        _app, host="127.0.0.1", port=number, http=Hasty, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield number
    server.should_exit = True
    await task


async def _answers(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        return b""  # closed while we were still sending
    finally:
        writer.close()


_START = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def test_headers_have_their_time(port: int) -> None:
    """Those that come in pieces are taken; those that never end are not waited for, nor is a
    connection on which nothing is asked."""
    close = b"Connection: close\r\n\r\n"
    assert (await _answers(port, _START, close, pause=0.1)).startswith(b"HTTP/1.1 204")
    for parts in ((_START,), (b"",)):
        answer = await _answers(port, *parts)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"request_timeout" in answer
        assert b"Connection: close" in answer


async def test_a_second_request_has_its_own_clock(port: int) -> None:
    """Between two requests it is the keep-alive clock that counts."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(_START + b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        await asyncio.sleep(0.4)
    writer.write(_START)
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_head_has_a_cap(port: int) -> None:
    """Bytes of a body don't count: here a body larger than that cap."""
    answer = await _answers(port, _START + b"X: " + b"a" * 70_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    body = b"a" * 200_000
    fine = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n"
    assert (await _answers(port, fine + body)).startswith(b"HTTP/1.1 204")
