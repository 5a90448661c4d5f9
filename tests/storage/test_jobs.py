"""Due work, on both databases."""

from __future__ import annotations

import asyncio

from storage import jobs
from storage.engine import Store
from storage.jobs import Job

NOW = 1_800_000_000_000
DAY = 24 * 3600 * 1000
LEASE = 60_000


async def add(store: Store, reference: str, *, due: int = NOW, **payload: int) -> None:
    await store.transaction(lambda tx: jobs.add(tx, "erase", reference, payload, due))


async def claim(store: Store, *, now: int = NOW, limit: int = 10) -> list[Job]:
    return await store.transaction(
        lambda tx: jobs.claim(tx, ["erase"], now=now, lease_ms=LEASE, limit=limit)
    )


async def test_a_job_is_claimed_when_due_and_done_once(store: Store) -> None:
    """Q-18: after a downtime it runs once."""
    await add(store, "ada", due=NOW, times=3)
    assert await claim(store, now=NOW - 1) == []
    assert await store.reading(jobs.next_due) == NOW
    (job,) = await claim(store, now=NOW + 30 * DAY)
    assert (job.reference, dict(job.payload)) == ("ada", {"times": 3})
    assert await store.transaction(lambda tx: jobs.done(tx, job))
    assert await claim(store, now=NOW + 60 * DAY) == []
    assert await store.reading(jobs.next_due) is None


async def test_only_the_kinds_asked_for(store: Store) -> None:
    await add(store, "ada")
    other = await store.transaction(
        lambda tx: jobs.claim(tx, ["backfill"], now=NOW, lease_ms=LEASE)
    )
    assert other == []
    assert len(await claim(store)) == 1


async def test_asked_for_twice_it_is_one_job_at_the_earlier_time(store: Store) -> None:
    await add(store, "ada", due=NOW + DAY, version=1)
    await add(store, "ada", due=NOW, version=2)
    await add(store, "ada", due=NOW + 2 * DAY, version=3)
    (job,) = await claim(store)
    assert dict(job.payload) == {"version": 3}


async def test_asked_for_while_it_runs_it_runs_again_afterwards(store: Store) -> None:
    await add(store, "ada")
    (job,) = await claim(store)
    await add(store, "ada", due=NOW + 1)
    assert await claim(store, now=NOW + 1) == []
    assert await store.transaction(lambda tx: jobs.done(tx, job))
    (again,) = await claim(store, now=NOW + 1)
    assert await store.transaction(lambda tx: jobs.done(tx, again))
    assert await claim(store, now=NOW + DAY) == []


async def test_a_dead_worker_s_job_is_taken_over_and_its_late_result_ignored(store: Store) -> None:
    """Q-4, F-21."""
    await add(store, "ada")
    (late,) = await claim(store)
    assert await claim(store, now=NOW + LEASE) == []
    (job,) = await claim(store, now=NOW + LEASE + 1)
    assert not await store.transaction(lambda tx: jobs.done(tx, late))
    assert not await store.transaction(lambda tx: jobs.retry(tx, late, error="", due=NOW))
    assert await store.transaction(lambda tx: jobs.done(tx, job))


async def test_five_crashes_and_twenty_errors_make_it_dead(store: Store) -> None:
    """Q-13; asked for again, it gets another chance."""
    await add(store, "crash")
    for turn in range(jobs.MOST_CRASHES):
        assert len(await claim(store, now=NOW + turn * (LEASE + 1))) == 1
    assert await claim(store, now=NOW + DAY) == []
    await add(store, "error")
    for turn in range(jobs.MOST_ERRORS):
        (job,) = await claim(store)
        assert job.attempts == turn
        kept = await store.transaction(lambda tx: jobs.retry(tx, job, error="no", due=NOW))  # noqa: B023
        assert kept == (turn < jobs.MOST_ERRORS - 1)
    assert await claim(store) == []
    dead = await store.reading(jobs.dead)
    assert [(kind, reference) for kind, reference, _ in dead] == [
        ("erase", "crash"),
        ("erase", "error"),
    ]
    await add(store, "error")
    assert [job.reference for job in await claim(store)] == ["error"]


async def test_a_failed_job_comes_back_when_due(store: Store) -> None:
    await add(store, "ada")
    (job,) = await claim(store)
    assert await store.transaction(lambda tx: jobs.retry(tx, job, error="away", due=NOW + DAY))
    assert await claim(store, now=NOW + DAY - 1) == []
    (again,) = await claim(store, now=NOW + DAY)
    assert (again.attempts, again.error) == (1, "away")


async def test_cancelled_is_cancelled(store: Store) -> None:
    await add(store, "ada")
    assert await store.transaction(lambda tx: jobs.cancel(tx, "erase", "ada"))
    assert not await store.transaction(lambda tx: jobs.cancel(tx, "erase", "ada"))
    assert await claim(store) == []


async def test_exactly_one_worker_runs_each(store: Store) -> None:
    """Q-18, F-20."""
    for number in range(40):
        await add(store, str(number))
    claimed = await asyncio.gather(*(claim(store) for _ in range(4)))
    found = [job.reference for some in claimed for job in some]
    found += [job.reference for job in await claim(store, limit=40)]
    assert sorted(found, key=int) == [str(number) for number in range(40)]
