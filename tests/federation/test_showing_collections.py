"""The collections around actors, notes and threads, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from federation import documents, parsing
from federation.rendering.collections import digest
from federation.vocabulary import PUBLIC
from notes import reactions
from notes.records import Note
from storage.engine import Transaction
from storage.ids import opaque
from tests.federation.shown import (
    LEA_TOKEN,
    NOW,
    SAM_TOKEN,
    Shown,
    add_note,
    ok,
    pin_all,
    same_but_for_its_request,
    shown_node,
)
from timelines import placement


@pytest_asyncio.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with shown_node(tmp_path) as node:
        yield node


async def test_a_thread_is_a_collection_with_nodebbs_digest(shown: Shown) -> None:
    note = shown.notes["public"]
    assert note.context
    _, headers, body = await shown.get(note.context)
    found = parsing.collection(documents.read(body), now=NOW)
    uris = [item.uri for item in found.items]
    assert uris == [note.uri, shown.notes["reply"].uri]
    assert found.owner == shown.actors["veille"].uri
    assert headers["etag"] == f'"{digest([str(uri) for uri in uris])}"'
    plain = headers["etag"].strip('"')
    assert (await shown.get(note.context, if_none_match=plain))[0] == 304
    assert (await shown.get(note.context, token=SAM_TOKEN, if_none_match=plain))[0] == 200


async def test_a_closed_thread_is_not_there_for_strangers(shown: Shown) -> None:
    """P-3."""
    context = shown.notes["inside"].context
    assert context
    assert (await shown.get(context))[0] == 404
    assert (await ok(shown, context, token=SAM_TOKEN))["attributedTo"] == shown.actors["cercle"].uri


async def test_outbox_pages_follow_on(shown: Shown) -> None:
    lea, written = shown.actors["lea"], []
    for minute in range(45):
        at = NOW + 60_000 * (minute + 1)

        async def deed(tx: Transaction, at: int = at) -> Note:
            return await add_note(tx, shown.node.site, shown, author=lea, at=at)

        written.append((await shown.node.store.transaction(deed)).uri)
    seen: list[str] = []
    pages = 0
    url: str | None = (await ok(shown, f"{lea.uri}/outbox"))["first"]
    while url:
        found = await ok(shown, url)
        assert found["id"] == url
        seen += [item["object"]["id"] for item in found["orderedItems"]]
        url, pages = found.get("next"), pages + 1
    assert seen == [*reversed(written), shown.notes["public"].uri]
    assert pages == 3


async def test_a_cursor_is_a_number(shown: Shown) -> None:
    """H-8, H-9."""
    outbox, replies = f"{shown.actors['lea'].uri}/outbox", f"{shown.notes['public'].uri}/replies"
    assert (await shown.get(f"{outbox}?page=1&before=5"))[0] == 200
    for query in ("before=x", "after=-1", "before=" + "9" * 30, "after=²"):
        for url in (outbox, replies, str(shown.notes["public"].context)):
            status, _, body = await shown.get(f"{url}?page=1&{query}")
            assert (status, json.loads(body)["error"]) == (400, "bad_request")
        hidden = f"{shown.notes['closed'].uri}/replies?page=1&{query}"
        assert (await shown.get(hidden))[0] == 404


async def test_a_community_announces_whole_activities_in_its_outbox(shown: Shown) -> None:
    """FEP-1b12; Lemmy reads `orderedItems` of the collection itself and wants the activity."""
    veille, note = shown.actors["veille"], shown.notes["public"]
    boost = shown.node.site.new_activity()
    await boosted(shown, veille.id, note, boost)
    found = await ok(shown, f"{veille.uri}/outbox")
    (item,) = found["orderedItems"]
    assert (found["totalItems"], item["id"]) == (1, f"{boost}#create")
    assert item["to"] == [veille.uri, PUBLIC]
    assert item["object"]["type"] == "Create"
    assert item["object"]["object"]["id"] == note.uri


async def test_the_outbox_of_a_private_community(shown: Shown) -> None:
    """P-2, P-8: empty for strangers; for a member never addressed to the public."""
    cercle, note = shown.actors["cercle"], shown.notes["inside"]
    await boosted(shown, cercle.id, note, shown.node.site.new_activity())
    stranger = await ok(shown, f"{cercle.uri}/outbox")
    assert (stranger["totalItems"], stranger["orderedItems"]) == (0, [])
    member = await ok(shown, f"{cercle.uri}/outbox", token=SAM_TOKEN)
    (item,) = member["orderedItems"]
    assert item["to"] == [cercle.uri, cercle.followers]
    assert PUBLIC not in json.dumps(member["orderedItems"])


async def boosted(shown: Shown, actor_id: int, note: Note, uri: str) -> None:
    async def deed(tx: Transaction) -> None:
        await reactions.boost(
            tx,
            note_id=note.id,
            actor_id=actor_id,
            uri=uri,
            local=True,
            published=NOW,
            now=NOW,
        )

    await shown.node.store.transaction(deed)


async def test_followers_are_counted_not_listed(shown: Shown) -> None:
    found = await ok(shown, f"{shown.actors['lea'].uri}/followers")
    assert found["totalItems"] == 1
    assert "first" not in found
    assert "orderedItems" not in found
    assert (await ok(shown, f"{shown.actors['sam'].uri}/following"))["totalItems"] == 2


async def test_moderators_of_an_open_and_of_a_private_community(shown: Shown) -> None:
    """P-5."""
    moderators = await ok(shown, f"{shown.actors['veille'].uri}/moderators")
    assert moderators["orderedItems"] == [shown.actors["lea"].uri]
    url = f"{shown.actors['cercle'].uri}/moderators"
    assert (await ok(shown, url))["totalItems"] == 0
    assert (await ok(shown, url, token=SAM_TOKEN))["orderedItems"] == [shown.actors["sam"].uri]
    assert (await ok(shown, url, token=LEA_TOKEN))["orderedItems"] == []


async def test_featured_notes_come_whole(shown: Shown) -> None:
    note = shown.notes["public"]
    await pin_all(shown, [note, shown.notes["closed"]])
    found = await ok(shown, f"{shown.actors['lea'].uri}/featured")
    assert [item["id"] for item in found["orderedItems"]] == [note.uri]


async def test_her_inbox_is_hers(shown: Shown) -> None:
    """ActivityPub 5.2: notes, and announces of what others boosted; P-3: for others none."""
    veille, closed, public = shown.actors["veille"], shown.notes["closed"], shown.notes["public"]

    async def deed(tx: Transaction) -> None:
        await placement.place_note(tx, closed)
        await placement.place_boost(tx, public, boost_id=closed.id + 1, by=veille.id)

    await shown.node.store.transaction(deed)
    url = f"{shown.actors['sam'].uri}/inbox"
    found = await ok(shown, url, token=SAM_TOKEN)
    announce = {"type": "Announce", "actor": veille.uri, "object": public.uri}
    assert found["orderedItems"] == [announce, closed.uri]
    assert "totalItems" not in found
    assert (await ok(shown, found["first"], token=SAM_TOKEN))["orderedItems"] == [
        announce,
        closed.uri,
    ]
    for token in ("", "wrong", LEA_TOKEN):
        status, _, body = await shown.get(url, token=token)
        assert status == 404
        absent = await shown.get(f"{shown.base}/n/{opaque()}", token=token)
        assert same_but_for_its_request(body) == same_but_for_its_request(absent[2])
