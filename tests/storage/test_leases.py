"""The next process of a database ends the leases of the one that died. F-1, Q-13."""

from __future__ import annotations

from storage import jobs, journal, leases
from storage.engine import Store
from tests.storage.lane_cast import LEASE, crowd, publish, turns
from tests.storage.post_cast import NOW


async def record(store: Store) -> None:
    await store.transaction(
        lambda tx: journal.record(
            tx,
            uri="https://far.test/a/1",
            kind="Create",
            signer="https://far.test/u/zoe",
            host="far.test",
            order_key="https://far.test/n/1",
            body=b"{}",
            now=NOW,
        )
    )


async def entries(store: Store) -> list[tuple[str, int]]:
    found = await store.transaction(lambda tx: journal.claim(tx, now=NOW, lease_ms=LEASE))
    return [(entry.uri, entry.crashes) for entry in found]


async def end_all(store: Store) -> int:
    return await store.transaction(lambda tx: leases.end_all(tx, now=NOW))


async def test_an_entry_under_way_at_the_crash_is_ready_again_and_counted(store: Store) -> None:
    """Q-13: after the fifth crash it is set aside, so an entry that kills us can't go on."""
    await record(store)
    assert await entries(store) == [("https://far.test/a/1", 0)]
    assert await entries(store) == []  # leased: nobody else gets it
    for crashes in range(1, journal.MOST_CRASHES):
        assert await end_all(store) == 1
        assert await entries(store) == [("https://far.test/a/1", crashes)]
    assert await end_all(store) == 1
    assert await entries(store) == []
    assert len(await store.reading(journal.dead)) == 1


async def test_a_job_and_a_lane_under_way_are_free_again(store: Store) -> None:
    await crowd(store, 1)
    await publish(store, "one")
    await store.transaction(lambda tx: jobs.add(tx, "erase", "ada", {}, NOW))

    async def claimed() -> tuple[int, int]:
        work = await store.transaction(
            lambda tx: jobs.claim(tx, ["erase"], now=NOW, lease_ms=LEASE)
        )
        return len(work), len(await turns(store))

    assert await claimed() == (1, 1)
    assert await claimed() == (0, 0)
    assert await end_all(store) == 2
    assert await claimed() == (1, 1)


async def test_without_leases_nothing_ends(store: Store) -> None:
    await record(store)
    assert await end_all(store) == 0
    assert await entries(store) == [("https://far.test/a/1", 0)]
