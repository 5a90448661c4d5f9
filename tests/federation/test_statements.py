"""How often the hot paths ask the database: a fixed number of times, however many follow.

Each statement here is paid for with every activity, page or document; a change of these numbers
should be meant.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from actions.notes import NewNote, publish
from actors import directory, follows
from actors.records import Actor
from federation.processing import process
from federation.vocabulary import PUBLIC
from storage import journal
from storage.engine import Transaction
from tests.counting import CountingStore
from tests.federation.shown import LEA_TOKEN, NOW, Shown, shown_node

POSTING = 17
APPLIED = (15, 1, 1)  # statements, looks, deeds; with two hashtags
HOME = 3


@pytest_asyncio.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with shown_node(tmp_path) as opened:
        yield opened


def person(number: int, host: str) -> Actor:
    uri = f"https://{host}/u/{number}"
    return Actor(
        id=directory.new_actor_id(NOW - number),
        uri=uri,
        kind="Person",
        local=False,
        host=host,
        username=f"p{number}",
        inbox=f"{uri}/inbox",
        followers=f"{uri}/followers",
        published=NOW,
        fetched=2**52,
    )


async def follow(tx: Transaction, who: Actor, whom: Actor) -> None:
    await follows.ask(
        tx, follower_id=who.id, followed_id=whom.id, uri=f"{who.uri}/f/{whom.id}", now=NOW
    )
    found = await follows.current(tx, who.id, whom.id)
    assert found is not None
    await follows.accept(tx, found, now=NOW)


async def posting(shown: Shown) -> int:
    counted = CountingStore(shown.node.store)
    await publish(replace(shown.node, store=counted), shown.actors["lea"], NewNote(text="Salut."))
    return counted.statements


async def test_publishing_does_not_look_at_followers(shown: Shown) -> None:
    await posting(shown)  # loads her keys
    few = await posting(shown)

    async def crowd(tx: Transaction) -> None:
        for number in range(60):
            one = person(number, f"far{number}.test")
            await directory.save_remote(tx, one)
            await follow(tx, one, shown.actors["lea"])

    await shown.node.store.transaction(crowd)
    assert await posting(shown) == few == POSTING


def create(author: Actor, number: int) -> dict[str, Any]:
    uri = f"{author.uri}/notes/{number}"
    address = {"to": [PUBLIC], "cc": [author.followers]}
    note = {
        "id": uri,
        "type": "Note",
        "attributedTo": author.uri,
        "content": "<p>Bonjour</p>",
        "published": "2026-11-21T11:00:00Z",
        "tag": [{"type": "Hashtag", "name": f"#{name}"} for name in ("compost", "sol")],
        **address,
    }
    return {"id": f"{uri}/a", "type": "Create", "actor": author.uri, "object": note, **address}


async def applied(shown: Shown, author: Actor, number: int) -> tuple[int, int, int]:
    """Statements, looks and deeds for one Create from the journal to the timelines."""
    document, store = create(author, number), shown.node.store

    async def arrive(tx: Transaction) -> list[journal.JournalEntry]:
        await journal.record(
            tx,
            uri=document["id"],
            kind="Create",
            signer=author.uri,
            host=author.host,
            order_key=document["object"]["id"],
            body=json.dumps(document).encode(),
            now=NOW,
        )
        return await journal.claim(tx, now=NOW, lease_ms=60_000)

    (entry,) = await store.transaction(arrive)
    counted = CountingStore(store)
    await process(replace(shown.node, store=counted), entry)
    return counted.statements, counted.looks, counted.deeds


async def test_a_note_from_elsewhere_whatever_its_followers(shown: Shown) -> None:
    author = person(1, "far.test")
    lea, sam = shown.actors["lea"], shown.actors["sam"]

    async def one(tx: Transaction) -> None:
        await directory.save_remote(tx, author)
        await follow(tx, lea, author)

    await shown.node.store.transaction(one)
    few = await applied(shown, author, 1)

    async def more(tx: Transaction) -> None:
        await follow(tx, sam, author)
        for number in range(2, 40):
            reader = person(number, "far.test")
            await directory.save_remote(tx, reader)
            await follow(tx, reader, author)

    await shown.node.store.transaction(more)
    assert await applied(shown, author, 2) == few == APPLIED
    status, _, page = await shown.get(f"{lea.uri}/inbox?page=1", token=LEA_TOKEN)
    assert status == 200
    assert len(json.loads(page)["orderedItems"]) >= 2


async def asked(shown: Shown, uri: str, token: str = "") -> int:
    counted, former = CountingStore(shown.node.store), shown.node.store
    shown.node.store = counted
    status, _, _ = await shown.get(uri, token=token)
    shown.node.store = former
    assert status == 200
    return counted.statements


async def test_documents_take_one_look(shown: Shown) -> None:
    note = next(one for one in shown.notes.values() if one.is_open and one.local)
    assert await asked(shown, note.uri) == 1
    assert await asked(shown, shown.actors["lea"].uri) == 1


async def test_a_page_of_home_whatever_stands_on_it(shown: Shown) -> None:
    uri = f"{shown.actors['lea'].uri}/inbox?page=1"
    await publish(shown.node, shown.actors["lea"], NewNote(text="Un."))
    few = await asked(shown, uri, LEA_TOKEN)
    for number in range(10):
        await publish(shown.node, shown.actors["lea"], NewNote(text=f"Encore {number}."))
    assert await asked(shown, uri, LEA_TOKEN) == few == HOME
