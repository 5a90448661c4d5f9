"""Finds notes for a viewer: nothing here returns a note its viewer may not read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, desc, func, null, or_, select, union_all

from actors.records import Viewer
from notes.records import COLUMNS, Entry, Note
from notes.visibility import READABLE, viewing
from storage.engine import Reader
from storage.statements import one_of, prepared
from storage.tables import boosts, featured, home_entries, note_tags, notes, tombstones

NEWEST = 2**62
_ALL = [notes.c[name] for name in COLUMNS]
_READABLE = select(*_ALL).where(READABLE)
_PAGE = (notes.c.id < bindparam("before"), notes.c.hidden_by.is_(None))


def _page(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Newest first, `count` of them older than `before`."""
    return (
        _READABLE.where(*_PAGE, *conditions).order_by(notes.c.id.desc()).limit(bindparam("count"))
    )


_BY_URI = prepared(_READABLE.where(notes.c.uri == bindparam("uri")))
_BY_ID = prepared(_READABLE.where(notes.c.id == bindparam("id")))
_BY_IDS = prepared(_READABLE.where(one_of(notes.c.id, "ids")))
_DOCUMENT = prepared(
    select(notes.c.document, *_ALL).where(notes.c.uri == bindparam("uri"), READABLE)
)
_BY_AUTHOR = prepared(_page(notes.c.author_id == bindparam("author")))
_IN_COMMUNITY = prepared(
    _page(notes.c.community_id == bindparam("community"), notes.c.in_reply_to.is_(None))
)
_IN_THREAD = prepared(
    _READABLE.where(
        notes.c.root_id == bindparam("root"),
        notes.c.id > bindparam("after"),
        notes.c.hidden_by.is_(None),
    )
    .order_by(notes.c.id)
    .limit(bindparam("count"))
)
_REPLIES = prepared(
    _READABLE.where(
        notes.c.in_reply_to_id == bindparam("parent"),
        notes.c.id > bindparam("after"),
        notes.c.hidden_by.is_(None),
    )
    .order_by(notes.c.id)
    .limit(bindparam("count"))
)
_LATEST = prepared(_page(notes.c.visibility == "public", notes.c.local == 1))
_TAGGED = prepared(
    _READABLE.join(note_tags, note_tags.c.note_id == notes.c.id)
    .where(note_tags.c.tag == bindparam("tag"), notes.c.visibility == "public", *_PAGE)
    .order_by(notes.c.id.desc())
    .limit(bindparam("count"))
)
_FEATURED = prepared(
    _READABLE.join(featured, featured.c.note_id == notes.c.id)
    .where(featured.c.owner_id == bindparam("owner"))
    .order_by(featured.c.at.desc())
    .limit(bindparam("count"))
)
_HOME = prepared(
    select(*_ALL, home_entries.c.entry_id, home_entries.c.via_id)
    .join(home_entries, home_entries.c.note_id == notes.c.id)
    .where(
        home_entries.c.owner_id == bindparam("viewer"),
        home_entries.c.entry_id < bindparam("before"),
        or_(  # taken out by its community: gone from where that community brought it
            notes.c.hidden_by.is_(None),
            home_entries.c.via_id.is_(None),
            home_entries.c.via_id != notes.c.community_id,
        ),
        READABLE,
    )
    .order_by(home_entries.c.entry_id.desc())
    .limit(bindparam("count"))
)
_OUTBOX = prepared(
    union_all(
        select(*_ALL, notes.c.id.label("entry_id"), null().label("boost_uri")).where(
            notes.c.author_id == bindparam("actor"), READABLE, *_PAGE
        ),
        select(*_ALL, boosts.c.id.label("entry_id"), boosts.c.uri.label("boost_uri"))
        .join(boosts, boosts.c.note_id == notes.c.id)
        .where(
            boosts.c.actor_id == bindparam("actor"),
            boosts.c.id < bindparam("before"),
            READABLE,
            notes.c.hidden_by.is_(None),
        ),
    )
    .order_by(desc("entry_id"))
    .limit(bindparam("count"))
)
_TOMBSTONE = prepared(
    select(tombstones.c.at).where(tombstones.c.uri == bindparam("uri"), tombstones.c.local == 1)
)
_COUNT_BY_AUTHOR = prepared(
    select(func.count()).where(
        notes.c.author_id == bindparam("author"), notes.c.hidden_by.is_(None), READABLE
    )
)
_COUNT_LOCAL = prepared(
    select(
        func.count().filter(notes.c.in_reply_to.is_(None)).label("posts"),
        func.count().filter(notes.c.in_reply_to.is_not(None)).label("comments"),
    ).where(notes.c.local == 1, notes.c.visibility == "public")
)


async def by_uri(reader: Reader, uri: str, viewer: Viewer) -> Note | None:
    row = await reader.one(_BY_URI, uri=uri, **viewing(viewer))
    return Note.from_row(row) if row else None


async def by_id(reader: Reader, note_id: int, viewer: Viewer) -> Note | None:
    row = await reader.one(_BY_ID, id=note_id, **viewing(viewer))
    return Note.from_row(row) if row else None


async def by_ids(reader: Reader, ids: Sequence[int], viewer: Viewer) -> dict[int, Note]:
    rows = await reader.all(_BY_IDS, ids=list(ids), **viewing(viewer)) if ids else ()
    return {row["id"]: Note.from_row(row) for row in rows}


async def document(reader: Reader, uri: str, viewer: Viewer) -> tuple[Note, bytes | None] | None:
    """A note with the bytes served at its URI (None for a remote one)."""
    row = await reader.one(_DOCUMENT, uri=uri, **viewing(viewer))
    if row is None:
        return None
    note = Note.from_row(row)
    return note, bytes(row["document"]) if note.local and row["document"] else None


async def by_author(
    reader: Reader, author_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Note]:
    rows = await reader.all(
        _BY_AUTHOR, author=author_id, before=before, count=count, **viewing(viewer)
    )
    return [Note.from_row(row) for row in rows]


async def in_community(
    reader: Reader, community_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Note]:
    """Thread starters of a community, newest first."""
    rows = await reader.all(
        _IN_COMMUNITY, community=community_id, before=before, count=count, **viewing(viewer)
    )
    return [Note.from_row(row) for row in rows]


async def in_thread(
    reader: Reader, root_id: int, viewer: Viewer, *, after: int = 0, count: int = 100
) -> list[Note]:
    """A thread's notes from its first on, oldest first."""
    rows = await reader.all(_IN_THREAD, root=root_id, after=after, count=count, **viewing(viewer))
    return [Note.from_row(row) for row in rows]


async def replies(
    reader: Reader, note_id: int, viewer: Viewer, *, after: int = 0, count: int = 40
) -> list[Note]:
    """Direct replies, oldest first."""
    rows = await reader.all(_REPLIES, parent=note_id, after=after, count=count, **viewing(viewer))
    return [Note.from_row(row) for row in rows]


async def latest_local(
    reader: Reader, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Note]:
    rows = await reader.all(_LATEST, before=before, count=count, **viewing(viewer))
    return [Note.from_row(row) for row in rows]


async def tagged(
    reader: Reader, tag: str, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Note]:
    """Public notes with a hashtag, folded as `notes.plain.fold_tag` does, newest first."""
    rows = await reader.all(_TAGGED, tag=tag, before=before, count=count, **viewing(viewer))
    return [Note.from_row(row) for row in rows]


async def featured_by(
    reader: Reader, owner_id: int, viewer: Viewer, *, count: int = 40
) -> list[Note]:
    rows = await reader.all(_FEATURED, owner=owner_id, count=count, **viewing(viewer))
    return [Note.from_row(row) for row in rows]


async def home(
    reader: Reader, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Entry]:
    """The viewer's own home timeline, newest first."""
    rows = await reader.all(_HOME, before=before, count=count, **viewing(viewer))
    return [Entry(id=r["entry_id"], note=Note.from_row(r), via_id=r["via_id"]) for r in rows]


async def outbox(
    reader: Reader, actor_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Entry]:
    """What an actor wrote and boosted, newest first, as far as the viewer may read it."""
    rows = await reader.all(_OUTBOX, actor=actor_id, before=before, count=count, **viewing(viewer))
    return [
        Entry(
            id=row["entry_id"],
            note=Note.from_row(row),
            via_id=actor_id if row["boost_uri"] else None,
            boost_uri=row["boost_uri"],
        )
        for row in rows
    ]


async def was_deleted(reader: Reader, uri: str) -> bool:
    """True for a note of ours that was deleted: its URI answers with a tombstone."""
    return await reader.value(_TOMBSTONE, uri=uri) is not None


async def count_by_author(reader: Reader, author_id: int, viewer: Viewer) -> int:
    return int(await reader.value(_COUNT_BY_AUTHOR, author=author_id, **viewing(viewer)))


async def count_local(reader: Reader) -> tuple[int, int]:
    """Public local thread starters and replies, for NodeInfo."""
    row = await reader.one(_COUNT_LOCAL)
    return (row["posts"], row["comments"]) if row else (0, 0)
