"""Searching within carnets and their categories; carnets that are closed stay unknown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from actors.records import STRANGER, Viewer
from notes import carnet_entries, carnet_writing, search
from notes.carnet_records import Category, CategoryList
from notes.records import Note
from notes.search import Found, Query
from storage.engine import Reader, Store, Transaction
from storage.tables import carnet_categories
from tests.counting import Counting
from tests.notes.indexing import caught_up
from tests.notes.notebook import (
    ALI,
    LEA,
    NOEMIE,
    NOW,
    OUTSIDER,
    carnet,
    closed,
    put,
    seen_by,
    write,
)


async def found(store: Store, text: str, viewer: Viewer = STRANGER, **facets: Any) -> Found:
    await caught_up(store)
    return await store.reading(
        lambda reader: search.find(reader, Query(text=text, **facets), viewer)
    )


def titles(one: Found) -> list[str]:
    return [note.title for note in one.notes]


def counts(one: Found, name: str) -> list[tuple[str, int]]:
    return [(facet.label, facet.count) for facet in one.facets.get(name, ())]


async def test_a_carnet_and_its_categories_narrow_and_are_counted(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, list[int]]:
        shared = await carnet(tx, "Mobilités")
        lists = (CategoryList(name="Parties", categories=(Category(name="Résultats"),)),)
        await carnet_writing.set_lists(tx, shared.id, lists, by=NOEMIE)
        kinds = [row["id"] for row in await tx.all(select(carnet_categories.c.id))]
        await put(tx, shared, await write(tx, "Vélo un"), categories=tuple(kinds))
        await put(tx, shared, await write(tx, "Vélo deux"))
        waiting = await write(tx, "Vélo trois", author=OUTSIDER)
        await put(tx, shared, waiting, waiting=True)
        await write(tx, "Vélo quatre")
        await carnet_writing.put_person(tx, shared.id, LEA, "contributor", by=NOEMIE, now=NOW)
        await put(tx, shared, await closed(tx, "Vélo secret"), by=LEA)
        return shared.id, kinds

    carnet_id, kinds = await store.transaction(deed)
    everywhere = await found(store, "velo")
    assert titles(everywhere) == ["Vélo quatre", "Vélo trois", "Vélo deux", "Vélo un"]
    assert counts(everywhere, "carnet") == [("Mobilités", 2)]
    assert "category" not in everywhere.facets
    within = await found(store, "velo", carnet_id=carnet_id)
    assert titles(within) == titles(await found(store, "", carnet_id=carnet_id))
    assert titles(within) == ["Vélo deux", "Vélo un"]
    assert counts(within, "category") == [("Résultats", 1)]
    assert titles(await found(store, "velo", category_id=kinds[0])) == ["Vélo un"]
    assert titles(await found(store, "deux", category_id=kinds[0])) == []
    lea = await found(store, "velo", seen_by(LEA), carnet_id=carnet_id)
    assert titles(lea) == ["Vélo secret", "Vélo deux", "Vélo un"]
    assert counts(lea, "carnet") == [("Mobilités", 3)]


async def test_a_closed_carnet_is_neither_counted_nor_a_way_in(store: Store) -> None:
    """P-2: a public note doesn't tell which closed carnets hold it."""

    async def deed(tx: Transaction) -> tuple[int, int, Note]:
        hidden = await carnet(tx, "À nous", to=(("person", NOEMIE),), visibility="direct")
        lists = (CategoryList(name="Parties", categories=(Category(name="Doutes"),)),)
        await carnet_writing.set_lists(tx, hidden.id, lists, by=NOEMIE)
        kind = await tx.value(select(carnet_categories.c.id))
        note = await write(tx, "Train")
        entry = await put(tx, hidden, note, categories=(kind,))
        assert entry.carnet_id == hidden.id
        return hidden.id, kind, note

    carnet_id, kind, note = await store.transaction(deed)
    for viewer, seen in ((STRANGER, 0), (seen_by(OUTSIDER), 0), (seen_by(ALI), 1)):
        everywhere = await found(store, "train", viewer)
        assert len(everywhere.notes) == 1
        assert counts(everywhere, "carnet") == [("À nous", 1)] * seen
        within = await found(store, "", viewer, carnet_id=carnet_id)
        assert (len(within.notes), within.total) == (seen, seen)
        assert counts(within, "category") == [("Doutes", 1)] * seen
        assert len((await found(store, "", viewer, category_id=kind)).notes) == seen

    async def leave(tx: Transaction) -> None:
        row = await carnet_entries.entry_of(tx, carnet_id, note.uri)
        assert row
        await carnet_entries.remove(tx, row.id, by=NOEMIE)

    await store.transaction(leave)
    assert titles(await found(store, "", seen_by(ALI), carnet_id=carnet_id)) == []


async def test_within_a_carnet_it_is_four_queries(store: Store) -> None:
    async def deed(tx: Transaction) -> int:
        shared = await carnet(tx)
        for number in range(30):
            await put(tx, shared, await write(tx, f"Tram {number}"))
        return shared.id

    carnet_id = await store.transaction(deed)
    await caught_up(store)

    async def look(reader: Reader) -> int:
        counting = Counting(reader)
        one = await search.find(
            counting, Query(text="tram", carnet_id=carnet_id), STRANGER, count=20
        )
        assert len(one.notes) == 20
        return counting.count

    assert await store.reading(look) == 4
