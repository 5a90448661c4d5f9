"""Real databases for tests: a SQLite file, and a PostgreSQL database that lasts one session.

    async def test_on_both(store): ...        # every test that asks for `store` runs on both
    async with sqlite_store(tmp_path) as store: ...
    async with postgresql_store() as store: ...

`store` needs `from tests.databases import store  # noqa: F401` or a conftest that imports it.
PASSERELLE_TEST_POSTGRES names another server than the one on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from storage.engine import Store
from storage.postgresql import PostgresqlStore
from storage.schema import statements
from storage.sqlite import SqliteStore
from storage.tables import metadata

SERVER = os.environ.get(
    "PASSERELLE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
).rpartition("/")[0]
_NAME = f"passerelle_test_{os.getpid()}"


@cache
def _schema(name: str) -> tuple[str, ...]:
    return tuple(statements(name))


@asynccontextmanager
async def sqlite_store(folder: Path) -> AsyncIterator[SqliteStore]:
    """A new file `node.db` in `folder` with all tables (or the one that is there already)."""
    path = folder / "node.db"
    if not path.exists():
        create_sqlite(path)
    store = await SqliteStore.open(path)
    try:
        yield store
    finally:
        await store.close()


def create_sqlite(path: Path) -> None:
    """All tables in a new file."""
    connection = sqlite3.connect(path)
    connection.execute("BEGIN")  # else each table waits for the disk
    for statement in _schema("sqlite"):
        connection.execute(statement)
    connection.commit()
    connection.close()


@asynccontextmanager
async def postgresql_store() -> AsyncIterator[PostgresqlStore]:
    """An empty database with all tables; dropped when the tests end. Skips without a server."""
    url = await _fresh_database()
    store = await PostgresqlStore.open(url)
    try:
        yield store
    finally:
        await store.close()


async def _fresh_database() -> str:
    url = f"{SERVER}/{_NAME}"
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidCatalogNameError:
        connection = await _create_database(url)
    except OSError as error:
        pytest.skip(f"no PostgreSQL at {SERVER}: {error}")
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    await connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
    await connection.close()
    return url


async def _create_database(url: str) -> asyncpg.Connection:
    server = await asyncpg.connect(f"{SERVER}/postgres")
    await server.execute(f'CREATE DATABASE "{_NAME}"')
    await server.close()
    atexit.register(_drop_database)
    connection = await asyncpg.connect(url)
    for statement in _schema("postgresql"):
        await connection.execute(statement)
    return connection


def _drop_database() -> None:
    async def drop() -> None:
        server = await asyncpg.connect(f"{SERVER}/postgres")
        await server.execute(f'DROP DATABASE IF EXISTS "{_NAME}" WITH (FORCE)')
        await server.close()

    with suppress(OSError, asyncpg.PostgresError):
        asyncio.run(drop())


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database: each test runs on SQLite and on PostgreSQL."""
    opened = sqlite_store(tmp_path) if request.param == "sqlite" else postgresql_store()
    async with opened as made:
        yield made
