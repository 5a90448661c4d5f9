"""Several workers on one PostgreSQL database, beside `serve --web-only`. F-20, F-21."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.empty_database import database  # noqa: F401
from tests.trips.pair import Pair, pair

pytestmark = [pytest.mark.long, pytest.mark.postgres]


@asynccontextmanager
async def workers(folder: Path, url: str, *, count: int) -> AsyncIterator[Pair]:
    """a.test on PostgreSQL with so many workers, its way to b.test recorded; b.test on SQLite."""
    async with pair(folder, databases={"a.test": url}) as world:
        a = world.a.instance
        assert await a.stop() == [0]
        link = world.world.link("a", "b")
        link.record = True
        await a.start("serve", "--web-only")
        for _ in range(count):
            await a.start("work", ready=False)
        yield world


async def ask(url: str, statement: str) -> list[Mapping[str, Any]]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def test_two_workers_deliver_each_once(tmp_path: Path, database: str) -> None:  # noqa: F811
    """F-20: each row is claimed once; 200 notes are 200 requests."""
    async with workers(tmp_path, database, count=2) as world:
        for number in range(200):
            await world.a.post(f"note {number}")
        await world.until(world.everything_arrived)
        await world.check_exactly_once()
        said = world.world.link("a", "b").said()
        assert said.count(b"POST ") == 200
        assert await world.a.instance.stop() == [0, 0, 0]
        assert await ask(database, "SELECT host FROM deliveries") == []
        assert await ask(database, "SELECT uri FROM dead_letters") == []


async def test_workers_that_hang_and_wake_up(tmp_path: Path, database: str) -> None:  # noqa: F811
    """F-21: another one takes over when the lease ends; the late results change nothing."""
    async with workers(tmp_path, database, count=2) as world:
        link, hanging = world.world.link("a", "b"), world.a.instance.processes[1:]
        link.delay = 1.0
        for number in range(40):
            await world.a.post(f"note {number}")
        await world.until(lambda: _leased(database))
        for process in hanging:
            process.send_signal(signal.SIGSTOP)
        # The minutes until their leases end.
        await ask(database, "UPDATE lanes SET lease = 0 WHERE lease IS NOT NULL")
        link.delay = 0.0
        await world.a.instance.start("work", ready=False)
        await world.until(world.everything_arrived)
        for process in hanging:
            process.send_signal(signal.SIGCONT)
        await world.a.post("après leur réveil")
        await world.until(world.everything_arrived)
        await asyncio.sleep(1)
        await world.check_exactly_once()
        assert await world.a.instance.stop() == [0] * 4
        assert await ask(database, "SELECT host FROM deliveries") == []
        assert await ask(database, "SELECT host FROM lanes WHERE lease IS NOT NULL") == []


async def _leased(url: str) -> bool:
    return bool(await ask(url, "SELECT host FROM lanes WHERE lease IS NOT NULL"))
