"""Notes enter carnets, are worked on and leave them; and who may do it."""

from __future__ import annotations

import asyncio

import pytest

from actors.records import STRANGER
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound
from notes import audiences, carnet_consent, carnet_entries, carnet_reading, carnets, writing
from notes.carnet_records import Contents, EntryRow, Line, Placing
from notes.records import Credit, Note
from storage.engine import Store, Transaction
from tests.notes.notebook import (
    ALI,
    BY_NC,
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
    redrafted,
    seen_by,
    write,
)


async def read(store: Store, carnet_id: int, viewer: int | None = None) -> tuple[Line, ...]:
    as_who = STRANGER if viewer is None else seen_by(viewer)
    found: Contents | None = await store.reading(
        lambda reader: carnet_reading.contents(reader, carnet_id, as_who)
    )
    assert found is not None
    return found.lines


async def test_an_entry_is_the_pair_of_note_and_carnet(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, int, Note]:
        note = await write(tx, "Autopartage")
        one, two = await carnet(tx, "Un"), await carnet(tx, "Deux")
        await head(tx, one, "Partie")
        await put(tx, one, note, by=ALI, depth=2, preface="<p>Lu d’ici.</p>")
        await put(tx, two, note)
        return one.id, two.id, note

    one, two, note = await store.transaction(deed)
    _, here = await read(store, one)
    (there,) = await read(store, two)
    assert (here.number, here.preface, here.integrated_by) == ("1.1", "<p>Lu d’ici.</p>", ALI)
    assert (there.number, there.preface, there.integrated_by) == ("1", "", NOEMIE)
    assert here.integrated_at == NOW
    assert here.note is not None
    assert here.note.id == note.id
    assert here.title == "Autopartage"


async def test_who_works_on_a_carnet(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, int, EntryRow, EntryRow]:
        into = await carnet(tx)
        first, second = await write(tx, "Un"), await write(tx, "Deux")
        theirs = await put(tx, into, first)
        own = await put(tx, into, second, by=ALI)
        return into.id, (await write(tx, "Trois")).id, theirs, own

    into, third, theirs, own = await store.transaction(deed)

    async def attempt(entry: EntryRow, by: int) -> None:
        await store.transaction(lambda tx: carnet_entries.move(tx, entry.id, after=None, by=by))
        await store.transaction(
            lambda tx: carnet_entries.change(tx, entry.id, Placing(depth=2), by=by)
        )

    await attempt(own, ALI)
    await attempt(own, NOEMIE)
    await attempt(theirs, NOEMIE)
    with pytest.raises(NotAllowed):
        await attempt(theirs, ALI)
    with pytest.raises(NotAllowed):
        await attempt(own, OUTSIDER)
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: carnet_entries.remove(tx, theirs.id, by=ALI))
    with pytest.raises(NotAllowed):
        await store.transaction(
            lambda tx: carnet_entries.integrate(tx, into, third, uri="x:1", by=INES, now=NOW)
        )
    await store.transaction(lambda tx: carnet_entries.remove(tx, own.id, by=ALI))
    with pytest.raises(NotFound):
        await store.transaction(lambda tx: carnet_entries.remove(tx, own.id, by=ALI))
    assert [line.title for line in await read(store, into)] == ["Un"]


async def test_what_may_not_enter(store: Store) -> None:
    """Twice, unreadable, under another licence, pinned to nothing, too deep, out of order."""

    async def deed(tx: Transaction) -> tuple[int, list[int]]:
        into = await carnet(tx)
        good, hidden = await write(tx, "Un"), await closed(tx, "Entre nous")
        strict, bare = await write(tx, "NC", license=BY_NC), await write(tx, "?", license=None)
        await put(tx, into, good)
        rest = await write(tx, "Deux")
        return into.id, [good.id, hidden.id, strict.id, bare.id, rest.id]

    into, (good, hidden, strict, bare, rest) = await store.transaction(deed)

    async def attempt(note: int, **placing: object) -> EntryRow:
        after = placing.pop("after", carnet_entries.LAST)
        return await store.transaction(
            lambda tx: carnet_entries.integrate(
                tx,
                into,
                note,
                uri=f"https://here.example/e/{note}",
                by=NOEMIE,
                now=NOW,
                placing=Placing(**placing),  # type: ignore[arg-type]
                after=after,  # type: ignore[arg-type]
            )
        )

    with pytest.raises(Conflict):
        await attempt(good)
    with pytest.raises(NotFound):
        await attempt(hidden)
    with pytest.raises(NotFound):
        await attempt(12345)
    with pytest.raises(Invalid) as refused:
        await attempt(strict)
    assert refused.value.code == "licence_noncommercial"
    assert "commercial" in refused.value.sentence
    with pytest.raises(Invalid) as refused:
        await attempt(bare)
    assert refused.value.code == "licence_missing"
    for wrong in (
        {"pinned": 2},
        {"pinned": 0},
        {"depth": 0},
        {"depth": 7},
        {"categories": (77,)},
        {"preface": "x" * 20_001},
        {"after": 9_999},
    ):
        with pytest.raises(Invalid):
            await attempt(rest, **wrong)
    assert (await attempt(rest, pinned=1, depth=6)).depth == 6


async def test_many_add_at_the_same_time(store: Store) -> None:
    into = await store.transaction(carnet)
    made = [await store.transaction(lambda tx, n=n: write(tx, f"{n}")) for n in range(4)]  # type: ignore[misc]

    async def attempt(note: Note) -> EntryRow:
        return await store.transaction(lambda tx: put(tx, into, note))

    done = await asyncio.gather(*map(attempt, made * 2), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in done) == 4
    lines = await read(store, into.id)
    assert sorted(line.title for line in lines) == ["0", "1", "2", "3"]
    assert [line.number for line in lines] == ["1", "2", "3", "4"]


async def test_a_part_moves_with_what_is_in_it(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, int, int]:
        into = await carnet(tx)
        a = await head(tx, into, "A")
        for name in ("a1", "a2"):
            await put(tx, into, await write(tx, name), depth=2)
        b = await head(tx, into, "B")
        last = await put(tx, into, await write(tx, "b1"), depth=2)
        await carnet_entries.move(tx, a.id, after=last.id, by=NOEMIE, section=True)
        return into.id, a.id, b.id

    into, a, b = await store.transaction(deed)
    lines = await read(store, into)
    assert [(line.number, line.title) for line in lines] == [
        ("1", "B"),
        ("1.1", "b1"),
        ("2", "A"),
        ("2.1", "a1"),
        ("2.2", "a2"),
    ]

    async def into_itself(tx: Transaction) -> None:
        await carnet_entries.move(tx, a, after=lines[3].id, by=NOEMIE, section=True)

    with pytest.raises(Invalid):
        await store.transaction(into_itself)
    await store.transaction(lambda tx: carnet_entries.move(tx, b, after=a, by=NOEMIE))
    await store.transaction(lambda tx: carnet_entries.rename_heading(tx, b, "Bé", by=NOEMIE))
    titles = [line.title for line in await read(store, into)]
    assert titles == ["b1", "A", "Bé", "a1", "a2"]
    with pytest.raises(Invalid):
        await store.transaction(
            lambda tx: carnet_entries.rename_heading(tx, lines[1].id, "Mien", by=NOEMIE)
        )
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: carnet_entries.rename_heading(tx, b, " ", by=NOEMIE))


async def test_living_and_fixed(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, int, Note]:
        note = await write(tx, "Un", summary="avant")
        living, fixed = await carnet(tx, "Vif"), await carnet(tx, "Fixe", mode="fixed")
        await put(tx, living, note)
        await put(tx, fixed, note)
        draft = redrafted(note, "nouveau", title="Deux", summary="après")
        await writing.revise(tx, note, draft, now=NOW + 9_000)
        return living.id, fixed.id, note

    living, fixed, note = await store.transaction(deed)
    (line,) = await read(store, living)
    assert (line.title, line.pinned, line.current) == ("Deux", None, None)
    (line,) = await read(store, fixed)
    assert (line.title, line.pinned, line.current) == ("Un", 1, 2)
    assert line.note is not None
    assert line.note.summary == "avant"

    async def shown(carnet_id: int) -> tuple[str, int | None]:
        found = await store.reading(
            lambda reader: carnet_reading.shown(reader, carnet_id, note.id, STRANGER)
        )
        assert found is not None
        return found[0].content, found[1].number if found[1] else None

    assert await shown(living) == ("<p>nouveau</p>", None)
    assert await shown(fixed) == ("<p>Un</p>", 1)
    await store.transaction(
        lambda tx: carnet_entries.change(tx, line.id, Placing(pinned=2), by=NOEMIE)
    )
    assert await shown(fixed) == ("<p>nouveau</p>", 2)


async def test_an_author_is_asked_first_when_she_wants_to(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, EntryRow, EntryRow]:
        into = await carnet(tx)
        note = await write(tx, "Un", authors=(Credit(actor_id=LEA), Credit(actor_id=SAM)))
        other = await write(tx, "Deux")
        return (
            into.id,
            await put(tx, into, note, waiting=True),
            await put(tx, into, other, waiting=True),
        )

    into, one, two = await store.transaction(deed)
    assert await read(store, into) == ()
    assert await read(store, into, NOEMIE) == ()
    listed = await store.reading(lambda reader: carnet_reading.waiting(reader, into, seen_by(ALI)))
    assert [line.title for line in listed] == ["Un", "Deux"]
    for nobody in (OUTSIDER, LEA):
        as_who = seen_by(nobody)
        found = await store.reading(
            lambda reader, as_who=as_who: carnet_reading.waiting(reader, into, as_who)  # type: ignore[misc]
        )
        assert found == []

    async def answer(tx: Transaction, entry: EntryRow, by: int, agreed: bool) -> None:
        await carnet_consent.answer(tx, entry.id, by=by, agreed=agreed)

    for nobody in (OUTSIDER, NOEMIE):
        with pytest.raises(NotFound):
            await store.transaction(lambda tx, by=nobody: answer(tx, one, by, True))  # type: ignore[misc]
    await store.transaction(lambda tx: answer(tx, one, SAM, True))
    await store.transaction(lambda tx: answer(tx, two, LEA, False))
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: answer(tx, one, LEA, False))
    assert [line.title for line in await read(store, into)] == ["Un"]


async def test_a_withdrawn_note_leaves_a_stub_and_numbers_close_up(store: Store) -> None:
    async def deed(tx: Transaction) -> tuple[int, list[EntryRow], list[Note]]:
        into = await carnet(tx)
        made = [await write(tx, name) for name in ("Un", "Deux", "Trois")]
        return into.id, [await put(tx, into, note) for note in made], made

    into, entries, made = await store.transaction(deed)

    async def withdraw(tx: Transaction, by: int) -> None:
        await carnet_consent.withdraw(tx, entries[0].id, by=by, reason="Dépassée", keep_title=True)

    with pytest.raises(NotFound):
        await store.transaction(lambda tx: withdraw(tx, NOEMIE))
    await store.transaction(lambda tx: withdraw(tx, LEA))
    await store.transaction(lambda tx: writing.remove(tx, made[1], author_uri="x:1", now=NOW))
    lines = await read(store, into)
    assert [(line.kind, line.number, line.title, line.reason) for line in lines] == [
        ("stub", "", "Un", "Dépassée"),
        ("stub", "", "", ""),
        ("note", "1", "Trois", ""),
    ]
    assert lines[0].note is None
    again = await store.transaction(lambda tx: put_again(tx, into, made[0]))
    assert [line.title for line in await read(store, into)] == ["Un", "", "Trois"]
    assert again.state == "in"


async def put_again(tx: Transaction, into: int, note: Note) -> EntryRow:
    cover = await carnets.carnet(tx, into, STRANGER)
    assert cover is not None
    return await put(tx, cover.carnet, note)


async def test_a_closed_note_leaves_nothing(store: Store) -> None:
    """P-2: a stub would tell outsiders that it was there."""

    async def deed(tx: Transaction) -> tuple[int, EntryRow, Note]:
        into = await carnet(tx, license=None)
        for one in (NOEMIE, ALI):
            await audiences.admit(tx, "community", COOP, one, now=NOW)
        first = await closed(tx, "Entre nous")
        second = await closed(tx, "Aussi")
        await put(tx, into, first)
        return into.id, await put(tx, into, second), first

    into, entry, first = await store.transaction(deed)
    await store.transaction(lambda tx: writing.remove(tx, first, author_uri="x:1", now=NOW))
    await store.transaction(
        lambda tx: carnet_consent.withdraw(tx, entry.id, by=LEA, keep_title=True)
    )
    for viewer in (None, OUTSIDER, NOEMIE, SAM):
        assert await read(store, into, viewer) == ()
