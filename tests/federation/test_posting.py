"""Deliveries on the wire: warm connections, redirects, what is kept of an answer. O-6, Q-5."""

from __future__ import annotations

import asyncio

import pytest

from federation.fetching import FetchFailed, Timeouts
from tests.federation.raw_server import Answering, always, raw_server
from tests.federation.test_fetching import client
from tests.neighbour import ACTIVITY_JSON, Neighbour, sign, valid_cavage

LOOPBACK = ("127.0.0.0/8",)


async def test_a_signed_delivery() -> None:
    """S-20: the neighbour's own check finds the signature good over what really arrived."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        ada = far.person("ada")
        body = b'{"type": "Like"}'
        headers = sign("POST", ada.inbox, body, ada)
        answer = await made.post(ada.inbox, body=body, headers=headers)
        assert (answer.status, answer.url) == (202, ada.inbox)
        seen = far.received[0]
        assert valid_cavage(seen, ada.pem)
        assert seen.body == body
        assert seen.headers["user-agent"].startswith("Test/1")
        assert seen.headers["content-type"] == ACTIVITY_JSON


@pytest.mark.parametrize("status", [200, 202, 301, 302, 400, 401, 404, 410, 429, 500, 503])
async def test_any_status_is_an_answer(status: int) -> None:
    """Q-9 is judged elsewhere; redirects are not followed."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        far.script(status, retry_after="120")
        answer = await made.post(far.origin + "/inbox", body=b"{}", headers={})
        assert (answer.status, answer.headers["retry-after"]) == (status, "120")
        assert len(far.received) == 1


async def test_one_connection_for_many() -> None:
    """Keep-alive: a hundred deliveries, one after the other, use one connection."""
    accepted: set[asyncio.StreamWriter] = set()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> bool:
        accepted.add(writer)
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}")
        return True

    async with raw_server(answer) as port, client(allow=LOOPBACK) as made:
        for _ in range(100):
            await made.post(f"http://127.0.0.1:{port}/inbox", body=b"x", headers={})
        assert len(accepted) == 1
        url = f"http://127.0.0.1:{port}/inbox"
        await asyncio.gather(*(made.post(url, body=b"x", headers={}) for _ in range(4)))
        assert len(accepted) == 4


async def test_a_connection_nobody_needs_is_closed() -> None:
    """Idle connections cost both sides; the next delivery simply makes a new one."""
    accepted: set[asyncio.StreamWriter] = set()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> bool:
        accepted.add(writer)
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        return True

    brief = Timeouts(idle=0.1)
    async with raw_server(answer) as port, client(allow=LOOPBACK, timeouts=brief) as made:
        url = f"http://127.0.0.1:{port}/inbox"
        for pause, connections in ((0.0, 1), (0.3, 1), (0.0, 2)):
            assert (await made.post(url, body=b"x", headers={})).status == 202
            assert len(accepted) == connections
            await asyncio.sleep(pause)
            assert all(writer.is_closing() for writer in accepted) == bool(pause)


async def test_a_warm_connection_closed_meanwhile_is_replaced_once() -> None:
    """Q-5: the peer hangs up after reading; the delivery goes again, over a new connection."""
    heads: list[bytes] = []

    async def once(head: bytes, writer: asyncio.StreamWriter) -> bool:
        heads.append(head)
        if len(heads) == 2:
            return False
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        return True

    async def never(head: bytes, writer: asyncio.StreamWriter) -> bool:
        heads.append(head)
        return False

    async with raw_server(once) as port, client(allow=LOOPBACK) as made:
        url = f"http://127.0.0.1:{port}/inbox"
        assert (await made.post(url, body=b"x", headers={})).status == 202
        assert (await made.post(url, body=b"x", headers={})).status == 202
        assert len(heads) == 3
    heads.clear()
    async with raw_server(never) as port, client(allow=LOOPBACK) as made:
        with pytest.raises(FetchFailed) as failed:
            await made.post(f"http://127.0.0.1:{port}/inbox", body=b"x", headers={})
        assert (failed.value.code, failed.value.temporary) == ("unreachable", True)
        assert len(heads) == 1


@pytest.mark.parametrize(
    ("text", "connections"),
    [
        (b"HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n", 1),
        (b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n", 1),
        (b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 202 A\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 2),
        (b"HTTP/1.0 202 A\r\nContent-Length: 0\r\n\r\n", 2),
        (b"HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 B\r\n", 2),
        (b"HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n\0\0\0garbage", 2),
    ],
)
async def test_which_connections_are_used_again(text: bytes, connections: int) -> None:
    """An answer nobody asked for must never become the answer to the next delivery."""
    accepted: set[asyncio.StreamWriter] = set()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> bool:
        accepted.add(writer)
        writer.write(text)
        return True

    async with raw_server(answer) as port, client(allow=LOOPBACK) as made:
        for _ in range(2):
            answered = await made.post(f"http://127.0.0.1:{port}/", body=b"x", headers={})
            assert answered.status == 202
            assert "link" not in answered.headers
        assert len(accepted) == connections


async def test_a_status_followed_by_a_slow_body_is_an_answer() -> None:
    """F-8: the peer said 202; that its body dribbles or breaks off changes nothing."""

    async def dribble(_: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n")
        while True:
            writer.write(b"y")
            await asyncio.sleep(0.1)

    broken = always(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nx", keep=False)
    servers: list[Answering] = [dribble, broken]
    for server in servers:
        async with raw_server(server) as port, client(allow=LOOPBACK) as made:
            answer = await made.post(f"http://127.0.0.1:{port}/", body=b"x", headers={})
            assert answer.status == 202


async def test_a_moved_inbox_on_the_same_server() -> None:
    """O-6: 307 and 308 of the same origin, signed anew; never to another, never for 302."""
    async with Neighbour(name="far.test") as far, Neighbour(name="other.test") as other:
        ada = far.person("ada")
        moved = b"HTTP/1.1 308 Moved\r\nContent-Length: 0\r\nLocation: "
        paths: list[bytes] = []
        goal = b"/new"
        status = b"308"

        async def answer(head: bytes, writer: asyncio.StreamWriter) -> bool:
            paths.append(head.split(b" ")[1])
            text = moved.replace(b"308", status) + goal + b"\r\n\r\n"
            ok = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
            writer.write(ok if paths[-1] == b"/new" else text)
            return True

        signed: list[str] = []

        def signer(method: str, url: str, body: bytes | None, kind: str | None) -> dict[str, str]:
            signed.append(url)
            return sign(method, url, body, ada)

        async with raw_server(answer) as port:
            hosts = other.hosts | {"near.test": f"127.0.0.1:{port}"}
            async with client(hosts=hosts) as made:
                url = "http://near.test/old"
                kept = await made.post(url, body=b"x", headers={})
                assert kept.status == 308
                followed = await made.post(url, body=b"x", headers={}, signer=signer)
                assert (followed.status, followed.url) == (202, "http://near.test/new")
                assert signed == [url, "http://near.test/new"]
                goal = b"http://other.test/new"
                assert (await made.post(url, body=b"x", headers={}, signer=signer)).status == 308
                goal, status = b"/new", b"302"
                assert (await made.post(url, body=b"x", headers={}, signer=signer)).status == 302
        assert paths == [b"/old", b"/old", b"/new", b"/old", b"/old"]
        assert other.received == []


async def test_a_cancelled_delivery_takes_its_connection_along() -> None:
    """Q-16: the late answer of the first must not be read as that of the second."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        url = far.origin + "/inbox"
        await made.post(url, body=b"1", headers={})
        far.delay = 0.2
        far.script(500)
        first = asyncio.create_task(made.post(url, body=b"2", headers={}))
        await far.wait_for(lambda: len(far.received) == 2)
        first.cancel()
        far.delay = 0.0
        assert (await made.post(url, body=b"3", headers={})).status == 202


async def test_headers_stay_in_their_lines() -> None:
    """A line break in a header would start another one."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        with pytest.raises(ValueError, match="line break"):
            await made.post(far.origin + "/inbox", body=b"", headers={"Date": "x\r\nX: y"})
        await made.post(far.origin + "/inbox", body=b"", headers={"Date": "x"})
        assert "x" not in far.received[0].headers
