"""Writes the notes of a sample world, any one of them on its own, and the states each went through.

A note depends on the seed and on its number alone: notes can be made in any order, once or twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from worlds import bodies, english
from worlds.bodies import Reference
from worlds.casting import DAY, END, HOUR
from worlds.outlines import HARD_FROM, Outline, note_key
from worlds.prose import Prose
from worlds.sizes import STUDY_NOTES, Amounts
from worlds.study import LAB_PLAN, Chapter, study
from worlds.wordings import ABSTRACTS, TITLES
from worlds.world_records import (
    Attachment,
    Author,
    Community,
    Membership,
    Note,
    Organisation,
    Person,
    Revision,
    Term,
    Visibility,
)

MINUTE = 60_000
# All of the study was put in on one morning and corrected the same evening.
STUDY_DAY = END - 260 * DAY
STUDY_EVENING = STUDY_DAY + 12 * HOUR

_OPEN: tuple[tuple[Visibility, ...], tuple[int, ...]] = (
    ("public", "unlisted", "followers", "community", "direct", "me"),
    (82, 5, 4, 6, 1, 2),
)
_PRIVATE: tuple[tuple[Visibility, ...], tuple[int, ...]] = (
    ("community", "public", "circle", "passerelle", "unlisted", "followers", "direct", "me"),
    (55, 24, 7, 5, 3, 2, 1, 3),
)
_FILES = (
    ("affiche.png", "image/png", "Affiche de la rencontre, lettres vertes sur fond crème."),
    ("salle.jpg", "image/jpeg", "Chaises en rond dans une salle claire, un tableau au fond."),
    ("carte.png", "image/png", "Carte tracée à la main, quatre villages et une rivière."),
    ("grille.pdf", "application/pdf", "Grille d’observation vierge, une page."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What notes are made from."""

    seed: int
    amounts: Amounts
    outline: Outline
    people: Mapping[str, Person]
    members: Mapping[str, Sequence[Membership]]
    terms: Sequence[Term]
    terms_of: Mapping[str, Sequence[str]]
    organisations: Sequence[Organisation]

    def drawing(self, *words: object) -> Random:
        return Random("/".join(map(str, (self.seed, *words))))


_CHAPTERS: tuple[Chapter, ...] = study()
_LINK = re.compile(r"\(note:(n\d+)\)")


def title(sources: Sources, index: int) -> str:
    """The title of note `index`; "" for one watched item in six."""
    kind, subject = sources.outline.kinds[index], sources.outline.subjects[index]
    if index < STUDY_NOTES:
        return _CHAPTERS[index].title
    if index < HARD_FROM:
        return LAB_PLAN[index - STUDY_NOTES]
    if kind == "term":
        return sources.terms[subject].label
    rnd = sources.drawing("title", index)
    prose = Prose(rnd, sources.outline.themes[index])
    if kind == "organisation":
        return prose.pick(TITLES[kind]).replace("@", sources.organisations[subject].name)
    if kind == "veille" and rnd.random() < 0.16:
        return ""
    language = tongue(sources, index)
    if language != "fr":
        return prose.pick(english.TITLES if language == "en" else english.SPANISH_TITLES)
    return prose.pick(TITLES[kind])


def tongue(sources: Sources, index: int) -> str:
    """Nine notes in ten are French; terms, portraits, the study and the hard ones always."""
    kind = sources.outline.kinds[index]
    if index < HARD_FROM + 15 or kind in ("term", "organisation", "adaptation"):
        return "fr"
    drawn = sources.drawing("tongue", index).random()
    return "en" if drawn < 0.10 else "es" if drawn < 0.12 else "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """`states`: how many versions there are, the first included."""

    published: int
    updated: int | None
    states: int


def plain_note(sources: Sources, index: int, *, whole: bool = True) -> Note:
    """Note `index` before anything difficult happens to it; without its text if not `whole`."""
    rnd = sources.drawing("note", index)
    community, kind = sources.outline.communities[index], sources.outline.kinds[index]
    theme, language = sources.outline.themes[index], tongue(sources, index)
    times = stamps(sources, index)
    visibility = _visibility(rnd, index, community)
    subject = sources.outline.subjects[index]
    watched = bodies.address(Prose(rnd, theme)) if kind == "veille" else None
    body = _body(sources, index, watched or "") if whole else ""
    maturity = _maturity(rnd, index)
    ripe = maturity == "ripe" and rnd.random() < 0.4
    return Note(
        key=note_key(index),
        kind=kind,
        community=community.key,
        circle=community.circles[0].key if visibility == "circle" else None,
        theme=theme,
        authors=tuple(
            _hat(rnd, sources.people[member.person]) for member in _authors(sources, index)
        ),
        title=title(sources, index),
        abstract=_abstract(Prose(rnd, theme, language), kind),
        body=body,
        language=language,
        licence=community.licence if rnd.random() < 0.9 else rnd.choice((None, "CC-BY-4.0")),
        visibility=visibility,
        replies_from=_repliers(rnd, visibility),
        maturity=maturity,
        published=times.published,
        updated=times.updated,
        received=times.published + rnd.randint(400, 90_000),
        review_by=times.published + 365 * DAY if ripe else None,
        terms=_terms(rnd, sources, index),
        links=links_in(body),
        watched=watched,
        adapted_from=links_in(body)[0] if kind == "adaptation" and whole else None,
        organisation=sources.organisations[subject].key if kind == "organisation" else None,
        attachments=tuple(_attachments(rnd)),
        revisions=times.states,
    )


def links_in(body: str) -> tuple[str, ...]:
    """The keys of the notes a text links to, each once."""
    return tuple(dict.fromkeys(_LINK.findall(body)))


def _authors(sources: Sources, index: int) -> list[Membership]:
    rnd = sources.drawing("authors", index)
    members = sources.members[sources.outline.communities[index].key]
    if index < HARD_FROM:
        return list(members[: 1 if index < STUDY_NOTES else 3])
    drawn = rnd.random()
    many = 1 if drawn < 0.6 else 2 if drawn < 0.84 else rnd.randint(3, 5 if drawn < 0.97 else 12)
    return rnd.sample(members, min(many, len(members)))


def _hat(rnd: Random, person: Person) -> Author:
    hats = person.organisations
    return Author(person=person.key, hat=rnd.choice(hats) if hats and rnd.random() < 0.35 else None)


def stamps(sources: Sources, index: int) -> Stamps:
    """When note `index` was published and last changed: never before its authors had joined."""
    rnd = sources.drawing("times", index)
    published, updated, states = _times(rnd, sources, index)
    return Stamps(published=published, updated=updated, states=states)


def _times(rnd: Random, sources: Sources, index: int) -> tuple[int, int | None, int]:
    if index < STUDY_NOTES:
        return STUDY_DAY - rnd.randrange(1, 60) * DAY, STUDY_EVENING + index * MINUTE, 2
    first = max(member.joined for member in _authors(sources, index))
    if index < HARD_FROM:
        published = max(first, END - 700 * DAY) + (index - STUDY_NOTES) * HOUR
        return published, published + 430 * DAY, 3
    # Nobody writes at night: between 6:00 and 22:00 UTC of some day.
    day = rnd.randrange(first // DAY + 1, END // DAY - 20)
    published = day * DAY + 6 * HOUR + rnd.randrange(16 * HOUR)
    most = sources.amounts.most_revisions
    states = min(most, max(1, int(rnd.lognormvariate(0.35, 0.8))))
    if states == 1:
        return published, None, 1
    gap = END - published - DAY
    return published, published + HOUR + rnd.randrange(min(gap, 200 * DAY)), states


def _visibility(rnd: Random, index: int, community: Community) -> Visibility:
    if index < HARD_FROM:
        return "public"
    words, weights = _PRIVATE if community.kind == "private" else _OPEN
    drawn = rnd.choices(words, weights)[0]
    return "community" if drawn == "circle" and not community.circles else drawn


def _repliers(
    rnd: Random, visibility: Visibility
) -> Literal["everyone", "followers", "members", "nobody"]:
    if visibility not in ("public", "unlisted"):
        return "members"
    drawn = rnd.random()
    if drawn < 0.8:
        return "everyone"
    return "members" if drawn < 0.92 else "followers" if drawn < 0.97 else "nobody"


def _maturity(rnd: Random, index: int) -> Literal["draft", "in_progress", "ripe"]:
    drawn = rnd.random()
    return (
        "ripe" if index < HARD_FROM or drawn < 0.6 else "in_progress" if drawn < 0.87 else "draft"
    )


def _references(rnd: Random, sources: Sources, index: int) -> list[Reference]:
    many = rnd.choices((0, 1, 2, 3), (35, 35, 20, 10))[0]
    if sources.outline.kinds[index] == "adaptation":
        many = 1
    same = sources.outline.by_theme[sources.outline.themes[index]]
    if index < STUDY_NOTES:
        same = range(STUDY_NOTES)
    chosen = dict.fromkeys(same[int(rnd.random() * len(same))] for _ in range(many))
    others = [row for row in chosen if row != index] or ([rnd.randrange(3, 60)] if many else [])
    return [Reference(key=note_key(row), title=title(sources, row)) for row in others]


def _terms(rnd: Random, sources: Sources, index: int) -> tuple[str, ...]:
    if sources.outline.kinds[index] == "term":
        return (sources.terms[sources.outline.subjects[index]].key,)
    known = sources.terms_of.get(sources.outline.communities[index].key, ())
    if HARD_FROM > index >= STUDY_NOTES or not known:
        return ()
    return tuple(rnd.sample(known, min(len(known), rnd.choices((0, 1, 2, 3), (40, 30, 20, 10))[0])))


def _abstract(prose: Prose, kind: str) -> str:
    if kind == "veille" or prose.language == "es":
        return ""
    return prose.pick(ABSTRACTS if prose.language == "fr" else english.ABSTRACTS)


def _attachments(rnd: Random) -> list[Attachment]:
    if rnd.random() > 0.12:
        return []
    name, media_type, alt = rnd.choice(_FILES)
    return [Attachment(name=name, media_type=media_type, alt=alt)]


def _body(sources: Sources, index: int, watched: str) -> str:
    rnd = sources.drawing("body", index)
    prose = Prose(rnd, sources.outline.themes[index], tongue(sources, index))
    references = _references(rnd, sources, index)
    kind, subject = sources.outline.kinds[index], sources.outline.subjects[index]
    if index == 1:
        return _contents()
    if kind == "veille":
        return bodies.watched(prose, references, address=watched)
    if kind == "term":
        return bodies.term(prose, references, definition=sources.terms[subject].definition)
    if kind == "organisation":
        return bodies.organisation(prose, references, town=sources.organisations[subject].town)
    if kind == "adaptation":
        return bodies.adaptation(prose, references[0])
    if STUDY_NOTES <= index < HARD_FROM:
        return bodies.lab(prose, references)
    if kind == "practice":
        return bodies.practice(prose, references)
    number = _CHAPTERS[index].number if index < STUDY_NOTES else ""
    return bodies.general(prose, references, number=number)


def _contents() -> str:
    """The study's table of contents, typed by hand as its author did."""
    lines = [
        f"- {chapter.number} {Reference(key=note_key(row), title=chapter.title).link}"
        for row, chapter in enumerate(_CHAPTERS)
    ]
    return "\n".join(lines)


def revisions(sources: Sources, note: Note) -> tuple[Revision, ...]:
    """The states the note went through, each adding to the one before; the last is the note."""
    rnd = sources.drawing("revisions", note.key)
    prose = Prose(rnd, note.theme)
    blocks = note.body.split("\n\n")
    end = note.updated if note.updated is not None else note.published
    states = []
    for number in range(1, note.revisions + 1):
        share = number / note.revisions
        kept = max(1, round(len(blocks) * (0.5 + share / 2)))
        elapsed = 0 if number == 1 else (end - note.published) * (number - 1)
        states.append(
            Revision(
                note=note.key,
                number=number,
                author=rnd.choice(note.authors).person,
                at=note.published + elapsed // max(1, note.revisions - 1),
                reason="" if number == 1 else prose.one("reasons"),
                title=note.title,
                body="\n\n".join(blocks[:kept]),
            )
        )
    states[-1] = replace(states[-1], body=note.body)
    return tuple(states)
