"""Notes come, change and go: between two nodes of ours, and with a neighbour who writes by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes, revising
from actions.notes import NewNote
from actors.records import Actor as Ours
from actors.records import Viewer
from federation.vocabulary import Create, Delete, Update
from notes import details, reading, search
from notes.records import Counts
from notes.search import Query
from storage.engine import Reader
from tests.neighbour import Actor
from tests.nodes import Running
from tests.trips.scene import Scene, eventually, found, shown, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """alice is ours, bob is at the second node and follows her; ada is the neighbour's."""

    alice: Ours
    zoe: Ours
    bob: Ours
    ada: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(two_nodes: Scene) -> AsyncIterator[Cast]:
    scene = two_nodes
    alice, zoe = await scene.node.person("alice"), await scene.node.person("zoe")
    bob, ada = await scene.second.person("bob"), scene.far.person("ada")
    there = await found(scene.second, alice.uri)
    await following.follow(scene.second.node, bob, there)
    await eventually(lambda: scene.count(f"{alice.uri}/followers"))
    known = await found(scene.node, ada.uri)
    await following.follow(scene.node.node, alice, known)
    follow = (await eventually(lambda: scene.reached("Follow")))[0]
    assert await scene.said("Accept", ada, follow) == "done"
    yield Cast(alice=alice, zoe=zoe, bob=bob, ada=ada)


@passes(Create, Update, Delete)
async def test_there_and_back(two_nodes: Scene, cast: Cast) -> None:
    """Written here, read there; answered there, read here; changed, and erased, on both sides."""
    here, there = two_nodes.node, two_nodes.second
    note = await notes.publish(here.node, cast.alice, NewNote(text="Bonjour *tous*"))
    await eventually(lambda: _at_home(there, cast.bob, note.uri))
    reply = await notes.publish(
        there.node, cast.bob, NewNote(text="Salut Alice", in_reply_to=note.uri)
    )
    await eventually(lambda: two_nodes.count(f"{note.uri}/replies"))
    _, page = await here.get(note.uri, accept="text/html")
    assert "Salut Alice" in page
    assert "mention" in {kind for kind, _, _ in await two_nodes.told(cast.alice)}

    await revising.revise(here.node, cast.alice, note.uri, text="Bonsoir")
    await eventually(lambda: _says(there, note.uri, cast.bob, "Bonsoir"))
    await revising.revise(there.node, cast.bob, reply.uri, text="Salut encore")
    await eventually(lambda: _says(here, reply.uri, cast.alice, "Salut encore"))

    await revising.delete(there.node, cast.bob, reply.uri)
    await eventually(lambda: _is_gone(here, reply.uri, cast.alice))
    assert (await there.get(reply.uri))[0] == 410
    assert await two_nodes.count(f"{note.uri}/replies") == 0
    await revising.delete(here.node, cast.alice, note.uri)
    await eventually(lambda: _is_gone(there, note.uri, cast.bob))
    assert note.uri not in uris_in(await there.home(cast.bob))
    assert (await here.get(note.uri))[0] == 410


async def test_a_home_timeline_has_pages(two_nodes: Scene, cast: Cast) -> None:
    """Every note once, newest first, twenty to a page."""
    here = two_nodes.node
    written = [
        (await notes.publish(here.node, cast.zoe, NewNote(text=f"Note {n}"))).uri for n in range(25)
    ]
    uri, read = f"{cast.zoe.uri}/inbox?page=1", []
    while uri:
        status, page = await here.get(uri, as_="zoe")
        assert status == 200
        assert len(page["orderedItems"]) <= 20
        read += uris_in(page["orderedItems"])
        uri = page.get("next")
    assert read == written[::-1]
    assert (await here.get(f"{cast.zoe.uri}/inbox?page=1"))[0] == 404
    assert (await here.get(f"{cast.zoe.uri}/inbox?page=1", as_="alice"))[0] == 404


@refuses(Create, Update, Delete)
async def test_only_the_author_speaks_for_a_note(two_nodes: Scene, cast: Cast) -> None:
    """A-4, A-5: beside the author's own Update and Delete, which are taken."""
    scene, ada, eve = two_nodes, cast.ada, two_nodes.far.person("eve")
    note, became = await scene.wrote(ada, "<p>À moi</p>")
    assert became == "done"
    forged = scene.far.note(ada, "<p>Faux</p>")
    assert await scene.said("Create", eve, forged) == "403 attribution_mismatch"
    assert await scene.shown(forged["id"], cast.alice) is None
    changed = note | {"content": "<p>Volé</p>", "updated": "2030-01-01T00:00:00Z"}
    assert await scene.said("Update", eve, changed) == "403 attribution_mismatch"
    stolen = changed | {"attributedTo": eve.uri}
    assert (await scene.said("Update", eve, stolen)).startswith("refused: not_owner")
    assert (await scene.said("Delete", eve, note["id"])).startswith("refused: not_owner")
    assert await _says(scene.node, note["id"], cast.alice, "À moi")
    mine = note | {"content": "<p>Toujours à moi</p>", "updated": "2026-12-31T00:00:00Z"}
    assert await scene.said("Update", ada, mine) == "done"
    assert await _says(scene.node, note["id"], cast.alice, "Toujours à moi")
    assert await scene.said("Delete", ada, note["id"]) == "done"
    assert await _is_gone(scene.node, note["id"], cast.alice)


@refuses(Create)
async def test_an_object_lies_where_its_author_lives(two_nodes: Scene, cast: Cast) -> None:
    """A-1, A-2, A-21: ids of other hosts, and authors of ours."""
    scene, ada = two_nodes, cast.ada
    elsewhere = scene.far.note(ada, "<p>x</p>", id="http://elsewhere.test/1")
    assert await scene.said("Create", ada, elsewhere) == "400 id_host_mismatch"
    good = scene.far.note(ada, "<p>x</p>")
    foreign = scene.far.activity("Create", ada, good, id="http://elsewhere.test/2")
    assert (await scene.post(foreign, ada))[1]["error"] == "id_host_mismatch"
    ours = scene.far.note(ada, "<p>x</p>", attributedTo=[ada.uri, cast.alice.uri])
    assert await scene.said("Create", ada, ours) == "403 attribution_mismatch"
    assert await scene.said("Create", ada, good) == "done"


@refuses(Update)
async def test_an_older_update_changes_nothing(two_nodes: Scene, cast: Cast) -> None:
    """Q-12: beside the newer one, and the one that says no date."""
    scene, ada = two_nodes, cast.ada
    note, _ = await scene.wrote(ada, "<p>un</p>", published="2026-01-01T00:00:00Z")
    later = note | {"content": "<p>trois</p>", "updated": "2026-03-01T00:00:00Z"}
    assert await scene.said("Update", ada, later) == "done"
    older = note | {"content": "<p>deux</p>", "updated": "2026-02-01T00:00:00Z"}
    assert (await scene.said("Update", ada, older)).startswith("ignored")
    assert await _says(scene.node, note["id"], cast.alice, "trois")


@passes(Update)
async def test_an_update_may_come_first(two_nodes: Scene, cast: Cast) -> None:
    """Q-12: and the late Create adds nothing."""
    scene, ada = two_nodes, cast.ada
    note = scene.far.note(ada, "<p>tard</p>")
    newer = note | {"content": "<p>tôt</p>", "updated": "2026-12-01T00:00:00Z"}
    assert await scene.said("Update", ada, newer) == "done"
    assert await scene.said("Create", ada, note) == "done"
    assert await _says(scene.node, note["id"], cast.alice, "tôt")
    assert uris_in(await scene.node.home(cast.alice)).count(note["id"]) == 1


@refuses(Create)
async def test_a_create_after_its_delete_is_dropped(two_nodes: Scene, cast: Cast) -> None:
    """Q-12: of a note that had come, and of one that had not; an Update doesn't bring it back."""
    scene, ada = two_nodes, cast.ada
    note, _ = await scene.wrote(ada, "<p>effacée</p>")
    unseen = scene.far.note(ada, "<p>jamais vue</p>")
    for one in (note, unseen):
        tombstone = {"id": one["id"], "type": "Tombstone"}
        assert await scene.said("Delete", ada, tombstone) == "done"
        await scene.said("Create", ada, one)
        await scene.said("Update", ada, one | {"updated": "2026-12-31T00:00:00Z"})
        assert await _is_gone(scene.node, one["id"], cast.alice)
    assert not {note["id"], unseen["id"]} & set(uris_in(await scene.node.home(cast.alice)))


async def test_a_replay_with_other_words_changes_nothing(two_nodes: Scene, cast: Cast) -> None:
    """Q-12: the same activity id again, even signed anew."""
    scene, ada = two_nodes, cast.ada
    note = scene.far.note(ada, "<p>première</p>")
    create = scene.far.activity("Create", ada, note)
    assert await scene.sent(create, ada) == "done"
    other = scene.far.note(ada, "<p>seconde</p>")
    assert await scene.sent(create | {"object": other}, ada) == "done"
    assert await _says(scene.node, note["id"], cast.alice, "première")
    assert await _is_gone(scene.node, other["id"], cast.alice)


async def test_an_update_never_opens_what_was_closed(two_nodes: Scene, cast: Cast) -> None:
    """A-5: a direct note stays between those it was for; `zoe` is not one of them."""
    scene, ada = two_nodes, cast.ada
    note, became = await scene.wrote(ada, "<p>entre nous</p>", to=[cast.alice.uri], cc=None)
    assert became == "done"
    wider = note | {"to": ["as:Public"], "updated": "2026-12-31T00:00:00Z"}
    assert await scene.said("Update", ada, wider) == "done"
    assert await scene.shown(note["id"], cast.zoe) is None
    assert await _says(scene.node, note["id"], cast.alice, "entre nous")


@pytest.mark.parametrize("visibility", ["direct", "followers"])
async def test_what_is_closed_is_not_there_for_others(
    two_nodes: Scene, cast: Cast, visibility: str
) -> None:
    """P-2, P-3, S-20: on every route; whom it is for reads it with her token, or by signing."""
    scene, here = two_nodes, two_nodes.node
    scene.far.actors[f"/people/{cast.ada.name}"] = cast.ada
    handle = f"@ada@127.0.0.1:{scene.far.port}"
    text = f"{handle} confidence {visibility}"
    before = [await scene.count(f"{cast.alice.uri}/outbox")]
    note = await notes.publish(
        here.node, cast.alice, NewNote(text=text, visibility="direct")
        if visibility == "direct"
        else NewNote(text=text, visibility="followers"),
    )  # fmt: skip
    token = note.uri.rpartition("/")[2]
    routes = ["", "/create", "/replies", "/likes", "/shares"]
    addresses = [note.uri + route for route in routes] + [f"{here.base}/t/{token}"]
    for address in addresses:
        for accept in ("application/activity+json", "text/html"):
            for who in (None, "zoe"):
                status, body = await here.get(address, accept=accept, as_=who)
                assert status == 404, (address, accept, who)
                assert "confidence" not in str(body)
    for who in (None, "zoe"):
        _, page = await here.get(f"{cast.alice.uri}/outbox?page=1", as_=who)
        assert note.uri not in str(page)
    before.append(await scene.count(f"{cast.alice.uri}/outbox"))
    assert before[0] == before[1]
    assert note.uri not in uris_in(await here.home(cast.zoe))
    assert (await here.get(note.uri, as_="alice"))[0] == 200
    assert (await scene.far.get(note.uri, as_=cast.ada))["id"] == note.uri
    eve = scene.far.person("eve")
    with pytest.raises(AssertionError, match="404"):
        await scene.far.get(note.uri, as_=eve)
    await eventually(lambda: _got(scene, cast.ada.inbox, note.uri))


async def test_a_direct_note_from_elsewhere(two_nodes: Scene, cast: Cast) -> None:
    """J-12: to whom it names and nobody else; to nobody at all when it names nobody."""
    scene = two_nodes
    note, _ = await scene.wrote(cast.ada, "<p>pour toi</p>", to=[cast.alice.uri], cc=None)
    nobody, became = await scene.wrote(cast.ada, "<p>pour personne</p>", to=None, cc=None)
    assert became == "done"
    assert await _says(scene.node, note["id"], cast.alice, "pour toi")
    assert await scene.shown(note["id"], cast.zoe) is None
    for person in (cast.alice, cast.zoe):
        assert await scene.shown(nobody["id"], person) is None
    assert note["id"] not in uris_in(await scene.node.home(cast.zoe))


async def test_followers_only_from_elsewhere(two_nodes: Scene, cast: Cast) -> None:
    scene = two_nodes
    note, _ = await scene.wrote(cast.ada, "<p>abonnés</p>", to=[f"{cast.ada.uri}/followers"], cc=[])
    assert note["id"] in uris_in(await scene.node.home(cast.alice))
    assert await scene.shown(note["id"], cast.zoe) is None


async def _at_home(node: Running, person: Ours, uri: str) -> bool:
    return uri in uris_in(await node.home(person))


async def _says(node: Running, uri: str, person: Ours, words: str) -> bool:
    note = await shown(node, uri, person)
    return note is not None and words in note.content


async def _is_gone(node: Running, uri: str, person: Ours) -> bool:
    return await shown(node, uri, person) is None


async def _got(scene: Scene, inbox: str, uri: str) -> bool:
    path = inbox.removeprefix(scene.far.origin)
    return any(
        seen.path == path and seen.activity.get("object", {}).get("id") == uri
        for seen in scene.far.received
        if isinstance(seen.activity.get("object"), dict)
    )


async def test_numbers_and_lists_of_a_document_are_hints(two_nodes: Scene, cast: Cast) -> None:
    """A-20: a thousand likes in a document are no like; a list of members makes no member."""
    crowd = {"type": "Collection", "totalItems": 1000, "items": [cast.alice.uri]}
    note, became = await two_nodes.wrote(
        cast.ada, "<p>très aimée</p>", likes=crowd, shares=crowd, replies=crowd
    )
    assert became == "done"
    store = two_nodes.node.node.store

    async def look(reader: Reader) -> Counts:
        found = await reading.by_uri(reader, note["id"], Viewer(actor_id=cast.alice.id))
        assert found is not None
        return (await details.counts(reader, [found], Viewer()))[found.id]

    assert await store.reading(look) == Counts()
    like = await two_nodes.said("Like", cast.ada, note["id"])
    assert like == "done"
    assert (await store.reading(look)).likes == 1


async def test_words_are_found_soon_after(two_nodes: Scene, cast: Cast) -> None:
    """Indexing goes last (L-5): nobody waits for it, and it is done all the same."""
    note = await notes.publish(
        two_nodes.node.node, cast.alice, NewNote(text="Une chouette hulotte")
    )
    store = two_nodes.node.node.store

    async def look(reader: Reader) -> bool:
        found = await search.find(reader, Query(text="hulotte"), Viewer())
        return note.id in [one.id for one in found.notes]

    await eventually(lambda: store.reading(look))
