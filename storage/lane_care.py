"""Lanes as an operator sees them: an overview, and what he may do about one."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import bindparam, case, delete, func, literal_column, null, or_, select, update

from storage.engine import Reader, Transaction
from storage.statements import insert, one_of, prepared
from storage.tables import dead_letters, deliveries, gone_inboxes, lanes, outgoing
from storage.waking import HELD

_DAY = 24 * 3600 * 1000
_PAUSED = 30 * _DAY  # rows of a sleeping host are kept so long
_PROBED = 365 * _DAY  # and it is probed so long


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One host. `rows` wait for it, `held` of them until the operator says; times in ms."""

    host: str
    state: str
    rows: int
    held: int
    failures: int
    failing_since: int | None
    asleep_since: int | None
    due: int
    last_error: str
    last_success: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What could not be delivered, and why."""

    id: int
    uri: str
    host: str
    inbox: str
    error: str
    attempts: int
    at: int


_rows = (
    select(
        deliveries.c.host,
        func.count().label("rows"),
        func.sum(case((deliveries.c.due >= HELD, 1), else_=0)).label("held"),
    )
    .group_by(deliveries.c.host)
    .subquery()
)
_OVERVIEW = prepared(
    select(
        lanes.c.host,
        lanes.c.state,
        func.coalesce(_rows.c.rows, 0).label("rows"),
        func.coalesce(_rows.c.held, 0).label("held"),
        lanes.c.failures,
        lanes.c.failing_since,
        lanes.c.asleep_since,
        lanes.c.due,
        lanes.c.last_error,
        lanes.c.last_success,
    )
    .select_from(lanes.outerjoin(_rows, _rows.c.host == lanes.c.host))
    .where(or_(_rows.c.rows > 0, lanes.c.state != "ok"))
    .order_by(lanes.c.host)
)
_DEAD = prepared(
    select(*[dead_letters.c[field.name] for field in fields(DeadLetter)])
    .order_by(dead_letters.c.id.desc())
    .limit(bindparam("count"))
)
_WHICH = or_(bindparam("host") == literal_column("''"), deliveries.c.host == bindparam("host"))
_WHICH_LANE = or_(bindparam("host") == literal_column("''"), lanes.c.host == bindparam("host"))
_HOLD = prepared(update(deliveries).where(_WHICH).values(due=HELD))
_REST = prepared(update(lanes).where(_WHICH_LANE).values(waiting=0, lease=null(), lease_token=""))
_READY = prepared(update(deliveries).where(_WHICH).values(due=0))
_START = prepared(
    update(lanes)
    .where(
        _WHICH_LANE,
        select(deliveries.c.id).where(deliveries.c.host == lanes.c.host).correlate(lanes).exists(),
    )
    .values(waiting=1, due=bindparam("now"), not_before=0)
)


def _as_dead_letters(*conditions: object) -> object:
    columns = ["outgoing_id", "uri", "host", "inbox", "error", "attempts", "at"]
    return insert(dead_letters).from_select(
        columns,
        select(
            deliveries.c.outgoing_id,
            outgoing.c.uri,
            deliveries.c.host,
            deliveries.c.inbox,
            bindparam("why"),
            deliveries.c.attempts,
            bindparam("now"),
        )
        .join(outgoing, outgoing.c.id == deliveries.c.outgoing_id)
        .where(*conditions),  # type: ignore[arg-type]
    )


_BURY = prepared(_as_dead_letters(_WHICH))  # type: ignore[arg-type]
_DROP = prepared(delete(deliveries).where(_WHICH))
_BURY_IDS = prepared(_as_dead_letters(one_of(deliveries.c.id, "ids")))  # type: ignore[arg-type]
_DROP_IDS = prepared(delete(deliveries).where(one_of(deliveries.c.id, "ids")))
_STOP = prepared(
    delete(deliveries).where(
        deliveries.c.inbox == bindparam("inbox"),
        deliveries.c.host == bindparam("host"),
        deliveries.c.outgoing_id.in_(
            select(outgoing.c.id).where(
                outgoing.c.actor_id == bindparam("actor"), outgoing.c.withdrawal == 0
            )
        ),
    )
)
_first = (
    select(func.min(deliveries.c.id))
    .where(deliveries.c.host == lanes.c.host)
    .correlate(lanes)
    .scalar_subquery()
)
_OVERDUE = prepared(
    select(deliveries.c.id)
    .join(lanes, lanes.c.host == deliveries.c.host)
    .where(
        lanes.c.state == "asleep",
        or_(
            lanes.c.asleep_since < bindparam("forgotten"),
            (lanes.c.asleep_since < bindparam("paused")) & (deliveries.c.id > _first),
        ),
    )
    .limit(bindparam("count"))
)
_QUIET = prepared(
    update(lanes)
    .where(lanes.c.state == "asleep", lanes.c.asleep_since < bindparam("forgotten"))
    .values(waiting=0)
)
_GONE = prepared(select(gone_inboxes.c.inbox).where(gone_inboxes.c.gone < bindparam("before")))
_FORGIVE = prepared(delete(gone_inboxes).where(gone_inboxes.c.inbox == bindparam("inbox")))
_FORGET_DEAD = prepared(delete(dead_letters).where(dead_letters.c.at < bindparam("before")))


async def overview(reader: Reader) -> list[LaneView]:
    """Every host with something waiting, or in trouble."""
    rows = await reader.all(_OVERVIEW)
    return [LaneView(**{name: row[name] for name in row.keys()}) for row in rows]  # noqa: SIM118


async def dead(reader: Reader, *, limit: int = 100) -> list[DeadLetter]:
    """What ended without being delivered, newest first."""
    rows = await reader.all(_DEAD, count=limit)
    return [DeadLetter(**{name: row[name] for name in row.keys()}) for row in rows]  # noqa: SIM118


async def hold(tx: Transaction, host: str = "") -> int:
    """Hold back all rows of a host, or of every host: after a restore, until the operator's word.

    Expand first; what is written later flows, except behind a held row of its order key (B-5).
    """
    count = await tx.run(_HOLD, host=host)
    await tx.run(_REST, host=host)
    return count


async def release(tx: Transaction, host: str = "", *, now: int) -> int:
    """Let the rows of a host, or of every host, go at once, whatever they waited for."""
    count = await tx.run(_READY, host=host)
    await tx.run(_START, host=host, now=now)
    tx.wake("lanes")
    return count


async def drop(tx: Transaction, host: str, *, now: int) -> int:
    """Move a host's rows to the dead letters; says how many."""
    await tx.run(_BURY, host=host, why="dropped by the operator", now=now)
    count = await tx.run(_DROP, host=host)
    await tx.run(_REST, host=host)
    return count


async def stop(tx: Transaction, *, actor_id: int, inbox: str, host: str) -> int:
    """Take back what waits from one sender for one inbox, withdrawals excepted (P-6).

    For somebody removed from a closed community, once nobody else behind that inbox may read it.
    """
    return await tx.run(_STOP, actor=actor_id, inbox=inbox, host=host)


async def gone_before(reader: Reader, moment: int) -> list[str]:
    """Inboxes that are gone since before `moment`: after 7 days their followers go, too (F-11)."""
    return [row["inbox"] for row in await reader.all(_GONE, before=moment)]


async def forgive(tx: Transaction, inbox: str) -> None:
    """Its owner is there again: deliver to this inbox as before."""
    await tx.run(_FORGIVE, inbox=inbox)


async def clean(tx: Transaction, *, now: int, chunk: int = 1_000) -> int:
    """Sleeping hosts: rows become dead letters after 30 days, all but the probe; that after a year.

    Dead letters are forgotten after a year. Call again while > 0.
    """
    forgotten = now - _PROBED
    rows = await tx.all(_OVERDUE, forgotten=forgotten, paused=now - _PAUSED, count=chunk)
    ids = [row["id"] for row in rows]
    if ids:
        await tx.run(_BURY_IDS, ids=ids, why="the host has been asleep too long", now=now)
        await tx.run(_DROP_IDS, ids=ids)
    await tx.run(_QUIET, forgotten=forgotten)
    await tx.run(_FORGET_DEAD, before=now - _PROBED)
    return len(ids)
