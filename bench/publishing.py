"""What the one who posts waits for: the same with 10 and with 10,000 follower hosts."""

from __future__ import annotations

import time
from statistics import median

from actions.notes import NewNote, publish
from actors.records import Actor
from bench.figures import Bench, Figure
from bench.seeding import follow, local_person, strangers
from bench.serving import prepare
from bench.stores import on
from federation.node import Node

_FEW, _MANY = 10, 10_000
_POSTS = 40
_ROUNDS = 5


def growth(bench: Bench) -> list[Figure]:
    """CPU of `actions.notes.publish` with many follower hosts, in terms of that with few."""
    few, many = _publishing(bench, _FEW), _publishing(bench, _MANY)
    return [Figure(name="publish.growth", value=many / few)]


def _publishing(bench: Bench, hosts: int) -> float:
    place = prepare(bench.folder / f"node{hosts}")

    async def run(node: Node) -> float:
        now = node.clock()
        ada = await local_person(node.store, node.site, "ada", now=now)
        names = [f"far{number}.test" for number in range(hosts)]
        people = await strangers(node.store, hosts, at=names, now=now)
        await follow(node.store, [(one.actor, ada) for one in people], now=now)
        await _posts(node, ada)
        return median([await _posts(node, ada) for _ in range(_ROUNDS)])

    return on(place, run)


async def _posts(node: Node, author: Actor) -> float:
    """CPU seconds of one post."""
    start = time.process_time()
    for _ in range(_POSTS):
        await publish(node, author, NewNote(text="A note about **compost**."))
    return (time.process_time() - start) / _POSTS
