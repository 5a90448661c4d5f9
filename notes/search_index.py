"""Keeps the index of words that `notes.search` finds: promised with the note, written soon after.

The index holds a note's words and, as reserved words, its community, author, host, kind, language
and tags; so a facet that is chosen narrows within the index. Who may read is not in it: every find
asks the visibility rule, and a revocation changes nothing here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, select

from notes import details
from notes.records import COLUMNS, Extras, Note
from notes.search_words import EVERY, joined, mark, words_in
from storage.engine import Reader, Transaction
from storage.fulltext import words_of
from storage.statements import adding, insert, one_of, prepared
from storage.tables import actors, note_words, notes, unindexed

_MOST_TAGS = 50
_LONGEST_VALUE = 200

# Facets by the letter their lines and reserved words begin with.
FACETS = {
    "c": "community",
    "a": "author",
    "h": "host",
    "k": "kind",
    "l": "language",
    "t": "term",
}

_ADD = prepared(
    insert(note_words).values(
        rowid=bindparam("note"), facets=bindparam("facets"), words=words_of("words")
    )
)
_REMOVE = prepared(delete(note_words).where(note_words.c.rowid == bindparam("note")))
_LATER = adding(unindexed, "note_id", ignore=True)
_WAITING = prepared(
    select(unindexed.c.note_id).order_by(unindexed.c.note_id).limit(bindparam("count"))
)
# Each worker takes what no other has taken: two never write the words of one note at once.
_TAKEN = prepared(
    select(unindexed.c.note_id)
    .order_by(unindexed.c.note_id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_WRITTEN = prepared(delete(unindexed).where(one_of(unindexed.c.note_id, "ids")))
_HOSTS = prepared(select(actors.c.id, actors.c.host).where(one_of(actors.c.id, "ids")))
_BY_IDS = prepared(select(*[notes.c[n] for n in COLUMNS]).where(one_of(notes.c.id, "ids")))
_AFTER = prepared(
    select(*[notes.c[n] for n in COLUMNS])
    .where(notes.c.id > bindparam("after"))
    .order_by(notes.c.id)
    .limit(bindparam("count"))
)
_THREAD = prepared(select(notes.c.id).where(notes.c.root_id == bindparam("root")))


async def later(tx: Transaction, note_id: int) -> None:
    """Promise to write a note's words, in the transaction that wrote or changed the note."""
    await tx.run(_LATER, note_id=note_id)


async def catch_up(tx: Transaction, *, count: int = 50) -> int:
    """Write the words of some notes that wait for it; returns how many. Call again while > 0."""
    ids = [row["note_id"] for row in await tx.all(_TAKEN, count=count)]
    if ids:
        await refile(tx, ids)
        await tx.run(_WRITTEN, ids=ids)
    return len(ids)


async def is_behind(reader: Reader) -> bool:
    """Whether any note waits."""
    return await reader.value(_WAITING, count=1) is not None


async def remove(tx: Transaction, note_id: int) -> None:
    await tx.run(_REMOVE, note=note_id)
    await tx.run(_WRITTEN, ids=[note_id])


async def refile(tx: Transaction, ids: Sequence[int]) -> None:
    """Index these notes again from what the tables say, after a move for instance."""
    rows = await tx.all(_BY_IDS, ids=list(ids)) if ids else ()
    await _rewrite(tx, [Note.from_row(row) for row in rows])


async def refile_thread(tx: Transaction, root_id: int) -> None:
    await refile(tx, [row["id"] for row in await tx.all(_THREAD, root=root_id)])


async def rebuild(tx: Transaction, after: int, chunk: int) -> int | None:
    """Index the next `chunk` notes of the whole database; returns the next `after`.

    Begin with 0; None is the end. Notes written meanwhile are indexed by who writes them.
    """
    rows = await tx.all(_AFTER, after=after, count=chunk)
    await _rewrite(tx, [Note.from_row(row) for row in rows])
    return int(rows[-1]["id"]) if len(rows) == chunk else None


async def _rewrite(tx: Transaction, found: Sequence[Note]) -> None:
    hung = await details.extras(tx, found)
    authors = list({note.author_id for note in found})
    hosts = {row["id"]: row["host"] for row in await tx.all(_HOSTS, ids=authors)}
    for note in found:
        await tx.run(_REMOVE, note=note.id)
        await _write(tx, note, hung[note.id], hosts.get(note.author_id, ""))


async def _write(tx: Transaction, note: Note, extras: Extras, host: str) -> None:
    lines = list(_facet_lines(note, extras, host))
    marks = [EVERY, mark("v", note.visibility)]
    marks += [mark(line[0], line[1:].partition("\t")[0]) for line in lines]
    words = joined(words_in(_text(note, extras)), marks)
    await tx.run(_ADD, note=note.id, facets="\n".join(lines), words=words)


def _facet_lines(note: Note, extras: Extras, host: str) -> Iterator[str]:
    if note.community_id is not None:
        yield f"c{note.community_id}"
    yield f"a{note.author_id}"
    yield f"k{facet_value(note.kind)}"
    if host:
        yield f"h{facet_value(host)}"
    if note.language:
        yield f"l{subtag(note.language)}"
    for tag in extras.tags[:_MOST_TAGS]:
        yield f"t{facet_value(tag.key)}\t{facet_value(tag.name)}"


def facet_value(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_VALUE]


def subtag(language: str) -> str:
    """ "fr" of "fr-CA"."""
    return facet_value(re.split("[-_]", language)[0].lower())


# Our stored HTML is clean, so a regular expression finds its tags; the careful reading of
# `plain_text` would cost twenty times as much, once per note that comes in.
_INLINE = re.compile(r'</?(?:a|b|code|del|em|i|s|span|strong|sub|sup|u)(?: (?:[^<>"]|"[^"]*")*)?>')
_OTHER = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_ALT = re.compile(r' alt="([^"]*)"')


def _text(note: Note, extras: Extras) -> str:
    content = _OTHER.sub(" ", _INLINE.sub("", note.content))
    parts = [note.title, note.summary, html.unescape(content)]
    parts += [html.unescape(alt) for alt in _ALT.findall(note.content)]
    parts += [tag.name for tag in extras.tags]
    parts += [one.alt for one in extras.attachments]
    parts += [choice.name for choice in extras.poll.choices] if extras.poll else []
    return "\n".join(parts)
