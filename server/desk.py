"""What a command has before it: its arguments, the settings, the open database, the terminal."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Literal

from actors import directory
from actors.addresses import Site, parse_handle
from actors.records import Actor
from actors.refusals import NotFound
from server.config import Config
from server.terminal import Terminal
from storage.engine import Store


class Exit(IntEnum):
    """What the exit code of a command means."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    CONFIGURATION = 3
    STORAGE = 4


class Misused(Exception):
    """The arguments don't make sense together; a sentence of `server.words` and its values."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """For commands that need no more than their arguments. `now` in milliseconds."""

    args: Namespace
    terminal: Terminal
    config_file: Path
    environ: Mapping[str, str]
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured(Desk):
    """For commands that need the settings."""

    config: Config

    @property
    def site(self) -> Site:
        return site_of(self.config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Configured):
    """For commands that read or change the database."""

    store: Store

    async def local(self, handle: str, *kinds: str) -> Actor:
        """One of ours by its handle. Raises Invalid, NotFound."""
        wanted = parse_handle(handle)
        found = None
        if wanted.host in ("", self.site.domain):
            found = await self.store.reading(lambda r: directory.local_named(r, wanted.name))
        if found is None or (kinds and found.kind not in kinds):
            if kinds == ("Group",):
                raise NotFound(f"There is no community here called {wanted}.")
            raise NotFound(f"There is nobody here called {wanted}.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`name` is one word or two ("person create"); exactly one of the three ways to run is given.

    A command says what went wrong by raising (see `server.cli`), so it returns nothing.
    """

    name: str
    about: str
    arguments: Callable[[ArgumentParser], None] = lambda parser: None
    plain: Callable[[Desk], None] | None = None
    configured: Callable[[Configured], None] | None = None
    opened: Callable[[Opened], Awaitable[None]] | None = None

    @property
    def needs(self) -> Literal["nothing", "settings", "database"]:
        if self.opened:
            return "database"
        return "settings" if self.configured else "nothing"


def site_of(config: Config) -> Site:
    return Site(domain=config.server.domain, scheme=config.server.scheme)


def takes_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")
