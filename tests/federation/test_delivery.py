"""Deliveries to real neighbours over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from federation.delivery.knocking import knocks, lesson
from storage.engine import Store
from tests.databases import sqlite_store
from tests.federation.delivering import NOW, Office, keys_here, office, rsa_here
from tests.neighbour import Neighbour, Received, valid_9421, valid_cavage

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


@pytest_asyncio.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite_store(tmp_path) as store:
        yield store


@pytest_asyncio.fixture
async def far() -> AsyncIterator[Neighbour]:
    async with Neighbour(name="far.test") as neighbour:
        yield neighbour


@pytest_asyncio.fixture
async def post(disk: Store, far: Neighbour) -> AsyncIterator[Office]:
    async with office(disk, [far]) as made:
        yield made


INBOX = "http://far.test/inbox"


def ids(received: list[Received]) -> list[str]:
    return [one.body.decode().split("/a/")[1].rstrip('"}') for one in received]


async def test_a_delivery_arrives_signed_at_send_time_with_the_bytes_of_the_deed(
    post: Office, far: Neighbour
) -> None:
    """Q-15."""
    await post.send(INBOX)
    post.later(HOUR)
    assert await post.deliverer.run_once() == 1
    (one,) = far.received
    assert one.body == b'{"id":"https://here.test/a/1"}'
    assert one.headers["content-type"] == "application/activity+json"
    assert one.headers["date"] == "Fri, 15 Jan 2027 09:00:00 GMT"
    assert valid_cavage(one, rsa_here())
    assert await post.lanes() == {}
    assert await post.deliverer.run_once() == 0


async def test_a_peer_that_reads_only_rfc9421_is_found_out_once(
    post: Office, far: Neighbour
) -> None:
    far.formats = {"rfc9421"}
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert ["signature-input" in one.headers for one in far.received] == [False, True]
    assert valid_9421(far.received[1], INBOX, keys_here()["ed25519"].material.public_key())
    assert await post.format("far.test") == "rfc9421"
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 3
    assert "signature-input" in far.received[2].headers


async def test_a_peer_that_takes_no_ed25519_gets_rsa_and_is_remembered(
    post: Office, far: Neighbour
) -> None:
    far.script(401, 401, 202)
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 3
    assert valid_9421(far.received[2], INBOX, keys_here()["rsa"].material.public_key())
    assert await post.format("far.test") == "rfc9421-rsa"
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert valid_9421(far.received[3], INBOX, keys_here()["rsa"].material.public_key())


async def test_a_known_peer_that_went_back_to_cavage_is_followed(
    post: Office, far: Neighbour
) -> None:
    await post.learn("far.test", "rfc9421")
    far.formats = {"cavage"}
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 3
    assert await post.format("far.test") == "cavage"


async def test_other_refusals_are_not_knocked_at_again(post: Office, far: Neighbour) -> None:
    """Only 400 and 401 may mean "sign otherwise"."""
    far.script(403)
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 1


def test_what_an_answer_teaches() -> None:
    keys = keys_here()
    cavage = knocks(None, keys)[0]
    asks: Mapping[str, str] = {"accept-signature": "sig1=()"}
    assert lesson(None, cavage, 202, {}) == "cavage"
    assert lesson(None, cavage, 202, asks) == "rfc9421"
    assert lesson("cavage", cavage, 202, asks) is None
    assert lesson(None, cavage, 403, asks) is None
    assert [way.kind for way in knocks("rfc9421", {"rsa": keys["rsa"]})] == ["rsa", "rsa"]


async def test_401_is_tried_four_times_in_a_day_then_dropped(post: Office, far: Neighbour) -> None:
    """Q-9, F-10: and the host is not failing."""
    far.script(*[401] * 12)
    await post.send(INBOX)
    tried = 0
    for _ in range(60):
        tried += await post.deliverer.run_once()
        assert (await post.lanes()).get("far.test") is None or (
            (await post.lanes())["far.test"].state == "ok"
        )
        post.later(HOUR // 2)
    assert tried == 4
    assert len(far.received) == 12
    (letter,) = await post.dead()
    assert "401" in letter.error


async def test_500_for_one_activity_only_holds_back_its_object_only(
    post: Office, far: Neighbour
) -> None:
    """Q-6, F-13."""
    far.script(500)
    await post.send(INBOX, name="create", order_key="note")
    await post.send(INBOX, name="update", order_key="note")
    await post.send(INBOX, name="other")
    await post.deliverer.run_once()
    assert ids(far.received) == ["create", "other"]
    post.later(10 * SECOND)
    await post.deliverer.run_once()
    assert ids(far.received) == ["create", "other", "create", "update"]
    assert await post.lanes() == {}


async def test_429_and_503_pause_the_whole_host_as_long_as_it_says(
    post: Office, far: Neighbour
) -> None:
    """Q-9, F-12."""
    far.script(429, retry_after="3600")
    for _ in range(3):
        await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 1
    post.later(HOUR - 1)
    assert await post.deliverer.run_once() == 0
    post.later(1)
    assert await post.deliverer.run_once() == 3


@pytest.mark.parametrize("status", [400, 404, 410, 413, 422])
async def test_a_refusal_for_good_ends_the_row_and_shows(
    post: Office, far: Neighbour, status: int
) -> None:
    """Q-9, F-11: never counted as success, never silent."""
    far.script(*[status] * 3)
    await post.send(INBOX)
    await post.deliverer.run_once()
    (letter,) = await post.dead()
    assert str(status) in letter.error
    before = len(far.received)
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == before + (0 if status == 410 else 1)


async def test_a_peer_away_for_two_days_gets_everything_and_others_wait_for_nobody(
    disk: Store, far: Neighbour
) -> None:
    """Q-8, Q-10, F-7."""
    async with Neighbour(name="near.test") as near, office(disk, [far, near]) as post:
        await far.gone()
        tries = 0
        for _ in range(4):
            await post.send(INBOX, "http://near.test/inbox")
        while post.clock[0] < NOW + 2 * DAY:
            tries += await post.deliverer.run_once()
            post.later(HOUR)
        assert len(near.received) == 4
        assert tries - 4 < 25
        assert (await post.lanes())["far.test"].state == "failing"
        await far.back()
        post.later(6 * HOUR)
        await post.deliverer.run_once()
        assert sorted(ids(far.received)) == ["1", "2", "3", "4"]
        assert await post.lanes() == {}


async def test_a_peer_that_never_answers_holds_nobody_up(disk: Store, far: Neighbour) -> None:
    """F-8, Q-7."""
    far.delay = 30
    async with (
        Neighbour(name="near.test") as near,
        office(disk, [far, near], seconds=0.3) as post,
    ):
        for _ in range(30):
            await post.send(INBOX, "http://near.test/inbox")
        started = asyncio.get_running_loop().time()
        await post.deliverer.run_once()
        assert asyncio.get_running_loop().time() - started < 5
        assert len(near.received) == 30
        assert len(far.received) == 1
        far.delay = 0


async def test_many_hosts_at_once_each_exactly_once(disk: Store) -> None:
    """F-20: two deliverers on one queue."""
    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(Neighbour(name=f"n{number}.test"))
            for number in range(12)
        ]
        one = await stack.enter_async_context(office(disk, found))
        two = await stack.enter_async_context(office(disk, found))
        inboxes = [f"http://n{number}.test/inbox" for number in range(12)]
        for _ in range(6):
            await one.send(*inboxes)
        counts = await asyncio.gather(one.deliverer.run_once(), two.deliverer.run_once())
        assert sum(counts) == 72
        for neighbour in found:
            assert sorted(ids(neighbour.received)) == ["1", "2", "3", "4", "5", "6"]


async def test_same_order_key_leaves_in_order_others_side_by_side(
    post: Office, far: Neighbour
) -> None:
    """Q-6, Q-7."""
    for number in range(8):
        await post.send(INBOX, name=f"first{number}", order_key="thread")
    for number in range(8):
        await post.send(INBOX, name=f"other{number}")
    far.delay = 0.02
    await post.deliverer.run_once()
    order = ids(far.received)
    assert [name for name in order if name.startswith("first")] == [
        f"first{number}" for number in range(8)
    ]
    assert order.index("other0") < order.index("first7")


async def test_a_redirect_within_the_origin_is_followed_and_signed_anew(
    post: Office, far: Neighbour
) -> None:
    """O-6; any other redirect ends the row."""
    far._script.append((307, {"Location": "/inbox/"}))
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert [one.path for one in far.received] == ["/inbox", "/inbox/"]
    assert valid_cavage(far.received[1], rsa_here())
    far._script.append((307, {"Location": "http://elsewhere.test/inbox"}))
    await post.send(INBOX)
    await post.deliverer.run_once()
    assert len(far.received) == 3
    assert "307" in (await post.dead())[0].error


async def test_an_address_our_rules_forbid_is_a_dead_letter(post: Office) -> None:
    await post.send("http://127.0.0.1:1/inbox")
    assert await post.deliverer.run_once() == 1
    (letter,) = await post.dead()
    assert "fetch_declined" in letter.error


async def test_a_sender_without_keys_is_a_dead_letter(disk: Store, far: Neighbour) -> None:
    async with office(disk, [far], keys={}) as post:
        await post.send(INBOX)
        await post.deliverer.run_once()
        assert far.received == []
        assert "no key" in (await post.dead())[0].error


async def test_run_delivers_what_comes_and_stops_when_told(post: Office, far: Neighbour) -> None:
    """Q-16."""
    stop = asyncio.Event()
    running = asyncio.create_task(post.deliverer.run(stop))
    await post.send(INBOX)
    await far.wait_for(lambda: far.received)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert urlsplit(INBOX).hostname not in await post.lanes()
