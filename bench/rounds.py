"""Several rounds of the same work, each beside the primitive it can't do without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median


@dataclass(frozen=True, slots=True)
class Rounds:
    """CPU seconds of one unit in each round, and of the primitive just before and after it: a busy
    machine slows both."""

    seconds: tuple[float, ...]
    primitive: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def ratio(self) -> float:
        """How often the primitive fits into one unit."""
        return median(one / least for one, least in zip(self.seconds, self.primitive, strict=True))


def rounds(work: Callable[[], float], primitive: Callable[[], float], *, count: int) -> Rounds:
    """Do `work` once to warm up, then `count` times; it says the seconds of one unit."""
    work()
    seconds, around = [], [primitive()]
    for _ in range(count):
        seconds.append(work())
        around.append(primitive())
    beside = tuple(mean(pair) for pair in pairwise(around))
    return Rounds(tuple(seconds), beside)
