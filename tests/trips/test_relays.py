"""What others bring: believed with its author's own proof (FEP-8b32), else read at its origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors.records import Actor as Ours
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.neighbour_signing import prove
from tests.trips.scene import Scene, eventually, found, uris_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """alice follows the Group `guild`, and olga, who lives elsewhere; ada is anybody."""

    alice: Ours
    guild: Actor
    ada: Actor
    elsewhere: Neighbour
    olga: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    alice = await scene.node.person("alice")
    async with Neighbour() as elsewhere:
        guild, olga = scene.far.group("guild"), elsewhere.person("olga")
        cast = Cast(
            alice=alice,
            guild=guild,
            ada=scene.far.person("ada"),
            elsewhere=elsewhere,
            olga=olga,
        )
        for server, actor in ((scene.far, guild), (elsewhere, olga)):
            await following.follow(scene.node.node, alice, await found(scene.node, actor.uri))
            await server.wait_for(partial(list, server.received))
            follow = server.received[-1].activity
            accept = server.activity("Accept", actor, follow)
            assert (await server.post(_inbox(scene), accept, as_=actor))[0] == 202
            assert await scene.became(accept["id"]) == "done"
        yield cast


async def test_a_proof_makes_a_fetch_needless(scene: Scene, cast: Cast) -> None:
    """DECISIONS on signer and actor: what olga proved is taken as the Group brings it."""
    create = _created(cast, "<p>prouvé</p>")
    asked = _notes_asked(cast)
    assert await _announced(scene, cast, prove(create, cast.olga)) == "done"
    assert await _words(scene, cast, create) == "<p>prouvé</p>"
    assert _notes_asked(cast) == asked
    assert create["object"]["id"] in uris_in(await scene.node.home(cast.alice))


@pytest.mark.parametrize("how", ["none", "changed", "another's key", "an unknown key"])
async def test_without_a_good_proof_it_is_read_at_its_origin(
    scene: Scene, cast: Cast, how: str
) -> None:
    """A-12, beside the one above: the copy says one thing, the origin another."""
    create = _created(cast, "<p>vrai</p>")
    false: Json = {**create, "object": {**create["object"], "content": "<p>faux</p>"}}
    if how == "changed":
        false = {**prove(create, cast.olga), "object": false["object"]}
    elif how == "another's key":
        false = prove(false, cast.ada)
    elif how == "an unknown key":
        false = prove(false, cast.olga)
        false["proof"]["verificationMethod"] += "-9"
    asked = _notes_asked(cast)
    assert await _announced(scene, cast, false) == "done"
    assert await _words(scene, cast, create) == "<p>vrai</p>"
    assert _notes_asked(cast) == asked + 1


async def test_anybody_forwards_what_is_proven(scene: Scene, cast: Cast) -> None:
    """S-13: signed by ada, proven by olga; changed on the way, or without proof, it is refused."""
    create = _created(cast, "<p>transmis</p>")
    assert await scene.sent(prove(create, cast.olga), cast.ada) == "done"
    assert await _words(scene, cast, create) == "<p>transmis</p>"
    other = _created(cast, "<p>autre</p>")
    changed = {**prove(other, cast.olga), "published": "2026-01-01T00:00:00Z"}
    assert (await scene.sent(changed, cast.ada)).startswith("refused: signature_invalid")
    bare = _created(cast, "<p>nu</p>")
    assert await scene.sent(bare, cast.ada) == "403 actor_mismatch"
    own = prove(_created(cast, "<p>faux</p>"), cast.ada)
    assert (await scene.sent(own, cast.ada)).startswith("refused: actor_mismatch")
    for one in (other, bare, own):
        assert await scene.shown(one["object"]["id"], cast.alice) is None


async def test_nobody_takes_anothers_id(scene: Scene, cast: Cast) -> None:
    """A-1, GHSA-4qhx-hhwf-8685: what ada sends under the id of olga's activity, with a proof that
    does not hold, keeps olga's own from coming neither through her nor by somebody who forwards it
    whole; what came by itself has no second effect."""
    create = _created(cast, "<p>vrai</p>")
    forged = prove({**create, "object": {**create["object"], "content": "<p>faux</p>"}}, cast.ada)
    assert (await scene.sent(forged, cast.ada)).startswith("refused")
    status, _ = await cast.elsewhere.post(_inbox(scene), create, as_=cast.olga)
    assert status == 202
    await eventually(lambda: scene.shown(create["object"]["id"], cast.alice))
    assert await _words(scene, cast, create) == "<p>vrai</p>"
    bea = scene.far.person("bea")
    again = await scene.sent(prove(create, cast.olga), bea)
    assert again == "ignored: it came by itself"


async def test_a_group_followed_here_brings_a_reference(scene: Scene, cast: Cast) -> None:
    """Not even announced: looked up at its origin. From a Group nobody follows it is refused."""
    create = _created(cast, "<p>vrai</p>")
    false = {**create, "object": {**create["object"], "content": "<p>faux</p>"}}
    assert await scene.sent(false, cast.guild) == "done"
    assert await _words(scene, cast, create) == "<p>vrai</p>"
    other = _created(cast, "<p>autre</p>")
    assert await scene.sent(other, scene.far.group("nobody")) == "403 actor_mismatch"
    assert await scene.shown(other["object"]["id"], cast.alice) is None


async def test_a_like_is_counted_and_told_once_it_is_proven(scene: Scene, cast: Cast) -> None:
    """Announced alone it is only counted; her own Like proves it, and the author hears of it."""
    note = await notes.publish(scene.node.node, cast.alice, NewNote(text="Bonjour"))
    shared = {"to": [PUBLIC], "cc": [f"{cast.guild.uri}/followers"]}
    assert await scene.said("Announce", cast.guild, note.uri, **shared) == "done"
    like = cast.elsewhere.activity("Like", cast.olga, note.uri)
    assert await _announced(scene, cast, like) == "done"
    assert await scene.count(f"{note.uri}/likes") == 1
    assert "favourite" not in [kind for kind, _, _ in await scene.told(cast.alice)]
    direct = cast.elsewhere.activity("Like", cast.olga, note.uri)
    await cast.elsewhere.post(_inbox(scene), direct, as_=cast.olga)
    assert await scene.became(direct["id"]) == "done"
    assert await scene.count(f"{note.uri}/likes") == 1
    assert "favourite" in [kind for kind, _, _ in await scene.told(cast.alice)]


async def test_a_like_with_a_proof_is_as_good_as_a_direct_one(scene: Scene, cast: Cast) -> None:
    note = await notes.publish(scene.node.node, cast.alice, NewNote(text="Bonsoir"))
    shared = {"to": [PUBLIC], "cc": [f"{cast.guild.uri}/followers"]}
    assert await scene.said("Announce", cast.guild, note.uri, **shared) == "done"
    before = [kind for kind, _, _ in await scene.told(cast.alice)].count("favourite")
    like = cast.elsewhere.activity("Like", cast.olga, note.uri)
    assert await _announced(scene, cast, prove(like, cast.olga)) == "done"
    assert await scene.count(f"{note.uri}/likes") == 1
    after = [kind for kind, _, _ in await scene.told(cast.alice)].count("favourite")
    assert after == before + 1


# --- words ---------------------------------------------------------------------------------------


def _inbox(scene: Scene) -> str:
    return f"{scene.node.base}/inbox"


def _created(cast: Cast, text: str) -> Json:
    """A Create of olga's in the guild, whose note is served at its origin."""
    shared = {"to": [cast.guild.uri, PUBLIC], "cc": [], "audience": cast.guild.uri}
    note = cast.elsewhere.note(cast.olga, text, **shared)
    return cast.elsewhere.activity("Create", cast.olga, note, **shared)


async def _announced(scene: Scene, cast: Cast, inner: Any) -> str:
    shared = {"to": [PUBLIC], "cc": [f"{cast.guild.uri}/followers"]}
    return await scene.said("Announce", cast.guild, inner, **shared)


def _notes_asked(cast: Cast) -> int:
    return len([seen for seen in cast.elsewhere.asked if seen.path.startswith("/notes/")])


async def _words(scene: Scene, cast: Cast, create: Json) -> str:
    note = await eventually(lambda: scene.shown(create["object"]["id"], cast.alice))
    return str(note.content)
