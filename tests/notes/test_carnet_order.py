"""Whatever is inserted, moved and removed: one order, no two in one place, right numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from notes import carnet_entries, carnet_order
from notes.carnet_entries import LAST
from notes.carnet_numbers import numbers
from notes.carnet_records import Carnet
from storage.engine import Reader, Store, Transaction
from storage.tables import carnet_entries as rows
from tests.notes.notebook import NOEMIE, carnet, head

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "first", "last", "move", "section", "remove", "squeeze"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.integers(1, 4),
    ),
    max_size=25,
)


async def order(reader: Reader, carnet_id: int) -> list[int]:
    found = await reader.all(
        select(rows.c.id, rows.c.position)
        .where(rows.c.carnet_id == carnet_id)
        .order_by(rows.c.position)
    )
    assert len({row["position"] for row in found}) == len(found)
    return [row["id"] for row in found]


class Model:
    """The same carnet as a list of (entry, depth)."""

    def __init__(self, tx: Transaction, into: Carnet) -> None:
        self.tx = tx
        self.into = into
        self.entries: list[tuple[int, int]] = []

    async def step(self, kind: str, one: int, two: int, depth: int) -> None:
        if kind in ("add", "first", "last") or not self.entries:
            await self._add(kind, one, depth)
            return
        at = one % len(self.entries)
        if kind == "squeeze":
            for _ in range(45):
                await self._insert(at + 1, self.entries[at][0], depth)
        elif kind == "remove":
            await carnet_entries.remove(self.tx, self.entries.pop(at)[0], by=NOEMIE)
        else:
            await self._move(at, two % (len(self.entries) + 1), section=kind == "section")

    async def _add(self, kind: str, one: int, depth: int) -> None:
        at = one % (len(self.entries) + 1)
        at = {"first": 0, "last": len(self.entries)}.get(kind, at)
        after = self.entries[at - 1][0] if at else None
        await self._insert(at, LAST if kind == "last" else after, depth)

    async def _insert(self, at: int, after: Any, depth: int) -> None:
        made = await head(self.tx, self.into, "Partie", after=after, depth=depth)
        self.entries.insert(at, (made.id, depth))

    async def _move(self, at: int, to: int, *, section: bool) -> None:
        end = at + 1
        while section and end < len(self.entries) and self.entries[end][1] > self.entries[at][1]:
            end += 1
        target = self.entries[to - 1] if to else None
        moved = self.entries[at:end]
        if target in moved[1:]:
            return  # refused, see test_carnet_entries
        after = target[0] if target else None
        await carnet_entries.move(self.tx, moved[0][0], after=after, by=NOEMIE, section=section)
        if target not in moved:
            self.entries[at:end] = []
            place = self.entries.index(target) + 1 if target else 0
            self.entries[place:place] = moved


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
async def test_the_order_is_that_of_a_list(store: Store, steps: list[Any]) -> None:
    async def deed(tx: Transaction) -> None:
        model = Model(tx, await carnet(tx))
        for step in steps:
            await model.step(*step)
        assert await order(tx, model.into.id) == [one for one, _ in model.entries]

    await store.transaction(deed)


async def test_thousands_of_moves_to_the_ends_stay_in_range(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        into = await carnet(tx)
        one = await head(tx, into, "Un")
        two = await head(tx, into, "Deux")
        for _ in range(300):
            await carnet_entries.move(tx, one.id, after=two.id, by=NOEMIE)
            await carnet_entries.move(tx, one.id, after=None, by=NOEMIE)
        assert await order(tx, into.id) == [one.id, two.id]
        await carnet_order.spread(tx, into.id)
        assert await order(tx, into.id) == [one.id, two.id]
        assert await carnet_order.last(tx, into.id) == 2 * carnet_order.GAP

    await store.transaction(deed)


async def test_a_full_carnet_is_renumbered_when_an_end_is_too_far(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        into = await carnet(tx)
        made = [(await head(tx, into, f"{n}")).id for n in range(4)]
        far = rows.update().where(rows.c.id == made[3]).values(position=2**60 - 5)
        await tx.run(far)
        made.append((await head(tx, into, "fin")).id)
        near = rows.update().where(rows.c.id == made[0]).values(position=-(2**60) + 5)
        await tx.run(near)
        made.insert(0, (await head(tx, into, "début", after=None)).id)
        assert await order(tx, into.id) == made

    await store.transaction(deed)


# --- numbers -------------------------------------------------------------------------------------

DEPTHS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=60)


@given(DEPTHS)
def test_numbers_rise_and_are_never_used_twice(entries: list[tuple[int, bool]]) -> None:
    found = numbers(entries)
    assert len(found) == len(entries)
    parts = [tuple(map(int, number.split("."))) for number in found if number]
    assert all(one < two for one, two in pairwise(parts))
    for (depth, numbered), number in zip(entries, found, strict=True):
        assert not number or (numbered and number.count(".") < depth)


@given(st.lists(st.integers(1, 6), max_size=60))
def test_a_number_follows_from_the_one_before(depths: list[int]) -> None:
    found = numbers((depth, True) for depth in depths)
    assert all(found)
    parts = [tuple(map(int, number.split("."))) for number in found]
    for one, two in pairwise(parts):
        level = len(two)
        if level > len(one):
            assert two == (*one, 1)
        else:
            assert two == (*one[: level - 1], one[level - 1] + 1)


def test_numbers_as_in_a_study() -> None:
    entries = [(1, False), (1, True), (2, True), (2, True), (3, True), (2, True), (1, False),
               (2, True), (1, True), (3, True), (2, True), (1, True)]  # fmt: skip
    assert numbers(entries) == [
        "", "1", "1.1", "1.2", "1.2.1", "1.3", "", "", "2", "2.1", "2.2", "3",
    ]  # fmt: skip
