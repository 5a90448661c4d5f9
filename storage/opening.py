"""From a database URL to an open store, at the version this program was written for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Text, cast, column, func, select, table

from storage.engine import Reader, StorageUnavailable, Store
from storage.postgresql import PostgresqlStore
from storage.sqlite import SqliteStore
from storage.statements import prepared
from storage.versions import NotMigrated, check_latest, known

_SQLITE = "sqlite:///"
_VERSION = prepared(select(column("version_num")).select_from(table("alembic_version")))
_HAS_VERSIONS = {
    "sqlite": prepared(
        select(column("name"))
        .select_from(table("sqlite_master"))
        .where(column("name") == "alembic_version")
    ),
    "postgresql": prepared(select(cast(func.to_regclass("alembic_version"), Text))),
}


def sqlite_file(url: str) -> Path | None:
    """The file behind "sqlite:///path"; None for another database."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


async def open_store(url: str, *, watch: bool) -> Store:
    """Open "sqlite:///path" or "postgresql://...", which must be at the latest version.

    `watch` (SQLite) makes other processes' writes wake ours within a second; a command that runs
    once does without. Raises StorageUnavailable, NotMigrated or NewerDatabase.
    """
    path = sqlite_file(url)
    if path is None:
        return await _checked(await PostgresqlStore.open(url))
    check_latest(sqlite_version(path))
    return await SqliteStore.open(path, watch=watch)


async def check_version(store: Store) -> None:
    """Raises NotMigrated or NewerDatabase unless the store is at the latest version."""

    async def look(reader: Reader) -> str | None:
        if await reader.value(_HAS_VERSIONS[store.dialect]) is None:
            return None
        found = await reader.value(_VERSION)
        return None if found is None else str(found)

    check_latest(await store.reading(look))


def sqlite_version(path: Path) -> str | None:
    """The version of a SQLite file; None without tables. Never creates the file.

    Raises NotMigrated when there is no file, StorageUnavailable when it can't be read.
    """
    if not path.exists():
        raise NotMigrated(None, known()[-1])
    try:
        with closing(sqlite3.connect(path)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return None
        raise StorageUnavailable(f"{path}: {error}") from error
    return str(row[0]) if row else None


async def _checked(store: PostgresqlStore) -> PostgresqlStore:
    try:
        await check_version(store)
    except BaseException:
        await store.close()
        raise
    return store
