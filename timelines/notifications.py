"""What a person should know: mentions, follows, favourites, boosts, invitations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from storage.engine import Reader, Row, Transaction
from storage.statements import adding, prepared
from storage.tables import notifications

_ADD = adding(notifications, "owner_id", "kind", "actor_id", "note_id", "at")
_LIST = prepared(
    select(notifications)
    .where(notifications.c.owner_id == bindparam("owner"), notifications.c.id < bindparam("before"))
    .order_by(notifications.c.id.desc())
    .limit(bindparam("count"))
)
_TOLD = prepared(
    select(notifications.c.id)
    .where(
        notifications.c.owner_id == bindparam("owner"),
        notifications.c.kind == bindparam("kind"),
        notifications.c.note_id == bindparam("note"),
    )
    .limit(1)
)
NEWEST = 2**62


async def notify(
    tx: Transaction, *, owner_id: int, kind: str, actor_id: int, note_id: int | None, now: int
) -> None:
    """`kind`: mention | follow | follow_request | favourite | reblog | update | invitation."""
    if owner_id != actor_id:
        await tx.run(_ADD, owner_id=owner_id, kind=kind, actor_id=actor_id, note_id=note_id, at=now)


async def was_told(reader: Reader, owner_id: int, *, kind: str, note_id: int) -> bool:
    """Whether she has heard of this note in this way."""
    return await reader.value(_TOLD, owner=owner_id, kind=kind, note=note_id) is not None


async def of_person(
    reader: Reader, owner_id: int, *, before: int = NEWEST, count: int = 40
) -> Sequence[Row]:
    """Newest first. The notes they speak of are found with the viewer, as any note."""
    return await reader.all(_LIST, owner=owner_id, before=before, count=count)
