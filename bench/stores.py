"""Work on a node's database from outside its process."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TypeVar

from bench.serving import Place
from federation.node import Node
from server.assembly import opened
from server.config import load

T = TypeVar("T")


def on(place: Place, work: Callable[[Node], Awaitable[T]]) -> T:
    """Do something with the node of that place, wired as when it serves."""

    async def run() -> T:
        async with opened(load(place.config, {}), watch=False) as node:
            return await work(node)

    return asyncio.run(run())


def await_none(place: Place, query: str, *, seconds: float = 120) -> None:
    """Until the count that `query` asks for is zero. Reading does not disturb the node."""
    end = time.monotonic() + seconds
    with closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True)) as connection:
        while connection.execute(query).fetchone()[0]:
            if time.monotonic() > end:
                raise TimeoutError(query)
            time.sleep(0.02)
