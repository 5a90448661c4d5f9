"""Promises and their expansion, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from storage import outgoing
from storage.engine import Reader, Store, Transaction
from storage.outgoing import Audience
from storage.statements import adding
from storage.tables import (
    actors,
    boosts,
    deliveries,
    gone_inboxes,
    lanes,
    mentions,
    notes,
    outgoing_audiences,
    reactions,
)
from storage.tables import outgoing as outgoing_table
from tests.storage.post_cast import (
    DAY,
    NOW,
    add_people,
    expand_all,
    follow,
    join,
    person,
    promise,
)

_GONE = adding(gone_inboxes, "inbox", "missed", "at", "gone")
_LANE = adding(lanes, "host", "state", "waiting", "not_before", "due", "woken", "asleep_since")


async def inboxes(store: Store, outgoing_id: int | None = None) -> list[str]:
    async def look(reader: Reader) -> list[str]:
        rows = await reader.all(select(deliveries).order_by(deliveries.c.inbox))
        return [row["inbox"] for row in rows if outgoing_id in (None, row["outgoing_id"])]

    return await store.reading(look)


async def run(store: Store, statement: Any, **values: Any) -> None:
    async def deed(tx: Transaction) -> None:
        await tx.run(statement, **values)

    await store.transaction(deed)


async def count(store: Store, table: Any) -> int:
    async def look(reader: Reader) -> int:
        return int(await reader.value(select(func.count()).select_from(table)))

    return await store.reading(look)


async def test_one_delivery_for_each_inbox_and_never_for_our_own_host(store: Store) -> None:
    """Q-3."""
    await add_people(
        store,
        [
            person(1),
            person(2),
            person(10, "a.test"),
            person(11, "a.test"),
            person(12, "b.test", shared=False),
            person(13, "b.test", shared=False),
        ],
    )
    for follower in (2, 10, 11, 12, 13):
        await follow(store, follower)
    await promise(store, "one")
    await expand_all(store)
    assert await inboxes(store) == [
        "https://a.test/inbox",
        "https://b.test/u/12/inbox",
        "https://b.test/u/13/inbox",
    ]


async def test_publishing_costs_the_same_rows_whatever_the_audience(store: Store) -> None:
    """Q-2: nothing but the promise is written with the deed."""
    await add_people(store, [person(1)] + [person(n, f"h{n}.test") for n in range(10, 60)])
    for n in range(10, 60):
        await follow(store, n)
    await promise(store, "one")
    assert await count(store, outgoing_table) == 1
    assert await count(store, outgoing_audiences) == 1
    assert await count(store, deliveries) == 0


async def test_a_promise_falls_with_its_deed(store: Store) -> None:
    """Q-2."""

    async def deed(tx: Transaction) -> None:
        await outgoing.enqueue(
            tx, uri="urn:a", kind="Create", actor_id=1, body=b"", order_key="k",
            audiences=[Audience("followers", "1")], since=NOW, now=NOW,
        )  # fmt: skip
        raise LookupError

    with pytest.raises(LookupError):
        await store.transaction(deed)
    assert await count(store, outgoing_table) == 0
    assert await count(store, outgoing_audiences) == 0


async def test_only_who_followed_before_and_still_does(store: Store) -> None:
    people = [person(1)] + [person(n, f"h{n}.test") for n in range(10, 15)]
    await add_people(store, people)
    await follow(store, 10)
    await follow(store, 11, accepted=NOW + 1)
    await follow(store, 12, state="ended", ended=NOW - 1)
    await follow(store, 13, state="pending", accepted=None)
    await follow(store, 14, followed=2)
    await promise(store, "one")
    await expand_all(store)
    assert await inboxes(store) == ["https://h10.test/inbox"]


async def test_a_withdrawal_goes_to_whoever_may_hold_a_copy(store: Store) -> None:
    await add_people(store, [person(1)] + [person(n, f"h{n}.test") for n in range(10, 15)])
    await follow(store, 10)
    await follow(store, 11, state="ended", ended=NOW - DAY // 2)
    await follow(store, 12, state="ended", ended=NOW - 2 * DAY)  # left before it was born
    await follow(store, 13, state="pending", accepted=None)
    await follow(store, 14, accepted=NOW + 1)  # came after it was gone
    await promise(
        store, "delete", Audience("past_followers", "1"), since=NOW - DAY, withdrawal=True
    )
    await expand_all(store)
    assert await inboxes(store) == ["https://h10.test/inbox", "https://h11.test/inbox"]


async def _touched_note(store: Store, visibility: str) -> None:
    """Note 500 of 1, boosted by our 2, with a mention, a like, a boost and a reply from others."""
    hosts = {10: "follower", 11: "mentioned", 12: "liker", 13: "booster", 14: "replier",
             15: "boosters-follower"}  # fmt: skip
    people = [person(n, f"{name}.test") for n, name in hosts.items()]
    await add_people(store, [person(1), person(2), *people])
    await follow(store, 10)
    await follow(store, 15, followed=2)
    note = adding(notes, "id", "uri", "author_id", "in_reply_to_id", "visibility", "published")
    values = {"id": 500, "uri": "urn:n:500", "author_id": 1, "in_reply_to_id": None}
    await run(store, note, **values, visibility=visibility, published=NOW - DAY)
    values = {"id": 501, "uri": "urn:n:501", "author_id": 14, "in_reply_to_id": 500}
    await run(store, note, **values, visibility="public", published=NOW)
    await run(store, adding(mentions, "note_id", "actor_id"), note_id=500, actor_id=11)
    like = adding(reactions, "id", "note_id", "actor_id", "kind", "at")
    await run(store, like, id=1, note_id=500, actor_id=12, kind="like", at=NOW)
    boost = adding(boosts, "id", "uri", "actor_id", "note_id", "local", "published")
    await run(store, boost, id=1, uri="urn:b:1", actor_id=13, note_id=500, local=0, published=NOW)
    await run(store, boost, id=2, uri="urn:b:2", actor_id=2, note_id=500, local=1, published=NOW)


async def test_holders_of_a_note_are_known_although_the_deed_removes_it(store: Store) -> None:
    await _touched_note(store, "public")
    await promise(
        store, "delete", Audience("holders", "500"), note_id=500, since=NOW - DAY, withdrawal=True
    )
    for table in (mentions, reactions, boosts, notes):
        await run(store, table.delete())
    await expand_all(store)
    names = ["booster", "boosters-follower", "follower", "liker", "mentioned", "replier"]
    assert await inboxes(store) == [f"https://{name}.test/inbox" for name in names]


async def test_a_direct_note_s_end_is_not_told_to_followers(store: Store) -> None:
    await _touched_note(store, "direct")
    await promise(store, "delete", Audience("holders", "500"), since=NOW - DAY, withdrawal=True)
    await expand_all(store)
    assert "https://follower.test/inbox" not in await inboxes(store)
    assert "https://mentioned.test/inbox" in await inboxes(store)


async def test_members_hosts_and_inboxes(store: Store) -> None:
    people = [
        person(1),
        person(2),
        person(10, "a.test"),
        person(11, "b.test"),
        person(12, "b.test"),
    ]
    await add_people(store, people)
    await join(store, 10, 2)
    await join(store, 12, 2, since=NOW + 1)
    await join(store, 1, 2)
    await promise(
        store,
        "one",
        Audience("members", "2"),
        Audience("host", "b.test"),
        Audience("inbox", "https://c.test:8443/inbox"),
        Audience("inbox", "https://here.test/inbox"),
    )
    await expand_all(store)
    assert await inboxes(store) == [
        "https://a.test/inbox",
        "https://b.test/inbox",
        "https://c.test:8443/inbox",
    ]

    async def look(reader: Reader) -> list[str]:
        return [row["host"] for row in await reader.all(select(lanes).order_by(lanes.c.host))]

    assert await store.reading(look) == ["a.test", "b.test", "c.test:8443"]


async def test_who_is_reached_twice_gets_it_once(store: Store) -> None:
    """Q-3."""
    await add_people(store, [person(1), person(10, "a.test")])
    await follow(store, 10)
    await promise(
        store, "one", Audience("followers", "1"), Audience("inbox", "https://a.test/inbox")
    )
    await expand_all(store)
    assert await inboxes(store) == ["https://a.test/inbox"]


async def test_gone_inboxes_and_sleeping_hosts_get_no_rows(store: Store) -> None:
    """Q-10, F-11; an inbox that only missed one is no gone one."""
    await add_people(store, [person(1)] + [person(n, f"h{n}.test") for n in range(10, 14)])
    for n in range(10, 14):
        await follow(store, n)
    await run(store, _GONE, inbox="https://h10.test/inbox", missed="[]", at=NOW, gone=NOW)
    await run(store, _GONE, inbox="https://h11.test/inbox", missed="[]", at=NOW, gone=None)
    lane = {"waiting": 0, "not_before": 0, "due": 0, "woken": 0}
    await run(store, _LANE, host="h12.test", state="asleep", asleep_since=NOW - DAY, **lane)
    await run(store, _LANE, host="h13.test", state="failing", asleep_since=None, **lane)
    await promise(store, "one", Audience("followers", "1"), Audience("inbox", "https://h12.test/x"))
    await expand_all(store)
    assert await inboxes(store) == ["https://h11.test/inbox", "https://h13.test/inbox"]


async def test_a_suspended_actor_gets_withdrawals_only(store: Store) -> None:
    await add_people(store, [person(1), person(10, "a.test")])
    await follow(store, 10)
    await run(store, actors.update().where(actors.c.id == 10).values(state="suspended"))
    await promise(store, "one")
    await promise(store, "two", Audience("past_followers", "1"), withdrawal=True)
    await expand_all(store)
    assert await inboxes(store) == ["https://a.test/inbox"]


@pytest.mark.parametrize("chunk", [1, 3, 7, 1_000])
async def test_chunks_of_any_size_reach_everybody_once(store: Store, chunk: int) -> None:
    """F-1: each chunk is a transaction of its own and remembers where it stopped."""
    await add_people(store, [person(1)] + [person(n, f"h{n}.test") for n in range(10, 20)])
    for n in range(10, 20):
        await follow(store, n)
    await promise(store, "one", Audience("followers", "1"), Audience("inbox", "https://z.test/i"))
    transactions = await expand_all(store, chunk=chunk)
    expected = [f"https://h{n}.test/inbox" for n in range(10, 20)] + ["https://z.test/i"]
    assert await inboxes(store) == expected
    assert transactions >= 11 // chunk


async def test_one_sender_s_activities_are_expanded_in_order(store: Store) -> None:
    """Q-6: the Update waits until the Create is wholly expanded."""
    await add_people(store, [person(1)] + [person(n, f"h{n}.test") for n in range(10, 14)])
    for n in range(10, 14):
        await follow(store, n)
    create, update = await promise(store, "create"), await promise(store, "update")
    for _ in range(2):
        await store.transaction(lambda tx: outgoing.expand(tx, now=NOW, chunk=2))
        assert await inboxes(store, update) == []
    await expand_all(store, chunk=2)
    assert len(await inboxes(store, create)) == len(await inboxes(store, update)) == 4
    backlog = await store.reading(outgoing.backlog)
    assert (backlog.count, backlog.oldest) == (0, None)


async def test_news_is_forgotten_after_30_days_and_withdrawals_never(store: Store) -> None:
    """Q-11; what still waits for a host is kept as well."""
    await add_people(store, [person(1), person(10, "a.test")])
    await follow(store, 10)
    await promise(store, "sent")
    await promise(store, "withdrawn", Audience("past_followers", "1"), withdrawal=True)
    await expand_all(store)
    await run(store, deliveries.delete())
    await promise(store, "queued")
    await expand_all(store)

    async def clean(now: int) -> int:
        return await store.transaction(lambda tx: outgoing.clean(tx, now=now))

    assert await clean(NOW + 30 * DAY) == 0
    assert await clean(NOW + 31 * DAY) == 1
    assert await count(store, outgoing_table) == 2
    assert await count(store, outgoing_audiences) == 2
