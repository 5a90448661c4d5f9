"""What moderators do: Add and Remove (moderators, pinned notes), Lock, Block from a community.

For a community of ours our own list of moderators decides. For one elsewhere, only what that
community itself announces, or its own signature, counts (A-10).
"""

from __future__ import annotations

from actors import communities, directory, follows, memberships
from actors.records import Actor
from federation import discovery, groups, origin, rendering
from federation.fetching import Budget, FetchFailed
from federation.handlers import following
from federation.handlers import notes as note_handlers
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received, Waiting
from federation.vocabulary import Add, Block, Lock, Move, Remove
from notes import reactions, threads, writing
from notes.threads import Place
from storage.engine import Reader, Transaction

community_of = note_handlers.check_moderation
_check_said = note_handlers.check_said


async def add_or_remove(node: Node, received: Received, budget: Budget) -> Plan:
    """`target` says which list: an actor's featured notes, or a community's moderators (A-18)."""
    activity = received.activity
    assert isinstance(activity, Add | Remove)
    actor = await discovery.actor(node, activity.actor, budget=budget)
    if activity.target is None:
        raise Refused("missing_object", "target: an Add or Remove names its collection")
    target, uri = activity.target, activity.object.uri
    if uri is None:
        raise Refused("missing_object", "object: nothing named")
    if isinstance(activity, Add):
        await _look_up(node, uri, budget)

    async def apply(tx: Transaction) -> None:
        owner = await _owner_of(tx, target, actor, received)
        adds = isinstance(activity, Add)
        if target == owner.featured:
            await _feature(tx, owner, uri, adds=adds, now=received.now)
        elif owner.is_group and target == moderators_of(owner):
            await _appoint(tx, owner, actor, uri, adds=adds, now=received.now)
        else:
            raise Waiting("a collection that is not built yet")
        if owner.local:
            await groups.announce(tx, node, owner, received.document, order_key=owner.uri)

    return apply


async def _look_up(node: Node, uri: str, budget: Budget) -> None:
    """A new moderator, a pinned note, the community a thread moves to: they may be the first we
    hear of it; best effort."""
    known = await node.store.reading(lambda reader: threads.place(reader, uri))
    if known is not None or node.site.owns(uri):
        return
    try:
        await discovery.actor(node, uri, budget=budget)
    except (FetchFailed, Refused, discovery.Malformed):
        return


def moderators_of(community: Actor) -> str | None:
    """The URI of a community's collection of moderators."""
    return f"{community.uri}/moderators" if community.local else community.moderators


async def _owner_of(reader: Reader, target: str, actor: Actor, received: Received) -> Actor:
    """Whose collection it is, if this actor may change it. Raises Refused."""
    if target == actor.featured and received.is_proven:
        return actor
    if received.via is not None:
        owner: Actor | None = received.via
    else:
        owner = await _community_with(reader, target)
    if owner is None or target not in (owner.featured, moderators_of(owner)):
        raise Waiting("a collection that is not built yet")
    if owner.local:
        _check_said(received)
        await groups.check_moderator(reader, owner, actor)
    elif received.via is None and owner.id != actor.id:
        raise Refused("not_moderator", "target: only its own community speaks for it")
    return owner


async def _community_with(reader: Reader, collection: str) -> Actor | None:
    """Our own collections lie right below their owner."""
    return await directory.find(reader, collection.rpartition("/")[0])


async def _feature(tx: Transaction, owner: Actor, uri: str, *, adds: bool, now: int) -> None:
    place = await threads.place(tx, uri)
    if place is None:
        raise Ignored("a note we do not have")
    if owner.id not in (place.author_id, place.community_id):
        raise Refused("not_owner", "object: neither the owner's note nor in its community")
    if adds:
        await reactions.pin(tx, owner_id=owner.id, note_id=place.id, now=now)
    else:
        await reactions.unpin(tx, owner_id=owner.id, note_id=place.id)


async def _appoint(
    tx: Transaction, community: Actor, by: Actor, uri: str, *, adds: bool, now: int
) -> None:
    """Nobody adds herself; the last moderator stays (A-11)."""
    person = await directory.find(tx, uri)
    if person is None:
        raise Ignored("an actor we do not know")
    role = await memberships.role_of(tx, community.id, person.id)
    if adds == (role in memberships.MODERATORS):
        raise Ignored("it is so already")
    if adds:
        await memberships.add(tx, community.id, person.id, "moderator", now=now)
        return
    if community.local:
        await _check_demotion(tx, community, role)
    await memberships.add(tx, community.id, person.id, "member", now=now)


async def _check_demotion(reader: Reader, community: Actor, role: str | None) -> None:
    if role == "responsable":
        raise Refused("not_authorized", "object: a responsable is not removed by moderators")
    if len(await memberships.moderators_of(reader, community.id)) < 2:
        raise Refused("not_authorized", "object: the last moderator stays")


# --- locks ---------------------------------------------------------------------------------------


async def lock(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Lock)

    async def apply(tx: Transaction) -> None:
        await set_lock(tx, node, received, activity.object, locked=True)

    return apply


async def set_lock(
    tx: Transaction, node: Node, received: Received, uri: str, *, locked: bool
) -> None:
    place = await threads.place(tx, uri)
    if place is None:
        raise Ignored("a note we do not have")
    community = await community_of(tx, place, received)
    await writing.lock(tx, place.id, locked=locked)
    if community.local:
        key = place.context or place.uri
        await groups.announce(tx, node, community, received.document, order_key=key)


# --- bans ----------------------------------------------------------------------------------------


async def ban(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Block)

    async def apply(tx: Transaction) -> None:
        community, target = await parties(tx, received, activity.target or "", activity.object)
        by = await directory.find(tx, activity.actor)
        role = await memberships.role_of(tx, community.id, target.id)
        if community.local and role in memberships.MODERATORS:
            await _check_demotion(tx, community, role)  # a ban ends the office too
        await memberships.ban(
            tx,
            community.id,
            target.id,
            by_id=by.id if by else None,
            now=received.now,
            reason=activity.summary or "",
            uri=activity.uri,
            ends=activity.ends,
        )
        if community.local:
            await _put_out(tx, node, community, target)
            await groups.announce(tx, node, community, received.document, order_key=target.uri)

    return apply


async def _put_out(tx: Transaction, node: Node, community: Actor, person: Actor) -> None:
    """From a private community nothing is sent any more, and the banned one's host is told so."""
    row = await follows.current(tx, person.id, community.id)
    rules = await communities.get(tx, community.id)
    if row is None or not rules.private:
        await groups.dismiss(tx, community, person.id)
        return
    asked = rendering.follow_as_received(uri=row.uri, actor=person.uri, target=community.uri)
    await following.refuse(tx, node, community, person, asked)


async def parties(
    reader: Reader, received: Received, community_uri: str, person_uri: str
) -> tuple[Actor, Actor]:
    """The community and the person of a ban, if this actor may decide it. Raises Refused."""
    community = await directory.find(reader, community_uri)
    if community is None or not community.is_group:
        # A site ban at Lemmy names the site; it binds its own communities only.
        if received.via is None or not origin.same_origin(community_uri, received.via.uri):
            raise Ignored("no community of that address")
        community = received.via
    if community.local:
        actor = await directory.find(reader, received.activity.actor)
        if actor is None:
            raise Refused("not_moderator", "actor: unknown here")
        _check_said(received)
        await groups.check_moderator(reader, community, actor)
    elif received.via is None or received.via.id != community.id:
        raise Refused("not_moderator", "target: not announced by that community")
    person = await directory.find(reader, person_uri)
    if person is None:
        raise Ignored("an actor we do not know")
    return community, person


# --- threads that move ---------------------------------------------------------------------------


async def move_thread(node: Node, received: Received, budget: Budget) -> Plan:
    """A thread goes from one community to another (FEP-f15d): by somebody of the host both are on,
    or announced by the community it leaves."""
    activity = received.activity
    assert isinstance(activity, Move)
    if activity.target is not None:
        await _look_up(node, activity.target, budget)

    async def apply(tx: Transaction) -> None:
        place = await _thread_named(tx, activity.object)
        if place is None:
            raise Ignored("a thread we do not have")
        there = await directory.find(tx, activity.target) if activity.target else None
        here = await directory.get(tx, place.community_id) if place.community_id else None
        if here is None or not _may_move(here, there, activity, received):
            raise Refused("not_moderator", "actor: may not move this thread")
        await writing.move_thread(tx, place.root_id or place.id, there.id if there else None)

    return apply


async def _thread_named(reader: Reader, uri: str) -> Place | None:
    return await threads.starter_of(reader, uri) or await threads.place(reader, uri)


def _may_move(here: Actor, there: Actor | None, activity: Move, received: Received) -> bool:
    if here.local or (there is not None and (there.local or not there.is_group)):
        return False  # our moderators move threads here, not by somebody's letter
    if received.via is not None:
        return received.via.id == here.id
    same_host = there is None or there.host == here.host
    return same_host and origin.same_origin(activity.actor, here.uri)
