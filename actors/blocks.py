"""Who has blocked or muted whom. The barrier rows that hide notes are notes.audiences' part."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, or_, select

from storage.engine import Reader, Transaction
from storage.statements import adding, prepared
from storage.tables import blocks

_ADD = adding(blocks, "actor_id", "target_id", "kind", "uri", "at", ignore=True)
_REMOVE = prepared(
    delete(blocks).where(
        blocks.c.actor_id == bindparam("actor"),
        blocks.c.target_id == bindparam("target"),
        blocks.c.kind == bindparam("kind"),
    )
)
_HAS = prepared(
    select(blocks.c.at).where(
        blocks.c.actor_id == bindparam("actor"),
        blocks.c.target_id == bindparam("target"),
        blocks.c.kind == bindparam("kind"),
    )
)
_EITHER_WAY = prepared(
    select(blocks.c.at)
    .where(
        blocks.c.kind == "block",
        or_(
            (blocks.c.actor_id == bindparam("one")) & (blocks.c.target_id == bindparam("two")),
            (blocks.c.actor_id == bindparam("two")) & (blocks.c.target_id == bindparam("one")),
        ),
    )
    .limit(1)
)


async def add(
    tx: Transaction, *, actor_id: int, target_id: int, kind: str, uri: str | None, now: int
) -> None:
    """`kind` is block or mute."""
    await tx.run(_ADD, actor_id=actor_id, target_id=target_id, kind=kind, uri=uri, at=now)


async def remove(tx: Transaction, *, actor_id: int, target_id: int, kind: str) -> bool:
    return await tx.run(_REMOVE, actor=actor_id, target=target_id, kind=kind) > 0


async def has_blocked(reader: Reader, actor_id: int, target_id: int) -> bool:
    return await reader.value(_HAS, actor=actor_id, target=target_id, kind="block") is not None


async def between(reader: Reader, one: int, two: int) -> bool:
    """True when either has blocked the other."""
    return await reader.value(_EITHER_WAY, one=one, two=two) is not None
