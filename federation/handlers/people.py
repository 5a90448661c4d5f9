"""Actors change, move, block and go."""

from __future__ import annotations

from actors import blocks, directory, follows
from actors.records import Actor, FollowRow, Viewer
from federation import audience, discovery, origin, outbox, rendering
from federation.fetching import Budget
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received
from federation.rendering import notes as rendering_notes
from federation.vocabulary import ActorDocument, Block, Move
from notes import audiences, details, reactions, reading, writing
from notes.records import Note
from notes.threads import Place
from storage import jobs
from storage.engine import Reader, Transaction

_MOVE_REST = 30 * 24 * 3_600_000  # Mastodon's cool-down between two moves
_CHUNK = 200


def viewer_of(actor: Actor) -> Viewer:
    """Sees what the actor may see: her own notes above all."""
    return Viewer(actor_id=actor.id)


async def refresh(node: Node, uri: str, received: Received, budget: Budget) -> Plan:
    """An actor's own Update: read again at its origin, never taken from the copy sent (A-6)."""
    if not origin.same(uri, received.activity.actor):
        raise Refused("not_owner", "object: an actor is changed by itself alone")
    known = await node.store.reading(lambda reader: directory.find(reader, uri))
    if known is None:
        raise Ignored("an actor we do not know")
    await discovery.actor(node, uri, budget=budget, refresh=True)
    return nothing


async def nothing(tx: Transaction) -> None:
    """The whole effect was to fetch."""


async def remove(node: Node, received: Received) -> Plan:
    """An actor is gone: hidden at once, its notes erased, its follows ended."""
    if not received.is_proven:
        raise Refused("not_owner", "object: an actor is removed by itself alone")
    uri = received.activity.actor

    async def apply(tx: Transaction) -> None:
        actor = await directory.find(tx, uri)
        if actor is None:
            raise Ignored("an actor we do not know")
        await directory.set_state(tx, actor.id, "gone")
        await audiences.hide_author(tx, actor.id, "suspended")
        await follows.end_all(tx, actor.id, now=received.now)
        await jobs.add(tx, "erase", str(actor.id), {}, due=node.steady())
        node.keyring.forget(uri)

    return apply


async def erase_notes(node: Node, actor_id: int) -> bool:
    """One chunk of a gone actor's notes; True while more is left. Run again by its job."""

    async def deed(tx: Transaction) -> bool:
        actor = await directory.get(tx, actor_id)
        await audiences.show_author(tx, actor_id, "suspended")
        found = await reading.by_author(tx, actor_id, viewer_of(actor), count=_CHUNK)
        for note in found:
            await writing.remove(tx, note, author_uri=actor.uri, now=node.clock())
        await audiences.hide_author(tx, actor_id, "suspended")
        return len(found) == _CHUNK

    return await node.store.transaction(deed)


async def count_vote(tx: Transaction, node: Node, place: Place, voter: Actor, choice: str) -> None:
    """In a poll of ours, by somebody who may read it, once (A-15)."""
    note = await reading.by_id(tx, place.id, viewer_of(voter))
    if note is None:
        raise Ignored("a poll its voter may not read")
    now = node.clock()
    if not await reactions.vote(tx, note_id=note.id, actor_id=voter.id, choice=choice, now=now):
        raise Ignored("no such choice, too late, or voted before")
    await _show_counts(tx, node, note)


async def _show_counts(tx: Transaction, node: Node, note: Note) -> None:
    """The document served has the new counts: voters' servers come and ask (Mastodon)."""
    extras = (await details.extras(tx, [note]))[note.id]
    named = [note.author_id, *extras.mentions, *([note.community_id] if note.community_id else [])]
    people = await directory.get_many(tx, named)
    document = rendering_notes.note_object(note, extras, people, node.site)
    document = await outbox.proven(tx, node, people[note.author_id], document)
    await writing.set_document(tx, note.id, rendering.serialise(document))


async def block(node: Node, received: Received, budget: Budget) -> Plan:
    """Of a person here: neither sees the other from now on, and no follow stands (A-17)."""
    activity = received.activity
    assert isinstance(activity, Block)
    if not received.is_proven:
        raise Refused("actor_mismatch", "actor: nobody blocks in another's name")
    actor = await discovery.actor(node, activity.actor, budget=budget)

    async def apply(tx: Transaction) -> None:
        target = await directory.find(tx, activity.object)
        if target is None or not target.local:
            raise Refused("recipient_unknown", "object: nobody here")
        now = received.now
        await blocks.add(
            tx, actor_id=actor.id, target_id=target.id, kind="block", uri=activity.uri, now=now
        )
        await audiences.part(tx, actor.id, target.id)
        for one, two in ((actor, target), (target, actor)):
            await follows.end(tx, follower_id=one.id, followed_id=two.id, now=now)
            await audiences.dismiss(tx, "followers", two.id, one.id)

    return apply


async def unblock(tx: Transaction, received: Received, *, actor_id: int, target_uri: str) -> bool:
    target = await directory.find(tx, target_uri)
    if target is None:
        return False
    if not await blocks.remove(tx, actor_id=actor_id, target_id=target.id, kind="block"):
        return False
    if not await blocks.between(tx, actor_id, target.id):
        await audiences.rejoin(tx, actor_id, target.id)
    return True


async def move(node: Node, received: Received, budget: Budget) -> Plan:
    """An actor moves; those here who follow it follow the new one, which must name it (A-9)."""
    activity = received.activity
    assert isinstance(activity, Move)
    if not received.is_proven or activity.target is None:
        raise Refused("not_owner", "object: an actor moves itself alone")
    found = await discovery.fetch(node, activity.target, budget=budget)
    if not isinstance(found.thing, ActorDocument):
        raise Refused("alias_missing", "target: no actor there")
    origin.check_alias(activity, found.thing)
    target = await discovery.keep_actor(node, found.thing)

    async def apply(tx: Transaction) -> None:
        old = await directory.find(tx, activity.actor)
        if old is None:
            raise Ignored("an actor we do not know")
        again = old.moved_to not in (None, target.uri)
        if again and old.updated + _MOVE_REST > received.now:
            raise Refused("alias_missing", "actor: moved already in the last 30 days")
        await directory.set_moved(tx, old.id, target.uri, now=received.now)
        for follower in await _local_followers(tx, old.id):
            await ask_to_follow(tx, node, follower, target, now=received.now)

    return apply


async def _local_followers(reader: Reader, actor_id: int) -> list[Actor]:
    found, before = [], follows.NEWEST
    while page := await follows.followers(reader, actor_id, before=before, count=_CHUNK):
        found += [actor for _, actor in page if actor.local]
        before = page[-1][0]
    return found


async def ask_to_follow(
    tx: Transaction, node: Node, follower: Actor, target: Actor, *, now: int
) -> FollowRow | None:
    """Write and send a Follow of somebody elsewhere; None when it stands already."""
    known = await follows.current(tx, follower.id, target.id)
    if known is not None and known.state == "accepted":
        return None
    uri = node.site.new_activity()
    await follows.ask(tx, follower_id=follower.id, followed_id=target.id, uri=uri, now=now)
    activity = rendering.follow(target.uri, uri=uri, actor=follower.uri)
    await outbox.send(
        tx,
        node,
        actor=follower,
        activity=activity,
        audiences=[audience.inbox_of(target)],
        order_key=follower.uri,
        barrier=True,
    )
    return await follows.current(tx, follower.id, target.id)


__all__ = [
    "ask_to_follow",
    "block",
    "count_vote",
    "erase_notes",
    "move",
    "nothing",
    "refresh",
    "remove",
    "unblock",
    "viewer_of",
]
