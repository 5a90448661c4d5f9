"""What changed between two texts, as runs of words that stayed, went or came.

Lines are compared first, then the words of the lines that differ. The algorithm is Myers' ("An
O(ND) Difference Algorithm and Its Variations", 1986), stopped after a number of differences: its
cost is bounded for any pair of texts, which that of difflib is not (its worst case is cubic).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

Kind = Literal["same", "removed", "added"]

MOST_TEXT = 600_000  # characters; what is longer is shown as removed and added whole
_MOST_LINES = 20_000
_MOST_WORDS = 4_000  # on both sides of one changed passage; else its lines are the smallest part
_MOST_COMPARED = 60_000  # words of all changed passages together; the rest stays in lines
_MOST_CHANGES = 400
_WORDS = re.compile(r"\w+(?:['’\-·.]\w+)*|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. Leaving out `removed` runs gives the new text, `added` runs the old one."""

    kind: Kind
    text: str


_Step: TypeAlias = tuple[Kind, str]


def compare(old: str, new: str) -> tuple[Run, ...]:
    """From `old` to `new`, in reading order, neighbours of one kind joined."""
    if old == new:
        return (Run("same", old),) if old else ()
    if max(len(old), len(new)) > MOST_TEXT:
        return tuple(_joined([("removed", old), ("added", new)]))
    lines = _steps(old.splitlines(keepends=True), new.splitlines(keepends=True), most=_MOST_LINES)
    return tuple(_joined(_refined(lines)))


def shortened(runs: Sequence[Run], *, around: int = 200) -> tuple[Run, ...]:
    """The same with at most `around` characters of what stayed on each side of a change.

    An omission is a `same` run of the one character “…”.
    """
    short: list[Run] = []
    for place, run in enumerate(runs):
        if run.kind != "same" or len(run.text) <= 2 * around:
            short.append(run)
            continue
        before = run.text[:around] if place else ""
        after = run.text[-around:] if place < len(runs) - 1 else ""
        pieces = (before, "…", after) if before or after else (run.text[:around], "…")
        short += [Run("same", piece) for piece in pieces if piece]
    return tuple(short)


def _refined(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Changed passages compared again, word by word."""
    left = _MOST_COMPARED
    for same, passage in groupby(steps, key=lambda step: step[0] == "same"):
        found = list(passage)
        if same or left <= 0:
            yield from found
            continue
        old = _WORDS.findall("".join(text for kind, text in found if kind == "removed"))
        new = _WORDS.findall("".join(text for kind, text in found if kind == "added"))
        left -= len(old) + len(new)
        yield from _steps(old, new, most=_MOST_WORDS)


def _steps(old: Sequence[str], new: Sequence[str], *, most: int) -> list[_Step]:
    """Common ends first, then the shortest way through the rest while it is short enough."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    first, second = old[start : len(old) - end], new[start : len(new) - end]
    way = _way(first, second) if len(first) + len(second) <= most else None
    if way is None:
        way = [*_all("removed", first), *_all("added", second)]
    return [*_all("same", old[:start]), *way, *_all("same", old[len(old) - end :])]


def _all(kind: Kind, texts: Iterable[str]) -> Iterator[_Step]:
    return ((kind, text) for text in texts)


def _way(old: Sequence[str], new: Sequence[str]) -> list[_Step] | None:
    """The steps of a shortest edit, or None when it takes more than `_MOST_CHANGES`."""
    reached = {1: 0}  # by diagonal: how far into `old`
    trail: list[dict[int, int]] = []
    for changes in range(min(len(old) + len(new), _MOST_CHANGES) + 1):
        trail.append(reached.copy())
        for diagonal in range(-changes, changes + 1, 2):
            down = _goes_down(reached, diagonal, changes)
            x = reached[diagonal + 1] if down else reached[diagonal - 1] + 1
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            reached[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _walked_back(trail, old, new)
    return None


def _goes_down(reached: dict[int, int], diagonal: int, changes: int) -> bool:
    if diagonal in (-changes, changes):
        return diagonal == -changes
    return reached[diagonal - 1] < reached[diagonal + 1]


def _walked_back(
    trail: Sequence[dict[int, int]], old: Sequence[str], new: Sequence[str]
) -> list[_Step]:
    steps: list[_Step] = []
    x, y = len(old), len(new)
    for changes in range(len(trail) - 1, -1, -1):
        reached, diagonal = trail[changes], x - y
        down = _goes_down(reached, diagonal, changes)
        before = diagonal + 1 if down else diagonal - 1
        from_x = reached[before]
        from_y = from_x - before
        while x > max(from_x, 0) and y > max(from_y, 0):
            x, y = x - 1, y - 1
            steps.append(("same", old[x]))
        if changes:
            steps.append(("added", new[from_y]) if down else ("removed", old[from_x]))
            x, y = from_x, from_y
    return steps[::-1]


def _joined(steps: Iterable[_Step]) -> Iterator[Run]:
    """Within one change, all that went before all that came; a blank between two changes is part
    of both, so that a rewritten sentence reads as one change."""
    same, removed, added, blank = "", "", "", ""
    for kind, text in steps:
        if kind == "same" and (removed or added) and not blank and text.isspace():
            blank = text
        elif kind == "same" and not (removed or added):
            same += text
        elif kind == "same":
            yield from _runs(same, removed, added)
            same, removed, added, blank = blank + text, "", "", ""
        else:
            removed, added, blank = removed + blank, added + blank, ""
            removed += text if kind == "removed" else ""
            added += text if kind == "added" else ""
    yield from _runs(same, removed, added)
    yield from _runs(blank, "", "")


def _runs(same: str, removed: str, added: str) -> Iterator[Run]:
    found = (Run("same", same), Run("removed", removed), Run("added", added))
    return (run for run in found if run.text)
