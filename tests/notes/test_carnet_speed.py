"""A carnet costs the same few queries whatever its size, and little time."""

from __future__ import annotations

import time

from actors.records import STRANGER
from notes import carnet_reading, carnet_writing, carnets
from notes.carnet_records import Carnet, Category, CategoryList
from notes.records import Credit
from storage.engine import Reader, Store, Transaction
from tests.counting import Counting
from tests.notes.notebook import LEA, NOEMIE, carnet, head, put, write

_BODY = "Un paragraphe de la note, assez long pour peser. " * 60
_FORTY = tuple(Credit(name=f"Autrice {number}") for number in range(40))


async def filled(tx: Transaction, size: int) -> Carnet:
    """`size` notes in parts of ten, in two categories, some pinned, one by forty people."""
    made = await carnet(tx)
    names = (Category(name="Résultats"), Category(name="Discussion"))
    whole = CategoryList(name="Partie", categories=names)
    await carnet_writing.set_lists(tx, made.id, (whole,), by=NOEMIE)
    cover = await carnets.carnet(tx, made.id, STRANGER)
    assert cover is not None
    under = [one.id for one in cover.lists[0].categories]
    for number in range(size):
        if number % 10 == 0:
            await head(tx, made, f"Partie {number // 10 + 1}")
        authors = _FORTY if number == 3 else (Credit(actor_id=LEA), Credit(name="Zoé"))
        note = await write(tx, f"Note {number}", authors=authors, content=_BODY)
        pinned = 1 if number % 5 == 0 else None
        await put(tx, made, note, depth=2, categories=(under[number % 2],), pinned=pinned)
    return made


async def test_the_number_of_queries_does_not_grow(store: Store) -> None:
    small, large = [
        await store.transaction(lambda tx, size=size: filled(tx, size))  # type: ignore[misc]
        for size in (6, 65)
    ]

    async def costs(reader: Reader, made: Carnet) -> tuple[int, int, int]:
        counting = Counting(reader)
        found = await carnet_reading.contents(counting, made.id, STRANGER)
        assert found is not None
        note = next(line.note for line in found.lines if line.note)
        first = counting.count
        await carnet_reading.place_in(counting, made.id, note.id, STRANGER)
        second = counting.count
        await carnets.carnets_with(counting, note.id, STRANGER)
        return first, second - first, counting.count - second

    assert await store.reading(lambda reader: costs(reader, small)) == (8, 9, 3)
    assert await store.reading(lambda reader: costs(reader, large)) == (8, 9, 3)


async def test_65_notes_take_15_milliseconds_at_most(store: Store) -> None:
    made = await store.transaction(lambda tx: filled(tx, 65))
    took = []
    for _ in range(8):
        started = time.process_time()
        found = await store.reading(
            lambda reader: carnet_reading.contents(reader, made.id, STRANGER)
        )
        took.append(time.process_time() - started)
    assert found is not None
    assert found.count == 65
    assert min(took) < 0.015


async def test_suite_visits_every_note_once_and_ends(store: Store) -> None:
    made = await store.transaction(lambda tx: filled(tx, 65))

    async def walk(reader: Reader) -> list[str]:
        found = await carnet_reading.contents(reader, made.id, STRANGER)
        assert found is not None
        line = next((line for line in found.lines if line.note), None)
        visited: list[str] = []
        while line is not None and len(visited) < 100:
            visited.append(line.number)
            assert line.note is not None
            place = await carnet_reading.place_in(reader, made.id, line.note.id, STRANGER)
            assert place is not None
            line = place.next
        return visited

    visited = await store.reading(walk)
    assert visited == [f"{part}.{n}" for part in range(1, 8) for n in range(1, 11)][:65]
