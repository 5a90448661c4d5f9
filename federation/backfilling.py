"""Fetches what we did not get: a community's latest notes, the thread above and around a note.

By `context` where it resolves, by inReplyTo and `replies` elsewhere (FEP-f228), within limits;
every object is read at its own origin.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    Thing,
    Update,
)
from notes import threads
from notes.records import Note
from storage.engine import Transaction

_MOST_NOTES = 20
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
    async for thing in _items(node, actor.outbox, budget):
        if found >= _MOST_NOTES:
            break
        post_uri = _post_of(thing)
        if post_uri is None:
            continue
        try:
            found += await _take(node, post_uri, actor, budget) is not None
        except _NOTHING_THERE as reason:
            if isinstance(reason, FetchFailed) and "used up" in reason.detail:
                break
    return found


async def thread(node: Node, uri: str) -> int:
    """What surrounds a note: its ancestors, then its context or replies; how many were new."""
    budget = Budget(fetches=60, seconds=120)
    found = await _ancestors(node, uri, budget)
    place = await node.store.reading(lambda reader: threads.place(reader, uri))
    if place is None or place.local:
        return found
    for source in (place.context, place.replies):
        if source is None or node.site.owns(source):
            continue
        try:
            found += await _around(node, source, budget)
        except _NOTHING_THERE:
            continue
        break
    return found


async def _ancestors(node: Node, uri: str, budget: Budget) -> int:
    """Upwards by inReplyTo, then stored from the top, so that each finds its place."""
    missing: list[str] = []
    wanted: str | None = uri
    while wanted and len(missing) < _MOST_ANCESTORS and not node.site.owns(wanted):
        here = wanted
        place = await node.store.reading(partial(threads.place, uri=here))
        if place is not None:
            wanted = place.in_reply_to if place.root_id is None else None
            continue
        try:
            post, _ = await discovery.post(node, here, budget=budget)
        except _NOTHING_THERE:
            break
        missing.append(here)
        wanted = post.in_reply_to
    found = 0
    for one in reversed(missing):
        try:
            found += await _take(node, one, None, budget) is not None
        except _NOTHING_THERE:
            continue
    return found


async def _around(node: Node, source: str, budget: Budget) -> int:
    found = 0
    async for thing in _items(node, source, budget):
        uri = _post_of(thing)
        if uri is None or found >= 3 * _MOST_NOTES:
            continue
        try:
            found += await _take(node, uri, None, budget) is not None
        except _NOTHING_THERE:
            continue
    return found


async def _items(node: Node, uri: str, budget: Budget) -> AsyncIterator[Ref]:
    """A collection's entries, two pages of it at most (O-11)."""
    fetched = await discovery.fetch(node, uri, budget=budget)
    page: Thing | None = fetched.thing
    for _ in range(_MOST_PAGES + 1):
        if not isinstance(page, Collection):
            return
        for item in page.items:
            yield item
        if page.first_page is not None:
            page = page.first_page
            continue
        following = page.first if not page.items else page.next
        if following is None or not origin.same_origin(following, uri):
            return
        page = (await discovery.fetch(node, following, budget=budget)).thing


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
    if post.address.openness == "closed" or post.is_vote:
        raise Ignored("not for everybody")
    now = node.clock()
    via = source if source is not None and source.is_group else None
    received = Received(
        activity=Create(uri=None, actor=post.author or "", object=Ref(uri=uri)),
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
