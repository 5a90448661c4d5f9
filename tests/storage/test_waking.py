"""Hosts asleep and awake, inboxes gone, and the operator's word, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from storage import lane_care, waking
from storage.engine import Reader, Store
from storage.lane_results import Outcome, advance
from storage.lanes import Delivery, Lane
from storage.outgoing import Audience
from storage.tables import gone_inboxes
from tests.storage.lane_cast import (
    away,
    crowd,
    done,
    fail,
    finish,
    names,
    publish,
    turn,
    turns,
    view,
)
from tests.storage.post_cast import DAY, HOUR, NOW


async def _put_to_sleep(store: Store) -> int:
    """h10.test falls asleep with "old" in its lane; says when."""
    await crowd(store, 2)
    await publish(store, "old", Audience("inbox", "https://h10.test/inbox"))
    await fail(store, 8, NOW, step=DAY)
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
        now = await fail(store, 1, now + DAY, step=0)
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
