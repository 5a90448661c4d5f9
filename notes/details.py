"""What hangs on notes already found: mentions, tags, attachments, polls, counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, func, literal, select

from actors.records import Viewer
from notes.records import Attachment, Choice, Counts, Extras, Note, Poll, Tag
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Row
from storage.statements import one_of, prepared
from storage.tables import (
    attachments,
    boosts,
    mentions,
    note_tags,
    notes,
    poll_choices,
    polls,
    reactions,
)

_MENTIONS = prepared(select(mentions).where(one_of(mentions.c.note_id, "ids")))
_TAGS = prepared(select(note_tags).where(one_of(note_tags.c.note_id, "ids")))
_ATTACHMENTS = prepared(
    select(attachments)
    .where(one_of(attachments.c.note_id, "ids"))
    .order_by(attachments.c.note_id, attachments.c.position)
)
_POLLS = prepared(select(polls).where(one_of(polls.c.note_id, "ids")))
_CHOICES = prepared(
    select(poll_choices)
    .where(one_of(poll_choices.c.note_id, "ids"))
    .order_by(poll_choices.c.note_id, poll_choices.c.position)
)
_REACTION_COUNTS = prepared(
    select(reactions.c.note_id, reactions.c.kind, func.count().label("count"))
    .where(one_of(reactions.c.note_id, "ids"))
    .group_by(reactions.c.note_id, reactions.c.kind)
)
_BOOST_COUNTS = prepared(
    select(boosts.c.note_id, literal("boost").label("kind"), func.count().label("count"))
    .where(one_of(boosts.c.note_id, "ids"))
    .group_by(boosts.c.note_id)
)
_REPLY_COUNTS = prepared(
    select(
        notes.c.in_reply_to_id.label("note_id"),
        literal("reply").label("kind"),
        func.count().label("count"),
    )
    .where(and_(one_of(notes.c.in_reply_to_id, "ids"), notes.c.hidden_by.is_(None), READABLE))
    .group_by(notes.c.in_reply_to_id)
)


def _grouped(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["note_id"]].append(row)
    return grouped


async def extras(reader: Reader, found: Sequence[Note]) -> dict[int, Extras]:
    """Mentions, tags, attachments and polls of notes already found: five queries at most."""
    ids = [note.id for note in found]
    if not ids:
        return {}
    named = _grouped(await reader.all(_MENTIONS, ids=ids))
    tagged = _grouped(await reader.all(_TAGS, ids=ids))
    attached = _grouped(await reader.all(_ATTACHMENTS, ids=ids))
    asked = await _polls(reader, [note.id for note in found if note.kind == "Question"])
    return {
        number: Extras(
            mentions=tuple(row["actor_id"] for row in named[number]),
            tags=tuple(Tag(key=row["tag"], name=row["name"]) for row in tagged[number]),
            attachments=tuple(_attachment(row) for row in attached[number]),
            poll=asked.get(number),
        )
        for number in ids
    }


async def _polls(reader: Reader, ids: Sequence[int]) -> dict[int, Poll]:
    if not ids:
        return {}
    choices = _grouped(await reader.all(_CHOICES, ids=list(ids)))
    return {
        row["note_id"]: Poll(
            choices=tuple(
                Choice(name=c["name"], votes=c["votes"]) for c in choices[row["note_id"]]
            ),
            multiple=bool(row["multiple"]),
            closes=row["closes"],
            voters=row["voters"],
        )
        for row in await reader.all(_POLLS, ids=list(ids))
    }


def _attachment(row: Row) -> Attachment:
    return Attachment(**{name: row[name] for name in Attachment.__dataclass_fields__})


async def counts(reader: Reader, found: Sequence[Note], viewer: Viewer) -> dict[int, Counts]:
    """Replies the viewer may read, likes and boosts by rows, never by a document's numbers."""
    ids = [note.id for note in found]
    if not ids:
        return {}
    by_note: dict[int, dict[str, int]] = {number: {} for number in ids}
    rows = [
        *await reader.all(_REACTION_COUNTS, ids=ids),
        *await reader.all(_BOOST_COUNTS, ids=ids),
        *await reader.all(_REPLY_COUNTS, ids=ids, **viewing(viewer)),
    ]
    for row in rows:
        by_note[row["note_id"]][row["kind"]] = row["count"]
    return {
        number: Counts(
            replies=kinds.get("reply", 0),
            likes=kinds.get("like", 0),
            dislikes=kinds.get("dislike", 0),
            boosts=kinds.get("boost", 0),
        )
        for number, kinds in by_note.items()
    }
