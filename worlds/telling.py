"""What the demo says, in French or in English, and its table."""

from __future__ import annotations

from collections.abc import Mapping

from worlds import story

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "about": (
        "Trois instances sur cette machine, qui se suivent, publient et se répondent.",
        "Three instances on this machine that follow, post and reply to each other.",
    ),
    "help once": ("vérifier ce qui est arrivé, puis s’arrêter", "check what arrived, then stop"),
    "help keep": (
        "garder réglages et bases dans ce dossier",
        "keep settings and databases in this folder",
    ),
    "not empty": ("{folder} n’est pas un dossier vide", "{folder} is not an empty folder"),
    "starting": (
        "Trois instances démarrent : réglages, bases, clés, personnes, communautés…",
        "Three instances start: settings, databases, keys, people, communities…",
    ),
    "following": (
        "Les personnes se suivent d’une instance à l’autre…",
        "People follow each other across instances…",
    ),
    "posting": ("Elles publient et se répondent…", "They post and reply…"),
    "all there": (
        "Tout est arrivé là où il faut, et nulle part ailleurs.",
        "Everything arrived where it should, and nowhere else.",
    ),
    "missing": (
        "MANQUE : {tale} n’est pas lisible sur {place} ({reader}).",
        "MISSING: {tale} can't be read on {place} ({reader}).",
    ),
    "leaked": (
        "EN TROP : {tale} est lisible sur {place} ({reader}).",
        "LEAKED: {tale} can be read on {place} ({reader}).",
    ),
    "took": ("Relu par HTTP en {seconds} s.", "Read back over HTTP after {seconds} s."),
    "open": ("À ouvrir dans un navigateur :", "Open in a browser:"),
    "until": ("Les instances répondent jusqu’à Ctrl-C.", "Serving until Ctrl-C."),
    "failed": ("La démonstration n’a pas abouti : {why}", "The demo failed: {why}"),
    "stranger": ("passant", "stranger"),
    "member": ("membre", "member"),
    "what": ("Lu par HTTP sur", "Read over HTTP on"),
}
_COLUMN = 10


class Words:
    """`words("took", seconds=3)`."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == "fr" else 1

    def __call__(self, sentence: str, /, **values: object) -> str:
        return _SENTENCES[sentence][self._index].format(**values)

    def difference(self, sentence: str, key: str, place: str, reader: str) -> str:
        return self(sentence, tale=self._label(key), place=place, reader=self(reader))

    def table(self, arrived: Mapping[tuple[str, str], set[str]]) -> str:
        """A line for each note; for each instance what a stranger and a member read there."""
        width = max(len(self._label(tale.key)) for tale in story.TALES) + 2
        readers = ("stranger", "member")
        names = "".join(f"{place:<{2 * _COLUMN}}" for place in story.PLACES)
        heads = "".join(f"{self(reader):<{_COLUMN}}" for _ in story.PLACES for reader in readers)
        lines = [f"{self('what'):<{width}}{names}", f"{'':<{width}}{heads}"]
        for tale in story.TALES:
            marks = "".join(
                f"{'✓' if reader in arrived.get((tale.key, place), ()) else '–':<{_COLUMN}}"
                for place in story.PLACES
                for reader in readers
            )
            lines.append(f"{self._label(tale.key):<{width}}{marks}")
        return "\n".join(line.rstrip() for line in lines)

    def _label(self, key: str) -> str:
        return next(tale.label for tale in story.TALES if tale.key == key)[self._index]


def words_of(environ: Mapping[str, str]) -> Words:
    """In the language the terminal asks for (POSIX: LC_ALL, LC_MESSAGES, LANG, in this order)."""
    asked = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((value for value in asked if value), "")
    return Words("fr" if first.lower().startswith("fr") else "en")
