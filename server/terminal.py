"""What a command says: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO, TypeVar

from server.words import Words

T = TypeVar("T")
_BAR = 30
_LAST = 253_402_300_799_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    words: Words
    out: TextIO
    err: TextIO
    answers: TextIO

    def say(self, sentence: str, /, **values: object) -> None:
        """A remark, not a result."""
        print(self.words(sentence, **values), file=self.err)

    def complain(self, sentence: str) -> None:
        """Why it failed: one sentence, after the program's name."""
        print(f"passerelle: {sentence}", file=self.err)

    def result(self, text: str) -> None:
        print(text, file=self.out)

    def rows(self, rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
        """A list, as aligned columns or as a JSON array; column names are the same in both."""
        if as_json:
            self._json(list(rows))
        elif rows:
            self._columns(rows)
        else:
            self.say("Nothing to show.")

    def record(self, record: Mapping[str, Any], *, as_json: bool) -> None:
        """One thing, a name and value per line or a JSON object."""
        if as_json:
            self._json(dict(record))
            return
        width = max(map(len, record))
        for name, value in record.items():
            print(f"{name:<{width}}  {_cell(value)}".rstrip(), file=self.out)

    def ask(self, question: str, default: str = "") -> str:
        """The answer, or the default for an empty one; empty too when nobody is there."""
        shown = f" [{default}]" if default else ""
        print(f"{self.words(question)}{shown} ", end="", file=self.err, flush=True)
        return self.answers.readline().strip() or default

    def progress(self, things: Sequence[T]) -> Iterator[T]:
        """Goes through them; with a bar when somebody watches."""
        shown = self.err.isatty() and len(things) > 1
        for count, thing in enumerate(things, 1):
            yield thing
            if shown:
                full = _BAR * count // len(things)
                bar = "#" * full + "." * (_BAR - full)
                print(f"\r[{bar}] {count}/{len(things)}", end="", file=self.err, flush=True)
        if shown:
            print(file=self.err)

    def _json(self, value: object) -> None:
        print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain), file=self.out)

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> None:
        names = list(rows[0])
        cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
        for line in cells:
            padded = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
            print("  ".join(padded).rstrip(), file=self.out)


def moment(milliseconds: int | None) -> str | None:
    """ISO 8601 in UTC, to the second; None beyond the year 9999."""
    if milliseconds is None or milliseconds > _LAST:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).strip()
    # A stranger's text never steers the operator's terminal.
    return "".join(c if c.isprintable() else "?" for c in text)


def _plain(value: Iterable[Any]) -> list[Any]:
    return sorted(value)
