"""Whether the database takes a write."""

from __future__ import annotations

from sqlalchemy import update

from storage.engine import Transaction
from storage.statements import prepared
from storage.tables import instance

_REWRITE = prepared(update(instance).values(value=instance.c.value))


async def touch(tx: Transaction) -> None:
    """The few facts about this node, written as they are. StorageUnavailable when it can't."""
    await tx.run(_REWRITE)
