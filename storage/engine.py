"""Reading and transactions: nothing else opens a connection.

A deed is a coroutine function that takes a `Transaction` and awaits nothing but it, so no network
can happen with a transaction open. `await store.transaction(deed)` runs it and returns its result
once it is durable; `await store.reading(look)` runs a look that cannot write.

Two stores behind one interface: `storage.sqlite` and `storage.postgresql`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from storage.statements import Runnable

T = TypeVar("T")


class StorageUnavailable(Exception):
    """The database is locked, full, read-only or away: worth another try later (F-3, F-5, F-6)."""


class ImpureDeed(RuntimeError):
    """A deed awaited something else than its transaction: a bug, see this module's first lines."""


class Row(Protocol):
    """One row; columns by name. `keys` lists the names."""

    def __getitem__(self, name: str, /) -> Any: ...
    def keys(self) -> Any: ...


class Reader(Protocol):
    """Looks, cannot change anything. Values are bound by name."""

    async def all(self, statement: Runnable, **values: Any) -> Sequence[Row]: ...
    async def one(self, statement: Runnable, **values: Any) -> Row | None:
        """The first row, or None."""
        ...

    async def value(self, statement: Runnable, **values: Any) -> Any:
        """The first column of the first row, or None."""
        ...


class Transaction(Reader, Protocol):
    """Changes things; all of a deed's changes become durable together, or none does."""

    async def run(self, statement: Runnable, **values: Any) -> int:
        """Run and say how many rows it touched."""
        ...

    async def run_many(self, statement: Runnable, rows: Sequence[Mapping[str, Any]]) -> None: ...

    def wake(self, channel: str) -> None:
        """After the commit, wake whoever waits on `channel` (in every process)."""
        ...


class Store(Protocol):
    """An open database."""

    dialect: str

    async def reading(self, look: Callable[[Reader], Awaitable[T]]) -> T: ...
    async def transaction(self, deed: Callable[[Transaction], Awaitable[T]]) -> T:
        """Durable when it returns. Raises StorageUnavailable when nothing was changed."""
        ...

    async def wait(self, channel: str, *, seconds: float) -> bool:
        """Wait until `channel` is woken or the time is over; True when woken."""
        ...

    async def close(self) -> None: ...
