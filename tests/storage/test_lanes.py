"""Lanes, on both databases: claims, order, results, states."""

from __future__ import annotations

import asyncio

from storage import lane_care
from storage.engine import Store
from storage.lane_results import Outcome, advance
from storage.outgoing import Audience
from tests.storage.lane_cast import (
    LEASE,
    away,
    crowd,
    done,
    error,
    fail,
    finish,
    names,
    publish,
    turn,
    turns,
    view,
)
from tests.storage.post_cast import DAY, HOUR, NOW, follow


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


async def test_five_failures_on_two_activities_make_it_failing_with_one_probe(store: Store) -> None:
    """Q-10."""
    await crowd(store, 1)
    await publish(store, "one")
    now = await fail(store, 6, NOW)
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
