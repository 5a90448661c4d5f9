"""Our own addresses: URIs made and taken apart, handles parsed.

The last part of a URI is 27 random characters, never a row id or a name: a renamed person keeps
her URI. One `Site` value, made from the configuration, is passed to whoever makes addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actors.refusals import Invalid
from storage.ids import opaque

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where this node lives on the web: `domain` is host[:port] as the public writes it."""

    domain: str
    scheme: str = "https"

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.domain}"

    @property
    def instance_actor(self) -> str:
        return f"{self.base}/actor"

    @property
    def shared_inbox(self) -> str:
        return f"{self.base}/inbox"

    def owns(self, uri: str) -> bool:
        """True when the URI is on this node."""
        return uri == self.base or uri.startswith(self.base + "/")

    def new_person(self) -> str:
        return f"{self.base}/u/{opaque()}"

    def new_community(self) -> str:
        return f"{self.base}/c/{opaque()}"

    def new_note(self) -> str:
        return f"{self.base}/n/{opaque()}"

    def new_activity(self) -> str:
        return f"{self.base}/a/{opaque()}"

    def context_of(self, note_uri: str) -> str:
        """The thread a note of ours starts: its last part is the note's."""
        return f"{self.base}/t/{note_uri.rpartition('/')[2]}"

    def page_of(self, username: str) -> str:
        """What a browser opens for a person or a community."""
        return f"{self.base}/@{username}"


@dataclass(frozen=True, slots=True)
class Handle:
    """`name@host`, the host lower-case; an empty host means here."""

    name: str
    host: str = ""

    def __str__(self) -> str:
        return f"@{self.name}@{self.host}" if self.host else f"@{self.name}"


def parse_handle(text: str) -> Handle:
    """`@name`, `name`, `name@host`, `@name@host`, `acct:name@host`. Raises Invalid."""
    bare = text.strip().removeprefix("acct:").lstrip("@")
    name, _, host = bare.partition("@")
    if not name or len(name) > 100 or any(c in name for c in "/?#: \t") or "@" in host:
        raise Invalid(f"“{text[:100]}” is not a handle: expected @name or @name@host.")
    return Handle(name, host.lower().rstrip("."))


def check_username(text: str) -> str:
    """A name someone may choose here: 1 to 64 of a-z 0-9 _ . -, not starting with a sign."""
    if not _NAME.fullmatch(text):
        raise Invalid(
            f"“{text[:100]}” can't be a name here: letters a-z, digits, _ . - (64 at most).",
        )
    return text


def fold_username(text: str) -> str:
    return text.casefold()
