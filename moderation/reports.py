"""Reports, from here and elsewhere. A report changes nothing by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from storage.engine import Reader, Row, Transaction
from storage.statements import adding, prepared
from storage.tables import reports

_ADD = adding(reports, "uri", "reporter_id", "objects", "content", "state", "at", ignore=True)
_OPEN = prepared(
    select(reports)
    .where(reports.c.state == "open", reports.c.id < bindparam("before"))
    .order_by(reports.c.id.desc())
    .limit(bindparam("count"))
)
NEWEST = 2**62


async def add(
    tx: Transaction,
    *,
    uri: str,
    reporter_id: int,
    objects: Sequence[str],
    content: str,
    now: int,
) -> None:
    """One row per report; the same report again changes nothing."""
    await tx.run(
        _ADD,
        uri=uri,
        reporter_id=reporter_id,
        objects=json.dumps(list(objects)),
        content=content,
        state="open",
        at=now,
    )


async def still_open(reader: Reader, *, before: int = NEWEST, count: int = 40) -> Sequence[Row]:
    """Newest first."""
    return await reader.all(_OPEN, before=before, count=count)
