"""Real processes that are killed, stopped, cut off and started again, under load. F-1, F-7, Q-16.

Nothing acknowledged is lost, nothing is done twice.
"""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from actions import revising
from actors.records import Viewer
from notes import reading
from storage.faults import POINTS
from tests.trips.pair import Pair, Side, kept_alive, pair, patiently

pytestmark = pytest.mark.long

_KILLS = 20
_BURST = 25  # 20 bursts of 25 are 500 deliveries and 500 incoming posts on each side


async def burst(pair: Pair, count: int, word: str) -> None:
    """So many notes on each side at once."""

    async def post(side: Side) -> None:
        for number in range(count):
            await side.post(f"{word} {number}")

    await asyncio.gather(*(post(side) for side in pair.sides))


async def like_some(pair: Pair, count: int) -> None:
    """Each likes the first notes that came from the other."""
    for here, there in ((pair.a, pair.b), (pair.b, pair.a)):
        known = [uri for uri in there.posted if uri in set(await here.home())]
        for uri in known[:count]:
            await here.like(uri)


async def test_killed_at_each_named_point(tmp_path: Path) -> None:
    """F-1: one side dies there, then the other, in the middle of 20 notes each way, and goes on.

    Never both at once: the sender would say again what the receiver had lost.
    """
    async with pair(tmp_path, start=False) as world:
        for turn, (point, which) in enumerate(product(POINTS, (0, 1))):
            deaths: list[str] = []
            # What comes in passes one by one; what goes out, many at once.
            count = 3 if point.startswith(("journal", "processing")) else 1
            victim, other = world.sides[which], world.sides[1 - which]
            await asyncio.gather(
                victim.instance.start(kill_at=f"{point}:{count}"), other.instance.start()
            )
            async with kept_alive(world, deaths):
                await burst(world, 20, f"{point} {turn}")
                await world.until(world.everything_arrived)
                assert deaths == [victim.instance.domain]
                await like_some(world, 2)
                await world.until(world.everything_arrived)
            await world.check_exactly_once()
            await world.stop()


async def test_killed_at_random_instants(tmp_path: Path) -> None:
    """F-1: 20 kills in the middle of 500 deliveries and 500 incoming posts on each side."""
    chance = random.Random(1)
    async with pair(tmp_path) as world:
        for turn in range(_KILLS):
            victim = world.sides[turn % 2]
            posting = asyncio.create_task(burst(world, _BURST, f"salve {turn}"))
            await asyncio.sleep(chance.uniform(0.0, 1.2))
            await victim.instance.kill()
            await victim.instance.start()
            await posting
            if turn % 5 == 0:
                await like_some(world, 5)
            await asyncio.gather(*(side.release() for side in world.sides))
        await world.until(world.everything_arrived, seconds=120)
        assert [len(side.posted) for side in world.sides] == [500, 500]
        await world.check_exactly_once()
        await world.stop()


async def test_a_peer_that_was_down_gets_everything_in_order(tmp_path: Path) -> None:
    """F-7, Q-6: created, changed, deleted while the other was away."""
    async with pair(tmp_path) as world:
        a, b = world.sides
        assert await b.instance.stop() == [0]
        await a.post("avant tout")
        changing, going = await a.post("premier jet"), await a.post("à retirer")
        for uri, text in ((changing, "deuxième jet"), (changing, "dernier jet"), (going, "là")):
            await patiently(partial(revising.revise, a.node, a.person, uri, text=text))
        await asyncio.sleep(1)  # some of it was tried in vain
        await patiently(partial(revising.delete, a.node, a.person, going))
        a.posted.remove(going)
        await b.instance.start()
        await world.until(world.everything_arrived)
        await world.until(lambda: _reads(b, changing, "dernier jet"))
        await world.check_exactly_once()
        assert going not in await b.home()
        await world.stop()


async def _reads(side: Side, uri: str, text: str) -> bool | str:
    """Its text as the side knows it; strangers' notes have no address of their own there yet."""
    viewer = Viewer(actor_id=side.person.id)
    note = await side.node.store.reading(lambda reader: reading.by_uri(reader, uri, viewer))
    return note is not None and (text in note.content or note.content)


async def test_said_twice_is_done_once(tmp_path: Path) -> None:
    """F-16, Q-12: every byte that went out comes again."""
    async with pair(tmp_path) as world:
        link = world.world.link("a", "b")
        link.cut()  # connections that are open already are not recorded
        link.mend()
        link.record = True
        for number in range(10):
            await world.a.post(f"note {number}")
        await world.until(world.everything_arrived)
        assert await link.replay() > 0
        await world.a.post("la dernière")
        await world.until(world.everything_arrived)
        await world.check_exactly_once()
        await world.stop()


async def test_sigterm_under_load_ends_well_and_in_time(tmp_path: Path) -> None:
    """Q-16: exit code 0 within 25 seconds; what was left is done by the next start."""
    async with pair(tmp_path) as world:
        posting = asyncio.create_task(burst(world, 100, "pendant ce temps"))
        await asyncio.sleep(0.7)
        for side in world.sides:
            began = time.monotonic()
            assert await side.instance.stop() == [0]
            assert time.monotonic() - began < 25
        await posting
        await world.start()
        await world.until(world.everything_arrived)
        await world.check_exactly_once()
        await world.stop()


async def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """F-20, DECISIONS: two processes; the first one goes on."""
    async with pair(tmp_path) as world:
        instance = world.a.instance
        await instance.start(ready=False)
        first, second = instance.processes
        assert await asyncio.to_thread(second.wait, 20) == 1
        assert "Another passerelle serves" in instance.log.read_text(encoding="utf-8")
        assert first.poll() is None
        instance.processes.remove(second)
        await world.a.post("toujours là")
        await world.until(world.everything_arrived)
        await world.stop()
