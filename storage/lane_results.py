"""What came of a lane's deliveries, written for many lanes in one transaction.

A result counts only while its lease token is the lane's own (F-21). A lane that only knew success
costs one statement shared with all others like it; trouble is booked lane by lane.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import bindparam, case, delete, literal_column, null, select, update

from storage.engine import Transaction
from storage.lanes import Delivery, Lane, next_due
from storage.statements import adding, one_of, prepared
from storage.tables import dead_letters, deliveries, gone_inboxes, lanes
from storage.waking import catch_up

FAILURES = 5  # before a host is failing
_DAY = 24 * 3600 * 1000
_ASLEEP_AFTER = 7 * _DAY
_PROBED_DAILY = 30 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try.

    `end` done: delivered. later: again at `due`. dead: never, because of `error`. A `failed` one
    counts against the host, which is left alone until `host_until` (0: only this row waits). The
    `inbox` may be gone (410) or have missed one (404).
    """

    delivery: Delivery
    end: Literal["done", "later", "dead"]
    due: int = 0
    host_until: int = 0
    failed: bool = False
    error: str = ""
    inbox: Literal["", "gone", "missed"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A lane given back, with its outcomes in the order they came. No outcome: nothing was tried,
    or the worker ran out of time; those rows stay as they were."""

    lane: Lane
    outcomes: Sequence[Outcome] = field(default_factory=tuple)


_HOLD = prepared(
    select(lanes.c.host, lanes.c.lease_token)
    .where(one_of(lanes.c.host, "hosts"))
    .order_by(lanes.c.host)
    .with_for_update()
)
_DELETE = prepared(delete(deliveries).where(one_of(deliveries.c.id, "ids")))
_RELEASE_MANY = prepared(
    update(lanes)
    .where(one_of(lanes.c.host, "hosts"))
    .values(
        waiting=case(
            (
                select(deliveries.c.id)
                .where(deliveries.c.host == lanes.c.host)
                .correlate(lanes)
                .exists(),
                literal_column("1"),
            ),
            else_=literal_column("0"),
        ),
        due=bindparam("now"),
        lease=null(),
        lease_token="",
        last_success=bindparam("now"),
    )
)
_RELEASE = prepared(
    update(lanes)
    .where(lanes.c.host == bindparam("whose"))
    .values(
        state=bindparam("new_state"),
        failures=bindparam("new_failures"),
        failed_uris=bindparam("new_uris"),
        failing_since=bindparam("since"),
        asleep_since=bindparam("asleep"),
        not_before=bindparam("until"),
        due=bindparam("new_due"),
        waiting=bindparam("has_rows"),
        last_error=case(
            (bindparam("new_error") == literal_column("''"), lanes.c.last_error),
            else_=bindparam("new_error"),
        ),
        last_success=bindparam("success"),
        lease=null(),
        lease_token="",
    )
)
_DELAY = prepared(
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        attempts=deliveries.c.attempts + 1,
        due=bindparam("new_due"),
        tried=bindparam("first"),
        error=bindparam("new_error"),
    )
)
_BURY = adding(dead_letters, "outgoing_id", "uri", "host", "inbox", "error", "attempts", "at")
_MISSES = prepared(
    select(gone_inboxes.c.missed, gone_inboxes.c.at).where(
        gone_inboxes.c.inbox == bindparam("inbox")
    )
)
_NOTE_MISS = adding(
    gone_inboxes,
    "inbox",
    "missed",
    "at",
    "gone",
    key=("inbox",),
    replace=("missed", "at", "gone"),
)
_FORGIVE = prepared(delete(gone_inboxes).where(one_of(gone_inboxes.c.inbox, "inboxes")))


async def finish(tx: Transaction, reports: Sequence[Report], *, now: int) -> list[str]:
    """Book the results and give the lanes back; the hosts whose lease was lost are returned.

    Their results are ignored: whoever has the lane now tries again, and receivers drop what they
    have seen (Q-5).
    """
    if not reports:
        return []
    rows = await tx.all(_HOLD, hosts=[report.lane.host for report in reports])
    tokens = {row["host"]: row["lease_token"] for row in rows}
    ours = [one for one in reports if tokens.get(one.lane.host) == one.lane.token]
    smooth = [report for report in ours if _smooth(report)]
    if smooth:
        done = [outcome.delivery.id for report in smooth for outcome in report.outcomes]
        await tx.run(_DELETE, ids=done)
        await tx.run(_RELEASE_MANY, hosts=[report.lane.host for report in smooth], now=now)
    if len(smooth) < len(ours):
        for report in ours:
            if not _smooth(report):
                await _finish_one(tx, report, now)
    return [one.lane.host for one in reports if tokens.get(one.lane.host) != one.lane.token]


def advance(lane: Lane, outcomes: Sequence[Outcome], *, now: int) -> Lane:
    """The lane after these outcomes, as Q-10 and Q-11 have it. Pure.

    An answer that refuses one activity for good (4xx) says nothing about the host.
    """
    for outcome in outcomes:
        if outcome.end == "done":
            lane = replace(
                lane,
                state="ok",
                failures=0,
                failed_uris=(),
                failing_since=None,
                asleep_since=None,
                not_before=0,
                last_success=now,
            )
        elif outcome.failed:
            lane = _failed(lane, outcome, now)
    return lane


def _smooth(report: Report) -> bool:
    """Only successes on a lane without a past."""
    lane = report.lane
    return (
        bool(report.outcomes)
        and lane.state == "ok"
        and not lane.failures
        and all(one.end == "done" and not one.delivery.missed for one in report.outcomes)
    )


def _failed(lane: Lane, outcome: Outcome, now: int) -> Lane:
    uris = lane.failed_uris
    if outcome.delivery.uri not in uris:
        uris = (*uris, outcome.delivery.uri)[:2]
    since = now if lane.failing_since is None else lane.failing_since
    lane = replace(
        lane,
        failures=lane.failures + 1,
        failed_uris=uris,
        failing_since=since,
        not_before=max(lane.not_before, outcome.host_until),
    )
    if lane.state == "ok" and lane.failures >= FAILURES and len(uris) > 1:
        lane = replace(lane, state="failing")
    if outcome.host_until and lane.state != "asleep" and now - since >= _ASLEEP_AFTER:
        lane = replace(lane, state="asleep", asleep_since=now)
    if lane.state == "asleep":
        lane = replace(lane, not_before=max(now + _probe_step(lane, now), outcome.host_until))
    return lane


def _probe_step(lane: Lane, now: int) -> int:
    asleep = now - (lane.asleep_since or now)
    return _DAY if asleep < _PROBED_DAILY else 7 * _DAY


async def _finish_one(tx: Transaction, report: Report, now: int) -> None:
    before, lane = report.lane, advance(report.lane, report.outcomes, now=now)
    await _book_rows(tx, report.outcomes, now)
    await _book_inboxes(tx, report.outcomes, now)
    if before.state == "asleep" and lane.state == "ok":
        await catch_up(tx, lane.host, since=before.asleep_since or 0)
    due = await next_due(tx, lane.host, now=now)
    if due is None and lane.state != "asleep":  # nothing left to fail with
        lane = replace(lane, state="ok", failures=0, failed_uris=(), failing_since=None)
    errors = [outcome.error for outcome in report.outcomes if outcome.error]
    await tx.run(
        _RELEASE,
        whose=lane.host,
        new_state=lane.state,
        new_failures=lane.failures,
        new_uris=json.dumps(lane.failed_uris),
        since=lane.failing_since,
        asleep=lane.asleep_since,
        until=lane.not_before,
        new_due=max(lane.not_before, now if due is None else due),
        has_rows=int(due is not None),
        new_error=errors[-1][:500] if errors else "",
        success=lane.last_success,
    )


async def _book_rows(tx: Transaction, outcomes: Sequence[Outcome], now: int) -> None:
    ended = [one.delivery.id for one in outcomes if one.end != "later"]
    if ended:
        await tx.run(_DELETE, ids=ended)
    for outcome in outcomes:
        if outcome.end == "later":
            first = outcome.delivery.tried
            await tx.run(
                _DELAY,
                delivery=outcome.delivery.id,
                new_due=outcome.due,
                first=now if first is None else first,
                new_error=outcome.error[:500],
            )
    await tx.run_many(
        _BURY,
        [
            {
                "outgoing_id": one.delivery.outgoing_id,
                "uri": one.delivery.uri,
                "host": one.delivery.host,
                "inbox": one.delivery.inbox,
                "error": one.error[:500],
                "attempts": one.delivery.attempts + 1,
                "at": now,
            }
            for one in outcomes
            if one.end == "dead"
        ],
    )


async def _book_inboxes(tx: Transaction, outcomes: Sequence[Outcome], now: int) -> None:
    """410: gone. 404 on three activities over a day: gone, too. A success forgives."""
    for outcome in outcomes:
        if outcome.inbox == "gone":
            await tx.run(_NOTE_MISS, inbox=outcome.delivery.inbox, missed="[]", at=now, gone=now)
        elif outcome.inbox == "missed":
            await _note_miss(tx, outcome.delivery, now)
    forgiven = [one.delivery.inbox for one in outcomes if one.end == "done" and one.delivery.missed]
    if forgiven:
        await tx.run(_FORGIVE, inboxes=forgiven)


async def _note_miss(tx: Transaction, delivery: Delivery, now: int) -> None:
    row = await tx.one(_MISSES, inbox=delivery.inbox)
    missed, at = (json.loads(row["missed"] or "[]"), row["at"]) if row else ([], now)
    if delivery.uri not in missed:
        missed = [*missed[-2:], delivery.uri]
    gone = now if len(missed) >= 3 and now - at >= _DAY else None
    await tx.run(_NOTE_MISS, inbox=delivery.inbox, missed=json.dumps(missed), at=at, gone=gone)
