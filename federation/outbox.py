"""Writes what leaves: bytes rendered once, proof included, in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.records import Actor
from federation import rendering
from federation.node import Node
from storage import outgoing
from storage.engine import Transaction
from storage.outgoing import Audience


async def send(
    tx: Transaction,
    node: Node,
    *,
    actor: Actor,
    activity: dict[str, Any],
    audiences: Iterable[Audience],
    order_key: str,
    note_id: int | None = None,
    barrier: bool = False,
    withdrawal: bool = False,
    since: int | None = None,
) -> None:
    """Promise an activity of one of ours to its audiences.

    `order_key` is the thread, else the object, else the actor: activities that share it reach a
    host in this order. A `barrier` lets nothing of the same order pass it; a `withdrawal` goes to
    whoever may hold a copy since `since`.
    """
    now = node.clock()
    await outgoing.enqueue(
        tx,
        uri=activity["id"],
        kind=activity["type"],
        actor_id=actor.id,
        body=rendering.serialise(await proven(tx, node, actor, activity)),
        order_key=order_key,
        note_id=note_id,
        barrier=barrier,
        withdrawal=withdrawal,
        since=now if since is None else since,
        audiences=tuple(audiences),
        now=now,
    )


async def proven(
    tx: Transaction, node: Node, actor: Actor, document: dict[str, Any]
) -> dict[str, Any]:
    """The document with the actor's proof (FEP-8b32), so that whoever holds it can check it."""
    now = node.clock()
    keys = await node.keyring.own(tx, actor.id)
    return rendering.with_proof(document, keys["ed25519"], now)
