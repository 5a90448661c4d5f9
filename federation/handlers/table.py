"""Which handler takes which activity: one explicit list, compared with the union by a test."""

from __future__ import annotations

from collections.abc import Mapping

from federation.fetching import Budget
from federation.handlers import (
    announcing,
    following,
    moderating,
    notes,
    people,
    reactions,
    reports,
    undoing,
)
from federation.handlers.announcing import Handler
from federation.node import Node
from federation.origin import moves_itself
from federation.received import Ignored, Plan, Received, Waiting
from federation.vocabulary import (
    Accept,
    Add,
    Announce,
    Block,
    Create,
    Deed,
    Delete,
    Dislike,
    Flag,
    Follow,
    Invite,
    Join,
    Leave,
    Like,
    Lock,
    Move,
    Offer,
    QuoteRequest,
    Reject,
    Remove,
    Undo,
    Unknown,
    Update,
)


async def announce(node: Node, received: Received, budget: Budget) -> Plan:
    return await announcing.announce(node, received, budget, handlers=HANDLERS)


async def block(node: Node, received: Received, budget: Budget) -> Plan:
    """With a target it is a moderator's ban, without one a person's own block."""
    assert isinstance(received.activity, Block)
    handler = moderating.ban if received.activity.target else people.block
    return await handler(node, received, budget)


async def move(node: Node, received: Received, budget: Budget) -> Plan:
    assert isinstance(received.activity, Move)
    handler = people.move if moves_itself(received.activity) else moderating.move_thread
    return await handler(node, received, budget)


async def wait(node: Node, received: Received, budget: Budget) -> Plan:
    """Understood; its subject is still to come."""
    raise Waiting("its subject is not built yet")


async def ignore(node: Node, received: Received, budget: Budget) -> Plan:
    raise Ignored("an unknown verb")


HANDLERS: Mapping[type[Deed], Handler] = {
    Accept: following.accept,
    Add: moderating.add_or_remove,
    Announce: announce,
    Block: block,
    Create: notes.create,
    Delete: notes.delete,
    Dislike: reactions.react,
    Flag: reports.flag,
    Follow: following.follow,
    Invite: following.invite,
    Join: following.follow,
    Leave: following.leave,
    Like: reactions.react,
    Lock: moderating.lock,
    Move: move,
    Offer: wait,
    QuoteRequest: wait,
    Reject: following.reject,
    Remove: moderating.add_or_remove,
    Undo: undoing.undo,
    Unknown: ignore,
    Update: notes.update,
}
