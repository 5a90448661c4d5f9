"""Finds notes by their words and by what they are: newest first, never the most popular first.

The index holds a note's words and, as reserved words, its community, author, host, kind, language
and tags; so a facet that is chosen narrows within the index itself. Who may read is not in the
index: every find asks the visibility rule, and a revocation changes nothing here.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    delete,
    exists,
    literal_column,
    or_,
    select,
)

from actors.records import Viewer
from notes import details
from notes.plain import fold_tag
from notes.reading import NEWEST
from notes.records import COLUMNS, Extras, Note
from notes.search_carnets import IN_CARNET, IN_CATEGORY, carnets_of, categories_of
from notes.search_words import (
    EVERY,
    as_fts5,
    as_tsquery,
    joined,
    mark,
    parse_terms,
    words_in,
)
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Transaction
from storage.fulltext import matches, words_of
from storage.statements import Prepared, insert, one_of, prepared
from storage.tables import actors, mentions, note_words, notes

MOST_COUNTED = 1_000
_MOST_VALUES = 20
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
_NUMBERS = ("c", "a")
_PUBLIC = mark("v", "public")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for. `text` as typed, see `notes.search_words.parse_terms`; the rest are
    facets: row keys, a host as in handles, a language's first subtag ("fr"), a hashtag. A carnet
    the viewer may not read holds nothing for her, and a category implies its carnet."""

    text: str = ""
    community_id: int | None = None
    carnet_id: int | None = None
    category_id: int | None = None
    author_id: int | None = None
    host: str = ""
    kind: str = ""
    language: str = ""
    term: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """`value` goes into a Query: a row key for communities and authors, else text."""

    value: int | str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of notes, and what the newest matches are: `facets` by name, the largest first.
    Categories are counted within a chosen carnet only, since each carnet has its own.

    `total` and the counts look at the newest 1,000 matches; `more` says there are others, to be
    shown as "1 000+". `before` is the cursor of the next page, None at the end.
    """

    notes: tuple[Note, ...] = ()
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    total: int = 0
    more: bool = False
    before: int | None = None


_ADD = prepared(
    insert(note_words).values(
        rowid=bindparam("note"), facets=bindparam("facets"), words=words_of("words")
    )
)
_REMOVE = prepared(delete(note_words).where(note_words.c.rowid == bindparam("note")))
_HOST = prepared(select(actors.c.host).where(actors.c.id == bindparam("actor")))
_HOSTS = prepared(select(actors.c.id, actors.c.host).where(one_of(actors.c.id, "ids")))
_BY_IDS = prepared(select(*[notes.c[n] for n in COLUMNS]).where(one_of(notes.c.id, "ids")))
_AFTER = prepared(
    select(*[notes.c[n] for n in COLUMNS])
    .where(notes.c.id > bindparam("after"))
    .order_by(notes.c.id)
    .limit(bindparam("count"))
)
_THREAD = prepared(select(notes.c.id).where(notes.c.root_id == bindparam("root")))

# Who writes outside communities on another host has to agree to be searched (FEP-5feb); unlisted
# notes stay with their author and those they name, as Mastodon does it.
_VIEWER: BindParameter[int] = bindparam("viewer")
_NAMES_VIEWER = exists(
    select(mentions.c.note_id).where(
        mentions.c.note_id == notes.c.id, mentions.c.actor_id == _VIEWER
    )
).correlate(notes)
_AGREES = exists(
    select(actors.c.id).where(actors.c.id == notes.c.author_id, actors.c.indexable == 1)
).correlate(notes)
_FINDABLE: ColumnElement[bool] = or_(
    (notes.c.visibility != "unlisted")
    & or_(notes.c.community_id.is_not(None), notes.c.local == 1, _AGREES),
    notes.c.author_id == _VIEWER,
    _NAMES_VIEWER,
)


_MATCHES = matches(note_words.c.words, fts5="fts5", tsquery="tsquery")
_OLDER = note_words.c.rowid < bindparam("before")


def _newest(hits: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(hits.join(notes, notes.c.id == hits.c.rowid))
        .where(notes.c.hidden_by.is_(None), _FINDABLE, READABLE)
        .order_by(hits.c.rowid.desc())
        .limit(bindparam("count"))
    )


def _prepared(names: Sequence[str], *conditions: ColumnElement[bool]) -> Prepared:
    """The newest matches. SQLite walks its index backwards and leaves when there are enough.

    PostgreSQL would walk all notes backwards in the hope of meeting a match soon; the fence of an
    OFFSET lets it plan the matches alone, in order, and ask who may read them one by one.
    """
    fenced = select(note_words.c.rowid, note_words.c.facets).where(_OLDER, *conditions)
    fenced = fenced.order_by(note_words.c.rowid.desc()).offset(literal_column("0"))

    def columns(hits: FromClause) -> list[ColumnElement[Any]]:
        return [hits.c[name] if name in hits.c else notes.c[name] for name in names]

    apart = fenced.subquery("hits")
    return prepared(
        _newest(note_words, *columns(note_words)).where(_OLDER, *conditions),
        postgresql=_newest(apart, *columns(apart)),
    )


def _pair(*conditions: ColumnElement[bool]) -> tuple[Prepared, Prepared]:
    """A page, and the lines to count."""
    return _prepared(COLUMNS, *conditions), _prepared(("rowid", "facets"), *conditions)


# By where one looks and whether any word or facet is asked: a carnet alone needs no index.
_STATEMENTS = {
    ("everywhere", True): _pair(_MATCHES),
    ("carnet", True): _pair(_MATCHES, IN_CARNET),
    ("carnet", False): _pair(IN_CARNET),
    ("category", True): _pair(_MATCHES, IN_CATEGORY),
    ("category", False): _pair(IN_CATEGORY),
}


# --- writing -------------------------------------------------------------------------------------


async def index(tx: Transaction, note: Note, extras: Extras, *, new: bool = False) -> None:
    """Write a note's words, instead of those it had; `new` promises that it had none."""
    if not new:
        await remove(tx, note.id)
    host = await tx.value(_HOST, actor=note.author_id)
    await _write(tx, note, extras, host or "")


async def remove(tx: Transaction, note_id: int) -> None:
    await tx.run(_REMOVE, note=note_id)


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
        await remove(tx, note.id)
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
    yield f"k{_value(note.kind)}"
    if host:
        yield f"h{_value(host)}"
    if note.language:
        yield f"l{_subtag(note.language)}"
    for tag in extras.tags[:_MOST_TAGS]:
        yield f"t{_value(tag.key)}\t{_value(tag.name)}"


def _value(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_VALUE]


def _subtag(language: str) -> str:
    """ "fr" of "fr-CA"."""
    return _value(re.split("[-_]", language)[0].lower())


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


# --- finding -------------------------------------------------------------------------------------


async def find(
    reader: Reader,
    query: Query,
    viewer: Viewer,
    *,
    before: int = NEWEST,
    count: int = 20,
    facets: bool = True,
) -> Found:
    """What the viewer may read of what is looked for; nothing when nothing is looked for.

    One query without `facets`; with them three, four within a carnet. Raises Invalid for a text
    that is too long.
    """
    terms, marks, where = parse_terms(query.text), _marks(query), _where(query)
    asks = bool(terms or marks)
    if not terms and (query.text.strip() or (not asks and where == "everywhere")):
        return Found()  # nothing asked, or a text without any word, as "?!"
    of_page, of_lines = _STATEMENTS[where, asks]
    if viewer.actor_id is None and where == "everywhere":
        marks.append(_PUBLIC)  # spares walking over all that is not for strangers
    asked = {
        "fts5": as_fts5(terms, marks),
        "tsquery": as_tsquery(terms, marks),
        "carnet": query.carnet_id,
        "category": query.category_id,
        **viewing(viewer),
    }
    rows = await reader.all(of_page, before=before, count=count + 1, **asked)
    page = tuple(Note.from_row(row) for row in rows[:count])
    cursor = page[-1].id if len(rows) > count else None
    if not facets:
        return Found(notes=page, total=len(page), more=cursor is not None, before=cursor)
    lines = await reader.all(of_lines, before=NEWEST, count=MOST_COUNTED + 1, **asked)
    counted = lines[:MOST_COUNTED]
    return Found(
        notes=page,
        facets={
            **_counted([row["facets"] for row in counted]),
            **await _filed(reader, [row["rowid"] for row in counted], query, viewer),
        },
        total=len(counted),
        more=len(lines) > MOST_COUNTED,
        before=cursor,
    )


def _where(query: Query) -> str:
    if query.category_id is not None:
        return "category"
    return "everywhere" if query.carnet_id is None else "carnet"


def _marks(query: Query) -> list[str]:
    chosen: list[tuple[str, str | int | None]] = [
        ("c", query.community_id),
        ("a", query.author_id),
        ("h", _value(query.host.lower())),
        ("k", _value(query.kind)),
        ("l", _subtag(query.language)),
        ("t", _value(fold_tag(query.term.lstrip("#")))),
    ]
    return [mark(code, value) for code, value in chosen if value is not None and value != ""]


async def _filed(
    reader: Reader, ids: Sequence[int], query: Query, viewer: Viewer
) -> dict[str, tuple[Facet, ...]]:
    """Carnets the notes are in, and their categories in the carnet that is chosen."""
    more: dict[str, Any] = {"count": _MOST_VALUES, **viewing(viewer)}
    found = {"carnet": await carnets_of(reader, ids, **more)}
    if query.carnet_id is not None:
        found["category"] = await categories_of(reader, ids, query.carnet_id, **more)
    return {
        name: tuple(Facet(value=r["id"], label=r["title"], count=r["count"]) for r in rows)
        for name, rows in found.items()
    }


def _counted(rows: Sequence[str]) -> dict[str, tuple[Facet, ...]]:
    """Facets of these rows' lines. Spellings of one tag count together, the commonest is shown."""
    lines: Counter[str] = Counter()
    for row in rows:
        lines.update(row.split("\n"))
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for line, times in lines.most_common():
        key, _, label = line.partition("\t")
        counts[key] += times
        labels.setdefault(key, label or key[1:])
    found: dict[str, list[Facet]] = {name: [] for name in FACETS.values()}
    for key, times in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        value = int(key[1:]) if key[0] in _NUMBERS else key[1:]
        found[FACETS[key[0]]].append(Facet(value=value, label=labels[key], count=times))
    return {name: tuple(values[:_MOST_VALUES]) for name, values in found.items()}
