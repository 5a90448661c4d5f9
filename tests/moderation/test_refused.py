"""The log of refusals, on both databases."""

from __future__ import annotations

from functools import partial

from moderation import refused
from storage.engine import Store, Transaction

NOW = 1_800_000_000_000


async def test_hosts_without_end_become_one_row(store: Store) -> None:
    """T-12: a stranger names hosts as she likes; those known before are still told apart."""

    async def record(tx: Transaction, host: str) -> None:
        await refused.record(
            tx, code="malformed_json", host=host, kind="", actor="", uri="", now=NOW, most=3
        )

    for host in ("one.test", "two.test", "three.test", "four.test", "five.test", "one.test"):
        await store.transaction(partial(record, host=host))
    rows = await store.reading(refused.latest)
    assert {row["host"]: row["count"] for row in rows} == {
        "one.test": 2,
        "two.test": 1,
        "three.test": 1,
        "": 2,
    }
