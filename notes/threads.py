"""Where a note stands: its thread, its community, whether replies are still taken.

Rules ask for a `Place`: it says nothing a note says, so it needs no viewer.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from storage.engine import Reader, Row
from storage.statements import prepared
from storage.tables import actors, boosts, note_versions, notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    id: int
    uri: str
    kind: str
    author_id: int
    author_uri: str
    community_id: int | None
    root_id: int | None
    in_reply_to: str | None
    context: str | None
    replies: str | None
    visibility: str
    local: bool
    published: int
    updated: int | None
    hidden_by: str | None
    root_locked: bool


_root = notes.alias("root")
_PLACES = (
    select(
        *(notes.c[name] for name in Place.__dataclass_fields__ if name in notes.c),
        actors.c.uri.label("author_uri"),
        _root.c.locked.label("root_locked"),
    )
    .join(actors, actors.c.id == notes.c.author_id)
    .outerjoin(_root, _root.c.id == notes.c.root_id)
)
_BY_URI = prepared(_PLACES.where(notes.c.uri == bindparam("uri")))
_BY_ID = prepared(_PLACES.where(notes.c.id == bindparam("id")))
_BY_CONTEXT = prepared(
    select(notes.c.id)
    .where(notes.c.context == bindparam("context"), notes.c.in_reply_to.is_(None))
    .order_by(notes.c.id)
    .limit(1)
)
_LAST_VERSION = prepared(
    select(note_versions.c.body)
    .where(note_versions.c.note_id == bindparam("note"))
    .order_by(note_versions.c.id.desc())
    .limit(1)
)

_BOOSTED = prepared(
    select(boosts.c.id).where(
        boosts.c.note_id == bindparam("note"), boosts.c.actor_id == bindparam("actor")
    )
)


async def place(reader: Reader, uri: str) -> Place | None:
    """Of the note with that ActivityPub id, whatever its visibility."""
    row = await reader.one(_BY_URI, uri=uri)
    return _place(row) if row else None


async def place_by_id(reader: Reader, note_id: int) -> Place | None:
    row = await reader.one(_BY_ID, id=note_id)
    return _place(row) if row else None


async def starter_of(reader: Reader, context: str) -> Place | None:
    """The note that starts the thread with that context URI."""
    found = await reader.value(_BY_CONTEXT, context=context)
    return None if found is None else await place_by_id(reader, found)


async def last_version(reader: Reader, note_id: int) -> bytes | None:
    """The bytes of the newest version we kept, for proofs and for asking again."""
    found = await reader.value(_LAST_VERSION, note=note_id)
    return None if found is None else bytes(found)


async def was_boosted(reader: Reader, note_id: int, *, by: int) -> bool:
    return await reader.value(_BOOSTED, note=note_id, actor=by) is not None


def _place(row: Row) -> Place:
    values = {name: row[name] for name in Place.__dataclass_fields__}
    values["local"] = bool(values["local"])
    values["root_locked"] = bool(values["root_locked"])
    return Place(**values)
