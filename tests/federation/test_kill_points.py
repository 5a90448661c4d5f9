"""SIGKILL at the named points: nothing acknowledged is lost, deliveries may repeat (F-1, Q-5)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage import journal, lane_care, outgoing
from storage.engine import Reader
from storage.tables import deliveries
from tests.databases import create_sqlite, sqlite_store
from tests.federation.delivering import add_sender
from tests.federation.victim import COUNT
from tests.neighbour import Neighbour

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


async def run(folder: Path, end: str, deed: str, *, kill_at: str = "", turn: int = 0) -> bool:
    """One life of the victim; True when it acknowledged its deed, False when it was killed."""
    environment = {**os.environ, "PASSERELLE_FAULTS": "1", "PASSERELLE_KILL_AT": kill_at}
    words = (str(folder), end, deed, str(turn))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.federation.victim", *words,
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == (-signal.SIGKILL if kill_at else 0)
    return b"acknowledged" in said


@pytest.mark.parametrize(("point", "kept"), [("before", 0), ("after", 1)])
async def test_the_journal_keeps_what_was_committed(tmp_path: Path, point: str, kept: int) -> None:
    """Q-1, F-1."""
    create_sqlite(tmp_path / "node.db")
    assert not await run(tmp_path, "", "record", kill_at=f"journal.{point}_commit")
    async with sqlite_store(tmp_path) as store:
        assert (await store.reading(journal.depth)).ready == kept
    await run(tmp_path, "", "record")
    async with sqlite_store(tmp_path) as store:
        assert (await store.reading(journal.depth)).ready == 1


@pytest.mark.parametrize(
    "point",
    [
        "expansion.before_commit:7",
        "expansion.after_commit:7",
        "delivery.after_answer",
        "delivery.after_commit",
    ],
)
async def test_every_activity_arrives_at_least_once(tmp_path: Path, point: str) -> None:
    """Q-2, Q-5, F-1."""
    async with Neighbour(name="far.test") as far:
        far.formats = {"rfc9421"}
        end = far.hosts["far.test"]
        create_sqlite(tmp_path / "node.db")
        async with sqlite_store(tmp_path) as store:
            await add_sender(store)
        assert await run(tmp_path, end, "send")
        assert not await run(tmp_path, end, "deliver", kill_at=point)
        assert await run(tmp_path, end, "deliver", turn=1)
        arrived = [one.body for one in far.received]
        assert len(set(arrived)) == COUNT
        if point.startswith("expansion"):
            assert len(arrived) == COUNT

        async def left(reader: Reader) -> int:
            return int(await reader.value(select(func.count()).select_from(deliveries)))

        async with sqlite_store(tmp_path) as store:
            assert await store.reading(left) == 0
            assert await store.reading(lane_care.overview) == []
            assert (await store.reading(outgoing.backlog)).count == 0


async def test_without_its_switch_the_kill_points_do_nothing(tmp_path: Path) -> None:
    create_sqlite(tmp_path / "node.db")
    environment = {**os.environ, "PASSERELLE_KILL_AT": "journal.before_commit"}
    environment.pop("PASSERELLE_FAULTS", None)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.federation.victim", str(tmp_path), "", "record",
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    assert said.strip() == b"acknowledged record"
