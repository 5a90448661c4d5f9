"""Rewrites a long document so that every element is closed, in order, in linear time.

The HTML5 parser reopens formatting elements left open in every paragraph that follows, and
compares each attribute of a tag with all before it: 512 KiB of either would take it minutes and
gigabytes. Nothing here makes HTML safe; what comes out still goes through the parser.
"""

import html

from notes.allowed import ATTRIBUTES, ELEMENTS, MEDIA, TABLES, TooMuch
from notes.markup import DROPPED, VOID, attributes, tokens

_MOST_TAGS = 20_000
_MOST_DEPTH = 100
_KNOWN = ELEMENTS | TABLES | MEDIA | DROPPED
_INLINE = frozenset(
    "a span del s u b strong i em code ruby rt rp sub sup br img source".split()  # noqa: SIM905
)
# A start tag of the key ends an open one of its group, unless one of the fences lies between.
_IMPLIED = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "tbody": (frozenset({"thead", "tbody"}), frozenset({"table"})),
    "thead": (frozenset({"thead", "tbody"}), frozenset({"table"})),
    "a": (frozenset({"a"}), frozenset({"td", "th"})),
}
_END_OF_P = (frozenset({"p"}), frozenset({"td", "th"}))


def balance(source: str) -> str:
    """The document with every element closed and no attribute but those we know.

    Raises TooMuch above 20,000 elements or 100 levels.
    """
    return _Balancing().balance(source)


class _Balancing:
    """One run: the elements open so far and what was written."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._out: list[str] = []

    def balance(self, source: str) -> str:
        tags = 0
        for token in tokens(source):
            tags += bool(token.name)
            if tags > _MOST_TAGS * 2:
                raise TooMuch
            if not token.name:
                self._out.append(token.rest.replace("<", "&lt;"))
            elif token.name in _KNOWN:
                self._end(token.name) if token.end else self._start(token.name, token.rest)
        self._close_to(0)
        return "".join(self._out)

    def _start(self, name: str, rest: str) -> None:
        if name not in _INLINE:
            self._imply(*_END_OF_P)
        if name in _IMPLIED:
            self._imply(*_IMPLIED[name])
        kept = attributes(rest) if name in ATTRIBUTES and rest else {}
        allowed = ATTRIBUTES.get(name, set()) | {"translate"}
        values = "".join(f' {k}="{html.escape(v)}"' for k, v in kept.items() if k in allowed)
        self._out.append(f"<{name}{values}>")
        if name not in VOID:
            self._open.append(name)
        if len(self._open) > _MOST_DEPTH:
            raise TooMuch

    def _imply(self, group: frozenset[str], fences: frozenset[str]) -> None:
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position] in fences:
                return
            if self._open[position] in group:
                self._close_to(position)
                return

    def _end(self, name: str) -> None:
        if name in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(name)
            self._close_to(last)

    def _close_to(self, size: int) -> None:
        while len(self._open) > size:
            self._out.append(f"</{self._open.pop()}>")
