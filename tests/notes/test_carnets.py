"""Carnets as a whole: who may read and change them, lists, slots, and what must never be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actors.records import STRANGER, Viewer
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound
from notes import audiences, carnet_entries, carnet_reading, carnet_writing, carnets, writing
from notes.carnet_records import Carnet, Category, CategoryList, Contents, Cover, Placing
from notes.records import Note
from storage.engine import Reader, Store, Transaction
from tests.notes.notebook import (
    ALI,
    COOP,
    INES,
    LEA,
    NOEMIE,
    NOW,
    OUTSIDER,
    SAM,
    carnet,
    closed,
    head,
    put,
    seen_by,
    write,
)

MEMBERS = (("community", COOP),)


async def covered(store: Store, carnet_id: int, viewer: Viewer = STRANGER) -> Cover | None:
    return await store.reading(lambda reader: carnets.carnet(reader, carnet_id, viewer))


async def test_a_carnet_for_members_is_theirs_and_its_peoples(store: Store) -> None:
    """P-1, P-3: unknown and closed look the same."""

    async def deed(tx: Transaction) -> Carnet:
        await audiences.admit(tx, "community", COOP, SAM, now=NOW)
        return await carnet(tx, to=MEMBERS, visibility="community", community_id=COOP)

    made = await store.transaction(deed)
    for reads in (SAM, NOEMIE, ALI):
        found = await covered(store, made.id, seen_by(reads))
        assert found is not None
        assert (found.carnet, found.owners, found.contributors) == (made, (NOEMIE,), (ALI,))
    for kept_out in (STRANGER, seen_by(OUTSIDER)):
        assert await covered(store, made.id, kept_out) is None

        async def look(reader: Reader, viewer: Viewer = kept_out) -> None:
            assert await carnets.by_uri(reader, made.uri, viewer) is None
            assert await carnets.of_community(reader, COOP, viewer) == []
            assert await carnets.made_by(reader, NOEMIE, viewer) == []
            assert await carnet_reading.contents(reader, made.id, viewer) is None
            assert await carnet_reading.place_in(reader, made.id, 1, viewer) is None
            assert await carnet_reading.waiting(reader, made.id, viewer) == []

        await store.reading(look)
    listed = await store.reading(lambda reader: carnets.of_community(reader, COOP, seen_by(SAM)))
    assert listed == [made]
    listed = await store.reading(lambda reader: carnets.made_by(reader, ALI, seen_by(SAM)))
    assert listed == [made]

    async def leave(tx: Transaction) -> None:
        await audiences.dismiss(tx, "community", COOP, SAM)

    await store.transaction(leave)
    assert await covered(store, made.id, seen_by(SAM)) is None


async def test_a_suspended_or_blocking_creator_hides_her_carnet(store: Store) -> None:
    made = await store.transaction(carnet)
    await store.transaction(lambda tx: audiences.part(tx, NOEMIE, OUTSIDER))
    assert await covered(store, made.id, seen_by(OUTSIDER)) is None
    assert await covered(store, made.id, seen_by(INES)) is not None
    await store.transaction(lambda tx: audiences.hide_author(tx, NOEMIE, "suspended"))
    assert await covered(store, made.id) is None


async def test_only_owners_change_it(store: Store) -> None:
    made = await store.transaction(carnet)

    async def change(tx: Transaction, by: int) -> Carnet:
        changed = replace(made, title="Autre", context="<p>Contexte</p>", created_by=by)
        return await carnet_writing.change(tx, changed, by=by, now=NOW + 1, to=MEMBERS)

    for by in (ALI, OUTSIDER):
        with pytest.raises(NotAllowed):
            await store.transaction(lambda tx, by=by: change(tx, by))  # type: ignore[misc]
        with pytest.raises(NotAllowed):
            await store.transaction(
                lambda tx, by=by: carnet_writing.remove(tx, made.id, by=by)  # type: ignore[misc]
            )
    await store.transaction(lambda tx: change(tx, NOEMIE))
    assert await covered(store, made.id) is None
    found = await covered(store, made.id, seen_by(NOEMIE))
    assert found is not None
    assert (found.carnet.title, found.carnet.updated, found.carnet.uri) == (
        "Autre",
        NOW + 1,
        made.uri,
    )
    with pytest.raises(NotFound):
        await store.transaction(lambda tx: change(tx, OUTSIDER))


async def test_a_carnet_keeps_an_owner(store: Store) -> None:
    made = await store.transaction(carnet)

    async def put_in(tx: Transaction, who: int, role: str, by: int) -> None:
        await carnet_writing.put_person(tx, made.id, who, role, by=by, now=NOW)  # type: ignore[arg-type]

    async def leave(tx: Transaction, who: int, by: int) -> None:
        await carnet_writing.remove_person(tx, made.id, who, by=by)

    with pytest.raises(Conflict):
        await store.transaction(lambda tx: leave(tx, NOEMIE, NOEMIE))
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: put_in(tx, NOEMIE, "contributor", NOEMIE))
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: put_in(tx, INES, "owner", ALI))
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: leave(tx, NOEMIE, ALI))
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: put_in(tx, INES, "boss", NOEMIE))
    await store.transaction(lambda tx: put_in(tx, ALI, "owner", NOEMIE))
    await store.transaction(lambda tx: leave(tx, NOEMIE, NOEMIE))
    found = await covered(store, made.id)
    assert found is not None
    assert (found.owners, found.contributors) == ((ALI,), ())


async def test_bad_carnets_are_refused(store: Store) -> None:
    for wrong in ({"title": " "}, {"mode": "frozen"}, {"guide": "x" * 200_001}):
        with pytest.raises(Invalid):
            await store.transaction(lambda tx, w=wrong: carnet(tx, **w))  # type: ignore[misc]
    made = await store.transaction(lambda tx: carnet(tx, "T" * 900))
    assert len(made.title) == 300
    again = replace(made, id=0)
    assert await store.transaction(lambda tx: carnet_writing.add(tx, again, (), now=NOW)) is None


def lists(*names: str) -> tuple[CategoryList, ...]:
    return tuple(
        CategoryList(name=name, categories=(Category(name=f"{name} 1"), Category(name=f"{name} 2")))
        for name in names
    )


async def test_category_lists_and_what_is_sorted_under_them(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[Carnet, int]:
        made = await carnet(tx)
        await carnet_writing.set_lists(tx, made.id, lists("Thème", "Étape"), by=NOEMIE)
        cover = await carnets.carnet(tx, made.id, STRANGER)
        assert cover is not None
        first = cover.lists[0].categories[0].id
        last = cover.lists[1].categories[1].id
        await head(tx, made, "Introduction")
        await put(tx, made, await write(tx, "Un"), categories=(first,), depth=2)
        await head(tx, made, "Suite")
        await put(tx, made, await write(tx, "Deux"), categories=(last, first, first), depth=2)
        await put(tx, made, await write(tx, "Trois"), categories=(last,), depth=2)
        return made, first

    made, first = await store.transaction(deed)

    async def under(category: int | None) -> Contents:
        found = await store.reading(
            lambda reader: carnet_reading.contents(reader, made.id, STRANGER, category=category)
        )
        assert found is not None
        return found

    found = await under(first)
    assert [(line.number, line.title) for line in found.lines] == [
        ("1", "Introduction"),
        ("1.1", "Un"),
        ("2", "Suite"),
        ("2.1", "Deux"),
    ]
    assert found.count == 3
    kept = found.cover.lists[1].categories[1]
    assert [line.title for line in (await under(kept.id)).lines] == ["Suite", "Deux", "Trois"]
    assert (await under(9_999)).lines == ()
    # Renamed and moved to another list it keeps its notes; a dropped one lets them go.
    new = (
        CategoryList(name="Seule", categories=(Category(name="Neuve"), replace(kept, name="Là"))),
    )
    await store.transaction(lambda tx: carnet_writing.set_lists(tx, made.id, new, by=NOEMIE))
    found = await under(kept.id)
    assert [line.title for line in found.lines] == ["Suite", "Deux", "Trois"]
    assert [[one.name for one in each.categories] for each in found.cover.lists] == [
        ["Neuve", "Là"]
    ]
    assert (await under(first)).lines == ()


async def test_lists_are_bounded(store: Store) -> None:
    made = await store.transaction(carnet)
    many = CategoryList(name="A", categories=tuple(Category(name=str(n)) for n in range(11)))
    twice = CategoryList(name="A", categories=(Category(name="É"), Category(name="é")))
    strange = CategoryList(name="A", categories=(Category(name="x", id=77),))
    empty = CategoryList(name="A", categories=(Category(name=" "),))
    for wrong in (lists("a", "b", "c", "d"), (many,), (twice,), (strange,), (empty,)):
        with pytest.raises(Invalid):
            await store.transaction(
                lambda tx, w=wrong: carnet_writing.set_lists(tx, made.id, w, by=NOEMIE)  # type: ignore[misc]
            )
    full = replace(many, categories=many.categories[:10])
    three = (full, replace(full, name="B"), replace(full, name="C"))
    await store.transaction(lambda tx: carnet_writing.set_lists(tx, made.id, three, by=NOEMIE))
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: carnet_writing.set_lists(tx, made.id, (), by=ALI))
    found = await covered(store, made.id)
    assert found is not None
    assert sum(len(each.categories) for each in found.lists) == 30


async def test_slots_show_what_the_viewer_may_read(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[Carnet, Note]:
        made = await carnet(tx)
        await audiences.admit(tx, "community", COOP, NOEMIE, now=NOW)
        shown, hidden = await write(tx, "Résumé"), await closed(tx, "Références")
        await carnet_writing.set_slot(tx, made.id, "abstract", shown.id, by=NOEMIE)
        await carnet_writing.set_slot(tx, made.id, "references", hidden.id, by=NOEMIE)
        await carnet_writing.set_slot(tx, made.id, "toc", shown.id, by=NOEMIE)
        await carnet_writing.set_slot(tx, made.id, "toc", None, by=NOEMIE)
        return made, shown

    made, shown = await store.transaction(deed)
    found = await covered(store, made.id)
    assert found is not None
    assert {slot: one.title for slot, one in found.slots.items()} == {"abstract": "Résumé"}
    found = await covered(store, made.id, seen_by(SAM))
    assert found is not None
    assert set(found.slots) == {"abstract", "references"}
    with pytest.raises(Invalid):
        await store.transaction(
            lambda tx: carnet_writing.set_slot(tx, made.id, "index", shown.id, by=NOEMIE)  # type: ignore[arg-type]
        )
    with pytest.raises(NotFound):
        await store.transaction(
            lambda tx: carnet_writing.set_slot(tx, made.id, "toc", 424242, by=NOEMIE)
        )
    await store.transaction(lambda tx: writing.remove(tx, shown, author_uri="x:1", now=NOW))
    found = await covered(store, made.id)
    assert found is not None
    assert found.slots == {}


async def test_outsiders_see_no_trace_of_closed_notes(store: Store) -> None:
    """P-2: no line, no gap in the numbers, no count, no neighbour, no card."""

    async def deed(tx: Transaction) -> tuple[Carnet, list[Note]]:
        made = await carnet(tx)
        await audiences.admit(tx, "community", COOP, NOEMIE, now=NOW)
        found = [
            await write(tx, "Un"),
            await closed(tx, "Entre nous"),
            await write(tx, "Trois"),
        ]
        for note in found:
            await put(tx, made, note)
        return made, found

    made, (one, hidden, three) = await store.transaction(deed)
    for viewer in (STRANGER, seen_by(OUTSIDER)):

        async def look(reader: Reader, viewer: Viewer = viewer) -> None:
            found = await carnet_reading.contents(reader, made.id, viewer)
            assert found is not None
            assert [(line.number, line.title) for line in found.lines] == [
                ("1", "Un"),
                ("2", "Trois"),
            ]
            assert found.count == 2
            assert await carnet_reading.place_in(reader, made.id, hidden.id, viewer) is None
            assert await carnet_reading.shown(reader, made.id, hidden.id, viewer) is None
            place = await carnet_reading.place_in(reader, made.id, one.id, viewer)
            assert place is not None
            assert place.next is not None
            assert place.next.title == "Trois"
            assert await carnets.carnets_with(reader, hidden.id, viewer) == []
            (card,) = await carnets.carnets_with(reader, three.id, viewer)
            assert card.size == 2
            assert "Entre nous" not in repr((found, place, card))

        await store.reading(look)

    async def inside(reader: Reader) -> None:
        found = await carnet_reading.contents(reader, made.id, seen_by(SAM))
        assert found is not None
        assert [line.number for line in found.lines] == ["1", "2", "3"]
        assert found.count == 3
        (card,) = await carnets.carnets_with(reader, hidden.id, seen_by(SAM))
        assert card.size == 3
        place = await carnet_reading.place_in(reader, made.id, hidden.id, seen_by(SAM))
        assert place is not None
        assert (place.line.number, place.previous and place.previous.title) == ("2", "Un")

    await store.reading(inside)


async def test_a_note_in_many_carnets_has_its_place_in_each(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[Note, Carnet, Carnet]:
        await audiences.admit(tx, "community", COOP, SAM, now=NOW)
        note, other = await write(tx, "Un"), await write(tx, "Deux")
        made = await carnet(
            tx, "Mémoire sur les communautés", short_title="Mémoire", context="<p>Ici</p>"
        )
        await carnet_writing.set_lists(tx, made.id, lists("Partie"), by=NOEMIE)
        cover = await carnets.carnet(tx, made.id, STRANGER)
        assert cover is not None
        category = cover.lists[0].categories[0].id
        top = await head(tx, made, "Résultats")
        await head(tx, made, "Discussion", depth=2)
        entry = await put(tx, made, note, depth=3, categories=(category,))
        await put(tx, made, other, depth=3)
        await carnet_entries.move(tx, top.id, after=None, by=NOEMIE)
        await carnet_entries.change(
            tx, entry.id, Placing(depth=3, categories=(category,), preface="<p>Mot</p>"), by=NOEMIE
        )
        inner = await carnet(tx, "Entre nous", to=MEMBERS, visibility="community")
        await put(tx, inner, other)
        await put(tx, inner, note)
        return note, made, inner

    note, made, inner = await store.transaction(deed)

    async def look(reader: Reader) -> None:
        place = await carnet_reading.place_in(reader, made.id, note.id, STRANGER)
        assert place is not None
        assert place.cover.carnet.name_in_context == "Mémoire"
        assert place.cover.carnet.context == "<p>Ici</p>"
        assert [one.title for one in place.headings] == ["Résultats", "Discussion"]
        assert (place.line.number, place.line.preface) == ("1.1.1", "<p>Mot</p>")
        assert [one.name for one in place.categories] == ["Partie 1"]
        assert place.previous is None
        assert place.next is not None
        assert place.next.number == "1.1.2"
        (card,) = await carnets.carnets_with(reader, note.id, STRANGER)
        assert (card.id, card.size, card.integrated_by) == (made.id, 2, NOEMIE)
        assert [one.name for one in card.categories] == ["Partie 1"]
        cards = await carnets.carnets_with(reader, note.id, seen_by(SAM))
        assert [one.id for one in cards] == [made.id, inner.id]
        there = await carnet_reading.place_in(reader, inner.id, note.id, seen_by(SAM))
        assert there is not None
        assert (there.line.number, there.next, there.categories) == ("2", None, ())

    await store.reading(look)


async def test_a_removed_carnet_leaves_its_notes(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[Carnet, Note]:
        made, note = await carnet(tx), await write(tx, "Un", author=LEA)
        await carnet_writing.set_lists(tx, made.id, lists("A"), by=NOEMIE)
        await put(tx, made, note)
        await carnet_writing.remove(tx, made.id, by=NOEMIE)
        return made, note

    made, note = await store.transaction(deed)

    async def look(reader: Reader) -> None:
        assert await carnets.carnet(reader, made.id, seen_by(NOEMIE)) is None
        assert await carnets.carnets_with(reader, note.id, seen_by(NOEMIE)) == []
        assert await carnet_entries.entry_of(reader, made.id, note.uri) is None

    await store.reading(look)
