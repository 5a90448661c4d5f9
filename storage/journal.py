"""The inbound journal: what was verified and acknowledged, until its effects are done.

`record` is durable before the 202 (Q-1). A worker claims entries, gathers what it needs, and
settles each in the transaction of its effects. Of one signer, and of one host about one object, one
entry is under way at a time, in the order received; a postponed entry holds back its object only,
so that one host that is away does not silence a community that mentions it. Different hosts never
wait for each other: what they say of the same object may come in any order anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from storage.engine import Reader, Row, Transaction
from storage.faults import kill_point
from storage.statements import Prepared, adding, one_of, prepared
from storage.tables import journal, seen

MOST_ERRORS = 20
MOST_CRASHES = 5
CHANNEL = "journal"

_DAY = 24 * 3600 * 1000
_BODIES_KEPT = 7 * _DAY
_IDS_KEPT = 60 * _DAY
_UNDONE = "undone:"  # before an id in the seen table
_UNDONE_KEPT = 3600 * 1000
_WINDOWS = (100, 2_000)  # oldest entries a claim looks at, more when none of the first may go


class LeaseLost(Exception):
    """Somebody else has this entry now: give up, and let the transaction roll back (F-21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One activity as received. `lease` says until when it is ours, and that it is."""

    id: int
    uri: str
    kind: str
    signer: str
    host: str
    order_key: str
    body: bytes
    state: str
    detail: str
    attempts: int
    crashes: int
    received: int
    lease: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much lies in the journal; `oldest` is when the oldest ready entry was received."""

    ready: int
    waiting: int
    dead: int
    oldest: int | None


_FIELDS = [journal.c[field.name] for field in fields(JournalEntry)]
# Words instead of bound values, so that SQLite recognises its partial indexes.
_READY = journal.c.state == literal_column("'ready'")
_HELD = journal.c.state.in_([literal_column("'waiting'"), literal_column("'dead'")])

_OVER: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in ("done", "ignored", "refused")
]

_SEE = adding(seen, "uri", "at", ignore=True)
_MARK = adding(seen, "uri", "at", key=("uri",), replace=("at",))
_SEEN = prepared(select(seen.c.at).where(seen.c.uri == bindparam("uri")))
_ADD = adding(
    journal, "uri", "kind", "signer", "host", "order_key", "body", "state", "received", "due"
)

_other = journal.alias("other")


# No lease, or one that ran out; one further away than any we give is a clock's jump (F-9).
_FREE = or_(
    journal.c.lease.is_(None),
    journal.c.lease < bindparam("now"),
    journal.c.lease > bindparam("furthest"),
)
_TAKEN = and_(_other.c.lease >= bindparam("now"), _other.c.lease <= bindparam("furthest"))
_OLDER = _other.c.id < journal.c.id
_DUE = and_(_READY, journal.c.due <= bindparam("now"), _FREE)


def _unsettled(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    ready = _other.c.state == literal_column("'ready'")
    return select(_other.c.id).where(ready, *conditions).correlate(journal).exists()


# Waits for a postponed one about the same object: then it does not hold back its signer.
_first = journal.alias("first")
_STUCK = (
    select(_first.c.id)
    .where(
        _first.c.state == literal_column("'ready'"),
        _first.c.order_key == _other.c.order_key,
        _first.c.host == _other.c.host,
        _first.c.id < _other.c.id,
        _first.c.due > bindparam("now"),
    )
    .correlate(_other)
    .exists()
)
_oldest = journal.alias("oldest")
_CANDIDATES = prepared(
    select(journal.c.id, journal.c.lease, journal.c.crashes)
    .where(
        _DUE,
        journal.c.id.in_(
            select(_oldest.c.id)
            .where(_oldest.c.state == literal_column("'ready'"), _oldest.c.due <= bindparam("now"))
            .order_by(_oldest.c.due, _oldest.c.id)
            .limit(bindparam("window"))
        ),
        # A host whose words can't be applied yet, or slowly, holds back nobody else's about the
        # same object: else a stranger could keep a note from its Delete for days.
        ~_unsettled(
            _other.c.order_key == journal.c.order_key, _other.c.host == journal.c.host, _OLDER
        ),
        ~_unsettled(
            _other.c.signer == journal.c.signer,
            _OLDER,
            _other.c.due <= bindparam("now"),
            ~_STUCK,
        ),
        ~_unsettled(_other.c.signer == journal.c.signer, _other.c.lease.is_not(None), _TAKEN),
    )
    .order_by(journal.c.id)
    .limit(bindparam("count"))
    .with_for_update(of=journal, skip_locked=True)
)
_LEASE = prepared(
    update(journal)
    .where(one_of(journal.c.id, "ids"), _READY)
    .values(lease=bindparam("until"), crashes=journal.c.crashes + bindparam("crashed"))
)
_BY_IDS = prepared(select(*_FIELDS).where(one_of(journal.c.id, "ids")).order_by(journal.c.id))
_MINE = and_(journal.c.id == bindparam("entry"), _READY, journal.c.lease == bindparam("held"))
_SETTLE = prepared(
    update(journal)
    .where(_MINE)
    .values(
        state=bindparam("new_state"),
        detail=bindparam("new_detail"),
        settled=bindparam("now"),
        lease=null(),
    )
)
_POSTPONE = prepared(
    update(journal)
    .where(_MINE)
    .values(
        attempts=journal.c.attempts + 1,
        due=bindparam("new_due"),
        detail=bindparam("new_detail"),
        lease=null(),
    )
)
_BURY = prepared(
    update(journal)
    .where(one_of(journal.c.id, "ids"))
    .values(state="dead", settled=bindparam("now"), lease=null(), detail=bindparam("why"))
)
_HELD_IN = prepared(
    select(*_FIELDS)
    .where(_HELD, journal.c.state == bindparam("held_state"))
    .order_by(journal.c.id)
    .limit(bindparam("count"))
)
_REOPEN = prepared(
    update(journal)
    .where(_HELD, journal.c.state == bindparam("held_state"), one_of(journal.c.kind, "kinds"))
    .values(state="ready", due=0, attempts=0, crashes=0, settled=null(), lease=null())
)
_COUNT_READY = prepared(
    select(func.count().label("ready"), func.min(journal.c.received).label("oldest")).where(_READY)
)
_COUNT_HELD = prepared(
    select(journal.c.state, func.count().label("count")).where(_HELD).group_by(journal.c.state)
)
_FORGET = prepared(
    delete(journal).where(
        journal.c.id.in_(
            select(journal.c.id)
            .where(
                journal.c.settled < bindparam("before"),
                journal.c.state.in_(_OVER),
            )
            .limit(bindparam("count"))
        )
    )
)
_FORGET_SEEN = prepared(
    delete(seen).where(
        seen.c.uri.in_(
            select(seen.c.uri).where(seen.c.at < bindparam("before")).limit(bindparam("count"))
        )
    )
)


async def record(
    tx: Transaction,
    *,
    uri: str,
    kind: str,
    signer: str,
    host: str,
    order_key: str,
    body: bytes,
    now: int,
    dedupe: bool = True,
    brought: bool = False,
) -> bool:
    """Keep a verified activity; False when its id was seen before, and nothing is kept (Q-12).

    `signer` is the URI of the actor whose key signed, `order_key` the object it is about. With
    `dedupe=False` it is kept in any case: a repeated Follow must be answered again, for our Accept
    may have been lost (Lemmy asks again under the same id).

    `brought` by somebody else than its actor: it is counted for its signer only, since its id is
    not proven yet, and must not keep the place of the genuine one (A-1, GHSA-4qhx-hhwf-8685).
    """
    fresh = await tx.run(_SEE, uri=f"{signer} {uri}" if brought else uri, at=now) > 0
    if dedupe and not fresh:
        return False
    await tx.run(
        _ADD,
        uri=uri,
        kind=kind,
        signer=signer,
        host=host,
        order_key=order_key,
        body=body,
        state="ready",
        received=now,
        due=0,  # at once, whatever any clock says
    )
    tx.wake(CHANNEL)
    kill_point("journal.before_commit")
    return True


async def forestall(tx: Transaction, uri: str, *, now: int) -> None:
    """An activity undone before it was applied: when it comes, it counts as seen (Q-12).

    What is on its way already, or is kept in any case, finds `was_forestalled` for an hour (A-7).
    """
    await tx.run(_SEE, uri=uri, at=now)
    await tx.run(_MARK, uri=_UNDONE + uri, at=now)


async def was_forestalled(reader: Reader, uri: str, *, now: int) -> bool:
    """Whether it was undone, in the last hour, before it was applied."""
    at = await reader.value(_SEEN, uri=_UNDONE + uri)
    return at is not None and now - int(at) < _UNDONE_KEPT


async def see(tx: Transaction, uri: str, *, now: int) -> bool:
    """An activity brought by another has its actor's proof: now its id is taken, unless it was."""
    return await tx.run(_SEE, uri=uri, at=now) > 0


async def known(reader: Reader, uri: str) -> bool:
    """Was an activity with this id recorded in the last 60 days?"""
    return await reader.value(_SEEN, uri=uri) is not None


async def claim(tx: Transaction, *, now: int, lease_ms: int, limit: int = 20) -> list[JournalEntry]:
    """Lease what may be worked on now. An entry whose leases ran out five times is dead (Q-13)."""
    until = now + lease_ms
    for window in _WINDOWS:
        rows = await tx.all(_CANDIDATES, now=now, furthest=until, window=window, count=limit)
        if rows:
            break
    crashed = [row for row in rows if row["lease"] is not None]
    dead = [row["id"] for row in crashed if row["crashes"] + 1 >= MOST_CRASHES]
    if dead:
        await tx.run(_BURY, ids=dead, now=now, why=f"its worker crashed {MOST_CRASHES} times")
    again = [row["id"] for row in crashed if row["id"] not in dead]
    fresh = [row["id"] for row in rows if row["lease"] is None]
    for ids, crashes in ((fresh, 0), (again, 1)):
        if ids:
            await tx.run(_LEASE, ids=ids, until=until, crashed=crashes)
    found = await tx.all(_BY_IDS, ids=fresh + again) if fresh or again else ()
    return [_entry(row) for row in found]


async def settle(
    tx: Transaction, entry: JournalEntry, state: str, detail: str = "", *, now: int
) -> None:
    """In the transaction of its effects: done | ignored | refused | dead | waiting.

    "waiting" is for verbs whose subject is not built yet: understood, and kept. Raises LeaseLost.
    """
    await _mine(tx, _SETTLE, entry, new_state=state, new_detail=detail[:2000], now=now)


async def postpone(
    tx: Transaction, entry: JournalEntry, due: int, detail: str, *, now: int
) -> bool:
    """Try again at `due`; False when it was the twentieth time, and it is dead now (Q-13).

    Raises LeaseLost.
    """
    if entry.attempts + 1 >= MOST_ERRORS:
        await settle(tx, entry, "dead", detail, now=now)
        return False
    await _mine(tx, _POSTPONE, entry, new_due=due, new_detail=detail[:2000])
    return True


async def _mine(
    tx: Transaction, statement: Prepared, entry: JournalEntry, **values: object
) -> None:
    if await tx.run(statement, entry=entry.id, held=entry.lease, **values) == 0:
        raise LeaseLost(f"journal entry {entry.id} is somebody else's")


async def waiting(reader: Reader, *, limit: int = 100) -> list[JournalEntry]:
    """What was understood and waits for its subject to be built, oldest first."""
    return await _held(reader, "waiting", limit)


async def dead(reader: Reader, *, limit: int = 100) -> list[JournalEntry]:
    """What could not be applied, oldest first; `detail` says why."""
    return await _held(reader, "dead", limit)


async def reopen(tx: Transaction, state: str, kinds: Sequence[str]) -> int:
    """Make "waiting" or "dead" entries of these kinds ready again; says how many."""
    count = await tx.run(_REOPEN, held_state=state, kinds=list(kinds))
    if count:
        tx.wake(CHANNEL)
    return count


async def depth(reader: Reader) -> Depth:
    """For `doctor`, `/readyz` and the metrics (Q-17)."""
    ready = await reader.one(_COUNT_READY)
    held = {row["state"]: row["count"] for row in await reader.all(_COUNT_HELD)}
    assert ready is not None
    return Depth(
        ready=ready["ready"],
        oldest=ready["oldest"],
        waiting=held.get("waiting", 0),
        dead=held.get("dead", 0),
    )


async def clean(tx: Transaction, *, now: int, chunk: int = 1_000) -> int:
    """Forget bodies 7 days after they were done and ids after 60 days; call again while > 0."""
    count = await tx.run(_FORGET, before=now - _BODIES_KEPT, count=chunk)
    return count + await tx.run(_FORGET_SEEN, before=now - _IDS_KEPT, count=chunk)


async def _held(reader: Reader, state: str, limit: int) -> list[JournalEntry]:
    return [_entry(row) for row in await reader.all(_HELD_IN, held_state=state, count=limit)]


def _entry(row: Row) -> JournalEntry:
    values = {name: row[name] for name in JournalEntry.__dataclass_fields__}
    return JournalEntry(**{**values, "body": bytes(values["body"])})
