"""What the command line says, in the language of the terminal: English in the code, French here.

A sentence is its own key; names in braces are filled in after translation. Refusals come filled in
from the floors below, so they are matched as patterns made of the same braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from server.french import ARGPARSE, FRENCH, REFUSALS

_BRACES = re.compile(r"\\\{(\w+)\\\}")


class Words:
    """`words("Hello {name}.", name="Ada")`; an unknown sentence stays English."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._table = FRENCH if language == "fr" else {}
        known = {**REFUSALS, **ARGPARSE} if language == "fr" else {}
        self._patterns = [(_pattern(english), other) for english, other in known.items()]

    def __call__(self, sentence: str, /, **values: object) -> str:
        text = self._table.get(sentence, sentence)
        return text.format(**values) if values else text

    def retold(self, sentence: str) -> str:
        """A sentence that comes filled in from elsewhere: a refusal, or argparse's complaint."""
        for pattern, other in self._patterns:
            if found := pattern.fullmatch(sentence):
                return other.format(**found.groupdict())
        return sentence


def language_of(environ: Mapping[str, str]) -> str:
    """ "fr" or "en", as the terminal asks (POSIX: LC_ALL, LC_MESSAGES, LANG, in this order)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_BRACES.sub(r"(?P<\1>.*)", re.escape(english)), re.DOTALL)
