"""Who moderates our communities, from whatever server: locks, removals, bans, lists."""

# ruff: noqa: F811 - `cast` is a fixture, asked for by its name
from __future__ import annotations

from contextlib import suppress

import pytest

from federation import backfilling
from federation.origin import Refused
from federation.vocabulary import Add, Block, Delete, Lock, Remove, Undo
from tests.trips.garden import (
    Cast,
    cast,  # noqa: F401 - a fixture
    listed,
    outbox_of,
    passed_on,
    starter,
    thread,
    within,
    word,
)
from tests.trips.scene import Scene, eventually, found
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@passes(Lock, Undo)
@refuses(Lock)
async def test_a_moderator_elsewhere_locks_a_thread(two_nodes: Scene, cast: Cast) -> None:
    """A-10: no reply is taken while it is locked; a member can't lock."""
    scene = two_nodes
    first = await starter(scene, cast)
    refused = await scene.said("Lock", cast.ada, first.uri, audience=cast.garden.uri)
    assert refused.startswith("refused: not_owner")
    _, before = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=first.uri)
    lock = scene.far.activity("Lock", cast.carla, first.uri, audience=cast.garden.uri)
    assert await scene.sent(lock, cast.carla) == "done"
    _, locked = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=first.uri)
    assert (await scene.said("Undo", cast.ada, lock | {"actor": cast.ada.uri})).startswith(
        "refused: not_owner"
    )
    assert await scene.said("Undo", cast.carla, lock) == "done"
    _, after = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=first.uri)
    assert (before, word(locked), after) == ("done", "refused: not_authorized", "done")
    await eventually(lambda: passed_on(scene, lock["id"]))


@passes(Delete, Undo)
@refuses(Delete)
async def test_a_removal_hides_and_does_not_erase(two_nodes: Scene, cast: Cast) -> None:
    """A-5, A-10: out of the thread, still at its own address; put back by an Undo."""
    scene = two_nodes
    first = await starter(scene, cast)
    reply, _ = await scene.wrote(cast.ada, "<p>hors sujet</p>", inReplyTo=first.uri)
    removal = scene.far.activity(
        "Delete", cast.carla, first.uri, summary="doublon", audience=cast.garden.uri
    )
    by_member = removal | {"actor": cast.ada.uri, "id": f"{scene.far.origin}/removal/1"}
    assert (await scene.sent(by_member, cast.ada)).startswith("refused: not_owner")
    assert first.uri in await thread(scene, first)
    assert await scene.sent(removal, cast.carla) == "done"
    assert first.uri not in await outbox_of(scene, cast.garden)
    assert (await scene.node.get(first.uri))[0] == 200
    assert await scene.said("Undo", cast.carla, removal) == "done"
    assert first.uri in await outbox_of(scene, cast.garden)
    assert await scene.said("Delete", cast.carla, reply["id"], summary="x") == "done"
    assert reply["id"] not in await thread(scene, first)
    note = await scene.shown(reply["id"], cast.alice)
    assert note is not None
    assert "hors sujet" in note.content


@passes(Block, Undo)
@refuses(Block)
async def test_a_ban_by_a_moderator_elsewhere(two_nodes: Scene, cast: Cast) -> None:
    """No member any more, no post, no way back in, until the Undo (T-7)."""
    scene, garden = two_nodes, cast.garden
    fred = scene.far.person("fred")
    await scene.followed(garden, fred)
    before_ban = await scene.count(f"{garden.uri}/followers")
    ban = scene.far.activity("Block", cast.carla, fred.uri, target=garden.uri, summary="pub")
    by_member = ban | {"actor": cast.ada.uri, "id": f"{scene.far.origin}/ban/1"}
    assert (await scene.sent(by_member, cast.ada)).startswith("refused: not_moderator")
    _, before = await scene.wrote(fred, "<p>x</p>", **within(garden))
    assert await scene.sent(ban, cast.carla) == "done"
    _, banned = await scene.wrote(fred, "<p>x</p>", **within(garden))
    follow = await scene.followed(garden, fred)
    assert await scene.answer_to(follow) == "Reject"
    assert await scene.count(f"{garden.uri}/followers") == before_ban - 1
    assert await scene.said("Undo", cast.carla, ban) == "done"
    follow = await scene.followed(garden, fred)
    assert await scene.answer_to(follow) == "Accept"
    _, after = await scene.wrote(fred, "<p>x</p>", **within(garden))
    assert (before, word(banned), after) == ("done", "refused: not_authorized", "done")


async def test_a_ban_is_not_walked_around(two_nodes: Scene, cast: Cast) -> None:
    """A reply belongs to the community of its thread, whatever other one it names."""
    scene, greta = two_nodes, two_nodes.far.person("greta")
    await scene.followed(cast.garden, greta)
    first = await starter(scene, cast)
    assert await scene.said("Block", cast.carla, greta.uri, target=cast.garden.uri) == "done"
    reply, became = await scene.wrote(greta, "<p>x</p>", inReplyTo=first.uri, **within(cast.cellar))
    assert word(became) == "refused: not_authorized"
    assert reply["id"] not in await thread(scene, first)
    _, elsewhere = await scene.wrote(greta, "<p>x</p>", **within(cast.cellar))
    assert elsewhere == "done"


async def test_the_banned_are_not_heard_by_other_ways(two_nodes: Scene, cast: Cast) -> None:
    """A-10, A-19: neither by changing what they wrote, nor by a like, nor through a lookup of
    their answer; beside the same before the ban."""
    scene, greta = two_nodes, two_nodes.far.person("gerda")
    await scene.followed(cast.garden, greta)
    first = await starter(scene, cast)
    note, _ = await scene.wrote(greta, "<p>avant</p>", inReplyTo=first.uri, **within(cast.garden))
    newer = note | {"content": "<p>après</p>", "updated": "2026-12-30T00:00:00Z"}
    assert await scene.said("Update", greta, newer) == "done"
    assert await scene.said("Block", cast.carla, greta.uri, target=cast.garden.uri) == "done"
    newest = note | {"content": "<p>pub</p>", "updated": "2026-12-31T00:00:00Z"}
    assert word(await scene.said("Update", greta, newest)) == "refused: not_authorized"
    like = scene.far.activity("Like", greta, first.uri)
    assert await scene.sent(like, greta) == "done"
    assert not await passed_on(scene, like["id"])
    hidden = scene.far.note(greta, "<p>pub</p>", inReplyTo=first.uri, **within(cast.garden))
    with suppress(Refused):
        await backfilling.note(scene.node.node, hidden["id"])
    assert hidden["id"] not in await thread(scene, first)


async def test_a_ban_is_no_way_around_the_rules_of_office(two_nodes: Scene, cast: Cast) -> None:
    """A-11: a responsable is neither demoted nor put out by a moderator."""
    scene, garden = two_nodes, cast.garden
    became = await scene.said("Block", cast.carla, cast.alice.uri, target=garden.uri)
    assert word(became) == "refused: not_authorized"
    assert cast.alice.uri in await listed(scene, f"{garden.uri}/moderators")


@passes(Add, Remove)
@refuses(Add, Remove)
async def test_moderators_choose_moderators(two_nodes: Scene, cast: Cast) -> None:
    """A-11: by somebody of another server; nobody adds herself, a responsable stays, and whoever
    is no moderator is not made a member by being removed."""
    scene, garden = two_nodes, cast.garden
    target = f"{garden.uri}/moderators"
    assert (await scene.said("Add", cast.ada, cast.ada.uri, target=target)).startswith(
        "refused: not_moderator"
    )
    assert await scene.said("Add", cast.carla, cast.ada.uri, target=target) == "done"
    assert cast.ada.uri in await listed(scene, target)
    assert await scene.said("Remove", cast.carla, cast.ada.uri, target=target) == "done"
    assert cast.ada.uri not in await listed(scene, target)
    demoted = await scene.said("Remove", cast.carla, cast.alice.uri, target=target)
    assert demoted.startswith("refused: not_authorized")
    assert (await scene.said("Add", cast.carla, cast.alice.uri, target=target)).startswith(
        "ignored"
    )
    demoted = await scene.said("Remove", cast.carla, cast.alice.uri, target=target)
    assert demoted.startswith("refused: not_authorized")
    assert (await scene.said("Remove", cast.ada, cast.carla.uri, target=target)).startswith(
        "refused: not_moderator"
    )
    await found(scene.node, cast.eve.uri)
    assert (await scene.said("Remove", cast.carla, cast.eve.uri, target=target)).startswith(
        "ignored"
    )
    _, became = await scene.wrote(cast.eve, "<p>x</p>", **within(garden))
    assert word(became) == "refused: not_member"


@passes(Add, Remove)
@refuses(Add, Remove)
async def test_moderators_pin_notes(two_nodes: Scene, cast: Cast) -> None:
    """A-18: notes of that community, in its own collection; others' collections wait or refuse."""
    scene, target = two_nodes, f"{cast.garden.uri}/featured"
    first, foreign = await starter(scene, cast), await starter(scene, cast, cast.cellar)
    assert (await scene.said("Add", cast.ada, first.uri, target=target)).startswith(
        "refused: not_moderator"
    )
    assert (await scene.said("Add", cast.carla, foreign.uri, target=target)).startswith(
        "refused: not_owner"
    )
    assert await scene.said("Add", cast.carla, first.uri, target=target) == "done"
    assert await scene.count(target) == 1
    assert await scene.said("Remove", cast.carla, first.uri, target=target) == "done"
    assert await scene.count(target) == 0
    hers = f"{cast.alice.uri}/featured"
    assert (await scene.said("Add", cast.carla, first.uri, target=hers)).startswith("refused")
    assert await scene.count(hers) == 0


@refuses(Add, Remove, Lock, Delete, Block)
async def test_moderators_have_no_power_next_door(two_nodes: Scene, cast: Cast) -> None:
    """A-11: carla moderates the garden; in the cellar she is nobody."""
    scene, cellar = two_nodes, cast.cellar
    first = await starter(scene, cast, cellar)
    await found(scene.node, cast.ada.uri)
    tried = [
        await scene.said("Lock", cast.carla, first.uri, audience=cast.garden.uri),
        await scene.said("Delete", cast.carla, first.uri, summary="x"),
        await scene.said("Block", cast.carla, cast.ada.uri, target=cellar.uri),
        await scene.said("Add", cast.carla, first.uri, target=f"{cellar.uri}/featured"),
        await scene.said("Add", cast.carla, cast.ada.uri, target=f"{cellar.uri}/moderators"),
        await scene.said("Remove", cast.carla, cast.alice.uri, target=f"{cellar.uri}/moderators"),
    ]
    assert [one[:7] for one in tried] == ["refused"] * 6
    _, reply = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=first.uri)
    assert reply == "done"
    assert await scene.count(f"{cellar.uri}/featured") == 0
    assert await listed(scene, f"{cellar.uri}/moderators") == [cast.alice.uri]
