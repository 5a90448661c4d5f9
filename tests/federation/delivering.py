"""One sender here, neighbours there, and a Deliverer between them, for the tests of delivery."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization

from actors import hosts
from actors.directory import save_remote
from actors.key_material import PrivateKey, generate_ed25519, generate_rsa, load_private
from actors.records import Actor
from federation.delivery import Deliverer
from federation.fetching import Client, Reach, Timeouts
from storage import lane_care, outgoing
from storage.engine import Store, Transaction
from storage.lane_care import DeadLetter, LaneView
from storage.outgoing import Audience
from tests.neighbour import Neighbour

NOW = 1_800_000_000_000
SENDER = "https://here.test/u/ada"


@cache
def rsa_here() -> str:
    """The sender's RSA key as its document shows it: PEM."""
    material = keys_here()["rsa"].material.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return material.public_bytes(serialization.Encoding.PEM, spki).decode()


@cache
def keys_here() -> Mapping[str, PrivateKey]:
    """The sender's keys, made once."""
    return {
        "rsa": load_private(generate_rsa(), uri=f"{SENDER}#main-key", owner=SENDER),
        "ed25519": load_private(generate_ed25519(), uri=f"{SENDER}#ed25519-key", owner=SENDER),
    }


@dataclass
class Office:
    """A store with a sender (row key 1), a clock that stands still, a Deliverer."""

    store: Store
    deliverer: Deliverer
    clock: list[int]
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def later(self, milliseconds: int) -> None:
        self.clock[0] += milliseconds

    async def send(self, *inboxes: str, name: str | None = None, **more: Any) -> str:
        """Promise and expand an activity for these inboxes; returns its URI."""
        number = next(self.numbers)
        uri = f"https://here.test/a/{name or number}"

        async def deed(tx: Transaction) -> None:
            await outgoing.enqueue(
                tx,
                uri=uri,
                kind="Create",
                actor_id=1,
                body=f'{{"id":"{uri}"}}'.encode(),
                order_key=more.pop("order_key", uri),
                audiences=[Audience("inbox", inbox) for inbox in inboxes],
                since=self.clock[0],
                now=self.clock[0],
                **more,
            )

        await self.store.transaction(deed)
        await self.deliverer.expand_all()
        return uri

    async def lanes(self) -> dict[str, LaneView]:
        return {one.host: one for one in await self.store.reading(lane_care.overview)}

    async def dead(self) -> list[DeadLetter]:
        return await self.store.reading(lane_care.dead)

    async def format(self, host: str) -> str | None:
        return await self.store.reading(lambda reader: hosts.signature_format(reader, host))

    async def learn(self, host: str, format_: hosts.Format) -> None:
        await self.store.transaction(lambda tx: hosts.learn_format(tx, host, format_))


async def add_sender(store: Store) -> None:
    sender = Actor(
        id=1, uri=SENDER, kind="Person", local=True, host="here.test", username="ada",
        inbox=f"{SENDER}/inbox",
    )  # fmt: skip

    async def deed(tx: Transaction) -> None:
        await save_remote(tx, sender)

    await store.transaction(deed)


@asynccontextmanager
async def office(
    store: Store,
    neighbours: Sequence[Neighbour],
    *,
    keys: Mapping[str, PrivateKey] | None = None,
    concurrency: int = 64,
    seconds: float = 2.0,
) -> AsyncIterator[Office]:
    """The names of the neighbours resolve; `seconds` is the client's patience."""
    await add_sender(store)
    clock = [NOW]
    found = {name: end for one in neighbours for name, end in one.hosts.items()}
    client = Client(
        Reach(http=True, hosts=found, user_agent="test"),
        timeouts=Timeouts(connect=seconds, first_byte=seconds, total=2 * seconds),
    )

    async def load(_actor_id: int) -> Mapping[str, PrivateKey]:
        return keys_here() if keys is None else keys

    deliverer = Deliverer(
        store,
        client,
        load,
        now=lambda: clock[0],
        jitter=lambda: 0.5,
        concurrency=concurrency,
    )
    try:
        yield Office(store, deliverer, clock)
    finally:
        deliverer.close()
        await client.close()
