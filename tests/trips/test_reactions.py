"""Likes, dislikes, emoji and boosts, and taking each of them back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes, reactions
from actions.notes import NewNote
from actors.records import Actor as Ours
from federation.vocabulary import Announce, Dislike, Like, Undo
from notes import reactions as rows
from notes.records import Note
from tests.neighbour import Actor, Neighbour
from tests.trips.scene import Scene, eventually, found, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """alice wrote `note`; bob, at the second node, follows her; alice follows ada."""

    alice: Ours
    bob: Ours
    ada: Actor
    eve: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(two_nodes: Scene) -> AsyncIterator[Cast]:
    scene = two_nodes
    alice, bob = await scene.node.person("alice"), await scene.second.person("bob")
    ada, eve = scene.far.person("ada"), scene.far.person("eve")
    await following.follow(scene.second.node, bob, await found(scene.second, alice.uri))
    await eventually(lambda: scene.count(f"{alice.uri}/followers"))
    await following.follow(scene.node.node, alice, await found(scene.node, ada.uri))
    follow = (await eventually(lambda: scene.reached("Follow")))[0]
    assert await scene.said("Accept", ada, follow) == "done"
    yield Cast(alice=alice, bob=bob, ada=ada, eve=eve)


async def _note(scene: Scene, cast: Cast, **options: Any) -> Note:
    return await notes.publish(scene.node.node, cast.alice, NewNote(text="Bonjour", **options))


async def _dislikes(scene: Scene, note: Note) -> int:
    found = await scene.node.node.store.reading(
        lambda reader: rows.reactions_of(reader, note.id, "dislike")
    )
    return len(found)


@passes(Like, Undo)
async def test_between_two_nodes(two_nodes: Scene, cast: Cast) -> None:
    """bob likes and boosts what alice wrote, and takes both back."""
    scene, there = two_nodes, two_nodes.second
    note = await _note(scene, cast)
    await eventually(lambda: _arrived(scene, cast, note.uri))
    await reactions.like(there.node, cast.bob, note.uri)
    await reactions.boost(there.node, cast.bob, note.uri)
    await eventually(lambda: scene.count(f"{note.uri}/likes"))
    await eventually(lambda: scene.count(f"{note.uri}/shares"))
    kinds = {kind for kind, _, about in await scene.told(cast.alice) if about == note.id}
    assert kinds == {"favourite", "reblog"}
    await reactions.unlike(there.node, cast.bob, note.uri)
    await reactions.unboost(there.node, cast.bob, note.uri)
    await eventually(lambda: _is_empty(scene, f"{note.uri}/likes"))
    await eventually(lambda: _is_empty(scene, f"{note.uri}/shares"))


@passes(Like, Undo)
@pytest.mark.parametrize("kind", ["Like", "EmojiReact"])
@pytest.mark.parametrize("by_id", [True, False])
async def test_a_like_and_its_undo(two_nodes: Scene, cast: Cast, kind: str, by_id: bool) -> None:
    """One per actor; undone by its id, or by a copy whose id was made anew (Lemmy). A-15, A-7."""
    scene = two_nodes
    note = await _note(scene, cast)
    like = scene.far.activity(kind, cast.ada, note.uri, content="🌱")
    assert await scene.sent(like, cast.ada) == "done"
    assert await scene.said(kind, cast.ada, note.uri) == "done"
    assert await scene.count(f"{note.uri}/likes") == 1
    again = scene.far.activity(kind, cast.ada, note.uri)
    inner = again["id"] if by_id else again | {"id": f"{scene.far.origin}/new/{again['id'][-3:]}"}
    if by_id:
        assert await scene.sent(again, cast.ada) == "done"
    assert await scene.said("Undo", cast.ada, inner) == "done"
    assert await scene.count(f"{note.uri}/likes") == 0


@passes(Dislike, Undo)
@pytest.mark.parametrize("by_id", [True, False])
async def test_a_dislike_and_its_undo(two_nodes: Scene, cast: Cast, by_id: bool) -> None:
    scene = two_nodes
    note = await _note(scene, cast)
    dislike = scene.far.activity("Dislike", cast.ada, note.uri)
    assert await scene.sent(dislike, cast.ada) == "done"
    assert await _dislikes(scene, note) == 1
    assert await scene.count(f"{note.uri}/likes") == 0
    inner = dislike["id"] if by_id else dislike | {"id": f"{scene.far.origin}/again/{note.id}"}
    assert await scene.said("Undo", cast.ada, inner) == "done"
    assert await _dislikes(scene, note) == 0


@refuses(Like, Dislike)
async def test_nobody_reacts_to_what_she_may_not_read(two_nodes: Scene, cast: Cast) -> None:
    """A-15, S-13: not to a closed note, not in another's name."""
    scene = two_nodes
    closed = await _note(scene, cast, visibility="followers")
    for kind in ("Like", "Dislike", "EmojiReact"):
        assert (await scene.said(kind, cast.eve, closed.uri)).startswith("ignored")
    assert await scene.count(f"{closed.uri}/likes", as_="alice") == 0
    assert await _dislikes(scene, closed) == 0
    note = await _note(scene, cast)
    for kind in ("Like", "Dislike"):
        forged = scene.far.activity(kind, cast.ada, note.uri)
        assert await scene.sent(forged, cast.eve) == "403 actor_mismatch"
    assert await scene.count(f"{note.uri}/likes") == 0


@refuses(Undo)
async def test_only_who_liked_takes_it_back(two_nodes: Scene, cast: Cast) -> None:
    """A-7: by id it is found whose it is; by kind it is only ever one's own."""
    scene = two_nodes
    note = await _note(scene, cast)
    like = scene.far.activity("Like", cast.ada, note.uri)
    boost = scene.far.activity("Announce", cast.ada, note.uri)
    for one in (like, boost):
        assert await scene.sent(one, cast.ada) == "done"
        undone = await scene.said("Undo", cast.eve, one["id"])
        assert undone.startswith("refused: actor_mismatch")
        assert await scene.said("Undo", cast.eve, one) == "403 actor_mismatch"
        mine = one | {"actor": cast.eve.uri}
        assert await scene.said("Undo", cast.eve, mine) in ("done", "ignored")
    assert await scene.count(f"{note.uri}/likes") == 1
    assert await scene.count(f"{note.uri}/shares") == 1


@passes(Announce, Undo)
@pytest.mark.parametrize("by_id", [True, False])
async def test_a_boost_and_its_undo(two_nodes: Scene, cast: Cast, by_id: bool) -> None:
    """Of ours: counted and told; of a third party's: fetched and put on the timeline (A-14)."""
    scene = two_nodes
    note = await _note(scene, cast)
    boost = scene.far.activity("Announce", cast.ada, note.uri)
    assert await scene.sent(boost, cast.ada) == "done"
    assert await scene.count(f"{note.uri}/shares") == 1
    inner = boost["id"] if by_id else boost | {"id": f"{scene.far.origin}/again/{note.id}"}
    assert await scene.said("Undo", cast.ada, inner) == "done"
    assert await scene.count(f"{note.uri}/shares") == 0

    theirs = scene.far.note(cast.eve, "<p>à partager</p>")
    boost = scene.far.activity("Announce", cast.ada, theirs["id"])
    assert await scene.sent(boost, cast.ada) == "done"
    assert theirs["id"] in uris_in(await scene.node.home(cast.alice))
    inner = boost["id"] if by_id else boost | {"id": f"{scene.far.origin}/again/x{note.id}"}
    assert await scene.said("Undo", cast.ada, inner) == "done"
    assert theirs["id"] not in uris_in(await scene.node.home(cast.alice))


@refuses(Announce)
async def test_what_is_closed_is_not_boosted(two_nodes: Scene, cast: Cast) -> None:
    """A-14: nothing stored, nothing shown; nor what only a stranger boosts, nor a forged copy."""
    scene = two_nodes
    closed = scene.far.note(cast.eve, "<p>secret</p>", to=[f"{cast.eve.uri}/followers"], cc=[])
    boosted = await scene.said("Announce", cast.ada, closed["id"])
    assert boosted.startswith("refused: not_authorized")
    embedded = await scene.said("Announce", cast.ada, closed)
    assert embedded.startswith("refused: not_authorized")
    assert await scene.shown(closed["id"], cast.alice) is None
    mine = await _note(scene, cast, visibility="followers")
    assert (await scene.said("Announce", cast.ada, mine.uri)).startswith("refused: not_authorized")
    assert await scene.count(f"{mine.uri}/shares", as_="alice") == 0
    opened = scene.far.note(cast.ada, "<p>ouvert</p>")
    assert (await scene.said("Announce", cast.eve, opened["id"])).startswith("ignored")
    assert await scene.shown(opened["id"], cast.alice) is None
    assert await scene.said("Announce", cast.ada, opened["id"]) == "done"
    assert await scene.shown(opened["id"], cast.alice) is not None


@refuses(Announce)
async def test_an_announced_copy_of_another_origin_is_read_there(
    two_nodes: Scene, cast: Cast
) -> None:
    """A-2, A-12: the words sent along are not believed; what is gone there is not shown."""
    scene = two_nodes
    async with Neighbour() as elsewhere:
        true = elsewhere.note(elsewhere.person("olga"), "<p>vrai</p>")
        assert await scene.said("Announce", cast.ada, true | {"content": "<p>faux</p>"}) == "done"
        note = await scene.shown(true["id"], cast.alice)
        assert note is not None
        assert "vrai" in note.content
        absent = true | {"id": f"{elsewhere.origin}/notes/none"}
        assert (await scene.said("Announce", cast.ada, absent)).startswith("refused: not_found")


@refuses(Announce)
async def test_an_announce_inside_an_announce_is_opened_once(two_nodes: Scene, cast: Cast) -> None:
    """A-13: only the innermost id counts, and no words that came with it."""
    scene = two_nodes
    note = scene.far.note(cast.eve, "<p>au fond</p>")
    inner = scene.far.activity("Announce", cast.eve, note | {"content": "<p>faux</p>"})
    assert await scene.said("Announce", cast.ada, inner) == "done"
    shown = await scene.shown(note["id"], cast.alice)
    assert shown is not None
    assert "au fond" in shown.content


async def _arrived(scene: Scene, cast: Cast, uri: str) -> bool:
    return uri in uris_in(await scene.second.home(cast.bob))


async def _is_empty(scene: Scene, uri: str) -> bool:
    return await scene.count(uri) == 0
