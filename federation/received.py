"""What has arrived and how it is known, and the three ways it can end without effect."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from actors.records import Actor
from federation.vocabulary import Activity
from storage.engine import Transaction

# signed: by the actor's own request · proof: by the actor's own proof · origin: read at its origin
# · group: only a Group's Announce says so.
Trust = Literal["signed", "proof", "origin", "group"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An activity about to be applied. `document` is its JSON as sent, to pass on unchanged.

    `via` is the Group that announced it to us, if one did.
    """

    activity: Activity
    document: dict[str, Any]
    signer: str
    now: int
    trust: Trust = "signed"
    via: Actor | None = None

    @property
    def is_proven(self) -> bool:
        """Its actor said it, for all we can check."""
        return self.trust != "group"


class Handover:
    """What the door has read and parsed, for the worker of the same process, which would spend a
    sixth of its time on doing that again. Bounded; what is not found here is parsed from the bytes.
    """

    MOST = 2 * 1024 * 1024  # bytes of bodies; parsed they take about ten times as much

    def __init__(self) -> None:
        self.is_wanted = False  # a worker of this process takes what is left here
        self._kept: OrderedDict[bytes, tuple[dict[str, Any], Activity]] = OrderedDict()
        self._size = 0

    def leave(self, body: bytes, document: dict[str, Any], activity: Activity) -> None:
        if not self.is_wanted or body in self._kept:
            return
        self._kept[body] = (document, activity)
        self._size += len(body)
        while self._size > self.MOST:
            oldest, _ = self._kept.popitem(last=False)
            self._size -= len(oldest)

    def take(self, body: bytes) -> tuple[dict[str, Any], Activity] | None:
        """Given once: its taker may do with the document what it likes."""
        found = self._kept.pop(body, None)
        if found is not None:
            self._size -= len(body)
        return found


class Ignored(Exception):
    """Nothing here is concerned; kept in the journal's count only."""


class Waiting(Exception):
    """Understood, but its subject is not built yet: kept, listed, applied when it is."""


# What a handler has gathered, ready to be written in one transaction.
Plan: TypeAlias = Callable[[Transaction], Awaitable[None]]
