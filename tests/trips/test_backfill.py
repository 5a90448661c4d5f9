"""What nobody sent us: a community's latest notes before anybody follows it, the thread around a
note that came alone. Everything is read at its own origin, within limits (O-11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio

from actions import follows as following
from actions import lookups, notes
from actions.notes import NewNote
from actors.records import STRANGER
from actors.records import Actor as Ours
from actors.refusals import NotFound
from federation import backfilling
from notes import reading, threads
from storage.engine import Reader
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.trips.scene import Scene, eventually, found, uris_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

_AS2 = "https://www.w3.org/ns/activitystreams"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alice(scene: Scene) -> Ours:
    return await scene.node.person("alice")


# --- communities ---------------------------------------------------------------------------------


def _lemmy(far: Neighbour, group: Actor, ana: Actor) -> list[str]:
    """Announces of whole activities, in the outbox itself; no pages."""
    items = []
    for number in range(3):
        page = _post(far, group, ana, "Page", f"page {number}", attachment=[])
        lie = page | {"content": "<p>a lie</p>"}
        create = _activity("Create", ana, f"{page['id']}/create", lie)
        items.append(_activity("Announce", group, f"{page['id']}/announce", create))
    group.extra = {"attributedTo": f"{group.uri}/moderators", "postingRestrictedToMods": False}
    _collection(far, f"{group.uri}/outbox", items)
    return [f"page {number}" for number in range(3)]


def _nodebb(far: Neighbour, group: Actor, ana: Actor) -> list[str]:
    """Announces on pages, Articles; the first page is named by its id."""
    one, two = (_post(far, group, ana, "Article", f"topic {number}") for number in range(2))
    items = [_activity("Announce", group, f"{note['id']}/announce", note) for note in (one, two)]
    first = f"{group.uri}/outbox?page=1"
    _collection(far, first, items, kind="OrderedCollectionPage", partOf=f"{group.uri}/outbox")
    _collection(far, f"{group.uri}/outbox", None, first=first, totalItems=2)
    return ["topic 0", "topic 1"]


def _peertube(far: Neighbour, group: Actor, ana: Actor) -> list[str]:
    """A channel: Announces of Videos by id, attributed to the account and the channel."""
    both = [{"type": "Person", "id": ana.uri}, {"type": "Group", "id": group.uri}]
    film = {"attributedTo": both, "mediaType": "text/markdown", "audience": None}
    video = _post(far, group, ana, "Video", "film", **film)
    item = _activity("Announce", group, f"{video['id']}/announces/1", video["id"])
    group.extra = {"attributedTo": [{"type": "Person", "id": ana.uri}]}
    _collection(far, f"{group.uri}/outbox?page=1", [item], kind="OrderedCollectionPage")
    _collection(far, f"{group.uri}/outbox", None, first=f"{group.uri}/outbox?page=1")
    return ["film"]


def _mobilizon(far: Neighbour, group: Actor, ana: Actor) -> list[str]:
    """Creates of Events, attributed to the group; the person stands in `actor`."""
    event = {"startTime": "2030-05-01T18:00:00Z", "attributedTo": group.uri, "actor": ana.uri}
    made = _post(far, group, ana, "Event", "evening", **event, audience=None)
    item = _activity("Create", ana, f"{made['id']}/activity", made)
    page: Json = {"type": "OrderedCollectionPage", "id": f"{group.uri}/outbox?page=1"}
    page |= {"orderedItems": [item]}
    _collection(far, f"{group.uri}/outbox", None, first=page, totalItems=1)
    return ["evening"]


@pytest.mark.parametrize("shape", [_lemmy, _nodebb, _peertube, _mobilizon])
async def test_a_community_shows_its_latest_before_anybody_follows(
    scene: Scene, shape: Callable[[Neighbour, Actor, Actor], list[str]]
) -> None:
    async with Neighbour() as far:
        group = far.group("club")
        titles = shape(far, group, far.person("ana"))
        whole = await lookups.fetch_around(scene.node.node, f"@club@{_host(far)}", STRANGER)
        assert isinstance(whole.found, Ours)
        assert (whole.found.uri, whole.found.kind) == (group.uri, "Group")
        assert sorted(note.title for note in whole.notes) == titles
        assert all("a lie" not in note.content for note in whole.notes)
        asked = len(far.asked)
        again = await lookups.fetch_around(scene.node.node, group.uri, STRANGER)
        assert len(again.notes) == len(titles)
        assert not [seen for seen in far.asked[asked:] if "/notes/" in seen.path]


async def test_what_is_not_for_everybody_is_not_taken(scene: Scene, alice: Ours) -> None:
    """Closed, gone, or written elsewhere under this host's name: left out, the rest is taken."""
    async with Neighbour() as far, Neighbour() as other:
        group, ana, bea = far.group("club"), far.person("ana"), other.person("bea")
        fine = _post(far, group, ana, "Page", "fine")
        closed = _post(far, group, ana, "Page", "closed", to=[f"{group.uri}/followers"], cc=[])
        forged = _post(far, group, bea, "Page", "forged")
        named = [fine["id"], closed["id"], forged["id"], f"{far.origin}/notes/none", 7]
        items = [
            _activity("Announce", group, f"{far.origin}/a/{n}", o) for n, o in enumerate(named)
        ]
        _collection(far, f"{group.uri}/outbox", items)
        whole = await lookups.fetch_around(scene.node.node, group.uri, STRANGER)
        assert [note.title for note in whole.notes] == ["fine"]
        for one in (closed, forged):
            assert await scene.shown(one["id"], alice) is None


async def test_a_community_of_ours_seen_from_another_node(two_nodes: Scene) -> None:
    here, there = two_nodes.node, two_nodes.second
    runner = await here.person("berta")
    garden = await here.community("jardin", runner, posting="open")
    closet = await here.community("placard", runner, private=True)
    for text in ("# Semis\n\nTout", "# Taille\n\nPeu"):
        await notes.publish(here.node, runner, NewNote(text=text, community=garden))
    await notes.publish(here.node, runner, NewNote(text="Secret", community=closet))
    seen = await lookups.fetch_around(there.node, f"@jardin@{here.node.site.domain}", STRANGER)
    assert [note.title for note in seen.notes] == ["Taille", "Semis"]
    hidden = await lookups.fetch_around(there.node, f"@placard@{here.node.site.domain}", STRANGER)
    assert isinstance(hidden.found, Ours)
    assert list(hidden.notes) == []


async def test_what_was_fetched_first_still_reaches_who_follows(scene: Scene, alice: Ours) -> None:
    """A note found in an outbox while its Create was under way is on timelines all the same, and
    whom it mentions is told, once."""
    async with Neighbour() as far:
        ana = far.person("ana")
        mention = {"type": "Mention", "href": alice.uri, "name": "@alice"}
        note = far.note(ana, "<p>vite</p>", tag=[mention])
        create = _activity("Create", ana, f"{note['id']}/create", note)
        _collection(far, f"{ana.uri}/outbox", [create])
        whole = await lookups.fetch_around(scene.node.node, ana.uri, STRANGER)
        assert [one.uri for one in whole.notes] == [note["id"]]
        assert note["id"] not in uris_in(await scene.node.home(alice))
        await _arrives(scene, alice, far, ana, note)
        again = far.activity("Create", ana, note, to=note["to"])
        await far.post(f"{scene.node.base}/inbox", again, as_=ana)
        assert await scene.became(again["id"]) == "done"
        assert uris_in(await scene.node.home(alice)).count(note["id"]) == 1
        assert [kind for kind, _, _ in await scene.told(alice)].count("mention") == 1


async def test_a_long_outbox_costs_two_pages(scene: Scene) -> None:
    """O-11, also when the pages lead in a circle, or to another host."""
    async with Neighbour() as far, Neighbour() as other:
        group = far.group("club")
        uri = f"{group.uri}/outbox"
        _collection(far, uri, None, first=f"{uri}?page=1")
        for number in (1, 2, 3):
            following = f"{uri}?page={number % 3 + 1}"
            _collection(
                far, f"{uri}?page={number}", [], kind="OrderedCollectionPage", next=following
            )
        await backfilling.community(scene.node.node, group.uri)
        assert _asked(far, "outbox") == 3
        away = far.group("away")
        _collection(far, f"{away.uri}/outbox", None, first=f"{other.origin}/outbox?page=1")
        await backfilling.community(scene.node.node, away.uri)
        assert other.asked == []


# --- threads -------------------------------------------------------------------------------------


async def test_a_reply_that_comes_alone_gets_its_ancestors(scene: Scene, alice: Ours) -> None:
    """And what else was answered to the first of them; the context is no address (Mastodon)."""
    async with Neighbour() as far, Neighbour() as other:
        ana, bea = far.person("ana"), other.person("bea")
        root = far.note(ana, "<p>root</p>", context="tag:far,2026:1")
        root = _serve(far, root | {"replies": f"{root['id']}/replies"})
        middle = other.note(bea, "<p>middle</p>", inReplyTo=root["id"])
        last = far.note(ana, "<p>last</p>", inReplyTo=middle["id"], context="tag:far,2026:1")
        side = other.note(bea, "<p>side</p>", inReplyTo=root["id"])
        lie = side | {"content": "<p>a lie</p>"}
        page = {"type": "CollectionPage", "id": f"{root['id']}/replies?page=1", "items": [lie]}
        _collection(far, f"{root['id']}/replies", None, first=page, kind="Collection")
        await _arrives(scene, alice, far, ana, last)
        await eventually(lambda: _stored(scene, side["id"]), what="the sibling")
        assert await _thread(scene, last["id"]) == {
            note["id"]: note["content"] for note in (root, middle, last, side)
        }


async def test_a_context_lists_the_whole_thread(scene: Scene, alice: Ours) -> None:
    """FEP-f228 before replies: NodeBB's topic, with a digest for an ETag (FEP-7888)."""
    async with Neighbour() as far:
        ana, topic = far.person("ana"), f"{far.origin}/topic/4"
        root = far.note(ana, "<p>root</p>", context=topic)
        root = _serve(far, root | {"replies": f"{root['id']}/replies"})
        side = far.note(ana, "<p>side</p>", inReplyTo=root["id"], context=topic)
        last = far.note(ana, "<p>last</p>", inReplyTo=root["id"], context=topic)
        listed = [root["id"], side["id"], last["id"]]
        _collection(far, topic, listed, headers={"ETag": '"5f1e"'}, attributedTo=ana.uri)
        await _arrives(scene, alice, far, ana, last)
        await eventually(lambda: _stored(scene, side["id"]), what="the sibling")
        assert set(await _thread(scene, last["id"])) == set(listed)
        assert _asked(far, "/replies") == 0


async def test_a_thread_of_thousands_is_bounded(scene: Scene, alice: Ours) -> None:
    """O-11: 3,000 entries cost 60 fetches at most, and a page that follows itself two."""
    async with Neighbour() as far:
        ana, topic = far.person("ana"), f"{far.origin}/topic/5"
        first = f"{topic}?page=1"
        listed = [f"{far.origin}/missing/{number}" for number in range(3_000)]
        _collection(far, topic, None, first=first)
        _collection(far, first, listed, kind="OrderedCollectionPage", next=first)
        root = far.note(ana, "<p>root</p>", context=topic)
        await _arrives(scene, alice, far, ana, root)
        await backfilling.thread(scene.node.node, root["id"])
        assert 10 < len(far.asked) <= 65
        assert await _stored(scene, root["id"])


async def test_answers_in_a_circle_end(scene: Scene, alice: Ours) -> None:
    """O-11: inReplyTo that leads back costs each note once; a chain without end, 20 of them."""
    async with Neighbour() as far:
        ana = far.person("ana")
        one = far.note(ana, "<p>one</p>")
        two = far.note(ana, "<p>two</p>", inReplyTo=one["id"])
        one = _serve(far, one | {"inReplyTo": two["id"]})
        await _arrives(scene, alice, far, ana, two)
        await eventually(lambda: _stored(scene, one["id"]))
        assert _asked(far, "/notes/") <= 2
        chain = [far.note(ana, "<p>link</p>")]
        for _ in range(30):
            chain.append(far.note(ana, "<p>link</p>", inReplyTo=chain[-1]["id"]))
        before = _asked(far, "/notes/")
        await backfilling.thread(scene.node.node, chain[-1]["id"])
        assert 15 <= _asked(far, "/notes/") - before <= 22


async def test_a_note_by_its_address_with_its_thread(scene: Scene) -> None:
    """A closed one is not to be had, in the words for one that is not there."""
    async with Neighbour() as far:
        ana = far.person("ana")
        root = far.note(ana, "<p>root</p>", published="2026-01-01T00:00:00Z")
        reply = far.note(ana, "<p>reply</p>", inReplyTo=root["id"])
        whole = await lookups.fetch_around(scene.node.node, reply["id"], STRANGER)
        assert [note.uri for note in whole.notes] == [root["id"], reply["id"]]
        closed = far.note(ana, "<p>closed</p>", to=[f"{ana.uri}/followers"], cc=None)
        with pytest.raises(NotFound) as hidden:
            await lookups.fetch_around(scene.node.node, closed["id"], STRANGER)
        with pytest.raises(NotFound) as absent:
            await lookups.fetch_around(scene.node.node, f"{far.origin}/notes/none", STRANGER)
        assert str(hidden.value) == str(absent.value)


# --- words ---------------------------------------------------------------------------------------


def _host(far: Neighbour) -> str:
    return far.origin.removeprefix("http://")


def _post(far: Neighbour, group: Actor, by: Actor, kind: str, title: str, **more: Any) -> Json:
    shared: Json = {"type": kind, "name": title, "audience": group.uri, "to": [group.uri, PUBLIC]}
    return far.note(by, f"<p>{title}</p>", **(shared | more))


def _activity(kind: str, by: Actor, uri: str, obj: Any) -> Json:
    return {"type": kind, "id": uri, "actor": by.uri, "object": obj, "to": [PUBLIC]}


def _serve(far: Neighbour, document: Json) -> Json:
    far.serve(str(document["id"]).removeprefix(far.origin), document)
    return document


def _collection(
    far: Neighbour,
    uri: str,
    items: list[Any] | None,
    *,
    kind: str = "OrderedCollection",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> None:
    document: Json = {"@context": _AS2, "id": uri, "type": kind, **more}
    if items is not None:
        document["orderedItems"] = items
    far.serve(uri.removeprefix(far.origin), document, headers=headers)


def _asked(far: Neighbour, part: str) -> int:
    return len([seen for seen in far.asked if part in seen.path])


async def _arrives(scene: Scene, alice: Ours, far: Neighbour, ana: Actor, note: Json) -> None:
    """From somebody alice follows."""
    await following.follow(scene.node.node, alice, await found(scene.node, ana.uri))
    await far.wait_for(lambda: far.received)
    accept = far.activity("Accept", ana, far.received[-1].activity)
    inbox = f"{scene.node.base}/inbox"
    assert (await far.post(inbox, accept, as_=ana))[0] == 202
    assert await scene.became(accept["id"]) == "done"
    create = far.activity("Create", ana, note, to=note["to"])
    assert (await far.post(inbox, create, as_=ana))[0] == 202
    assert await scene.became(create["id"]) == "done"


async def _stored(scene: Scene, uri: str) -> bool:
    place = await scene.node.node.store.reading(lambda reader: threads.place(reader, uri))
    return place is not None


async def _thread(scene: Scene, uri: str) -> dict[str, str]:
    async def look(reader: Reader) -> dict[str, str]:
        note = await reading.by_uri(reader, uri, STRANGER)
        assert note is not None
        root = note.root_id or note.id
        found = await reading.in_thread(reader, root, STRANGER)
        return {one.uri: one.content for one in found}

    return await scene.node.node.store.reading(look)
