"""Fills a database with people here and elsewhere and with who follows whom.

By the same functions as the node's own, many in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.people import NewPerson, create_instance_actor, create_person
from actors import directory, follows, hosts, keys
from actors.addresses import Site
from actors.key_material import PrivateKey, generate_rsa, load_private, public_half
from actors.records import Actor
from notes import audiences
from storage.engine import Store, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Somebody on another host, with her key when she is to sign."""

    actor: Actor
    key: PrivateKey | None


async def local_person(store: Store, site: Site, name: str, *, now: int) -> Actor:
    """The node's own actor and one person."""
    await create_instance_actor(store, site, now=now)
    return await create_person(store, site, NewPerson(username=name), now=now)


async def strangers(
    store: Store, count: int, *, at: Sequence[str], now: int, signing: bool = False
) -> list[Stranger]:
    """So many people on those hosts in turn (`host` or `host:port`), known here already."""
    made = [_stranger(n, at[n % len(at)], now, signing) for n in range(count)]

    async def deed(tx: Transaction) -> None:
        for one in made:
            await directory.save_remote(tx, one.actor)
            if one.key:
                await keys.save_remote(tx, one.actor.id, [public_half(one.key)], now=now)

    await store.transaction(deed)
    return made


def _stranger(number: int, host: str, now: int, signing: bool) -> Stranger:
    uri = f"http://{host}/users/p{number}"
    actor = Actor(
        id=directory.new_actor_id(now - number),
        uri=uri,
        kind="Person",
        local=False,
        host=host,
        username=f"p{number}",
        name=f"Person {number}",
        inbox=f"{uri}/inbox",
        shared_inbox=f"http://{host}/inbox",
        followers=f"{uri}/followers",
        published=now,
        updated=now,
        fetched=now,
    )
    key = load_private(generate_rsa(), uri=f"{uri}#main-key", owner=uri) if signing else None
    return Stranger(actor=actor, key=key)


async def follow(store: Store, pairs: Sequence[tuple[Actor, Actor]], *, now: int) -> None:
    """Accepted follows, (who, whom), with what they let people read."""

    async def deed(tx: Transaction) -> None:
        for who, whom in pairs:
            asked = f"{who.uri}/follows/{whom.id}"
            await follows.ask(tx, follower_id=who.id, followed_id=whom.id, uri=asked, now=now)
            found = await follows.current(tx, who.id, whom.id)
            assert found is not None
            await follows.accept(tx, found, now=now)
            await audiences.admit(tx, "followers", whom.id, who.id, now=now)

    await store.transaction(deed)


async def takes_rfc9421(store: Store, names: Sequence[str]) -> None:
    """These hosts are known to take RFC 9421 with Ed25519."""

    async def deed(tx: Transaction) -> None:
        for name in names:
            await hosts.learn_format(tx, name, "rfc9421", proven=True)

    await store.transaction(deed)
