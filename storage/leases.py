"""Ends the leases of a process that is no more.

On SQLite one process serves, and holds a lock on the file: whoever starts next knows that the
leases it finds are nobody's, and need not wait for their end.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, literal_column, null, update

from storage.engine import Transaction
from storage.statements import prepared
from storage.tables import jobs, journal, lanes

_READY: ColumnElement[str] = literal_column("'ready'")
# Run out rather than taken back: five crashes over one entry set it aside.
_JOURNAL = prepared(
    update(journal)
    .where(journal.c.state == _READY, journal.c.lease.is_not(None))
    .values(lease=bindparam("over"))
)
_JOBS = prepared(
    update(jobs)
    .where(jobs.c.state == _READY, jobs.c.lease.is_not(None))
    .values(lease=bindparam("over"))
)
_LANES = prepared(
    update(lanes).where(lanes.c.lease.is_not(None)).values(lease=null(), lease_token="")
)


async def end_all(tx: Transaction, *, now: int) -> int:
    """Only for the sole process of a database, before it claims anything; says how many ended."""
    count = await tx.run(_JOURNAL, over=now - 1)
    count += await tx.run(_JOBS, over=now - 1)
    return count + await tx.run(_LANES)
