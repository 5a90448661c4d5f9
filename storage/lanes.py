"""Lanes: one for each remote host, leased as a whole.

A worker claims lanes, not rows, so the books cost a few microseconds for each delivery. Within a
lane the oldest goes first, and what is delayed holds back only what shares its order key. States:
ok; failing (five failures on two activities or more: one probe for each step of the backoff, the
rest waits untried); asleep (7 days without a success: no new rows, a probe now and then) (Q-10).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from storage.engine import Reader, Row, Transaction
from storage.statements import one_of, prepared
from storage.tables import deliveries, gone_inboxes, lanes, outgoing

CHANNEL = "lanes"

_FAR = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A host as leased by `token`. `failures` without a success, on up to two `failed_uris`."""

    host: str
    state: str
    token: str
    failures: int
    failed_uris: tuple[str, ...]
    failing_since: int | None
    asleep_since: int | None
    not_before: int
    last_success: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One activity for one inbox. `attempts` so far, the first at `tried`.

    `missed`: this inbox has answered 404 lately.
    """

    id: int
    outgoing_id: int
    host: str
    inbox: str
    order_key: str
    barrier: bool
    attempts: int
    tried: int | None
    uri: str
    actor_id: int
    body: bytes
    missed: bool


_LANE = (
    lanes.c.host,
    lanes.c.state,
    lanes.c.failures,
    lanes.c.failed_uris,
    lanes.c.failing_since,
    lanes.c.asleep_since,
    lanes.c.not_before,
    lanes.c.last_success,
)
# A lease further away than any we give comes from a clock that jumped (F-9).
_FREE = or_(
    lanes.c.lease.is_(None),
    lanes.c.lease < bindparam("now"),
    lanes.c.lease > bindparam("until"),
)
_WAITING = lanes.c.waiting == literal_column("1")
_CLAIM = prepared(
    update(lanes)
    .where(
        lanes.c.host.in_(
            select(lanes.c.host)
            .where(_WAITING, lanes.c.due <= bindparam("now"), _FREE)
            .order_by(lanes.c.due)
            .limit(bindparam("count"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(lease=bindparam("until"), lease_token=bindparam("token"))
    .returning(*_LANE)
)

_DELAYED_NOW = and_(
    deliveries.c.due > literal_column("0"), deliveries.c.due > bindparam("now", type_=BigInteger())
)
_DELAYED = prepared(
    select(deliveries.c.host, deliveries.c.order_key, deliveries.c.barrier, outgoing.c.actor_id)
    .join(outgoing, outgoing.c.id == deliveries.c.outgoing_id)
    .where(one_of(deliveries.c.host, "hosts"), _DELAYED_NOW)
)
_FIELDS = (
    deliveries.c.id,
    deliveries.c.outgoing_id,
    deliveries.c.host,
    deliveries.c.inbox,
    deliveries.c.order_key,
    deliveries.c.barrier,
    deliveries.c.attempts,
    deliveries.c.tried,
    outgoing.c.uri,
    outgoing.c.actor_id,
    outgoing.c.body,
    gone_inboxes.c.inbox.label("missed"),
)
_ALL = deliveries.join(outgoing, outgoing.c.id == deliveries.c.outgoing_id).outerjoin(
    gone_inboxes, gone_inboxes.c.inbox == deliveries.c.inbox
)


def _of_one_host(*columns: ColumnElement[Any]) -> Select[Any]:
    """The oldest rows of a host that nothing delayed holds back."""
    return (
        select(*columns)
        .select_from(_ALL)
        .where(
            deliveries.c.host == bindparam("host"),
            deliveries.c.due <= bindparam("now"),
            outgoing.c.expanded.is_not(None),
            ~one_of(deliveries.c.order_key, "keys"),
            ~one_of(outgoing.c.actor_id, "behind_barriers"),
            or_(
                deliveries.c.barrier == literal_column("0"),
                ~one_of(outgoing.c.actor_id, "delayed_actors"),
            ),
        )
        .order_by(deliveries.c.id)
        .limit(bindparam("count"))
    )


_TAKE = prepared(_of_one_host(*_FIELDS))
_PEEK = prepared(_of_one_host(deliveries.c.id))

# All hosts without delayed rows in one statement: up to the :count-th row of each.
_other = deliveries.alias("other")
_last = (
    select(_other.c.id)
    .where(_other.c.host == lanes.c.host)
    .order_by(_other.c.id)
    .limit(1)
    .offset(bindparam("skip"))
    .correlate(lanes)
    .scalar_subquery()
)
_TAKE_MANY = prepared(
    select(*_FIELDS)
    .select_from(
        lanes.join(
            deliveries,
            and_(
                deliveries.c.host == lanes.c.host,
                deliveries.c.id <= func.coalesce(_last, literal_column(str(_FAR))),
            ),
        )
        .join(outgoing, outgoing.c.id == deliveries.c.outgoing_id)
        .outerjoin(gone_inboxes, gone_inboxes.c.inbox == deliveries.c.inbox)
    )
    .where(one_of(lanes.c.host, "hosts"), outgoing.c.expanded.is_not(None))
    .order_by(deliveries.c.id)
)
_NEXT_DUE = prepared(
    select(func.min(deliveries.c.due)).where(deliveries.c.host == bindparam("host"), _DELAYED_NOW)
)


@dataclass(slots=True)
class _Held:
    """What delayed rows of one host hold back."""

    keys: set[str]
    actors: set[int]
    behind_barriers: set[int]


async def claim(
    tx: Transaction, *, now: int, token: str, lease_ms: int, lanes: int = 25
) -> list[Lane]:
    """Lease up to `lanes` hosts that have something due. `token` is new for every claim (Q-4)."""
    until = now + lease_ms
    rows = await tx.all(_CLAIM, now=now, until=until, token=token, count=lanes)
    return [_lane(row, token) for row in rows]


async def take(
    reader: Reader, hosts: Sequence[Lane], *, now: int, limit: int = 20
) -> dict[str, list[Delivery]]:
    """What may go to each of these hosts now, oldest first; a single probe when it is not ok.

    A row that waits for another try holds back the rows of its order key; a barrier the rows of its
    actor, and these a barrier. A host with nothing to do is absent.
    """
    held = await _delayed(reader, [lane.host for lane in hosts], now)
    many = [lane.host for lane in hosts if lane.state == "ok" and lane.host not in held]
    taken: dict[str, list[Delivery]] = {}
    if many:
        for row in await reader.all(_TAKE_MANY, hosts=many, skip=limit - 1):
            taken.setdefault(row["host"], []).append(_delivery(row))
    for lane in hosts:
        if lane.state != "ok" or lane.host in held:
            count = limit if lane.state == "ok" else 1
            rows = await reader.all(_TAKE, **_values(lane.host, held, now, count))
            if rows:
                taken[lane.host] = [_delivery(row) for row in rows]
    return taken


async def next_due(reader: Reader, host: str, *, now: int) -> int | None:
    """When this host's rows want another look: now, later, or None when nothing waits."""
    held = await _delayed(reader, [host], now)
    if await reader.value(_PEEK, **_values(host, held, now, 1)) is not None:
        return now
    due = await reader.value(_NEXT_DUE, host=host, now=now)
    return None if due is None else int(due)


async def _delayed(reader: Reader, hosts: Sequence[str], now: int) -> dict[str, _Held]:
    found: dict[str, _Held] = {}
    for row in await reader.all(_DELAYED, hosts=list(hosts), now=now):
        held = found.setdefault(row["host"], _Held(set(), set(), set()))
        held.keys.add(row["order_key"])
        held.actors.add(row["actor_id"])
        if row["barrier"]:
            held.behind_barriers.add(row["actor_id"])
    return found


def _values(host: str, held: dict[str, _Held], now: int, count: int) -> dict[str, object]:
    one = held.get(host) or _Held(set(), set(), set())
    return {
        "host": host,
        "now": now,
        "count": count,
        "keys": list(one.keys),
        "delayed_actors": list(one.actors),
        "behind_barriers": list(one.behind_barriers),
    }


def _lane(row: Row, token: str) -> Lane:
    return Lane(
        host=row["host"],
        state=row["state"],
        token=token,
        failures=row["failures"],
        failed_uris=tuple(json.loads(row["failed_uris"])) if row["failed_uris"] else (),
        failing_since=row["failing_since"],
        asleep_since=row["asleep_since"],
        not_before=row["not_before"],
        last_success=row["last_success"],
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        outgoing_id=row["outgoing_id"],
        host=row["host"],
        inbox=row["inbox"],
        order_key=row["order_key"],
        barrier=bool(row["barrier"]),
        attempts=row["attempts"],
        tried=row["tried"],
        uri=row["uri"],
        actor_id=row["actor_id"],
        body=bytes(row["body"]),
        missed=row["missed"] is not None,
    )
