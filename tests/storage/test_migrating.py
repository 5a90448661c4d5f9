"""From nothing, or an older version, to the tables of this program."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from storage.engine import StorageUnavailable
from storage.migrating import current, migrate
from storage.opening import check_version, open_store
from storage.revising import changes
from storage.schema import making, special, statements
from storage.sqlite import SqliteStore
from storage.tables import metadata
from storage.versions import MIGRATIONS, NewerDatabase, NotMigrated, known
from tests.empty_database import database, on_postgresql

__all__ = ["database"]

NEXT = """
import os
import signal

from alembic import op

revision = "{revision}"
down_revision = "{former}"


def upgrade() -> None:
    for number in range(5):
        if number == {fails_at}:
            {failure}
        op.execute(f"CREATE TABLE extra_{{number}} (id INTEGER)")
"""


def folder_with_next(tmp_path: Path, *, fails_at: int = -1, failure: str = "pass") -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    former = known()[-1]
    revision = f"{int(former) + 1:04}"
    text = NEXT.format(revision=revision, former=former, fails_at=fails_at, failure=failure)
    (folder / "versions" / f"{revision}_next.py").write_text(text)
    return folder


def tables_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in rows}


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_new_file_gets_every_table_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "node.db"
    assert current(url_of(path)) is None
    assert migrate(url_of(path)) == known()[-1] == current(url_of(path))
    assert set(metadata.tables) <= tables_in(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_scripts_say_what_the_tables_say(tmp_path: Path) -> None:
    """When this fails: `python -m storage.revising` with a few words about the change."""
    path = tmp_path / "node.db"
    migrate(url_of(path))
    assert changes(path).upgrade_ops.as_diffs() == []


def test_a_missing_table_would_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    migrate(url_of(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE polls")
    assert [diff[0] for diff in changes(path).upgrade_ops.as_diffs()] == ["add_table"]


def test_what_sqlite_alone_has_is_as_the_tables_say(tmp_path: Path) -> None:
    """Alembic doesn't compare virtual tables; one that changes needs a script written by hand."""
    path = tmp_path / "node.db"
    migrate(url_of(path))
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    made = dict(rows)
    assert [table.name for table in special()] == ["note_words"]
    assert [[made[table.name]] for table in special()] == [
        making(table, "sqlite") for table in special()
    ]
    assert "ix_note_words_words" not in made


def test_file_names_and_alembic_agree_on_the_latest_version() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == known()[-1]


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    migrate(url_of(path))
    before = path.read_bytes()
    assert migrate(url_of(path)) == known()[-1]
    assert path.read_bytes() == before


async def test_a_migrated_database_opens(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    migrate(url_of(path))
    store = await open_store(url_of(path), watch=True)
    await store.close()


async def test_an_open_store_knows_its_version(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    migrate(url_of(path))
    store = await SqliteStore.open(path)
    await check_version(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE alembic_version")
    with pytest.raises(NotMigrated):
        await check_version(store)
    await store.close()


async def test_missing_empty_and_older_databases_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    with pytest.raises(NotMigrated):
        await open_store(url_of(path), watch=False)
    assert not path.exists()
    path.touch()
    with pytest.raises(NotMigrated):
        await open_store(url_of(path), watch=False)


async def test_what_is_no_database_is_unavailable_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    path.write_bytes(b"certainly no database " * 100)
    with pytest.raises(StorageUnavailable):
        await open_store(url_of(path), watch=False)
    with pytest.raises(StorageUnavailable):
        migrate(url_of(path))


async def test_a_newer_database_is_neither_opened_nor_migrated(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    migrate(url_of(path), folder=folder_with_next(tmp_path))
    assert "extra_4" in tables_in(path)
    with pytest.raises(NewerDatabase):
        await open_store(url_of(path), watch=False)
    with pytest.raises(NewerDatabase):
        migrate(url_of(path))


@pytest.mark.parametrize("fails_at", [0, 2, 4])
def test_a_failed_migration_leaves_the_former_version(tmp_path: Path, fails_at: int) -> None:
    """B-11."""
    path = tmp_path / "node.db"
    migrate(url_of(path))
    broken = folder_with_next(tmp_path, fails_at=fails_at, failure='op.execute("NONSENSE")')
    with pytest.raises(Exception, match="NONSENSE"):
        migrate(url_of(path), folder=broken)
    assert current(url_of(path)) == known()[-1]
    assert not any(name.startswith("extra") for name in tables_in(path))


@pytest.mark.parametrize("fails_at", [0, 3])
def test_a_killed_migration_leaves_the_former_version(tmp_path: Path, fails_at: int) -> None:
    """B-11, F-1."""
    path = tmp_path / "node.db"
    migrate(url_of(path))
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    folder = folder_with_next(tmp_path, fails_at=fails_at, failure=kill)
    code = (
        "import pathlib, sys; from storage.migrating import migrate; "
        "migrate(sys.argv[1], folder=pathlib.Path(sys.argv[2]))"
    )
    done = subprocess.run([sys.executable, "-c", code, url_of(path), str(folder)], check=False)
    assert done.returncode == -9
    assert current(url_of(path)) == known()[-1]
    assert not any(name.startswith("extra") for name in tables_in(path))
    assert migrate(url_of(path)) == known()[-1]


# --- PostgreSQL ----------------------------------------------------------------------------------


COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default IS NOT NULL
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name != 'alembic_version' ORDER BY 1, 2
"""
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename != 'alembic_version' ORDER BY 1
"""


def described(url: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for sql in (COLUMNS, INDEXES) for row in on_postgresql(url, sql)]


@pytest.mark.postgres
def test_postgresql_gets_the_same_tables_from_scripts_and_metadata(database: str) -> None:
    assert current(database) is None
    assert migrate(database) == known()[-1] == current(database)
    assert migrate(database) == known()[-1]
    migrated = described(database)
    made = statements("postgresql")
    on_postgresql(database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", *made)
    assert migrated == described(database)
    assert len(migrated) > 300


@pytest.mark.postgres
async def test_postgresql_opens_at_the_latest_version_only(database: str, tmp_path: Path) -> None:
    with pytest.raises(NotMigrated):
        await open_store(database, watch=False)
    await asyncio.to_thread(migrate, database)
    store = await open_store(database, watch=False)
    await store.close()
    await asyncio.to_thread(migrate, database, folder=folder_with_next(tmp_path))
    with pytest.raises(NewerDatabase):
        await open_store(database, watch=False)
    with pytest.raises(NewerDatabase):
        await asyncio.to_thread(migrate, database)


@pytest.mark.postgres
def test_a_failed_migration_leaves_postgresql_at_the_former_version(
    database: str, tmp_path: Path
) -> None:
    """B-11."""
    migrate(database)
    broken = folder_with_next(tmp_path, fails_at=3, failure='op.execute("NONSENSE")')
    with pytest.raises(asyncpg.PostgresSyntaxError):
        migrate(database, folder=broken)
    assert current(database) == known()[-1]
    assert on_postgresql(database, "SELECT to_regclass('extra_0') AS found")[0]["found"] is None


def test_a_postgresql_that_is_away_is_unavailable() -> None:
    with pytest.raises(StorageUnavailable):
        current("postgresql://nobody@127.0.0.1:1/none")
