"""Decides, for every note of a sample world, its community, theme, kind and what it speaks of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from worlds.sizes import KIND_SHARES, LAB_NOTES, STUDY_NOTES, Amounts
from worlds.study import study
from worlds.themes import themes
from worlds.world_records import Community, NoteKind, Term

# The 15 notes after the study and the lab; worlds.hard_cases makes each of them difficult.
HARD_KINDS: tuple[NoteKind, ...] = (
    *("general",) * 3,
    "adaptation",
    *("veille",) * 6,
    "practice",
    *("term",) * 2,
    *("organisation",) * 2,
)
HARD_FROM = STUDY_NOTES + LAB_NOTES
WATCHED_FROM = HARD_FROM + 6  # four communities watch one address
STUDY_TERMS = (0, 4, 5, 11, 1)  # in worlds.lexicon.TERMS, what the study's term notes define
STUDY_THEME = "animation de communauté"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Parallel rows by note number. `subjects`: row of the term or organisation, else -1."""

    kinds: Sequence[NoteKind]
    communities: Sequence[Community]
    themes: Sequence[str]
    subjects: Sequence[int]
    by_theme: dict[str, Sequence[int]]


def note_key(index: int) -> str:
    return f"n{index:05}"


def outline(
    seed: int,
    amounts: Amounts,
    homes: Sequence[Community],
    terms: Sequence[Term],
    organisations: int,
) -> Outline:
    """Bigger communities write more; 85 % of what one writes is about its own trade."""
    rnd = Random(f"{seed}/outline")
    kinds = _kinds(rnd, amounts.notes)
    subjects = _subjects(kinds, len(terms), organisations)
    weights = list(accumulate(1 / (rank + 6) for rank in range(len(homes))))
    drawn = rnd.choices(homes, cum_weights=weights, k=amounts.notes)
    names = tuple(themes())
    about = [
        home.theme if rnd.random() < 0.85 else names[int(rnd.random() * len(names))]
        for home in drawn
    ]
    by_key = {home.key: home for home in homes}
    for index, (kind, subject) in enumerate(zip(kinds, subjects, strict=True)):
        if kind == "term" and index >= STUDY_NOTES:
            drawn[index] = by_key[terms[subject].community]
            about[index] = drawn[index].theme
    opened = next(home for home in homes if home.kind == "open")
    informal = next(home for home in homes if home.kind == "informal")
    drawn[:STUDY_NOTES] = [opened] * STUDY_NOTES
    drawn[STUDY_NOTES:HARD_FROM] = [informal] * LAB_NOTES
    drawn[WATCHED_FROM : WATCHED_FROM + 4] = homes[:4]
    about[:HARD_FROM] = [STUDY_THEME] * HARD_FROM
    by_theme: dict[str, list[int]] = defaultdict(list)
    for index, theme in enumerate(about):
        by_theme[theme].append(index)
    return Outline(
        kinds=kinds, communities=drawn, themes=about, subjects=subjects, by_theme={**by_theme}
    )


def _kinds(rnd: Random, notes: int) -> list[NoteKind]:
    kinds: list[NoteKind] = [chapter.kind for chapter in study()]
    lab: list[NoteKind] = ["general" for _ in range(LAB_NOTES - 3)]
    kinds += [*lab, "practice", "practice", "practice"]
    kinds += HARD_KINDS
    written = Counter(kinds)
    rest: list[NoteKind] = []
    for kind, share in KIND_SHARES[1:]:
        rest += [kind] * max(0, notes * share // 100 - written[kind])
    rest = rest[: notes - len(kinds)]
    rest += ["general"] * (notes - len(kinds) - len(rest))
    rnd.shuffle(rest)
    return kinds + rest


def _subjects(kinds: Sequence[NoteKind], terms: int, organisations: int) -> list[int]:
    words = [*STUDY_TERMS, *(row for row in range(terms) if row not in STUDY_TERMS)]
    turns: Counter[str] = Counter()
    subjects = []
    for kind in kinds:
        turn = turns[kind]
        turns[kind] += 1
        subjects.append(
            words[turn % terms]
            if kind == "term"
            else turn % organisations
            if kind == "organisation"
            else -1
        )
    return subjects
