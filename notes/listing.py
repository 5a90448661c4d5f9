"""Notes by name only, for collections: their URIs, their stored bytes, how many there are.

As everywhere, only what the viewer may read.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, distinct, func, select

from actors.records import Viewer
from notes.visibility import READABLE, viewing
from storage.engine import Reader
from storage.ids import first_id
from storage.statements import one_of, prepared
from storage.tables import boosts, notes

_THREAD = prepared(
    select(notes.c.id, notes.c.uri)
    .where(
        notes.c.root_id == bindparam("root"),
        notes.c.id > bindparam("after"),
        notes.c.hidden_by.is_(None),
        READABLE,
    )
    .order_by(notes.c.id)
    .limit(bindparam("count"))
)
_DOCUMENTS = prepared(
    select(notes.c.id, notes.c.document).where(
        one_of(notes.c.id, "ids"), notes.c.local == 1, notes.c.document.is_not(None), READABLE
    )
)
_COUNT_BOOSTS = prepared(
    select(func.count())
    .select_from(boosts.join(notes, notes.c.id == boosts.c.note_id))
    .where(boosts.c.actor_id == bindparam("actor"), notes.c.hidden_by.is_(None), READABLE)
)
_ACTIVE = prepared(
    select(func.count(distinct(notes.c.author_id))).where(
        notes.c.local == 1, notes.c.id >= bindparam("since")
    )
)


async def thread_uris(
    reader: Reader, root_id: int, viewer: Viewer, *, after: int = 0, count: int = 100
) -> list[tuple[int, str]]:
    """(id, URI) of a thread's notes, oldest first."""
    rows = await reader.all(_THREAD, root=root_id, after=after, count=count, **viewing(viewer))
    return [(row["id"], row["uri"]) for row in rows]


async def documents(reader: Reader, ids: Sequence[int], viewer: Viewer) -> dict[int, bytes]:
    """The bytes served at the URIs of our own notes among these."""
    rows = await reader.all(_DOCUMENTS, ids=list(ids), **viewing(viewer)) if ids else ()
    return {row["id"]: bytes(row["document"]) for row in rows}


async def count_boosts(reader: Reader, actor_id: int, viewer: Viewer) -> int:
    return int(await reader.value(_COUNT_BOOSTS, actor=actor_id, **viewing(viewer)))


async def count_active(reader: Reader, *, since: int) -> int:
    """Authors here who wrote anything since that moment (milliseconds): a number for NodeInfo."""
    return int(await reader.value(_ACTIVE, since=first_id(since)))
