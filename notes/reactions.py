"""Likes, dislikes, boosts, poll votes and pinned notes: rows, one per actor and note (A-15)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, func, select, update

from storage.engine import Reader, Row, Transaction
from storage.ids import new_id
from storage.statements import adding, prepared
from storage.tables import (
    boosts,
    featured,
    home_entries,
    poll_choices,
    poll_votes,
    polls,
    reactions,
)

_ADD = adding(
    reactions,
    *("id", "note_id", "actor_id", "kind", "content", "uri", "proven", "at"),
    key=("note_id", "actor_id", "kind"),
    replace=("content", "uri", "proven"),
)
_MINE = and_(
    reactions.c.note_id == bindparam("note"),
    reactions.c.actor_id == bindparam("actor"),
    reactions.c.kind == bindparam("kind"),
)
_HAS = prepared(select(reactions.c.id, reactions.c.uri, reactions.c.proven).where(_MINE))
_REMOVE = prepared(delete(reactions).where(_MINE))
_BY_URI = prepared(select(reactions).where(reactions.c.uri == bindparam("uri")))
_OF_NOTE = prepared(
    select(reactions)
    .where(
        reactions.c.note_id == bindparam("note"),
        reactions.c.kind == bindparam("kind"),
        reactions.c.id < bindparam("before"),
    )
    .order_by(reactions.c.id.desc())
    .limit(bindparam("count"))
)
_BOOST = adding(boosts, "id", "uri", "actor_id", "note_id", "local", "published", ignore=True)
_MY_BOOST = prepared(
    select(boosts).where(
        boosts.c.actor_id == bindparam("actor"), boosts.c.note_id == bindparam("note")
    )
)
_BOOST_BY_URI = prepared(select(boosts).where(boosts.c.uri == bindparam("uri")))
_UNBOOST = prepared(delete(boosts).where(boosts.c.id == bindparam("boost")))
_UNPLACE_BOOST = prepared(delete(home_entries).where(home_entries.c.entry_id == bindparam("boost")))
_PIN = adding(featured, "owner_id", "note_id", "at", ignore=True)
_UNPIN = prepared(
    delete(featured).where(
        featured.c.owner_id == bindparam("owner"), featured.c.note_id == bindparam("note")
    )
)
_CHOICE = prepared(
    select(poll_choices.c.position).where(
        poll_choices.c.note_id == bindparam("note"), poll_choices.c.name == bindparam("name")
    )
)
_POLL = prepared(select(polls).where(polls.c.note_id == bindparam("note")))
_VOTES_OF = prepared(
    select(poll_votes.c.position).where(
        poll_votes.c.note_id == bindparam("note"), poll_votes.c.actor_id == bindparam("actor")
    )
)
_VOTE = adding(poll_votes, "note_id", "actor_id", "position", "at", ignore=True)
_COUNT_VOTE = prepared(
    update(poll_choices)
    .where(poll_choices.c.note_id == bindparam("note"), poll_choices.c.position == bindparam("at"))
    .values(votes=poll_choices.c.votes + 1)
)
_COUNT_VOTERS = prepared(
    update(polls)
    .where(polls.c.note_id == bindparam("note"))
    .values(
        voters=select(func.count(poll_votes.c.actor_id.distinct()))
        .where(poll_votes.c.note_id == bindparam("note"))
        .scalar_subquery()
    )
)
NEWEST = 2**62


async def react(
    tx: Transaction,
    *,
    note_id: int,
    actor_id: int,
    kind: str,
    content: str,
    uri: str | None,
    proven: bool,
    now: int,
) -> bool:
    """One reaction of a kind per actor and note. True when it is new (and worth a notification).

    `proven` is False when only a Group's Announce says so: such a row never replaces a proven one.
    """
    known = await tx.one(_HAS, note=note_id, actor=actor_id, kind=kind)
    if known and known["proven"] and not proven:
        return False
    await tx.run(
        _ADD,
        id=known["id"] if known else new_id(now, now=now),
        note_id=note_id,
        actor_id=actor_id,
        kind=kind,
        content=content,
        uri=uri,
        proven=int(proven),
        at=now,
    )
    return known is None or not known["proven"]


async def reaction(reader: Reader, *, note_id: int, actor_id: int, kind: str) -> Row | None:
    return await reader.one(_HAS, note=note_id, actor=actor_id, kind=kind)


async def reaction_by_uri(reader: Reader, uri: str) -> Row | None:
    return await reader.one(_BY_URI, uri=uri)


async def unreact(tx: Transaction, *, note_id: int, actor_id: int, kind: str) -> bool:
    return await tx.run(_REMOVE, note=note_id, actor=actor_id, kind=kind) > 0


async def reactions_of(
    reader: Reader, note_id: int, kind: str, *, before: int = NEWEST, count: int = 40
) -> Sequence[Row]:
    return await reader.all(_OF_NOTE, note=note_id, kind=kind, before=before, count=count)


async def boost(
    tx: Transaction,
    *,
    note_id: int,
    actor_id: int,
    uri: str,
    local: bool,
    published: int,
    now: int,
) -> int | None:
    """The boost id, or None when this actor boosted the note before (an Announce comes twice)."""
    number = new_id(published, now=now)
    added = await tx.run(
        _BOOST,
        id=number,
        uri=uri,
        actor_id=actor_id,
        note_id=note_id,
        local=int(local),
        published=min(published, now),
    )
    return number if added else None


async def boost_of(reader: Reader, *, note_id: int, actor_id: int) -> Row | None:
    return await reader.one(_MY_BOOST, note=note_id, actor=actor_id)


async def boost_by_uri(reader: Reader, uri: str) -> Row | None:
    return await reader.one(_BOOST_BY_URI, uri=uri)


async def unboost(tx: Transaction, boost_id: int) -> None:
    """Also leaves the home timelines it brought the note to."""
    await tx.run(_UNBOOST, boost=boost_id)
    await tx.run(_UNPLACE_BOOST, boost=boost_id)


async def pin(tx: Transaction, *, owner_id: int, note_id: int, now: int) -> bool:
    return await tx.run(_PIN, owner_id=owner_id, note_id=note_id, at=now) > 0


async def unpin(tx: Transaction, *, owner_id: int, note_id: int) -> bool:
    return await tx.run(_UNPIN, owner=owner_id, note=note_id) > 0


async def vote(tx: Transaction, *, note_id: int, actor_id: int, choice: str, now: int) -> bool:
    """Count a vote in one of our polls. False when it names no choice, comes late or again."""
    poll = await tx.one(_POLL, note=note_id)
    position = await tx.value(_CHOICE, note=note_id, name=choice)
    if poll is None or position is None or (poll["closes"] and poll["closes"] < now):
        return False
    earlier = {row["position"] for row in await tx.all(_VOTES_OF, note=note_id, actor=actor_id)}
    if position in earlier or (earlier and not poll["multiple"]):
        return False
    await tx.run(_VOTE, note_id=note_id, actor_id=actor_id, position=position, at=now)
    await tx.run(_COUNT_VOTE, note=note_id, at=position)
    await tx.run(_COUNT_VOTERS, note=note_id)
    return True
