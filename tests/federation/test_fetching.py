"""The guarded client over real sockets: where it goes, and where it does not. O-2 to O-7, F-8."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from federation.fetching import AS2_ACCEPT, Budget, Client, FetchFailed, Reach, Timeouts
from tests.federation.raw_server import Authority, always, raw_server
from tests.neighbour import Neighbour, sign, valid_cavage

QUICK = Timeouts(dns=0.3, connect=0.3, tls=0.3, first_byte=0.3, total=0.6)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@asynccontextmanager
async def client(
    *,
    resolve: Callable[[str, int], Awaitable[Sequence[str]]] | None = None,
    timeouts: Timeouts = QUICK,
    clock: Callable[[], float] = time.monotonic,
    per_minute: int | None = None,
    allow: tuple[str, ...] = (),
    hosts: Mapping[str, str] | None = None,
    http: bool = True,
    ca_file: Path | None = None,
) -> AsyncIterator[Client]:
    agent = "Test/1 (+https://home.example/)"
    reach = Reach(allow=allow, hosts=hosts or {}, http=http, ca_file=ca_file, user_agent=agent)
    made = Client(reach, resolve=resolve, timeouts=timeouts, clock=clock, per_minute=per_minute)
    try:
        yield made
    finally:
        await made.close()


def answering(*rounds: list[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """A resolver that gives these answers one after the other, and the last one for ever."""
    left = list(rounds)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def refused(made: Client, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        await made.get(url, accept="*/*")
    return failed.value


async def test_a_document_of_a_neighbour() -> None:
    """O-15: what goes out names the software; the answer comes back whole."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        answer = await made.get(far.person("ada").uri + "#main-key", accept=AS2_ACCEPT)
        assert (answer.status, answer.url) == (200, "http://far.test/people/ada")
        assert answer.headers["content-type"].startswith("application/activity+json")
        asked = far.asked[0]
        assert asked.headers["host"] == "far.test"
        assert asked.headers["user-agent"] == "Test/1 (+https://home.example/)"
        assert "cookie" not in asked.headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://far.test/",
        "file:///etc/passwd",
        "gopher://far.test/",
        "//far.test/",
        "far.test",
        "",
        "https://",
        "https://user@far.test/",
        "https://user:pass@far.test/",
        "https://far.test:/",
        "https://far.test:0/",
        "https://far.test:99999/",
        "https://far.test:x/",
        "https://far.test\\@127.0.0.1/",
        "https://far.test/a b",
        "https://far.test/\r\nHost:x",
        "https://far%2etest/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.a]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://１２７.0.0.1/",
        "https://127.0.0.1./",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://x.onion/",
        "https://far.test/" + "a" * 5000,
    ],
)
async def test_urls_refused_before_any_question(url: str) -> None:
    """O-2, O-4: the resolver is not even asked."""
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return []

    async with client(resolve=resolve) as made:
        failed = await refused(made, url)
        assert (failed.code, failed.temporary) == ("fetch_declined", False)
        with pytest.raises(FetchFailed, match="fetch_declined"):
            await made.post(url, body=b"{}", headers={})
    assert asked == []


async def test_plain_http_and_ports_need_the_configuration() -> None:
    """O-2, O-5: the same server with and without `http`, and an exact pair that opens a port."""
    async with Neighbour() as far:
        url = far.serve("/x", {})
        port = far.port
        async with client(allow=far.allow) as made:
            assert (await made.get(url, accept="*/*")).status == 200
        async with client(allow=far.allow, http=False) as made:
            assert "scheme" in (await refused(made, url)).detail
        async with client(resolve=answering(["8.8.8.8"]), http=False) as made:
            assert "port" in (await refused(made, "https://far.example:8443/")).detail
        async with client(
            resolve=answering(["127.0.0.1"]), allow=(f"far.example:{port}",), http=False
        ) as made:
            # Past the guard: what fails is TLS, for the neighbour speaks plain http.
            assert (await refused(made, f"https://far.example:{port}/")).code == "tls"
        async with client(allow=("127.0.0.0/8",)) as made:
            assert (await made.get(url, accept="*/*")).status == 200
        async with client() as made:
            assert (await refused(made, url)).code == "fetch_declined"


@pytest.mark.parametrize("method", ["get", "post"])
async def test_every_address_of_a_name_is_checked(method: str) -> None:
    """O-3, F-14: private, mixed and mapped answers are declined, and nothing is dialled."""
    async with Neighbour() as far:
        url = f"http://far.example:{far.port}/x"
        far.serve("/x", {})

        async def ask(made: Client) -> int:
            if method == "get":
                return (await made.get(url, accept="*/*")).status
            return (await made.post(url, body=b"{}", headers={})).status

        for answer in (
            ["127.0.0.1"],
            ["8.8.8.8", "127.0.0.1"],
            ["2606:4700::1", "::ffff:127.0.0.1"],
            ["8.8.8.8"] * 40 + ["10.0.0.1"],
            ["fe80::1%eth0"],
        ):
            async with client(resolve=answering(answer)) as made:
                with pytest.raises(FetchFailed) as failed:
                    await ask(made)
                assert (failed.value.code, failed.value.temporary) == ("fetch_declined", False)
        assert far.asked == far.received == []
        async with client(resolve=answering(["127.0.0.1"]), allow=far.allow) as made:
            assert await ask(made) in (200, 202)


async def test_a_name_that_changes_its_mind() -> None:
    """O-3: rebinding. Each new connection is resolved and checked once, and goes just there."""
    async with Neighbour() as far:
        url = f"http://far.example:{far.port}/x"
        far.serve("/x", {}, headers={"Connection": "close"})
        resolve = answering(["127.0.0.1"], ["127.0.0.2"])
        async with client(resolve=resolve, allow=far.allow) as made:
            assert (await made.get(url, accept="*/*")).status == 200
            assert (await refused(made, url)).code == "fetch_declined"
        assert len(far.asked) == 1


async def test_the_second_address_when_the_first_is_silent() -> None:
    """O-3: all checked, then tried in turn."""
    async with Neighbour() as far:
        url = f"http://far.example:{far.port}/x"
        far.serve("/x", {})
        resolve = answering(["127.0.0.2", "127.0.0.1"])
        async with client(resolve=resolve, allow=("127.0.0.0/8",)) as made:
            assert (await made.get(url, accept="*/*")).status == 200
            assert (await made.post(url, body=b"{}", headers={})).status == 202


@pytest.mark.parametrize("method", ["get", "post"])
async def test_names_without_answer(method: str) -> None:
    """F-14, S-14: no such name, a silent name server, no address: temporary."""

    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    async def missing(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    for resolve in (silent, missing, answering([])):
        async with client(resolve=resolve) as made:
            ask = (
                made.get("https://far.example/", accept="*/*")
                if method == "get"
                else made.post("https://far.example/", body=b"", headers={})
            )
            with pytest.raises(FetchFailed) as failed:
                await ask
            assert (failed.value.code, failed.value.temporary) == ("dns", True)


async def test_the_systems_resolver() -> None:
    """O-3: without an injected resolver the operating system is asked, and checked like any."""
    async with Neighbour() as far:
        url = f"http://localhost:{far.port}/x"
        far.serve("/x", {})
        async with client(allow=(f"localhost:{far.port}", *far.allow)) as made:
            assert (await made.get(url, accept="*/*")).status == 200
        async with client(allow=far.allow) as made:
            assert (await refused(made, url)).code == "fetch_declined"


async def test_three_redirects_each_judged_and_signed() -> None:
    """O-6: three hops pass, every one with a signature for its own URL; a fourth does not."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        ada = far.person("ada")
        far.redirect("/1", far.origin + "/2")
        far.redirect("/2", "/3?page=2", status=307)
        far.redirect("/3", "/people/ada", status=301)
        far.redirect("/0", "/1")

        def signer(method: str, url: str, body: bytes | None, kind: str | None) -> dict[str, str]:
            return sign(method, url, body, ada)

        secret = {"Authorization": "Bearer x"}
        answer = await made.get(far.origin + "/1", accept=AS2_ACCEPT, signer=signer, headers=secret)
        assert (answer.status, answer.url) == (200, ada.uri)
        assert [seen.path for seen in far.asked] == ["/1", "/2", "/3?page=2", "/people/ada"]
        assert all(valid_cavage(seen, ada.pem) for seen in far.asked)
        failed = await refused(made, far.origin + "/0")
        assert (failed.code, failed.temporary) == ("fetch_declined", False)


async def test_redirects_to_where_we_do_not_go() -> None:
    """O-6: loopback, odd notations, other schemes, loops; and no secrets for another host."""
    async with (
        Neighbour(name="far.test") as far,
        Neighbour(name="other.test") as other,
        Neighbour() as inner,
        client(hosts=far.hosts | other.hosts) as made,
    ):
        inner.serve("/x", {})
        for to in (
            f"http://127.0.0.1:{inner.port}/x",
            f"http://2130706433:{inner.port}/x",
            f"http://[::1]:{inner.port}/x",
            "file:///etc/passwd",
            "http://far.test@evil.example/",
            "/loop",
        ):
            assert (await refused(made, far.redirect("/loop", to))).code == "fetch_declined"
        assert inner.asked == []
        target = other.serve("/x", {})
        secret = {"Authorization": "Bearer x"}
        url = far.redirect("/over", target)
        assert (await made.get(url, accept="*/*", headers=secret)).url == target
        assert "authorization" in far.asked[-1].headers
        assert "authorization" not in other.asked[-1].headers


async def test_a_401_is_tried_again_signed_without_the_query() -> None:
    """S-20: servers differ on whether the query is part of what is signed."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        far.serve("/x?page=1", {}, status=401)
        signed: list[str] = []

        def signer(method: str, url: str, body: bytes | None, kind: str | None) -> dict[str, str]:
            signed.append(url)
            return {"Signature": "x"}

        answer = await made.get(far.origin + "/x?page=1", accept="*/*", signer=signer)
        assert answer.status == 401
        assert signed == ["http://far.test/x?page=1", "http://far.test/x"]
        assert [seen.path for seen in far.asked] == ["/x?page=1"] * 2
        await made.get(far.origin + "/x?page=1", accept="*/*")
        assert len(far.asked) == 3


async def test_a_budget_counts_every_hop() -> None:
    """O-11: thirty fetches by default; redirects count; time counts too."""
    clock = [0.0]
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        url = far.redirect("/1", far.serve("/2", {}))
        budget = Budget(fetches=3, clock=lambda: clock[0])
        await made.get(url, accept="*/*", budget=budget)
        with pytest.raises(FetchFailed, match="fetch_declined") as failed:
            await made.get(url, accept="*/*", budget=budget)
        assert not failed.value.temporary
        assert len(far.asked) == 3
    fresh = Budget(clock=lambda: clock[0])
    for _ in range(30):
        fresh.spend()
    late = Budget(clock=lambda: clock[0])
    clock[0] = 300.0
    for spent in (fresh, late):
        with pytest.raises(FetchFailed, match="fetch_declined"):
            spent.spend()


async def test_certificates(tmp_path: Path) -> None:
    """O-14, F-15: ours passes with its name in SNI; expired, other, self-signed ones wait."""
    authority = Authority(tmp_path)
    for context, code in (
        (authority.context("far.test"), None),
        (authority.context("far.test", days=-1), "tls"),
        (authority.context("other.test"), "tls"),
        (authority.context("far.test", signed=False), "tls"),
    ):
        async with raw_server(always(HELLO), context) as port:
            hosts = {"far.test": f"127.0.0.1:{port}"}
            async with client(hosts=hosts, ca_file=authority.file, http=False) as made:
                for ask in (
                    made.get("https://far.test/", accept="*/*"),
                    made.post("https://far.test/", body=b"{}", headers={}),
                ):
                    if code is None:
                        assert (await ask).body == b"hello"
                        continue
                    with pytest.raises(FetchFailed) as failed:
                        await ask
                    assert (failed.value.code, failed.value.temporary) == (code, True)
            if code is None:
                async with client(hosts=hosts, http=False) as made:
                    assert (await refused(made, "https://far.test/")).code == "tls"


async def test_https_does_not_lead_to_http(tmp_path: Path) -> None:
    """O-6: even where plain http is allowed."""
    authority = Authority(tmp_path)
    async with Neighbour(name="far.test") as far:
        to = far.serve("/x", {})
        moved = f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()
        async with raw_server(always(moved), authority.context("near.test")) as port:
            hosts = far.hosts | {"near.test": f"127.0.0.1:{port}"}
            async with client(hosts=hosts, ca_file=authority.file) as made:
                assert "https to http" in (await refused(made, "https://near.test/")).detail
                assert (await made.get(to, accept="*/*")).status == 200
        assert len(far.asked) == 1
