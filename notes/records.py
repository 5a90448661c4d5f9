"""Notes as frozen records. Times are milliseconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal, Self

from storage.engine import Row

Hat = Literal["person", "organisation"]
Visibility = Literal["public", "unlisted", "followers", "community", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    url: str
    kind: str = "Document"
    media_type: str = ""
    alt: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    name: str
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """`voters` and votes as their origin counts them; ours we count ourselves."""

    choices: tuple[Choice, ...]
    multiple: bool = False
    closes: int | None = None
    voters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A hashtag: `key` folded for looking up, `name` as written."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One author of a note. `organisation` is on whose behalf when the hat is an organisation."""

    actor_id: int | None = None
    name: str = ""
    hat: Hat = "person"
    organisation: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, post or reply. `content` is clean HTML, `title` and `summary` plain text.

    `community_id` is its home community. `root_id` is the first note of its thread (its own id for
    a starter, None while the thread above is unknown). `hidden_by` is the community that took it
    out of its thread without erasing it.
    """

    id: int
    uri: str
    kind: str
    author_id: int
    community_id: int | None = None
    in_reply_to: str | None = None
    in_reply_to_id: int | None = None
    root_id: int | None = None
    context: str | None = None
    replies: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    source: str = ""
    language: str | None = None
    url: str | None = None
    visibility: Visibility = "public"
    sensitive: bool = False
    local: bool = False
    locked: bool = False
    quote: str | None = None
    license: str | None = None
    announceable: bool = True
    published: int = 0
    updated: int | None = None
    starts: int | None = None
    ends: int | None = None
    hidden_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Anybody on the web may read it."""
        return self.visibility in ("public", "unlisted")

    @property
    def is_thread_starter(self) -> bool:
        return self.in_reply_to is None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        values = {name: row[name] for name in _PLAIN}
        for name in _FLAGS:
            values[name] = bool(row[name])
        return cls(**values)


_FLAGS = ("sensitive", "local", "locked", "announceable")
COLUMNS = tuple(f.name for f in fields(Note))
_PLAIN = tuple(name for name in COLUMNS if name not in _FLAGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A note about to be written, with everything that hangs on it."""

    note: Note
    mentions: tuple[int, ...] = ()  # actor ids
    audiences: tuple[tuple[str, int], ...] = ()  # (kind, owner id), see notes.audiences
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    authors: tuple[Credit, ...] | None = None  # None: her who sends it, or as they were
    document: bytes | None = None  # local: bytes served; remote: bytes as received
    proven: str = "origin"  # how we know: origin | proof | group | local


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What hangs on a note, read for a page of notes at once."""

    mentions: tuple[int, ...] = ()
    tags: tuple[Tag, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    replies: int = 0
    likes: int = 0
    dislikes: int = 0
    boosts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline or an outbox: a note, and the boost that brought it there."""

    id: int
    note: Note
    via_id: int | None = None
    boost_uri: str | None = None
    at: int = field(default=0)
