"""What has arrived and how it is known, and the three ways it can end without effect."""

from __future__ import annotations

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


class Ignored(Exception):
    """Nothing here is concerned; kept in the journal's count only."""


class Waiting(Exception):
    """Understood, but its subject is not built yet: kept, listed, applied when it is."""


# What a handler has gathered, ready to be written in one transaction.
Plan: TypeAlias = Callable[[Transaction], Awaitable[None]]
