"""The numbers of a carnet's entries, computed from their depths; nobody types them.

They count what the viewer sees: a gap would tell that there is something to hide.
"""

from __future__ import annotations

from collections.abc import Iterable


def numbers(entries: Iterable[tuple[int, bool]]) -> list[str]:
    """For (depth, numbered) in reading order: "1", "1.1", "1.2", "2" and so on.

    What isn't numbered gets "", and so does all that is deeper after it. A jump of two depths
    goes down one level; a depth between two levels continues the one it interrupts.
    """
    found: list[str] = []
    levels: list[tuple[int, int]] = []  # (depth, count so far), from the outermost
    silent: int | None = None
    for depth, numbered in entries:
        if silent is not None and depth > silent:
            found.append("")
            continue
        silent = None if numbered else depth
        if numbered:
            _count(levels, depth)
        found.append(".".join(str(count) for _, count in levels) if numbered else "")
    return found


def _count(levels: list[tuple[int, int]], depth: int) -> None:
    """Move on to the next number of that depth."""
    before = 0
    while levels and levels[-1][0] >= depth:
        before = levels.pop()[1]
    levels.append((depth, before + 1))
