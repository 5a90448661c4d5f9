"""Who, as frozen records."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from storage.engine import Row

Role = Literal["member", "moderator", "responsable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, a community or a program, here (`local`) or elsewhere. Times in milliseconds."""

    id: int
    uri: str
    kind: str
    local: bool
    host: str
    username: str
    name: str = ""
    summary: str = ""
    summary_source: str = ""
    url: str | None = None
    inbox: str = ""
    shared_inbox: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    moderators: str | None = None
    icon: str | None = None
    image: str | None = None
    locked: bool = False
    discoverable: bool = True
    indexable: bool = False
    posting: str = ""
    moved_to: str | None = None
    also_known_as: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    language: str | None = None
    published: int = 0
    updated: int = 0
    fetched: int = 0
    state: str = "ok"

    @property
    def handle(self) -> str:
        """`@name@host`, as people write it."""
        return f"@{self.username}@{self.host}"

    @property
    def display_name(self) -> str:
        return self.name or self.username

    @property
    def is_group(self) -> bool:
        return self.kind == "Group"

    @property
    def delivery_inbox(self) -> str:
        """Where public things go: the shared inbox when the host has one."""
        return self.shared_inbox or self.inbox

    @classmethod
    def from_row(cls, row: Row, prefix: str = "") -> Self:
        """From a row with all columns of `actors`, each perhaps behind a prefix."""
        values: dict[str, Any] = {name: row[prefix + name] for name in _PLAIN}
        for name in _FLAGS:
            values[name] = bool(row[prefix + name])
        aliases, shown = row[prefix + "also_known_as"], row[prefix + "fields"]
        values["also_known_as"] = tuple(json.loads(aliases)) if aliases else ()
        values["fields"] = tuple((n, v) for n, v in json.loads(shown)) if shown else ()
        return cls(**values)


_FLAGS = ("local", "locked", "discoverable", "indexable")
_LISTS = ("also_known_as", "fields")
COLUMNS = tuple(field.name for field in fields(Actor))
_PLAIN = tuple(name for name in COLUMNS if name not in _FLAGS and name not in _LISTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key as stored; `private` only for local actors. PEM texts.

    `retires` is when a replaced key of ours stops being good (milliseconds).
    """

    uri: str
    actor_id: int
    kind: str
    public: str
    private: str | None
    state: str
    created: int
    fetched: int
    retires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """How a local Group is run."""

    actor_id: int
    joining: str  # open | approval
    posting: str  # open | members | moderators
    private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRow:
    id: int
    follower_id: int
    followed_id: int
    uri: str
    state: str
    asked: int
    accepted: int | None
    ended: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks. `actor_id` is None for a stranger; visibility takes it and nothing else."""

    actor_id: int | None = None


STRANGER = Viewer()
