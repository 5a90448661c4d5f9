"""A process to be killed: `python -m tests.federation.victim <folder> <address:port> <deed>...`.

Deeds: `record` journals an activity, `send` promises twenty, `deliver` expands and delivers them to
http://far.test. It says "acknowledged <deed>" after each.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from actors.key_material import PrivateKey, generate_ed25519, load_private
from federation.delivery import Deliverer
from federation.fetching import Client, Reach
from storage import journal, outgoing
from storage.engine import Store, Transaction
from storage.faults import kill_point
from storage.outgoing import Audience
from storage.sqlite import SqliteStore

COUNT = 20


def now() -> int:
    return time.time_ns() // 1_000_000


async def record(store: Store) -> None:
    await store.transaction(
        lambda tx: journal.record(
            tx, uri="urn:a", kind="Create", signer="urn:s", host="far.test", order_key="k",
            body=b"{}", now=now(),
        )
    )  # fmt: skip
    kill_point("journal.after_commit")


async def send(store: Store) -> None:
    async def deed(tx: Transaction) -> None:
        for number in range(COUNT):
            await outgoing.enqueue(
                tx, uri=f"https://here.test/a/{number}", kind="Create", actor_id=1,
                body=f'{{"id":"https://here.test/a/{number}"}}'.encode(), order_key=str(number),
                audiences=[Audience("inbox", "http://far.test/inbox")], since=now(), now=now(),
            )  # fmt: skip

    await store.transaction(deed)


async def deliver(store: Store, end: str) -> None:
    key = load_private(generate_ed25519(), uri="https://here.test/k", owner="https://here.test/u")

    async def keys(_: int) -> Mapping[str, PrivateKey]:
        return {"ed25519": key}

    client = Client(Reach(http=True, hosts={"far.test": end}, user_agent="test"))
    # A lease lasts five minutes: the next process is born that much later.
    late = int(sys.argv[4]) * 400_000 if len(sys.argv) > 4 else 0
    deliverer = Deliverer(
        store, client, keys, now=lambda: now() + late, wall=now, jitter=lambda: 0.5
    )
    await deliverer.expand_all()
    await deliverer.run_once()
    deliverer.close()
    await client.close()


async def main(folder: str, end: str, deed: str) -> None:
    store = await SqliteStore.open(Path(folder, "node.db"))
    if deed == "record":
        await record(store)
    elif deed == "send":
        await send(store)
    else:
        await deliver(store, end)
    print("acknowledged", deed, flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
