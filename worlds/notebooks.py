"""Binds the carnets of a sample world: the study, the lab, and those the communities keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from worlds.articles import MINUTE, STUDY_DAY, STUDY_EVENING, Stamps
from worlds.casting import DAY, END, HOUR
from worlds.hard_cases import CASES
from worlds.outlines import HARD_FROM, Outline, note_key
from worlds.people_names import username
from worlds.prose import Prose
from worlds.sizes import LAB_NOTES, STUDY_NOTES, Amounts
from worlds.study import LAB_SUMMARY, LAB_TITLE, STUDY_SUMMARY, STUDY_TITLE, Chapter, study
from worlds.wordings import GUIDE
from worlds.world_records import Carnet, Community, Entry, Slots

_CHAPTERS: tuple[Chapter, ...] = study()
# In a carnet in every world: a note that was deleted, and one under another licence.
_WANTED = (*CASES["deleted-entry"], *CASES["licence-conflict"])
_LISTS = (
    ("Thème", ("repères", "récits", "outils", "controverses", "portraits")),
    ("Étape", ("découvrir", "essayer", "installer", "transmettre")),
    ("Public", ("débutant·es", "équipes", "élu·es", "partenaires")),
)
_NAMES = (
    "{^ objet} : carnet de bord",
    "{^ verbe}",
    "Carnet {du theme}",
    "{^ objet} en {#4-9} étapes",
    "Ce que nous savons {du objet}",
    "{^ souci} : dossier ouvert",
    "Boîte à outils : {theme}",
)
_SUMMARIES = (
    "Des notes choisies pour {verbe}, dans l’ordre où nous aurions aimé les lire.",
    "Ce qu’il faut avoir lu avant de s’occuper {du objet}.",
    "Le fil {du objet}, saison après saison, avec {le gens}.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One row of note numbers per carnet, in reading order."""

    rows: Sequence[Sequence[int]]


def shelf(seed: int, amounts: Amounts, outline: Outline) -> Shelf:
    """Fills the carnets so that exactly `amounts.shared_notes` notes are in two of them.

    Notes lie sorted by theme, so that a carnet has one theme or two; the shared ones come a second
    time at the end, once more by theme.
    """
    rnd = Random(f"{seed}/shelf")
    others = list(range(HARD_FROM, amounts.notes))
    rnd.shuffle(others)
    others.sort(key=lambda row: row not in _WANTED)
    from_first = min(HARD_FROM, amounts.shared_notes) if amounts.notes < 200 else 20
    first = rnd.sample(range(HARD_FROM), from_first)
    twice = others[: amounts.shared_notes - from_first]
    sizes = _sizes(rnd, amounts.carnets - 2, len(others) + len(first) + len(twice))
    singles = sum(sizes) - len(twice) - len(first)
    once = sorted(others[:singles], key=lambda row: (outline.themes[row], row))
    again = sorted(first + twice, key=lambda row: (outline.themes[row], row))
    rows = _dealt([*once, *again], sizes)
    return Shelf(rows=(range(STUDY_NOTES), range(STUDY_NOTES, HARD_FROM), *rows))


def _sizes(rnd: Random, carnets: int, most: int) -> list[int]:
    """3 to 40 notes each, mostly few, at most `most` together."""
    sizes = [min(40, 3 + int(rnd.expovariate(1 / 9))) for _ in range(carnets)]
    if carnets == 2:
        return [13, 8]
    while sum(sizes) > most:
        largest = max(range(carnets), key=sizes.__getitem__)
        sizes[largest] = max(3, sizes[largest] // 2)
    return sizes


def _dealt(rows: Sequence[int], sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Consecutive hands; none holds the same note twice."""
    left = list(rows)
    hands = []
    for size in sizes:
        hand: dict[int, None] = {}
        kept: list[int] = []
        while len(hand) < size and left:
            row = left.pop(0)
            kept.append(row) if row in hand else hand.setdefault(row)
        left[:0] = kept
        hands.append(tuple(hand))
    return hands


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What carnets are made from. `stamps` tells a note's times by number."""

    seed: int
    outline: Outline
    shelf: Shelf
    members: Mapping[str, Sequence[str]]
    stamps: Callable[[int], Stamps]


def carnets(binding: Binding, taken: set[str]) -> list[Carnet]:
    """The study first, the lab second."""
    found = [_study(binding, taken), _lab(binding, taken)]
    for index in range(2, len(binding.shelf.rows)):
        found.append(_carnet(binding, index, taken))
    return found


def _study(binding: Binding, taken: set[str]) -> Carnet:
    community = binding.outline.communities[0]
    parts = tuple(dict.fromkeys(c.category for c in _CHAPTERS if c.category))
    return _bound(
        binding,
        0,
        taken,
        title=STUDY_TITLE,
        summary=STUDY_SUMMARY,
        managers=tuple(binding.members[community.key][:1]),
        categories=(("Partie", parts),),
        slots=Slots(
            contents=note_key(1), abstract=note_key(0), references=note_key(STUDY_NOTES - 1)
        ),
        created=STUDY_DAY - DAY,
    )


def _lab(binding: Binding, taken: set[str]) -> Carnet:
    community = binding.outline.communities[STUDY_NOTES]
    return _bound(
        binding,
        1,
        taken,
        title=LAB_TITLE,
        summary=LAB_SUMMARY,
        managers=tuple(binding.members[community.key][:3]),
        categories=(),
        slots=Slots(),
        created=binding.stamps(STUDY_NOTES).published,
    )


def _carnet(binding: Binding, index: int, taken: set[str]) -> Carnet:
    rnd = Random(f"{binding.seed}/carnet/{index}")
    rows = binding.shelf.rows[index]
    middle = rows[len(rows) // 2]
    community = binding.outline.communities[middle]
    prose = Prose(rnd, binding.outline.themes[middle])
    members = binding.members[community.key]
    people = rnd.sample(members, min(len(members), rnd.randint(1, 4)))
    return _bound(
        binding,
        index,
        taken,
        title=prose.pick(_NAMES),
        summary=prose.pick(_SUMMARIES),
        managers=tuple(people[:1]),
        contributors=tuple(people[1:]),
        categories=tuple(_LISTS[: rnd.randint(0, 3)]) if index > 3 else _LISTS[:2],
        slots=Slots(abstract=note_key(rows[0])) if rnd.random() < 0.3 else Slots(),
        created=END - rnd.randrange(30, 500) * DAY,
        visibility="community" if community.kind == "private" and rnd.random() < 0.6 else "public",
    )


def _bound(
    binding: Binding,
    index: int,
    taken: set[str],
    *,
    title: str,
    summary: str,
    managers: tuple[str, ...],
    categories: tuple[tuple[str, tuple[str, ...]], ...],
    slots: Slots,
    created: int,
    contributors: tuple[str, ...] = (),
    visibility: str = "public",
) -> Carnet:
    rows = binding.shelf.rows[index]
    community: Community = binding.outline.communities[rows[len(rows) // 2]]
    prose = Prose(Random(f"{binding.seed}/guide/{index}"), community.theme)
    return Carnet(
        key=f"k{index:04}",
        username=username(f"carnet_{title}", taken),
        title=title,
        summary=summary,
        instance=community.instance,
        community=community.key,
        managers=managers,
        contributors=contributors,
        categories=categories,
        slots=slots,
        guide=prose.say(GUIDE),
        licence=community.licence or "CC-BY-SA-4.0",
        visibility="community" if visibility == "community" else "public",
        created=created,
        size=len(rows),
    )


def entries(binding: Binding, carnet: Carnet, index: int) -> tuple[Entry, ...]:
    """The carnet's notes in reading order, with who put them there and when."""
    if index == 0:
        return tuple(_study_entry(carnet, position) for position in range(STUDY_NOTES))
    if index == 1:
        return tuple(_lab_entry(binding, carnet, position) for position in range(LAB_NOTES))
    rnd = Random(f"{binding.seed}/entries/{index}")
    rows = binding.shelf.rows[index]
    return tuple(_entry(rnd, binding, carnet, position, row) for position, row in enumerate(rows))


def _study_entry(carnet: Carnet, position: int) -> Entry:
    """Put in one after the other from 10:17, corrected together in the evening."""
    chapter = _CHAPTERS[position]
    return Entry(
        carnet=carnet.key,
        note=note_key(position),
        position=position,
        number=chapter.number,
        categories=(chapter.category,) if chapter.category else (),
        integrated_by=carnet.managers[0],
        integrated_at=STUDY_DAY + 4 * HOUR + (17 + 7 * position) * MINUTE,
        changed_at=STUDY_EVENING + position * MINUTE,
    )


def _lab_entry(binding: Binding, carnet: Carnet, position: int) -> Entry:
    """Months after it was published."""
    note = binding.stamps(STUDY_NOTES + position)
    return Entry(
        carnet=carnet.key,
        note=note_key(STUDY_NOTES + position),
        position=position,
        number="",
        categories=(),
        integrated_by=carnet.managers[-1],
        integrated_at=note.published + 134 * DAY,
        changed_at=note.updated,
    )


def _entry(rnd: Random, binding: Binding, carnet: Carnet, position: int, row: int) -> Entry:
    note = binding.stamps(row)
    first = max(note.published, carnet.created)
    pinned = note.states > 1 and rnd.random() < 0.15
    people = (*carnet.managers, *carnet.contributors)
    prose = Prose(rnd, binding.outline.themes[row])
    lists = carnet.categories
    return Entry(
        carnet=carnet.key,
        note=note_key(row),
        position=position,
        number=str(position + 1) if carnet.categories else "",
        categories=tuple(words[(row + int(carnet.key[1:])) % len(words)] for _, words in lists),
        integrated_by=rnd.choice(people),
        integrated_at=first + rnd.randrange(1, max(2, END - first)),
        preface=prose.one("prefaces") if rnd.random() < 0.15 else "",
        revision=rnd.randint(1, note.states) if pinned else None,
    )
