"""Statements both databases understand: Core constructs, compiled once and kept.

Subjects write `FIND = prepared(select(...).where(t.c.uri == bindparam("uri")))` at module level and
run it with `await reader.one(FIND, uri=...)`. A Core statement built on the spot works too and is
cached by its shape; it costs some 50 microseconds more.

`insert` is PostgreSQL's construct: SQLite's compiler reads its ON CONFLICT clauses as well (the
reverse fails), so one statement serves both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Dialect,
    Executable,
    Table,
    bindparam,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["Compiled", "Compiler", "Prepared", "Runnable", "adding", "insert", "one_of", "prepared"]


class Prepared:
    """A statement whose values are all named bind parameters; each dialect compiles it once."""

    __slots__ = ("compiled", "core", "special")

    def __init__(self, core: Executable, special: Mapping[str, Executable] | None = None) -> None:
        self.core = core
        self.special = special or {}
        self.compiled: dict[str, Compiled] = {}


Runnable: TypeAlias = "Prepared | Executable"


def prepared(core: Executable, *, postgresql: Executable | None = None) -> Prepared:
    """`postgresql`: the same said in another way, where its planner needs to be led."""
    return Prepared(core, {} if postgresql is None else {"postgresql": postgresql})


def adding(
    table: Table,
    *columns: str,
    ignore: bool = False,
    key: Sequence[str] = (),
    replace: Sequence[str] = (),
) -> Prepared:
    """An INSERT of the named columns; `ignore` skips a row already there, `replace` overwrites."""
    statement: Insert = insert(table).values({name: bindparam(name) for name in columns})
    if ignore:
        statement = statement.on_conflict_do_nothing()
    if replace:
        new = {name: statement.excluded[name] for name in replace}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=new)
    return Prepared(statement)


class _OneOf(ColumnElement[bool]):
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column = column
        self.values = values


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column IN (the list bound as name)`, with one SQL text whatever the length of the list."""
    return _OneOf(column, bindparam(name, type_=ARRAY(column.type)))


@compiles(_OneOf, "sqlite")
def _one_of_sqlite(element: _OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_OneOf, "postgresql")
def _one_of_postgresql(element: _OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} = ANY({values})"


class Compiled:
    """SQL text with the order (PostgreSQL) or names (SQLite) of its values and their defaults."""

    __slots__ = ("_defaults", "_lists", "_order", "_source", "sql")

    def __init__(self, source: SQLCompiler) -> None:
        self.sql = str(source)
        self._source = source
        self._order: list[str] | None = source.positiontup
        self._defaults = dict(source.construct_params({}, _check=False))
        self._lists = [name for name, b in source.binds.items() if isinstance(b.type, ARRAY)]

    def with_literals(self, key: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values written into a statement of this shape, then the named ones over them."""
        literals = self._source.construct_params(
            {}, _check=False, extracted_parameters=key.bindparams
        )
        return {**literals, **values}

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """For SQLite: lists travel as JSON text, see `one_of`."""
        merged = {**self._defaults, **values}
        for name in self._lists:
            merged[name] = json.dumps(merged[name])
        return merged

    def positional(self, values: Mapping[str, Any]) -> list[Any]:
        """For PostgreSQL, in the order of `$1, $2, ...`."""
        merged = {**self._defaults, **values}
        return [merged[name] for name in self._order or ()]


class Compiler:
    """One per store: compiles statements for its dialect and remembers them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._by_shape: dict[Any, Compiled] = {}

    def compile(
        self, statement: Runnable, values: Mapping[str, Any]
    ) -> tuple[Compiled, Mapping[str, Any]]:
        if isinstance(statement, Prepared):
            found = statement.compiled.get(self._dialect.name)
            if found is None:
                name = self._dialect.name
                found = self._compiled(statement.special.get(name, statement.core))
                statement.compiled[name] = found
            return found, values
        key = statement._generate_cache_key()  # type: ignore[attr-defined]
        if key is None:
            return self._compiled(statement), values
        found = self._by_shape.get(key.key)
        if found is None:
            found = self._by_shape[key.key] = self._compiled(statement, cache_key=key)
        return found, found.with_literals(key, values)

    def _compiled(self, core: Any, **options: Any) -> Compiled:
        return Compiled(core.compile(dialect=self._dialect, **options))
