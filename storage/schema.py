"""The whole schema as one dialect reads it.

A table whose `info` names a dialect is made there with that text: SQLite's virtual tables. An index
with `ddl_if` is made on its dialect only. Migrations get both as SQL, see `storage.revising`.
"""

from __future__ import annotations

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.tables import metadata

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


def statements(name: str) -> list[str]:
    """Every table with its indexes, for "sqlite" or "postgresql"."""
    return [order for table in metadata.sorted_tables for order in making(table, name)]


def making(table: Table, name: str) -> list[str]:
    """The orders that make one table."""
    if name in table.info:
        return [table.info[name]]
    dialect = DIALECTS[name]
    orders = [_tidy(str(CreateTable(table).compile(dialect=dialect)))]
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        condition = index._ddl_if
        if condition is None or condition.dialect == name:
            orders.append(str(CreateIndex(index).compile(dialect=dialect)))
    return orders


def _tidy(order: str) -> str:
    return "\n".join(line.rstrip() for line in order.strip().expandtabs(4).splitlines())


def special() -> list[Table]:
    """Tables that are not made alike on both databases."""
    return [table for table in metadata.sorted_tables if DIALECTS.keys() & table.info.keys()]
