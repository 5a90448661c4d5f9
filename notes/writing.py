"""Adds, revises and removes notes.

A note's URI is unique; what was deleted leaves a tombstone and is never added again. Everything
that hangs on a note is written in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, delete, select, update

from notes import audiences, authors, carnet_stubs, revisions, search_index
from notes.records import COLUMNS, Draft, Note
from notes.revisions import Change
from storage.engine import Reader, Transaction
from storage.ids import new_id
from storage.statements import Prepared, adding, prepared
from storage.tables import (
    attachments,
    boosts,
    carnet_slots,
    featured,
    home_entries,
    mentions,
    note_audiences,
    note_tags,
    note_versions,
    notes,
    poll_choices,
    poll_votes,
    polls,
    reactions,
    tombstones,
    withheld,
)

_TRIES = 5
_ADD = adding(notes, *COLUMNS, "document", ignore=True)
# What an update may change: never id, author, community, place in the thread or date.
_CHANGING = (
    "title",
    "summary",
    "content",
    "source",
    "language",
    "url",
    "sensitive",
    "replies",
    "quote",
    "license",
    "announceable",
    "updated",
    "starts",
    "ends",
    "document",
)
_REVISE = prepared(
    update(notes)
    .where(notes.c.id == bindparam("note"))
    .values({name: bindparam("new_" + name) for name in _CHANGING})
)
_VERSION = adding(note_versions, "note_id", "body", "proven", "updated", "received")
_ADD_MENTION = adding(mentions, "note_id", "actor_id", ignore=True)
_ADD_TAG = adding(note_tags, "note_id", "tag", "name", ignore=True)
_ADD_ATTACHMENT = adding(
    attachments,
    *("note_id", "position", "url", "kind", "media_type", "alt", "blurhash", "width", "height"),
)
_ADD_POLL = adding(polls, "note_id", "multiple", "closes", "voters")
_ADD_CHOICE = adding(poll_choices, "note_id", "position", "name", "votes")
_EXISTS = prepared(select(notes.c.id).where(notes.c.uri == bindparam("uri")))
_IS_TOMBSTONE = prepared(select(tombstones.c.at).where(tombstones.c.uri == bindparam("uri")))
_ADD_TOMBSTONE = adding(tombstones, "uri", "author", "at", "local", ignore=True)
_ADOPT_ORPHANS = prepared(
    update(notes)
    .where(notes.c.in_reply_to == bindparam("uri"), notes.c.in_reply_to_id.is_(None))
    .values(in_reply_to_id=bindparam("parent"))
)
_ORPHANS = prepared(
    select(notes.c.id).where(
        notes.c.in_reply_to_id == bindparam("parent"), notes.c.root_id.is_(None)
    )
)
_CHILDREN = prepared(select(notes.c.id).where(notes.c.in_reply_to_id == bindparam("parent")))
_SET_ROOT = prepared(
    update(notes).where(notes.c.id == bindparam("note")).values(root_id=bindparam("root"))
)
_SET_LOCKED = prepared(
    update(notes).where(notes.c.id == bindparam("note")).values(locked=bindparam("new_locked"))
)
_SET_HIDDEN = prepared(
    update(notes).where(notes.c.id == bindparam("note")).values(hidden_by=bindparam("community"))
)
_SET_COMMUNITY = prepared(
    update(notes)
    .where(notes.c.root_id == bindparam("root"))
    .values(community_id=bindparam("community"))
)
_TAKE_IN = prepared(
    update(notes)
    .where(notes.c.id == bindparam("note"), notes.c.community_id.is_(None))
    .values(community_id=bindparam("community"))
)
_SET_DOCUMENT = prepared(
    update(notes).where(notes.c.id == bindparam("note")).values(document=bindparam("bytes"))
)


def _removal(table: object, column: object) -> Prepared:
    return prepared(delete(table).where(column == bindparam("note")))  # type: ignore[arg-type]


_HANGING = (
    _removal(mentions, mentions.c.note_id),
    _removal(note_tags, note_tags.c.note_id),
    _removal(attachments, attachments.c.note_id),
    _removal(polls, polls.c.note_id),
    _removal(poll_choices, poll_choices.c.note_id),
)
_ALSO_REMOVED = (
    _removal(poll_votes, poll_votes.c.note_id),
    _removal(note_audiences, note_audiences.c.note_id),
    _removal(withheld, withheld.c.note_id),
    _removal(note_versions, note_versions.c.note_id),
    _removal(reactions, reactions.c.note_id),
    _removal(boosts, boosts.c.note_id),
    _removal(featured, featured.c.note_id),
    _removal(home_entries, home_entries.c.note_id),
    _removal(carnet_slots, carnet_slots.c.note_id),
    _removal(notes, notes.c.id),
)


async def add(tx: Transaction, draft: Draft, *, now: int) -> Note | None:
    """Write a new note; None when its URI is known already or was deleted (Q-12).

    `draft.note.id` is chosen here from its publication time; `root_id` follows its parent's.
    """
    if await is_tombstone(tx, draft.note.uri):
        return None
    for _ in range(_TRIES):
        number = new_id(draft.note.published, now=now)
        root = draft.note.root_id if draft.note.in_reply_to else number
        note = replace(draft.note, id=number, root_id=root)
        if await tx.run(_ADD, **_values(note, draft.document)):
            await _hang(tx, note, draft, now=now)
            await revisions.begin(tx, note, now=now)
            await search_index.later(tx, note.id)
            await _adopt(tx, note)
            return note
        if await tx.value(_EXISTS, uri=note.uri) is not None:
            return None
    raise RuntimeError("no free id for this millisecond")


async def revise(
    tx: Transaction, known: Note, draft: Draft, *, now: int, change: Change | None = None
) -> Note:
    """A newer version of a note we have: what `_CHANGING` names, what hangs on it, its revision.

    Audiences stay: an update never widens who may read (A-5). One whose `updated` is older than
    ours changes nothing; one without keeps ours, so that an older one is still known as such.
    `change` says who writes and why, else its author.
    """
    last = await revisions.lock(tx, known.id)
    if last is None or (draft.note.updated is not None and draft.note.updated < last):
        return known
    changed = {name: getattr(draft.note, name) for name in _CHANGING if name != "document"}
    note = replace(known, **{**changed, "updated": draft.note.updated or known.updated})
    values = _values(note, draft.document)
    await tx.run(_REVISE, note=known.id, **{"new_" + name: values[name] for name in _CHANGING})
    for statement in _HANGING:
        await tx.run(statement, note=known.id)
    await _hang_parts(tx, note, draft, now=now)
    await search_index.later(tx, note.id)
    await revisions.record(tx, note, change or Change(actor_id=known.author_id), now=now)
    return note


async def remove(tx: Transaction, note: Note, *, author_uri: str, now: int) -> None:
    """Erase a note and all that hangs on it; replies stay, a tombstone keeps its place.

    In carnets a note that anybody could read leaves a stub.
    """
    await carnet_stubs.leave(tx, note.id, open_note=note.is_open)
    await revisions.forget(tx, note.id)
    for statement in (*_HANGING, *_ALSO_REMOVED):
        await tx.run(statement, note=note.id)
    await search_index.remove(tx, note.id)
    await bury(tx, note.uri, author_uri=author_uri, local=note.local, now=now)


async def bury(
    tx: Transaction, uri: str, *, author_uri: str, local: bool = False, now: int
) -> None:
    """Remember that this is deleted, also when it never arrived: a late Create is refused."""
    await tx.run(_ADD_TOMBSTONE, uri=uri, author=author_uri, at=now, local=int(local))


async def is_tombstone(reader: Reader, uri: str) -> bool:
    return await reader.value(_IS_TOMBSTONE, uri=uri) is not None


async def lock(tx: Transaction, note_id: int, *, locked: bool) -> None:
    """A locked thread takes no more replies."""
    await tx.run(_SET_LOCKED, note=note_id, new_locked=int(locked))


async def hide(tx: Transaction, note_id: int, *, by_community: str | None) -> None:
    """Taken out of its community's thread by a moderator, or put back; never erased."""
    await tx.run(_SET_HIDDEN, note=note_id, community=by_community)


async def set_document(tx: Transaction, note_id: int, document: bytes) -> None:
    await tx.run(_SET_DOCUMENT, note=note_id, bytes=document)


async def move_thread(tx: Transaction, root_id: int, community_id: int | None) -> None:
    """A thread moves to another community (FEP-f15d)."""
    await tx.run(_SET_COMMUNITY, root=root_id, community=community_id)
    await search_index.refile_thread(tx, root_id)


async def take_in(tx: Transaction, note_id: int, community_id: int) -> None:
    """A note that was kept without a community comes into the one it was written for."""
    await tx.run(_TAKE_IN, note=note_id, community=community_id)
    await search_index.refile(tx, [note_id])


async def _hang(tx: Transaction, note: Note, draft: Draft, *, now: int) -> None:
    await audiences.address(tx, note.id, draft.audiences, now=now)
    await _hang_parts(tx, note, draft, now=now)


async def _hang_parts(tx: Transaction, note: Note, draft: Draft, *, now: int) -> None:
    for actor_id in draft.mentions:
        await tx.run(_ADD_MENTION, note_id=note.id, actor_id=actor_id)
    for tag in draft.tags:
        await tx.run(_ADD_TAG, note_id=note.id, tag=tag.key, name=tag.name)
    for position, one in enumerate(draft.attachments):
        values = {name: getattr(one, name) for name in one.__dataclass_fields__}
        await tx.run(_ADD_ATTACHMENT, note_id=note.id, position=position, **values)
    if draft.authors is not None:
        await authors.credit(tx, note.id, draft.authors)
    if draft.poll:
        await _hang_poll(tx, note.id, draft)
    if draft.document:
        updated = note.updated or note.published
        await tx.run(
            _VERSION,
            note_id=note.id,
            body=draft.document,
            proven=draft.proven,
            updated=updated,
            received=now,
        )


async def _hang_poll(tx: Transaction, note_id: int, draft: Draft) -> None:
    poll = draft.poll
    assert poll is not None
    await tx.run(
        _ADD_POLL,
        note_id=note_id,
        multiple=int(poll.multiple),
        closes=poll.closes,
        voters=poll.voters,
    )
    for position, choice in enumerate(poll.choices):
        await tx.run(
            _ADD_CHOICE, note_id=note_id, position=position, name=choice.name, votes=choice.votes
        )


async def _adopt(tx: Transaction, note: Note) -> None:
    """Replies that came before their parent find their place, and their whole branch its root."""
    adopted = await tx.run(_ADOPT_ORPHANS, uri=note.uri, parent=note.id)
    if not adopted or note.root_id is None:
        return
    branch = [row["id"] for row in await tx.all(_ORPHANS, parent=note.id)]
    while branch:
        child = branch.pop()
        await tx.run(_SET_ROOT, note=child, root=note.root_id)
        branch += [row["id"] for row in await tx.all(_CHILDREN, parent=child)]


def _values(note: Note, document: bytes | None) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(note, name) for name in COLUMNS}
    for name in ("sensitive", "local", "locked", "announceable"):
        values[name] = int(bool(values[name]))
    # Remote bytes live in the versions; only what we serve ourselves is kept on the note.
    values["document"] = document if note.local else None
    return values
