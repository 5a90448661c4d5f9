"""One lock for two kinds of deed that must not overlap on PostgreSQL.

Expanding an activity passes over sleeping hosts; waking a host catches up on what was passed over.
Were both under way at once, each could believe that the other sees to it. On SQLite there is one
writer, and the lock is a word without effect.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.engine import Transaction
from storage.statements import prepared

_NUMBER = 7_073_726  # arbitrary, next to the one of the migrations


class _Gate(FunctionElement[Any]):
    type = BigInteger()
    inherit_cache = True

    def __init__(self, lock: str) -> None:
        super().__init__()
        self.lock = lock


@compiles(_Gate, "sqlite")
def _gate_sqlite(_element: _Gate, _compiler: SQLCompiler, **_: Any) -> str:
    return "1"


@compiles(_Gate, "postgresql")
def _gate_postgresql(element: _Gate, _compiler: SQLCompiler, **_: Any) -> str:
    return f"{element.lock}({_NUMBER})::text"


_TOGETHER = prepared(select(_Gate("pg_advisory_xact_lock_shared")))
_ALONE = prepared(select(_Gate("pg_advisory_xact_lock")))


async def together(tx: Transaction) -> None:
    """Until the commit, others may go through together with us, nobody alone."""
    await tx.all(_TOGETHER)


async def alone(tx: Transaction) -> None:
    """Until the commit nobody else goes through."""
    await tx.all(_ALONE)
