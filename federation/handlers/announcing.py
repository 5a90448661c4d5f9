"""Announce: of an object (a boost), or by a Group of an activity (FEP-1b12), unwrapped once.

Inside a Group's Announce only what lies at the Group's own origin, or carries its actor's proof,
is believed; anything else is read again at its origin, and likes that can't be are kept as
unproven counts. Actors and keys are never taken from inside (cache poisoning, FEP-171b).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from actors import follows
from actors.key_material import PublicKey
from actors.records import Actor
from federation import discovery, documents, origin, parsing, proofs
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.handlers import arrivals, reactions
from federation.handlers.moderating import moderators_of
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received, Trust
from federation.vocabulary import (
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Deed,
    Delete,
    Dislike,
    Like,
    Lock,
    Move,
    Post,
    Ref,
    Remove,
    Thing,
    Undo,
    Update,
)
from notes import threads, writing
from notes.threads import Place
from storage import journal
from storage.engine import Reader, Transaction

Handler = Callable[[Node, Received, Budget], Awaitable[Plan]]
# What a community passes on; Flags and Follows are nobody else's business.
PASSED_ON = (Create, Update, Delete, Like, Dislike, Undo, Add, Remove, Lock, Block, Move)
_ACTIVITIES = get_args(Activity)


async def announce(
    node: Node,
    received: Received,
    budget: Budget,
    *,
    handlers: Mapping[type[Deed], Handler],
) -> Plan:
    """`handlers` is the table this handler stands in itself: what it unwraps goes through it."""
    activity = received.activity
    assert isinstance(activity, Announce)
    if received.via is not None:
        raise Refused("invalid_property", "object: an Announce inside an Announce")
    if len(activity.objects) == 1:
        return await _one(node, received, activity.objects[0], budget, handlers, position=None)
    plans = []
    for position, ref in enumerate(activity.objects):
        try:
            plans.append(await _one(node, received, ref, budget, handlers, position=position))
        except (Ignored, Refused, Malformed):
            continue  # one odd vote does not spoil its batch (FEP-1a11)

    async def apply(tx: Transaction) -> None:
        for plan in plans:
            try:
                await plan(tx)
            except (Ignored, Refused):
                continue

    return apply


async def _one(
    node: Node,
    received: Received,
    ref: Ref,
    budget: Budget,
    handlers: Mapping[type[Deed], Handler],
    *,
    position: int | None,
) -> Plan:
    inner = ref.embedded
    if isinstance(inner, PASSED_ON):
        community = await _announcing_group(node, received, inner, budget)
        part = _inner_document(received.document, position)
        return await _unwrap(node, received, inner, part, community, budget, handlers)
    if isinstance(inner, _ACTIVITIES):
        raise Ignored("nothing a community passes on")
    if ref.uri is None:
        raise Refused("missing_object", "object: an Announce names what it announces")
    if isinstance(inner, Post) and origin.may_embed(ref.uri, wrapper_actor=_actor(received)):
        known = await node.store.reading(lambda reader: threads.place(reader, ref.uri or ""))
        if known is None:
            return await _embedded(node, received, inner, budget)
    return await _boost_or_activity(node, received, ref.uri, budget, handlers)


def _actor(received: Received) -> str:
    return received.activity.actor


def _inner_document(document: dict[str, Any], position: int | None) -> dict[str, Any]:
    inner = document.get("object")
    if isinstance(inner, dict) and position is not None:
        inner = inner.get("orderedItems") or inner.get("items")
    if isinstance(inner, list):
        inner = inner[position or 0]
    return inner if isinstance(inner, dict) else {}


async def _announcing_group(
    node: Node, received: Received, inner: Activity, budget: Budget
) -> Actor:
    """Only a Group passes activities on, and only what is its own affair."""
    community = await discovery.actor(node, _actor(received), budget=budget)
    if not (community.is_group or community.kind == "Feed"):
        raise Refused("not_authorized", "actor: only a Group passes activities on")
    if community.local:
        raise Refused("actor_mismatch", "actor: one of ours")
    followed, belongs = await node.store.reading(lambda reader: _concerns(reader, community, inner))
    if not followed:
        raise Ignored("nobody here follows this community")
    if not belongs:
        raise Refused("not_authorized", "object: not this community's affair")
    _check_same_openness(received, inner)
    return community


async def _concerns(reader: Reader, community: Actor, inner: Activity) -> tuple[bool, bool]:
    followed = await follows.has_local_follower(reader, community.id)
    return followed, await _belongs(reader, community, inner)


async def _belongs(reader: Reader, community: Actor, inner: Activity) -> bool:
    """The inner activity names the community, or is about something that is in it already."""
    post = inner.object.embedded if isinstance(inner, Create | Update) else None
    addresses = [inner.address, *([post.address] if isinstance(post, Post) else [])]
    named = {uri for one in addresses for uri in (*one.everyone, *one.audience)}
    if isinstance(post, Post):
        named |= {*post.groups}
    named |= {getattr(inner, "target", None) or ""}
    lists = {community.uri, community.featured, moderators_of(community)}
    if named & lists or origin.same(inner.actor, community.uri):
        return True
    subject = _subject(inner)
    if subject is None:
        return False
    if origin.same(subject, community.uri):
        return True
    if isinstance(post, Post) and post.in_reply_to:
        parent = await threads.place(reader, post.in_reply_to)
        if parent is not None and parent.community_id == community.id:
            return True
        if parent is None and origin.same_origin(post.in_reply_to, community.uri):
            return True  # an answer in a thread of its own host that we never saw (NodeBB)
    place = await threads.place(reader, subject)
    if place is None:  # unknown here: a reaction may come first, and settles nothing
        return isinstance(inner, Like | Dislike | Undo)
    return place.community_id == community.id or await _was_shared(reader, place, community)


async def _was_shared(reader: Reader, place: Place, community: Actor) -> bool:
    return await threads.was_boosted(reader, place.id, by=community.id)


def _subject(inner: Thing | None) -> str | None:
    """What an activity is about; an Undo is about what the undone one was about."""
    if isinstance(inner, Undo):
        return _subject(inner.object.embedded)
    found = getattr(inner, "object", None)
    return found.uri if isinstance(found, Ref) else found


def _check_same_openness(received: Received, inner: Activity) -> None:
    """A public wrapper around something closed would publish it; refused (A-14, Lemmy)."""
    post = inner.object.embedded if isinstance(inner, Create | Update) else None
    if not isinstance(post, Post):
        return
    outside = received.activity.address.openness
    if (outside == "closed") != (post.address.openness == "closed"):
        raise Refused("not_authorized", "object: not as open as its Announce")


async def _unwrap(
    node: Node,
    received: Received,
    inner: Activity,
    document: dict[str, Any],
    community: Actor,
    budget: Budget,
    handlers: Mapping[type[Deed], Handler],
) -> Plan:
    origin.check_own(inner)
    if node.site.owns(inner.actor):
        return await _our_own(node, received, inner, community)
    origin.check_not_ours(inner, ours=node.ours)
    if reason := node.admission.refuses(inner.actor):
        raise Refused(reason.code, reason.detail)
    trust = await _trust(node, inner, document, community, budget)
    unwrapped = replace(received, activity=inner, document=document, via=community, trust=trust)
    plan = await handlers[type(inner)](node, unwrapped, budget)
    activity = received.activity
    assert isinstance(activity, Announce)
    starter = _started(inner)

    async def apply(tx: Transaction) -> None:
        undone = isinstance(inner, Like | Dislike) and inner.uri is not None
        if undone and await journal.known(tx, inner.uri or ""):
            raise Ignored("came by itself, or was undone before it came")
        known = await threads.place(tx, starter) if starter else None
        await plan(tx)
        if starter is not None and (known is None or isinstance(inner, Create)):
            await _share(tx, starter, community, activity, received.now)

    return apply


def _started(inner: Activity) -> str | None:
    """The thread starter a Create brings, or an Update that is the first we hear of it: it goes
    onto timelines as the community's boost."""
    if not isinstance(inner, Create | Update):
        return None
    post = inner.object.embedded
    if isinstance(post, Post) and (post.in_reply_to or post.is_vote):
        return None
    return inner.object.uri


async def _share(tx: Transaction, uri: str, community: Actor, activity: Announce, now: int) -> None:
    place = await threads.place(tx, uri)
    if place is None or place.in_reply_to is not None:
        return
    if place.community_id is None and await _is_for(tx, place, community, now):
        await writing.move_thread(tx, place.root_id or place.id, community.id)
    await reactions.share(tx, uri, community, activity, now)


async def _is_for(reader: Reader, place: Place, community: Actor, now: int) -> bool:
    """Whether its author names the community: a Group followed here can't make itself the judge of
    somebody's thread by announcing it (A-10)."""
    body = await threads.last_version(reader, place.id)
    post = parsing.thing(documents.read(body), now=now) if body else None
    if not isinstance(post, Post):
        return False
    named = {*post.address.everyone, *post.address.audience, *post.groups}
    named |= {mention.uri for mention in post.mentions}
    return not named.isdisjoint({community.uri, community.followers})


async def _our_own(node: Node, received: Received, inner: Activity, community: Actor) -> Plan:
    """Our own member's post comes back from the community: now it is in it, for all to see here."""
    uri = _started(inner)
    activity = received.activity
    assert isinstance(activity, Announce)

    async def apply(tx: Transaction) -> None:
        place = await threads.place(tx, uri) if uri else None
        if place is None or not place.local:
            raise Ignored("our own activity, come back")
        await _share(tx, place.uri, community, activity, received.now)

    return apply


async def _trust(
    node: Node,
    inner: Activity,
    document: dict[str, Any],
    community: Actor,
    budget: Budget,
) -> Trust:
    if origin.may_relay(inner, announcer=community.uri):
        return "signed"
    key_uri = proofs.proof_key_uri(document)
    if key_uri is not None and await _is_proven(node, inner.actor, key_uri, document, budget):
        return "proof"
    return "group"


async def _is_proven(
    node: Node, actor_uri: str, key_uri: str, document: dict[str, Any], budget: Budget
) -> bool:
    """By a key that the activity's own actor lists."""
    try:
        known = await discovery.key(node, key_uri, budget=budget)
        if not origin.same(known.actor_uri, actor_uri):
            return False
        _verify(document, known.key, node.clock())
    except (proofs.ProofRefused, FetchFailed, Refused, Malformed):
        return False
    return True


def _verify(document: dict[str, Any], key: PublicKey, now: int) -> None:
    proofs.verify_document(document, key, now=now)


async def _embedded(node: Node, received: Received, post: Post, budget: Budget) -> Plan:
    """An announced copy from the announcer's own host (NodeBB's first of two)."""
    booster = await discovery.actor(node, _actor(received), budget=budget)
    activity = received.activity
    assert isinstance(activity, Announce)
    via = replace(received, via=booster, trust="origin")
    body = arrivals.object_bytes(received)
    arrival = await arrivals.gather(node, post, body, via, proven="group", budget=budget)
    origin.check_fetched_post(post)

    async def apply(tx: Transaction) -> None:
        if not await follows.has_local_follower(tx, booster.id):
            raise Ignored("nobody here follows who boosts")
        if post.address.openness == "closed":
            raise Refused("not_authorized", "object: not public, nothing is stored")
        await arrivals.settle(tx, node, arrival, via)
        if booster.is_group and post.in_reply_to is None:
            await _share(tx, post.uri, booster, activity, received.now)
        else:
            await reactions.share(tx, post.uri, booster, activity, received.now)

    return apply


async def _boost_or_activity(
    node: Node,
    received: Received,
    uri: str,
    budget: Budget,
    handlers: Mapping[type[Deed], Handler],
) -> Plan:
    """By id alone: mostly an object; some Groups announce the id of an activity."""
    known = await node.store.reading(lambda reader: threads.place(reader, uri))
    if known is None and not node.site.owns(uri):
        booster = await discovery.actor(node, _actor(received), budget=budget)
        if not await node.store.reading(
            lambda reader: follows.has_local_follower(reader, booster.id)
        ):
            raise Ignored("nobody here follows who boosts")
        found = await discovery.fetch(node, uri, budget=budget)
        if isinstance(found.thing, PASSED_ON):
            # Read at its own origin: its actor said it.
            community = await _announcing_group(node, received, found.thing, budget)
            origin.check_own(found.thing)
            inner = replace(
                received,
                activity=found.thing,
                document=found.document,
                via=community,
                trust="origin",
            )
            return await handlers[type(found.thing)](node, inner, budget)
    return await reactions.boost(node, received, uri, budget)
