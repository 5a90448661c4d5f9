"""Outgoing activities: written with the deed, spread out to inboxes later.

Publishing costs one row and a few audience rows, whatever the audience; the request never waits for
it. `expand` makes deliveries of them, in chunks; each chunk is one transaction and remembers where
it stopped, so a crash repeats nothing and forgets nothing (F-1). No delivery leaves before its
activity is wholly expanded, and one sender's activities are expanded in order (Q-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, bindparam, case, delete, func, literal_column, select, update

from storage.engine import Reader, Row, Transaction
from storage.faults import kill_point
from storage.gates import together
from storage.recipients import PEOPLE, awake, inbox_of_actor, into_deliveries, of_people, to_inbox
from storage.statements import adding, insert, one_of, prepared
from storage.tables import (
    actors,
    boosts,
    deliveries,
    lanes,
    mentions,
    notes,
    outgoing,
    outgoing_audiences,
    reactions,
)

CHANNEL = "outbox"
LANES = "lanes"

_MONTH = 30 * 24 * 3600 * 1000

Kind = Literal["followers", "past_followers", "members", "holders", "host", "inbox"]


@dataclass(frozen=True, slots=True)
class Audience:
    """Part of who gets an activity.

    `reference` is the row key of an actor (followers; past_followers: whoever followed it at any
    time between `since` and now; members), of a note (holders: all who may have a copy of it), a
    host, or the URL of an inbox.
    """

    kind: Kind
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is not expanded yet; `oldest` in milliseconds since the epoch."""

    count: int
    oldest: int | None


_ADD = prepared(
    insert(outgoing)
    .values(
        {
            name: bindparam(name)
            for name in (
                "uri", "kind", "actor_id", "order_key", "barrier", "withdrawal", "note_id",
                "body", "since", "created",
            )
        }
    )
    .returning(outgoing.c.id)
)  # fmt: skip
_ADD_AUDIENCE = adding(outgoing_audiences, "outgoing_id", "kind", "reference", ignore=True)
_NOTE = prepared(
    select(notes.c.author_id, notes.c.community_id, notes.c.visibility).where(
        notes.c.id == bindparam("note")
    )
)
_LOCAL_BOOSTERS = prepared(
    select(boosts.c.actor_id).where(boosts.c.note_id == bindparam("note"), boosts.c.local == 1)
)
# Whoever was addressed, reacted, boosted or replied has a copy; so has the community's host.
_TOUCHED = prepared(
    select(inbox_of_actor.label("inbox"))
    .where(
        actors.c.local == 0,
        actors.c.state != "gone",
        inbox_of_actor != "",
        actors.c.id.in_(
            select(mentions.c.actor_id)
            .where(mentions.c.note_id == bindparam("note"))
            .union_all(
                select(reactions.c.actor_id).where(reactions.c.note_id == bindparam("note")),
                select(boosts.c.actor_id).where(boosts.c.note_id == bindparam("note")),
                select(notes.c.author_id).where(notes.c.in_reply_to_id == bindparam("note")),
                select(notes.c.community_id).where(
                    notes.c.id == bindparam("note"), notes.c.community_id.is_not(None)
                ),
            )
        ),
    )
    .group_by(inbox_of_actor)
)

_earlier = outgoing.alias("earlier")
_NEXT = prepared(
    select(outgoing.c.id, outgoing.c.created)
    .where(
        outgoing.c.expanded.is_(None),
        ~select(_earlier.c.id)
        .where(
            _earlier.c.expanded.is_(None),
            _earlier.c.actor_id == outgoing.c.actor_id,
            _earlier.c.id < outgoing.c.id,
        )
        .correlate(outgoing)
        .exists(),
    )
    .order_by(outgoing.c.id)
    .limit(1)
    .with_for_update(of=outgoing, skip_locked=True)
)
_AUDIENCES = prepared(
    select(outgoing_audiences.c.kind, outgoing_audiences.c.reference, outgoing_audiences.c.cursor)
    .where(
        outgoing_audiences.c.outgoing_id == bindparam("outgoing"), outgoing_audiences.c.done == 0
    )
    .order_by(outgoing_audiences.c.kind, outgoing_audiences.c.reference)
    .limit(bindparam("count"))
)
_ONE = (
    outgoing_audiences.c.outgoing_id == bindparam("outgoing"),
    outgoing_audiences.c.kind == bindparam("which"),
    outgoing_audiences.c.reference == bindparam("whom"),
)
_SET_CURSOR = prepared(
    update(outgoing_audiences).where(*_ONE).values(cursor=bindparam("new_cursor"))
)
_SET_DONE = prepared(update(outgoing_audiences).where(*_ONE).values(done=1))
_BEHIND = inbox_of_actor > bindparam("cursor")
_BOUNDS = {
    kind: prepared(
        select(literal_column("inbox")).select_from(
            of_people(kind, _BEHIND).limit(1).offset(bindparam("skip")).subquery()
        )
    )
    for kind in PEOPLE
}
_CHUNKS = {
    kind: prepared(into_deliveries(of_people(kind, _BEHIND, inbox_of_actor <= bindparam("bound"))))
    for kind in PEOPLE
}
_LAST_CHUNKS = {kind: prepared(into_deliveries(of_people(kind, _BEHIND))) for kind in PEOPLE}
_TO_INBOX = prepared(into_deliveries(to_inbox(awake(bindparam("host")))))
_INBOX_OF_HOST = prepared(
    select(
        func.coalesce(
            func.min(func.nullif(actors.c.shared_inbox, "")),
            func.min(func.nullif(actors.c.inbox, "")),
        )
    ).where(actors.c.host == bindparam("host"), actors.c.local == 0, actors.c.state != "gone")
)
_MARK = insert(lanes).from_select(
    ["host", "state", "waiting", "not_before", "due", "woken"],
    select(
        deliveries.c.host,
        literal_column("'ok'"),
        literal_column("1"),
        literal_column("0"),
        bindparam("now", type_=BigInteger()),
        literal_column("0"),
    )
    .where(deliveries.c.outgoing_id == bindparam("outgoing"))
    .distinct()
    .order_by(deliveries.c.host),
)
_MARK_LANES = prepared(
    _MARK.on_conflict_do_update(
        index_elements=["host"],
        set_={
            "waiting": literal_column("1"),
            "due": case(
                (lanes.c.not_before > _MARK.excluded.due, lanes.c.not_before),
                else_=_MARK.excluded.due,
            ),
        },
    )
)
_EXPANDED = prepared(
    update(outgoing).where(outgoing.c.id == bindparam("outgoing")).values(expanded=bindparam("now"))
)
_BACKLOG = prepared(
    select(func.count().label("count"), func.min(outgoing.c.created).label("oldest")).where(
        outgoing.c.expanded.is_(None)
    )
)
_OLD = prepared(
    select(outgoing.c.id)
    .where(
        outgoing.c.expanded < bindparam("before"),
        outgoing.c.withdrawal == 0,
        ~select(deliveries.c.id)
        .where(deliveries.c.outgoing_id == outgoing.c.id)
        .correlate(outgoing)
        .exists(),
    )
    .limit(bindparam("count"))
)
_FORGET_AUDIENCES = prepared(
    delete(outgoing_audiences).where(one_of(outgoing_audiences.c.outgoing_id, "ids"))
)
_FORGET = prepared(delete(outgoing).where(one_of(outgoing.c.id, "ids")))


async def enqueue(
    tx: Transaction,
    *,
    uri: str,
    kind: str,
    actor_id: int,
    body: bytes,
    order_key: str,
    audiences: Sequence[Audience],
    since: int,
    now: int,
    note_id: int | None = None,
    barrier: bool = False,
    withdrawal: bool = False,
) -> int:
    """Promise an activity, in the transaction of what it tells (Q-2); returns its row key.

    `body` are the bytes as they will be sent; `order_key` the thread, else the object, else the
    actor; `since` when what is withdrawn was born (else now). A `barrier` lets nothing else of this
    actor for the same host pass it (Accept of a Follow, Update of the actor). Who touched a note is
    looked up at once, since a Delete takes those rows away.
    """
    rows = await tx.all(
        _ADD,
        uri=uri,
        kind=kind,
        actor_id=actor_id,
        order_key=order_key,
        barrier=int(barrier),
        withdrawal=int(withdrawal),
        note_id=note_id,
        body=body,
        since=since,
        created=now,
    )
    outgoing_id = int(rows[0]["id"])
    named = [one for one in audiences if one.kind != "holders"]
    for audience in audiences:
        if audience.kind == "holders":
            named += await _holders_of_note(tx, int(audience.reference))
    await tx.run_many(
        _ADD_AUDIENCE,
        [
            {"outgoing_id": outgoing_id, "kind": one.kind, "reference": one.reference}
            for one in named
        ],
    )
    tx.wake(CHANNEL)
    return outgoing_id


async def expand(tx: Transaction, *, now: int, chunk: int = 4_000) -> int:
    """Make up to `chunk` deliveries of the next activity; 0 when none is left to expand.

    Returns how many steps it took, at least 1 when there was an activity.
    """
    found = await tx.one(_NEXT)
    if found is None:
        return 0
    await together(tx)
    outgoing_id = int(found["id"])
    audiences = await tx.all(_AUDIENCES, outgoing=outgoing_id, count=chunk)
    left, steps = chunk, 1
    for audience in audiences:
        if left <= 0:
            return steps
        left -= await _expand_one(tx, outgoing_id, audience, left)
        steps += 1
    if left > 0 and len(audiences) < chunk:
        await tx.run(_MARK_LANES, outgoing=outgoing_id, now=now)
        await tx.run(_EXPANDED, outgoing=outgoing_id, now=now)
        tx.wake(LANES)
    kill_point("expansion.before_commit")
    return steps


async def backlog(reader: Reader) -> Backlog:
    """For `doctor` and the metrics (Q-17)."""
    row = await reader.one(_BACKLOG)
    assert row is not None
    return Backlog(count=row["count"], oldest=row["oldest"])


async def clean(tx: Transaction, *, now: int, chunk: int = 500) -> int:
    """Forget what was sent 30 days ago, but no withdrawals; call again while > 0.

    A host that wakes later than that misses the news but never keeps what was withdrawn (Q-11).
    """
    rows = await tx.all(_OLD, before=now - _MONTH, count=chunk)
    ids = [row["id"] for row in rows]
    if ids:
        await tx.run(_FORGET_AUDIENCES, ids=ids)
        await tx.run(_FORGET, ids=ids)
    return len(ids)


def host_of(inbox: str) -> str:
    """The lane an inbox belongs to: its host, with the port unless it is the scheme's own."""
    parts = urlsplit(inbox)
    netloc = parts.netloc.rpartition("@")[2].lower()
    default = ":80" if parts.scheme == "http" else ":443"
    return netloc.removesuffix(default)


async def _holders_of_note(tx: Transaction, note_id: int) -> list[Audience]:
    note = await tx.one(_NOTE, note=note_id)
    if note is None:
        return []
    holders: list[int] = []
    if note["visibility"] != "direct" and note["community_id"] is not None:
        holders.append(note["community_id"])
    if note["visibility"] in ("public", "unlisted", "followers"):
        holders.append(note["author_id"])
    holders += [row["actor_id"] for row in await tx.all(_LOCAL_BOOSTERS, note=note_id)]
    touched = await tx.all(_TOUCHED, note=note_id)
    return [Audience("past_followers", str(actor)) for actor in holders] + [
        Audience("inbox", row["inbox"]) for row in touched
    ]


async def _expand_one(tx: Transaction, outgoing_id: int, audience: Row, limit: int) -> int:
    """One audience, or a piece of it; says how many inboxes it looked at, at most `limit`."""
    one: dict[str, Any] = {"which": audience["kind"], "whom": audience["reference"]}
    if audience["kind"] in PEOPLE:
        return await _expand_people(tx, outgoing_id, audience, limit, one)
    inbox = audience["reference"]
    host = host_of(inbox)
    if audience["kind"] == "host":
        host = audience["reference"]
        inbox = await tx.value(_INBOX_OF_HOST, host=host)
    if inbox:
        await tx.run(_TO_INBOX, outgoing=outgoing_id, inbox=inbox, host=host)
    await tx.run(_SET_DONE, outgoing=outgoing_id, **one)
    return 1


async def _expand_people(
    tx: Transaction, outgoing_id: int, audience: Row, limit: int, one: dict[str, Any]
) -> int:
    kind, subject, cursor = audience["kind"], int(audience["reference"]), audience["cursor"]
    values = {"outgoing": outgoing_id, "subject": subject, "cursor": cursor}
    bound = await tx.value(_BOUNDS[kind], skip=limit - 1, **values)
    if bound is None:
        await tx.run(_LAST_CHUNKS[kind], **values)
        await tx.run(_SET_DONE, outgoing=outgoing_id, **one)
        return 1
    await tx.run(_CHUNKS[kind], bound=bound, **values)
    await tx.run(_SET_CURSOR, outgoing=outgoing_id, new_cursor=bound, **one)
    return limit
