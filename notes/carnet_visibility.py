"""Who may read a carnet: the rule of `notes.visibility`, for carnets.

Its people always may; others when one of its audiences is public or has them as a member. A
barrier between its creator and the viewer hides it. What it holds is asked for note by note.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, not_, or_, select

from notes.audiences import EVERYBODY
from storage.tables import (
    audience_members,
    audiences,
    barriers,
    carnet_audiences,
    carnet_people,
    carnets,
)

_VIEWER: BindParameter[int] = bindparam("viewer")
_IS_MEMBER = exists(
    select(audience_members.c.actor_id).where(
        audience_members.c.audience_id == carnet_audiences.c.audience_id,
        audience_members.c.actor_id == _VIEWER,
    )
).correlate(carnet_audiences)
_PUBLIC_AUDIENCE = (
    select(audiences.c.id)
    .where(audiences.c.kind == "public", audiences.c.owner_id == EVERYBODY)
    .scalar_subquery()
)
_MEANT_FOR = exists(
    select(carnet_audiences.c.carnet_id).where(
        carnet_audiences.c.carnet_id == carnets.c.id,
        or_(carnet_audiences.c.audience_id == _PUBLIC_AUDIENCE, _IS_MEMBER),
    )
).correlate(carnets)
_MAKES_IT = exists(
    select(carnet_people.c.actor_id).where(
        carnet_people.c.carnet_id == carnets.c.id, carnet_people.c.actor_id == _VIEWER
    )
).correlate(carnets)
_BARRED = exists(
    select(barriers.c.author_id).where(
        barriers.c.author_id == carnets.c.created_by,
        barriers.c.viewer_id.in_((EVERYBODY, _VIEWER)),
    )
).correlate(carnets)

# Every statement that yields carnets has this in its WHERE and is run with `**viewing(viewer)`.
CARNET_READABLE: ColumnElement[bool] = or_(_MEANT_FOR, _MAKES_IT) & not_(_BARRED)
