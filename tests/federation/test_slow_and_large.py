"""Peers that are slow, endless, gone or not HTTP, over real sockets. O-7, O-8, F-8."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable

import pytest

from federation.fetching import Client, FetchFailed
from tests.federation.raw_server import Answering, always, raw_server
from tests.federation.test_fetching import HELLO, client, refused
from tests.neighbour import Neighbour


async def drip(_: bytes, writer: asyncio.StreamWriter) -> bool:
    """One byte every tenth of a second."""
    for byte in HELLO * 100:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.1)
    return False


async def silence(_: bytes, writer: asyncio.StreamWriter) -> bool:
    await asyncio.sleep(60)
    return False


def endless(start: bytes, block: bytes, sent: list[int]) -> Answering:
    """A start, then the same block for ever, counting what the other side let through."""

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(start)
        while True:
            writer.write(block)
            await writer.drain()
            sent.append(len(block))

    return answer


async def get(made: Client, url: str) -> int:
    return (await made.get(url, accept="*/*")).status


async def post(made: Client, url: str) -> int:
    return (await made.post(url, body=b"{}", headers={})).status


BOTH = pytest.mark.parametrize("ask", [get, post])
Ask = Callable[[Client, str], Awaitable[int]]


@BOTH
async def test_a_good_answer(ask: Ask) -> None:
    """The success beside the failures below."""
    async with raw_server(always(HELLO)) as port, client(allow=("127.0.0.0/8",)) as made:
        assert await ask(made, f"http://127.0.0.1:{port}/") == 200


@BOTH
@pytest.mark.parametrize("answer", [silence, drip])
async def test_slow_peers_end_in_time(ask: Ask, answer: Answering) -> None:
    """O-7, F-8: accepts and never answers, or one byte at a time through its whole head."""
    async with raw_server(answer) as port, client(allow=("127.0.0.0/8",)) as made:
        started = time.monotonic()
        with pytest.raises(FetchFailed) as failed:
            await ask(made, f"http://127.0.0.1:{port}/")
        assert (failed.value.code, failed.value.temporary) == ("timeout", True)
        assert time.monotonic() - started < 2


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"\x00" * 400,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_peers_that_do_not_speak_http(ask: Ask, text: bytes) -> None:
    """H-9, S-14: temporary, whatever the words."""
    answer = always(text, keep=False)
    async with raw_server(answer) as port, client(allow=("127.0.0.0/8",)) as made:
        url = f"http://127.0.0.1:{port}/"
        if ask is get and b"101" in text:
            assert await ask(made, url) == 101  # an answer like any other, and nobody follows it
            return
        with pytest.raises(FetchFailed) as failed:
            await ask(made, url)
        assert failed.value.temporary
        assert failed.value.code in ("garbled", "unreachable")


@BOTH
async def test_a_peer_that_is_gone_and_comes_back(ask: Ask) -> None:
    """F-7: refused connections are temporary; the warm connection of before does no harm."""
    async with Neighbour() as far, client(allow=far.allow) as made:
        url = far.serve("/x", {})
        assert await ask(made, url) in (200, 202)
        await far.gone()
        with pytest.raises(FetchFailed) as failed:
            await ask(made, url)
        assert (failed.value.code, failed.value.temporary) == ("unreachable", True)
        await far.back()
        assert await ask(made, url) in (200, 202)


@BOTH
async def test_an_endless_head(ask: Ask) -> None:
    """F-8: headers without end."""
    sent: list[int] = []
    answer = endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 900 + b"\r\n", sent)
    async with raw_server(answer) as port, client(allow=("127.0.0.0/8",)) as made:
        with pytest.raises(FetchFailed) as failed:
            await ask(made, f"http://127.0.0.1:{port}/")
        assert (failed.value.code, failed.value.temporary) == ("garbled", True)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
)
async def test_ten_gibibytes(start: bytes) -> None:
    """O-8, F-8: reading stops at the cap; for a delivery the status is what counts."""
    sent: list[int] = []
    block = b"x" * 65_536
    async with raw_server(endless(start, block, sent)) as port:
        url = f"http://127.0.0.1:{port}/"
        async with client(allow=("127.0.0.0/8",)) as made:
            failed = await refused(made, url)
            assert (failed.code, failed.temporary) == ("body_too_large", False)
            answer = await made.post(url, body=b"{}", headers={})
            assert (answer.status, len(answer.body)) == (200, 65_536)
    # What is beyond the cap sits in socket buffers, on both sides of loopback.
    assert sum(sent) < 32 * 1024 * 1024


async def test_an_endless_chunked_body() -> None:
    """O-8: no length given, no end."""
    sent: list[int] = []
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = endless(start, b"10000\r\n" + b"x" * 65_536 + b"\r\n", sent)
    async with raw_server(answer) as port, client(allow=("127.0.0.0/8",)) as made:
        assert (await refused(made, f"http://127.0.0.1:{port}/")).code == "body_too_large"


async def test_compressed_answers() -> None:
    """O-8: small gzip passes, a bomb of 200 MiB in 200 KiB does not."""
    async with Neighbour() as far, client(allow=far.allow) as made:
        packed = {"Content-Encoding": "gzip"}
        small = far.serve("/small", gzip.compress(b'{"a": 1}'), headers=packed)
        assert (await made.get(small, accept="*/*")).body == b'{"a": 1}'
        bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 1)
        bomb_url = far.serve("/bomb", bomb, headers=packed)
        assert (await refused(made, bomb_url)).code == "body_too_large"
        assert "gzip" in far.asked[0].headers["accept-encoding"]


async def test_a_limit_of_ones_own() -> None:
    """O-8: WebFinger asks for less."""
    async with Neighbour() as far, client(allow=far.allow) as made:
        url = far.serve("/x", b"x" * 1000)
        assert len((await made.get(url, accept="*/*", limit=1000)).body) == 1000
        with pytest.raises(FetchFailed, match="body_too_large"):
            await made.get(url, accept="*/*", limit=999)
