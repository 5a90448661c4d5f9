"""Brings a database to the latest version, in one transaction: wholly or not at all (B-11).

Alembic's scripts run on both databases. On SQLite they run over SQLAlchemy's own driver. On
PostgreSQL Alembic writes them out as SQL and asyncpg runs that text: SQLAlchemy would need greenlet
or a second driver for what is one round trip here. So a script never looks at data from Python; it
says what is to change in SQL.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from storage.engine import StorageUnavailable
from storage.opening import sqlite_file, sqlite_version
from storage.versions import MIGRATIONS, check_known, known

if TYPE_CHECKING:
    from alembic.runtime.environment import EnvironmentContext
    from sqlalchemy import Engine

_BUSY_SECONDS = 5
_LOCK = 7_073_725  # an arbitrary number: two migrations of one database wait for each other
_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


def migrate(url: str, *, folder: Path = MIGRATIONS) -> str:
    """Create or upgrade the database at `url`; returns the version it is at now.

    A new SQLite file is readable by its owner alone. Starts an event loop of its own for
    PostgreSQL. Raises NewerDatabase, StorageUnavailable; any other failure is a bug in a script and
    leaves the former version too.
    """
    path = sqlite_file(url)
    if path is None:
        asyncio.run(_migrate_postgresql(url, folder))
    else:
        _migrate_sqlite(path, folder)
    return known(folder)[-1]


def current(url: str) -> str | None:
    """The version a database is at; None when it is empty. Raises StorageUnavailable."""
    path = sqlite_file(url)
    if path is None:
        return asyncio.run(_current_postgresql(url))
    return sqlite_version(path) if path.exists() else None


def sqlite_engine(path: Path | str) -> Engine:
    """SQLAlchemy's synchronous engine, with transactions that include DDL.

    Python's driver would begin one only before an INSERT and commit it before a CREATE; so it is
    told to leave transactions alone, and they are begun by hand.
    """
    from sqlalchemy import NullPool, create_engine, event  # noqa: PLC0415 (heavy, only here)

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _migrate_sqlite(path: Path, folder: Path) -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 (with the engine below)

    _create(path)
    check_known(sqlite_version(path), folder)
    environment = _environment(folder)
    try:
        with sqlite_engine(path).begin() as connection, environment:
            environment.configure(connection=connection, transactional_ddl=True)
            environment.run_migrations()
    except OperationalError as error:
        if any(word in str(error.orig) for word in ("locked", "readonly", "full")):
            raise StorageUnavailable(f"{path}: {error.orig}") from error
        raise


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageUnavailable(f"{path}: {error.strerror}") from error


async def _migrate_postgresql(url: str, folder: Path) -> None:
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            found = await _version(connection)
            check_known(found, folder)
            if found != known(folder)[-1]:
                await connection.execute(_as_sql(folder, found))
    finally:
        await connection.close()


async def _current_postgresql(url: str) -> str | None:
    connection = await _connect(url)
    try:
        return await _version(connection)
    finally:
        await connection.close()


async def _connect(url: str) -> Any:
    try:
        return await asyncpg.connect(url)
    except (*_AWAY, asyncpg.PostgresError) as error:
        raise StorageUnavailable(str(error)) from error


async def _version(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found = await connection.fetchval("SELECT version_num FROM alembic_version")
    return None if found is None else str(found)


def _as_sql(folder: Path, found: str | None) -> str:
    """The scripts after version `found`, as PostgreSQL reads them."""
    text = StringIO()
    with _environment(folder, as_sql=True, starting_rev=found) as environment:
        environment.configure(
            dialect_name="postgresql", output_buffer=text, dialect_opts={"paramstyle": "named"}
        )
        environment.run_migrations()
    return text.getvalue()


def _environment(folder: Path, **options: Any) -> EnvironmentContext:
    # Alembic takes 20 MB and a fifth of a second: only a migration pays for it.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(folder))

    def to_latest(version: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", version)

    return EnvironmentContext(Config(), scripts, fn=to_latest, **options)
