"""Hosts with followers, and lanes worked as a worker works them, for the tests of lanes."""

from __future__ import annotations

from typing import Any

from storage import lane_care, lane_results, lanes
from storage.engine import Store, Transaction
from storage.lane_care import LaneView
from storage.lane_results import Outcome, Report
from storage.lanes import Delivery, Lane
from storage.outgoing import Audience
from tests.storage.post_cast import HOUR, NOW, add_people, expand_all, follow, person, promise

LEASE = 60_000
Turn = tuple[Lane, list[Delivery]]


async def crowd(store: Store, count: int) -> None:
    """Our 1 with followers at h10.test, h11.test, ..."""
    numbers = range(10, 10 + count)
    await add_people(store, [person(1), person(2)] + [person(n, f"h{n}.test") for n in numbers])
    for n in numbers:
        await follow(store, n)


async def publish(store: Store, name: str, *audiences: Audience, **more: Any) -> None:
    await promise(store, name, *audiences, **more)
    await expand_all(store, now=more.get("now", NOW))


async def turns(
    store: Store, *, now: int = NOW, token: str = "t", limit: int = 20, most: int = 25
) -> list[Turn]:
    """Claim and take, idle lanes given back, as a worker does."""

    async def deed(tx: Transaction) -> list[Turn]:
        claimed = await lanes.claim(tx, now=now, token=token, lease_ms=LEASE, lanes=most)
        rows = await lanes.take(tx, claimed, now=now, limit=limit)
        idle = [Report(lane=lane) for lane in claimed if lane.host not in rows]
        await lane_results.finish(tx, idle, now=now)
        return [(lane, rows[lane.host]) for lane in claimed if lane.host in rows]

    return sorted(await store.transaction(deed), key=lambda turn: turn[0].host)


async def turn(store: Store, *, now: int = NOW, token: str = "t", limit: int = 20) -> Turn:
    (one,) = await turns(store, now=now, token=token, limit=limit)
    return one


async def finish(store: Store, lane: Lane, outcomes: list[Outcome], *, now: int = NOW) -> list[str]:
    report = Report(lane=lane, outcomes=outcomes)
    return await store.transaction(lambda tx: lane_results.finish(tx, [report], now=now))


def done(row: Delivery) -> Outcome:
    return Outcome(delivery=row, end="done")


def away(row: Delivery, until: int) -> Outcome:
    return Outcome(delivery=row, end="later", host_until=until, failed=True, error="away")


def error(row: Delivery, due: int) -> Outcome:
    return Outcome(delivery=row, end="later", due=due, failed=True, error="answered 500")


def names(rows: list[Delivery]) -> list[str]:
    return [row.uri.rpartition("/")[2] for row in rows]


async def view(store: Store) -> dict[str, LaneView]:
    return {one.host: one for one in await store.reading(lane_care.overview)}


async def fail(store: Store, count: int, now: int, *, step: int = HOUR) -> int:
    for _ in range(count):
        lane, rows = await turn(store, now=now)
        await finish(store, lane, [away(rows[0], now + step)], now=now)
        now += step
    return now
