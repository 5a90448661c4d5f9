"""The one rule who may read what, as a SQL condition. It reads only the audience tables.

A note is readable when one of its audiences is public or has the viewer as a member, unless it is
withheld from the viewer (or from everybody), or a barrier stands between its author and the viewer.
An author is a member of her own notes' audiences. Default: not readable.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, not_, or_, select

from actors.records import Viewer
from notes.audiences import EVERYBODY
from storage.tables import audience_members, audiences, barriers, note_audiences, notes, withheld

_STRANGER = -1  # no actor has this row key

_VIEWER: BindParameter[int] = bindparam("viewer")
_IS_MEMBER = exists(
    select(audience_members.c.actor_id).where(
        audience_members.c.audience_id == note_audiences.c.audience_id,
        audience_members.c.actor_id == _VIEWER,
    )
).correlate(note_audiences)
_PUBLIC_AUDIENCE = (
    select(audiences.c.id)
    .where(audiences.c.kind == "public", audiences.c.owner_id == EVERYBODY)
    .scalar_subquery()
)
_MEANT_FOR = exists(
    select(note_audiences.c.note_id).where(
        note_audiences.c.note_id == notes.c.id,
        or_(note_audiences.c.audience_id == _PUBLIC_AUDIENCE, _IS_MEMBER),
    )
).correlate(notes)
_WITHHELD = exists(
    select(withheld.c.note_id).where(
        withheld.c.note_id == notes.c.id,
        withheld.c.viewer_id.in_((EVERYBODY, _VIEWER)),
        notes.c.author_id != _VIEWER,
    )
).correlate(notes)
_BARRED = exists(
    select(barriers.c.author_id).where(
        barriers.c.author_id == notes.c.author_id,
        barriers.c.viewer_id.in_((EVERYBODY, _VIEWER)),
    )
).correlate(notes)

# Every statement that yields notes has this in its WHERE and is run with `**viewing(viewer)`.
READABLE: ColumnElement[bool] = _MEANT_FOR & not_(_WITHHELD) & not_(_BARRED)


def viewing(viewer: Viewer) -> dict[str, Any]:
    """The values a statement with READABLE needs."""
    return {"viewer": _STRANGER if viewer.actor_id is None else viewer.actor_id}
