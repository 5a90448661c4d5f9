"""What strangers, members and browsers get from the addresses of a node, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actors import directory
from federation import documents, parsing
from federation.refusing import CODES, STATUSES
from federation.routes import ROUTES
from federation.vocabulary import ActorDocument, Create, Post
from notes import writing
from notes.records import Note
from storage.engine import Transaction
from storage.ids import opaque
from storage.outgoing import enqueue
from tests.federation.shown import (
    LEA_TOKEN,
    NOW,
    SAM_TOKEN,
    Shown,
    ok,
    pin_all,
    same_but_for_its_request,
    shown_node,
)

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest_asyncio.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with shown_node(tmp_path) as node:
        yield node


# --- documents -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["lea", "veille", "cercle", "node"])
async def test_an_actor_at_its_uri(shown: Shown, who: str) -> None:
    """P-5: a private community too, or nobody could follow it."""
    actor = shown.actors[who]
    found = parsing.thing(await ok(shown, actor.uri), now=NOW)
    assert isinstance(found, ActorDocument)
    assert found.uri == actor.uri
    assert {key.form for key in found.keys} == {"pem", "multibase"}


async def test_a_note_and_its_create(shown: Shown) -> None:
    note = shown.notes["public"]
    post = parsing.thing(await ok(shown, note.uri), now=NOW)
    assert isinstance(post, Post)
    assert post.name == "Une veille à plusieurs"
    activity = parsing.activity(await ok(shown, f"{note.uri}/create"), now=NOW)
    assert isinstance(activity, Create)
    assert activity.uri == f"{note.uri}/create"
    assert activity.object.embedded == post


async def test_a_browser_gets_the_page_of_the_same_url(shown: Shown) -> None:
    for url in (shown.actors["lea"].uri, shown.notes["public"].uri, shown.notes["closed"].uri):
        status, _, body = await shown.get(url, accept="text/html")
        assert (status, body) == (200, b"<p>a page</p>")


async def test_head_is_get_without_a_body(shown: Shown) -> None:
    """H-16."""
    url = shown.notes["public"].uri
    status, headers, body = await shown.get(url, method="HEAD")
    got, got_headers, got_body = await shown.get(url)
    assert (status, body) == (got, b"")
    assert headers["content-length"] == str(len(got_body))
    assert headers["etag"] == got_headers["etag"]


async def test_headers_of_an_open_document(shown: Shown) -> None:
    """H-17."""
    _, headers, _ = await shown.get(shown.notes["public"].uri)
    assert headers["vary"] == "Accept, Signature, Authorization"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"


async def test_a_known_version_is_not_sent_again(shown: Shown) -> None:
    """H-16."""
    url = shown.notes["public"].uri
    _, headers, _ = await shown.get(url)
    status, again, body = await shown.get(url, if_none_match=f'"old", W/{headers["etag"]}')
    assert (status, body) == (304, b"")
    assert again["etag"] == headers["etag"]
    status, _, _ = await shown.get(url, if_none_match='"old"')
    assert status == 200


@pytest.mark.parametrize("mark", ["*", '"anything"'])
async def test_a_refusal_is_never_304(shown: Shown, mark: str) -> None:
    """H-16."""
    for url in (shown.notes["closed"].uri, f"{shown.base}/n/{opaque()}"):
        status, _, _ = await shown.get(url, if_none_match=mark)
        assert status == 404


# --- hidden and absent ---------------------------------------------------------------------------

NOTE_PARTS = ("", "/create", "/replies", "/likes", "/shares")


@pytest.mark.parametrize("token", ["", "wrong", LEA_TOKEN])
async def test_hidden_is_as_absent(shown: Shown, token: str) -> None:
    """P-2, P-3: same body and headers for a note of a circle she isn't in, and for none at all."""
    for part in NOTE_PARTS:
        await check_hidden_is_as_absent(shown, part, token)


async def check_hidden_is_as_absent(shown: Shown, part: str, token: str) -> None:
    hidden = await shown.get(shown.notes["inside"].uri + part, token=token)
    absent = await shown.get(f"{shown.base}/n/{opaque()}{part}", token=token)
    nowhere = await shown.get("/nothing/at/all", token=token)
    assert hidden[0] == absent[0] == nowhere[0] == 404
    bodies = [same_but_for_its_request(answer[2]) for answer in (hidden, absent, nowhere)]
    assert bodies[0] == bodies[1] == bodies[2]
    for answer in (hidden, absent, nowhere):
        answer[1].pop("date")
    assert hidden[1] == absent[1] == nowhere[1]


@pytest.mark.parametrize("key", ["inside", "closed"])
async def test_whoever_may_read_it_gets_it_uncached(shown: Shown, key: str) -> None:
    """P-4, P-7."""
    for part in NOTE_PARTS:
        url = shown.notes[key].uri + part
        status, headers, _ = await shown.get(url, token=SAM_TOKEN)
        assert status == 200
        assert headers["cache-control"] == "private, no-store"
        assert headers["vary"] == "Accept, Signature, Authorization, Cookie"


async def test_no_route_shows_a_closed_note_to_a_stranger(shown: Shown) -> None:
    """P-1, P-2: every route there is, asked about everything there is, by a stranger."""
    closed = [shown.notes[key] for key in ("closed", "closed_reply", "inside")]
    await pin_all(shown, closed)
    asked = 0
    for route in ROUTES:
        for last in {uri.rpartition("/")[2] for uri in everything(shown)}:
            path = route.path.replace("{x}", last).replace("{version}", "2.1")
            for url in (path, f"{path}?page=1"):
                for token in ("", "wrong"):
                    status, _, body = await shown.get(url, token=token)
                    asked += status == 200
                    assert status < 500
                    for note in closed:
                        assert note.uri.encode() not in body
                        assert note.content[3:-4].encode() not in body
    assert asked > 100


def everything(shown: Shown) -> list[str]:
    actors, notes = shown.actors.values(), shown.notes.values()
    return [*(one.uri for one in actors), *(one.uri for one in notes)]


async def test_numbers_count_only_what_the_asker_may_read(shown: Shown) -> None:
    """P-2: Léa's followers-only reply counts for Sam, who follows her, and for no stranger."""
    replies = f"{shown.notes['public'].uri}/replies"
    assert (await ok(shown, replies))["totalItems"] == 1
    assert (await ok(shown, replies, token=SAM_TOKEN))["totalItems"] == 2
    outbox = f"{shown.actors['lea'].uri}/outbox"
    assert (await ok(shown, outbox))["totalItems"] == 1
    assert (await ok(shown, outbox, token=SAM_TOKEN))["totalItems"] == 3


async def test_what_depends_on_the_asker_is_not_cached(shown: Shown) -> None:
    """P-7."""
    replies = f"{shown.notes['public'].uri}/replies"
    _, headers, _ = await shown.get(replies, token=SAM_TOKEN)
    assert headers["cache-control"] == "private, no-store"


# --- gone ----------------------------------------------------------------------------------------


async def test_a_deleted_note_leaves_a_tombstone(shown: Shown) -> None:
    note = shown.notes["public"]

    async def deed(tx: Transaction) -> None:
        await writing.remove(tx, note, author_uri=shown.actors["lea"].uri, now=NOW)

    await shown.node.store.transaction(deed)
    for part in NOTE_PARTS:
        status, _, body = await shown.get(note.uri + part, if_none_match="*")
        assert status == 410
        assert documents.read(body)["type"] == "Tombstone"
    status, _, _ = await shown.get(f"{shown.base}/t/{note.uri.rpartition('/')[2]}")
    assert status == 410


async def test_an_actor_who_left_and_one_who_is_suspended(shown: Shown) -> None:
    lea, sam = shown.actors["lea"], shown.actors["sam"]

    async def deed(tx: Transaction) -> None:
        await directory.set_state(tx, lea.id, "gone")
        await directory.set_state(tx, sam.id, "suspended")

    await shown.node.store.transaction(deed)
    for part in ("", "/outbox", "/followers", "/featured"):
        assert (await shown.get(lea.uri + part))[0] == 410
        assert (await shown.get(sam.uri + part))[0] == 404


# --- activities ----------------------------------------------------------------------------------


async def send(shown: Shown, *, to: list[str], note: Note | None, kind: str = "Like") -> str:
    uri = shown.node.site.new_activity()
    body = {"id": uri, "type": kind, "actor": shown.actors["lea"].uri, "to": to, "cc": []}

    async def deed(tx: Transaction) -> None:
        await enqueue(
            tx,
            uri=uri,
            kind=kind,
            actor_id=shown.actors["lea"].id,
            body=json.dumps(body).encode(),
            order_key=uri,
            note_id=note.id if note else None,
            barrier=False,
            withdrawal=False,
            since=NOW,
            audiences=(),
            now=NOW,
        )

    await shown.node.store.transaction(deed)
    return uri


async def test_an_open_activity_as_it_was_sent(shown: Shown) -> None:
    uri = await send(shown, to=[PUBLIC], note=shown.notes["public"])
    assert (await ok(shown, uri))["id"] == uri


async def test_an_activity_about_a_closed_note(shown: Shown) -> None:
    """P-2: even if it were addressed to everybody."""
    uri = await send(shown, to=[PUBLIC], note=shown.notes["inside"])
    assert (await shown.get(uri))[0] == 404
    assert (await shown.get(uri, token=LEA_TOKEN))[0] == 404
    assert (await ok(shown, uri, token=SAM_TOKEN))["id"] == uri


async def test_an_activity_between_two_people(shown: Shown) -> None:
    uri = await send(shown, to=[shown.actors["sam"].uri], note=None, kind="Follow")
    assert (await shown.get(uri))[0] == 404
    assert (await shown.get(uri, token="wrong"))[0] == 404
    assert (await ok(shown, uri, token=SAM_TOKEN))["id"] == uri
    assert (await ok(shown, uri, token=LEA_TOKEN))["id"] == uri


# --- the door ------------------------------------------------------------------------------------


async def test_a_wrong_method_is_told_which_there_are(shown: Shown) -> None:
    """H-7, H-8."""
    for url in (shown.notes["public"].uri, shown.notes["closed"].uri, "/n/none"):
        status, headers, body = await shown.get(url, method="PUT")
        assert status == 405
        assert "GET" in headers["allow"]
        assert json.loads(body)["error"] == "method_not_allowed"


async def test_authorized_fetch_asks_for_a_signature(shown: Shown) -> None:
    shown.node.authorized_fetch = True
    for url in (shown.actors["lea"].uri, shown.notes["public"].uri, "/n/none"):
        status, _, body = await shown.get(url)
        assert (status, json.loads(body)["error"]) == (401, "signature_missing")
    await ok(shown, shown.actors["node"].uri)  # or nobody could check our signatures
    await ok(shown, shown.notes["public"].uri, token=SAM_TOKEN)


def test_the_list_of_codes_is_closed() -> None:
    """H-8: a new code is a decision, made in the list and here."""
    assert set(STATUSES.values()) <= {400, 401, 403, 404, 405, 408, 410, 413, 414, 415, 421} | {
        *(429, 431, 503)
    }
    assert len(CODES) == 50
