"""Two clocks: the wall's, for dates people and servers read; a steady one, for leases and delays.

The steady clock starts with the wall's and then follows it without ever jumping: when the wall
clock is set forward or back by a day, nothing fires at once and nothing stands still (Q-19, F-9).
"""

from __future__ import annotations

import time
from collections.abc import Callable

_MOST_CATCHING_UP = 0.1  # of the time that passed


def wall() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Steady:
    """Milliseconds since the epoch, at most a tenth faster or slower than time itself."""

    def __init__(
        self,
        follow: Callable[[], int] = wall,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._follow = follow
        self._monotonic = monotonic
        self._last = monotonic()
        self._now = float(follow())

    def __call__(self) -> int:
        last, self._last = self._last, self._monotonic()
        passed = (self._last - last) * 1000
        behind = self._follow() - (self._now + passed)
        most = passed * _MOST_CATCHING_UP
        self._now += passed + max(-most, min(most, behind))
        return int(self._now)
