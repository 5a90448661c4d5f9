"""Actors, follows and promises for the tests of the post office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.directory import save_remote
from actors.records import Actor
from storage import outgoing
from storage.engine import Store, Transaction
from storage.outgoing import Audience
from storage.statements import adding
from storage.tables import follows, memberships

NOW = 1_800_000_000_000
HOUR = 3600 * 1000
DAY = 24 * HOUR

_FOLLOW = adding(
    follows, "id", "follower_id", "followed_id", "uri", "state", "asked", "accepted", "ended"
)
_MEMBER = adding(memberships, "community_id", "actor_id", "role", "since")


def person(number: int, host: str = "here.test", *, shared: bool = True) -> Actor:
    """Number 1 to 9 are ours; the others live at `host`."""
    base = f"https://{host}/u/{number}"
    return Actor(
        id=number,
        uri=base,
        kind="Person",
        local=number < 10,
        host=host,
        username=f"p{number}",
        inbox=f"{base}/inbox",
        shared_inbox=f"https://{host}/inbox" if shared else None,
    )


async def add_people(store: Store, people: Sequence[Actor]) -> None:
    async def deed(tx: Transaction) -> None:
        for one in people:
            await save_remote(tx, one)

    await store.transaction(deed)


async def follow(
    store: Store,
    follower: int,
    followed: int = 1,
    *,
    state: str = "accepted",
    accepted: int | None = NOW - DAY,
    ended: int | None = None,
) -> None:
    async def deed(tx: Transaction) -> None:
        await tx.run(
            _FOLLOW,
            id=follower * 100 + followed + (ended or 0),
            follower_id=follower,
            followed_id=followed,
            uri=f"urn:follow:{follower}:{followed}",
            state=state,
            asked=NOW - DAY,
            accepted=accepted,
            ended=ended,
        )

    await store.transaction(deed)


async def join(store: Store, actor: int, community: int, *, since: int = NOW - DAY) -> None:
    async def deed(tx: Transaction) -> None:
        await tx.run(_MEMBER, community_id=community, actor_id=actor, role="member", since=since)

    await store.transaction(deed)


async def promise(
    store: Store,
    name: str,
    *audiences: Audience,
    now: int = NOW,
    actor_id: int = 1,
    order_key: str | None = None,
    **more: Any,
) -> int:
    """Enqueue an activity called `name` of our 1, for its followers unless told otherwise."""

    async def deed(tx: Transaction) -> int:
        return await outgoing.enqueue(
            tx,
            uri=f"https://here.test/a/{name}",
            kind="Create",
            actor_id=actor_id,
            body=f'{{"id":"{name}"}}'.encode(),
            order_key=order_key or name,
            audiences=audiences or (Audience("followers", "1"),),
            since=more.pop("since", now),
            now=now,
            **more,
        )

    return await store.transaction(deed)


async def expand_all(store: Store, *, now: int = NOW, chunk: int = 4_000) -> int:
    """Expand until nothing is left; says how many transactions it took."""
    count = 0
    while await store.transaction(lambda tx: outgoing.expand(tx, now=now, chunk=chunk)):
        count += 1
    return count
