"""Who listens to whom: Follow, Accept, Reject, Undo, Join, Leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors import blocks, follows
from actors.records import Actor as Ours
from federation.vocabulary import Accept, Follow, Join, Leave, Reject, Undo
from tests.neighbour import Actor
from tests.trips.scene import PUBLIC, Scene, eventually, found, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    alice: Ours
    ada: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    yield Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))


@passes(Follow, Undo)
async def test_a_follow_is_accepted_and_undone(scene: Scene, cast: Cast) -> None:
    """The followers count says so, and a repeated Follow is answered again (Q-12)."""
    alice, ada = cast.alice, cast.ada
    follow = scene.far.activity("Follow", ada, alice.uri)
    assert await scene.sent(follow, ada) == "done"
    assert await scene.answer_to(follow["id"]) == "Accept"
    assert await scene.count(f"{alice.uri}/followers") == 1
    assert ("follow", 1) in [(kind, 1) for kind, _, _ in await scene.told(alice)]

    before = len(scene.far.received)
    assert (await scene.post(follow, ada))[0] == 202
    await scene.far.wait_for(lambda: len(scene.far.received) > before)
    again = scene.far.received[-1].activity
    assert (again["type"], again["object"]["id"]) == ("Accept", follow["id"])
    assert await scene.count(f"{alice.uri}/followers") == 1

    undo = {"id": "https://x.test/1", "type": "Follow", "actor": ada.uri, "object": alice.uri}
    assert await scene.said("Undo", ada, undo) == "done"
    assert await scene.count(f"{alice.uri}/followers") == 0


@passes(Undo)
async def test_a_follow_is_undone_by_its_id_alone(scene: Scene, cast: Cast) -> None:
    uri = await scene.followed(cast.alice, cast.ada)
    assert await scene.count(f"{cast.alice.uri}/followers") == 1
    assert await scene.said("Undo", cast.ada, uri) == "done"
    assert await scene.count(f"{cast.alice.uri}/followers") == 0


@refuses(Undo)
async def test_only_who_followed_undoes_it(scene: Scene, cast: Cast) -> None:
    """A-7: by id, and by a copy that names another actor."""
    bob, cyril = scene.far.person("bob"), scene.far.person("cyril")
    uri = await scene.followed(cast.alice, bob)
    assert (await scene.said("Undo", cyril, uri)).startswith("refused: actor_mismatch")
    copy = {"id": uri, "type": "Follow", "actor": bob.uri, "object": cast.alice.uri}
    assert await scene.said("Undo", cyril, copy) == "403 actor_mismatch"
    assert await scene.count(f"{cast.alice.uri}/followers") == 1
    assert await scene.said("Undo", bob, uri) == "done"


@passes(Undo)
async def test_an_undo_may_come_before_what_it_undoes(scene: Scene, cast: Cast) -> None:
    """Q-12: what comes afterwards counts as seen. A Like, since a Follow is answered always."""
    note = await notes.publish(scene.node.node, cast.alice, NewNote(text="Bonjour"))
    like = scene.far.activity("Like", cast.ada, note.uri)
    assert await scene.said("Undo", cast.ada, like) == "done"
    assert (await scene.post(like, cast.ada))[0] == 202
    other = scene.far.activity("Like", scene.far.person("bob"), note.uri)
    assert await scene.sent(other, scene.far.person("bob")) == "done"
    assert await scene.count(f"{note.uri}/likes") == 1


@refuses(Follow)
async def test_nobody_follows_whom_we_do_not_know(scene: Scene, cast: Cast) -> None:
    """recipient_unknown, beside the Follow that is taken."""
    unknown = scene.far.activity("Follow", cast.ada, f"{scene.node.base}/u/nobody")
    assert (await scene.sent(unknown, cast.ada)).startswith("refused: recipient_unknown")
    elsewhere = scene.far.activity("Follow", cast.ada, scene.far.person("bob").uri)
    assert (await scene.sent(elsewhere, cast.ada)).startswith("refused: recipient_unknown")


@refuses(Follow)
async def test_a_blocked_follower_is_rejected(scene: Scene, cast: Cast) -> None:
    """T-10: she is told no, and does not count."""
    dora = scene.far.person("dora")
    uri = await scene.followed(cast.alice, dora)
    assert await scene.answer_to(uri) == "Accept"
    row = await scene.node.node.store.reading(lambda reader: follows.by_uri(reader, uri))
    assert row is not None
    now = scene.node.node.clock()
    await scene.node.node.store.transaction(
        lambda tx: blocks.add(
            tx,
            actor_id=cast.alice.id,
            target_id=row.follower_id,
            kind="block",
            uri=None,
            now=now,
        )
    )
    again = await scene.followed(cast.alice, dora)
    assert await scene.answer_to(again) == "Reject"
    assert await scene.count(f"{cast.alice.uri}/followers") == 0


@passes(Follow, Join)
async def test_a_community_that_asks_first_lets_in_whom_it_chose(scene: Scene, cast: Cast) -> None:
    """joining = approval: a Follow waits for an answer; a Join is a Follow by another name."""
    garden = await scene.node.community("jardin", cast.alice, joining="approval", posting="members")
    emil, fanny = scene.far.person("emil"), scene.far.person("fanny")
    before = await scene.count(f"{garden.uri}/followers")
    first = await scene.followed(garden, emil)
    join = scene.far.activity("Join", fanny, garden.uri)
    assert await scene.sent(join, fanny) == "done"
    assert await scene.count(f"{garden.uri}/followers") == before
    waiting = await scene.node.node.store.reading(
        lambda reader: follows.followers(reader, garden.id, state="pending")
    )
    assert {actor.uri for _, actor in waiting} == {emil.uri, fanny.uri}
    for _, actor in waiting:
        accepted = actor.uri == emil.uri
        await following.answer(scene.node.node, garden, actor.id, accepted=accepted)
    assert await scene.answer_to(first) == "Accept"
    assert await scene.answer_to(join["id"]) == "Reject"
    assert await scene.count(f"{garden.uri}/followers") == before + 1
    _, taken = await scene.wrote(emil, "<p>Semis</p>", audience=garden.uri, to=[PUBLIC, garden.uri])
    _, refused = await scene.wrote(fanny, "<p>Non</p>", audience=garden.uri, to=[PUBLIC])
    assert (taken, refused[:20]) == ("done", "refused: not_member:"[:20])


@passes(Join, Leave)
async def test_joining_and_leaving_a_community(scene: Scene, cast: Cast) -> None:
    """Member from the Join on, none after the Leave: what she writes shows it."""
    kitchen = await scene.node.community("cuisine", cast.alice, posting="members")
    gina, before = scene.far.person("gina"), await scene.count(f"{kitchen.uri}/followers")
    assert await scene.said("Join", gina, kitchen.uri) == "done"
    assert await scene.count(f"{kitchen.uri}/followers") == before + 1
    _, as_member = await scene.wrote(gina, "<p>Soupe</p>", audience=kitchen.uri, to=[PUBLIC])
    assert await scene.said("Leave", gina, kitchen.uri) == "done"
    assert await scene.count(f"{kitchen.uri}/followers") == before
    _, as_stranger = await scene.wrote(gina, "<p>Tarte</p>", audience=kitchen.uri, to=[PUBLIC])
    assert as_member == "done"
    assert as_stranger.startswith("refused: not_member")


@refuses(Join, Leave)
async def test_joining_nothing_and_leaving_nothing(scene: Scene, cast: Cast) -> None:
    """A banned actor is refused; leaving what one is not in changes nothing; another's name is
    refused at the door."""
    ada = cast.ada
    assert (await scene.said("Leave", ada, f"{scene.node.base}/c/none")).startswith("ignored")
    forged = scene.far.activity("Leave", scene.far.person("gina"), cast.alice.uri)
    assert await scene.sent(forged, ada) == "403 actor_mismatch"
    forged = scene.far.activity("Join", scene.far.person("gina"), cast.alice.uri)
    assert await scene.sent(forged, ada) == "403 actor_mismatch"


@passes(Accept, Reject)
async def test_answers_to_what_we_asked(scene: Scene, cast: Cast) -> None:
    """Pending until the Accept; a later Reject ends it, and what it brought is gone (A-8)."""
    node, alice, hugo = scene.node.node, cast.alice, scene.far.person("hugo")
    known = await found(scene.node, hugo.uri)
    assert await following.follow(node, alice, known) == "pending"
    asked = await eventually(lambda: scene.reached("Follow"))
    follow = next(one for one in asked if one["object"] == hugo.uri)
    note, before = await scene.wrote(hugo, "<p>Trop tôt</p>")
    assert before.startswith("ignored")
    assert await scene.said("Accept", hugo, follow) == "done"
    note, after = await scene.wrote(hugo, "<p>Bonjour</p>")
    assert after == "done"
    assert note["id"] in uris_in(await scene.node.home(alice))
    assert await scene.said("Reject", hugo, follow["id"]) == "done"
    _, later = await scene.wrote(hugo, "<p>Plus rien</p>")
    assert later.startswith("ignored")


@refuses(Accept, Reject)
async def test_only_who_was_asked_answers(scene: Scene, cast: Cast) -> None:
    """A-8: not a neighbour of hers, not about a Follow that never was, not twice."""
    node, alice = scene.node.node, cast.alice
    irma, jan = scene.far.person("irma"), scene.far.person("jan")
    assert await following.follow(node, alice, await found(scene.node, irma.uri)) == "pending"
    asked = await eventually(lambda: scene.reached("Follow"))
    follow = await eventually(lambda: _to(scene, irma.uri))
    assert asked
    assert (await scene.said("Accept", jan, follow["id"])).startswith("refused: actor_mismatch")
    assert (await scene.said("Reject", jan, follow["id"])).startswith("refused: actor_mismatch")
    never = {"type": "Follow", "id": f"{scene.node.base}/a/never", "actor": alice.uri}
    never |= {"object": jan.uri}
    assert (await scene.said("Accept", jan, never)).startswith("refused: no_such_follow")
    assert (await scene.said("Reject", jan, never)).startswith("refused: no_such_follow")
    assert await scene.said("Accept", irma, follow) == "done"
    assert (await scene.said("Accept", irma, follow)).startswith("ignored")


async def _to(scene: Scene, uri: str) -> dict[str, object] | None:
    found = await scene.reached("Follow")
    return next((one for one in found if one["object"] == uri), None)
