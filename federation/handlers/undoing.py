"""Undo: by whoever did it, of what our own rows say was done (A-7)."""

from __future__ import annotations

from actors import directory, follows, memberships
from actors.records import Actor
from federation import discovery, groups, origin
from federation.fetching import Budget
from federation.handlers import following, moderating, people
from federation.handlers.reactions import undo_reaction
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received
from federation.vocabulary import (
    Announce,
    Block,
    Delete,
    Dislike,
    Follow,
    Join,
    Like,
    Lock,
    Ref,
    Thing,
    Undo,
)
from notes import reactions, threads, writing
from storage import journal
from storage.engine import Transaction


async def undo(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Undo)
    origin.check_undo(activity)
    actor = await discovery.actor(node, activity.actor, budget=budget)

    async def apply(tx: Transaction) -> None:
        if await _undone(tx, node, received, actor, activity.object):
            return
        uri = activity.object.uri
        if uri is None or not origin.same_origin(uri, actor.uri) or not received.is_proven:
            raise Ignored("nothing of that kind stands")
        if await follows.by_uri(tx, uri) is not None:  # Takahe follows again under the same id
            raise Ignored("undone before")
        # The original may still be on its way; only its own origin may take its id.
        await journal.forestall(tx, uri, now=received.now)

    return apply


async def _undone(tx: Transaction, node: Node, received: Received, actor: Actor, ref: Ref) -> bool:
    if not received.is_proven and not _may_be_retold(ref.embedded):
        raise Refused("not_authorized", "object: undone by its own actor alone")
    if ref.embedded is None:
        return await _undone_by_id(tx, node, received, actor, ref.uri or "")
    return await _undone_by_kind(tx, node, received, actor, ref.embedded)


def _may_be_retold(inner: Thing | None) -> bool:
    """What a Group's word is enough for: counts, and what its own moderators did."""
    if isinstance(inner, Block):
        return inner.target is not None
    return isinstance(inner, Like | Dislike | Lock | Delete)


async def _undone_by_id(
    tx: Transaction, node: Node, received: Received, actor: Actor, uri: str
) -> bool:
    """Only the undone activity's id was sent: look in our rows what it was."""
    if row := await follows.by_uri(tx, uri):
        if row.follower_id != actor.id:
            raise Refused("actor_mismatch", "object: done by another actor")
        followed = await directory.get(tx, row.followed_id)
        return await following.end_following(tx, actor, followed, now=received.now)
    if boost := await reactions.boost_by_uri(tx, uri):
        if boost["actor_id"] != actor.id:
            raise Refused("actor_mismatch", "object: done by another actor")
        await reactions.unboost(tx, boost["id"])
        return True
    if reaction := await reactions.reaction_by_uri(tx, uri):
        if reaction["actor_id"] != actor.id:
            raise Refused("actor_mismatch", "object: done by another actor")
        place = await threads.place_by_id(tx, reaction["note_id"])
        return place is not None and await undo_reaction(
            tx,
            node,
            received,
            actor_id=actor.id,
            note_uri=place.uri,
            kind=reaction["kind"],
        )
    return False


async def _undone_by_kind(
    tx: Transaction, node: Node, received: Received, actor: Actor, inner: Thing
) -> bool:
    """By (actor, type, object): the inner id may be new (Lemmy)."""
    match inner:
        case Follow() | Join():
            followed = await directory.find(tx, inner.object)
            return followed is not None and await following.end_following(
                tx, actor, followed, now=received.now
            )
        case Like() | Dislike():
            kind = "like" if isinstance(inner, Like) else "dislike"
            return await undo_reaction(
                tx, node, received, actor_id=actor.id, note_uri=inner.object, kind=kind
            )
        case Announce():
            return await _unboost(tx, actor, inner)
        case Block() if inner.target:
            return await _unban(tx, node, received, inner)
        case Block():
            return await people.unblock(tx, received, actor_id=actor.id, target_uri=inner.object)
        case Lock():
            await moderating.set_lock(tx, node, received, inner.object, locked=False)
            return True
        case Delete():
            return await _restore(tx, node, received, inner)
        case _:
            return False


async def _unboost(tx: Transaction, actor: Actor, inner: Announce) -> bool:
    uri = inner.objects[0].uri if inner.objects else None
    place = await threads.place(tx, uri) if uri else None
    boost = await reactions.boost_of(tx, note_id=place.id, actor_id=actor.id) if place else None
    if boost is None:
        return False
    await reactions.unboost(tx, boost["id"])
    return True


async def _unban(tx: Transaction, node: Node, received: Received, inner: Block) -> bool:
    community, target = await moderating.parties(tx, received, inner.target or "", inner.object)
    if not await memberships.unban(tx, community.id, target.id):
        return False
    if community.local:
        await groups.announce(tx, node, community, received.document, order_key=target.uri)
    return True


async def _restore(tx: Transaction, node: Node, received: Received, inner: Delete) -> bool:
    """A moderator puts back what was taken out of the thread; a deletion stays."""
    place = await threads.place(tx, inner.object.uri) if inner.object.uri else None
    if place is None or place.hidden_by is None:
        return False
    community = await moderating.community_of(tx, place, received)
    await writing.hide(tx, place.id, by_community=None)
    if community.local:
        key = place.context or place.uri
        await groups.announce(tx, node, community, received.document, order_key=key)
    return True
