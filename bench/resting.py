"""A node that has just started and has nothing to do."""

from __future__ import annotations

import time

from bench.figures import Bench, Figure
from bench.seeding import local_person
from bench.serving import prepare, serving
from bench.stores import on
from federation.node import Node

_SECONDS = 5


def idle(bench: Bench) -> list[Figure]:
    """Memory of `passerelle serve`, a few seconds after it began to answer."""
    place = prepare(bench.folder / "node")

    async def fill(node: Node) -> None:
        await local_person(node.store, node.site, "ada", now=node.clock())

    on(place, fill)
    with serving(place) as served:
        time.sleep(_SECONDS)
        return [Figure(name="memory.idle", value=served.memory())]
