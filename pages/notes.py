"""A note's page, with its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actors.addresses import Site
from actors.records import Actor, Viewer
from notes import reading
from notes.records import Note
from pages import posts
from pages.paging import paged_on
from pages.posts import Desk
from pages.views import Card, Head, NoteView, Parent, Post
from storage.engine import Reader

REPLIES = 50
_DEEPEST = 4
_DESCRIPTION = 200


async def note_view(
    reader: Reader, site: Site, note: Note, viewer: Viewer, *, after: int = 0
) -> NoteView | None:
    """Ten queries, two more when polls are among the notes.

    None for a note from elsewhere that is no business of ours: this node shows strangers only
    its own people's notes and what stands in its own communities and threads.
    """
    above = [number for number in (note.in_reply_to_id, note.root_id) if number is not None]
    known = await reading.by_ids(reader, above or [note.id], viewer)
    below, paging = paged_on(await _below(reader, note, viewer, after), after, REPLIES)
    everything = list({one.id: one for one in (note, *known.values(), *below)}.values())
    desk = await posts.desk(reader, site, everything, viewer)
    root = known.get(note.root_id) if note.root_id is not None else None
    if not (note.local or (root and root.local) or _is_ours(desk, note)):
        return None
    known = {**known, **{one.id: one for one in below}, note.id: note}
    post = posts.in_full(desk, note)
    if note.in_reply_to is not None:
        post = replace(post, parent=posts.parent_of(desk, _parent(note, known)))
    return NoteView(
        head=_head(desk, note),
        post=post,
        thread=_thread(desk, note, root),
        replies=_replies(desk, note, below, known),
        paging=paging,
    )


async def _below(reader: Reader, note: Note, viewer: Viewer, after: int) -> list[Note]:
    """The rest of the thread a note starts; for a reply, what answers it."""
    if _starts(note):
        return await reading.in_thread(
            reader, note.id, viewer, after=after or note.id, count=REPLIES + 1
        )
    return await reading.replies(reader, note.id, viewer, after=after, count=REPLIES + 1)


def _starts(note: Note) -> bool:
    return note.root_id == note.id


def _is_ours(desk: Desk, note: Note) -> bool:
    home = desk.actors.get(note.community_id) if note.community_id is not None else None
    return home is not None and home.local


def _parent(note: Note, known: dict[int, Note]) -> Note | None:
    return None if note.in_reply_to_id is None else known.get(note.in_reply_to_id)


def _thread(desk: Desk, note: Note, root: Note | None) -> Parent | None:
    """Where the whole thread is, seen from a reply."""
    if root is None or root.id == note.id:
        return None
    return posts.parent_of(desk, root)


def _replies(
    desk: Desk, note: Note, below: Sequence[Note], known: dict[int, Note]
) -> tuple[Post, ...]:
    """In the order of the conversation; what a reply answers is said where it does not show."""
    made = []
    for one, depth in threaded(below, note.id):
        apart = depth == 0 and one.in_reply_to_id != note.id
        parent = posts.parent_of(desk, _parent(one, known)) if apart else None
        made.append(posts.in_thread(desk, one, depth=min(depth, _DEEPEST), parent=parent))
    return tuple(made)


def threaded(notes: Sequence[Note], top: int) -> list[tuple[Note, int]]:
    """(note, depth): each reply under what it answers; depth 0 answers `top`, or something absent.

    Notes come oldest first and keep that order among brothers.
    """
    here = {note.id for note in notes if note.id != top}
    children: dict[int, list[Note]] = {}
    for note in notes:
        if note.id != top:
            above = note.in_reply_to_id if note.in_reply_to_id in here else None
            children.setdefault(top if above is None else above, []).append(note)
    ordered: list[tuple[Note, int]] = []
    waiting = [(note, 0) for note in reversed(children.get(top, ()))]
    while waiting:
        note, depth = waiting.pop()
        ordered.append((note, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(note.id, ()))]
    return ordered


def _head(desk: Desk, note: Note) -> Head:
    author = desk.actors.get(note.author_id)
    ours = desk.site.base + posts.address(desk, note)
    canonical = note.uri if note.local else posts.web_address(note.url or note.uri)
    public = note.visibility == "public"
    indexable = author is not None and author.indexable and author.local
    return Head(
        canonical=canonical,
        document=posts.web_address(note.uri),
        index=public and indexable,
        card=_card(note, author, ours) if public else None,
    )


def _card(note: Note, author: Actor | None, url: str) -> Card:
    """Something sensitive is told by its warning alone."""
    hidden = note.sensitive or note.summary
    words = note.summary if hidden else note.content
    return Card(
        title=note.title or (author.display_name if author else ""),
        description=posts.excerpt(words, _DESCRIPTION),
        url=url,
        published=note.published,
    )
