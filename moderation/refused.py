"""The log of what was refused from outside, counted by code, host and kind; never any content."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select

from storage.engine import Reader, Row, Transaction
from storage.statements import Prepared, insert, prepared
from storage.tables import refusals

_COLUMNS = ("code", "host", "kind", "actor", "uri", "count", "first", "last")
MOST = 10_000
_KEPT = 30 * 24 * 3_600_000


def _counting() -> Prepared:
    statement = insert(refusals).values({name: bindparam(name) for name in _COLUMNS})
    changed = {name: statement.excluded[name] for name in ("actor", "uri", "last")}
    return prepared(
        statement.on_conflict_do_update(
            index_elements=["code", "host", "kind"],
            set_={**changed, "count": refusals.c.count + 1},
        )
    )


_RECORD = _counting()
_KNOWN = prepared(
    select(refusals.c.count).where(
        refusals.c.code == bindparam("code"),
        refusals.c.host == bindparam("host"),
        refusals.c.kind == bindparam("kind"),
    )
)
_HOW_MANY = prepared(select(func.count()).select_from(refusals))
_LIST = prepared(select(refusals).order_by(refusals.c.last.desc()).limit(bindparam("count_limit")))
_FORGET = prepared(delete(refusals).where(refusals.c.last < bindparam("before")))


async def record(
    tx: Transaction,
    *,
    code: str,
    host: str,
    kind: str,
    actor: str,
    uri: str,
    now: int,
    most: int = MOST,
) -> None:
    """Count a refusal; the newest actor and activity id of its kind stay beside the count.

    A stranger may invent hosts without end: past `most` rows, new ones are counted under "".
    """
    known = await tx.value(_KNOWN, code=code, host=host, kind=kind)
    if known is None and int(await tx.value(_HOW_MANY)) >= most:
        host = ""
    await tx.run(
        _RECORD,
        code=code,
        host=host,
        kind=kind,
        actor=actor[:2048],
        uri=uri[:2048],
        count=1,
        first=now,
        last=now,
    )


async def latest(reader: Reader, *, count: int = 100) -> Sequence[Row]:
    return await reader.all(_LIST, count_limit=count)


async def forget_old(tx: Transaction, *, now: int) -> None:
    await tx.run(_FORGET, before=now - _KEPT)
