"""Our own communities at work (FEP-1b12): who posts, and what is passed on."""

# ruff: noqa: F811 - `cast` is a fixture, asked for by its name
from __future__ import annotations

from functools import partial

import pytest

from actions import follows as following
from actions import lookups, notes, revising
from actions.notes import NewNote
from actors.records import STRANGER
from tests.neighbour import PUBLIC, Json
from tests.trips.garden import (
    Cast,
    about,
    announced_to_far,
    announces,
    cast,  # noqa: F401 - a fixture
    home_count,
    outbox_of,
    passed_on,
    starter,
    thread,
    within,
    word,
)
from tests.trips.scene import Scene, eventually, found, shown

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_members_post_goes_out_whole_and_bare(two_nodes: Scene, cast: Cast) -> None:
    """Announce{Create} for those who read activities, the bare Announce for microblogs; one entry
    for both on a timeline."""
    scene = two_nodes
    note = await starter(scene, cast)
    await eventually(lambda: announced_to_far(scene, note.uri, whole=True))
    await eventually(lambda: announced_to_far(scene, note.uri, whole=False))
    await eventually(lambda: home_count(scene.second, cast.bob, note.uri))
    assert await home_count(scene.second, cast.bob, note.uri) == 1
    assert await home_count(scene.node, cast.alice, note.uri) == 1
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
    await eventually(lambda: announced_to_far(scene, note["id"], whole=True))
    await eventually(lambda: announced_to_far(scene, note["id"], whole=False))
    await eventually(lambda: home_count(scene.second, cast.bob, note["id"]))
    assert await home_count(scene.second, cast.bob, note["id"]) == 1
    whole = next(one for one in await announces(scene, note["id"]) if isinstance(one, dict))
    assert whole["actor"] == cast.ada.uri
    assert whole["object"]["content"] == f"<p>Par {how}</p>"


async def test_a_reply_in_the_thread_comes_home(two_nodes: Scene, cast: Cast) -> None:
    """By somebody who follows only the author, in an open community: in the thread, and passed on
    whole, but never as a boost."""
    scene = two_nodes
    first = await starter(scene, cast, cast.cellar)
    await scene.followed(cast.cellar, cast.ada)
    reply, became = await scene.wrote(cast.eve, "<p>Du vin</p>", inReplyTo=first.uri)
    assert became == "done"
    assert reply["id"] in await thread(scene, first)
    await eventually(lambda: announced_to_far(scene, reply["id"], whole=True))
    assert not await announced_to_far(scene, reply["id"], whole=False)
    assert "mention" in {kind for kind, _, _ in await scene.told(cast.alice)}


async def test_changes_are_passed_on(two_nodes: Scene, cast: Cast) -> None:
    """An Update, a Like, its Undo and the author's Delete reach the members, who look themselves
    whether the note is gone."""
    scene = two_nodes
    note, _ = await scene.wrote(cast.ada, "<p>avant</p>", **within(cast.garden))
    newer = note | {"content": "<p>après</p>", "updated": "2026-12-31T00:00:00Z"}
    update = scene.far.activity("Update", cast.ada, newer)
    like = scene.far.activity("Like", cast.eve, note["id"])
    undo = scene.far.activity("Undo", cast.eve, like)
    delete = scene.far.activity("Delete", cast.ada, note["id"])
    scene.far.forget(note["id"].removeprefix(scene.far.origin), 410)
    senders = (cast.ada, cast.eve, cast.eve, cast.ada)
    for activity, sender in zip((update, like, undo, delete), senders, strict=True):
        assert await scene.sent(activity, sender) == "done"
        await eventually(partial(passed_on, scene, activity["id"]))
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
    _, stranger = await scene.wrote(cast.eve, "<p>x</p>", **within(house))
    _, member = await scene.wrote(cast.ada, "<p>x</p>", **within(house))
    first = await starter(scene, cast, house)
    _, reply = await scene.wrote(cast.ada, "<p>x</p>", inReplyTo=first.uri, **within(house))
    expected = {
        "open": ("done", "done"),
        "members": ("refused: not_member", "done"),
        "moderators": ("refused: not_moderator", "refused: not_moderator"),
    }
    assert (word(stranger), word(member)) == expected[posting]
    assert reply == "done"


async def test_a_private_talk_under_a_note_is_nobody_elses(two_nodes: Scene, cast: Cast) -> None:
    """A direct answer to a community's note needs no membership, and is not passed on."""
    scene = two_nodes
    first = await starter(scene, cast)
    reply, became = await scene.wrote(
        cast.eve, "<p>en privé</p>", inReplyTo=first.uri, to=[cast.alice.uri], cc=None
    )
    assert became == "done"
    assert await scene.shown(reply["id"], cast.alice) is not None
    assert reply["id"] not in await thread(scene, first)
    other, _ = await scene.wrote(cast.ada, "<p>à tous</p>", inReplyTo=first.uri)
    await eventually(lambda: announced_to_far(scene, other["id"], whole=True))
    assert not await announces(scene, reply["id"])


async def test_what_is_for_her_followers_stays_with_them(two_nodes: Scene, cast: Cast) -> None:
    """A-14: a followers-only note that names an open community is not passed on to its members,
    whoever wrote it; what is for members is not announced to the public."""
    scene = two_nodes
    mention = {"type": "Mention", "href": cast.garden.uri, "name": "@jardin"}
    note, became = await scene.wrote(
        cast.ada,
        "<p>aux miens</p>",
        to=[f"{cast.ada.uri}/followers"],
        cc=[cast.garden.uri],
        tag=[mention],
    )
    assert became == "done"
    new = NewNote(text="Aux miennes", community=cast.garden, visibility="followers")
    ours = await notes.publish(scene.node.node, cast.alice, new)
    inner = NewNote(text="Aux membres", community=cast.garden, visibility="community")
    members = await notes.publish(scene.node.node, cast.alice, inner)
    await eventually(lambda: announced_to_far(scene, members.uri, whole=True))
    whole = [one for one in await scene.reached("Announce") if about(one["object"]) == members.uri]
    assert PUBLIC not in str(whole)
    assert not await announces(scene, note["id"])
    assert not await announces(scene, ours.uri)


async def test_found_first_then_sent(two_nodes: Scene, cast: Cast) -> None:
    """Q-12: somebody here looked a post up before it came: its community takes it in all the same,
    and passes on the author's own activity."""
    scene = two_nodes
    note = scene.far.note(cast.ada, "<p>vu avant</p>", **within(cast.garden))
    await lookups.fetch(scene.node.node, note["id"], STRANGER)
    assert not await announces(scene, note["id"])
    assert await scene.said("Create", cast.ada, note, **within(cast.garden)) == "done"
    await eventually(lambda: announced_to_far(scene, note["id"], whole=True))
    assert note["id"] in await outbox_of(scene, cast.garden)


async def test_nothing_is_left_of_what_was_erased(two_nodes: Scene, cast: Cast) -> None:
    """P-2: the Announce that carried a note shows it while it is there, and not after."""
    scene = two_nodes
    note = await starter(scene, cast)
    await eventually(lambda: announced_to_far(scene, note.uri, whole=True))
    found_ = [one for one in await scene.reached("Announce") if about(one["object"]) == note.uri]
    whole = next(one["id"] for one in found_ if isinstance(one["object"], dict))
    assert (await scene.node.get(whole))[0] == 200
    await revising.delete(scene.node.node, cast.alice, note.uri)
    assert (await scene.node.get(whole))[0] == 404


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
    await eventually(lambda: announced_to_far(scene, note.uri, whole=True))
    assert not await announced_to_far(scene, note.uri, whole=False)
    assert (await scene.far.get(note.uri, as_=cast.ada))["id"] == note.uri
    token = note.uri.rpartition("/")[2]
    for address in (note.uri, f"{note.uri}/create", f"{node.base}/t/{token}"):
        for accept in ("application/activity+json", "text/html"):
            assert (await node.get(address, accept=accept))[0] == 404
    with pytest.raises(AssertionError, match="404"):
        await scene.far.get(note.uri, as_=cast.eve)
    assert note.uri not in await outbox_of(scene, closet)
    _, page = await node.get(f"{closet.uri}", accept="text/html")
    assert "Entre nous" not in page
