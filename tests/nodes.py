"""Whole nodes on real sockets, in the test's own process: each its database, keys and port.

`await Running.start(folder, name)` gives a node with its web server and its worker; people and
communities are made through the same actions as the command line's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from actions import people
from actors import grants
from actors.records import Actor
from federation.node import Node
from server.assembly import application
from server.clocks import wall as now
from server.config import Config, Federation, Limits, Server, Storage
from server.front import Front
from server.wire import Wire
from tests.fresh import fresh_database

AS2 = "application/activity+json"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def config_for(
    folder: Path, port: int, *, url: str | None = None, domain: str = "", **federation: Any
) -> Config:
    """A closed network: plain http on loopback, no limits per client.

    With a `domain` the node calls itself https://<domain>, as if a proxy stood before it.
    """
    return Config(
        server=Server(
            domain=domain or f"127.0.0.1:{port}",
            scheme="https" if domain else "http",
            listen=f"127.0.0.1:{port}",
            title="Nœud d’essai",
            limits=Limits(requests_per_5_minutes=0),
        ),
        storage=Storage(url=url or f"sqlite:///{folder / 'node.db'}", blobs=str(folder / "blobs")),
        federation=Federation(allow=("127.0.0.0/8",), http=True, **federation),
    )


@dataclass(slots=True)
class Running:
    """A node that serves. `tokens` holds a client token for each person made here."""

    config: Config
    node: Node
    http: aiohttp.ClientSession
    server: uvicorn.Server
    task: asyncio.Task[None]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return self.node.site.base

    def clock(self) -> int:
        return self.node.clock()

    def wire(self, uri: str) -> str:
        """Where a URI of ours is reached from here: not at its own name."""
        return uri.replace(self.base, f"http://{self.config.server.listen}", 1)

    async def person(self, name: str) -> Actor:
        made = await people.create_person(
            self.node.store, self.node.site, people.NewPerson(username=name), now=self.clock()
        )

        async def deed(tx: Any) -> str:
            return await grants.create_token(
                tx, made.id, ("read", "write"), label="test", now=self.clock()
            )

        self.tokens[name] = await self.node.store.transaction(deed)
        return made

    async def community(self, username: str, creator: Actor, **options: Any) -> Actor:
        return await people.create_community(
            self.node.store,
            self.node.site,
            people.NewCommunity(username=username, **options),
            creator=creator,
            now=self.clock(),
        )

    async def get(self, uri: str, *, as_: str | None = None, accept: str = AS2) -> tuple[int, Any]:
        """Status and body (parsed when it is JSON), as a stranger or as one of our people."""
        headers = {"Accept": accept}
        if uri.startswith(self.base):
            headers["Host"] = self.node.site.domain
        if as_:
            headers["Authorization"] = f"Bearer {self.tokens[as_]}"
        async with self.http.get(self.wire(uri), headers=headers, allow_redirects=False) as answer:
            if "json" in answer.headers.get("Content-Type", ""):
                return answer.status, await answer.json(content_type=None)
            return answer.status, await answer.text()

    async def home(self, person: Actor) -> list[dict[str, Any]]:
        """Her timeline, read over HTTP as she would."""
        uri = f"{person.uri}/inbox?page=1"
        status, page = await self.get(uri, as_=person.username)
        assert status == 200, page
        items: list[dict[str, Any]] = page["orderedItems"]
        return items

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.task
        await self.http.close()


async def start(
    folder: Path,
    *,
    port: int | None = None,
    url: str | None = None,
    domain: str = "",
    clock: Callable[[], int] = now,
    **federation: Any,
) -> Running:
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    url = url or await fresh_database(folder)
    config = config_for(folder, port or free_port(), url=url, domain=domain, **federation)
    app = application(config, clock=clock)
    host, _, number = config.server.listen.rpartition(":")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=int(number),
            http=Wire,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the node did not start")
        await asyncio.sleep(0.01)
    assert isinstance(app.inner, Front)
    node: Node = app.inner.app.state.node
    await people.create_instance_actor(node.store, node.site, now=clock())
    return Running(config=config, node=node, http=aiohttp.ClientSession(), server=server, task=task)


@asynccontextmanager
async def running(folder: Path, count: int, **options: Any) -> AsyncIterator[list[Running]]:
    """Several nodes at once, stopped in any case."""
    nodes: list[Running] = []
    try:
        for number in range(count):
            nodes.append(await start(folder / f"node{number}", **options))
        yield nodes
    finally:
        for node in nodes:
            await node.stop()


async def eventually(
    check: Callable[[], Awaitable[Any]], *, seconds: float = 10, what: str = ""
) -> Any:
    """The first true answer of `check`, asked again and again; fails after so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    last: Any = None
    while loop.time() < end:
        last = await check()
        if last:
            return last
        await asyncio.sleep(0.05)
    raise AssertionError(f"never happened: {what or check}; last answer: {last!r}")
