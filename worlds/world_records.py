"""Records of a sample world. Keys name records inside one world; times are milliseconds.

A world knows no row keys, no URIs and no rights: whoever writes it into instances mints those.
Inside texts, `note:<key>` stands for a note's address and `@name@alpha.test` for a handle at the
instance whose `host` is `alpha.test`; `worlds.content.placed` puts the real ones there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Size = Literal["small", "realistic", "praxis"]
CommunityKind = Literal["private", "open", "unlisted", "informal", "bridge"]
NoteKind = Literal["general", "veille", "practice", "term", "organisation", "adaptation"]
Role = Literal["responsable", "animation", "curation", "moderation", "member", "observer"]
Visibility = Literal[
    "me", "direct", "followers", "circle", "community", "passerelle", "unlisted", "public"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A server. `software` is passerelle for ours, else what the neighbour runs."""

    key: str
    host: str
    name: str
    software: str = "passerelle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation of a region that is on no map; `note` presents it, if one does."""

    key: str
    name: str
    town: str
    latitude: float
    longitude: float
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`organisations` are the hats worn (0 to 2). `deleted`: when the account was closed."""

    key: str
    username: str
    name: str
    instance: str
    organisations: tuple[str, ...] = ()
    role: str = ""
    territory: str = ""
    positioning: str = ""
    language: str = "fr"
    pseudonym: bool = False
    joined: int
    deleted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterVersion:
    version: int
    at: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A smaller set of readers inside a community."""

    key: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """`spans`: the communities a bridge joins. `licence` None: none was chosen."""

    key: str
    kind: CommunityKind
    username: str
    name: str
    instance: str
    theme: str
    description: str
    languages: tuple[str, ...]
    licence: str | None
    charter: tuple[CharterVersion, ...]
    founded: int
    circles: tuple[Circle, ...] = ()
    spans: tuple[str, ...] = ()
    use_conditions: tuple[str, ...] = ()  # of: no-indexing, no-research, no-ai
    second_reading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """`discreet`: never shown to others. `word` came with the request."""

    person: str
    community: str
    role: Role
    joined: int
    discreet: bool = False
    charter_version: int = 1
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """`hat` is the organisation she speaks for, None for herself."""

    person: str
    hat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`missing`: the file is gone, only its description is left."""

    name: str
    media_type: str
    alt: str
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`body` is Markdown as it stands today. `title` "" for an untitled post.

    `received`: when others got it, before `published` if the author's clock runs ahead.
    """

    key: str
    kind: NoteKind
    community: str
    circle: str | None
    theme: str
    authors: tuple[Author, ...]
    title: str
    abstract: str
    body: str
    language: str
    licence: str | None
    visibility: Visibility
    replies_from: Literal["everyone", "followers", "members", "nobody"]
    maturity: Literal["draft", "in_progress", "ripe"]
    published: int
    updated: int | None
    received: int
    review_by: int | None = None
    terms: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    watched: str | None = None  # the address a veille speaks about
    adapted_from: str | None = None
    organisation: str | None = None
    attachments: tuple[Attachment, ...] = ()
    revisions: int = 1
    deleted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of a note, `number` from 1; the last one is the note as it stands."""

    note: str
    number: int
    author: str
    at: int
    reason: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`parent` None answers the note itself. `shape`: the software that wrote it."""

    key: str
    parent: str | None
    author: str
    at: int
    body: str
    depth: int
    shape: Literal["passerelle", "mastodon", "lemmy"] = "passerelle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A note discussed in one community; the same note may be discussed in several."""

    key: str
    note: str
    community: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    contents: str | None = None
    abstract: str | None = None
    references: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carnet:
    """`categories`: up to three lists, each (its name, its categories)."""

    key: str
    username: str
    title: str
    summary: str
    instance: str
    community: str
    managers: tuple[str, ...]
    contributors: tuple[str, ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]
    slots: Slots
    guide: str
    licence: str | None
    visibility: Visibility
    created: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A note in a carnet. `revision` None follows the living note."""

    carnet: str
    note: str
    position: int
    number: str
    categories: tuple[str, ...]
    integrated_by: str
    integrated_at: int
    changed_at: int | None = None
    preface: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of a community's lexicon; `note` tells more, if one does."""

    key: str
    community: str
    label: str
    others: tuple[str, ...]
    definition: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    source: str
    target: str
    relation: Literal["exact", "close", "differs"]
    author: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A note proposed to a bridge."""

    note: str
    bridge: str
    proposed_by: str
    at: int
    scope: Literal["summary", "extract", "full"]
    mode: Literal["living", "fixed"]
    state: Literal["accepted", "pending", "refused", "revoked", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One step of the year that a demo can replay."""

    at: int
    kind: str
    subject: str
    words: str
