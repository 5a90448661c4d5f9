"""The bodies of notes: each kind of note has its own build, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worlds.prose import Prose
from worlds.wordings import ADDRESSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another note to link to."""

    key: str
    title: str

    @property
    def link(self) -> str:
        words = (self.title or "cette note").replace("[", "(").replace("]", ")")
        return f"[{words.replace('|', '-')}](note:{self.key})"


def general(prose: Prose, references: Sequence[Reference], *, number: str = "") -> str:
    """An essay of some sections; with a chapter's `number` its headings are numbered below it."""
    blocks = [prose.opening()]
    for section in range(1, (prose.rnd.randint(4, 8) if number else prose.rnd.randint(2, 4)) + 1):
        blocks.append(prose.heading(number=f"{number}.{section}." if number else ""))
        blocks += [prose.paragraph() for _ in range(prose.rnd.randint(1, 3))]
        if prose.language != "es":
            blocks += _garnish(prose)
    return _joined(prose, blocks, references)


def _garnish(prose: Prose) -> list[str]:
    drawn = prose.rnd.random()
    if drawn < 0.22:
        return [prose.bullets()]
    if drawn < 0.40:
        return [prose.quotation()]
    if drawn < 0.46:
        return [prose.table()]
    if drawn < 0.52:
        return [prose.steps()]
    return []


def watched(prose: Prose, references: Sequence[Reference], *, address: str) -> str:
    """A link, two or three sentences, what to keep of it."""
    blocks = [address]
    if prose.language == "es":
        blocks.append(prose.spanish())
    else:
        blocks.append(" ".join(prose.one("watched") for _ in range(prose.rnd.randint(1, 3))))
        if prose.rnd.random() < 0.4:
            blocks += ["**À garder**" if prose.language == "fr" else "**Worth keeping**"]
            blocks += [prose.bullets(2, 4)]
        if prose.rnd.random() < 0.3:
            blocks.append(prose.paragraph())
    return _joined(prose, blocks, references[:1])


def practice(prose: Prose, references: Sequence[Reference]) -> str:
    """How to do something, step by step."""
    french = prose.language != "en"
    heads = ("Pourquoi", "Déroulé", "Il faut", "Points de vigilance")
    why, steps, needs, care = heads if french else ("Why", "Steps", "You need", "Take care")
    blocks = [f"## {why}", prose.opening(), f"## {steps}", prose.steps(5, 8)]
    blocks += [f"## {needs}", prose.bullets(3, 5), f"## {care}", prose.paragraph()]
    if prose.rnd.random() < 0.4:
        blocks += [prose.table(), prose.one("counting")]
    return _joined(prose, blocks, references)


def term(prose: Prose, references: Sequence[Reference], *, definition: str) -> str:
    """A definition, how the word is used, where it rubs."""
    blocks = [f"**{definition}**", "## Emplois", prose.paragraph(), prose.quotation()]
    blocks += ["## À ne pas confondre", prose.one("doubting")]
    return _joined(prose, blocks, references)


def organisation(prose: Prose, references: Sequence[Reference], *, town: str) -> str:
    """A portrait."""
    lines = [prose.one("presenting") for _ in range(4)]
    blocks = [" ".join(lines[:2]), "## Ce qu’on y trouve", " ".join(lines[2:]), prose.bullets(2, 4)]
    blocks += [
        "## En pratique",
        f"| | |\n|---|---|\n| Commune | {town} |\n| Accueil | sur rendez-vous |",
    ]
    return _joined(prose, blocks, references)


def adaptation(prose: Prose, source: Reference) -> str:
    """A note told again for other readers."""
    blocks = [f"*Adapté de {source.link}.*", "## Ce qui change ici", prose.paragraph()]
    blocks += [prose.bullets(), "## Le texte adapté", prose.paragraph(), prose.paragraph()]
    return _joined(prose, blocks, ())


def lab(prose: Prose, references: Sequence[Reference]) -> str:
    """The pattern of the lab, its lead said twice as people do."""
    lead = prose.paragraph()
    blocks = [
        lead,
        "## CONTEXTE ET DÉFIS",
        lead,
        prose.paragraph(),
        "## PISTES",
        prose.bullets(4, 6),
    ]
    blocks += [prose.paragraph(), "## MISE EN ACTION", prose.steps(3, 5), prose.one("deciding")]
    return _joined(prose, blocks, references)


def long_text(prose: Prose, words: int) -> str:
    """An essay of at least so many words."""
    blocks = [prose.opening()]
    counted, section = 0, 0
    while counted < words:
        section += 1
        added = [prose.heading(number=f"{section}.")]
        added += [prose.paragraph() for _ in range(4)]
        blocks += [*added, *_garnish(prose)]
        counted += sum(len(block.split()) for block in added)
    return "\n\n".join(blocks)


def _joined(prose: Prose, blocks: Sequence[str], references: Sequence[Reference]) -> str:
    end = []
    if references:
        words = {"en": "See also", "es": "Véase también"}.get(prose.language, "Voir aussi\u00a0")
        end.append(f"{words}: " + ", ".join(reference.link for reference in references) + ".")
    return "\n\n".join((*blocks, *end, prose.hashtags()))


def address(prose: Prose) -> str:
    """An address nobody owns (RFC 2606), as of something read."""
    words = "-".join(prose.rnd.sample(("retour", "enquete", "guide", "recit", "atlas", "notes"), 2))
    year, number = prose.rnd.randint(2019, 2026), prose.rnd.randint(1, 999)
    return f"https://{prose.rnd.choice(ADDRESSES)}/{year}/{words}-{number}"
