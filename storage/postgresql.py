"""PostgreSQL through asyncpg: any number of processes on any number of machines.

A deed runs in an ordinary transaction, tried again as a whole when it lost a race (F-5). Wakes
travel by NOTIFY, so a worker elsewhere starts at once; they stay hints.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from storage.engine import Reader, Row, StorageUnavailable, Transaction
from storage.statements import Compiler, Runnable
from storage.wakes import Wakes

T = TypeVar("T")

_TRIES = 3
_CHANNEL = "passerelle"
_LOST_RACES = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_UNAVAILABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)


class _Session:
    __slots__ = ("_compiler", "_connection", "wakes")

    def __init__(self, connection: Any, compiler: Compiler) -> None:
        self._connection = connection
        self._compiler = compiler
        self.wakes: set[str] = set()

    def _bound(self, statement: Runnable, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        compiled, bound = self._compiler.compile(statement, values)
        return compiled.sql, compiled.positional(bound)

    async def all(self, statement: Runnable, **values: Any) -> Sequence[Row]:
        sql, bound = self._bound(statement, values)
        return cast("Sequence[Row]", await self._connection.fetch(sql, *bound))

    async def one(self, statement: Runnable, **values: Any) -> Row | None:
        sql, bound = self._bound(statement, values)
        return cast("Row | None", await self._connection.fetchrow(sql, *bound))

    async def value(self, statement: Runnable, **values: Any) -> Any:
        sql, bound = self._bound(statement, values)
        return await self._connection.fetchval(sql, *bound)

    async def run(self, statement: Runnable, **values: Any) -> int:
        sql, bound = self._bound(statement, values)
        status: str = await self._connection.execute(sql, *bound)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, statement: Runnable, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        compiled, _ = self._compiler.compile(statement, rows[0])
        await self._connection.executemany(compiled.sql, [compiled.positional(r) for r in rows])

    def wake(self, channel: str) -> None:
        self.wakes.add(channel)


class PostgresqlStore:
    """Open with `await PostgresqlStore.open(url)`; the database must exist and be migrated."""

    dialect = "postgresql"

    def __init__(self, pool: Any, listener: Any) -> None:
        self._pool = pool
        self._listener = listener
        self._compiler = Compiler(dialect.dialect())  # type: ignore[no-untyped-call]
        self._wakes = Wakes()

    @classmethod
    async def open(cls, url: str, *, connections: int = 10) -> PostgresqlStore:
        try:
            pool = await asyncpg.create_pool(
                url, min_size=1, max_size=connections, command_timeout=60
            )
            listener = await asyncpg.connect(url)
        except (*_UNAVAILABLE, asyncpg.PostgresError) as error:
            raise StorageUnavailable(str(error)) from error
        store = cls(pool, listener)
        await listener.add_listener(_CHANNEL, store._heard)
        return store

    async def reading(self, look: Callable[[Reader], Awaitable[T]]) -> T:
        try:
            async with (
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await look(_Session(connection, self._compiler))
        except _UNAVAILABLE as error:
            raise StorageUnavailable(str(error)) from error

    async def transaction(self, deed: Callable[[Transaction], Awaitable[T]]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._once(deed)
            except _LOST_RACES as error:
                if attempt == _TRIES:
                    raise StorageUnavailable(str(error)) from error
            except _UNAVAILABLE as error:
                raise StorageUnavailable(str(error)) from error
        raise AssertionError("unreachable")

    async def _once(self, deed: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                session = _Session(connection, self._compiler)
                result = await deed(session)
                if session.wakes:
                    channels = ",".join(sorted(session.wakes))
                    await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, channels)
            self._wakes.wake(session.wakes)
            return result

    async def wait(self, channel: str, *, seconds: float) -> bool:
        return await self._wakes.wait(channel, seconds=seconds)

    async def close(self) -> None:
        await self._listener.close()
        async with asyncio.timeout(10):
            await self._pool.close()

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        self._wakes.wake(payload.split(","))
