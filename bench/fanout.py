"""A note to 2,000 hosts, twice; the second time, over warm connections, is counted."""

from __future__ import annotations

from collections.abc import Callable

from actions.notes import NewNote, publish
from actors.records import Actor
from bench.figures import Bench, Figure
from bench.rounds import Rounds, rounds
from bench.seeding import follow, local_person, strangers, takes_rfc9421
from bench.serving import Place, Served, prepare, serving
from bench.sink import Sink, sinking
from bench.stores import await_none, on
from federation.node import Node

_HOSTS = 2_000
_ROUNDS = 5
_LEFT = (
    "SELECT (SELECT count(*) FROM deliveries)"
    " + (SELECT count(*) FROM outgoing WHERE expanded IS NULL)"
)


def rsa_share(bench: Bench) -> list[Figure]:
    """How much of the CPU goes into RSA signatures, counted with what one costs in this run."""
    found = _deliveries(bench, bench.primitives.rsa_sign, ed25519=False)
    return [Figure(name="fanout.rsa_share", value=100 / found.ratio, ratio=found.ratio)]


def ed25519(bench: Bench) -> list[Figure]:
    """CPU of one delivery to a host that takes RFC 9421 with Ed25519."""
    found = _deliveries(bench, bench.primitives.ed25519_sign, ed25519=True)
    return [Figure(name="fanout.ed25519", value=found.median * 1_000, ratio=found.ratio)]


def _deliveries(bench: Bench, primitive: Callable[[], float], *, ed25519: bool) -> Rounds:
    """CPU of one delivery; the round that warms up opens the connections."""
    with sinking() as sink:
        names = [f"far{number}.test" for number in range(_HOSTS)]
        place = prepare(bench.folder / "node", hosts=dict.fromkeys(names, f"127.0.0.1:{sink.port}"))
        author = _fill(place, names, ed25519)
        with serving(place) as served:
            return rounds(lambda: _round(place, served, sink, author), primitive, count=_ROUNDS)


def _fill(place: Place, names: list[str], ed25519: bool) -> Actor:
    async def fill(node: Node) -> Actor:
        now = node.clock()
        ada = await local_person(node.store, node.site, "ada", now=now)
        people = await strangers(node.store, len(names), at=names, now=now)
        await follow(node.store, [(one.actor, ada) for one in people], now=now)
        if ed25519:
            await takes_rfc9421(node.store, names)
        return ada

    return on(place, fill)


def _round(place: Place, served: Served, sink: Sink, author: Actor) -> float:
    """Publish one note; CPU seconds per delivery, from the promise to the empty queue."""
    before, count = served.cpu(), sink.count()
    on(place, lambda node: publish(node, author, NewNote(text="To everybody.")))
    await_none(place, _LEFT)
    used = served.cpu() - before
    came = sink.count() - count
    if came != _HOSTS:
        raise RuntimeError(f"{came} deliveries came instead of {_HOSTS}")
    return used / _HOSTS
