"""Signed Creates of 50 people elsewhere who are followed here, posted to a serving node."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from itertools import count

from actors import grants
from actors.records import Actor
from bench.figures import Bench, Figure
from bench.load import send
from bench.mail import creates
from bench.rounds import Rounds, rounds
from bench.seeding import Stranger, follow, local_person, strangers
from bench.serving import Place, Served, prepare, serving
from bench.stores import await_none, on
from federation.node import Node
from storage.engine import Transaction

_PEOPLE = 50
_HOSTS = tuple(f"far{number}.test" for number in range(10))
_ROUND = 1_500
_ROUNDS = 5
_READY = "SELECT count(*) FROM journal WHERE state = 'ready'"


def durable(bench: Bench) -> list[Figure]:
    """Verified, written to the journal, answered 202; nothing applies them here."""
    place, people, _ = _prepared(bench)
    with serving(place, web_only=True) as served:
        found = _rounds(bench, place, people, served, apply=False)
    return [_figure("ingest.durable", found)]


def visible(bench: Bench) -> list[Figure]:
    """The same with the worker in the process, until all stand on the follower's timeline."""
    place, people, token = _prepared(bench)
    with serving(place) as served:
        found = _rounds(bench, place, people, served, apply=True)
        memory = served.most_memory()
        _check_timeline(place, token)
    return [
        _figure("ingest.visible", found),
        Figure(name="memory.ingest", value=memory),
    ]


def _figure(name: str, found: Rounds) -> Figure:
    return Figure(name=name, value=found.median * 1_000, ratio=found.ratio)


def _prepared(bench: Bench) -> tuple[Place, list[Stranger], tuple[Actor, str]]:
    """A node, the strangers, and their follower here with a token to read her timeline."""
    place = prepare(bench.folder / "node")

    async def fill(node: Node) -> tuple[list[Stranger], tuple[Actor, str]]:
        now = node.clock()
        ada = await local_person(node.store, node.site, "ada", now=now)
        people = await strangers(node.store, _PEOPLE, at=_HOSTS, now=now, signing=True)
        await follow(node.store, [(ada, one.actor) for one in people], now=now)

        async def token(tx: Transaction) -> str:
            return await grants.create_token(tx, ada.id, ("read",), label="bench", now=now)

        return people, (ada, await node.store.transaction(token))

    people, reader = on(place, fill)
    return place, people, reader


def _rounds(
    bench: Bench, place: Place, people: list[Stranger], served: Served, *, apply: bool
) -> Rounds:
    """CPU of one activity, beside a signature check and a row made durable."""
    first = count(0, _ROUND)

    def work() -> float:
        now = time.time_ns() // 1_000_000
        requests = creates(people, place.site.shared_inbox, _ROUND, first=next(first), now=now)
        before = served.cpu()
        answers = send(bench.folder, place.port, requests)
        if answers != {202: _ROUND}:
            raise RuntimeError(f"not all were taken: {answers}")
        if apply:
            await_none(place, _READY)
        return (served.cpu() - before) / _ROUND

    def primitive() -> float:
        return bench.primitives.rsa_verify() + bench.primitives.commit()

    return rounds(work, primitive, count=_ROUNDS)


def _check_timeline(place: Place, reader: tuple[Actor, str]) -> None:
    """What was counted as visible is: the newest are read as their follower reads them."""
    actor, token = reader
    connection = HTTPConnection("127.0.0.1", place.port, timeout=30)
    accept = {"Accept": "application/activity+json", "Authorization": f"Bearer {token}"}
    connection.request(
        "GET", actor.uri.removeprefix(place.site.base) + "/inbox?page=1", headers=accept
    )
    page = json.loads(connection.getresponse().read())
    connection.close()
    if len(page.get("orderedItems", ())) < 20:
        raise RuntimeError(f"the timeline is empty: {page}")
