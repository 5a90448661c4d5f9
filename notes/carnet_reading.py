"""Reads a carnet as its viewer may see it: contents, numbers, neighbours, all computed.

A note the viewer may not read is absent: no line, no gap in the numbers, not counted. A stub says
that a note anybody could read is gone. A fixed entry shows the revision it is pinned to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from actors.records import Viewer
from notes import authors, carnets, reading, revisions
from notes.carnet_numbers import numbers
from notes.carnet_records import Category, Contents, Cover, Line, NoteCard, Surroundings
from notes.records import Credit, Note
from notes.revisions import Revision
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Row
from storage.statements import one_of, prepared
from storage.tables import carnet_entries, entry_categories, notes
from storage.tables import revisions as kept

_CARD = ("id", "uri", "url", "kind", "author_id", "community_id", "language", "license",
         "local", "published", "updated")  # fmt: skip
_ENTRY = ("id", "uri", "kind", "state", "depth", "numbered", "title", "reason", "preface",
          "pinned", "integrated_by", "integrated_at")  # fmt: skip
_IN = carnet_entries.c.carnet_id == bindparam("carnet")


def _shown(*condition: ColumnElement[bool]) -> Any:
    return (
        select(
            *(carnet_entries.c[name].label("entry_" + name) for name in _ENTRY),
            *(notes.c[name] for name in _CARD),
            func.coalesce(kept.c.title, notes.c.title).label("title"),
            func.coalesce(kept.c.summary, notes.c.summary).label("summary"),
        )
        .select_from(carnet_entries)
        .outerjoin(notes, notes.c.id == carnet_entries.c.note_id)
        .outerjoin(
            kept,
            and_(
                kept.c.note_id == carnet_entries.c.note_id,
                kept.c.number == carnet_entries.c.pinned,
            ),
        )
        .where(_IN, *condition)
        .order_by(carnet_entries.c.position)
    )


_VISIBLE = or_(
    carnet_entries.c.kind == "heading",
    carnet_entries.c.state == "withdrawn",
    and_(carnet_entries.c.state == "in", READABLE),
)
_LINES = prepared(_shown(_VISIBLE))
_SOME_LINES = prepared(_shown(_VISIBLE, one_of(carnet_entries.c.id, "entries")))
# Enough to number a carnet and to find neighbours; most of a large carnet is read no further.
_SPINE = prepared(
    select(
        *(carnet_entries.c[name].label("entry_" + name) for name in ("id", "kind", "state")),
        *(carnet_entries.c[name].label("entry_" + name) for name in ("depth", "numbered")),
        carnet_entries.c.note_id.label("id"),
    )
    .select_from(carnet_entries)
    .outerjoin(notes, notes.c.id == carnet_entries.c.note_id)
    .where(_IN, _VISIBLE)
    .order_by(carnet_entries.c.position)
)
_WAITING = prepared(_shown(carnet_entries.c.state == "waiting", READABLE))
_SORTED = prepared(
    select(entry_categories.c.entry_id, entry_categories.c.category_id)
    .join(carnet_entries, carnet_entries.c.id == entry_categories.c.entry_id)
    .where(_IN, one_of(entry_categories.c.entry_id, "entries"))
    .order_by(entry_categories.c.entry_id, entry_categories.c.category_id)
)
_PINNED = prepared(
    select(carnet_entries.c.pinned)
    .join(notes, notes.c.id == carnet_entries.c.note_id)
    .where(
        _IN,
        carnet_entries.c.note_id == bindparam("note"),
        carnet_entries.c.state == "in",
        READABLE,
    )
)


async def contents(
    reader: Reader, carnet_id: int, viewer: Viewer, *, category: int | None = None
) -> Contents | None:
    """The table of contents: eight queries at most, whatever the size.

    With a `category` only the notes in it, under their headings, numbered as in the whole.
    """
    cover = await carnets.carnet(reader, carnet_id, viewer)
    if cover is None:
        return None
    lines = await _lines(reader, carnet_id, viewer)
    count = sum(line.kind == "note" for line in lines)
    if category is not None:
        lines = _filtered(lines, category)
    return Contents(cover=cover, lines=tuple(lines), count=count)


async def place_in(
    reader: Reader, carnet_id: int, note_id: int, viewer: Viewer
) -> Surroundings | None:
    """A note's context in a carnet; None when it isn't there for this viewer."""
    cover = await carnets.carnet(reader, carnet_id, viewer)
    if cover is None:
        return None
    spine = await reader.all(_SPINE, carnet=carnet_id, **viewing(viewer))
    readable = [row for row in spine if row["entry_state"] == "in" and row["id"] is not None]
    at = next((n for n, row in enumerate(readable) if row["id"] == note_id), None)
    if at is None:
        return None
    around = readable[max(at - 1, 0) : at + 2]
    above = _above(spine, readable[at])
    entries = [row["entry_id"] for row in (*above, *around)]
    rows = await reader.all(_SOME_LINES, carnet=carnet_id, entries=entries, **viewing(viewer))
    lines = {line.id: line for line in await _made(reader, carnet_id, rows, _numbers(spine))}
    line = lines[readable[at]["entry_id"]]
    return Surroundings(
        cover=cover,
        line=line,
        headings=tuple(lines[row["entry_id"]] for row in above),
        previous=lines[readable[at - 1]["entry_id"]] if at else None,
        next=lines[readable[at + 1]["entry_id"]] if at + 1 < len(readable) else None,
        categories=_named(cover, line.categories),
    )


async def waiting(reader: Reader, carnet_id: int, viewer: Viewer) -> list[Line]:
    """Entries that wait for an author, for the carnet's people."""
    cover = await carnets.carnet(reader, carnet_id, viewer)
    if cover is None or viewer.actor_id not in (*cover.owners, *cover.contributors):
        return []
    rows = await reader.all(_WAITING, carnet=carnet_id, **viewing(viewer))
    return await _made(reader, carnet_id, rows, {})


async def shown(
    reader: Reader, carnet_id: int, note_id: int, viewer: Viewer
) -> tuple[Note, Revision | None] | None:
    """A note as the carnet shows it: with the old text when its entry is pinned to one.

    None when the carnet or its entry is not there for this viewer.
    """
    if await carnets.carnet(reader, carnet_id, viewer) is None:
        return None
    row = await reader.one(_PINNED, carnet=carnet_id, note=note_id, **viewing(viewer))
    note = await reading.by_id(reader, note_id, viewer) if row else None
    if row is None or note is None:
        return None
    if row["pinned"] is None:
        return note, None
    old = await revisions.revision(reader, note_id, row["pinned"], viewer)
    return (revisions.as_then(note, old), old) if old else (note, None)


async def _lines(reader: Reader, carnet_id: int, viewer: Viewer) -> list[Line]:
    rows = await reader.all(_LINES, carnet=carnet_id, **viewing(viewer))
    return await _made(reader, carnet_id, rows, _numbers(rows))


def _numbers(rows: Sequence[Row]) -> dict[int, str]:
    """By entry; stubs have none, and don't count."""
    counted = [row for row in rows if row["entry_state"] == "in"]
    found = numbers((row["entry_depth"], bool(row["entry_numbered"])) for row in counted)
    return dict(zip((row["entry_id"] for row in counted), found, strict=True))


async def _made(
    reader: Reader, carnet_id: int, rows: Sequence[Row], numbered: Mapping[int, str]
) -> list[Line]:
    sorted_under: dict[int, list[int]] = defaultdict(list)
    entries = [row["entry_id"] for row in rows]
    for one in await reader.all(_SORTED, carnet=carnet_id, entries=entries):
        sorted_under[one["entry_id"]].append(one["category_id"])
    ids = [row["id"] for row in rows if row["id"] is not None]
    credits_of = await authors.credits(reader, ids)
    pinned = [row["id"] for row in rows if row["entry_pinned"] is not None and row["id"]]
    current = await revisions.newest_of(reader, pinned)
    return [
        _line(
            row,
            numbered.get(row["entry_id"], ""),
            tuple(sorted_under[row["entry_id"]]),
            credits_of,
            current,
        )
        for row in rows
    ]


def _line(
    row: Row,
    number: str,
    categories: tuple[int, ...],
    credits_of: dict[int, tuple[Credit, ...]],
    current: dict[int, int],
) -> Line:
    note = _card(row, credits_of) if row["id"] is not None else None
    pinned = row["entry_pinned"] if note else None
    return Line(
        id=row["entry_id"],
        uri=row["entry_uri"],
        kind=_kind(row),
        depth=row["entry_depth"],
        number=number,
        title=note.title if note else row["entry_title"],
        note=note,
        reason=row["entry_reason"],
        categories=categories,
        preface=row["entry_preface"],
        pinned=pinned,
        current=current.get(note.id) if note and pinned is not None else None,
        integrated_by=row["entry_integrated_by"],
        integrated_at=row["entry_integrated_at"],
    )


def _kind(row: Row) -> Literal["note", "heading", "stub"]:
    if row["entry_state"] == "withdrawn":
        return "stub"
    return "heading" if row["entry_kind"] == "heading" else "note"


def _card(row: Row, credits_of: dict[int, tuple[Credit, ...]]) -> NoteCard:
    values = {name: row[name] for name in _CARD}
    return NoteCard(
        **{**values, "local": bool(row["local"])},
        title=row["title"],
        summary=row["summary"],
        authors=credits_of.get(row["id"]) or (Credit(actor_id=row["author_id"]),),
    )


def _above(spine: Sequence[Row], line: Row) -> list[Row]:
    """The headings before it, each less deep than what it stands above; the outermost first."""
    found: list[Row] = []
    depth, past = line["entry_depth"], False
    for row in reversed(spine):
        if past and row["entry_depth"] < depth:
            depth = row["entry_depth"]
            if row["entry_kind"] == "heading":
                found.append(row)
        past = past or row["entry_id"] == line["entry_id"]
    return found[::-1]


def _filtered(lines: Sequence[Line], category: int) -> list[Line]:
    """Notes of one category, and the headings above them."""
    kept_lines: list[Line] = []
    open_headings: list[Line] = []
    for line in lines:
        while open_headings and open_headings[-1].depth >= line.depth:
            open_headings.pop()
        if line.kind == "heading":
            open_headings.append(line)
        elif category in line.categories:
            kept_lines += open_headings
            kept_lines.append(line)
            open_headings = []
    return kept_lines


def _named(cover: Cover, wanted: tuple[int, ...]) -> tuple[Category, ...]:
    return tuple(one for each in cover.lists for one in each.categories if one.id in wanted)
