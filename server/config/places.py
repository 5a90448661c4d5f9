"""Where a value came from, so that a refusal can name the line or the environment variable."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

Path = tuple[str, ...]
"""Keys from the top of the file: ("server", "limits", "requests_per_5_minutes")."""

_HEADING = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]|"[^"]*"|'[^']*'|\s*\.\s*)+)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")

# Their values may hold a password: refusals never repeat them.
_UNSHOWN: frozenset[Path] = frozenset({("storage", "url")})
_UNSET = object()


class ConfigRefused(Exception):
    """The settings can't be used; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """What the settings were read from: the file's name and text, and overriding variables."""

    name: str
    text: str
    variables: Mapping[Path, str]

    def refusal(self, path: Path, expected: str, value: object = _UNSET) -> ConfigRefused:
        """One sentence: place, key, what stands there (when given), what was expected."""
        shown = "" if value is _UNSET or path in _UNSHOWN else f" is {_shown(value)}; it"
        return ConfigRefused(f"{self.place(path)}: {named(path)}{shown} {expected}")

    def place(self, path: Path) -> str:
        """`environment variable X`, or `config.toml, line 7`, or the file's name alone."""
        lines = key_lines(self.text)
        for length in range(len(path), 0, -1):
            if variable := self.variables.get(path[:length]):
                return f"environment variable {variable}"
            if line := lines.get(path[:length]):
                return f"{self.name}, line {line}"
        return self.name


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of each table heading and key; keys inside inline tables are not listed."""
    lines: dict[Path, int] = {}
    section: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(line):
            section = _parts(heading[1])
            lines.setdefault(section, number)
        elif key := _KEY.match(line):
            lines.setdefault(section + _parts(key[1]), number)
    return lines


def named(path: Path) -> str:
    """`[server.limits] requests_per_5_minutes`; a single name is a section."""
    if len(path) == 1:
        return f"[{path[0]}]"
    return f"[{'.'.join(path[:-1])}] {path[-1]}"


def _parts(dotted: str) -> Path:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"
