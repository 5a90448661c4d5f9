"""Puts notes and headings into carnets, moves them, and takes them out.

Owners work on every entry, contributors on those they integrated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update

from actors.records import Viewer
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound
from notes import carnet_order, carnet_writing, licences, reading, revisions
from notes.carnet_records import CARNET_COLUMNS, Carnet, EntryRow, Placing
from notes.plain import clean_text
from notes.records import Note
from storage.engine import Reader, Transaction
from storage.statements import adding, insert, one_of, prepared
from storage.tables import carnet_categories, carnet_entries, carnets, entry_categories

MOST_ENTRIES = 5_000
MOST_DEPTH = 6
_MOST_PREFACE = 20_000
_MOST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Last:
    """The place behind all others."""


LAST: Final = Last()
After = int | None | Last  # an entry, the very front, or the end

_NEW = (
    *("uri", "carnet_id", "kind", "state", "position", "depth", "numbered", "note_id", "note_uri"),
    *("title", "preface", "preface_source", "pinned", "integrated_by", "integrated_at"),
)
_ADD = prepared(
    insert(carnet_entries)
    .values({name: bindparam(name) for name in _NEW})
    .on_conflict_do_nothing()
    .returning(carnet_entries.c.id)
)
_ROW = [carnet_entries.c[name] for name in EntryRow.__dataclass_fields__]
_ENTRY = prepared(select(*_ROW).where(carnet_entries.c.id == bindparam("entry")))
_OF_NOTE = prepared(
    select(*_ROW).where(
        carnet_entries.c.carnet_id == bindparam("carnet"),
        carnet_entries.c.note_uri == bindparam("uri"),
    )
)
_CARNET = prepared(
    select(*(carnets.c[name] for name in CARNET_COLUMNS)).where(carnets.c.id == bindparam("carnet"))
)
_COUNT = prepared(select(func.count()).where(carnet_entries.c.carnet_id == bindparam("carnet")))
_LAST_ENTRY = prepared(
    select(carnet_entries.c.id)
    .where(carnet_entries.c.carnet_id == bindparam("carnet"))
    .order_by(carnet_entries.c.position.desc())
    .limit(1)
)
_SECTION_END = prepared(
    select(func.min(carnet_entries.c.position)).where(
        carnet_entries.c.carnet_id == bindparam("carnet"),
        carnet_entries.c.position > bindparam("position"),
        carnet_entries.c.depth <= bindparam("depth"),
    )
)
_RANGE = prepared(
    select(carnet_entries.c.id)
    .where(
        carnet_entries.c.carnet_id == bindparam("carnet"),
        carnet_entries.c.position >= bindparam("first"),
        carnet_entries.c.position < bindparam("end"),
    )
    .order_by(carnet_entries.c.position)
)
_ENTRY_IS = carnet_entries.c.id == bindparam("entry")
_PLACE = prepared(
    update(carnet_entries).where(_ENTRY_IS).values(position=bindparam("new_position"))
)
_CHANGED = ("depth", "numbered", "preface", "preface_source", "pinned")
_CHANGE = prepared(
    update(carnet_entries)
    .where(_ENTRY_IS)
    .values({name: bindparam("new_" + name) for name in _CHANGED})
)
_RENAME = prepared(update(carnet_entries).where(_ENTRY_IS).values(title=bindparam("new_title")))
_RELEASE = prepared(update(carnet_entries).where(_ENTRY_IS).values(note_uri=None))
_REMOVE = prepared(delete(carnet_entries).where(_ENTRY_IS))
_UNSORT = prepared(
    delete(entry_categories).where(entry_categories.c.entry_id == bindparam("entry"))
)
_SORT = adding(entry_categories, "entry_id", "category_id", ignore=True)
_CATEGORIES = prepared(
    select(carnet_categories.c.id).where(
        carnet_categories.c.carnet_id == bindparam("carnet"),
        one_of(carnet_categories.c.id, "categories"),
    )
)


async def integrate(
    tx: Transaction,
    carnet_id: int,
    note_id: int,
    *,
    uri: str,
    by: int,
    now: int,
    after: After = LAST,
    placing: Placing | None = None,
    waiting: bool = False,
) -> EntryRow:
    """A note enters a carnet; `uri` is the new entry's. A stub of the same note gives
    way, and its place if no other is asked for.

    `waiting`: until one of its authors agrees. Raises NotFound, NotAllowed, Invalid (its licence,
    with the explanation's key as code), Conflict (it is there already).
    """
    carnet = await _locked(tx, carnet_id, by)
    note = await reading.by_id(tx, note_id, Viewer(actor_id=by))
    if note is None:
        raise NotFound("There is no such note, or it is not for you.")
    check_licence(note, carnet)
    former = await tx.one(_OF_NOTE, carnet=carnet_id, uri=note.uri)
    if former is not None and former["state"] != "withdrawn":
        raise Conflict("This note is in the carnet already.")
    placing = await _settled(tx, carnet, note, placing)
    row = {"kind": "note", "state": "waiting" if waiting else "in", "title": ""}
    names = {"note_id": note.id, "note_uri": note.uri, "uri": uri}
    if former is not None:
        await tx.run(_RELEASE, entry=former["id"])
        after = former["id"] if isinstance(after, Last) else after
    added = await _add(tx, carnet_id, {**row, **names}, placing, after, by=by, now=now)
    if former is not None:
        await tx.run(_REMOVE, entry=former["id"])
    return added


async def add_heading(
    tx: Transaction,
    carnet_id: int,
    title: str,
    *,
    uri: str,
    by: int,
    now: int,
    after: After = LAST,
    depth: int = 1,
    numbered: bool = True,
) -> EntryRow:
    """A line that only opens a part. Raises NotFound, NotAllowed, Invalid."""
    carnet = await _locked(tx, carnet_id, by)
    placing = await _settled(tx, carnet, None, Placing(depth=depth, numbered=numbered))
    row = {"kind": "heading", "state": "in", "title": _title(title), "note_id": None,
           "note_uri": None, "uri": uri}  # fmt: skip
    return await _add(tx, carnet_id, row, placing, after, by=by, now=now)


async def move(
    tx: Transaction, entry_id: int, *, after: After, by: int, section: bool = False
) -> None:
    """Put an entry right after another one; `section` with all that is deeper behind it.

    One row is written for each entry moved. Raises NotFound, NotAllowed, Invalid.
    """
    entry = await _check(tx, entry_id, by)
    moved = await _section(tx, entry) if section else [entry.id]
    target = await _resolved(tx, entry.carnet_id, after)
    if target in moved:
        if target == entry.id or after == LAST:
            return  # it is there already
        raise Invalid("A part can't be moved into itself.", code="into_itself")
    for one, position in zip(
        moved, await carnet_order.room(tx, entry.carnet_id, target, len(moved)), strict=True
    ):
        await tx.run(_PLACE, entry=one, new_position=position)


async def change(tx: Transaction, entry_id: int, placing: Placing, *, by: int) -> None:
    """What this carnet says about the note: depth, categories, preface, pinned revision.

    Raises NotFound, NotAllowed, Invalid.
    """
    entry = await _check(tx, entry_id, by)
    placing = _bounded(placing)
    await _check_pin(tx, entry.note_id, placing.pinned)
    values = {"new_" + name: getattr(placing, name) for name in _CHANGED}
    await tx.run(_CHANGE, entry=entry.id, **{**values, "new_numbered": int(placing.numbered)})
    await _sort(tx, entry.carnet_id, entry.id, placing.categories)


async def rename_heading(tx: Transaction, entry_id: int, title: str, *, by: int) -> None:
    entry = await _check(tx, entry_id, by)
    if entry.kind != "heading":
        raise Invalid("A note's title is its authors'.", code="not_a_heading")
    await tx.run(_RENAME, entry=entry.id, new_title=_title(title))


async def remove(tx: Transaction, entry_id: int, *, by: int) -> None:
    """Take it out without a trace; the note stays where it lives. Raises NotFound, NotAllowed."""
    entry = await _check(tx, entry_id, by)
    await erase(tx, entry.id)


async def entry(reader: Reader, entry_id: int) -> EntryRow | None:
    row = await reader.one(_ENTRY, entry=entry_id)
    return EntryRow.from_row(row) if row else None


async def entry_of(reader: Reader, carnet_id: int, note_uri: str) -> EntryRow | None:
    row = await reader.one(_OF_NOTE, carnet=carnet_id, uri=note_uri)
    return EntryRow.from_row(row) if row else None


async def erase(tx: Transaction, entry_id: int) -> None:
    """Without asking who wants it."""
    await tx.run(_UNSORT, entry=entry_id)
    await tx.run(_REMOVE, entry=entry_id)


def check_licence(note: Note, carnet: Carnet) -> None:
    """Raises Invalid with the explanation; its code is the explanation's key."""
    verdict = licences.fits(note.license, carnet.license)
    if not verdict.fits:
        detail = f"{note.license} into {carnet.license}"
        raise Invalid(verdict.sentence, code=verdict.key, detail=detail)


async def _locked(tx: Transaction, carnet_id: int, by: int) -> Carnet:
    """The carnet, locked, for one of its people."""
    await carnet_writing.check_contributor(tx, carnet_id, by)
    await carnet_order.lock(tx, carnet_id)
    row = await tx.one(_CARNET, carnet=carnet_id)
    if row is None:
        raise NotFound("There is no such carnet, or it is not for you.")
    if await tx.value(_COUNT, carnet=carnet_id) >= MOST_ENTRIES:
        raise Invalid(f"A carnet has {MOST_ENTRIES} entries at most.", code="too_many_entries")
    return Carnet.from_row(row)


async def _check(tx: Transaction, entry_id: int, by: int) -> EntryRow:
    """The entry, its carnet locked, for somebody who may work on it."""
    found = await entry(tx, entry_id)
    if found is None:
        raise NotFound("There is no such entry.")
    role = await carnet_writing.check_contributor(tx, found.carnet_id, by)
    if role != "owner" and found.integrated_by != by:
        raise NotAllowed("Contributors work on the entries they integrated.")
    await carnet_order.lock(tx, found.carnet_id)
    again = await entry(tx, entry_id)
    if again is None:
        raise NotFound("There is no such entry.")
    return again


async def _add(
    tx: Transaction,
    carnet_id: int,
    row: Mapping[str, object],
    placing: Placing,
    after: After,
    *,
    by: int,
    now: int,
) -> EntryRow:
    target = await _resolved(tx, carnet_id, after)
    position = (await carnet_order.room(tx, carnet_id, target))[0]
    made = await tx.value(
        _ADD,
        carnet_id=carnet_id,
        position=position,
        depth=placing.depth,
        numbered=int(placing.numbered),
        preface=placing.preface,
        preface_source=placing.preface_source,
        pinned=placing.pinned,
        integrated_by=by,
        integrated_at=now,
        **row,
    )
    if made is None:
        raise Conflict("There is an entry with this address already.")
    await _sort(tx, carnet_id, int(made), placing.categories)
    added = await entry(tx, int(made))
    assert added is not None
    return added


async def _resolved(reader: Reader, carnet_id: int, after: After) -> int | None:
    """The entry to stand behind; None for the very front."""
    if isinstance(after, Last):
        found = await reader.value(_LAST_ENTRY, carnet=carnet_id)
        return None if found is None else int(found)
    if after is None:
        return None
    there = await entry(reader, after)
    if there is None or there.carnet_id != carnet_id:
        raise Invalid("There is no such entry in this carnet.", code="no_such_entry")
    return after


async def _section(reader: Reader, first: EntryRow) -> list[int]:
    """The entry and all that is deeper, up to the next of its depth."""
    where = {"carnet": first.carnet_id, "position": first.position, "depth": first.depth}
    end = await reader.value(_SECTION_END, **where)
    if end is None:
        last = await carnet_order.last(reader, first.carnet_id)
        end = (first.position if last is None else last) + 1
    rows = await reader.all(_RANGE, carnet=first.carnet_id, first=first.position, end=end)
    return [row["id"] for row in rows]


async def _settled(
    tx: Transaction, carnet: Carnet, note: Note | None, placing: Placing | None
) -> Placing:
    wanted = _bounded(placing or Placing())
    if note is None:
        return wanted
    await _check_pin(tx, note.id, wanted.pinned)
    if wanted.pinned is None and carnet.mode == "fixed":
        return replace(wanted, pinned=await revisions.newest(tx, note.id))
    return wanted


async def _check_pin(reader: Reader, note_id: int | None, pinned: int | None) -> None:
    if pinned is None:
        return
    if note_id is None or not 1 <= pinned <= await revisions.newest(reader, note_id):
        raise Invalid("There is no such version of this note.", code="no_such_revision")


async def _sort(tx: Transaction, carnet_id: int, entry_id: int, categories: Sequence[int]) -> None:
    wanted = sorted(set(categories))
    known = await tx.all(_CATEGORIES, carnet=carnet_id, categories=wanted) if wanted else ()
    if len(known) < len(wanted):
        raise Invalid("There is no such category in this carnet.", code="no_such_category")
    await tx.run(_UNSORT, entry=entry_id)
    for one in wanted:
        await tx.run(_SORT, entry_id=entry_id, category_id=one)


def _bounded(placing: Placing) -> Placing:
    if not 1 <= placing.depth <= MOST_DEPTH:
        raise Invalid(f"A depth is 1 to {MOST_DEPTH}.", code="no_such_depth")
    if max(len(placing.preface), len(placing.preface_source)) > _MOST_PREFACE:
        sentence = f"A preface has {_MOST_PREFACE} characters at most."
        raise Invalid(sentence, code="too_long")
    return placing


def _title(title: str) -> str:
    cleaned = clean_text(title, limit=_MOST_TITLE)
    if not cleaned:
        raise Invalid("A heading needs a title.", code="no_title")
    return cleaned
