"""The collections around actors and notes, as far as the viewer may read what is in them.

Pages go by a cursor, so a page costs the same wherever it is. Followers are counted, never listed:
who belongs where is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from actors import communities, directory, follows, memberships
from actors.records import Actor, Viewer
from federation import rendering
from federation.rendering.collections import collection, digest, page
from federation.rendering.values import Document
from notes import details, listing, reading
from notes.records import Entry, Note
from storage.engine import Reader
from storage.ids import moment_of

PAGE = 20
_INLINE = 100  # a thread up to this long is given whole
_DIGESTED = 5_000  # longer threads have no digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Which part of a collection is asked for; `is_page` False for the collection itself."""

    is_page: bool = False
    before: int = reading.NEWEST
    after: int = 0


def first_page(uri: str) -> str:
    return f"{uri}?page=1"


# --- of actors -----------------------------------------------------------------------------------


async def outbox(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    """What an actor wrote and boosted, newest first.

    A community's newest items also stand in the collection itself: Lemmy reads no pages.
    """
    uri = f"{actor.uri}/outbox"
    items: list[Document] | None = None
    if cursor.is_page or actor.is_group:
        entries = await reading.outbox(reader, actor.id, viewer, before=cursor.before, count=PAGE)
        items = await _said(reader, actor, viewer, entries)
        if cursor.is_page:
            return _entries_page(uri, cursor, entries, items)
    total = await reading.count_by_author(reader, actor.id, viewer)
    total += await listing.count_boosts(reader, actor.id, viewer)
    return collection(uri, total=total, items=items, first=first_page(uri))


async def home(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    """The owner's inbox (ActivityPub 5.2): notes, and announces of what others boosted.

    The caller has made sure that the viewer is the owner.
    """
    uri = f"{actor.uri}/inbox"
    entries = await reading.home(reader, viewer, before=cursor.before, count=PAGE)
    ids = {entry.via_id for entry in entries if entry.via_id}
    boosters = await directory.get_many(reader, sorted(ids))
    items = [_arrived(entry, boosters.get(entry.via_id or 0)) for entry in entries]
    if cursor.is_page:
        return _entries_page(uri, cursor, entries, items)
    return collection(uri, total=None, items=items, first=first_page(uri))


async def followers(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    uri = f"{actor.uri}/followers"
    total = 0
    if await _shows_members(reader, actor, viewer):
        total = await follows.count_followers(reader, actor.id)
    return collection(uri, total=total)


async def following(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    total = await follows.count_following(reader, actor.id)
    return collection(f"{actor.uri}/following", total=total)


async def featured(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    """Pinned notes, whole: Lemmy takes no ids here."""
    found = await reading.featured_by(reader, actor.id, viewer)
    documents = await listing.documents(reader, [note.id for note in found], viewer)
    items: list[Any] = [_document(documents, note) or note.uri for note in found]
    return collection(f"{actor.uri}/featured", total=len(items), items=items)


async def moderators(reader: Reader, actor: Actor, viewer: Viewer, cursor: Cursor) -> Document:
    """A community's moderators; a private one names them to its members only (P-5)."""
    named: list[str] = []
    if await _shows_members(reader, actor, viewer):
        named = [one.uri for one in await memberships.moderators_of(reader, actor.id)]
    uri = f"{actor.uri}/moderators"
    return collection(uri, total=len(named), items=named, owner=actor.uri)


async def _shows_members(reader: Reader, actor: Actor, viewer: Viewer) -> bool:
    rules = await communities.find(reader, actor.id) if actor.is_group else None
    if rules is None or not rules.private:
        return True
    if viewer.actor_id is None:
        return False
    return await memberships.is_member(reader, actor.id, viewer.actor_id)


async def _said(
    reader: Reader, actor: Actor, viewer: Viewer, entries: Sequence[Entry]
) -> list[Document]:
    documents = await listing.documents(reader, [entry.note.id for entry in entries], viewer)
    found = []
    for entry in entries:
        note = _document(documents, entry.note)
        if entry.boost_uri:
            found += _boosted(actor, entry, note)
        elif note:
            found.append(rendering.create(note))
    return found


def _boosted(actor: Actor, entry: Entry, note: Document | None) -> list[Document]:
    """A community says with a note of ours the whole activity, which is all that Lemmy takes;
    its id is a part of the boost's, so that both are found at one address.

    What is closed is never announced to the public (P-8): without its document it is left out.
    """
    at, uri = moment_of(entry.id), entry.boost_uri or ""
    is_open = entry.note.is_open
    if actor.is_group and note:
        inner = rendering.create(note)
        name = f"{uri}#create"
        return [
            rendering.announce_activity(
                inner, uri=name, community=actor, private=not is_open, now=at
            )
        ]
    if not is_open:
        return []
    return [rendering.announce_object(entry.note.uri, uri=uri, actor=actor, now=at)]


def _arrived(entry: Entry, booster: Actor | None) -> Any:
    if booster is None:
        return entry.note.uri
    return {"type": "Announce", "actor": booster.uri, "object": entry.note.uri}


def _document(documents: dict[int, bytes], note: Note) -> Document | None:
    body = documents.get(note.id)
    found: Document | None = orjson.loads(body) if body else None
    return found


def _entries_page(
    uri: str, cursor: Cursor, entries: Sequence[Entry], items: Sequence[Any]
) -> Document:
    here = first_page(uri)
    if cursor.before != reading.NEWEST:
        here = f"{here}&before={cursor.before}"
    full = len(entries) == PAGE
    following = f"{first_page(uri)}&before={entries[-1].id}" if full else None
    return page(here, part_of=uri, items=items, next_page=following)


# --- of notes ------------------------------------------------------------------------------------


async def replies(reader: Reader, note: Note, viewer: Viewer, cursor: Cursor) -> Document:
    """Direct replies by id, oldest first; each is to be read at its own origin."""
    uri = f"{note.uri}/replies"
    if cursor.is_page:
        found = await reading.replies(reader, note.id, viewer, after=cursor.after, count=PAGE)
        return _oldest_first(uri, cursor, [(one.id, one.uri) for one in found], PAGE)
    counted = await details.counts(reader, [note], viewer)
    return collection(uri, total=counted[note.id].replies, first=first_page(uri))


async def likes(reader: Reader, note: Note, viewer: Viewer, cursor: Cursor) -> Document:
    counted = await details.counts(reader, [note], viewer)
    return collection(f"{note.uri}/likes", total=counted[note.id].likes)


async def shares(reader: Reader, note: Note, viewer: Viewer, cursor: Cursor) -> Document:
    counted = await details.counts(reader, [note], viewer)
    return collection(f"{note.uri}/shares", total=counted[note.id].boosts)


async def thread(
    reader: Reader, uri: str, starter: Note, viewer: Viewer, cursor: Cursor
) -> tuple[Document, str | None]:
    """A thread as a collection of ids (FEP-7888, FEP-f228), and its digest as NodeBB compares it.

    It belongs to the community it is in, else to who began it (FEP-11dd). The digest is None for
    pages and for very long threads.
    """
    root = starter.id
    if cursor.is_page:
        found = await listing.thread_uris(reader, root, viewer, after=cursor.after, count=_INLINE)
        return _oldest_first(uri, cursor, found, _INLINE), None
    found = await listing.thread_uris(reader, root, viewer, count=_DIGESTED + 1)
    uris = [named for _, named in found]
    owner = await directory.get(reader, starter.community_id or starter.author_id)
    whole = len(uris) <= _INLINE
    document = collection(
        uri,
        total=len(uris),
        items=uris if whole else None,
        first=None if whole else first_page(uri),
        owner=owner.uri,
        name=starter.title,
    )
    return document, digest(uris) if len(uris) <= _DIGESTED else None


def _oldest_first(
    uri: str, cursor: Cursor, found: Sequence[tuple[int, str]], count: int
) -> Document:
    here = first_page(uri) + (f"&after={cursor.after}" if cursor.after else "")
    following = f"{first_page(uri)}&after={found[-1][0]}" if len(found) == count else None
    items = [named for _, named in found]
    return page(here, part_of=uri, items=items, next_page=following)
