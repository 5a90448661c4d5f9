"""Changes proposed by people who may read a note and not edit it, from here or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, Self

from sqlalchemy import bindparam, func, or_, select, update

from actors.records import Viewer
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound, TooMany
from notes import editing, reading, revisions
from notes.editing import Edit, Outcome
from notes.records import Draft, Note
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Row, Transaction
from storage.statements import insert, prepared
from storage.tables import note_authors, note_editors, notes, proposals

Decision = Literal["refused", "withdrawn"]

_MOST_OPEN = 20  # of one person for one note
_MOST_WORD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`base` is the revision it was written on; `revision` the one it became, 0 before."""

    id: int
    uri: str
    note_id: int
    proposer_id: int
    base: int
    title: str
    summary: str
    content: str
    source: str
    word: str
    state: str  # open | accepted | refused | withdrawn
    answer: str
    decided_by: int | None
    revision: int
    at: int
    decided: int | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        return cls(**{field.name: row[field.name] for field in fields(cls)})


_TEXTS = ("title", "summary", "content", "source")
_ADD = prepared(
    insert(proposals)
    .values(
        {
            name: bindparam(name)
            for name in ("uri", "note_id", "proposer_id", "base", *_TEXTS, "word", "state", "at")
        }
    )
    .on_conflict_do_nothing()
    .returning(proposals.c.id)
)
_COUNT = prepared(
    select(func.count()).where(
        proposals.c.note_id == bindparam("note"),
        proposals.c.proposer_id == bindparam("actor"),
        proposals.c.state == "open",
    )
)
# The proposer sees her own, editors see all of a note's.
_SEES = or_(
    proposals.c.proposer_id == bindparam("viewer"),
    notes.c.author_id == bindparam("viewer"),
    select(note_authors.c.note_id)
    .where(note_authors.c.note_id == notes.c.id, note_authors.c.actor_id == bindparam("viewer"))
    .correlate(notes)
    .exists(),
    select(note_editors.c.note_id)
    .where(
        note_editors.c.note_id == notes.c.id,
        note_editors.c.actor_id == bindparam("viewer"),
        note_editors.c.state == "granted",
    )
    .correlate(notes)
    .exists(),
)
_SEEN = select(proposals).join(notes, notes.c.id == proposals.c.note_id).where(_SEES, READABLE)
_ONE = prepared(_SEEN.where(proposals.c.id == bindparam("proposal")))
_BY_URI = prepared(_SEEN.where(proposals.c.uri == bindparam("uri")))
_OF = prepared(
    _SEEN.where(proposals.c.note_id == bindparam("note"), proposals.c.id < bindparam("before"))
    .order_by(proposals.c.id.desc())
    .limit(bindparam("count"))
)
_DECIDE = prepared(
    update(proposals)
    .where(proposals.c.id == bindparam("proposal"), proposals.c.state == "open")
    .values(
        state=bindparam("new_state"),
        answer=bindparam("new_answer"),
        decided_by=bindparam("by"),
        revision=bindparam("new_revision"),
        decided=bindparam("now"),
    )
)


async def propose(
    tx: Transaction,
    note: Note,
    text: Note,
    *,
    uri: str,
    proposer_id: int,
    base: int,
    word: str,
    now: int,
) -> int | None:
    """The row of a new proposal; None when its URI is known. `text` carries the new texts.

    Raises NotFound (not hers to read), Invalid, TooMany.
    """
    if await reading.by_id(tx, note.id, Viewer(actor_id=proposer_id)) is None:
        raise NotFound("There is no such note, or it is not for you.")
    if not note.local:
        raise Invalid("Propose this where the note lives.", code="not_here")
    if not 1 <= base <= await revisions.newest(tx, note.id):
        raise Invalid("There is no such version of this note.", code="no_such_revision")
    if await tx.value(_COUNT, note=note.id, actor=proposer_id) >= _MOST_OPEN:
        raise TooMany("Your earlier proposals for this note wait for an answer.")
    values = {name: getattr(text, name) for name in _TEXTS}
    made = await tx.value(
        _ADD,
        uri=uri,
        note_id=note.id,
        proposer_id=proposer_id,
        base=base,
        word=word[:_MOST_WORD],
        state="open",
        at=now,
        **values,
    )
    return None if made is None else int(made)


async def proposal(reader: Reader, proposal_id: int, viewer: Viewer) -> Proposal | None:
    """For its proposer and the note's editors."""
    row = await reader.one(_ONE, proposal=proposal_id, **viewing(viewer))
    return Proposal.from_row(row) if row else None


async def by_uri(reader: Reader, uri: str, viewer: Viewer) -> Proposal | None:
    row = await reader.one(_BY_URI, uri=uri, **viewing(viewer))
    return Proposal.from_row(row) if row else None


async def proposals_for(
    reader: Reader,
    note_id: int,
    viewer: Viewer,
    *,
    before: int = reading.NEWEST,
    count: int = 20,
) -> list[Proposal]:
    """Newest first: all of them for an editor, her own for anybody else."""
    rows = await reader.all(_OF, note=note_id, before=before, count=count, **viewing(viewer))
    return [Proposal.from_row(row) for row in rows]


async def accept(
    tx: Transaction,
    found: Proposal,
    known: Note,
    draft: Draft,
    *,
    by: int,
    based_on: int,
    now: int,
    answer: str = "",
) -> Outcome:
    """The proposal becomes a revision by its proposer.

    `based_on` is the newest revision the editor saw: `draft` may hold the proposed text worked
    into it. Raises NotAllowed, Conflict when it is decided or the note has changed meanwhile.
    """
    await editing.check_may_edit(tx, known.id, by)
    await revisions.lock(tx, known.id)
    if based_on != await revisions.newest(tx, known.id):
        raise Conflict("This note has changed meanwhile: look at it again.")
    change = Edit(
        actor_id=by, based_on=based_on, reason=found.word or answer, credited=found.proposer_id
    )
    outcome = await editing.edit(tx, known, draft, change, now=now)
    await _decide(tx, found, "accepted", by=by, answer=answer, revision=outcome.number, now=now)
    return outcome


async def decline(
    tx: Transaction, found: Proposal, state: Decision, *, by: int, now: int, answer: str = ""
) -> None:
    """Refused by an editor with a word, or withdrawn by its proposer.

    Raises NotAllowed, Conflict.
    """
    if state == "withdrawn" and by != found.proposer_id:
        raise NotAllowed("Only who made a proposal takes it back.")
    if state == "refused":
        await editing.check_may_edit(tx, found.note_id, by)
    await _decide(tx, found, state, by=by, answer=answer, revision=0, now=now)


async def _decide(
    tx: Transaction, found: Proposal, state: str, *, by: int, answer: str, revision: int, now: int
) -> None:
    values = {"new_state": state, "new_answer": answer[:_MOST_WORD], "new_revision": revision}
    if not await tx.run(_DECIDE, proposal=found.id, by=by, now=now, **values):
        raise Conflict("This proposal is decided already.")
