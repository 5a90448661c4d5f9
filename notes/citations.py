"""How to cite a note: one sentence for people, and what reference managers and robots read. Pure.

The sentence is "Authors. (Year). Title. Instance (consulté le 17 juillet 2024), URL", in French or
English. Names are never taken apart: who has no family name on record stands whole in every format.
`notes.citation_formats` has the formats for programs.
"""

from __future__ import annotations

import html as escaping
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from notes.plain import CONTROLS
from notes.records import Credit

Language = Literal["fr", "en"]

_LAST_MOMENT = 253_402_300_799_000  # the year 9999: strangers may date a note as they like
_MOST_NAMES = 20  # more are cut as APA does it (7th edition, 9.8): nineteen, an ellipsis, the last
_FIRST_WORDS = 10
_FIRST_CHARACTERS = 80
_ENDS = (".", "?", "!", "…", "。", "؟")
_ISOLATE, _POP = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """`name` as shown; `family` and `given` only when the person says so herself."""

    name: str
    family: str = ""
    given: str = ""
    organisation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What is known of a note to cite. Plain texts; times in milliseconds, 0 for unknown.

    `instance` is the name of the place that publishes it, `url` what a reader opens (of the
    revision, when one is cited), `text` its plain text, for notes without a title.
    """

    uri: str
    url: str
    instance: str
    authors: tuple[Author, ...] = ()
    title: str = ""
    text: str = ""
    summary: str = ""
    published: int = 0
    updated: int | None = None
    language: str | None = None
    license: str | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    months: tuple[str, ...]
    last: str
    undated: str
    untitled: str
    accessed: str
    revision: str


_FRENCH = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WORDS: Mapping[Language, _Words] = {
    "fr": _Words(
        months=_FRENCH,
        last=" et ",
        undated="s. d.",
        untitled="Sans titre",
        accessed="consulté le",
        revision="révision",
    ),
    "en": _Words(
        months=_ENGLISH,
        last=" and ",
        undated="n.d.",
        untitled="Untitled",
        accessed="accessed",
        revision="revision",
    ),
}


def authors_from(credits: Sequence[Credit], names: Mapping[int, str]) -> tuple[Author, ...]:
    """From the credits of a note and the names shown of the actors among them.

    Who writes with the hat of an organisation is cited as that organisation, once.
    """
    found: dict[Author, None] = {}
    for one in credits:
        name = one.name if one.actor_id is None else names.get(one.actor_id, one.name)
        as_organisation = one.hat == "organisation"
        shown = one_line(one.organisation if as_organisation and one.organisation else name)
        if shown:
            found[Author(name=shown, organisation=as_organisation)] = None
    return tuple(found)


def text(cited: Cited, language: Language, *, accessed: int) -> str:
    """The sentence, for a plain text. A title in Arabic or Hebrew is isolated (UAX 9)."""
    before, instance, after = _pieces(cited, language, accessed)
    return f"{_joined(before)} {isolated(instance)} {after}, {address(cited.url)}"


def html(cited: Cited, language: Language, *, accessed: int) -> str:
    """The sentence with its instance in italics and its address as a link. Safe HTML."""
    before, instance, after = _pieces(cited, language, accessed)
    url = escaping.escape(address(cited.url))
    link = f'<a href="{url}">{url}</a>' if url.startswith(("https://", "http://")) else url
    start = escaping.escape(_joined(before), quote=False)
    name, end = (escaping.escape(part, quote=False) for part in (instance, after))
    return f"{start} <em>{name}</em> {end}, {link}"


def _pieces(cited: Cited, language: Language, accessed: int) -> tuple[list[str], str, str]:
    words = _WORDS[language]
    title = isolated(title_of(cited, language))
    if cited.revision is not None:
        title = f"{title} ({words.revision} {cited.revision})"
    year = date_of(cited.published)
    dated = f"({year.year if year else words.undated})"
    names = _names(cited.authors, words)
    before = [names, dated, title] if names else [title, dated]
    return before, one_line(cited.instance), f"({words.accessed} {day(accessed, language)})"


def _joined(parts: list[str]) -> str:
    return " ".join(part if part.rstrip(_POP).endswith(_ENDS) else f"{part}." for part in parts)


def _names(authors: Sequence[Author], words: _Words) -> str:
    names = [isolated(name) for one in authors if (name := one_line(one.name))]
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[: _MOST_NAMES - 1])}, … {names[-1]}"
    if len(names) > 1:
        return f"{', '.join(names[:-1])}{words.last}{names[-1]}"
    return "".join(names)


def title_of(cited: Cited, language: Language) -> str:
    """Its title, else its first words, on one line."""
    title = one_line(cited.title)
    if title:
        return title
    words = one_line(cited.text[:2000]).split(" ")
    start = " ".join(words[:_FIRST_WORDS])
    if len(start) > _FIRST_CHARACTERS:
        start = start[:_FIRST_CHARACTERS].rpartition(" ")[0] or start[:_FIRST_CHARACTERS]
    if not start:
        return _WORDS[language].untitled
    return start if start == " ".join(words) else start.rstrip(" ,;:") + "…"


def day(moment: int, language: Language) -> str:
    """ "17 juillet 2024", "1er août 2024", "17 July 2024", in UTC; empty when unknown."""
    date = date_of(moment)
    if date is None:
        return ""
    first = "1er" if language == "fr" and date.day == 1 else str(date.day)
    return f"{first} {_WORDS[language].months[date.month - 1]} {date.year}"


def date_of(moment: int | None) -> datetime | None:
    """None for unknown and for what no calendar holds."""
    if not moment or not 0 < moment <= _LAST_MOMENT:
        return None
    return datetime.fromtimestamp(moment // 1000, UTC)


def one_line(value: str) -> str:
    """NFC, without controls; every blank and line end becomes one space."""
    return " ".join(CONTROLS.sub(" ", unicodedata.normalize("NFC", value)).split())


def isolated(value: str) -> str:
    """Text that holds letters written from right to left, kept from turning its neighbours."""
    if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in value):
        return f"{_ISOLATE}{value}{_POP}"
    return value


def address(url: str) -> str:
    """A URL that no format can take for something else: blanks, quotes and braces encoded."""
    encoded = {char: f"%{ord(char):02X}" for char in ' "<>\\^`{|}'}
    return "".join(encoded.get(char, char) for char in one_line(url))
