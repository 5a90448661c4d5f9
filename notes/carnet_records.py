"""Carnets as frozen records. Times are milliseconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, Self

from notes.records import Credit, Visibility
from storage.engine import Row

Slot = Literal["toc", "abstract", "references"]
Mode = Literal["living", "fixed"]
Role = Literal["owner", "contributor"]
SLOTS: tuple[Slot, ...] = ("toc", "abstract", "references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """`id` 0 for one that is not stored yet."""

    name: str
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryList:
    name: str
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carnet:
    """`title`, `short_title` and `summary` are plain text, `context` and `guide` clean HTML.

    `mode` is what a new entry shows unless it says otherwise: the living note, or the revision it
    had when it was integrated.
    """

    id: int = 0
    uri: str
    local: bool = True
    title: str
    short_title: str = ""
    summary: str = ""
    context: str = ""
    context_source: str = ""
    guide: str = ""
    guide_source: str = ""
    cover: str | None = None
    cover_alt: str = ""
    license: str | None = None
    language: str | None = None
    community_id: int | None = None
    created_by: int
    visibility: Visibility = "public"
    mode: Mode = "living"
    published: int = 0
    updated: int = 0

    @property
    def name_in_context(self) -> str:
        """How its notes name it."""
        return self.short_title or self.title

    @classmethod
    def from_row(cls, row: Row) -> Self:
        values = {name: row[name] for name in CARNET_COLUMNS}
        return cls(**{**values, "local": bool(values["local"])})


CARNET_COLUMNS = tuple(one.name for one in fields(Carnet))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotNote:
    """A note with a role in the carnet, as far as the viewer may read it."""

    id: int
    uri: str
    url: str | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A carnet with what belongs to it as a whole. Owners and contributors are actor ids."""

    carnet: Carnet
    owners: tuple[int, ...] = ()
    contributors: tuple[int, ...] = ()
    lists: tuple[CategoryList, ...] = ()
    slots: Mapping[Slot, SlotNote] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What an entry says about its note, in this carnet only.

    `depth` is 1 to 6. `pinned` is the number of the revision shown, None for the living note.
    """

    depth: int = 1
    numbered: bool = True
    categories: tuple[int, ...] = ()
    preface: str = ""
    preface_source: str = ""
    pinned: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as stored: for whoever changes it, never for readers."""

    id: int
    uri: str
    carnet_id: int
    kind: str
    state: str
    position: int
    depth: int
    note_id: int | None
    integrated_by: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        return cls(**{one.name: row[one.name] for one in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCard:
    """A note as a line of a carnet names it; title and summary of the revision shown."""

    id: int
    uri: str
    url: str | None
    kind: str
    title: str
    summary: str
    author_id: int
    authors: tuple[Credit, ...]
    community_id: int | None
    language: str | None
    license: str | None
    local: bool
    published: int
    updated: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a carnet as its viewer sees it: a note, a heading, or the stub of a note.

    `number` is computed ("4.13"), "" for stubs and what isn't numbered. `pinned` is the revision
    shown and `current` the newest one, both None for a living note.
    """

    id: int
    uri: str
    kind: Literal["note", "heading", "stub"]
    depth: int
    number: str
    title: str
    note: NoteCard | None
    reason: str
    categories: tuple[int, ...]
    preface: str
    pinned: int | None
    current: int | None
    integrated_by: int
    integrated_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A carnet's table of contents. `count`: notes the viewer may read, in all categories."""

    cover: Cover
    lines: tuple[Line, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A note's place in a carnet. `previous` and `next` are its neighbours in reading order among
    the notes the viewer may read; `headings` what it stands under, from the outermost."""

    cover: Cover
    line: Line
    headings: tuple[Line, ...]
    previous: Line | None
    next: Line | None
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarnetCard:
    """A carnet that holds a note, with what it says about it. `size`: notes the viewer may read."""

    id: int
    uri: str
    title: str
    short_title: str
    size: int
    integrated_by: int
    integrated_at: int
    categories: tuple[Category, ...]
