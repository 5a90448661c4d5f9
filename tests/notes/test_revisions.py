"""Every change of a note is kept, for whoever may read the note, and never undone by an old one."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from actors.records import STRANGER
from notes import carnets, reading, revisions, writing
from notes.differences import Run
from notes.records import Credit, Note
from notes.revisions import Change
from storage.engine import Reader, Store, Transaction
from tests.notes.notebook import (
    LEA,
    NOW,
    OUTSIDER,
    SAM,
    carnet,
    closed,
    put,
    redrafted,
    seen_by,
    write,
)


async def test_each_change_has_its_author_reason_time_and_text(store: Store) -> None:
    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Tenir une veille")
        change = Change(actor_id=SAM, reason="Une étape manquait")
        return await writing.revise(
            tx, note, redrafted(note, "à plusieurs"), now=NOW + 9_000, change=change
        )

    note = await store.transaction(deed)

    async def look(reader: Reader) -> None:
        second, first = await revisions.history(reader, note.id, STRANGER)
        assert (first.number, first.actor_id, first.reason, first.at) == (1, LEA, "", NOW)
        assert (second.number, second.actor_id) == (2, SAM)
        assert (second.reason, second.at) == ("Une étape manquait", NOW + 1_000)
        assert first.hash != second.hash
        whole = await revisions.revision(reader, note.id, 1, STRANGER)
        assert whole is not None
        assert (whole.title, whole.content) == ("Tenir une veille", "<p>Tenir une veille</p>")
        assert revisions.hash_of(whole) == whole.hash
        page = await revisions.history(reader, note.id, STRANGER, before=2, count=1)
        assert [one.number for one in page] == [1]
        assert await revisions.newest(reader, note.id) == 2

    await store.reading(look)


async def test_what_is_not_for_the_viewer_has_no_past_either(store: Store) -> None:
    """P-1, P-2."""

    async def deed(tx: Transaction) -> Note:
        note = await closed(tx, "Entre nous")
        return await writing.revise(tx, note, redrafted(note, "deux"), now=NOW + 9_000)

    note = await store.transaction(deed)

    async def look(reader: Reader) -> None:
        for viewer in (STRANGER, seen_by(OUTSIDER)):
            assert await revisions.history(reader, note.id, viewer) == []
            assert await revisions.revision(reader, note.id, 1, viewer) is None
            assert await revisions.difference(reader, note.id, 1, 2, viewer) is None
        assert len(await revisions.history(reader, note.id, seen_by(SAM))) == 2
        assert await revisions.revision(reader, note.id, 1, seen_by(SAM)) is not None
        assert await revisions.difference(reader, note.id, 1, 2, seen_by(SAM)) is not None
        assert await revisions.difference(reader, note.id, 1, 3, seen_by(SAM)) is None

    await store.reading(look)


async def test_the_difference_of_two_versions(store: Store) -> None:
    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Un été", local=False, content="<p>Un <b>été</b> ici.</p>")
        draft = redrafted(note, "", title="Un hiver", license=None)
        draft = replace(draft, note=replace(draft.note, content="<p>Un hiver ici.</p>"))
        return await writing.revise(tx, note, draft, now=NOW + 9_000)

    note = await store.transaction(deed)
    found = await store.reading(
        lambda reader: revisions.difference(reader, note.id, 1, 2, STRANGER)
    )
    assert found is not None
    assert Run("removed", "été") in found.text
    assert Run("added", "hiver") in found.title
    assert found.summary == ()
    assert found.license == ("https://creativecommons.org/licenses/by-sa/4.0/", None)
    assert found.language is None


async def test_an_older_version_never_overwrites_a_newer_one(store: Store) -> None:
    """A-5; Q-12 for the same one twice."""

    async def deed(tx: Transaction) -> tuple[Note, Note, Note]:
        note = await write(tx, "Un", local=False)
        newer = await writing.revise(
            tx, note, redrafted(note, "trois", at=NOW + 3_000), now=NOW + 9_000
        )
        old = await writing.revise(
            tx, newer, redrafted(note, "deux", at=NOW + 2_000), now=NOW + 9_000
        )
        silent = redrafted(note, "quatre")
        silent = replace(silent, note=replace(silent.note, updated=None))
        undated = await writing.revise(tx, old, silent, now=NOW + 9_000)
        again = await writing.revise(
            tx, undated, redrafted(note, "deux", at=NOW + 2_000), now=NOW + 9_000
        )
        return newer, old, again

    newer, old, again = await store.transaction(deed)
    assert old == newer
    assert (again.content, again.updated) == ("<p>quatre</p>", NOW + 3_000)
    stored = await store.reading(lambda reader: reading.by_id(reader, newer.id, STRANGER))
    assert stored is not None
    assert stored.content == "<p>quatre</p>"
    marks = await store.reading(lambda reader: revisions.history(reader, newer.id, STRANGER))
    assert [one.number for one in marks] == [3, 2, 1]


async def test_an_update_of_something_else_is_no_revision(store: Store) -> None:
    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Un", local=False)
        same = redrafted(note, "Un", sensitive=True, replies="https://there.example/r")
        return await writing.revise(tx, note, same, now=NOW + 9_000)

    note = await store.transaction(deed)
    assert note.sensitive
    marks = await store.reading(lambda reader: revisions.history(reader, note.id, STRANGER))
    assert [one.number for one in marks] == [1]


async def test_restoring_is_a_new_revision(store: Store) -> None:
    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Un")
        second = await writing.revise(tx, note, redrafted(note, "deux"), now=NOW + 9_000)
        old = await revisions.revision(tx, note.id, 1, STRANGER)
        assert old is not None
        back = replace(revisions.as_then(second, old), updated=NOW + 5_000)
        return await writing.revise(
            tx,
            second,
            replace(redrafted(second, ""), note=back),
            now=NOW + 9_000,
            change=Change(actor_id=SAM, restored=1),
        )

    note = await store.transaction(deed)
    assert note.content == "<p>Un</p>"
    third, _, first = await store.reading(
        lambda reader: revisions.history(reader, note.id, STRANGER)
    )
    assert (third.number, third.restored, third.actor_id) == (3, 1, SAM)
    assert third.hash == first.hash


async def test_a_note_from_elsewhere_keeps_its_newest_versions_and_the_pinned_ones(
    store: Store,
) -> None:
    most = revisions.MOST_KEPT

    async def deed(tx: Transaction) -> int:
        note = await write(tx, "Un", local=False)
        into = await carnet(tx)
        for number in range(2, most + 6):
            note = await writing.revise(tx, note, redrafted(note, f"v{number}"), now=NOW + 10**9)
            if number == 3:
                await put(tx, into, note, pinned=3)
        return note.id

    note_id = await store.transaction(deed)
    marks = await store.reading(
        lambda reader: revisions.history(reader, note_id, STRANGER, count=1_000)
    )
    found = [one.number for one in marks][::-1]
    assert found == [1, 3, *range(6, most + 6)]


async def test_erasing_a_note_erases_its_past(store: Store) -> None:
    async def deed(tx: Transaction) -> int:
        note = await write(tx, "Un", authors=(Credit(actor_id=LEA), Credit(name="Zoé")))
        await writing.remove(tx, note, author_uri="https://here.example/u/lea", now=NOW)
        return note.id

    note_id = await store.transaction(deed)

    async def look(reader: Reader) -> None:
        assert await revisions.newest(reader, note_id) == 0
        assert await revisions.history(reader, note_id, seen_by(LEA)) == []
        assert await carnets.carnets_with(reader, note_id, seen_by(LEA)) == []

    await store.reading(look)


async def test_a_note_of_20_000_words_in_any_script(store: Store) -> None:
    words = " ".join(["développement", unicodedata.normalize("NFD", "été"), "שלום", "عربى"] * 5_000)

    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Long", content=f"<p>{words}</p>", source=words)
        draft = redrafted(note, words + " fin")
        return await writing.revise(tx, note, draft, now=NOW + 9_000)

    note = await store.transaction(deed)
    found = await store.reading(
        lambda reader: revisions.difference(reader, note.id, 1, 2, STRANGER)
    )
    assert found is not None
    assert "".join(run.text for run in found.text if run.kind == "added").strip() == "fin"
    old = await store.reading(lambda reader: revisions.revision(reader, note.id, 1, STRANGER))
    assert old is not None
    assert old.source == words
