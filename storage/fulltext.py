"""Words both databases can look for, with one statement for both.

Text comes here as words already folded and parted by single spaces; no word holds anything but
letters, digits, marks and private-use characters. So neither database's own way of finding words in
a text plays a part, and nothing in a word can mean anything to its query language.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

_FURTHEST = 16_383  # PostgreSQL keeps no position beyond; FTS5 has no such limit


class _Words(ColumnElement[str]):
    inherit_cache = False

    def __init__(self, words: BindParameter[str]) -> None:
        self.words = words


def words_of(name: str) -> ColumnElement[str]:
    """The words bound as `name`, as they are stored. Never empty."""
    return _Words(bindparam(name, type_=Text()))


@compiles(_Words, "sqlite")
def _words_sqlite(element: _Words, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.words, **kw))


@compiles(_Words, "postgresql")
def _words_postgresql(element: _Words, compiler: SQLCompiler, **kw: Any) -> str:
    words = compiler.process(element.words, **kw)
    one = f"'''' || word || ''':' || LEAST(place, {_FURTHEST})"
    return (
        f"(SELECT CAST(string_agg({one}, ' ') AS tsvector)"
        f" FROM unnest(string_to_array(CAST({words} AS TEXT), ' '))"
        " WITH ORDINALITY AS listed(word, place))"
    )


class _Matches(ColumnElement[bool]):
    inherit_cache = False

    def __init__(
        self, column: ColumnElement[Any], fts5: BindParameter[str], tsquery: BindParameter[str]
    ) -> None:
        self.column = column
        self.fts5 = fts5
        self.tsquery = tsquery


def matches(column: ColumnElement[Any], *, fts5: str, tsquery: str) -> ColumnElement[bool]:
    """`column` has what is looked for; each database takes the value bound in its own language."""
    return _Matches(column, bindparam(fts5, type_=Text()), bindparam(tsquery, type_=Text()))


@compiles(_Matches, "sqlite")
def _matches_sqlite(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    column, query = compiler.process(element.column, **kw), compiler.process(element.fts5, **kw)
    return f"{column} MATCH {query}"


@compiles(_Matches, "postgresql")
def _matches_postgresql(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    column, query = compiler.process(element.column, **kw), compiler.process(element.tsquery, **kw)
    return f"{column} @@ CAST(CAST({query} AS TEXT) AS tsquery)"
