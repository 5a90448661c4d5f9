"""Who waits for what: one event per channel, woken after a commit.

A wake is only a hint: whoever waits also looks by itself now and then, so a lost one costs a
second, never a delivery.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable


class Wakes:
    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def wake(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self._events[channel].set()

    def wake_all(self) -> None:
        self.wake(list(self._events))

    async def wait(self, channel: str, *, seconds: float) -> bool:
        event = self._events[channel]
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True
