"""The order within one lane: what may be in flight together, and what has to wait. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from storage.lanes import Delivery

MOST_AT_ONCE = 4


class LaneOrder:
    """Hands out one host's deliveries, oldest first.

    Never two with the same order key at once, nothing of an actor beside a barrier of his; what
    failed holds back what comes after it under its key, or after its barrier (Q-6).
    """

    def __init__(self, rows: Sequence[Delivery]) -> None:
        self._waiting = list(rows)
        self._flying: dict[int, Delivery] = {}
        self._stuck: list[Delivery] = []

    def next(self, *, rather_not: str = "") -> Delivery | None:
        """The oldest one that may leave now; None when all have left or must wait.

        `rather_not` is an activity to be passed over if another one may leave.
        """
        ahead = [*self._stuck, *self._flying.values()]
        second_choice: Delivery | None = None
        for row in self._waiting:
            if not any(_holds_back(other, row) for other in ahead):
                if row.uri != rather_not:
                    return self._gone(row)
                second_choice = second_choice or row
            ahead.append(row)
        return self._gone(second_choice) if second_choice else None

    def _gone(self, row: Delivery) -> Delivery:
        self._waiting.remove(row)
        self._flying[row.id] = row
        return row

    def landed(self, row: Delivery, *, over: bool) -> None:
        """Its answer is there. `over`: it won't be tried again, so nothing waits for it."""
        del self._flying[row.id]
        if not over:
            self._stuck.append(row)

    @property
    def flying(self) -> int:
        return len(self._flying)


def _holds_back(earlier: Delivery, later: Delivery) -> bool:
    if earlier.order_key == later.order_key:
        return True
    return earlier.actor_id == later.actor_id and (earlier.barrier or later.barrier)


class Windows:
    """How many deliveries at once for each host: from 1, one more for each success up to 4, half
    after trouble (Q-7)."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def size(self, host: str) -> int:
        return self._sizes.get(host, 1)

    def success(self, host: str) -> None:
        size = self.size(host)
        if size < MOST_AT_ONCE:
            if len(self._sizes) > 10_000:
                self._sizes.clear()
            self._sizes[host] = size + 1

    def trouble(self, host: str) -> None:
        self._sizes[host] = max(1, self.size(host) // 2)
