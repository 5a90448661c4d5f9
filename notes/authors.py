"""Who wrote a note, in order, each with the hat they wear; and who may edit it with them.

The author of the note's row is always one of them. Co-authors of a note that lives here edit it
as she does; those of a note from elsewhere are what its origin says, and edit it there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy import bindparam, delete, select

from actors.refusals import Invalid, NotAllowed
from notes.records import Credit, Note
from storage.engine import Reader, Transaction
from storage.statements import adding, one_of, prepared
from storage.tables import note_authors, note_editors, notes

State = Literal["asked", "granted", "refused"]

MOST_AUTHORS = 100
_MOST_NAME = 200
_MOST_WORD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    note_id: int
    actor_id: int
    state: State
    word: str
    decided_by: int | None
    at: int


_ADD = adding(
    note_authors, "note_id", "position", "actor_id", "name", "hat", "organisation", "role"
)
_CLEAR = prepared(delete(note_authors).where(note_authors.c.note_id == bindparam("note")))
_OF = prepared(
    select(note_authors)
    .where(one_of(note_authors.c.note_id, "ids"))
    .order_by(note_authors.c.note_id, note_authors.c.position)
)
_IS_AUTHOR = prepared(
    select(notes.c.id)
    .where(notes.c.id == bindparam("note"), notes.c.author_id == bindparam("actor"))
    .union_all(
        select(note_authors.c.note_id).where(
            note_authors.c.note_id == bindparam("note"),
            note_authors.c.actor_id == bindparam("actor"),
        )
    )
)
_SET_EDITOR = adding(
    note_editors,
    *("note_id", "actor_id", "state", "word", "decided_by", "at"),
    key=("note_id", "actor_id"),
    replace=("state", "word", "decided_by", "at"),
)
_ASK = adding(note_editors, "note_id", "actor_id", "state", "word", "at", ignore=True)
_EDITOR = prepared(
    select(note_editors).where(
        note_editors.c.note_id == bindparam("note"), note_editors.c.actor_id == bindparam("actor")
    )
)
_EDITORS = prepared(
    select(note_editors)
    .where(note_editors.c.note_id == bindparam("note"))
    .order_by(note_editors.c.at, note_editors.c.actor_id)
    .limit(bindparam("count"))
)


async def credit(tx: Transaction, note_id: int, authors: Sequence[Credit]) -> None:
    """Say who wrote a note, instead of what was said before. Raises Invalid."""
    if len(authors) > MOST_AUTHORS:
        raise Invalid(f"A note has {MOST_AUTHORS} authors at most.", code="too_many_authors")
    await tx.run(_CLEAR, note=note_id)
    for position, one in enumerate(authors, 1):
        if one.actor_id is None and not one.name.strip():
            raise Invalid("An author needs a name.", code="author_without_name")
        await tx.run(
            _ADD,
            note_id=note_id,
            position=position,
            actor_id=one.actor_id,
            name=one.name[:_MOST_NAME],
            hat=one.hat,
            organisation=one.organisation[:_MOST_NAME],
            role=one.role[:_MOST_NAME],
        )


async def authors_of(reader: Reader, found: Sequence[Note]) -> dict[int, tuple[Credit, ...]]:
    """The authors of notes already found, in their order: one query."""
    named = await credits(reader, [note.id for note in found])
    return {note.id: named.get(note.id, (Credit(actor_id=note.author_id),)) for note in found}


async def credits(reader: Reader, note_ids: Sequence[int]) -> dict[int, tuple[Credit, ...]]:
    """The same for row keys; a note with nobody but the author of its row is left out."""
    rows = await reader.all(_OF, ids=list(note_ids)) if note_ids else ()
    grouped: dict[int, list[Credit]] = defaultdict(list)
    for row in rows:
        values = {field.name: row[field.name] for field in fields(Credit)}
        grouped[row["note_id"]].append(Credit(**values))
    return {note_id: tuple(named) for note_id, named in grouped.items()}


async def is_author(reader: Reader, note_id: int, actor_id: int) -> bool:
    return await reader.value(_IS_AUTHOR, note=note_id, actor=actor_id) is not None


async def may_edit(reader: Reader, note: Note, actor_id: int) -> bool:
    """Its authors, and whom one of them let in. Never a note from elsewhere."""
    if not note.local:
        return False
    if await is_author(reader, note.id, actor_id):
        return True
    row = await reader.one(_EDITOR, note=note.id, actor=actor_id)
    return row is not None and row["state"] == "granted"


async def ask_to_edit(tx: Transaction, note: Note, actor_id: int, *, word: str, now: int) -> None:
    """For somebody who may read the note; a second question changes nothing."""
    values = {"note_id": note.id, "actor_id": actor_id, "word": word[:_MOST_WORD], "at": now}
    await tx.run(_ASK, state="asked", **values)


async def let_edit(
    tx: Transaction, note: Note, actor_id: int, *, by: int, now: int, word: str = ""
) -> None:
    await _decide(tx, note, actor_id, "granted", by=by, word=word, now=now)


async def keep_from_editing(
    tx: Transaction, note: Note, actor_id: int, *, by: int, now: int, word: str = ""
) -> None:
    """A question refused, or a right taken back."""
    await _decide(tx, note, actor_id, "refused", by=by, word=word, now=now)


async def editors_of(reader: Reader, note_id: int, *, count: int = 100) -> list[Editor]:
    """Whoever asked, may, or may not; for the note's authors."""
    rows = await reader.all(_EDITORS, note=note_id, count=count)
    return [Editor(**{field.name: row[field.name] for field in fields(Editor)}) for row in rows]


async def _decide(
    tx: Transaction, note: Note, actor_id: int, state: State, *, by: int, word: str, now: int
) -> None:
    if not note.local or not await is_author(tx, note.id, by):
        raise NotAllowed("Only an author of this note says who may edit it.")
    values = {"note_id": note.id, "actor_id": actor_id, "word": word[:_MOST_WORD], "at": now}
    await tx.run(_SET_EDITOR, state=state, decided_by=by, **values)
