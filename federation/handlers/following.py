"""Follow, Accept, Reject, Join and Leave: who listens to whom.

A Follow is the universal way into a community, so following one of ours makes a member. A Follow
that comes again is answered again: some servers send it twice under one id (Takahe).
"""

from __future__ import annotations

from typing import Any

from actors import blocks, communities, directory, follows, memberships
from actors.records import Actor, FollowRow
from federation import audience, discovery, groups, origin, outbox, rendering
from federation.fetching import Budget
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received, Waiting
from federation.vocabulary import Accept, Follow, Invite, Join, Leave, Ref, Reject
from notes import audiences
from storage import jobs, lane_care
from storage.engine import Reader, Transaction
from timelines import notifications, placement


async def follow(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Follow | Join)
    actor = await discovery.actor(node, activity.actor, budget=budget)

    async def apply(tx: Transaction) -> None:
        target = await directory.find(tx, activity.object)
        if target is None or not target.local or target.state != "ok":
            if isinstance(activity, Join):
                raise Waiting("joining something that is no community")
            raise Refused("recipient_unknown", "object: nobody here by that address")
        if await _is_unwelcome(tx, actor, target, received.now):
            await refuse(tx, node, target, actor, received.document)
            return
        await _let_in(tx, node, actor, target, received)

    return apply


async def _is_unwelcome(reader: Reader, actor: Actor, target: Actor, now: int) -> bool:
    if target.is_group:
        return await memberships.is_banned(reader, target.id, actor.id, now=now)
    return await blocks.has_blocked(reader, target.id, actor.id)


async def _let_in(
    tx: Transaction, node: Node, actor: Actor, target: Actor, received: Received
) -> None:
    uri = received.activity.uri or received.activity.actor
    for inbox in {actor.inbox, actor.delivery_inbox}:
        await lane_care.forgive(tx, inbox)  # who asks is there again
    await follows.ask(tx, follower_id=actor.id, followed_id=target.id, uri=uri, now=received.now)
    row = await follows.current(tx, actor.id, target.id)
    assert row is not None
    if row.state == "pending" and await needs_approval(tx, target):
        kind = "follow_request"
        owner = target.id
        await notifications.notify(
            tx, owner_id=owner, kind=kind, actor_id=actor.id, note_id=None, now=received.now
        )
        return
    await welcome(tx, node, row, actor, target, received.document, now=received.now)


async def needs_approval(reader: Reader, target: Actor) -> bool:
    """Whether somebody here decides first; a private community always does."""
    if not target.is_group:
        return target.locked
    rules = await communities.get(reader, target.id)
    return rules.joining == "approval" or rules.private


async def welcome(
    tx: Transaction,
    node: Node,
    row: FollowRow,
    actor: Actor,
    target: Actor,
    asked: dict[str, Any],
    *,
    now: int,
) -> None:
    """Accept a follow of one of ours, and say so before anything else goes to that host.

    `asked` is the Follow as it came: GoToSocial wants it back whole.
    """
    new = row.state != "accepted"
    await follows.accept(tx, row, now=now)
    await audiences.admit(tx, "followers", target.id, actor.id, now=now)
    if target.is_group:
        await groups.admit(tx, target, actor.id, now=now)
    elif new:
        await notifications.notify(
            tx, owner_id=target.id, kind="follow", actor_id=actor.id, note_id=None, now=now
        )
    if not actor.local:
        answer = rendering.accept(asked, uri=node.site.new_activity(), actor=target.uri)
        await _answer(tx, node, target, actor, answer)


async def refuse(
    tx: Transaction, node: Node, target: Actor, actor: Actor, asked: dict[str, Any]
) -> None:
    """Say no, and end what stood; what was readable before is readable no more."""
    now = node.clock()
    await follows.end(tx, follower_id=actor.id, followed_id=target.id, now=now, state="rejected")
    await audiences.dismiss(tx, "followers", target.id, actor.id)
    if target.is_group:
        await groups.dismiss(tx, target, actor.id)
    if not actor.local:
        answer = rendering.reject(asked, uri=node.site.new_activity(), actor=target.uri)
        await _answer(tx, node, target, actor, answer)


async def _answer(
    tx: Transaction, node: Node, target: Actor, actor: Actor, answer: dict[str, Any]
) -> None:
    await outbox.send(
        tx,
        node,
        actor=target,
        activity=answer,
        audiences=[audience.inbox_of(actor)],
        order_key=target.uri,
        barrier=True,
    )


# --- answers to our own requests -----------------------------------------------------------------


async def accept(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Accept)
    if _is_of_later_subject(activity.object):
        raise Waiting("an answer to something not asked yet")

    async def apply(tx: Transaction) -> None:
        row, follower, followed = await _our_request(tx, activity)
        if row.state != "pending":
            raise Ignored("accepted before")
        await follows.accept(tx, row, now=received.now)
        await audiences.admit(tx, "followers", followed.id, follower.id, now=received.now)
        if followed.is_group:
            await audiences.admit(tx, "community", followed.id, follower.id, now=received.now)
        await jobs.add(tx, "backfill", followed.uri, {}, due=node.steady())

    return apply


async def reject(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Reject)
    if _is_of_later_subject(activity.object):
        raise Waiting("an answer to something not asked yet")

    async def apply(tx: Transaction) -> None:
        _, follower, followed = await _our_request(tx, activity)
        await end_following(tx, follower, followed, now=received.now, state="rejected")

    return apply


def _is_of_later_subject(ref: Ref) -> bool:
    return ref.embedded is not None and not isinstance(ref.embedded, Follow | Join)


async def _our_request(reader: Reader, activity: Accept | Reject) -> tuple[FollowRow, Actor, Actor]:
    """The Follow of ours it answers, by its id, else by who asked whom. Raises Refused (A-8)."""
    row = await follows.by_uri(reader, activity.object.uri) if activity.object.uri else None
    inner = activity.object.embedded
    if row is None and isinstance(inner, Follow):
        follower = await directory.find(reader, inner.actor)
        followed = await directory.find(reader, activity.actor)
        if follower and followed:
            row = await follows.current(reader, follower.id, followed.id)
    if row is None or row.ended is not None:
        raise Refused("no_such_follow", "object: no request of ours stands")
    follower = await directory.get(reader, row.follower_id)
    followed = await directory.get(reader, row.followed_id)
    origin.check_answer(activity, asked=followed.uri)
    if not follower.local:
        raise Refused("no_such_follow", "object: not a request of ours")
    return row, follower, followed


async def end_following(
    tx: Transaction, follower: Actor, followed: Actor, *, now: int, state: str = "ended"
) -> bool:
    """What only this follow brought is gone from timelines and reading at once."""
    ended = await follows.end(
        tx, follower_id=follower.id, followed_id=followed.id, now=now, state=state
    )
    await audiences.dismiss(tx, "followers", followed.id, follower.id)
    if followed.is_group:
        if followed.local:
            await groups.dismiss(tx, followed, follower.id)
        else:
            await audiences.dismiss(tx, "community", followed.id, follower.id)
    if follower.local:
        await placement.clear_source(tx, follower.id, followed.id)
    return ended


async def leave(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Leave)

    async def apply(tx: Transaction) -> None:
        actor = await directory.find(tx, activity.actor)
        target = await directory.find(tx, activity.object)
        if actor is None or target is None or not target.local:
            raise Ignored("nobody leaves nothing here")
        await end_following(tx, actor, target, now=received.now)

    return apply


async def invite(node: Node, received: Received, budget: Budget) -> Plan:
    """To somebody here: shown; the answer is hers, and comes with memberships."""
    activity = received.activity
    assert isinstance(activity, Invite)
    inviter = await discovery.actor(node, activity.actor, budget=budget)

    async def apply(tx: Transaction) -> None:
        invited = await directory.find(tx, activity.target) if activity.target else None
        if invited is None or not invited.local:
            raise Refused("recipient_unknown", "target: nobody here by that address")
        if await blocks.has_blocked(tx, invited.id, inviter.id):
            raise Refused("not_authorized", "target: takes no invitation from this actor")
        await notifications.notify(
            tx,
            owner_id=invited.id,
            kind="invitation",
            actor_id=inviter.id,
            note_id=None,
            now=received.now,
        )

    return apply


__all__ = [
    "accept",
    "end_following",
    "follow",
    "invite",
    "leave",
    "refuse",
    "reject",
    "welcome",
]
