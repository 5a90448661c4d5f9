"""A reader that counts: how many statements does this look run?

async def look(reader):
    counting = Counting(reader)
    await something(counting)
    return counting.count
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from storage.engine import Reader, Row, Store, Transaction
from storage.statements import Runnable

T = TypeVar("T")


class Counting:
    """Passes everything on to the reader it wraps."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.count = 0

    async def all(self, statement: Runnable, **values: Any) -> Sequence[Row]:
        self.count += 1
        return await self._reader.all(statement, **values)

    async def one(self, statement: Runnable, **values: Any) -> Row | None:
        self.count += 1
        return await self._reader.one(statement, **values)

    async def value(self, statement: Runnable, **values: Any) -> Any:
        self.count += 1
        return await self._reader.value(statement, **values)


class CountingTransaction(Counting):
    """The same for a deed."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx)
        self._tx = tx

    async def run(self, statement: Runnable, **values: Any) -> int:
        self.count += 1
        return await self._tx.run(statement, **values)

    async def run_many(self, statement: Runnable, rows: Sequence[Mapping[str, Any]]) -> None:
        self.count += len(rows)
        await self._tx.run_many(statement, rows)

    def wake(self, channel: str) -> None:
        self._tx.wake(channel)


class CountingStore:
    """A store that counts the statements of all looks and deeds, and how many of each there were.

    counted = CountingStore(store); ...; await something(counted); counted.statements
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dialect = store.dialect
        self.statements = self.looks = self.deeds = 0

    async def reading(self, look: Callable[[Reader], Awaitable[T]]) -> T:
        self.looks += 1

        async def counted(reader: Reader) -> T:
            counting = Counting(reader)
            try:
                return await look(counting)
            finally:
                self.statements += counting.count

        return await self._store.reading(counted)

    async def transaction(self, deed: Callable[[Transaction], Awaitable[T]]) -> T:
        self.deeds += 1

        async def counted(tx: Transaction) -> T:
            counting = CountingTransaction(tx)
            try:
                return await deed(counting)
            finally:
                self.statements += counting.count

        return await self._store.transaction(counted)

    async def wait(self, channel: str, *, seconds: float) -> bool:
        return await self._store.wait(channel, seconds=seconds)

    async def close(self) -> None:
        await self._store.close()
