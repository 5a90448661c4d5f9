"""SQLite: one writer thread with group commit, a few reader threads.

The writer drives each deed with `send(None)` inside a savepoint, up to 50 deeds per commit, and
its callers resume after the commit (WAL, synchronous=FULL: durable when acknowledged). One thread
hop per deed instead of one per statement costs a twentieth. Looks that wait for a reader share a
hop in the same way, up to eight. aiosqlite brings the threads.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy.dialects import sqlite

from storage.engine import ImpureDeed, Reader, Row, StorageUnavailable, Transaction
from storage.statements import Compiler, Runnable
from storage.wakes import Wakes

T = TypeVar("T")
Deed = Callable[[Transaction], Awaitable[Any]]
Look = Callable[[Reader], Awaitable[Any]]
Outcome = tuple[Any, BaseException | None]

_MOST_DEEDS = 50
_MOST_LOOKS = 8
_BUSY_MS = 5_000
_UNAVAILABLE = ("locked", "busy", "full", "readonly", "read-only", "unable to open", "disk i/o")
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8000",
    f"PRAGMA busy_timeout = {_BUSY_MS}",
)


class _Thread(aiosqlite.Connection):
    """A connection with its thread; runs one function there per call."""

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        return cast(T, await self._execute(function, *arguments))  # type: ignore[no-untyped-call]

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn


class _Session:
    """What a deed or a look gets; its methods finish at once, in the thread they are called in."""

    __slots__ = ("_compiler", "_connection", "wakes")

    def __init__(self, connection: sqlite3.Connection, compiler: Compiler) -> None:
        self._connection = connection
        self._compiler = compiler
        self.wakes: set[str] = set()

    def _execute(self, statement: Runnable, values: Mapping[str, Any]) -> sqlite3.Cursor:
        compiled, bound = self._compiler.compile(statement, values)
        return self._connection.execute(compiled.sql, compiled.named(bound))

    async def all(self, statement: Runnable, **values: Any) -> Sequence[Row]:
        return self._execute(statement, values).fetchall()

    async def one(self, statement: Runnable, **values: Any) -> Row | None:
        return cast("Row | None", self._execute(statement, values).fetchone())

    async def value(self, statement: Runnable, **values: Any) -> Any:
        row = self._execute(statement, values).fetchone()
        return None if row is None else row[0]

    async def run(self, statement: Runnable, **values: Any) -> int:
        return self._execute(statement, values).rowcount

    async def run_many(self, statement: Runnable, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._execute(statement, row)

    def wake(self, channel: str) -> None:
        self.wakes.add(channel)


class SqliteStore:
    """Open with `await SqliteStore.open(path)`; the file must exist and be migrated."""

    dialect = "sqlite"

    def __init__(self, writer: _Thread, readers: list[_Thread], watcher: _Thread) -> None:
        self._writer = writer
        self._readers = readers
        self._watcher = watcher
        self._idle = list(readers)
        self._looks: deque[tuple[Look, asyncio.Future[Any]]] = deque()
        self._looking: set[asyncio.Task[None]] = set()
        self._compiler = Compiler(sqlite.dialect(paramstyle="named"))
        self._pending: deque[tuple[Deed, asyncio.Future[Any]]] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._wakes = Wakes()

    @classmethod
    async def open(cls, path: Path, *, readers: int = 2, watch: bool = False) -> SqliteStore:
        """`watch` looks once a second whether another process wrote (DECISIONS: two processes)."""
        writer = await _open(path, query_only=False)
        threads = [await _open(path, query_only=True) for _ in range(readers + 1)]
        store = cls(writer, threads[1:], threads[0])
        if watch:
            store._watch = asyncio.create_task(store._watch_for_writers())
        return store

    async def reading(self, look: Callable[[Reader], Awaitable[T]]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._looks.append((look, future))
        if self._idle:
            task = asyncio.create_task(self._pump_looks(self._idle.pop()))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)
        return await future

    async def transaction(self, deed: Callable[[Transaction], Awaitable[T]]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending.append((deed, future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._pump_deeds())
        return await future

    async def wait(self, channel: str, *, seconds: float) -> bool:
        return await self._wakes.wait(channel, seconds=seconds)

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        if under_way := [*self._looking, *([self._pump] if self._pump else [])]:
            await asyncio.wait(under_way)
        for thread in (self._writer, self._watcher, *self._readers):
            await thread.close()

    async def _pump_deeds(self) -> None:
        while self._pending:
            size = min(len(self._pending), _MOST_DEEDS)
            batch = [self._pending.popleft() for _ in range(size)]
            deeds = [deed for deed, _ in batch]
            outcomes, wakes = await self._writer.run(
                _commit, self._writer.raw, self._compiler, deeds
            )
            _hand_out(batch, outcomes)
            self._wakes.wake(wakes)

    async def _pump_looks(self, thread: _Thread) -> None:
        while self._looks:
            size = min(len(self._looks), _MOST_LOOKS)
            batch = [self._looks.popleft() for _ in range(size)]
            looks = [look for look, _ in batch]
            _hand_out(batch, await thread.run(_look_all, thread.raw, self._compiler, looks))
        self._idle.append(thread)

    async def _watch_for_writers(self) -> None:
        seen = None
        while True:
            version = await self._watcher.run(_data_version, self._watcher.raw)
            if seen is not None and version != seen:
                self._wakes.wake_all()
            seen = version
            await asyncio.sleep(1)


def _hand_out(
    batch: Sequence[tuple[Any, asyncio.Future[Any]]], outcomes: Sequence[Outcome]
) -> None:
    for (_, future), (result, error) in zip(batch, outcomes, strict=True):
        if future.done():  # its caller went away; a deed stands all the same
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


async def _open(path: Path, *, query_only: bool) -> _Thread:
    connect = partial(
        sqlite3.connect, path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    thread = _Thread(connect, iter_chunk_size=64)
    await thread
    await thread.run(_prepare, thread.raw, query_only)
    return thread


def _prepare(connection: sqlite3.Connection, query_only: bool) -> None:
    connection.row_factory = sqlite3.Row
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if query_only:
        connection.execute("PRAGMA query_only = ON")


def _data_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _drive(coroutine: Awaitable[T]) -> T:
    """Run a deed to its end without an event loop: it may only await its own session."""
    steps = coroutine.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return cast(T, end.value)
    steps.close()
    raise ImpureDeed("a deed may await nothing but its transaction")


def _look_all(
    connection: sqlite3.Connection, compiler: Compiler, looks: Sequence[Look]
) -> list[Outcome]:
    return [_look(connection, compiler, look) for look in looks]


def _look(connection: sqlite3.Connection, compiler: Compiler, look: Look) -> Outcome:
    try:
        connection.execute("BEGIN")  # one snapshot for the whole look
        return _drive(look(_Session(connection, compiler))), None
    except BaseException as error:
        return None, _translated(error)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _commit(
    connection: sqlite3.Connection, compiler: Compiler, deeds: Sequence[Deed]
) -> tuple[list[Outcome], set[str]]:
    """Every deed in its own savepoint, one commit for all; a commit that fails fails them all."""
    wakes: set[str] = set()
    try:
        connection.execute("BEGIN IMMEDIATE")
        outcomes = [_attempt(connection, compiler, deed, wakes) for deed in deeds]
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return [(None, _translated(error))] * len(deeds), set()
    return outcomes, wakes


def _attempt(
    connection: sqlite3.Connection, compiler: Compiler, deed: Deed, wakes: set[str]
) -> Outcome:
    session = _Session(connection, compiler)
    connection.execute("SAVEPOINT deed")
    try:
        result = _drive(deed(session))
    except BaseException as error:
        if not connection.in_transaction:  # a full disk ends the whole transaction
            raise
        connection.execute("ROLLBACK TO deed")
        connection.execute("RELEASE deed")
        return None, _translated(error)
    connection.execute("RELEASE deed")
    wakes |= session.wakes
    return result, None


def _translated(error: BaseException) -> BaseException:
    text = str(error).lower()
    if isinstance(error, sqlite3.Error) and any(word in text for word in _UNAVAILABLE):
        return StorageUnavailable(str(error))
    return error
