"""How much we ask for: the budget of one incoming activity, and our manners towards one host."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from federation.fetching.dialing import FetchFailed, declined

_MINUTE = 60.0
_MOST_HOSTS = 4096  # before quiet hosts are forgotten


class Budget:
    """What one incoming activity may cost: fetches, and seconds until the whole job ends (O-11)."""

    def __init__(
        self,
        *,
        fetches: int = 30,
        seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = fetches
        self._clock = clock
        self._end = clock() + seconds

    @property
    def seconds(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._end - self._clock())

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left of count or time."""
        return self._left <= 0 or not self.seconds

    def spend(self) -> None:
        """Take one fetch; FetchFailed `fetch_declined` when nothing is left of count or time."""
        if self.is_spent:
            raise declined("the activity has used up its fetches")
        self._left -= 1


@dataclass(slots=True)
class _Host:
    gate: asyncio.Semaphore
    busy: int = 0
    starts: deque[float] = field(default_factory=deque)


class Pace:
    """At most `parallel` requests at once and `per_minute` in any minute, for each host (O-11).

    `clock` is in seconds. `per_minute` None means no such limit.
    """

    def __init__(
        self, *, parallel: int, per_minute: int | None, clock: Callable[[], float]
    ) -> None:
        self._parallel = parallel
        self._per_minute = per_minute
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a free place, then go. FetchFailed `rate_limited` (temporary) past the pace."""
        host = self._hosts.get(name)
        if host is None:
            self._forget_quiet()
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._parallel))
        self._count(name, host)
        host.busy += 1
        try:
            async with host.gate:
                yield
        finally:
            host.busy -= 1

    def _count(self, name: str, host: _Host) -> None:
        now = self._clock()
        while host.starts and host.starts[0] <= now - _MINUTE:
            host.starts.popleft()
        if self._per_minute is not None and len(host.starts) >= self._per_minute:
            wait = int((host.starts[0] + _MINUTE - now) * 1000) + 1
            detail = f"{name} was asked {self._per_minute} times in a minute"
            raise FetchFailed("rate_limited", temporary=True, detail=detail, retry_after=wait)
        if self._per_minute is not None:
            host.starts.append(now)

    def _forget_quiet(self) -> None:
        if len(self._hosts) < _MOST_HOSTS:
            return
        oldest = self._clock() - _MINUTE
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if host.busy or (host.starts and host.starts[-1] > oldest)
        }
