"""What comes in the wrong order, and who does not come back."""

from __future__ import annotations

import asyncio
import json
from functools import partial

import pytest

from actions import notes
from actions.notes import NewNote
from server import worker
from storage import lane_care
from tests.neighbour import Actor, Json, Neighbour
from tests.neighbour_signing import sign
from tests.trips.scene import Scene, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

_HOUR = 3_600_000


async def test_a_follow_undone_before_it_came_stays_undone(scene: Scene) -> None:
    """Q-12, A-7: for an hour, though a Follow is never dropped by its id alone; another one, or
    the same after that hour, is taken."""
    alice, ada = await scene.node.person("alice"), scene.far.person("ada")
    follow = scene.far.activity("Follow", ada, alice.uri)
    assert await scene.said("Undo", ada, follow) == "done"
    assert (await scene.sent(follow, ada)).startswith("ignored")
    assert await scene.count(f"{alice.uri}/followers") == 0
    scene.clock.ahead += _HOUR + 1_000
    assert await scene.sent(follow, ada) == "done"
    assert await scene.count(f"{alice.uri}/followers") == 1
    assert await scene.said("Undo", ada, follow) == "done"
    assert await scene.said("Undo", ada, follow["id"]) == "ignored: undone before"
    assert await scene.sent(follow, ada) == "done"
    assert await scene.count(f"{alice.uri}/followers") == 1


async def test_nobody_forestalls_anothers_follow(scene: Scene) -> None:
    """Another host's Undo keeps nobody from following."""
    carla, ada = await scene.node.person("carla"), scene.far.person("ada")
    async with Neighbour() as other:
        eve = other.person("eve")
        follow = scene.far.activity("Follow", ada, carla.uri)
        undo = other.activity("Undo", eve, follow["id"])
        assert (await other.post(f"{scene.node.base}/inbox", undo, as_=eve))[0] == 202
        assert (await scene.became(undo["id"])).startswith("ignored")
        assert await scene.sent(follow, ada) == "done"
        assert await scene.count(f"{carla.uri}/followers") == 1


async def test_both_on_their_way_at_once(scene: Scene) -> None:
    """The Undo came first, and what it undoes before the Undo was applied."""
    dora, ada = await scene.node.person("dora"), scene.far.person("ada")
    note = await notes.publish(scene.node.node, dora, NewNote(text="Bonjour"))
    for kind, obj, counted in (
        ("Like", note.uri, f"{note.uri}/likes"),
        ("Follow", dora.uri, f"{dora.uri}/followers"),
    ):
        activity = scene.far.activity(kind, ada, obj)
        undo = scene.far.activity("Undo", ada, activity["id"])
        first = asyncio.create_task(scene.post(undo, ada))
        await asyncio.sleep(0.005)
        answers = await asyncio.gather(first, scene.post(activity, ada))
        assert {status for status, _ in answers} == {202}
        await scene.became(undo["id"])
        later = scene.far.activity(kind, scene.far.person("bea"), obj)
        assert await scene.sent(later, scene.far.person("bea")) == "done"
        assert await scene.count(counted) == 1


async def test_who_follows_from_a_gone_inbox_follows_no_more(scene: Scene) -> None:
    """F-11: after a week; not before, and not the others. Who comes back is answered again."""
    emma = await scene.node.person("emma")
    async with Neighbour() as gone:
        ana, bea = gone.person("ana"), gone.person("bea")
        ana.extra = {"endpoints": None}
        for one in (ana, bea):
            follow = gone.activity("Follow", one, emma.uri)
            assert (await gone.post(f"{scene.node.base}/inbox", follow, as_=one))[0] == 202
            await gone.wait_for(partial(_answered, gone, follow["id"]))
        gone.script(410, 202)
        await notes.publish(scene.node.node, emma, NewNote(text="Bonjour"))
        left = await eventually(lambda: _gone(scene), what="an inbox is gone")
        for days, followers in ((6, 2), (2, 1)):
            scene.clock.ahead += days * 24 * _HOUR
            await worker.end_follows_of_the_gone(scene.node.node)
            assert await scene.count(f"{emma.uri}/followers") == followers
        back = ana if left == ana.inbox else bea
        heard = len(gone.received)
        follow = gone.activity("Follow", back, emma.uri)
        assert await _post_now(scene, gone, follow, back) == 202
        await gone.wait_for(lambda: "Accept" in str(gone.received[heard:]))
        assert await scene.count(f"{emma.uri}/followers") == 2


def _answered(server: Neighbour, uri: str) -> bool:
    return uri in str([seen.body for seen in server.received])


async def _post_now(scene: Scene, server: Neighbour, activity: Json, by: Actor) -> int:
    """Signed at the scene's own time."""
    inbox, body = f"{scene.node.base}/inbox", json.dumps(activity).encode()
    headers = sign("POST", inbox, body, by, at=scene.clock() / 1000)
    status, _ = await server.send("POST", inbox, body, headers)
    return status


async def _gone(scene: Scene) -> str | None:
    later = scene.clock() + 1
    found = await scene.node.node.store.reading(lambda reader: lane_care.gone_before(reader, later))
    return found[0] if found else None
