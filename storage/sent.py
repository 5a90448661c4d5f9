"""Activities of ours as they were sent, found again by their URI for whoever asks back.

Kept as long as the outgoing row is; who may see one is the asker's question (federation.showing).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from storage.engine import Reader
from storage.statements import prepared
from storage.tables import notes, outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """`note_id` is the note it is about when that note still exists; `about_note` when it ever
    was about one."""

    uri: str
    kind: str
    actor_id: int
    body: bytes
    about_note: bool
    note_id: int | None


_FIND = prepared(
    select(
        outgoing.c.uri,
        outgoing.c.kind,
        outgoing.c.actor_id,
        outgoing.c.body,
        outgoing.c.note_id.label("about"),
        notes.c.id.label("note_id"),
    )
    .outerjoin(notes, notes.c.id == outgoing.c.note_id)
    .where(outgoing.c.uri == bindparam("uri"))
)


async def find(reader: Reader, uri: str) -> Sent | None:
    row = await reader.one(_FIND, uri=uri)
    if row is None:
        return None
    return Sent(
        uri=row["uri"],
        kind=row["kind"],
        actor_id=row["actor_id"],
        body=bytes(row["body"]),
        about_note=row["about"] is not None,
        note_id=row["note_id"],
    )
