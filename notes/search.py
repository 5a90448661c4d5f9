"""Finds notes by their words and by what they are: newest first, never the most popular first.

Only what the viewer may read is found and counted; the index is kept by `notes.search_index`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
)

from actors.records import Viewer
from notes.plain import fold_tag
from notes.reading import NEWEST
from notes.records import COLUMNS, Note
from notes.search_carnets import IN_CARNET, IN_CATEGORY, carnets_of, categories_of
from notes.search_index import FACETS, facet_value, subtag
from notes.search_words import (
    as_fts5,
    as_tsquery,
    mark,
    parse_terms,
)
from notes.visibility import READABLE, viewing
from storage.engine import Reader
from storage.fulltext import matches
from storage.statements import Prepared, prepared
from storage.tables import actors, mentions, note_words, notes

MOST_COUNTED = 1_000
_MOST_VALUES = 20

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
        ("h", facet_value(query.host.lower())),
        ("k", facet_value(query.kind)),
        ("l", subtag(query.language)),
        ("t", facet_value(fold_tag(query.term.lstrip("#")))),
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
