"""Who may edit a note, edits that meet, and changes proposed by others."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from actors.records import STRANGER
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound, TooMany
from notes import authors, editing, proposals, reading, revisions, writing
from notes.editing import Edit, Outcome
from notes.records import Credit, Note
from storage.engine import Reader, Store, Transaction
from tests.notes.notebook import (
    INES,
    LEA,
    NOW,
    OUTSIDER,
    SAM,
    closed,
    redrafted,
    seen_by,
    write,
)

LATER = NOW + 10**6
TWO = (Credit(actor_id=LEA), Credit(actor_id=SAM, hat="organisation", organisation="Coop"))


async def edited(
    store: Store, note: Note, text: str, by: int, *, on: int, **options: object
) -> Outcome:
    change = Edit(actor_id=by, based_on=on, **options)  # type: ignore[arg-type]
    draft = redrafted(note, text)
    return await store.transaction(lambda tx: editing.edit(tx, note, draft, change, now=LATER))


async def test_authors_and_those_they_let_edit(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un", authors=TWO))
    one = await edited(store, note, "deux", SAM, on=1, reason="coquille")
    assert (one.number, one.alternative) == (2, None)
    with pytest.raises(NotAllowed):
        await edited(store, one.note, "trois", INES, on=2)
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: authors.let_edit(tx, note, INES, by=INES, now=NOW))
    await store.transaction(lambda tx: authors.ask_to_edit(tx, note, INES, word="Oui ?", now=NOW))
    with pytest.raises(NotAllowed):
        await edited(store, one.note, "trois", INES, on=2)
    await store.transaction(lambda tx: authors.let_edit(tx, note, INES, by=SAM, now=NOW))
    assert (await edited(store, one.note, "trois", INES, on=2)).number == 3
    await store.transaction(
        lambda tx: authors.keep_from_editing(tx, note, INES, by=LEA, word="Merci", now=NOW)
    )
    with pytest.raises(NotAllowed):
        await edited(store, one.note, "quatre", INES, on=3)
    (asked,) = await store.reading(lambda reader: authors.editors_of(reader, note.id))
    assert (asked.actor_id, asked.state, asked.word) == (INES, "refused", "Merci")
    marks = await store.reading(lambda reader: revisions.history(reader, note.id, STRANGER))
    assert [(one.actor_id, one.reason) for one in marks] == [
        (INES, ""),
        (SAM, "coquille"),
        (LEA, ""),
    ]


async def test_what_she_may_not_read_is_not_there_to_edit(store: Store) -> None:
    """P-3."""
    note = await store.transaction(lambda tx: closed(tx, "Entre nous"))
    with pytest.raises(NotFound):
        await edited(store, note, "deux", OUTSIDER, on=1)
    with pytest.raises(NotAllowed):
        await edited(store, note, "deux", SAM, on=1)
    assert (await edited(store, note, "deux", LEA, on=1)).number == 2


async def test_a_note_from_elsewhere_is_edited_there(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un", local=False, authors=TWO))
    with pytest.raises(NotAllowed):
        await edited(store, note, "deux", LEA, on=1)


async def test_edits_that_meet_lose_no_text(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un", authors=TWO))
    first = await edited(store, note, "de Léa", LEA, on=1)
    second = await edited(store, note, "de Sam", SAM, on=1, reason="vite")
    assert (first.number, first.alternative) == (2, None)
    assert second.number == 2
    assert second.alternative is not None
    stands = await store.reading(lambda reader: reading.by_id(reader, note.id, STRANGER))
    assert stands is not None
    assert stands.content == "<p>de Léa</p>"
    (kept,) = await store.reading(lambda reader: editing.alternatives_of(reader, note.id, STRANGER))
    assert (kept.actor_id, kept.base, kept.reason, kept.state) == (SAM, 1, "vite", "open")
    assert (kept.source, kept.content) == ("de Sam", "<p>de Sam</p>")

    async def settle(tx: Transaction, by: int) -> None:
        await editing.settle(tx, kept.id, "taken", by=by, now=LATER)

    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: settle(tx, INES))
    await store.transaction(lambda tx: settle(tx, LEA))
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: settle(tx, SAM))
    (kept,) = await store.reading(lambda reader: editing.alternatives_of(reader, note.id, STRANGER))
    assert (kept.state, kept.settled_by, kept.source) == ("taken", LEA, "de Sam")


async def test_edits_at_the_very_same_time(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un", authors=TWO))
    outcomes = await asyncio.gather(
        *(edited(store, note, f"de {by}", by, on=1) for by in (LEA, SAM, LEA, SAM))
    )
    assert [one.number for one in outcomes] == [2] * 4
    assert [one.alternative is None for one in outcomes].count(True) == 1
    kept = await store.reading(lambda reader: editing.alternatives_of(reader, note.id, STRANGER))
    assert len(kept) == 3


async def test_alternatives_of_a_closed_note_are_closed(store: Store) -> None:
    """P-2."""
    note = await store.transaction(lambda tx: closed(tx, "Un", authors=TWO))
    await edited(store, note, "de Léa", LEA, on=1)
    await edited(store, note, "de Sam", SAM, on=1)

    async def look(reader: Reader) -> None:
        assert await editing.alternatives_of(reader, note.id, seen_by(OUTSIDER)) == []
        assert len(await editing.alternatives_of(reader, note.id, seen_by(SAM))) == 1

    await store.reading(look)


async def test_bad_bases_are_refused(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un"))
    for base in (0, 2, -1):
        with pytest.raises(Invalid):
            await edited(store, note, "deux", LEA, on=base)
    stale = redrafted(note, "deux", at=NOW)
    with pytest.raises(Conflict):
        await store.transaction(
            lambda tx: editing.edit(tx, note, stale, Edit(actor_id=LEA, based_on=1), now=LATER)
        )


async def test_forty_authors_keep_their_order_and_hats(store: Store) -> None:
    forty = tuple(
        Credit(
            name=f"Autrice {number}",
            hat="organisation" if number % 2 else "person",
            organisation="Coop" if number % 2 else "",
            role="relecture",
        )
        for number in range(40)
    )

    async def deed(tx: Transaction) -> Note:
        note = await write(tx, "Un", authors=forty)
        return await writing.revise(tx, note, redrafted(note, "deux"), now=LATER)

    note = await store.transaction(deed)
    found = await store.reading(lambda reader: authors.authors_of(reader, [note]))
    assert found == {note.id: forty}
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: write(tx, "Deux", authors=forty * 3))
    with pytest.raises(Invalid):
        await store.transaction(lambda tx: write(tx, "Trois", authors=(Credit(name=" "),)))
    alone = await store.transaction(lambda tx: write(tx, "Quatre"))
    found = await store.reading(lambda reader: authors.authors_of(reader, [alone]))
    assert found == {alone.id: (Credit(actor_id=LEA),)}


# --- proposals -----------------------------------------------------------------------------------


async def proposed(store: Store, note: Note, text: str, by: int, *, base: int = 1) -> int | None:
    async def deed(tx: Transaction) -> int | None:
        return await proposals.propose(
            tx,
            note,
            replace(note, content=f"<p>{text}</p>", source=text),
            uri=f"https://there.example/offers/{text}",
            proposer_id=by,
            base=base,
            word="Une précision",
            now=NOW,
        )

    return await store.transaction(deed)


async def found(store: Store, number: int | None, by: int) -> proposals.Proposal:
    assert number is not None
    one = await store.reading(lambda reader: proposals.proposal(reader, number, seen_by(by)))
    assert one is not None
    return one


async def test_a_proposal_accepted_is_a_revision_of_its_proposer(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un"))
    offer = await found(store, await proposed(store, note, "mieux", INES), LEA)

    async def accept(tx: Transaction, by: int, seen: int) -> Outcome:
        return await proposals.accept(
            tx, offer, note, redrafted(note, "mieux"), by=by, based_on=seen, answer="Oui", now=LATER
        )

    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: accept(tx, INES, 1))
    with pytest.raises(Conflict):
        await store.transaction(lambda tx: accept(tx, LEA, 2))
    outcome = await store.transaction(lambda tx: accept(tx, LEA, 1))
    assert outcome.number == 2
    mark, _ = await store.reading(lambda reader: revisions.history(reader, note.id, STRANGER))
    assert (mark.actor_id, mark.reason) == (INES, "Une précision")
    offer = await found(store, offer.id, INES)
    assert (offer.state, offer.answer, offer.decided_by, offer.revision) == (
        "accepted", "Oui", LEA, 2,
    )  # fmt: skip
    with pytest.raises(Conflict):
        await store.transaction(
            lambda tx: proposals.decline(tx, offer, "refused", by=LEA, now=LATER)
        )


async def test_a_proposal_refused_with_a_word_or_taken_back(store: Store) -> None:
    note = await store.transaction(lambda tx: write(tx, "Un"))
    one = await found(store, await proposed(store, note, "a", INES), INES)
    two = await found(store, await proposed(store, note, "b", INES), INES)
    assert await proposed(store, note, "b", INES) is None

    async def decline(tx: Transaction, which: proposals.Proposal, how: str, by: int) -> None:
        await proposals.decline(tx, which, how, by=by, answer="Non", now=LATER)  # type: ignore[arg-type]

    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: decline(tx, one, "refused", INES))
    with pytest.raises(NotAllowed):
        await store.transaction(lambda tx: decline(tx, one, "withdrawn", LEA))
    await store.transaction(lambda tx: decline(tx, one, "refused", LEA))
    await store.transaction(lambda tx: decline(tx, two, "withdrawn", INES))
    assert ((await found(store, one.id, INES)).state, one.state) == ("refused", "open")
    listed = await store.reading(
        lambda reader: proposals.proposals_for(reader, note.id, seen_by(LEA))
    )
    assert [each.state for each in listed] == ["withdrawn", "refused"]


async def test_proposals_are_seen_by_their_proposer_and_the_editors_only(store: Store) -> None:
    """P-2."""
    note = await store.transaction(lambda tx: write(tx, "Un", authors=TWO))
    number = await proposed(store, note, "a", INES)
    assert number is not None

    async def look(reader: Reader) -> None:
        for one in (LEA, SAM, INES):
            assert len(await proposals.proposals_for(reader, note.id, seen_by(one))) == 1
        assert await proposals.proposals_for(reader, note.id, seen_by(OUTSIDER)) == []
        assert await proposals.proposals_for(reader, note.id, STRANGER) == []
        assert await proposals.proposal(reader, number, STRANGER) is None
        uri = "https://there.example/offers/a"
        assert await proposals.by_uri(reader, uri, seen_by(OUTSIDER)) is None
        assert await proposals.by_uri(reader, uri, seen_by(INES)) is not None

    await store.reading(look)


async def test_proposals_need_a_readable_note_of_ours_a_real_base_and_patience(
    store: Store,
) -> None:
    hidden = await store.transaction(lambda tx: closed(tx, "Entre nous"))
    remote = await store.transaction(lambda tx: write(tx, "Là-bas", local=False))
    note = await store.transaction(lambda tx: write(tx, "Un"))
    with pytest.raises(NotFound):
        await proposed(store, hidden, "a", OUTSIDER)
    with pytest.raises(Invalid):
        await proposed(store, remote, "b", INES)
    with pytest.raises(Invalid):
        await proposed(store, note, "c", INES, base=2)
    for number in range(20):
        assert await proposed(store, note, f"n{number}", INES)
    with pytest.raises(TooMany):
        await proposed(store, note, "de trop", INES)
