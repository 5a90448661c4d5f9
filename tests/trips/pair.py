"""Two instances as processes, a.test and b.test, whose people follow each other, under load.

Whoever dies is started again; the other side is told to try again at once, as an impatient operator
would (`lane_care.release`), so that no test waits for a back-off.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions import notes, reactions
from actions.notes import NewNote
from actors import directory
from actors.records import Actor
from federation.node import Node
from notes.records import Note
from server.assembly import opened
from server.config import load
from storage import lane_care
from storage.engine import StorageUnavailable
from worlds.cluster import Cluster, Instance, cluster

PEOPLE = {"a": "lea", "b": "samir"}
OTHER = {"a": "b", "b": "a"}


@dataclass
class Side:
    """One instance, with the node beside it that writes as the command line does."""

    instance: Instance
    node: Node
    person: Actor
    token: str
    posted: list[str] = field(default_factory=list)
    liked: set[str] = field(default_factory=set)

    async def post(self, text: str) -> str:
        new = NewNote(text=text, language="fr")
        note: Note = await patiently(lambda: notes.publish(self.node, self.person, new))
        self.posted.append(note.uri)
        return note.uri

    async def like(self, uri: str) -> None:
        await patiently(lambda: reactions.like(self.node, self.person, uri))
        self.liked.add(uri)

    async def home(self) -> list[str]:
        """URIs on the person's timeline, over HTTP, each as often as it is there."""
        items = await self.instance.collection(f"{self.person.uri}/inbox", token=self.token)
        return [item if isinstance(item, str) else item["id"] for item in items]

    async def outbox(self) -> list[str]:
        items = await self.instance.collection(f"{self.person.uri}/outbox")
        return [item["object"]["id"] for item in items]

    async def likes(self, uri: str) -> int:
        answer = await self.instance.get(f"{uri}/likes")
        return int(answer.json()["totalItems"])

    async def release(self) -> None:
        """Whatever waits for another try goes now."""

        async def deed(tx: Any) -> int:
            return await lane_care.release(tx, now=self.node.clock())

        await patiently(lambda: self.node.store.transaction(deed))


@dataclass
class Pair:
    world: Cluster
    a: Side
    b: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b

    async def start(self) -> None:
        await asyncio.gather(*(side.instance.start() for side in self.sides))

    async def until(self, check: Callable[[], Awaitable[Any]], *, seconds: float = 60) -> None:
        """Until `check` is true; what waits is tried again meanwhile."""
        end = time.monotonic() + seconds
        last: Any = None
        while time.monotonic() < end:
            with suppress(OSError):  # somebody is down just now
                last = await check()
            if last is True:
                return
            await asyncio.gather(*(side.release() for side in self.sides))
            await asyncio.sleep(0.3)
        raise AssertionError(f"never happened; last: {last}")

    async def everything_arrived(self) -> bool | str:
        """Every note posted on one side is on the other one's timeline, every like is counted."""
        for here, there in ((self.a, self.b), (self.b, self.a)):
            if missing := set(here.posted) - set(await there.home()):
                return f"{len(missing)} of {len(here.posted)} notes not on {there.instance.domain}"
            for uri in there.liked:
                if await here.likes(uri) < 1:
                    return f"a like of {uri} is not there"
        return True

    async def check_exactly_once(self) -> None:
        """What can be seen over HTTP (I-1, I-3, I-7)."""
        for here, there in ((self.a, self.b), (self.b, self.a)):
            arrived = [uri for uri in await there.home() if uri in set(here.posted)]
            assert sorted(arrived) == sorted(here.posted)
            assert sorted(await here.outbox()) == sorted(here.posted)
            for uri in here.posted[:: max(1, len(here.posted) // 20)]:
                assert await here.likes(uri) == (uri in there.liked)

    async def stop(self) -> None:
        """Both end well, and then their databases are sound."""
        for side in self.sides:
            assert await side.instance.stop() == [0]
        for here, there in ((self.a, self.b), (self.b, self.a)):
            check_books(rows_of(here), rows_of(there))


@asynccontextmanager
async def pair(
    folder: Path, *, databases: Mapping[str, str] | None = None, start: bool = True
) -> AsyncIterator[Pair]:
    """Both founded, running, and following each other."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            cluster(folder, ["a.test", "b.test"], linked=True, databases=databases)
        )
        sides = await asyncio.gather(*(_side(stack, world[name], PEOPLE[name]) for name in PEOPLE))
        made = Pair(world, *sides)
        await made.start()
        for name, side in (("a", made.a), ("b", made.b)):
            other = OTHER[name]
            await side.instance.run("follow", PEOPLE[name], f"@{PEOPLE[other]}@{other}.test")
        await made.until(lambda: _both_follow(made))
        if not start:
            await made.stop()
        yield made


async def _both_follow(made: Pair) -> bool:
    answers = [await side.instance.get(f"{side.person.uri}/following") for side in made.sides]
    return all(answer.json()["totalItems"] == 1 for answer in answers)


async def _side(stack: AsyncExitStack, instance: Instance, name: str) -> Side:
    await instance.found(name)
    token = await instance.run("token", "create", name, "--scopes", "read")
    node = await stack.enter_async_context(opened(load(instance.config, {}), watch=False))
    person = await node.store.reading(lambda reader: directory.local_named(reader, name))
    assert person is not None
    return Side(instance, node, person, token)


async def patiently(deed: Callable[[], Awaitable[Any]]) -> Any:
    """A writer beside a busy server waits its turn."""
    for _ in range(20):
        with suppress(StorageUnavailable):
            return await deed()
        await asyncio.sleep(0.2)
    return await deed()


@asynccontextmanager
async def kept_alive(pair: Pair, deaths: list[str]) -> AsyncIterator[None]:
    """Starts again whoever dies; `deaths` gets their domains."""

    async def keep(side: Side) -> None:
        while True:
            if await side.instance.died(seconds=60):
                await side.instance.kill()
                deaths.append(side.instance.domain)
                await side.instance.start()

    keepers = [asyncio.create_task(keep(side)) for side in pair.sides]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        for done in await asyncio.gather(*keepers, return_exceptions=True):
            if not isinstance(done, asyncio.CancelledError) and isinstance(done, BaseException):
                raise done


# --- the books, after the stop -------------------------------------------------------------------


Rows = Callable[[str], list[tuple[Any, ...]]]


def rows_of(side: Side) -> Rows:
    """Asks a SQLite file whose instance has stopped."""
    path = side.instance.database.removeprefix("sqlite:///")

    def ask(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(statement).fetchall()

    return ask


def check_books(here: Rows, there: Rows) -> None:
    """I-1, I-2, I-3, I-5, I-6 of one side, and of the other what came from it."""
    assert here("PRAGMA integrity_check") == [("ok",)]
    assert here("PRAGMA foreign_key_check") == []
    assert here("SELECT count(*) FROM deliveries") == [(0,)]
    assert here("SELECT uri, error FROM dead_letters") == []
    assert here("SELECT count(*) FROM outgoing WHERE expanded IS NULL") == [(0,)]
    states = "SELECT kind, state, detail FROM journal WHERE state NOT IN ('done', 'ignored')"
    assert here(states) == []
    for table in ("journal", "lanes", "jobs"):
        assert here(f"SELECT count(*) FROM {table} WHERE lease IS NOT NULL") == [(0,)]
    twice = "SELECT uri FROM journal WHERE kind <> 'Follow' GROUP BY uri HAVING count(*) > 1"
    assert here(twice) == []
    sent = {uri for (uri,) in here("SELECT uri FROM outgoing")}
    seen = {uri for (uri,) in there("SELECT uri FROM seen")}
    assert sent - seen == set()
    home_twice = (
        "SELECT owner_id, note_id FROM home_entries GROUP BY owner_id, note_id HAVING count(*) > 1"
    )
    assert here(home_twice) == []
