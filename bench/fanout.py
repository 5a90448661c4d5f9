"""A note to 2,000 hosts, twice; the second time, over warm connections, is counted."""

from __future__ import annotations

from statistics import mean, median

from actions.notes import NewNote, publish
from actors.records import Actor
from bench.figures import Bench, Figure
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
    share = median(sign / seconds for seconds, sign in _rounds(bench, ed25519=False))
    return [Figure(name="fanout.rsa_share", value=100 * share, ratio=1 / share)]


def ed25519(bench: Bench) -> list[Figure]:
    """CPU of one delivery to a host that takes RFC 9421 with Ed25519."""
    seconds = median(seconds for seconds, _ in _rounds(bench, ed25519=True))
    ratio = seconds / bench.primitives.ed25519_sign
    return [Figure(name="fanout.ed25519", value=seconds * 1_000, ratio=ratio)]


def _rounds(bench: Bench, *, ed25519: bool) -> list[tuple[float, float]]:
    """For each round over warm connections: CPU seconds of one delivery, and of one RSA signature
    measured around it, since a busy machine slows both."""
    with sinking() as sink:
        names = [f"far{number}.test" for number in range(_HOSTS)]
        place = prepare(bench.folder / "node", hosts=dict.fromkeys(names, f"127.0.0.1:{sink.port}"))
        author = _fill(place, names, ed25519)
        with serving(place) as served:
            _round(place, served, sink, author)
            signing = [bench.primitives.rsa_sign()]
            rounds = []
            for _ in range(_ROUNDS):
                rounds.append(_round(place, served, sink, author))
                signing.append(bench.primitives.rsa_sign())
    return [(each, mean(signing[n : n + 2])) for n, each in enumerate(rounds)]


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
