"""Following people and communities, here and elsewhere; leaving; answering requests."""

from __future__ import annotations

from actors import blocks, directory, follows
from actors.records import Actor
from actors.refusals import Invalid, NotAllowed, NotFound
from federation import audience, outbox, rendering
from federation.handlers import following
from federation.handlers.people import ask_to_follow
from federation.node import Node
from storage.engine import Transaction
from timelines import notifications


async def follow(node: Node, follower: Actor, target: Actor) -> str:
    """Ask to follow; returns accepted or pending. Raises Invalid, NotAllowed."""
    if follower.id == target.id:
        raise Invalid("Nobody follows herself.")

    async def deed(tx: Transaction) -> str:
        if await blocks.between(tx, follower.id, target.id):
            raise NotAllowed("You can't follow this account.")
        if target.local:
            return await _follow_here(tx, node, follower, target)
        row = await ask_to_follow(tx, node, follower, target, now=node.clock())
        return "accepted" if row is None else row.state

    return await node.store.transaction(deed)


async def _follow_here(tx: Transaction, node: Node, follower: Actor, target: Actor) -> str:
    now, uri = node.clock(), node.site.new_activity()
    known = await follows.current(tx, follower.id, target.id)
    if known is None:
        await follows.ask(tx, follower_id=follower.id, followed_id=target.id, uri=uri, now=now)
        known = await follows.current(tx, follower.id, target.id)
    assert known is not None
    if known.state == "accepted":
        return "accepted"
    if await following.needs_approval(tx, target):
        await notifications.notify(
            tx,
            owner_id=target.id,
            kind="follow_request",
            actor_id=follower.id,
            note_id=None,
            now=now,
        )
        return "pending"
    await following.welcome(tx, node, known, follower, target, {}, now=now)
    return "accepted"


async def unfollow(node: Node, follower: Actor, target: Actor) -> None:
    """Stop following, or take back a request; what only it brought leaves the timeline."""

    async def deed(tx: Transaction) -> None:
        row = await follows.current(tx, follower.id, target.id)
        if row is None:
            return
        await following.end_following(tx, follower, target, now=node.clock())
        if target.local:
            return
        inner = rendering.follow(target.uri, uri=row.uri, actor=follower.uri)
        await outbox.send(
            tx,
            node,
            actor=follower,
            activity=rendering.undo(inner, uri=node.site.new_activity()),
            audiences=[audience.inbox_of(target)],
            order_key=follower.uri,
            barrier=True,
        )

    await node.store.transaction(deed)


async def answer(node: Node, target: Actor, follower_id: int, *, accepted: bool) -> None:
    """Let somebody in who asked, or not. Raises NotFound when nobody asked."""

    async def deed(tx: Transaction) -> None:
        row = await follows.current(tx, follower_id, target.id)
        if row is None:
            raise NotFound("Nobody asked for that.")
        follower = await directory.get(tx, follower_id)
        asked = rendering.follow_as_received(uri=row.uri, actor=follower.uri, target=target.uri)
        if accepted:
            await following.welcome(tx, node, row, follower, target, asked, now=node.clock())
        else:
            await following.refuse(tx, node, target, follower, asked)

    await node.store.transaction(deed)
