"""Due work by kind: one job for each kind and reference, done by exactly one worker at a time.

A job whose worker died is claimable again when its lease runs out; one that was due while nothing
ran runs once, not once for every missed time (Q-18).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, func, null, or_, select, update

from storage.engine import Reader, Row, Transaction
from storage.statements import insert, one_of, prepared
from storage.tables import jobs

CHANNEL = "jobs"
MOST_ERRORS = 20
MOST_CRASHES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Due work; `lease` says until when it is ours, and that it is."""

    id: int
    kind: str
    reference: str
    payload: Mapping[str, Any]
    attempts: int
    due: int
    lease: int
    error: str


_NEW = insert(jobs).values(
    {name: bindparam(name) for name in ("kind", "reference", "payload", "due")}
    | {"state": "ready", "error": ""}
)
_ADD = prepared(
    _NEW.on_conflict_do_update(
        index_elements=["kind", "reference"],
        set_={
            "payload": _NEW.excluded.payload,
            "state": "ready",
            # Of one that is running: afterwards again, see `done`. Of one that waits: the earlier.
            "due": case(
                (
                    and_(jobs.c.lease.is_(None), jobs.c.due < _NEW.excluded.due),
                    jobs.c.due,
                ),
                else_=_NEW.excluded.due,
            ),
        },
    )
)
_FIELDS = (
    jobs.c.id,
    jobs.c.kind,
    jobs.c.reference,
    jobs.c.payload,
    jobs.c.attempts,
    jobs.c.due,
    jobs.c.lease,
    jobs.c.crashes,
    jobs.c.error,
)
# A lease further away than any we give comes from a clock that jumped (F-9).
_FREE = or_(
    jobs.c.lease.is_(None), jobs.c.lease < bindparam("now"), jobs.c.lease > bindparam("until")
)
_DUE = prepared(
    select(jobs.c.id, jobs.c.lease, jobs.c.crashes)
    .where(
        jobs.c.due <= bindparam("now"), jobs.c.state == "ready", one_of(jobs.c.kind, "kinds"), _FREE
    )
    .order_by(jobs.c.due, jobs.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_LEASE = prepared(
    update(jobs)
    .where(one_of(jobs.c.id, "ids"))
    .values(lease=bindparam("until"), crashes=jobs.c.crashes + bindparam("crashed"))
    .returning(*_FIELDS)
)
_MINE = and_(jobs.c.id == bindparam("job"), jobs.c.lease == bindparam("held"))
_DONE = prepared(
    delete(jobs).where(
        _MINE, jobs.c.due == bindparam("was_due"), jobs.c.payload == bindparam("was")
    )
)
_AGAIN = prepared(update(jobs).where(_MINE).values(lease=null(), attempts=0, crashes=0, error=""))
_RETRY = prepared(
    update(jobs)
    .where(_MINE)
    .values(
        attempts=jobs.c.attempts + 1,
        due=bindparam("new_due"),
        error=bindparam("new_error"),
        state=bindparam("new_state"),
        lease=null(),
    )
)
_BURY = prepared(
    update(jobs)
    .where(one_of(jobs.c.id, "ids"))
    .values(state="dead", lease=null(), error=bindparam("why"))
)
_CANCEL = prepared(
    delete(jobs).where(jobs.c.kind == bindparam("which"), jobs.c.reference == bindparam("whom"))
)
_DEAD = prepared(
    select(jobs.c.kind, jobs.c.reference, jobs.c.error)
    .where(jobs.c.state == "dead")
    .order_by(jobs.c.id)
)
_NEXT = prepared(select(func.min(jobs.c.due)).where(jobs.c.state == "ready"))


async def add(
    tx: Transaction, kind: str, reference: str, payload: Mapping[str, Any], due: int
) -> None:
    """Ask for work at `due`, in the transaction that makes it necessary.

    Asked for again before it is done, it is still done once, with the newer payload and at the
    earlier time; asked for while it is being done, it is done again afterwards.
    """
    await tx.run(_ADD, kind=kind, reference=reference, payload=_json(payload), due=due)
    tx.wake(CHANNEL)


async def claim(
    tx: Transaction, kinds: Sequence[str], *, now: int, lease_ms: int, limit: int = 10
) -> list[Job]:
    """Lease what is due, oldest first. A job whose leases ran out five times is dead (Q-13)."""
    rows = await tx.all(_DUE, now=now, until=now + lease_ms, kinds=list(kinds), count=limit)
    crashed = [row for row in rows if row["lease"] is not None]
    dead = [row["id"] for row in crashed if row["crashes"] + 1 >= MOST_CRASHES]
    if dead:
        await tx.run(_BURY, ids=dead, why=f"its worker crashed {MOST_CRASHES} times")
    again = [row["id"] for row in crashed if row["id"] not in dead]
    fresh = [row["id"] for row in rows if row["lease"] is None]
    claimed: list[Job] = []
    for ids, crashes in ((fresh, 0), (again, 1)):
        if ids:
            found = await tx.all(_LEASE, ids=ids, until=now + lease_ms, crashed=crashes)
            claimed += [_job(row) for row in found]
    return sorted(claimed, key=lambda job: (job.due, job.id))


async def done(tx: Transaction, job: Job) -> bool:
    """In the transaction of its effects. False: the lease was lost, and the effects should be, too.

    A job that was asked for again meanwhile stays.
    """
    if await tx.run(_DONE, job=job.id, held=job.lease, was_due=job.due, was=_json(job.payload)):
        return True
    return await tx.run(_AGAIN, job=job.id, held=job.lease) > 0


async def retry(tx: Transaction, job: Job, *, error: str, due: int) -> bool:
    """Again at `due`; False when it is dead now (the twentieth time) or the lease was lost."""
    dead = job.attempts + 1 >= MOST_ERRORS
    count = await tx.run(
        _RETRY,
        job=job.id,
        held=job.lease,
        new_due=due,
        new_error=error[:2000],
        new_state="dead" if dead else "ready",
    )
    return count > 0 and not dead


async def cancel(tx: Transaction, kind: str, reference: str) -> bool:
    """No longer necessary; True when there was such a job."""
    return await tx.run(_CANCEL, which=kind, whom=reference) > 0


async def dead(reader: Reader) -> list[tuple[str, str, str]]:
    """Kind, reference and error of what can't be done; `add` makes it ready again."""
    return [(row["kind"], row["reference"], row["error"]) for row in await reader.all(_DEAD)]


async def next_due(reader: Reader) -> int | None:
    """When the next job is due."""
    due = await reader.value(_NEXT)
    return None if due is None else int(due)


def _json(payload: Mapping[str, Any]) -> str:
    return json.dumps(dict(payload), ensure_ascii=False, sort_keys=True)


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        reference=row["reference"],
        payload=json.loads(row["payload"] or "{}"),
        attempts=row["attempts"],
        due=row["due"],
        lease=row["lease"],
        error=row["error"],
    )
