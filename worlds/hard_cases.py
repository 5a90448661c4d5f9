"""Makes fifteen notes of every sample world difficult on purpose, and says which is which."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from worlds import bodies
from worlds.articles import links_in
from worlds.bodies import Reference
from worlds.casting import DAY, END
from worlds.outlines import HARD_FROM, WATCHED_FROM, note_key
from worlds.prose import Prose
from worlds.world_records import Attachment, Author, Note, Revision

LONG_TITLE_CHARACTERS = 240
LONG_TEXT_WORDS = 20_000
MANY_AUTHORS = 40
CLOCK_AHEAD = 3 * 60_000
WATCHED_BY_FOUR = "https://observatoire-valombre.example/2026/atlas-des-passages?vue=1&langue=fr"

_LONG_LINE = (
    "Compte rendu (provisoire, relu à moitié) | rencontre n° 7 des groupes de la Haute-Lande / ce "
    "qui s’est dit, ce qui s’est tu, qui manquait ? | avec en annexe la liste des questions sans "
    "réponse et le plan de table, tels que notés sur la nappe ce soir-là..."
)
_RIGHT_TO_LEFT = (
    "Une participante nous a écrit en arabe, et nous gardons sa phrase telle quelle\u00a0:\n\n"
    "> نتعلّم معًا حين نحكي ما لم ينجح، لا حين نعرض ما نجح فقط.\n\n"
    "Elle la traduit ainsi\u00a0: «\u00a0On apprend ensemble en racontant ce qui a raté.\u00a0» Un "
    "voisin a ajouté, en hébreu\u00a0: "
    "«\u00a0שאלה טובה פותחת דלת\u00a0», puis a repris en français."
)
_CODE = (
    "## Exporter le registre\n\nLe registre des demandes tient dans un fichier\u00a0; ce petit "
    "programme compte les visites par jour\u00a0:\n\n```python\nimport csv\n\n"
    'with open("registre.csv", encoding="utf-8") as lignes:\n'
    "    for jour, visites in csv.reader(lignes):\n"
    "        print(f\"{jour}: {'#' * int(visites)}\")  # <b>pas du HTML</b>\n```\n\n"
    "En ligne, `sort | uniq -c` suffit souvent."
)
_TABLE = (
    "## 🧰 Matériel\n\n| Objet | Où | Qui 👩🏽‍🌾 | Reste |\n|:------|:--:|:---------|------:|\n"
    "| Thermos 🫖 | cuisine | équipe du soir | 2 |\n"
    "| Clé \\| double | tiroir | *à voix haute* | 1 |\n"
    "| Cahier | ~~armoire~~ banc | tout le monde | 14 |"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a difficulty may draw on: a writer, and everybody's keys."""

    prose: Prose
    people: Sequence[str]


Change = Callable[[Note, Setting], Note]


def _at(offset: int) -> int:
    return HARD_FROM + offset


def _open(note: Note, setting: Setting) -> Note:
    """Difficult notes are there to be seen: every one is public and ripe."""
    return replace(note, visibility="public", circle=None, replies_from="everyone", maturity="ripe")


def _long_title(note: Note, setting: Setting) -> Note:
    return replace(note, title=_LONG_LINE[: LONG_TITLE_CHARACTERS - 3] + "...")


def _long_text(note: Note, setting: Setting) -> Note:
    return _rewritten(note, bodies.long_text(setting.prose, LONG_TEXT_WORDS))


def _forty_authors(note: Note, setting: Setting) -> Note:
    authors = {author.person: author for author in note.authors}
    for person in setting.people:
        authors.setdefault(person, Author(person=person))
    return replace(note, authors=tuple(authors.values())[:MANY_AUTHORS])


def _circular(note: Note, setting: Setting) -> Note:
    rows = CASES["circular-links"]
    turn = [note_key(row) for row in rows].index(note.key)
    following = Reference(key=note_key(rows[(turn + 1) % len(rows)]), title="la note suivante")
    return _rewritten(note, f"{note.body}\n\nCette lecture en appelle une autre, {following.link}.")


def _three_revisions(note: Note, setting: Setting) -> Note:
    updated = note.updated or note.published + 2 * DAY
    return replace(note, revisions=max(3, note.revisions), updated=updated)


def _clock_ahead(note: Note, setting: Setting) -> Note:
    return replace(note, received=note.published - CLOCK_AHEAD)


def _untitled(note: Note, setting: Setting) -> Note:
    return replace(note, title="")


def _watched_by_four(note: Note, setting: Setting) -> Note:
    body = note.body.replace(note.watched or "", WATCHED_BY_FOUR, 1)
    return replace(_rewritten(note, body), watched=WATCHED_BY_FOUR)


def _deleted(note: Note, setting: Setting) -> Note:
    return replace(note, deleted=END - 5 * DAY)


def _table_and_code(note: Note, setting: Setting) -> Note:
    return _rewritten(note, f"{note.body}\n\n{_TABLE}\n\n{_CODE}")


def _conflicting(note: Note, setting: Setting) -> Note:
    return replace(note, licence="CC-BY-NC-ND-4.0")


def _right_to_left(note: Note, setting: Setting) -> Note:
    return _rewritten(note, f"{note.body}\n\n{_RIGHT_TO_LEFT}")


def _decomposed(note: Note, setting: Setting) -> Note:
    return replace(
        note,
        title=unicodedata.normalize("NFD", "Événement, à côté : où l’on a déjà été"),
        abstract=unicodedata.normalize("NFD", note.abstract),
        body=unicodedata.normalize("NFD", note.body),
    )


def _no_licence(note: Note, setting: Setting) -> Note:
    return replace(note, licence=None)


def _missing_media(note: Note, setting: Setting) -> Note:
    lost = Attachment(
        name="plan.jpg", media_type="image/jpeg", alt="Plan du rez-de-chaussée.", missing=True
    )
    return replace(note, attachments=(lost,))


def _rewritten(note: Note, body: str) -> Note:
    return replace(note, body=body, links=links_in(body))


CASES: dict[str, tuple[int, ...]] = {
    "long-title": (_at(0),),
    "long-text": (_at(1),),
    "forty-authors": (_at(2),),
    "circular-links": (_at(3), _at(4), _at(5)),
    "empty-revision": (_at(3),),
    "clock-ahead": (_at(4),),
    "untitled": (_at(6),),
    "watched-by-four": tuple(range(WATCHED_FROM, WATCHED_FROM + 4)),
    "deleted-entry": (_at(8),),
    "emoji": (_at(10),),
    "table": (_at(10),),
    "code": (_at(10),),
    "licence-conflict": (_at(10),),
    "right-to-left": (_at(11),),
    "decomposed-accents": (_at(12),),
    "licence-absent": (_at(13),),
    "missing-media": (_at(14),),
}


def named_cases() -> dict[str, tuple[str, ...]]:
    """Name -> keys of the notes that show it."""
    return {name: tuple(map(note_key, rows)) for name, rows in CASES.items()}


_CHANGES: dict[int, tuple[Change, ...]] = {
    _at(0): (_long_title,),
    _at(1): (_long_text,),
    _at(2): (_forty_authors,),
    _at(3): (_circular, _three_revisions),
    _at(4): (_circular, _clock_ahead),
    _at(5): (_circular,),
    _at(6): (_untitled, _watched_by_four),
    _at(7): (_watched_by_four,),
    _at(8): (_watched_by_four, _deleted),
    _at(9): (_watched_by_four,),
    _at(10): (_table_and_code, _conflicting),
    _at(11): (_right_to_left,),
    _at(12): (_decomposed,),
    _at(13): (_no_licence,),
    _at(14): (_missing_media,),
}


def made_difficult(note: Note, index: int, setting: Setting) -> Note:
    """The note as it is, or difficult if it is one of the fifteen."""
    changes = _CHANGES.get(index, ())
    for change in (_open, *changes) if changes else ():
        note = change(note, setting)
    return note


def emptied(states: tuple[Revision, ...], index: int) -> tuple[Revision, ...]:
    """The second state of one note has no text at all."""
    if index not in CASES["empty-revision"]:
        return states
    return (states[0], replace(states[1], body=""), *states[2:])
