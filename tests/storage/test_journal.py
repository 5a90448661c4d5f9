"""The inbound journal, on both databases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage import journal
from storage.engine import Store
from storage.journal import JournalEntry, LeaseLost

NOW = 1_800_000_000_000
DAY = 24 * 3600 * 1000
LEASE = 60_000


async def record(store: Store, name: str, **more: Any) -> bool:
    values: dict[str, Any] = {
        "uri": f"https://far.test/a/{name}",
        "kind": "Create",
        "signer": f"https://far.test/u/{name}",
        "host": "far.test",
        "order_key": f"https://far.test/n/{name}",
        "body": name.encode(),
        "now": NOW,
    }
    return await store.transaction(lambda tx: journal.record(tx, **{**values, **more}))


async def claim(store: Store, *, now: int = NOW, limit: int = 20) -> list[JournalEntry]:
    return await store.transaction(
        lambda tx: journal.claim(tx, now=now, lease_ms=LEASE, limit=limit)
    )


async def settle(store: Store, entry: JournalEntry, state: str = "done", *, now: int = NOW) -> None:
    await store.transaction(lambda tx: journal.settle(tx, entry, state, now=now))


async def postpone(store: Store, entry: JournalEntry, due: int) -> bool:
    return await store.transaction(lambda tx: journal.postpone(tx, entry, due, "away", now=due))


def names(entries: list[JournalEntry]) -> list[str]:
    return [entry.body.decode() for entry in entries]


async def test_a_second_copy_has_no_effect_even_with_other_bytes(store: Store) -> None:
    """Q-12."""
    assert await record(store, "one")
    assert not await record(store, "one")
    assert not await record(store, "one", body=b"changed")
    assert await record(store, "two")
    assert names(await claim(store)) == ["one", "two"]


async def test_a_follow_is_never_dropped_by_its_id_alone(store: Store) -> None:
    """Q-12: our Accept may have been lost."""
    assert await record(store, "follow", dedupe=False)
    assert await record(store, "follow", dedupe=False)
    (first,) = await claim(store)
    await settle(store, first)
    assert names(await claim(store)) == ["follow"]


async def test_what_was_forestalled_is_not_recorded_later(store: Store) -> None:
    """Q-12: an Undo that came before what it undoes."""
    await store.transaction(lambda tx: journal.forestall(tx, "https://far.test/a/like", now=NOW))
    assert not await record(store, "like")


async def test_an_entry_is_claimed_once_and_again_when_its_lease_ran_out(store: Store) -> None:
    """Q-4, F-20."""
    await record(store, "one")
    assert names(await claim(store)) == ["one"]
    assert await claim(store, now=NOW + LEASE - 1) == []
    assert names(await claim(store, now=NOW + LEASE + 1)) == ["one"]


async def test_a_clock_that_jumped_back_freezes_nothing(store: Store) -> None:
    """F-9: a lease a day away can't be one of ours."""
    await record(store, "one", now=NOW - 2 * DAY)
    await claim(store)
    assert names(await claim(store, now=NOW - DAY)) == ["one"]


async def test_a_late_result_is_refused_and_one_in_time_is_not(store: Store) -> None:
    """F-21."""
    await record(store, "one")
    (late,) = await claim(store)
    (entry,) = await claim(store, now=NOW + LEASE + 1)
    with pytest.raises(LeaseLost):
        await settle(store, late)
    await settle(store, entry)
    with pytest.raises(LeaseLost):
        await settle(store, entry)
    assert await claim(store, now=NOW + DAY) == []


async def test_one_signer_one_at_a_time_in_the_order_received(store: Store) -> None:
    for name in ("one", "two", "three"):
        await record(store, name, signer="https://far.test/u/ada")
    await record(store, "other")
    first = await claim(store)
    assert names(first) == ["one", "other"]
    assert await claim(store) == []
    await settle(store, first[0])
    assert names(await claim(store)) == ["two"]


async def test_one_object_one_at_a_time_whoever_signs(store: Store) -> None:
    """Q-12: of one host."""
    await record(store, "create", order_key="note")
    await record(store, "delete", order_key="note")
    (first,) = await claim(store)
    assert first.body == b"create"
    await settle(store, first)
    assert names(await claim(store)) == ["delete"]


async def test_a_postponed_entry_holds_back_its_object_only(store: Store) -> None:
    for name, key in (("one", "note"), ("two", "note"), ("three", "else")):
        await record(store, name, signer="https://far.test/u/group", order_key=key)
    (first,) = await claim(store)
    assert await postpone(store, first, NOW + DAY)
    assert names(await claim(store)) == ["three"]
    (again,) = await claim(store, now=NOW + DAY)
    assert (again.body, again.attempts, again.detail) == (b"one", 1, "away")
    await settle(store, again, now=NOW + DAY)
    assert "two" in names(await claim(store, now=NOW + DAY))


async def test_a_strangers_postponed_entry_holds_back_nobody_else(store: Store) -> None:
    """Q-6: nobody silences a community, or keeps a note from its Delete, by something that can't
    be applied for days."""
    evil = {"signer": "https://evil.test/u/e", "host": "evil.test", "order_key": "note"}
    await record(store, "stuck", **evil)
    await record(store, "later", **evil)
    (first,) = await claim(store)
    await record(store, "update", order_key="note")
    (update,) = await claim(store)
    assert update.body == b"update"
    await settle(store, update)
    assert await postpone(store, first, NOW + DAY)
    await record(store, "delete", order_key="note")
    assert names(await claim(store)) == ["delete"]


async def test_what_another_brings_does_not_take_its_id(store: Store) -> None:
    """A-1, GHSA-4qhx-hhwf-8685: beside the same brought twice by one."""
    evil = {"signer": "https://evil.test/u/e", "brought": True}
    assert await record(store, "one", **evil)
    assert not await record(store, "one", **evil)
    assert await record(store, "one")
    assert not await record(store, "one")


async def test_five_crashes_make_it_dead_and_the_queue_goes_on(store: Store) -> None:
    """Q-13, F-23."""
    await record(store, "poison")
    await record(store, "good", signer="https://far.test/u/good")
    now = NOW
    for _ in range(journal.MOST_CRASHES):
        for entry in await claim(store, now=now):
            assert entry.crashes <= journal.MOST_CRASHES - 1
            if entry.body == b"good":
                await settle(store, entry)
        now += LEASE + 1
    assert "poison" not in names(await claim(store, now=now))
    (dead,) = await store.reading(lambda reader: journal.dead(reader))
    assert dead.body == b"poison"
    assert "crashed" in dead.detail
    await record(store, "later", now=now)
    assert "later" in names(await claim(store, now=now))


async def test_twenty_errors_make_it_dead(store: Store) -> None:
    """Q-13."""
    await record(store, "error")
    for _ in range(journal.MOST_ERRORS - 1):
        (entry,) = await claim(store)
        assert await postpone(store, entry, NOW)
    (entry,) = await claim(store)
    assert not await postpone(store, entry, NOW)
    assert await claim(store) == []
    depth = await store.reading(journal.depth)
    assert (depth.ready, depth.dead) == (0, 1)


async def test_an_unbuilt_verb_waits_until_it_is_built(store: Store) -> None:
    await record(store, "offer", kind="Offer")
    (entry,) = await claim(store)
    await settle(store, entry, "waiting")
    assert await claim(store) == []
    assert names(await store.reading(lambda reader: journal.waiting(reader))) == ["offer"]
    assert await store.transaction(lambda tx: journal.reopen(tx, "waiting", ["Invite"])) == 0
    assert await store.transaction(lambda tx: journal.reopen(tx, "waiting", ["Offer"])) == 1
    assert names(await claim(store)) == ["offer"]


async def test_depth_counts_and_knows_the_oldest(store: Store) -> None:
    """Q-17."""
    assert (await store.reading(journal.depth)).oldest is None
    await record(store, "one")
    await record(store, "two", now=NOW + 5)
    depth = await store.reading(journal.depth)
    assert (depth.ready, depth.waiting, depth.dead, depth.oldest) == (2, 0, 0, NOW)


async def test_bodies_go_after_7_days_and_ids_after_60_in_chunks(store: Store) -> None:
    """Q-12: the seen ids outlive the signature window."""
    for name in ("one", "two", "three"):
        await record(store, name)
    for entry in await claim(store):
        await settle(store, entry, "waiting" if entry.body == b"three" else "done")

    async def clean(now: int) -> list[int]:
        counts = [1]
        while counts[-1]:
            counts.append(await store.transaction(lambda tx: journal.clean(tx, now=now, chunk=1)))
        return counts[1:-1]

    assert await clean(NOW + 7 * DAY) == []
    assert await clean(NOW + 8 * DAY) == [1, 1]
    assert names(await store.reading(lambda reader: journal.waiting(reader))) == ["three"]
    assert not await record(store, "one", now=NOW + 59 * DAY)
    assert await clean(NOW + 61 * DAY) == [1, 1, 1]
    assert await record(store, "one", now=NOW + 61 * DAY)


async def test_two_workers_never_get_the_same_entry(store: Store) -> None:
    """F-20."""
    for number in range(60):
        await record(store, str(number))
    claimed = await asyncio.gather(*(claim(store, limit=20) for _ in range(4)))
    found = [name for entries in claimed for name in names(entries)]
    assert len(found) == len(set(found))
    rest = names(await claim(store, limit=60))
    assert sorted(found + rest, key=int) == [str(number) for number in range(60)]
