"""Documents of other servers: type, single flight, remembered failures, pace. O-9 to O-12."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from federation.fetching import AS2_ACCEPT, Budget, Client, FetchFailed, Timeouts
from tests.federation.test_fetching import client
from tests.neighbour import Json, Neighbour, sign, valid_9421

SLOW = Timeouts(total=3.0)


async def failing(made: Client, url: str, budget: Budget | None = None) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        await made.document(url, signer=None, budget=budget)
    return failed.value


async def test_a_document_and_where_it_was_found() -> None:
    """O-9, O-10: bytes as served and the final URL, for the caller's id check."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        ada = far.person("ada")
        url = far.redirect("/@ada", ada.uri)
        key = ada.ed_key.public_key()

        def signer(method: str, to: str, body: bytes | None, kind: str | None) -> dict[str, str]:
            return sign(method, to, body, ada, "rfc9421")

        final, body = await made.document(url, signer=signer, budget=Budget())
        assert final == ada.uri
        assert ada.multikey.encode() in body
        assert [seen.headers["accept"] for seen in far.asked] == [AS2_ACCEPT] * 2
        assert valid_9421(far.asked[0], url, key)
        assert valid_9421(far.asked[1], ada.uri, key)


@pytest.mark.parametrize(
    "kind", ["application/json", "text/html", "text/plain", "application/ld+json", "image/png"]
)
async def test_other_content_types(kind: str) -> None:
    """O-9: the same bytes under another type are not a document."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        document: Json = {"id": "http://far.test/x", "type": "Person"}
        failed = await failing(made, far.serve("/x", document, content_type=kind))
        assert (failed.code, failed.temporary) == ("unsupported_media_type", False)
        good = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
        url = far.serve("/y", document, content_type=good)
        assert (await made.document(url, signer=None, budget=None))[0] == url


@pytest.mark.parametrize(
    ("status", "temporary"),
    [(status, False) for status in (204, 304, 400, 401, 403, 404, 410)]
    + [(status, True) for status in (408, 425, 429, 500, 502, 503)],
)
async def test_statuses(status: int, temporary: bool) -> None:
    """S-14, F-12: what may pass and what will not, with the wait the peer asks for."""
    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        url = far.serve("/x", b"", status=status, headers={"Retry-After": "120"})
        failed = await failing(made, url)
        assert (failed.code, failed.status, failed.temporary) == ("status", status, temporary)
        assert failed.retry_after == 120_000


async def test_the_same_question_at_the_same_time_is_asked_once() -> None:
    """O-12: one request for one identity; others ask for themselves, for they may see more."""
    async with (
        Neighbour(name="far.test") as far,
        client(hosts=far.hosts, timeouts=SLOW) as made,
    ):
        far.delay = 0.1
        url = far.serve("/x", {"type": "Note"})

        def ask(identity: str) -> asyncio.Task[tuple[str, bytes]]:
            return asyncio.create_task(
                made.document(url, signer=None, budget=None, identity=identity)
            )

        impatient, *others = [ask("server") for _ in range(9)] + [ask("ada")]
        await asyncio.sleep(0.05)
        impatient.cancel()  # leaving does not take the answer from the others
        assert len({await other for other in others}) == 1
        assert len(far.asked) == 2
        await made.document(url, signer=None, budget=None, identity="server")
        assert len(far.asked) == 3  # answers are not kept


async def test_failures_are_remembered() -> None:
    """O-12: 404 and 410 an hour, others five minutes; then the server is asked again."""
    clock = [1000.0]
    async with (
        Neighbour(name="far.test") as far,
        client(hosts=far.hosts, clock=lambda: clock[0]) as made,
    ):
        for path, status, seconds in (("/a", 404, 3600), ("/b", 410, 3600), ("/c", 500, 300)):
            url = far.serve(path, b"", status=status)
            before = len(far.asked)
            assert (await failing(made, url)).status == status
            clock[0] += seconds - 1
            assert (await failing(made, url)).status == status
            assert len(far.asked) == before + 1
            far.serve(path, {"type": "Note"})
            clock[0] += 1
            assert (await made.document(url, signer=None, budget=None))[0] == url
            assert len(far.asked) == before + 2


async def test_the_pace_of_one_host() -> None:
    """O-11: sixty documents a minute from one host, others are not held up, and it passes."""
    clock = [1000.0]
    async with (
        Neighbour(name="far.test") as far,
        Neighbour(name="other.test") as other,
        client(hosts=far.hosts | other.hosts, clock=lambda: clock[0], per_minute=60) as made,
    ):
        url = far.serve("/x", {"type": "Note"})
        for _ in range(60):
            await made.document(url, signer=None, budget=None)
        clock[0] += 20.0
        failed = await failing(made, url)
        assert (failed.code, failed.temporary) == ("rate_limited", True)
        assert failed.retry_after == 40_001
        await made.document(other.serve("/x", {}), signer=None, budget=None)
        clock[0] += 41.0
        await made.document(url, signer=None, budget=None)


async def test_four_at_once_for_one_host() -> None:
    """O-11: the fifth waits for its turn."""
    async with (
        Neighbour(name="far.test") as far,
        client(hosts=far.hosts, timeouts=SLOW) as made,
    ):
        far.delay = 0.15
        urls = [far.serve(f"/{number}", {}) for number in range(6)]
        asks = [asyncio.create_task(made.document(url, signer=None, budget=None)) for url in urls]
        await asyncio.sleep(0.1)
        assert len(far.asked) == 4
        await asyncio.gather(*asks)
        assert len(far.asked) == 6


async def test_budgets_of_documents() -> None:
    """O-11: every question costs one, even when others asked it first; and time runs out."""

    def clock_from(moments: list[float]) -> Callable[[], float]:
        return lambda: moments.pop(0) if len(moments) > 1 else moments[0]

    async with Neighbour(name="far.test") as far, client(hosts=far.hosts) as made:
        url = far.serve("/x", {})
        budget = Budget(fetches=2)
        await asyncio.gather(
            *(made.document(url, signer=None, budget=budget, identity="a") for _ in range(2))
        )
        failed = await failing(made, url, budget)
        assert (failed.code, failed.temporary) == ("fetch_declined", False)
        far.delay = 0.3
        late = Budget(seconds=10.0, clock=clock_from([0.0, 1.0, 9.95]))
        assert "time" in (await failing(made, url, late)).detail


async def test_closing_ends_what_is_under_way() -> None:
    """Q-16: a server that never answers does not hold up the shutdown."""
    async with Neighbour(name="far.test") as far:
        far.delay = 30.0
        async with client(hosts=far.hosts, timeouts=Timeouts()) as made:
            ask = asyncio.create_task(made.document(far.serve("/x", {}), signer=None, budget=None))
            await far.wait_for(lambda: far.asked)
        with pytest.raises(asyncio.CancelledError):
            await ask
