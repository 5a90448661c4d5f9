"""Lanes, on both databases: claims, order, results, states, sleep and waking."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from storage import lane_care, lane_results, lanes, waking
from storage.engine import Reader, Store, Transaction
from storage.lane_care import LaneView
from storage.lane_results import Outcome, Report, advance
from storage.lanes import Delivery, Lane
from storage.outgoing import Audience
from storage.tables import gone_inboxes
from tests.storage.post_cast import (
    DAY,
    HOUR,
    NOW,
    add_people,
    expand_all,
    follow,
    person,
    promise,
)

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


async def test_a_delivery_has_all_that_is_needed_to_send_it(store: Store) -> None:
    await crowd(store, 1)
    await publish(store, "one", order_key="thread", barrier=True)
    lane, (row,) = await turn(store)
    assert (lane.host, lane.state, lane.failures) == ("h10.test", "ok", 0)
    assert (row.inbox, row.body, row.actor_id) == (
        "https://h10.test/inbox",
        b'{"id":"one"}',
        1,
    )
    assert (row.order_key, row.barrier, row.attempts, row.tried) == ("thread", True, 0, None)
    assert not row.missed


async def test_a_lane_is_leased_to_one_worker_until_it_gives_it_back(store: Store) -> None:
    """Q-4, F-20."""
    await crowd(store, 1)
    await publish(store, "one")
    lane, rows = await turn(store)
    assert await turns(store, now=NOW + LEASE) == []
    await finish(store, lane, [done(row) for row in rows])
    assert await turns(store) == []
    assert await view(store) == {}
    await publish(store, "two")
    assert names((await turn(store))[1]) == ["two"]


async def test_a_late_result_with_an_old_token_is_ignored(store: Store) -> None:
    """Q-4, Q-5, F-21."""
    await crowd(store, 1)
    await publish(store, "one")
    late, rows = await turn(store, token="slow")
    lane, again = await turn(store, now=NOW + LEASE + 1, token="fast")
    assert names(again) == ["one"]
    assert await finish(store, late, [done(row) for row in rows]) == ["h10.test"]
    assert (await view(store))["h10.test"].rows == 1
    assert await finish(store, lane, [done(row) for row in again]) == []
    assert await view(store) == {}


async def test_a_clock_that_jumped_back_freezes_no_lane(store: Store) -> None:
    """F-9."""
    await crowd(store, 1)
    await publish(store, "one", now=NOW - 2 * HOUR)
    await turn(store)
    assert names((await turn(store, now=NOW - HOUR))[1]) == ["one"]


async def test_many_workers_share_the_lanes(store: Store) -> None:
    """F-20."""
    await crowd(store, 30)
    await publish(store, "one")
    shares = await asyncio.gather(*(turns(store, token=f"t{n}", most=10) for n in range(4)))
    hosts = [lane.host for share in shares for lane, _ in share]
    hosts += [lane.host for lane, _ in await turns(store, token="rest", most=30)]
    assert sorted(hosts) == [f"h{n}.test" for n in range(10, 40)]


async def test_oldest_first_and_not_more_than_asked_for(store: Store) -> None:
    await crowd(store, 2)
    for name in ("one", "two", "three"):
        await publish(store, name)
    first, second = await turns(store, limit=2)
    assert names(first[1]) == names(second[1]) == ["one", "two"]
    await finish(store, first[0], [done(row) for row in first[1]])
    assert names((await turn(store))[1]) == ["three"]


async def test_a_failed_row_holds_back_its_order_key_only(store: Store) -> None:
    """Q-6, F-13."""
    await crowd(store, 1)
    for name, key in (("create", "note"), ("update", "note"), ("other", "else")):
        await publish(store, name, order_key=key)
    lane, rows = await turn(store, limit=1)
    await finish(store, lane, [error(rows[0], NOW + HOUR)])
    lane, rows = await turn(store)
    assert names(rows) == ["other"]
    await finish(store, lane, [done(rows[0])])
    assert await turns(store, now=NOW + HOUR - 1) == []
    lane, rows = await turn(store, now=NOW + HOUR)
    assert names(rows) == ["create", "update"]
    assert (rows[0].attempts, rows[0].tried) == (1, NOW)


async def test_nothing_of_its_actor_passes_a_barrier_and_it_passes_nothing(store: Store) -> None:
    """Q-6: Accept of a Follow, then the posts."""
    await crowd(store, 1)
    await follow(store, 10, followed=2)
    await publish(store, "accept", barrier=True)
    await publish(store, "post")
    await publish(store, "stranger", Audience("followers", "2"), actor_id=2)
    lane, rows = await turn(store, limit=1)
    await finish(store, lane, [error(rows[0], NOW + HOUR)])
    lane, rows = await turn(store)
    assert names(rows) == ["stranger"]
    await finish(store, lane, [error(rows[0], NOW + DAY)])
    await publish(store, "profile", Audience("followers", "2"), actor_id=2, barrier=True)
    lane, rows = await turn(store, now=NOW + HOUR)
    assert names(rows) == ["accept", "post"]


async def test_a_host_that_is_away_is_left_alone_even_by_new_posts(store: Store) -> None:
    """F-7, F-12."""
    await crowd(store, 1)
    await publish(store, "one")
    lane, rows = await turn(store)
    await finish(store, lane, [away(rows[0], NOW + HOUR)])
    await publish(store, "two")
    assert await turns(store, now=NOW + HOUR - 1) == []
    lane, rows = await turn(store, now=NOW + HOUR)
    assert names(rows) == ["one", "two"]
    assert (lane.failures, lane.failed_uris) == (1, ("https://here.test/a/one",))


async def test_untried_rows_stay_as_they_were(store: Store) -> None:
    await crowd(store, 1)
    await publish(store, "one")
    await publish(store, "two")
    lane, rows = await turn(store)
    await finish(store, lane, [done(rows[0])])
    lane, rows = await turn(store)
    assert (names(rows), rows[0].attempts) == (["two"], 0)


async def test_dead_letters_say_what_and_why(store: Store) -> None:
    """Nothing that can't be delivered ends in silence."""
    await crowd(store, 1)
    await publish(store, "one")
    lane, (row,) = await turn(store)
    await finish(store, lane, [Outcome(delivery=row, end="dead", error="answered 400")])
    (letter,) = await store.reading(lane_care.dead)
    assert (letter.uri, letter.host, letter.error, letter.attempts) == (
        "https://here.test/a/one",
        "h10.test",
        "answered 400",
        1,
    )
    assert await turns(store, now=NOW + DAY) == []


async def _fail(store: Store, count: int, now: int, *, step: int = HOUR) -> int:
    for _ in range(count):
        lane, rows = await turn(store, now=now)
        await finish(store, lane, [away(rows[0], now + step)], now=now)
        now += step
    return now


async def test_five_failures_on_two_activities_make_it_failing_with_one_probe(store: Store) -> None:
    """Q-10."""
    await crowd(store, 1)
    await publish(store, "one")
    now = await _fail(store, 6, NOW)
    assert (await view(store))["h10.test"].state == "ok"  # one activity may be at fault itself
    await publish(store, "two")
    await publish(store, "three")
    lane, rows = await turn(store, now=now)
    assert len(rows) == 3
    await finish(store, lane, [away(rows[1], now + HOUR)], now=now)
    assert (await view(store))["h10.test"].state == "failing"
    lane, rows = await turn(store, now=now + HOUR)
    assert names(rows) == ["one"]
    await finish(store, lane, [done(rows[0])], now=now + HOUR)
    lane, rows = await turn(store, now=now + HOUR)
    assert (lane.state, lane.failures, names(rows)) == ("ok", 0, ["two", "three"])


async def test_failures_on_the_way_of_a_success_start_from_zero(store: Store) -> None:
    """Q-10, Q-11. The state machine itself, without a database."""
    await crowd(store, 1)
    for name in ("one", "two", "three"):
        await publish(store, name)
    lane, (one, two, three) = await turn(store)
    lane = advance(lane, [away(one, NOW), away(two, NOW)] * 2, now=NOW)
    assert (lane.state, lane.failures) == ("ok", 4)
    assert advance(lane, [away(three, NOW)], now=NOW).state == "failing"
    lane = advance(lane, [done(three), away(one, NOW)], now=NOW)
    assert (lane.state, lane.failures, lane.last_success) == ("ok", 1, NOW)
    refused = Outcome(delivery=two, end="dead", error="answered 403")
    assert advance(lane, [refused] * 9, now=NOW).failures == 1  # F-10


async def _put_to_sleep(store: Store) -> int:
    """h10.test falls asleep with "old" in its lane; says when."""
    await crowd(store, 2)
    await publish(store, "old", Audience("inbox", "https://h10.test/inbox"))
    await _fail(store, 8, NOW, step=DAY)
    assert (await view(store))["h10.test"].state == "asleep"
    asleep = (await view(store))["h10.test"].asleep_since
    assert asleep is not None
    return asleep


async def test_asleep_after_seven_days_and_probed_daily_then_weekly(store: Store) -> None:
    """Q-10, Q-11, F-7."""
    asleep = await _put_to_sleep(store)
    assert asleep == NOW + 7 * DAY
    now = asleep
    for _ in range(30):
        assert await turns(store, now=now + DAY - 1) == []
        now = await _fail(store, 1, now + DAY, step=0)
    assert await turns(store, now=now + 7 * DAY - 1) == []
    assert names((await turn(store, now=now + 7 * DAY))[1]) == ["old"]


async def test_a_sleeper_gets_no_rows_and_all_it_missed_when_it_wakes(store: Store) -> None:
    """Q-10, Q-11, F-7: nothing is lost, and nothing comes twice."""
    asleep = await _put_to_sleep(store)
    await publish(store, "news", now=asleep + 1)
    await publish(store, "named", Audience("inbox", "https://h10.test/u/10/inbox"), now=asleep + 1)
    await publish(store, "whole", Audience("host", "h10.test"), now=asleep + 2)
    await publish(store, "gone", Audience("past_followers", "1"), withdrawal=True, now=asleep + 3)
    assert (await view(store))["h10.test"].rows == 1
    awake = {lane.host: (lane, rows) for lane, rows in await turns(store, now=asleep + DAY)}
    assert names(awake["h11.test"][1]) == ["news", "gone"]
    lane, rows = awake["h10.test"]
    assert names(rows) == ["old"]
    await finish(store, lane, [done(rows[0])], now=asleep + DAY)
    lane, rows = await turn(store, now=asleep + DAY)
    assert lane.state == "ok"
    assert sorted(names(rows)) == ["gone", "named", "news", "whole"]
    await finish(store, lane, [done(row) for row in rows], now=asleep + DAY)
    assert [lane.host for lane, _ in await turns(store, now=asleep + DAY)] == []


async def test_a_sign_of_life_makes_the_probe_due_but_resets_nothing(store: Store) -> None:
    """Q-11, F-18: at most one probe in 15 minutes."""
    asleep = await _put_to_sleep(store)

    async def wake(now: int) -> bool:
        return await store.transaction(lambda tx: waking.wake_host(tx, "h10.test", now=now))

    assert await wake(asleep + 1)
    assert not await wake(asleep + 2)
    lane, rows = await turn(store, now=asleep + 2)
    assert (lane.state, names(rows)) == ("asleep", ["old"])
    await finish(store, lane, [away(rows[0], asleep + HOUR)], now=asleep + 2)
    assert not await wake(asleep + 3)
    assert await turns(store, now=asleep + 3) == []
    assert await wake(asleep + HOUR)
    assert names((await turn(store, now=asleep + HOUR))[1]) == ["old"]


async def test_a_sign_of_life_of_a_healthy_or_unknown_host_changes_nothing(store: Store) -> None:
    await crowd(store, 1)
    await publish(store, "one")
    for host in ("h10.test", "unknown.test"):
        assert not await store.transaction(lambda tx: waking.wake_host(tx, host, now=NOW))  # noqa: B023


async def test_a_sleeper_without_rows_wakes_with_what_it_missed(store: Store) -> None:
    """Q-11: its rows became dead letters after 30 days, all but the probe; that after a year."""
    asleep = await _put_to_sleep(store)

    async def clean(now: int) -> int:
        return await store.transaction(lambda tx: lane_care.clean(tx, now=now))

    assert await clean(asleep + 31 * DAY) == 0
    assert await clean(asleep + 366 * DAY) == 1
    assert [letter.uri for letter in await store.reading(lane_care.dead)] == [
        "https://here.test/a/old"
    ]
    late = asleep + 400 * DAY
    await publish(store, "news", now=late)
    assert [lane.host for lane, _ in await turns(store, now=late)] == ["h11.test"]
    assert await store.transaction(lambda tx: waking.wake_host(tx, "h10.test", now=late))
    lane, rows = await turn(store, now=late)
    assert (lane.host, lane.state, names(rows)) == ("h10.test", "failing", ["news"])


async def _gone(store: Store, inbox: str) -> bool | None:
    async def look(reader: Reader) -> bool | None:
        row = await reader.one(select(gone_inboxes).where(gone_inboxes.c.inbox == inbox))
        return None if row is None else row["gone"] is not None

    return await store.reading(look)


async def test_410_marks_the_inbox_gone_at_once(store: Store) -> None:
    """Q-9, F-11."""
    await crowd(store, 1)
    await publish(store, "one")
    lane, (row,) = await turn(store)
    gone = Outcome(delivery=row, end="dead", error="answered 410", inbox="gone")
    await finish(store, lane, [gone])
    assert await _gone(store, row.inbox)
    await publish(store, "two")
    assert await turns(store) == []
    assert await store.reading(lambda r: lane_care.gone_before(r, NOW + 1)) == [row.inbox]
    assert await store.reading(lambda r: lane_care.gone_before(r, NOW)) == []
    await store.transaction(lambda tx: lane_care.forgive(tx, row.inbox))
    await publish(store, "three")
    assert names((await turn(store))[1]) == ["three"]


@pytest.mark.parametrize(("step", "gone"), [(12 * HOUR, True), (HOUR, False)])
async def test_404_on_three_activities_over_a_day_is_gone(
    store: Store, step: int, gone: bool
) -> None:
    """Q-9, F-11."""
    await crowd(store, 1)
    for turn_number in range(3):
        await publish(store, f"a{turn_number}")
        lane, (row,) = await turn(store, now=NOW + turn_number * step)
        missed = Outcome(delivery=row, end="dead", error="answered 404", inbox="missed")
        await finish(store, lane, [missed], now=NOW + turn_number * step)
    assert await _gone(store, row.inbox) is gone


async def test_a_success_forgives_what_was_missed(store: Store) -> None:
    await crowd(store, 1)
    await publish(store, "one")
    lane, (row,) = await turn(store)
    await finish(store, lane, [Outcome(delivery=row, end="dead", inbox="missed")])
    await publish(store, "two")
    lane, (row,) = await turn(store)
    assert row.missed
    await finish(store, lane, [done(row)])
    assert await _gone(store, row.inbox) is None


async def test_the_operator_holds_releases_and_drops(store: Store) -> None:
    """B-5: after a restore old rows wait for his word, new ones flow."""
    await crowd(store, 2)
    await publish(store, "old")
    assert await store.transaction(lambda tx: lane_care.hold(tx)) == 2
    assert await turns(store, now=NOW + 30 * DAY) == []
    assert (await view(store))["h10.test"].held == 1
    await publish(store, "new")
    found = await turns(store)
    assert [names(rows) for _, rows in found] == [["new"], ["new"]]
    for lane, rows in found:
        await finish(store, lane, [done(rows[0])])
    await store.transaction(lambda tx: lane_care.release(tx, "h10.test", now=NOW))
    assert await store.transaction(lambda tx: lane_care.drop(tx, "h11.test", now=NOW)) == 1
    lane, rows = await turn(store)
    assert (lane.host, names(rows)) == ("h10.test", ["old"])
    (letter,) = await store.reading(lane_care.dead)
    assert (letter.host, letter.error) == ("h11.test", "dropped by the operator")


async def test_what_waits_for_a_removed_member_is_taken_back(store: Store) -> None:
    """P-6: withdrawals still leave."""
    await crowd(store, 2)
    await publish(store, "post")
    await publish(store, "delete", Audience("past_followers", "1"), withdrawal=True)
    count = await store.transaction(
        lambda tx: lane_care.stop(tx, actor_id=1, inbox="https://h10.test/inbox", host="h10.test")
    )
    assert count == 1
    first, second = await turns(store)
    assert names(first[1]) == ["delete"]
    assert names(second[1]) == ["post", "delete"]


def test_the_probe_of_a_sleeper_waits_at_least_as_long_as_it_asked() -> None:
    """F-12."""
    lane = Lane(
        host="h", state="asleep", token="", failures=9, failed_uris=("a", "b"), failing_since=0,
        asleep_since=NOW, not_before=0, last_success=None,
    )  # fmt: skip
    row = Delivery(
        id=1, outgoing_id=1, host="h", inbox="i", order_key="k", barrier=False, attempts=1,
        tried=0, uri="a", actor_id=1, body=b"", missed=False,
    )  # fmt: skip
    assert advance(lane, [away(row, NOW + 1)], now=NOW).not_before == NOW + DAY
    old = replace(lane, asleep_since=NOW - 40 * DAY)
    assert advance(old, [away(row, NOW + 1)], now=NOW).not_before == NOW + 7 * DAY
