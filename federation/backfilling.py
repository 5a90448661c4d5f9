"""Fetches what we did not get: a community's latest notes, the thread above and around a note.

By `context` where it resolves, by inReplyTo and `replies` elsewhere (FEP-f228), within limits;
every object is read at its own origin.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from actors.records import Actor
from federation import discovery, origin
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.handlers import arrivals
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Received
from federation.vocabulary import (
    Announce,
    Collection,
    Create,
    Deed,
    Post,
    Ref,
    Update,
)
from notes import threads
from notes.records import Note
from storage.engine import Reader, Transaction

_MOST_NOTES = 20
_MOST_AROUND = 60
_MOST_PAGES = 2
_MOST_ANCESTORS = 20
_NOTHING_THERE = (FetchFailed, Malformed, Refused, Ignored)


async def community(node: Node, uri: str) -> int:
    """The latest notes of an actor elsewhere, so that its page is not empty; how many were new."""
    budget = Budget(fetches=3 * _MOST_NOTES + 10, seconds=120)
    actor = await discovery.actor(node, uri, budget=budget)
    if actor.local or actor.outbox is None:
        return 0
    found = 0
    async for item in _items(node, actor.outbox, budget):
        if found >= _MOST_NOTES or budget.is_spent:
            break
        found += await _take_listed(node, item, actor, budget)
    return found


async def thread(node: Node, uri: str) -> int:
    """What surrounds a note: its ancestors, then its context or else replies; how many were new."""
    budget = Budget(fetches=60, seconds=120)
    found = await _ancestors(node, uri, budget)
    for source in await node.store.reading(lambda reader: _sources(reader, uri)):
        if node.site.owns(source):
            continue
        try:
            return found + await _around(node, source, budget)
        except _NOTHING_THERE:
            continue
    return found


async def _sources(reader: Reader, uri: str) -> list[str]:
    """Where the rest of a thread may be listed, best first (FEP-f228). A thread of ours is here."""
    place = await threads.place(reader, uri)
    if place is None or place.local:
        return []
    root = await threads.place_by_id(reader, place.root_id) if place.root_id else None
    if root is not None and root.local:
        return []
    named = (place.context, root.context if root else None, root.replies if root else None)
    return [one for one in dict.fromkeys((*named, place.replies)) if one is not None]


async def _ancestors(node: Node, uri: str, budget: Budget) -> int:
    """Upwards by inReplyTo, then stored from the top, so that each finds its place."""
    missing: list[tuple[Post, bytes]] = []
    passed: set[str] = set()
    wanted: str | None = uri
    while wanted and wanted not in passed and len(passed) <= _MOST_ANCESTORS:
        here = wanted
        passed.add(here)
        if node.site.owns(here):
            break
        place = await node.store.reading(partial(threads.place, uri=here))
        if place is not None:
            wanted = place.in_reply_to if place.root_id is None else None
            continue
        try:
            missing.append(await discovery.post(node, here, budget=budget))
        except _NOTHING_THERE:
            break
        wanted = missing[-1][0].in_reply_to
    found = 0
    for post, body in reversed(missing):
        with suppress(*_NOTHING_THERE):
            found += await _keep(node, post, body, None, budget) is not None
    return found


async def _around(node: Node, source: str, budget: Budget) -> int:
    found = 0
    async for item in _items(node, source, budget):
        if found >= _MOST_AROUND or budget.is_spent:
            break
        found += await _take_listed(node, item, None, budget)
    return found


async def _items(node: Node, uri: str, budget: Budget) -> AsyncIterator[Ref]:
    """A collection's own entries, and those of two pages of it at most (O-11).

    Raises Refused for what is no collection."""
    whole = (await discovery.fetch(node, uri, budget=budget)).thing
    if not isinstance(whole, Collection):
        raise Refused("invalid_property", "type: a collection was expected at that address")
    for item in whole.items:
        yield item
    page: Collection | None = whole.first_page
    following = whole.next if whole.items else whole.first
    for _ in range(_MOST_PAGES):
        if page is None:
            if following is None or not origin.same_origin(following, uri):
                return
            thing = (await discovery.fetch(node, following, budget=budget)).thing
            if not isinstance(thing, Collection):
                return
            page = thing
        for item in page.items:
            yield item
        following, page = page.next, None


async def _take_listed(node: Node, item: Ref, source: Actor | None, budget: Budget) -> bool:
    """One entry of a list; whatever is wrong with it is its own affair."""
    uri = _post_of(item)
    if uri is None:
        return False
    with suppress(*_NOTHING_THERE):
        return await _take(node, uri, source, budget) is not None
    return False


def _post_of(ref: Ref) -> str | None:
    """The post an outbox entry is about, whether it is a Create, an Announce or the id alone."""
    inner = ref.embedded
    for _ in range(2):
        if isinstance(inner, Create | Update):
            return inner.object.uri
        if isinstance(inner, Announce):
            if not inner.objects:
                return None
            ref, inner = inner.objects[0], inner.objects[0].embedded
            continue
        break
    if isinstance(inner, Deed):
        return None
    return inner.uri if isinstance(inner, Post) else ref.uri


async def _take(node: Node, uri: str, source: Actor | None, budget: Budget) -> Note | None:
    """Store one post as its origin serves it; `source` is the community that lists it."""
    if node.site.owns(uri):
        return None
    if await node.store.reading(lambda reader: threads.place(reader, uri)):
        return None
    post, body = await discovery.post(node, uri, budget=budget)
    return await _keep(node, post, body, source, budget)


async def _keep(
    node: Node, post: Post, body: bytes, source: Actor | None, budget: Budget
) -> Note | None:
    if post.address.openness == "closed" or post.is_vote:
        raise Ignored("not for everybody")
    now = node.clock()
    via = source if source is not None and source.is_group else None
    received = Received(
        activity=Create(uri=None, actor=post.author or "", object=Ref(uri=post.uri)),
        document={},
        signer="",
        now=now,
        trust="origin",
        via=via,
    )
    arrival = await arrivals.gather(node, post, body, received, proven="origin", budget=budget)

    async def deed(tx: Transaction) -> Note | None:
        return await arrivals.store_quietly(tx, arrival, received)

    return await node.store.transaction(deed)


async def note(node: Node, uri: str) -> None:
    """One post somebody here asked for by its address, whoever wrote it."""
    await _take(node, uri, None, Budget())
