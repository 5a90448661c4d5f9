"""Finding what lives elsewhere, on somebody's request: a handle, a note, a subscribe page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from actors.addresses import parse_handle
from actors.records import Actor, Viewer
from actors.refusals import Invalid, NotFound
from federation import backfilling, discovery, origin
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored
from federation.vocabulary import ActorDocument, Post
from notes import reading
from notes.records import Note
from storage import jobs
from storage.engine import Reader, Transaction

_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_NO_ANSWER = (FetchFailed, Malformed, Refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounded:
    """An actor with its latest notes, newest first, or a note with its thread, oldest first: as
    far as the viewer may read them."""

    found: Actor | Note
    notes: Sequence[Note]


async def actor_by_handle(node: Node, text: str) -> Actor:
    """`@name@host`, asked at its host when unknown. Raises Invalid, NotFound."""
    handle = parse_handle(text)
    try:
        return await discovery.by_handle(node, handle, budget=Budget())
    except _NO_ANSWER as error:
        raise NotFound(f"{handle} can't be found.", detail=_why(error)) from error


async def fetch(node: Node, text: str, viewer: Viewer) -> Actor | Note:
    """A handle or a URL: an actor, or a note the viewer may read. Raises NotFound.

    The latest notes of an actor elsewhere are fetched soon after, and the thread around a note.
    """
    found = await _found(node, text, viewer)
    if isinstance(found, Actor) and not found.local:
        await _later(node, "backfill", found.uri)
    if isinstance(found, Note) and not found.local:
        await _later(node, "thread", found.uri)
    return found


async def fetch_around(node: Node, text: str, viewer: Viewer) -> Surrounded:
    """The same, with what surrounds it fetched at once, as far as it can be. Raises NotFound."""
    found = await _found(node, text, viewer)
    if not found.local:
        bring = backfilling.community if isinstance(found, Actor) else backfilling.thread
        with suppress(*_NO_ANSWER, Ignored):
            await bring(node, found.uri)
    return await node.store.reading(lambda reader: _surrounded(reader, found, viewer))


async def _surrounded(reader: Reader, found: Actor | Note, viewer: Viewer) -> Surrounded:
    if isinstance(found, Actor):
        latest = reading.in_community if found.is_group else reading.by_author
        return Surrounded(found=found, notes=await latest(reader, found.id, viewer))
    note = await reading.by_id(reader, found.id, viewer) or found
    thread = await reading.in_thread(reader, note.root_id or note.id, viewer)
    return Surrounded(found=note, notes=thread)


async def _found(node: Node, text: str, viewer: Viewer) -> Actor | Note:
    if "://" not in text:
        return await actor_by_handle(node, text)
    return await _at_address(node, text, viewer)


async def _at_address(node: Node, url: str, viewer: Viewer) -> Actor | Note:
    try:
        uri = origin.canonical(url)
        known = await node.store.reading(lambda reader: reading.by_uri(reader, uri, viewer))
        if known is not None:
            return known
        found = await discovery.fetch(node, uri, budget=Budget())
        if isinstance(found.thing, ActorDocument):
            return await discovery.keep_actor(node, found.thing)
        if isinstance(found.thing, Post):
            uri = found.thing.uri
            await backfilling.note(node, uri)
    except (*_NO_ANSWER, Ignored) as error:
        raise NotFound("Nothing can be read at that address.", detail=_why(error)) from error
    note = await node.store.reading(lambda reader: reading.by_uri(reader, uri, viewer))
    if note is None:
        raise NotFound("Nothing can be read at that address.")
    return note


def _why(error: Exception) -> str:
    """For whoever runs the node: the code, the status of an answer, the rule that was not met."""
    words = (getattr(error, name, None) for name in ("code", "status", "detail"))
    return ", ".join(str(word) for word in words if word) or str(error)


async def _later(node: Node, kind: str, uri: str) -> None:
    async def deed(tx: Transaction) -> None:
        await jobs.add(tx, kind, uri, {}, due=node.steady())

    await node.store.transaction(deed)


def subscriber(node: Node) -> Callable[[str, str], Awaitable[str | None]]:
    """Where somebody elsewhere goes to follow one of ours: her own server's subscribe page."""

    async def subscribe_address(text: str, uri: str) -> str | None:
        handle = parse_handle(text)
        if not handle.host:
            raise Invalid("A handle elsewhere looks like @name@host.")
        try:
            jrd = await discovery.webfinger(node, handle, budget=Budget(fetches=4, seconds=15))
        except _NO_ANSWER:
            return None
        template = discovery.link(jrd, _SUBSCRIBE)
        if template is None or "{uri}" not in template:
            return None
        address = template.replace("{uri}", quote(uri, safe=""))
        allowed = ("https", "http") if node.site.scheme == "http" else ("https",)
        return address if urlsplit(address).scheme in allowed else None

    return subscribe_address
