"""Fresh, migrated databases for whole nodes: a SQLite file, or with PASSERELLE_TRIPS_ON=postgresql
a PostgreSQL database. Both are copies of one that was migrated once, since migrating takes long."""

from __future__ import annotations

import asyncio
import atexit
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import asyncpg

from storage.migrating import migrate
from tests.databases import SERVER

ON_POSTGRESQL = os.environ.get("PASSERELLE_TRIPS_ON") == "postgresql"
_PREFIX = f"passerelle_trips_{os.getpid()}_"
_made: set[str] = set()


async def fresh_database(folder: Path) -> str:
    """The URL of a migrated, empty database; PostgreSQL's are dropped when the tests end."""
    if ON_POSTGRESQL:
        return await _copy_on_server()
    path = folder / "node.db"
    if not path.exists():
        shutil.copy(await asyncio.to_thread(_migrated_file), path)
        path.chmod(0o600)
    return f"sqlite:///{path}"


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="passerelle-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    migrate(f"sqlite:///{path}")
    return path


async def _copy_on_server() -> str:
    template = f"{_PREFIX}template"
    server = await asyncpg.connect(f"{SERVER}/postgres")
    try:
        if template not in _made:
            await server.execute(f'CREATE DATABASE "{template}"')
            _made.add(template)
            atexit.register(_drop_all)
            await asyncio.to_thread(migrate, f"{SERVER}/{template}")
        name = _PREFIX + secrets.token_hex(4)
        await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _made.add(name)
    finally:
        await server.close()
    return f"{SERVER}/{name}"


def _drop_all() -> None:
    async def drop() -> None:
        server = await asyncpg.connect(f"{SERVER}/postgres")
        for name in _made:
            await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.close()

    with suppress(OSError, asyncpg.PostgresError):
        asyncio.run(drop())
