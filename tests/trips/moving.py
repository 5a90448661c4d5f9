"""A clock that a test can put forward."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(slots=True)
class MovingClock:
    """Milliseconds since the epoch, `ahead` by as many."""

    ahead: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead
