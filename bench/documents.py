"""GET of a note and of an actor at their ids, as another server asks."""

from __future__ import annotations

from actions.notes import NewNote, publish
from bench.figures import Bench, Figure
from bench.load import send
from bench.rounds import rounds
from bench.seeding import local_person
from bench.serving import Place, Served, prepare, serving
from bench.stores import on
from federation.node import Node

_ROUND = 2_000
_ROUNDS = 5


def documents(bench: Bench) -> list[Figure]:
    """One figure for each document."""
    place = prepare(bench.folder / "node")
    note, actor = on(place, _fill)
    with serving(place, web_only=True) as served:
        return [
            _figure(bench, place, served, "documents.note", note),
            _figure(bench, place, served, "documents.actor", actor),
        ]


def _figure(bench: Bench, place: Place, served: Served, name: str, uri: str) -> Figure:
    found = rounds(lambda: _round(bench, place, served, uri), bench.primitives.read, count=_ROUNDS)
    return Figure(name=name, value=found.median * 1_000, ratio=found.ratio)


async def _fill(node: Node) -> tuple[str, str]:
    ada = await local_person(node.store, node.site, "ada", now=node.clock())
    note = await publish(node, ada, NewNote(text="A note about **compost**. " * 40))
    return note.uri, ada.uri


def _round(bench: Bench, place: Place, served: Served, uri: str) -> float:
    """CPU seconds of one GET."""
    path = uri.removeprefix(place.site.base)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {place.site.domain}\r\nUser-Agent: bench\r\n"
        "Accept: application/activity+json\r\n\r\n"
    )
    before = served.cpu()
    answers = send(bench.folder, place.port, [request], times=_ROUND)
    if answers != {200: _ROUND}:
        raise RuntimeError(f"not all were answered: {answers}")
    return (served.cpu() - before) / _ROUND
