"""GET of the collections around actors, notes and threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from actors import directory
from actors.records import Actor, Viewer
from federation import collections, rendering
from federation.collections import Cursor
from federation.node import Node
from federation.refusing import not_found
from federation.rendering.values import Document
from federation.showing import responding
from federation.showing.asked import Handler, bad_cursor, cursor_of, negotiated
from notes import reading
from notes.records import Note
from storage.engine import Reader

OfActor: TypeAlias = Callable[[Reader, Actor, Viewer, Cursor], Awaitable[Document]]
OfNote: TypeAlias = Callable[[Reader, Note, Viewer, Cursor], Awaitable[Document]]


def of_actor(build: OfActor, *, owner_only: bool = False) -> Handler:
    """A collection of the actor one step up. `owner_only`: for anybody else it isn't there."""

    async def answer(request: Request, node: Node, viewer: Viewer) -> Response:
        uri = node.site.base + request.scope["path"].rpartition("/")[0]
        cursor = cursor_of(request)

        async def look(reader: Reader) -> Document | str | None:
            actor = await directory.find(reader, uri)
            if actor is None or not actor.local or (owner_only and viewer.actor_id != actor.id):
                return None
            if actor.state != "ok" or cursor is None:
                return actor.state
            return await build(reader, actor, viewer, cursor)

        found = await node.store.reading(look)
        return _answer(request, node, viewer, found, shared=not owner_only)

    return negotiated(answer)


def of_note(build: OfNote) -> Handler:
    """A collection of the note one step up, for whoever may read the note."""

    async def answer(request: Request, node: Node, viewer: Viewer) -> Response:
        uri = f"{node.site.base}/n/{request.path_params['x']}"
        cursor = cursor_of(request)
        is_open = False

        async def look(reader: Reader) -> Document | str | None:
            nonlocal is_open
            note = await reading.by_uri(reader, uri, viewer)
            if note is None or not note.local:
                return "gone" if await reading.was_deleted(reader, uri) else None
            is_open = note.is_open
            return "ok" if cursor is None else await build(reader, note, viewer, cursor)

        found = await node.store.reading(look)
        return _answer(request, node, viewer, found, shared=is_open)

    return negotiated(answer)


async def _thread(request: Request, node: Node, viewer: Viewer) -> Response:
    """The thread whose first note has the same last part (`Site.context_of`)."""
    uri = f"{node.site.base}/t/{request.path_params['x']}"
    starter_uri = f"{node.site.base}/n/{request.path_params['x']}"
    cursor = cursor_of(request)
    digest: str | None = None
    is_open = False

    async def look(reader: Reader) -> Document | str | None:
        nonlocal digest, is_open
        starter = await reading.by_uri(reader, starter_uri, viewer)
        if starter is None or not starter.local or not starter.is_thread_starter:
            return "gone" if await reading.was_deleted(reader, starter_uri) else None
        if cursor is None:
            return "ok"
        is_open = starter.is_open
        document, digest = await collections.thread(reader, uri, starter, viewer, cursor)
        return document

    found = await node.store.reading(look)
    return _answer(request, node, viewer, found, shared=is_open, etag=digest)


def _answer(
    request: Request,
    node: Node,
    viewer: Viewer,
    found: Document | str | None,
    *,
    shared: bool,
    etag: str | None = None,
) -> Response:
    """`found`: the document, None for absent or hidden, else a state: "gone", or "ok" when the
    cursor was no number. What depends on who asks stays out of shared caches."""
    if isinstance(found, dict):
        body = rendering.serialise(found)
        shared = shared and viewer.actor_id is None
        return responding.document(request, body, shared=shared, etag=etag)
    if found == "gone":
        return responding.gone(node.site.base + request.scope["path"])
    return bad_cursor(request) if found == "ok" else not_found(request)


outbox = of_actor(collections.outbox)
followers = of_actor(collections.followers)
following = of_actor(collections.following)
featured = of_actor(collections.featured)
moderators = of_actor(collections.moderators)
inbox = of_actor(collections.home, owner_only=True)
replies = of_note(collections.replies)
likes = of_note(collections.likes)
shares = of_note(collections.shares)
thread = negotiated(_thread)
