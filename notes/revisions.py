"""Every text a note has had, with who wrote it, when and why; read by whoever may read the note.

The newest revision is what the note says. Numbers count from 1. A change of anything but the text
(a poll's votes, a count) makes no revision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

from sqlalchemy import bindparam, delete, func, select

from actors.records import Viewer
from notes.differences import Run, compare
from notes.plain import plain_text
from notes.records import Note
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Row, Transaction
from storage.statements import adding, one_of, prepared
from storage.tables import (
    alternatives,
    carnet_entries,
    note_authors,
    note_editors,
    notes,
    proposals,
    revisions,
)

NEWEST = 2**31
MOST_KEPT = 100  # of a note from elsewhere: its origin may send as many as it likes
MOST_REASON = 500
TEXTS = ("title", "summary", "content", "source", "language", "license")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changes a note, and why. `restored` is the number of the revision whose text returns."""

    actor_id: int
    reason: str = ""
    restored: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line of a history. `at` in milliseconds; `hash` is the SHA-256 of the text, in hex."""

    note_id: int
    number: int
    actor_id: int
    reason: str
    at: int
    restored: int | None
    title: str
    hash: str

    @classmethod
    def from_row(cls, row: Row) -> Self:
        return cls(**{field.name: row[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision(Mark):
    """A whole version. `content` is clean HTML; `source` Markdown, empty if from elsewhere."""

    summary: str
    content: str
    source: str
    language: str | None
    license: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from `older` to `newer`. Texts are compared as Markdown, or else as plain text.

    `language` and `license` are (before, after) when they changed.
    """

    older: Mark
    newer: Mark
    title: tuple[Run, ...]
    summary: tuple[Run, ...]
    text: tuple[Run, ...]
    language: tuple[str | None, str | None] | None = None
    license: tuple[str | None, str | None] | None = None


_MARK = [revisions.c[field.name] for field in fields(Mark)]
_ALL = [revisions.c[field.name] for field in fields(Revision)]
_ADD = adding(revisions, *(field.name for field in fields(Revision)))
_LAST = prepared(
    select(revisions.c.number, revisions.c.hash)
    .where(revisions.c.note_id == bindparam("note"))
    .order_by(revisions.c.number.desc())
    .limit(1)
)
_NEWEST = prepared(
    select(revisions.c.note_id, func.max(revisions.c.number).label("number"))
    .where(one_of(revisions.c.note_id, "ids"))
    .group_by(revisions.c.note_id)
)
_LOCK = prepared(
    select(notes.c.updated, notes.c.published)
    .where(notes.c.id == bindparam("note"))
    .with_for_update()
)
_HISTORY = prepared(
    select(*_MARK)
    .join(notes, notes.c.id == revisions.c.note_id)
    .where(
        revisions.c.note_id == bindparam("note"),
        revisions.c.number < bindparam("before"),
        READABLE,
    )
    .order_by(revisions.c.number.desc())
    .limit(bindparam("count"))
)
_SOME = prepared(
    select(*_ALL)
    .join(notes, notes.c.id == revisions.c.note_id)
    .where(
        revisions.c.note_id == bindparam("note"), one_of(revisions.c.number, "numbers"), READABLE
    )
)
_DROP = prepared(
    delete(revisions).where(
        revisions.c.note_id == bindparam("note"),
        revisions.c.number > 1,
        revisions.c.number <= bindparam("upto"),
        revisions.c.number.not_in(
            select(carnet_entries.c.pinned).where(
                carnet_entries.c.note_id == bindparam("note"), carnet_entries.c.pinned.is_not(None)
            )
        ),
    )
)

_FORGET = tuple(
    prepared(delete(table).where(table.c.note_id == bindparam("note")))
    for table in (revisions, alternatives, proposals, note_authors, note_editors)
)


async def begin(tx: Transaction, note: Note, *, now: int) -> None:
    """The first revision, with the note itself."""
    await _write(tx, note, 1, Change(actor_id=note.author_id), at=min(note.published, now))


async def record(tx: Transaction, note: Note, change: Change, *, now: int) -> int:
    """The number of the revision that says what the note says now: a new one if its text changed.

    Call it with the note's row locked.
    """
    last = await tx.one(_LAST, note=note.id)
    if last is not None and last["hash"] == hash_of(note):
        return int(last["number"])
    number = last["number"] + 1 if last is not None else 1
    await _write(tx, note, number, change, at=min(note.updated or now, now))
    if not note.local and number > MOST_KEPT:
        await tx.run(_DROP, note=note.id, upto=number - MOST_KEPT)
    return int(number)


async def lock(tx: Transaction, note_id: int) -> int | None:
    """Nobody else changes this note until the transaction ends. When it was last changed."""
    row = await tx.one(_LOCK, note=note_id)
    return None if row is None else int(row["updated"] or row["published"])


async def newest(reader: Reader, note_id: int) -> int:
    """The number of the newest revision; 0 for a note that is not there."""
    return (await newest_of(reader, [note_id])).get(note_id, 0)


async def newest_of(reader: Reader, note_ids: Sequence[int]) -> dict[int, int]:
    rows = await reader.all(_NEWEST, ids=list(note_ids)) if note_ids else ()
    return {row["note_id"]: row["number"] for row in rows}


async def history(
    reader: Reader, note_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Mark]:
    """Newest first, without the texts."""
    rows = await reader.all(_HISTORY, note=note_id, before=before, count=count, **viewing(viewer))
    return [Mark.from_row(row) for row in rows]


async def revision(reader: Reader, note_id: int, number: int, viewer: Viewer) -> Revision | None:
    return (await _some(reader, note_id, (number,), viewer)).get(number)


async def difference(
    reader: Reader, note_id: int, older: int, newer: int, viewer: Viewer
) -> Difference | None:
    """None when one of them is not there or the note is not for this viewer."""
    found = await _some(reader, note_id, (older, newer), viewer)
    if older not in found or newer not in found:
        return None
    return compared(found[older], found[newer])


async def forget(tx: Transaction, note_id: int) -> None:
    """A note is erased: with its past, what was proposed for it and who may edit it."""
    for statement in _FORGET:
        await tx.run(statement, note=note_id)


def compared(old: Revision, new: Revision) -> Difference:
    markdown = bool(old.source and new.source)
    before = old.source if markdown else plain_text(old.content)
    after = new.source if markdown else plain_text(new.content)
    return Difference(
        older=old,
        newer=new,
        title=compare(old.title, new.title),
        summary=compare(old.summary, new.summary),
        text=compare(before, after),
        language=_pair(old.language, new.language),
        license=_pair(old.license, new.license),
    )


def as_then(note: Note, old: Revision) -> Note:
    """The note with an old text again: write it as a new revision, with `Change.restored`."""
    return replace(note, **{name: getattr(old, name) for name in TEXTS})


def hash_of(text: Note | Revision) -> str:
    """SHA-256 over the JSON list of title, summary, content, source, language and licence."""
    parts = [getattr(text, name) for name in TEXTS]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _pair(old: str | None, new: str | None) -> tuple[str | None, str | None] | None:
    return (old, new) if old != new else None


async def _write(tx: Transaction, note: Note, number: int, change: Change, *, at: int) -> None:
    await tx.run(
        _ADD,
        note_id=note.id,
        number=number,
        actor_id=change.actor_id,
        reason=change.reason[:MOST_REASON],
        at=at,
        restored=change.restored,
        hash=hash_of(note),
        **{name: getattr(note, name) for name in TEXTS},
    )


async def _some(
    reader: Reader, note_id: int, numbers: Sequence[int], viewer: Viewer
) -> dict[int, Revision]:
    rows = await reader.all(_SOME, note=note_id, numbers=list(numbers), **viewing(viewer))
    return {row["number"]: Revision.from_row(row) for row in rows}
