"""Notes by name only: for whom, how many; and activities found again."""

from __future__ import annotations

from actors.records import STRANGER, Viewer
from notes import listing, reactions, writing
from notes.records import Draft, Note
from storage import outgoing, sent
from storage.engine import Reader, Store, Transaction
from tests.databases import store  # noqa: F401

NOW = 1_795_262_400_000
LEA, SAM = 11, 12


async def written(tx: Transaction, name: str, *, closed: bool, root: Note | None = None) -> Note:
    uri = f"https://here.example/n/{name}"
    note = Note(
        id=0,
        uri=uri,
        kind="Note",
        author_id=LEA,
        in_reply_to=root.uri if root else None,
        in_reply_to_id=root.id if root else None,
        root_id=root.id if root else None,
        visibility="direct" if closed else "public",
        local=True,
        published=NOW,
    )
    meant = (("person", LEA), ("person", SAM)) if closed else (("public", 0),)
    draft = Draft(note=note, audiences=meant, document=name.encode())
    added = await writing.add(tx, draft, now=NOW)
    assert added
    return added


async def test_lists_hold_what_the_viewer_may_read(store: Store) -> None:  # noqa: F811
    """P-2: names, bytes and numbers alike."""

    async def deed(tx: Transaction) -> tuple[Note, Note]:
        root = await written(tx, "root", closed=False)
        hidden = await written(tx, "hidden", closed=True, root=root)
        for number, note in enumerate((root, hidden)):
            await reactions.boost(
                tx,
                note_id=note.id,
                actor_id=SAM,
                uri=f"https://here.example/a/{number}",
                local=True,
                published=NOW,
                now=NOW,
            )
        return root, hidden

    root, hidden = await store.transaction(deed)
    both = [root.id, hidden.id]

    async def look(reader: Reader) -> None:
        assert await listing.thread_uris(reader, root.id, STRANGER) == [(root.id, root.uri)]
        assert len(await listing.thread_uris(reader, root.id, Viewer(actor_id=SAM))) == 2
        rest = await listing.thread_uris(reader, root.id, Viewer(actor_id=SAM), after=root.id)
        assert rest == [(hidden.id, hidden.uri)]
        assert await listing.documents(reader, both, STRANGER) == {root.id: b"root"}
        shown = await listing.documents(reader, both, Viewer(actor_id=SAM))
        assert shown == {root.id: b"root", hidden.id: b"hidden"}
        assert await listing.documents(reader, [], STRANGER) == {}
        assert await listing.count_boosts(reader, SAM, STRANGER) == 1
        assert await listing.count_boosts(reader, SAM, Viewer(actor_id=LEA)) == 2

    await store.reading(look)


async def test_who_wrote_lately(store: Store) -> None:  # noqa: F811
    await store.transaction(lambda tx: written(tx, "one", closed=False))
    await store.transaction(lambda tx: written(tx, "two", closed=True))

    async def look(reader: Reader) -> tuple[int, int]:
        return (
            await listing.count_active(reader, since=NOW - 1),
            await listing.count_active(reader, since=NOW + 1),
        )

    assert await store.reading(look) == (1, 0)


async def test_an_activity_found_again(store: Store) -> None:  # noqa: F811
    """With its note while the note is there."""

    async def deed(tx: Transaction) -> Note:
        note = await written(tx, "one", closed=False)
        await outgoing.enqueue(
            tx,
            uri="https://here.example/a/1",
            kind="Like",
            actor_id=LEA,
            body=b"{}",
            order_key="x",
            audiences=(),
            since=NOW,
            now=NOW,
            note_id=note.id,
        )
        return note

    note = await store.transaction(deed)

    async def find(reader: Reader) -> sent.Sent | None:
        return await sent.find(reader, "https://here.example/a/1")

    found = await store.reading(find)
    assert found is not None
    assert (found.kind, found.actor_id, found.body, found.note_id) == ("Like", LEA, b"{}", note.id)
    await store.transaction(
        lambda tx: writing.remove(tx, note, author_uri="https://here.example/u/1", now=NOW)
    )
    again = await store.reading(find)
    assert again is not None
    assert again.note_id is None
    missing = await store.reading(lambda reader: sent.find(reader, "https://here.example/a/2"))
    assert missing is None
