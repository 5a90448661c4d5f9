"""Create, Update and Delete: notes come, change and go."""

from __future__ import annotations

from actors import directory, memberships
from actors.records import Actor
from federation import discovery, groups, origin
from federation.fetching import Budget, FetchFailed
from federation.handlers import arrivals, people
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received
from federation.vocabulary import ActorDocument, Create, Delete, Other, Post, Ref, Update
from notes import reading, threads, writing
from notes.threads import Place
from storage.engine import Reader, Transaction


async def create(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Create)
    post, body, proven = await trusted_post(node, received, activity.object, budget)
    if post.is_vote:
        return await _vote(node, post, activity.actor, budget)
    arrival = await arrivals.gather(node, post, body, received, proven=proven, budget=budget)

    async def apply(tx: Transaction) -> None:
        await arrivals.settle(tx, node, arrival, received)

    return apply


async def trusted_post(
    node: Node, received: Received, ref: Ref, budget: Budget
) -> tuple[Post, bytes, str]:
    """The post and how we know it: sent by its proven author, or read again at its origin."""
    embedded, actor = ref.embedded, received.activity.actor
    if isinstance(embedded, Other):
        raise Ignored(f"an object of a type that is not kept: {embedded.kind[:100]}")
    usable = isinstance(embedded, Post) and origin.may_embed(ref.uri, wrapper_actor=actor)
    if usable and received.is_proven:
        assert isinstance(embedded, Post)
        proven = "proof" if received.trust == "proof" else "origin"
        return origin.said_by(embedded, actor), arrivals.object_bytes(received), proven
    if ref.uri is None:
        raise Refused("missing_object", "object: neither an id nor a copy we may use")
    post, body = await discovery.post(node, ref.uri, budget=budget)
    return post, body, "origin"


async def _vote(node: Node, post: Post, voter_uri: str, budget: Budget) -> Plan:
    """A Note with a name, an inReplyTo and no content is a vote, never a post."""
    voter = await discovery.actor(node, voter_uri, budget=budget)

    async def apply(tx: Transaction) -> None:
        place = await threads.place(tx, post.in_reply_to or "")
        if place is None or not place.local:
            raise Ignored("a vote in a poll that is not ours")
        await people.count_vote(tx, node, place, voter, post.name or "")

    return apply


async def update(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Update)
    if isinstance(activity.object.embedded, ActorDocument) or _is_actor(activity):
        return await people.refresh(node, activity.object.uri or activity.actor, received, budget)
    post, body, proven = await trusted_post(node, received, activity.object, budget)
    arrival = await arrivals.gather(node, post, body, received, proven=proven, budget=budget)

    async def apply(tx: Transaction) -> None:
        place = await threads.place(tx, post.uri)
        if place is None:  # an Update may be the first thing we see (WordPress, Lemmy)
            await arrivals.settle(tx, node, arrival, received)
            return
        await _revise(tx, node, place, arrival, received)

    return apply


def _is_actor(activity: Update) -> bool:
    return activity.object.uri is not None and origin.same(activity.object.uri, activity.actor)


async def _revise(
    tx: Transaction,
    node: Node,
    place: Place,
    arrival: arrivals.Arrival,
    received: Received,
) -> None:
    if place.author_id != arrival.author.id:
        raise Refused("not_owner", "object: another actor wrote it")
    when = arrival.post.updated
    if when is not None and when < (place.updated or place.published):
        raise Ignored("older than what we have")
    known = await reading.by_id(tx, place.id, people.viewer_of(arrival.author))
    if known is None:
        raise Ignored("withheld here")
    draft = arrivals.to_draft(arrival, arrival.community)
    community = await groups.home_of(tx, place)
    if community is not None:
        await groups.check_closed(tx, community, not draft.note.is_open)
        await groups.check_banned(tx, community, place.author_id, now=received.now)
    await writing.revise(tx, known, draft, now=received.now)
    if community is not None:
        await groups.announce(
            tx,
            node,
            community,
            received.document,
            order_key=known.context or known.uri,
            note_id=known.id,
            visibility=known.visibility,
        )


async def delete(node: Node, received: Received, budget: Budget) -> Plan:
    """By its author: erased. By a moderator of its community: taken out of the thread, not erased.

    What only a third party's Announce claims is asked at the object's origin first.
    """
    activity = received.activity
    assert isinstance(activity, Delete)
    uri = activity.object.uri
    if uri is None:
        raise Refused("missing_object", "object: a Delete names what it deletes")
    if origin.same(uri, activity.actor):
        return await people.remove(node, received)
    gone = received.is_proven or await _is_gone(node, uri, budget)

    async def apply(tx: Transaction) -> None:
        place = await threads.place(tx, uri)
        if place is None:
            origin.check_delete(activity, owner=None)
            if await directory.id_of(tx, uri) is not None:
                raise Refused("not_owner", "object: an actor is removed by itself alone")
            if gone:
                await writing.bury(tx, uri, author_uri=activity.actor, now=received.now)
            return
        removal = activity.summary is not None and received.via is not None
        if place.author_uri == activity.actor and gone and not removal:
            await _erase(tx, node, place, received)
            return
        await _remove_from_thread(tx, node, place, received)

    return apply


async def _is_gone(node: Node, uri: str, budget: Budget) -> bool:
    """Whether its origin says so: 404, 410 or a Tombstone."""
    try:
        await discovery.post(node, uri, budget=budget)
    except FetchFailed as failed:
        if failed.temporary:
            raise
        return failed.status in (404, 410)
    except Refused as refused:
        return refused.code == "tombstoned"
    return False


async def _erase(tx: Transaction, node: Node, place: Place, received: Received) -> None:
    author = await directory.get(tx, place.author_id)
    known = await reading.by_id(tx, place.id, people.viewer_of(author))
    community = await groups.home_of(tx, place)
    if community is not None:
        key, visibility = place.context or place.uri, place.visibility
        await groups.announce(
            tx, node, community, received.document, order_key=key, visibility=visibility
        )
    if known is not None:
        await writing.remove(tx, known, author_uri=place.author_uri, now=received.now)


async def _remove_from_thread(
    tx: Transaction, node: Node, place: Place, received: Received
) -> None:
    community = await check_moderation(tx, place, received)
    await writing.hide(tx, place.id, by_community=community.uri)
    if community.local:
        key = place.context or place.uri
        await groups.announce(tx, node, community, received.document, order_key=key)


async def check_moderation(reader: Reader, place: Place, received: Received) -> Actor:
    """The community whose moderator acts on this note, or Refused (A-10, A-11).

    For a community of ours our own list decides; for another's only its own Announce does.
    """
    if place.community_id is None:
        raise Refused("not_owner", "object: the actor does not own it")
    community = await directory.get(reader, place.community_id)
    if not community.local:
        if received.via is None or received.via.id != community.id:
            raise Refused("not_moderator", "actor: not announced by the note's community")
        return community
    check_said(received)
    actor = await directory.find(reader, received.activity.actor)
    role = await memberships.role_of(reader, community.id, actor.id) if actor else None
    if role not in ("moderator", "responsable"):
        raise Refused("not_owner", "object: neither its author nor a moderator here")
    return community


def check_said(received: Received) -> None:
    """Another community's word is not enough for what a moderator does in ours (A-10, A-11)."""
    if not received.is_proven:
        raise Refused("not_moderator", "actor: only another community says so")
