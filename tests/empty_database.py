"""An empty PostgreSQL database of our own, for what migrates or starts processes.

    from tests.empty_database import database

Skips without a server; tests that only need a store take `tests.databases.store`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from tests.databases import SERVER


def on_postgresql(url: str, *statements: str) -> list[Any]:
    """Runs the statements; returns the rows of the last one."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            rows: list[Any] = []
            for statement in statements:
                rows = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database of our own."""
    server, name = f"{SERVER}/postgres", f"passerelle_migrating_{os.getpid()}"
    try:
        on_postgresql(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    except OSError as error:
        pytest.skip(f"no PostgreSQL at {SERVER}: {error}")
    yield f"{SERVER}/{name}"
    on_postgresql(server, f"DROP DATABASE {name} WITH (FORCE)")
