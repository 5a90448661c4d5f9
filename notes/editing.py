"""Edits of a note that lives here, by whoever may: no text is ever lost.

An edit says on which revision it was written. When somebody else was faster, its text is kept
beside the note as an alternative, for every reader to see, until an editor settles it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy import bindparam, func, select, update

from actors.records import Viewer
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound, TooMany
from notes import authors, reading, revisions, writing
from notes.records import Draft, Note
from notes.revisions import Change
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Transaction
from storage.statements import insert, prepared
from storage.tables import alternatives, notes

_MOST_OPEN = 50  # alternatives of one person beside one note


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`based_on` is the number of the revision the editor had before her.

    `credited` is who wrote the text when that is somebody else: a proposal she accepts.
    """

    actor_id: int
    based_on: int
    reason: str = ""
    restored: int | None = None
    credited: int | None = None

    @property
    def writer_id(self) -> int:
        return self.credited or self.actor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The note as it stands, its newest revision, and the alternative the edit became, if so."""

    note: Note
    number: int
    alternative: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    id: int
    note_id: int
    actor_id: int
    base: int
    reason: str
    at: int
    title: str
    summary: str
    content: str
    source: str
    state: str  # open | taken | set_aside
    settled_by: int | None
    settled: int | None


_TEXTS = ("title", "summary", "content", "source")
_KEEP = prepared(
    insert(alternatives)
    .values(
        {
            name: bindparam(name)
            for name in ("note_id", "actor_id", "base", "reason", "at", *_TEXTS, "state")
        }
    )
    .returning(alternatives.c.id)
)
_COUNT = prepared(
    select(func.count()).where(
        alternatives.c.note_id == bindparam("note"),
        alternatives.c.actor_id == bindparam("actor"),
        alternatives.c.state == "open",
    )
)
_BESIDE = prepared(
    select(alternatives)
    .join(notes, notes.c.id == alternatives.c.note_id)
    .where(
        alternatives.c.note_id == bindparam("note"),
        alternatives.c.id > bindparam("after"),
        READABLE,
    )
    .order_by(alternatives.c.id)
    .limit(bindparam("count"))
)
_ONE = prepared(
    select(alternatives.c.note_id, alternatives.c.state).where(
        alternatives.c.id == bindparam("alternative")
    )
)
_SETTLE = prepared(
    update(alternatives)
    .where(alternatives.c.id == bindparam("alternative"), alternatives.c.state == "open")
    .values(state=bindparam("new_state"), settled_by=bindparam("by"), settled=bindparam("now"))
)


async def edit(tx: Transaction, known: Note, draft: Draft, change: Edit, *, now: int) -> Outcome:
    """A new revision, or an alternative. `draft` as for `writing.revise`.

    Raises NotFound (not for her to read), NotAllowed, Invalid (no such base), TooMany, Conflict
    (its `updated` is not later than the note's).
    """
    await check_may_edit(tx, known.id, change.actor_id)
    changed = await revisions.lock(tx, known.id)
    newest = await revisions.newest(tx, known.id)
    if not 1 <= change.based_on <= newest:
        raise Invalid("There is no such version of this note.", code="no_such_revision")
    if change.based_on < newest:
        kept = await _keep(tx, draft.note, known.id, change, now=now)
        return Outcome(note=known, number=newest, alternative=kept)
    if changed is None or (draft.note.updated or 0) <= changed:
        raise Conflict("This note has changed meanwhile: look at it again.")
    because = Change(actor_id=change.writer_id, reason=change.reason, restored=change.restored)
    note = await writing.revise(tx, known, draft, now=now, change=because)
    return Outcome(note=note, number=await revisions.newest(tx, note.id))


async def check_may_edit(reader: Reader, note_id: int, actor_id: int) -> Note:
    """The note, for somebody who may edit it. Raises NotFound, NotAllowed."""
    note = await reading.by_id(reader, note_id, Viewer(actor_id=actor_id))
    if note is None:
        raise NotFound("There is no such note, or it is not for you.")
    if not await authors.may_edit(reader, note, actor_id):
        raise NotAllowed("Only its authors, and whom they let, edit this note.")
    return note


async def alternatives_of(
    reader: Reader, note_id: int, viewer: Viewer, *, after: int = 0, count: int = 50
) -> list[Alternative]:
    """Oldest first, the settled ones too: a text is never lost."""
    rows = await reader.all(_BESIDE, note=note_id, after=after, count=count, **viewing(viewer))
    names = [field.name for field in fields(Alternative)]
    return [Alternative(**{name: row[name] for name in names}) for row in rows]


async def settle(
    tx: Transaction,
    alternative_id: int,
    state: Literal["taken", "set_aside"],
    *,
    by: int,
    now: int,
) -> None:
    """Its text was worked in, or stays out. Raises NotFound, NotAllowed, Conflict (settled)."""
    row = await tx.one(_ONE, alternative=alternative_id)
    if row is None:
        raise NotFound("There is no such text.")
    await check_may_edit(tx, row["note_id"], by)
    if not await tx.run(_SETTLE, alternative=alternative_id, new_state=state, by=by, now=now):
        raise Conflict("Somebody has settled this already.")


async def _keep(tx: Transaction, text: Note, note_id: int, change: Edit, *, now: int) -> int:
    if await tx.value(_COUNT, note=note_id, actor=change.actor_id) >= _MOST_OPEN:
        raise TooMany("Too many texts of yours wait beside this note: settle some first.")
    kept = await tx.value(
        _KEEP,
        note_id=note_id,
        actor_id=change.actor_id,
        base=change.based_on,
        reason=change.reason[: revisions.MOST_REASON],
        at=now,
        state="open",
        **{name: getattr(text, name) for name in _TEXTS},
    )
    return int(kept)
