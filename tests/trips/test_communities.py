"""Our own communities at work (FEP-1b12): who posts, what is passed on, who moderates."""

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
from actors import memberships
from actors.records import Actor as Ours
from federation.vocabulary import Add, Block, Delete, Lock, Remove, Undo
from tests.neighbour import PUBLIC, Actor, Json
from tests.trips.scene import Scene, eventually, found, shown, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """alice runs `garden`; bob (second node), ada and carla (neighbour) are members; carla
    moderates; eve is a stranger. alice runs `cellar` too, where nobody else moderates."""

    alice: Ours
    bob: Ours
    ada: Actor
    carla: Actor
    eve: Actor
    garden: Ours
    cellar: Ours


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(two_nodes: Scene) -> AsyncIterator[Cast]:
    scene = two_nodes
    alice, bob = await scene.node.person("alice"), await scene.second.person("bob")
    garden = await scene.node.community("jardin", alice, posting="members")
    cellar = await scene.node.community("cave", alice, posting="open")
    before = await scene.count(f"{garden.uri}/followers")
    far = scene.far
    cast = Cast(
        alice=alice,
        bob=bob,
        ada=far.person("ada"),
        carla=far.person("carla"),
        eve=far.person("eve"),
        garden=garden,
        cellar=cellar,
    )
    await following.follow(scene.second.node, bob, await found(scene.second, garden.uri))
    for one in (cast.ada, cast.carla):
        await scene.followed(garden, one)
    await eventually(lambda: _members(scene, garden, before + 3))
    await _appoint(scene, cast, cast.carla)
    yield cast


async def _members(scene: Scene, community: Ours, count: int) -> bool:
    return await scene.count(f"{community.uri}/followers") == count


async def _appoint(scene: Scene, cast: Cast, person: Actor) -> None:
    known = await found(scene.node, person.uri)
    store, now = scene.node.node.store, scene.node.node.clock()
    await store.transaction(
        lambda tx: memberships.add(tx, cast.garden.id, known.id, "moderator", now=now)
    )


def _in(community: Ours) -> Json:
    return {"to": [PUBLIC], "cc": [community.uri], "audience": community.uri}


async def _thread(scene: Scene, note: Any) -> list[str]:
    _, document = await scene.node.get(f"{scene.node.base}/t/{note.uri.rpartition('/')[2]}")
    return list(document["orderedItems"])


async def _starter(scene: Scene, cast: Cast, community: Ours | None = None) -> Any:
    new = NewNote(text="Que planter ?", title="Mars", community=community or cast.garden)
    return await notes.publish(scene.node.node, cast.alice, new)


# --- posts ---------------------------------------------------------------------------------------


async def test_a_members_post_goes_out_whole_and_bare(two_nodes: Scene, cast: Cast) -> None:
    """Announce{Create} for those who read activities, the bare Announce for microblogs; one entry
    for both on a timeline."""
    scene = two_nodes
    note = await _starter(scene, cast)
    await eventually(lambda: _announced_to_far(scene, note.uri, whole=True))
    await eventually(lambda: _announced_to_far(scene, note.uri, whole=False))
    await eventually(lambda: _home_count(scene.second, cast.bob, note.uri))
    assert await _home_count(scene.second, cast.bob, note.uri) == 1
    assert await _home_count(scene.node, cast.alice, note.uri) == 1
    _, outbox = await scene.node.get(f"{cast.garden.uri}/outbox?page=1")
    assert note.uri in str(outbox)


@pytest.mark.parametrize("how", ["mention", "audience", "to"])
async def test_a_remote_members_post(two_nodes: Scene, cast: Cast, how: str) -> None:
    """Found by mention in cc (Mastodon), by audience, by the first of to (Lemmy); passed on as it
    came."""
    scene, garden = two_nodes, cast.garden
    mention = {"type": "Mention", "href": garden.uri, "name": "@jardin"}
    ways: dict[str, Json] = {
        "mention": {"to": [PUBLIC], "cc": [garden.uri], "tag": [mention]},
        "audience": {"to": [PUBLIC], "cc": [], "audience": garden.uri},
        "to": {"to": [garden.uri, PUBLIC], "cc": []},
    }
    note, became = await scene.wrote(cast.ada, f"<p>Par {how}</p>", **ways[how])
    assert became == "done"
    await eventually(lambda: _announced_to_far(scene, note["id"], whole=True))
    await eventually(lambda: _announced_to_far(scene, note["id"], whole=False))
    await eventually(lambda: _home_count(scene.second, cast.bob, note["id"]))
    assert await _home_count(scene.second, cast.bob, note["id"]) == 1
    whole = next(one for one in await _announces(scene, note["id"]) if isinstance(one, dict))
    assert whole["actor"] == cast.ada.uri
    assert whole["object"]["content"] == f"<p>Par {how}</p>"


async def test_a_reply_in_the_thread_comes_home(two_nodes: Scene, cast: Cast) -> None:
    """By somebody who follows only the author, in an open community: in the thread, and passed on
    whole, but never as a boost."""
    scene = two_nodes
    starter = await _starter(scene, cast, cast.cellar)
    await scene.followed(cast.cellar, cast.ada)
    reply, became = await scene.wrote(cast.eve, "<p>Du vin</p>", inReplyTo=starter.uri)
    assert became == "done"
    assert reply["id"] in await _thread(scene, starter)
    await eventually(lambda: _announced_to_far(scene, reply["id"], whole=True))
    assert not await _announced_to_far(scene, reply["id"], whole=False)
    assert "mention" in {kind for kind, _, _ in await scene.told(cast.alice)}


async def test_changes_are_passed_on(two_nodes: Scene, cast: Cast) -> None:
    """An Update, a Like, its Undo and the author's Delete reach the members, who look themselves
    whether the note is gone."""
    scene = two_nodes
    note, _ = await scene.wrote(cast.ada, "<p>avant</p>", **_in(cast.garden))
    newer = note | {"content": "<p>après</p>", "updated": "2026-12-31T00:00:00Z"}
    update = scene.far.activity("Update", cast.ada, newer)
    like = scene.far.activity("Like", cast.eve, note["id"])
    undo = scene.far.activity("Undo", cast.eve, like)
    delete = scene.far.activity("Delete", cast.ada, note["id"])
    scene.far.forget(note["id"].removeprefix(scene.far.origin), 410)
    senders = (cast.ada, cast.eve, cast.eve, cast.ada)
    for activity, sender in zip((update, like, undo, delete), senders, strict=True):
        assert await scene.sent(activity, sender) == "done"
        await eventually(partial(_passed_on, scene, activity["id"]))
    assert await scene.shown(note["id"], cast.alice) is None
    await eventually(lambda: _is_gone(scene, cast, note["id"]))


async def _is_gone(scene: Scene, cast: Cast, uri: str) -> bool:
    return await shown(scene.second, uri, cast.bob) is None


@pytest.mark.parametrize("posting", ["open", "members", "moderators"])
async def test_who_may_post(two_nodes: Scene, cast: Cast, posting: str) -> None:
    """A-19: strangers, members and moderators, under each of the three policies."""
    scene = two_nodes
    house = await scene.node.community(f"maison-{posting}", cast.alice, posting=posting)
    await scene.followed(house, cast.ada)
    _, stranger = await scene.wrote(cast.eve, "<p>x</p>", **_in(house))
    _, member = await scene.wrote(cast.ada, "<p>x</p>", **_in(house))
    starter = await _starter(scene, cast, house)
    _, reply = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=starter.uri, **_in(house))
    expected = {
        "open": ("done", "done"),
        "members": ("refused: not_member", "done"),
        "moderators": ("refused: not_moderator", "refused: not_moderator"),
    }
    assert (_word(stranger), _word(member)) == expected[posting]
    assert reply == "done"


def _word(became: str) -> str:
    return ":".join(became.split(":")[:2])


# --- moderation ----------------------------------------------------------------------------------


@passes(Lock, Undo)
@refuses(Lock)
async def test_a_moderator_elsewhere_locks_a_thread(two_nodes: Scene, cast: Cast) -> None:
    """A-10: no reply is taken while it is locked; a member can't lock."""
    scene = two_nodes
    starter = await _starter(scene, cast)
    refused = await scene.said("Lock", cast.ada, starter.uri, audience=cast.garden.uri)
    assert refused.startswith("refused: not_owner")
    _, before = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=starter.uri)
    lock = scene.far.activity("Lock", cast.carla, starter.uri, audience=cast.garden.uri)
    assert await scene.sent(lock, cast.carla) == "done"
    _, locked = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=starter.uri)
    assert (await scene.said("Undo", cast.ada, lock | {"actor": cast.ada.uri})).startswith(
        "refused: not_owner"
    )
    assert await scene.said("Undo", cast.carla, lock) == "done"
    _, after = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=starter.uri)
    assert (before, _word(locked), after) == ("done", "refused: not_authorized", "done")
    await eventually(lambda: _passed_on(scene, lock["id"]))


@passes(Delete, Undo)
@refuses(Delete)
async def test_a_removal_hides_and_does_not_erase(two_nodes: Scene, cast: Cast) -> None:
    """A-5, A-10: out of the thread, still at its own address; put back by an Undo."""
    scene = two_nodes
    starter = await _starter(scene, cast)
    reply, _ = await scene.wrote(cast.ada, "<p>hors sujet</p>", inReplyTo=starter.uri)
    removal = scene.far.activity(
        "Delete", cast.carla, starter.uri, summary="doublon", audience=cast.garden.uri
    )
    by_member = removal | {"actor": cast.ada.uri, "id": f"{scene.far.origin}/removal/1"}
    assert (await scene.sent(by_member, cast.ada)).startswith("refused: not_owner")
    assert starter.uri in await _thread(scene, starter)
    assert await scene.sent(removal, cast.carla) == "done"
    assert starter.uri not in await _outbox_of(scene, cast.garden)
    assert (await scene.node.get(starter.uri))[0] == 200
    assert await scene.said("Undo", cast.carla, removal) == "done"
    assert starter.uri in await _outbox_of(scene, cast.garden)
    assert await scene.said("Delete", cast.carla, reply["id"], summary="x") == "done"
    assert reply["id"] not in await _thread(scene, starter)
    note = await scene.shown(reply["id"], cast.alice)
    assert note is not None
    assert "hors sujet" in note.content


async def _outbox_of(scene: Scene, community: Ours) -> str:
    _, page = await scene.node.get(f"{community.uri}/outbox?page=1")
    return str(page)


@passes(Block, Undo)
@refuses(Block)
async def test_a_ban_by_a_moderator_elsewhere(two_nodes: Scene, cast: Cast) -> None:
    """No member any more, no post, no way back in, until the Undo (T-7)."""
    scene, garden = two_nodes, cast.garden
    fred = scene.far.person("fred")
    await scene.followed(garden, fred)
    members = await scene.count(f"{garden.uri}/followers")
    ban = scene.far.activity("Block", cast.carla, fred.uri, target=garden.uri, summary="pub")
    by_member = ban | {"actor": cast.ada.uri, "id": f"{scene.far.origin}/ban/1"}
    assert (await scene.sent(by_member, cast.ada)).startswith("refused: not_moderator")
    _, before = await scene.wrote(fred, "<p>x</p>", **_in(garden))
    assert await scene.sent(ban, cast.carla) == "done"
    _, banned = await scene.wrote(fred, "<p>x</p>", **_in(garden))
    follow = await scene.followed(garden, fred)
    assert await scene.answer_to(follow) == "Reject"
    assert await scene.count(f"{garden.uri}/followers") == members - 1
    assert await scene.said("Undo", cast.carla, ban) == "done"
    follow = await scene.followed(garden, fred)
    assert await scene.answer_to(follow) == "Accept"
    _, after = await scene.wrote(fred, "<p>x</p>", **_in(garden))
    assert (before, _word(banned), after) == ("done", "refused: not_authorized", "done")


async def test_a_ban_is_not_walked_around(two_nodes: Scene, cast: Cast) -> None:
    """A reply belongs to the community of its thread, whatever other one it names."""
    scene, greta = two_nodes, two_nodes.far.person("greta")
    await scene.followed(cast.garden, greta)
    starter = await _starter(scene, cast)
    assert await scene.said("Block", cast.carla, greta.uri, target=cast.garden.uri) == "done"
    reply, became = await scene.wrote(greta, "<p>x</p>", inReplyTo=starter.uri, **_in(cast.cellar))
    assert _word(became) == "refused: not_authorized"
    assert reply["id"] not in await _thread(scene, starter)
    _, elsewhere = await scene.wrote(greta, "<p>x</p>", **_in(cast.cellar))
    assert elsewhere == "done"


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
    assert cast.ada.uri in await _listed(scene, target)
    assert await scene.said("Remove", cast.carla, cast.ada.uri, target=target) == "done"
    assert cast.ada.uri not in await _listed(scene, target)
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
    _, became = await scene.wrote(cast.eve, "<p>x</p>", **_in(garden))
    assert _word(became) == "refused: not_member"


async def _listed(scene: Scene, uri: str) -> list[str]:
    _, document = await scene.node.get(uri)
    return list(document["orderedItems"])


@passes(Add, Remove)
@refuses(Add, Remove)
async def test_moderators_pin_notes(two_nodes: Scene, cast: Cast) -> None:
    """A-18: notes of that community, in its own collection; others' collections wait or refuse."""
    scene, target = two_nodes, f"{cast.garden.uri}/featured"
    starter, foreign = await _starter(scene, cast), await _starter(scene, cast, cast.cellar)
    assert (await scene.said("Add", cast.ada, starter.uri, target=target)).startswith(
        "refused: not_moderator"
    )
    assert (await scene.said("Add", cast.carla, foreign.uri, target=target)).startswith(
        "refused: not_owner"
    )
    assert await scene.said("Add", cast.carla, starter.uri, target=target) == "done"
    assert await scene.count(target) == 1
    assert await scene.said("Remove", cast.carla, starter.uri, target=target) == "done"
    assert await scene.count(target) == 0
    hers = f"{cast.alice.uri}/featured"
    assert (await scene.said("Add", cast.carla, starter.uri, target=hers)).startswith("refused")
    assert await scene.count(hers) == 0


@refuses(Add, Remove, Lock, Delete, Block)
async def test_moderators_have_no_power_next_door(two_nodes: Scene, cast: Cast) -> None:
    """A-11: carla moderates the garden; in the cellar she is nobody."""
    scene, cellar = two_nodes, cast.cellar
    starter = await _starter(scene, cast, cellar)
    await found(scene.node, cast.ada.uri)
    tried = [
        await scene.said("Lock", cast.carla, starter.uri, audience=cast.garden.uri),
        await scene.said("Delete", cast.carla, starter.uri, summary="x"),
        await scene.said("Block", cast.carla, cast.ada.uri, target=cellar.uri),
        await scene.said("Add", cast.carla, starter.uri, target=f"{cellar.uri}/featured"),
        await scene.said("Add", cast.carla, cast.ada.uri, target=f"{cellar.uri}/moderators"),
        await scene.said("Remove", cast.carla, cast.alice.uri, target=f"{cellar.uri}/moderators"),
    ]
    assert [one[:7] for one in tried] == ["refused"] * 6
    _, reply = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=starter.uri)
    assert reply == "done"
    assert await scene.count(f"{cellar.uri}/featured") == 0
    assert await _listed(scene, f"{cellar.uri}/moderators") == [cast.alice.uri]


async def test_a_private_talk_under_a_note_is_nobody_elses(two_nodes: Scene, cast: Cast) -> None:
    """A direct answer to a community's note needs no membership, and is not passed on."""
    scene = two_nodes
    starter = await _starter(scene, cast)
    reply, became = await scene.wrote(
        cast.eve, "<p>en privé</p>", inReplyTo=starter.uri, to=[cast.alice.uri], cc=None
    )
    assert became == "done"
    assert await scene.shown(reply["id"], cast.alice) is not None
    assert reply["id"] not in await _thread(scene, starter)
    other, _ = await scene.wrote(cast.ada, "<p>à tous</p>", inReplyTo=starter.uri)
    await eventually(lambda: _announced_to_far(scene, other["id"], whole=True))
    assert not await _announces(scene, reply["id"])


async def test_a_private_community_is_for_its_members(two_nodes: Scene, cast: Cast) -> None:
    """P-2, P-5: a stranger finds nothing on any route; a member elsewhere gets it, and may read it
    by signing."""
    scene, node = two_nodes, two_nodes.node
    closet = await node.community("placard", cast.alice, private=True, posting="members")
    before = await scene.count(f"{closet.uri}/followers", as_="alice")
    follow = await scene.followed(closet, cast.ada)
    known = await found(node, cast.ada.uri)
    assert await scene.count(f"{closet.uri}/followers", as_="alice") == before
    await following.answer(node.node, closet, known.id, accepted=True)
    assert await scene.answer_to(follow) == "Accept"
    new = NewNote(text="Entre nous", community=closet, visibility="community")
    note = await notes.publish(node.node, cast.alice, new)
    await eventually(lambda: _announced_to_far(scene, note.uri, whole=True))
    assert not await _announced_to_far(scene, note.uri, whole=False)
    assert (await scene.far.get(note.uri, as_=cast.ada))["id"] == note.uri
    token = note.uri.rpartition("/")[2]
    for address in (note.uri, f"{note.uri}/create", f"{node.base}/t/{token}"):
        for accept in ("application/activity+json", "text/html"):
            assert (await node.get(address, accept=accept))[0] == 404
    with pytest.raises(AssertionError, match="404"):
        await scene.far.get(note.uri, as_=cast.eve)
    assert note.uri not in await _outbox_of(scene, closet)
    _, page = await node.get(f"{closet.uri}", accept="text/html")
    assert "Entre nous" not in page


# --- what was seen -------------------------------------------------------------------------------


async def _announces(scene: Scene, uri: str) -> list[Any]:
    """Objects of Announces that reached the neighbour about a note: a dict, or the bare id."""
    objects = [one["object"] for one in await scene.reached("Announce")]
    return [obj for obj in objects if _about(obj) == uri]


def _about(obj: Any) -> str:
    inner = obj.get("object") if isinstance(obj, dict) else obj
    return str(inner.get("id") if isinstance(inner, dict) else inner)


async def _announced_to_far(scene: Scene, uri: str, *, whole: bool) -> bool:
    return any(isinstance(obj, dict) == whole for obj in await _announces(scene, uri))


async def _passed_on(scene: Scene, activity_uri: str) -> bool:
    objects = [one["object"] for one in await scene.reached("Announce")]
    return any(isinstance(obj, dict) and obj.get("id") == activity_uri for obj in objects)


async def _home_count(node: Any, person: Ours, uri: str) -> int:
    return uris_in(await node.home(person)).count(uri)
