"""Finding actors: by handle, by address, again after a day; what a host may change."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from actions import lookups
from actors import directory
from actors.records import STRANGER
from actors.records import Actor as Ours
from actors.refusals import NotFound
from federation import discovery
from federation.fetching import Budget
from federation.origin import Refused
from tests.neighbour import ACTIVITY_JSON, Actor, Json, Neighbour
from tests.trips.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DAY = 24 * 3_600_000 + 1_000


# --- handles (O-13) ------------------------------------------------------------------------------


async def test_a_handle_is_found_where_its_host_says(scene: Scene) -> None:
    async with Neighbour() as far:
        ana = far.person("ana")
        assert (await _by_handle(scene, _handle("ana", far))).uri == ana.uri
        assert (await _by_handle(scene, _handle("ANA", far))).uri == ana.uri
        with pytest.raises(NotFound):
            await _by_handle(scene, _handle("nobody", far))
        with pytest.raises(NotFound):
            await _by_handle(scene, "@nobody@")


async def test_a_handle_that_moved_is_followed_once(scene: Scene) -> None:
    """Its subject is asked at its own host, which must agree; the handle shown is the actor's."""
    async with Neighbour() as old, Neighbour() as new:
        ana = new.person("ana")
        _jrd(old, "ana", subject=_handle("ana", new), to=old.person("forged"))
        seen = await _by_handle(scene, _handle("ana", old))
        assert (seen.uri, seen.handle) == (ana.uri, _handle("ana", new))
        _jrd(old, "bea", subject=_handle("bea", new), to=ana)
        _jrd(new, "bea", subject=_handle("ana", new), to=ana)
        with pytest.raises(NotFound, match="bea"):
            await _by_handle(scene, _handle("bea", old))
        _jrd(old, "cid", subject=_handle("nobody", new), to=ana)
        with pytest.raises(NotFound, match="cid"):
            await _by_handle(scene, _handle("cid", old))


async def test_a_handle_lends_nobody_elses_name(scene: Scene) -> None:
    """A host may point to another's actor: that one is shown under its own host."""
    async with Neighbour() as liar, Neighbour() as far:
        ana = far.person("ana")
        _jrd(liar, "boss", subject=_handle("boss", liar), to=ana)
        seen = await _by_handle(scene, _handle("boss", liar))
        assert seen.handle == _handle("ana", far)


# --- by address ----------------------------------------------------------------------------------


async def test_what_is_not_there_is_asked_once(scene: Scene) -> None:
    """O-12, beside what is there."""
    async with Neighbour() as far:
        note = far.note(far.person("ana"), "<p>là</p>")
        for _ in range(3):
            with pytest.raises(NotFound):
                await lookups.fetch(scene.node.node, f"{far.origin}/people/none", STRANGER)
            assert await lookups.fetch(scene.node.node, note["id"], STRANGER)
        assert len([seen for seen in far.asked if seen.path == "/people/none"]) == 1


async def test_a_document_speaks_for_its_own_address(scene: Scene) -> None:
    """O-10: another id is asked for there; what names a third address, or no AS2, is nothing."""
    async with Neighbour() as far:
        note = far.note(far.person("ana"), "<p>là</p>")
        alias = far.redirect("/@ana/1", note["id"])
        page = far.serve("/page/1", note)
        for address in (alias, page):
            seen = await lookups.fetch(scene.node.node, address, STRANGER)
            assert seen.uri == note["id"]
        far.serve("/page/2", note | {"id": f"{far.origin}/page/3"})
        far.serve("/page/3", note | {"id": f"{far.origin}/page/2"})
        far.serve("/page/4", note | {"id": f"{far.origin}/page/4"}, content_type="application/json")
        for number in (2, 3, 4):
            with pytest.raises(NotFound):
                await lookups.fetch(scene.node.node, f"{far.origin}/page/{number}", STRANGER)


# --- again (F-25) --------------------------------------------------------------------------------


async def test_an_actor_is_read_again_after_a_day(scene: Scene) -> None:
    """A new name and inbox are taken; a host that is away leaves what we knew."""
    async with Neighbour() as far:
        ana = far.person("ana")
        await _by_handle(scene, _handle("ana", far))
        ana.extra = {"name": "Ana Maria", "inbox": f"{ana.uri}/letters"}
        assert (await _again(scene, ana)).name == "Ana"
        scene.clock.ahead += _DAY
        seen = await _again(scene, ana)
        assert (seen.name, seen.inbox) == ("Ana Maria", f"{ana.uri}/letters")
        await far.gone()
        scene.clock.ahead += _DAY
        assert (await _again(scene, ana)).name == "Ana Maria"
        assert (await _by_handle(scene, _handle("ana", far))).name == "Ana Maria"


async def test_a_person_never_becomes_a_group(scene: Scene) -> None:
    """Nor the other way round; what was known stays known. Between Person and Service it may."""
    async with Neighbour() as far:
        for actor, other in ((far.person("ana"), "Group"), (far.group("club"), "Person")):
            before = await _again(scene, actor)
            actor.extra = {"type": other, "name": "Autre"}
            with pytest.raises(Refused, match="type"):
                await _again(scene, actor, refresh=True)
            assert await _known(scene, actor.uri) == before
        bot = far.person("bot")
        await _again(scene, bot)
        bot.extra = {"type": "Service", "name": "Robot"}
        assert (await _again(scene, bot, refresh=True)).name == "Robot"


async def test_a_host_that_began_anew_has_new_people(scene: Scene) -> None:
    """The same handle with another id is somebody else: nothing of the former goes to her."""
    async with Neighbour() as far:
        ana = far.person("ana")
        former = await _by_handle(scene, _handle("ana", far))
        del far.actors["/people/ana"]
        anew = replace(ana, uri=f"{far.origin}/users/7")
        far.actors["/users/7"] = anew
        assert (await _by_handle(scene, _handle("ana", far))).id == former.id
        scene.clock.ahead += _DAY
        seen = await _by_handle(scene, _handle("ana", far))
        assert seen.uri == anew.uri
        assert seen.id != former.id
        assert await _known(scene, ana.uri) == former


# --- words ---------------------------------------------------------------------------------------


def _handle(name: str, server: Neighbour) -> str:
    return f"@{name}@{server.origin.removeprefix('http://')}"


def _jrd(server: Neighbour, name: str, *, subject: str, to: Actor) -> None:
    asked = f"acct:{_handle(name, server).removeprefix('@')}"
    document: Json = {
        "subject": "acct:" + subject.removeprefix("@"),
        "links": [{"rel": "self", "type": ACTIVITY_JSON, "href": to.uri}],
    }
    path = f"/.well-known/webfinger?resource={quote(asked, safe=':@')}"
    server.serve(path, document, content_type="application/jrd+json")


async def _by_handle(scene: Scene, handle: str) -> Ours:
    return await lookups.actor_by_handle(scene.node.node, handle)


async def _again(scene: Scene, actor: Actor, *, refresh: bool = False) -> Ours:
    return await discovery.actor(scene.node.node, actor.uri, budget=Budget(), refresh=refresh)


async def _known(scene: Scene, uri: str) -> Ours | None:
    return await scene.node.node.store.reading(lambda reader: directory.find(reader, uri))
