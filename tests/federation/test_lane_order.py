"""The order within a lane: rules, and any order of landings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from federation.delivery.lane_order import MOST_AT_ONCE, LaneOrder, Windows
from storage.lanes import Delivery


def row(number: int, key: str, *, actor: int = 1, barrier: bool = False) -> Delivery:
    return Delivery(
        id=number, outgoing_id=number, host="h", inbox="i", order_key=key, barrier=barrier,
        attempts=0, tried=None, uri=f"a{number}", actor_id=actor, body=b"", missed=False,
    )  # fmt: skip


def test_never_two_with_one_order_key_others_at_once() -> None:
    """Q-6, Q-7."""
    rows = [row(1, "a"), row(2, "a"), row(3, "b")]
    order = LaneOrder(rows)
    assert [order.next(), order.next(), order.next()] == [rows[0], rows[2], None]
    assert order.flying == 2
    order.landed(rows[0], over=True)
    assert order.next() == rows[1]


def test_what_waits_for_another_try_holds_back_its_key() -> None:
    """Q-6, F-13."""
    rows = [row(1, "a"), row(2, "a"), row(3, "b")]
    order = LaneOrder(rows)
    order.next()
    order.landed(rows[0], over=False)
    assert [order.next(), order.next()] == [rows[2], None]


def test_nothing_of_its_actor_goes_beside_a_barrier() -> None:
    rows = [row(1, "a"), row(2, "b", barrier=True), row(3, "c"), row(4, "d", actor=2)]
    order = LaneOrder(rows)
    assert [order.next(), order.next(), order.next()] == [rows[0], rows[3], None]
    order.landed(rows[0], over=True)
    assert [order.next(), order.next()] == [rows[1], None]
    order.landed(rows[1], over=True)
    assert order.next() == rows[2]


def test_after_a_failure_another_activity_is_asked_first_if_it_may() -> None:
    """Q-10: is it the activity or the host?"""
    rows = [row(1, "a"), row(2, "a"), row(3, "b")]
    assert LaneOrder(rows).next(rather_not="a1") == rows[2]
    assert LaneOrder(rows[:2]).next(rather_not="a1") == rows[0]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 2), st.booleans()), max_size=12),
    st.data(),
)
def test_any_way_it_goes_each_key_leaves_in_order(
    shapes: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    """Q-6: whatever lands when, everything leaves once, each key and each barrier in its place."""
    rows = [
        row(number, key, actor=actor, barrier=barrier)
        for number, (key, actor, barrier) in enumerate(shapes)
    ]
    order = LaneOrder(rows)
    left: list[Delivery] = []
    flying: list[Delivery] = []
    while len(left) < len(rows) or flying:
        found = order.next()
        if found is not None:
            left.append(found)
            flying.append(found)
            continue
        landing = data.draw(st.sampled_from(flying))
        flying.remove(landing)
        order.landed(landing, over=True)
    assert sorted(one.id for one in left) == [one.id for one in rows]
    for key in "abc":
        ids = [one.id for one in left if one.order_key == key]
        assert ids == sorted(ids)
    for one in rows:
        if one.barrier:
            mine = [other.id for other in left if other.actor_id == one.actor_id]
            place = mine.index(one.id)
            assert all(other < one.id for other in mine[:place])
            assert all(other > one.id for other in mine[place + 1 :])


def test_the_window_grows_by_one_to_four_and_halves() -> None:
    """Q-7."""
    windows = Windows()
    sizes = []
    for _ in range(5):
        sizes.append(windows.size("h"))
        windows.success("h")
    assert sizes == [1, 2, 3, 4, MOST_AT_ONCE]
    windows.trouble("h")
    assert windows.size("h") == 2
    windows.trouble("h")
    windows.trouble("h")
    assert windows.size("h") == 1
    assert windows.size("other") == 1
