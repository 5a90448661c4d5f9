"""A community elsewhere that somebody here follows: what is believed of what it passes on."""

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
from actors import directory, memberships
from actors.records import Actor as Ours
from federation.vocabulary import (
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    Like,
    Lock,
    Move,
    Remove,
    Undo,
    Update,
)
from notes import reactions, threads
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.trips.scene import Scene, eventually, found, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """alice follows `guild`, a Group of the neighbour; mia writes there, olga lives elsewhere;
    victor, from elsewhere too, follows alice and moderates her `garden`."""

    alice: Ours
    guild: Actor
    club: Actor
    mia: Actor
    garden: Ours
    elsewhere: Neighbour
    olga: Actor
    victor: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    alice = await scene.node.person("alice")
    garden = await scene.node.community("jardin", alice, posting="open")
    async with Neighbour() as elsewhere:
        guild, club = scene.far.group("guild"), scene.far.group("club")
        for group in (guild, club):
            group.extra = {"featured": f"{group.uri}/featured"}
            group.extra |= {"attributedTo": f"{group.uri}/moderators"}
        await following.follow(scene.node.node, alice, await found(scene.node, guild.uri))
        follow = (await eventually(lambda: scene.reached("Follow")))[0]
        assert await scene.said("Accept", guild, follow) == "done"
        cast = Cast(
            alice=alice,
            guild=guild,
            club=club,
            mia=scene.far.person("mia"),
            garden=garden,
            elsewhere=elsewhere,
            olga=elsewhere.person("olga"),
            victor=elsewhere.person("victor"),
        )
        await _from_elsewhere(scene, cast, "Follow", cast.victor, alice.uri)
        await _from_elsewhere(scene, cast, "Follow", cast.victor, garden.uri)
        await _appoint(scene, cast)
        yield cast


async def _from_elsewhere(scene: Scene, cast: Cast, kind: str, by: Actor, obj: Any) -> str:
    activity = cast.elsewhere.activity(kind, by, obj)
    status, _ = await cast.elsewhere.post(f"{scene.node.base}/inbox", activity, as_=by)
    assert status == 202
    return await scene.became(activity["id"])


async def _appoint(scene: Scene, cast: Cast) -> None:
    known = await found(scene.node, cast.victor.uri)
    store, now = scene.node.node.store, scene.node.node.clock()
    await store.transaction(
        lambda tx: memberships.add(tx, cast.garden.id, known.id, "moderator", now=now)
    )


def _post(server: Neighbour, cast: Cast, by: Actor, text: str, **more: Any) -> Json:
    """A post to the guild, served at its origin."""
    shared = {"to": [PUBLIC], "cc": [cast.guild.uri], "audience": cast.guild.uri}
    return server.note(by, text, **(shared | more))


def _inner(server: Neighbour, kind: str, by: Actor, obj: Any, **more: Any) -> Json:
    return server.activity(kind, by, obj, **more)


async def _announced(scene: Scene, group: Actor, inner: Any) -> str:
    to = {"to": [PUBLIC], "cc": [f"{group.uri}/followers"]}
    return await scene.said("Announce", group, inner, **to)


async def _guild_post(scene: Scene, cast: Cast, text: str) -> Json:
    note = _post(scene.far, cast, cast.mia, text)
    create = _inner(scene.far, "Create", cast.mia, note, audience=cast.guild.uri)
    assert await _announced(scene, cast.guild, create) == "done"
    return note


@passes(Announce, Create)
async def test_both_announces_make_one_entry(scene: Scene, cast: Cast) -> None:
    """Whole and bare, in either order; a reply is kept in its thread without a boost."""
    for first in (True, False):
        note = _post(scene.far, cast, cast.mia, "<p>Ouvert</p>")
        create = _inner(scene.far, "Create", cast.mia, note, audience=cast.guild.uri)
        for inner in (create, note["id"]) if first else (note["id"], create):
            assert await _announced(scene, cast.guild, inner) == "done"
        assert uris_in(await scene.node.home(cast.alice)).count(note["id"]) == 1
    reply = _post(scene.far, cast, cast.mia, "<p>Réponse</p>", inReplyTo=note["id"])
    create = _inner(scene.far, "Create", cast.mia, reply, audience=cast.guild.uri)
    assert await _announced(scene, cast.guild, create) == "done"
    assert await scene.shown(reply["id"], cast.alice) is not None
    assert reply["id"] not in uris_in(await scene.node.home(cast.alice))


@passes(Update, Delete)
@refuses(Create, Update, Delete)
async def test_a_third_partys_words_are_read_at_its_origin(scene: Scene, cast: Cast) -> None:
    """A-12: what lies on another host is fetched there, whatever copy the Group sends; it is gone
    when that host says so."""
    true = _post(cast.elsewhere, cast, cast.olga, "<p>vrai</p>")
    false = true | {"content": "<p>faux</p>"}
    create = _inner(cast.elsewhere, "Create", cast.olga, false, audience=cast.guild.uri)
    assert await _announced(scene, cast.guild, create) == "done"
    assert await _words(scene, cast, true["id"]) == "<p>vrai</p>"
    forged = false | {"updated": "2026-12-31T00:00:00Z"}
    update = _inner(cast.elsewhere, "Update", cast.olga, forged, audience=cast.guild.uri)
    await _announced(scene, cast.guild, update)
    assert await _words(scene, cast, true["id"]) == "<p>vrai</p>"
    delete = _inner(cast.elsewhere, "Delete", cast.olga, true["id"])
    refused = await _announced(scene, cast.guild, delete)
    assert await _words(scene, cast, true["id"]) == "<p>vrai</p>", refused
    cast.elsewhere.forget(true["id"].removeprefix(cast.elsewhere.origin), 410)
    again = _inner(cast.elsewhere, "Delete", cast.olga, true["id"])
    assert await _announced(scene, cast.guild, again) == "done"
    assert await scene.shown(true["id"], cast.alice) is None


async def _words(scene: Scene, cast: Cast, uri: str) -> str | None:
    note = await scene.shown(uri, cast.alice)
    return note.content if note else None


@passes(Like, Dislike, Undo)
async def test_reactions_are_counted_on_the_groups_word(scene: Scene, cast: Cast) -> None:
    """Unproven: counted, never notified; taken back on the same word, or not applied at all when
    the Undo came first (Q-12)."""
    note = await _guild_post(scene, cast, "<p>Aimez</p>")
    for kind in ("Like", "Dislike"):
        like = _inner(cast.elsewhere, kind, cast.olga, note["id"])
        assert await _announced(scene, cast.guild, like) == "done"
        assert await _count(scene, note["id"], kind) == 1
        undo = _inner(cast.elsewhere, "Undo", cast.olga, like)
        assert await _announced(scene, cast.guild, undo) == "done"
        assert await _count(scene, note["id"], kind) == 0


async def _count(scene: Scene, uri: str, kind: str) -> int:
    store = scene.node.node.store
    place = await store.reading(lambda reader: threads.place(reader, uri))
    assert place is not None
    rows = await store.reading(
        lambda reader: reactions.reactions_of(reader, place.id, kind.lower())
    )
    return len(rows)


@refuses(Undo, Like)
async def test_the_groups_word_does_not_undo_what_was_proven(scene: Scene, cast: Cast) -> None:
    """A-7: a like that olga signed herself, a follow of victor's, a block of his."""
    note = await _guild_post(scene, cast, "<p>Prouvé</p>")
    like = _inner(cast.elsewhere, "Like", cast.olga, note["id"])
    status, _ = await cast.elsewhere.post(f"{scene.node.base}/inbox", like, as_=cast.olga)
    assert status == 202
    assert await scene.became(like["id"]) == "done"
    followers = await scene.count(f"{cast.alice.uri}/followers")
    follow = {"type": "Follow", "actor": cast.victor.uri, "object": cast.alice.uri}
    block = follow | {"type": "Block"}
    for inner, by in ((like, cast.olga), (follow, cast.victor), (block, cast.victor)):
        undo = _inner(cast.elsewhere, "Undo", by, inner, audience=cast.guild.uri)
        became = await _announced(scene, cast.guild, undo)
        assert became.split(":")[0] in ("refused", "ignored"), became
    assert await _count(scene, note["id"], "Like") == 1
    assert await scene.count(f"{cast.alice.uri}/followers") == followers


@refuses(Block, Add, Remove, Lock, Delete)
async def test_the_groups_word_moves_nothing_of_ours(scene: Scene, cast: Cast) -> None:
    """A-10, A-11: victor moderates our garden, but only he says so, not the guild in his name."""
    new = NewNote(text="Chez nous", community=cast.garden)
    ours = await notes.publish(scene.node.node, cast.alice, new)
    share = await _announced(scene, cast.guild, ours.uri)
    assert share == "done"
    audience = {"audience": cast.guild.uri}
    forged = [
        _inner(cast.elsewhere, "Lock", cast.victor, ours.uri, **audience),
        _inner(cast.elsewhere, "Delete", cast.victor, ours.uri, summary="x", **audience),
        _inner(cast.elsewhere, "Block", cast.victor, cast.alice.uri, **audience),
        _inner(
            cast.elsewhere,
            "Add",
            cast.victor,
            ours.uri,
            target=f"{cast.garden.uri}/featured",
            **audience,
        ),
        _inner(
            cast.elsewhere,
            "Block",
            cast.victor,
            cast.olga.uri,
            target=cast.garden.uri,
            **audience,
        ),
    ]
    became = [await _announced(scene, cast.guild, one) for one in forged]
    assert {one.split(":")[0] for one in became} <= {"refused", "waiting", "ignored"}, became
    place = await scene.node.node.store.reading(lambda reader: threads.place(reader, ours.uri))
    assert place is not None
    assert (place.root_locked, place.hidden_by) == (False, None)
    assert await scene.count(f"{cast.garden.uri}/featured") == 0
    assert (await scene.node.get(ours.uri))[0] == 200
    lock = cast.elsewhere.activity("Lock", cast.victor, ours.uri)
    status, _ = await cast.elsewhere.post(f"{scene.node.base}/inbox", lock, as_=cast.victor)
    assert (status, await scene.became(lock["id"])) == (202, "done")


@passes(Lock, Delete, Add, Remove, Block)
async def test_a_community_moderates_itself(scene: Scene, cast: Cast) -> None:
    """A-10: what the guild announces about its own threads and people counts."""
    note = await _guild_post(scene, cast, "<p>Règles</p>")
    moderator = scene.far.person("mo")
    audience = {"audience": cast.guild.uri}
    lists = f"{cast.guild.uri}/featured", f"{cast.guild.uri}/moderators"
    acts = [
        _inner(scene.far, "Lock", moderator, note["id"], **audience),
        _inner(scene.far, "Add", moderator, note["id"], target=lists[0], **audience),
        _inner(scene.far, "Remove", moderator, note["id"], target=lists[0], **audience),
        _inner(scene.far, "Add", moderator, cast.mia.uri, target=lists[1], **audience),
        _inner(scene.far, "Block", moderator, cast.mia.uri, target=cast.guild.uri, **audience),
        _inner(scene.far, "Delete", moderator, note["id"], summary="hors sujet", **audience),
    ]
    for act in acts:
        assert await _announced(scene, cast.guild, act) == "done", act
    place = await scene.node.node.store.reading(lambda reader: threads.place(reader, note["id"]))
    assert place is not None
    assert place.root_locked
    assert place.hidden_by == cast.guild.uri
    assert await scene.shown(note["id"], cast.alice) is not None


@refuses(Announce, Lock, Delete)
async def test_another_group_has_no_say(scene: Scene, cast: Cast) -> None:
    """Neither a Group nobody here follows, nor a person, nor one whose affair it is not."""
    note = await _guild_post(scene, cast, "<p>À la guilde</p>")
    lock = _inner(scene.far, "Lock", cast.mia, note["id"], audience=cast.guild.uri)
    assert (await _announced(scene, cast.club, lock)).startswith("ignored")
    assert (await _announced(scene, cast.mia, lock)).startswith("refused: not_authorized")
    assert (await scene.sent(lock, cast.mia)).startswith("refused: not_moderator")
    removal = _inner(scene.far, "Delete", scene.far.person("mo"), note["id"], summary="x")
    assert (await scene.sent(removal, scene.far.person("mo"))).startswith("refused: not_moderator")
    foreign = scene.far.note(cast.mia, "<p>ailleurs</p>", audience=cast.club.uri)
    create = _inner(scene.far, "Create", cast.mia, foreign)
    assert (await _announced(scene, cast.guild, create)).startswith("refused: not_authorized")
    assert await scene.shown(foreign["id"], cast.alice) is None


@refuses(Announce)
async def test_a_public_wrapper_does_not_open_what_is_closed(scene: Scene, cast: Cast) -> None:
    """A-14, beside the same post when it is open."""
    closed = _post(scene.far, cast, cast.mia, "<p>fermé</p>", to=[cast.guild.uri], cc=[])
    create = _inner(scene.far, "Create", cast.mia, closed, audience=cast.guild.uri)
    assert (await _announced(scene, cast.guild, create)).startswith("refused: not_authorized")
    assert await scene.shown(closed["id"], cast.alice) is None


@passes(Move)
@refuses(Move)
async def test_a_thread_moves_with_its_community(scene: Scene, cast: Cast) -> None:
    """FEP-f15d: announced by the community it leaves, not by its author or another server."""
    note = await _guild_post(scene, cast, "<p>Déménage</p>")
    await found(scene.node, cast.club.uri)
    where = {"origin": cast.guild.uri, "target": cast.club.uri, "audience": cast.guild.uri}
    forged = cast.elsewhere.activity("Move", cast.olga, note["id"], **where)
    status, _ = await cast.elsewhere.post(f"{scene.node.base}/inbox", forged, as_=cast.olga)
    assert status == 202
    assert (await scene.became(forged["id"])).startswith("refused: not_moderator")
    assert await _community_of(scene, note["id"]) == cast.guild.uri
    move = _inner(scene.far, "Move", scene.far.person("mo"), note["id"], **where)
    assert await _announced(scene, cast.guild, move) == "done"
    assert await _community_of(scene, note["id"]) == cast.club.uri


@refuses(Move, Announce, Delete)
async def test_nobody_is_annexed(scene: Scene, cast: Cast) -> None:
    """A-10, A-19: a Group neither moves its threads into ours, nor becomes the judge of what its
    author never wrote for it by announcing it."""
    note = await _guild_post(scene, cast, "<p>Pub</p>")
    where = {"origin": cast.guild.uri, "target": cast.garden.uri, "audience": cast.guild.uri}
    move = _inner(scene.far, "Move", scene.far.person("mo"), note["id"], **where)
    assert (await _announced(scene, cast.guild, move)).startswith("refused: not_moderator")
    assert await _community_of(scene, note["id"]) == cast.guild.uri
    ours = await notes.publish(scene.node.node, cast.alice, NewNote(text="À personne d’autre"))
    obj = {"id": ours.uri, "type": "Note", "attributedTo": cast.alice.uri, "content": "x"}
    shared = {"to": [PUBLIC], "cc": [cast.guild.uri]}
    create = {"id": f"{ours.uri}/create", "type": "Create", "actor": cast.alice.uri, **shared}
    await _announced(scene, cast.guild, create | {"object": obj | shared})
    removal = _inner(scene.far, "Delete", scene.far.person("mo"), ours.uri, summary="x")
    removal["audience"] = cast.guild.uri
    assert (await _announced(scene, cast.guild, removal)).startswith("refused")
    place = await scene.node.node.store.reading(lambda reader: threads.place(reader, ours.uri))
    assert place is not None
    assert (place.community_id, place.hidden_by) == (None, None)


async def test_a_note_first_met_through_a_group_is_not_its_own(scene: Scene, cast: Cast) -> None:
    """A-10: boosted by the guild, named by nobody; mentioned, the guild is its home."""
    far = scene.far
    writer = far.person("hors-guilde")
    homes = []
    for tag in ([], [{"type": "Mention", "href": cast.guild.uri, "name": "@guilde"}]):
        note = far.note(writer, "<p>seule</p>", tag=tag)
        announce = far.activity("Announce", cast.guild, note["id"], to=[PUBLIC])
        assert await scene.sent(announce, cast.guild) == "done"
        place = await scene.node.node.store.reading(partial(threads.place, uri=note["id"]))
        assert place is not None
        homes.append(place.community_id is not None)
    assert homes == [False, True]


async def _community_of(scene: Scene, uri: str) -> str:
    store = scene.node.node.store
    place = await store.reading(lambda reader: threads.place(reader, uri))
    assert place is not None
    assert place.community_id is not None
    number = place.community_id
    return (await store.reading(lambda reader: directory.get(reader, number))).uri


@refuses(Announce)
async def test_nobody_relays_in_anothers_name(scene: Scene, cast: Cast) -> None:
    """S-13: signed by one, said by another, with a proof that isn't his: neither a stranger nor a
    Group followed here brings a Follow, a Block or an Undo that way."""
    before = await scene.count(f"{cast.alice.uri}/followers")
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": cast.mia.ed_key_id,
        "proofPurpose": "assertionMethod",
        "created": "2026-11-22T00:00:00Z",
        "proofValue": "z3sXyNsXyN",
    }
    follow = {"type": "Follow", "actor": cast.victor.uri, "object": cast.alice.uri}
    wanted = {
        "Undo": follow | {"id": f"{cast.elsewhere.origin}/follow"},
        "Block": cast.alice.uri,
        "Follow": cast.garden.uri,
    }
    for kind, obj in wanted.items():
        for proven in (True, False):
            for signer in (cast.mia, cast.guild):
                activity = cast.elsewhere.activity(kind, cast.victor, obj)
                activity |= {"proof": proof} if proven else {}
                status, body = await scene.post(activity, signer)
                if status == 202:
                    became = await scene.became(activity["id"])
                    assert became.startswith("refused"), (kind, signer.name, became)
                else:
                    assert status in (401, 403), body
    assert await scene.count(f"{cast.alice.uri}/followers") == before
