"""How much may reach us: so many activities from one host (L-1), so many requests at once (L-3),
and no body slower than this (H-5)."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

_MOST_HOSTS = 10_000


class Pace:
    """`per_minute` refills, `burst` is the most at once; `clock` in seconds, only forward."""

    def __init__(
        self, *, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._hosts: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, host: str) -> int:
        """0 when the host may send one more now; else the seconds until it may."""
        now = self._clock()
        left, since = self._hosts.get(host, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        allowed = left >= 1
        self._hosts[host] = (left - 1 if allowed else left, now)
        self._hosts.move_to_end(host)
        if len(self._hosts) > _MOST_HOSTS:
            self._hosts.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How slowly a body may come: at least `rate` bytes a second once `grace` is over, and all of
    it within `total`; both in seconds."""

    grace: float = 10.0
    rate: int = 1024
    total: float = 30.0

    def until(self, size: int) -> float:
        """Seconds from the start at which more than `size` bytes must be there."""
        return min(self.total, self.grace + size / self.rate)


class Full(Exception):
    """Too many at once; worth another try in a while."""


class Gate:
    """So many requests at work at once, so many more inside (reading, or waiting for `seconds` at
    most), and no more: what waits is bounded, and says so (L-3).

    GoToSocial has the same figures: eight for each CPU, and eight times as many behind them.
    """

    def __init__(self, at_once: int, *, waiting: int, seconds: float = 30.0) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0
        self._seconds = seconds

    @contextmanager
    def entry(self) -> Iterator[None]:
        """Be inside, and nothing more yet. Raises Full."""
        if self._inside >= self._most:
            raise Full
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Be at work; call it inside. Raises Full after `seconds`."""
        if self._turns.locked():
            await self._queue()
        else:
            await self._turns.acquire()  # at once: no clock is set for the ordinary case
        try:
            yield
        finally:
            self._turns.release()

    async def _queue(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise Full from None


def gate_for_strangers() -> Gate:
    """For requests whose key must be fetched first: slow ones never hold up those we know."""
    return Gate(16, waiting=16, seconds=5.0)


def gate_for_this_machine() -> Gate:
    at_once = 8 * (os.cpu_count() or 1)
    return Gate(at_once, waiting=8 * at_once)
