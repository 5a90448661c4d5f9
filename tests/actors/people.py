"""Actors to write tests with."""

from __future__ import annotations

from actors import directory
from actors.records import Actor
from storage.engine import Store

NOW = 1_800_000_000_000
HOUR = 3_600_000


def person(number: int, name: str, *, local: bool = True, host: str = "here.test") -> Actor:
    uri = f"https://{host}/u/{name}"
    return Actor(
        id=number,
        uri=uri,
        kind="Person",
        local=local,
        host=host,
        username=name,
        inbox=f"{uri}/inbox",
        published=NOW,
        updated=NOW,
    )


async def settle(store: Store, *actors: Actor) -> None:
    """Save these actors as they are."""
    for actor in actors:
        save = directory.add_local if actor.local else directory.save_remote
        await store.transaction(lambda tx, save=save, actor=actor: save(tx, actor))  # type: ignore[misc]
