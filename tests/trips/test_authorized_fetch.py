"""Authorized fetch: documents for those who say who they are; no two nodes wait for each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.blocks import block_host
from actions.notes import NewNote
from actors.records import Actor as Ours
from moderation.domain_blocks import DomainBlock
from tests.neighbour import Actor
from tests.neighbour_signing import sign
from tests.nodes import Running
from tests.trips.scene import Scene, eventually, found, opened, total, uris_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wary(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("wary")
    async with opened(folder, nodes=2, authorized_fetch=True) as made:
        yield made


@pytest.mark.parametrize("format_", ["cavage", "rfc9421"])
async def test_documents_are_for_those_who_sign(wary: Scene, format_: str) -> None:
    """401 to others on every address; also to one whose signature is somebody else's."""
    node = wary.node
    alice = await node.person(f"alice-{format_}")
    garden = await node.community(f"jardin-{format_}", alice)
    note = await notes.publish(node.node, alice, NewNote(text="Bonjour", community=garden))
    ada = wary.far.person("ada")
    thread = f"{node.base}/t/{note.uri.rpartition('/')[2]}"
    documents = [alice.uri, garden.uri, note.uri, f"{note.uri}/create", f"{note.uri}/replies"]
    documents += [f"{alice.uri}/outbox", f"{alice.uri}/followers", f"{garden.uri}/outbox", thread]
    for uri in documents:
        assert await _status(wary, uri, ada, format_) == 200, uri
        status, answer = await node.get(uri)
        assert (status, answer["error"]) == (401, "signature_missing"), uri
        assert "Bonjour" not in str(answer)
        forged = sign("GET", alice.uri + "x", None, ada, format_)
        assert await _status_with(wary, uri, forged) == 401, uri
        assert (await node.get(uri, as_=alice.username))[0] == 200, uri


async def test_what_strangers_need_stays_open(wary: Scene) -> None:
    """The node's own actor, or nobody could ever check a signature; WebFinger and NodeInfo."""
    node = wary.node
    carl = await node.person("carl")
    status, actor = await node.get(f"{node.base}/actor")
    assert (status, actor["type"]) == (200, "Application")
    domain = node.node.site.domain
    for path in (
        f"/.well-known/webfinger?resource=acct:carl@{domain}",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
    ):
        assert (await node.get(node.base + path, accept="application/json"))[0] == 200, path
    assert (await node.get(carl.uri, accept="text/html"))[0] in (200, 302, 303)
    assert (await node.get(carl.uri))[0] == 401


async def test_two_wary_nodes_follow_each_other(wary: Scene) -> None:
    here, there = wary.node, wary.second
    anna, bert = await here.person("anna"), await there.person("bert")
    for node, person, other in ((here, anna, bert), (there, bert, anna)):
        known = await found(node, other.uri)
        assert await following.follow(node.node, person, known) == "pending"
    for node, person in ((here, anna), (there, bert)):
        await eventually(partial(_has_follower, node, person))
    for node, person, far, reader in ((here, anna, there, bert), (there, bert, here, anna)):
        note = await notes.publish(node.node, person, NewNote(text="Salut"))
        await eventually(partial(_at_home, far, reader, note.uri))


async def test_a_blocked_host_reads_nothing(wary: Scene) -> None:
    node = wary.node
    dora = await node.person("dora")
    eve = wary.far.person("eve")
    assert await _status(wary, dora.uri, eve) == 200
    host = wary.far.origin.removeprefix("http://")
    block = DomainBlock(host=host.partition(":")[0], severity="suspend", at=node.clock())
    await block_host(node.node.store, node.node.site, block)
    await node.node.store.reading(node.node.admission.load)
    assert await _status(wary, dora.uri, eve) == 401


async def _has_follower(node: Running, person: Ours) -> bool:
    return await total(node, f"{person.uri}/followers", as_=person.username) == 1


async def _at_home(node: Running, person: Ours, uri: str) -> bool:
    return uri in uris_in(await node.home(person))


async def _status(wary: Scene, uri: str, actor: Actor, format_: str = "cavage") -> int:
    return await _status_with(wary, uri, sign("GET", uri, None, actor, format_))


async def _status_with(wary: Scene, uri: str, headers: dict[str, str]) -> int:
    sent = {"Accept": "application/activity+json", **headers}
    status, _ = await wary.far.send("GET", uri, None, sent)
    return status
