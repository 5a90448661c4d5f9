"""Writes Markdown in three languages from the phrase banks: paragraphs, lists, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from worlds import english, phrases, wordings
from worlds.grammar import Banks, pick, say
from worlds.people_names import GIVEN, TOWNS
from worlds.themes import themes

_GROUPS: dict[str, Mapping[str, Sequence[str]]] = {
    "fr": {
        "opening": phrases.OPENING,
        "telling": phrases.TELLING,
        "counting": phrases.COUNTING,
        "doubting": phrases.DOUBTING,
        "quoting": phrases.QUOTING,
        "learning": phrases.LEARNING,
        "deciding": phrases.DECIDING,
        "bullets": phrases.BULLETS,
        "steps": phrases.STEPS,
        "sections": phrases.SECTIONS,
        "quoted": phrases.QUOTED,
        "watched": wordings.WATCHED,
        "presenting": wordings.ORGANISATION_LINES,
        "abstracts": wordings.ABSTRACTS,
        "replies": wordings.REPLIES,
        "more": wordings.REPLY_MORE,
        "prefaces": wordings.PREFACES,
        "reasons": wordings.REASONS,
    },
    "en": {
        "opening": english.OPENING,
        "telling": english.TELLING,
        "counting": english.TELLING,
        "doubting": english.DOUBTING,
        "quoting": tuple(f"“{words}”" for words in english.QUOTED),
        "learning": english.LEARNING,
        "deciding": english.DOUBTING,
        "bullets": english.BULLETS,
        "steps": english.BULLETS,
        "sections": english.SECTIONS,
        "quoted": english.QUOTED,
        "watched": english.LEARNING,
        "abstracts": english.ABSTRACTS,
        "replies": english.REPLIES,
        "more": english.LEARNING,
    },
}
_PARAGRAPHS = (
    ("telling", "telling", "counting"),
    ("telling", "quoting", "learning"),
    ("doubting", "telling", "learning"),
    ("telling", "telling", "telling", "doubting"),
    ("quoting", "telling", "learning"),
    ("telling", "doubting", "quoting", "telling"),
    ("learning", "telling", "deciding"),
)


@cache
def banks(theme: str, language: str = "fr") -> Banks:
    """Everything a template may ask for in a text about `theme`, in French or English."""
    found: dict[str, Sequence[str]] = dict(phrases.SMALL_BANKS)
    found |= {"ville": TOWNS, "prenom": GIVEN, "role": wordings.ROLES}
    found["parole"] = _GROUPS[language]["quoted"]
    trade = themes()[theme]
    *things, people, worry = trade["en"]
    return {**found, **trade, "thing": things, "who": (people,), "worry": (worry,)}


class Prose:
    """One writer at work on one text, who repeats no sentence while others are left."""

    def __init__(self, rnd: Random, theme: str, language: str = "fr") -> None:
        self.rnd = rnd
        self.language = language
        self.tags = tuple(str(tag) for tag in themes()[theme]["tags"])
        self._banks = banks(theme, "en" if language == "en" else "fr")
        self._groups = _GROUPS["en" if language == "en" else "fr"]
        self._left: dict[str, list[str]] = {}

    def say(self, template: str) -> str:
        return say(self.rnd, template, self._banks)

    def pick(self, templates: Sequence[str]) -> str:
        return pick(self.rnd, templates, self._banks)

    def one(self, group: str) -> str:
        """A sentence of the group, the ones not yet said first."""
        left = self._left.get(group)
        if not left:
            left = self._left[group] = list(self._groups[group])
        index = int(self.rnd.random() * len(left))
        left[index], left[-1] = left[-1], left[index]
        return self.say(left.pop())

    def paragraph(self) -> str:
        if self.language == "es":
            return self.spanish()
        return " ".join(map(self.one, self.rnd.choice(_PARAGRAPHS)))

    def opening(self) -> str:
        if self.language == "es":
            return self.spanish()
        return f"{self.one('opening')} {self.one('telling')} {self.one('learning')}"

    def spanish(self) -> str:
        lines = self.rnd.sample(english.SPANISH, 3)
        return " ".join(self.say(line) for line in lines)

    def heading(self, level: int = 2, number: str = "") -> str:
        words = "Notas" if self.language == "es" else self.one("sections")
        return f"{'#' * level} {number}{' ' if number else ''}{words}"

    def bullets(self, least: int = 3, most: int = 6) -> str:
        """French lists close each line with a semicolon and the last one with a full stop."""
        ending = "" if self.language == "en" else "\u00a0;"
        many = self.rnd.randint(least, most)
        lines = [f"- {self.one('bullets')}" for _ in range(many)]
        return f"{ending}\n".join(lines) + ("." if ending else "")

    def steps(self, least: int = 3, most: int = 7) -> str:
        many = self.rnd.randint(least, most)
        return "\n".join(f"{n}. {self.one('steps')}" for n in range(1, many + 1))

    def quotation(self) -> str:
        who = self.rnd.choice(GIVEN)
        if self.language == "en":
            return f"> “{self.one('quoted')}”\n>\n> {who}, {self.rnd.choice(TOWNS)}"
        return f"> «\u00a0{self.one('quoted')}\u00a0»\n>\n> {who}, {self.rnd.choice(TOWNS)}"

    def table(self) -> str:
        """A small table of figures by town."""
        head = "| Lieu | Personnes | Séances |\n|:-----|----------:|--------:|"
        if self.language == "en":
            head = "| Place | People | Meetings |\n|:------|-------:|---------:|"
        lines = [
            f"| {town} | {self.rnd.randint(6, 90)} | {self.rnd.randint(2, 24)} |"
            for town in self.rnd.sample(TOWNS, 3)
        ]
        return "\n".join((head, *lines))

    def hashtags(self) -> str:
        return " ".join(f"#{tag}" for tag in self.rnd.sample(self.tags, self.rnd.randint(1, 3)))
