"""Who is refused before anything is asked: blocked hosts, suspended actors, the allow list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from actions import blocks as gate
from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors import directory
from actors.records import Actor as Ours
from federation.vocabulary import Create, Flag, Follow, Like
from moderation import refused
from moderation.domain_blocks import DomainBlock
from tests.neighbour import Neighbour
from tests.trips.scene import Scene, eventually, found
from tests.trips.verbs import refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alice(scene: Scene) -> AsyncIterator[Ours]:
    yield await scene.node.person("alice")


async def _closed_to(scene: Scene, host: str) -> None:
    rule = DomainBlock(host=host, at=scene.node.node.clock())
    await gate.block_host(scene.node.node.store, scene.node.node.site, rule)
    await eventually(lambda: _refuses(scene, host), what="the gate knows")


async def _refuses(scene: Scene, host: str) -> bool:
    return scene.node.node.admission.refuses(host) is not None


async def _open_to(scene: Scene, host: str) -> None:
    await gate.unblock_host(scene.node.node.store, host)
    await eventually(lambda: _accepts(scene, host), what="the gate knows")


async def _accepts(scene: Scene, host: str) -> bool:
    return scene.node.node.admission.refuses(host) is None


@refuses(Follow, Like, Create, Flag)
async def test_a_blocked_host_is_refused_before_any_fetch(scene: Scene, alice: Ours) -> None:
    """S-18, T-3: nothing is asked of it, the refusal is counted; taken again once it is lifted."""
    async with Neighbour() as far:
        host, mallory = f"127.0.0.1:{far.port}", far.person("mallory")
        await _closed_to(scene, host)
        for kind in ("Follow", "Like", "Create", "Flag", "Delete"):
            activity = far.activity(kind, mallory, alice.uri)
            status, body = await far.post(f"{scene.node.base}/inbox", activity, as_=mallory)
            assert (status, b"domain_blocked" in body) == (403, True)
        assert far.asked == []
        rows = await scene.node.node.store.reading(refused.latest)
        assert any(row["code"] == "domain_blocked" and row["host"] == host for row in rows)
        await _open_to(scene, host)
        follow = far.activity("Follow", mallory, alice.uri)
        status, _ = await far.post(f"{scene.node.base}/inbox", follow, as_=mallory)
        assert (status, await scene.became(follow["id"])) == (202, "done")


async def test_a_blocked_actor_behind_another_key(scene: Scene, alice: Ours) -> None:
    """S-18: the key's host first, then the actor's."""
    async with Neighbour() as blocked:
        mallory, carrier = blocked.person("mallory"), scene.far.person("carrier")
        await _closed_to(scene, f"127.0.0.1:{blocked.port}")
        activity = blocked.activity("Like", mallory, f"{scene.node.base}/n/x")
        asked = len(scene.far.asked)
        status, body = await scene.post(activity, carrier)
        assert (status, body["error"]) == (403, "domain_blocked")
        assert (blocked.asked, len(scene.far.asked)) == ([], asked)


async def test_a_blocked_host_is_not_asked_for_what_others_bring(scene: Scene, alice: Ours) -> None:
    """T-2, T-3: a boost of its note is refused, and a person there can't be looked up."""
    async with Neighbour() as blocked:
        note = blocked.note(blocked.person("mallory"), "<p>x</p>")
        ada = scene.far.person("ada")
        await following.follow(scene.node.node, alice, await found(scene.node, ada.uri))
        follow = (await eventually(lambda: scene.reached("Follow")))[0]
        assert await scene.said("Accept", ada, follow) == "done"
        await _closed_to(scene, f"127.0.0.1:{blocked.port}")
        boosted = await scene.said("Announce", ada, note["id"])
        assert boosted.startswith("refused: domain_blocked")
        assert blocked.asked == []


async def test_a_blocked_host_reads_as_a_stranger(scene: Scene, alice: Ours) -> None:
    """P-3: what was sent to somebody there is not shown to her any more."""
    async with Neighbour() as far:
        ada = far.person("ada")
        known = await found(scene.node, ada.uri)
        text = f"@ada@127.0.0.1:{far.port} entre nous"
        note = await notes.publish(scene.node.node, alice, NewNote(text=text, visibility="direct"))
        assert known.id
        assert (await far.get(note.uri, as_=ada))["id"] == note.uri
        await _closed_to(scene, f"127.0.0.1:{far.port}")
        with pytest.raises(AssertionError, match="404"):
            await far.get(note.uri, as_=ada)


def _asked_for(scene: Scene, actor: Any) -> int:
    """How often her document was asked for; what others cause meanwhile does not count."""
    return sum(actor.uri.endswith(one.path) for one in scene.far.asked)


async def test_a_suspended_actor_stays_so(scene: Scene, alice: Ours) -> None:
    """S-18: alone on her host, and without a fetch."""
    mallory, ada = scene.far.person("mallory-seule"), scene.far.person("ada")
    known = await found(scene.node, mallory.uri)
    store, node = scene.node.node.store, scene.node.node
    await store.transaction(lambda tx: directory.set_state(tx, known.id, "suspended"))
    await store.reading(node.admission.load)
    like = scene.far.activity("Like", mallory, f"{scene.node.base}/n/x")
    status, body = await scene.post(like, mallory)
    assert (status, body["error"]) == (403, "actor_suspended")
    asked = _asked_for(scene, mallory)
    neighbour = scene.far.activity("Like", ada, f"{scene.node.base}/n/x")
    assert (await scene.post(like, mallory))[0] == 403
    assert _asked_for(scene, mallory) == asked
    assert (await scene.post(neighbour, ada))[0] == 202
