"""How much one host may send us: a token bucket per signing host (L-1)."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

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
