"""A small node for tests of what we show: people, communities and notes, served by uvicorn.

Léa (open), Sam (follows Léa), the community `veille` (open) and `cercle` (private, Sam is in it).
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from actors import communities, directory, follows, grants, keys, memberships
from actors.addresses import Site
from actors.key_material import generate_ed25519, generate_rsa
from actors.records import Actor, Community
from federation import documents, rendering, viewing
from federation.fetching import Client
from federation.fetching.dialing import Reach
from federation.inbound import Pace
from federation.keyring import Keyring
from federation.node import Node
from federation.refusing import refuse_http
from federation.rendering.actors import actor_document
from federation.rendering.notes import note_object
from federation.routes import ROUTES
from moderation.admission import Admission
from notes import audiences, reactions, writing
from notes.records import Draft, Extras, Note
from storage.engine import Store, Transaction
from tests.databases import sqlite_store

NOW = 1_795_262_400_000  # 2026-11-21T12:00:00Z
AS2 = "application/activity+json"
# One pair for everybody: making RSA keys is slow, and nothing is signed here.
RSA, ED25519 = generate_rsa(), generate_ed25519()
SAM_TOKEN = "sam-reads"
LEA_TOKEN = "lea-reads"


@dataclass(slots=True, kw_only=True)
class Shown:
    """A running node and what is on it."""

    node: Node
    base: str
    web: aiohttp.ClientSession
    actors: dict[str, Actor] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)

    async def get(
        self, url: str, *, accept: str = AS2, token: str = "", method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body; `if_none_match=` and so on become headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept:
            sent["Accept"] = accept
        if token:
            sent["Authorization"] = f"Bearer {token}"
        address = url if url.startswith("http") else self.base + url
        async with self.web.request(method, address, headers=sent) as answer:
            body = await answer.read()
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, body


async def page(request: Request) -> Response:
    return HTMLResponse("<p>a page</p>")


def application(node: Node) -> Starlette:
    app = Starlette(routes=ROUTES, exception_handlers={HTTPException: refuse_http})
    app.state.node = node
    return app


@asynccontextmanager
async def serving(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="warning", lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110  uvicorn offers no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def shown_node(folder: Path) -> AsyncIterator[Shown]:
    # With the protocol named, asyncio turns Nagle's algorithm off: 40 ms less per request.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    site = Site(domain=f"127.0.0.1:{listener.getsockname()[1]}", scheme="http")
    with listener:
        async with _served(folder, site, listener) as shown:
            yield shown


@asynccontextmanager
async def _served(folder: Path, site: Site, listener: socket.socket) -> AsyncIterator[Shown]:
    async with sqlite_store(folder) as store, aiohttp.ClientSession() as web:
        node = new_node(site, store)
        shown = Shown(node=node, base=site.base, web=web)
        await store.transaction(lambda tx: people_and_notes(tx, site, shown))
        async with serving(application(node), listener):
            yield shown
        await node.client.close()


def new_node(site: Site, store: Store) -> Node:
    return Node(
        site=site,
        store=store,
        client=Client(Reach(user_agent="passerelle/test")),
        clock=lambda: NOW,
        steady=lambda: NOW,
        admission=Admission(own=site.domain),
        keyring=Keyring(),
        inbound=Pace(per_minute=1200, burst=600),
        title="Essai",
        description="Un nœud d’essai.",
        viewer_of=viewing.viewer_of,
        page=page,
        version="0.1.0",
    )


async def people_and_notes(tx: Transaction, site: Site, shown: Shown) -> None:
    lea = shown.actors["lea"] = await add_actor(tx, site, "lea", kind="Person", name="Léa")
    sam = shown.actors["sam"] = await add_actor(tx, site, "sam", kind="Person")
    veille = shown.actors["veille"] = await add_actor(tx, site, "veille", kind="Group")
    cercle = shown.actors["cercle"] = await add_actor(tx, site, "cercle", private=True)
    shown.actors["node"] = await add_actor(tx, site, site.domain.partition(":")[0], kind="Node")
    await grants.create_token(tx, sam.id, ["read"], "test", NOW, SAM_TOKEN)
    await grants.create_token(tx, lea.id, ["read"], "test", NOW, LEA_TOKEN)
    await follow(tx, sam, lea)
    await follow(tx, sam, veille)
    await memberships.add(tx, veille.id, lea.id, "moderator", now=NOW)
    await memberships.add(tx, cercle.id, sam.id, "responsable", now=NOW)
    await audiences.admit(tx, "community", cercle.id, sam.id, now=NOW)

    async def write(key: str, **fields: Any) -> Note:
        note = shown.notes[key] = await add_note(tx, site, shown, **fields)
        return note

    public = await write("public", author=lea, community=veille, title="Une veille à plusieurs")
    await write("reply", author=sam, in_reply_to=public, community=veille)
    await write("closed", author=lea, visibility="followers")
    await write("closed_reply", author=lea, visibility="followers", in_reply_to=public)
    await write("inside", author=sam, visibility="community", community=cercle, title="Entre nous")


async def add_actor(
    tx: Transaction,
    site: Site,
    username: str,
    *,
    kind: str = "Group",
    private: bool = False,
    name: str = "",
) -> Actor:
    uri = {"Person": site.new_person, "Group": site.new_community}.get(
        kind, lambda: site.instance_actor
    )()
    actor = Actor(
        id=directory.new_actor_id(NOW),
        uri=uri,
        kind="Application" if kind == "Node" else kind,
        local=True,
        host=site.domain,
        username=username,
        name=name,
        inbox=f"{uri}/inbox" if kind != "Node" else site.shared_inbox,
        shared_inbox=site.shared_inbox,
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        featured=f"{uri}/featured",
        moderators=f"{uri}/moderators" if kind == "Group" else None,
        published=NOW,
        updated=NOW,
    )
    await directory.add_local(tx, actor)
    rows = await keys.create(tx, actor.id, uri, now=NOW, rsa_pem=RSA, ed25519_pem=ED25519)
    rules = None
    if kind == "Group":
        joining = "approval" if private else "open"
        rules = Community(actor_id=actor.id, joining=joining, posting="open", private=private)
        await communities.save(tx, rules, created_by=None, now=NOW)
    document = actor_document(actor, rows, site, community=rules)
    await directory.set_document(tx, actor.id, rendering.serialise(document), now=NOW)
    return actor


async def follow(tx: Transaction, follower: Actor, followed: Actor) -> None:
    await follows.ask(
        tx,
        follower_id=follower.id,
        followed_id=followed.id,
        uri=f"{follower.uri}#follow-{followed.id}",
        now=NOW,
    )
    found = await follows.current(tx, follower.id, followed.id)
    assert found
    await follows.accept(tx, found, now=NOW)
    await audiences.admit(tx, "followers", followed.id, follower.id, now=NOW)


async def add_note(
    tx: Transaction,
    site: Site,
    shown: Shown,
    *,
    author: Actor,
    community: Actor | None = None,
    in_reply_to: Note | None = None,
    title: str = "",
    visibility: str = "public",
    at: int = NOW,
) -> Note:
    uri = site.new_note()
    root = in_reply_to or None
    note = Note(
        id=0,
        uri=uri,
        kind="Article" if title else "Note",
        author_id=author.id,
        community_id=community.id if community else None,
        in_reply_to=in_reply_to.uri if in_reply_to else None,
        in_reply_to_id=in_reply_to.id if in_reply_to else None,
        root_id=root.root_id if root else None,
        context=root.context if root else site.context_of(uri),
        title=title,
        content=f"<p>Dit par {author.username}, pour {visibility}.</p>",
        language="fr",
        visibility=visibility,  # type: ignore[arg-type]
        local=True,
        published=at,
    )
    people = {one.id: one for one in shown.actors.values()}
    document = rendering.serialise(note_object(note, Extras(), people, site))
    meant = {
        "public": (("public", 0),),
        "followers": (("followers", author.id), ("person", author.id)),
        "community": (("community", community.id if community else 0), ("person", author.id)),
    }[visibility]
    draft = Draft(note=note, audiences=meant, document=document, proven="local")
    added = await writing.add(tx, draft, now=at)
    assert added
    return replace(added)


async def ok(shown: Shown, url: str, **options: Any) -> dict[str, Any]:
    status, headers, body = await shown.get(url, **options)
    assert status == 200, body
    assert headers["content-type"] == AS2
    return documents.read(body)


def same_but_for_its_request(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    found.pop("request_id")
    return found


async def pin_all(shown: Shown, closed: list[Note]) -> None:
    async def deed(tx: Transaction) -> None:
        for note in closed:
            await reactions.pin(tx, owner_id=note.author_id, note_id=note.id, now=NOW)

    await shown.node.store.transaction(deed)
