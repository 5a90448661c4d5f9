"""Pages of a list: one row more is read than shown, to know whether there is another page."""

from __future__ import annotations

from collections.abc import Sequence

from notes.reading import NEWEST
from notes.records import Note
from pages.views import Paging

COUNT = 20
_LARGEST = 2**62


def cursor(text: str | None) -> int | None:
    """A row key from an address; None when absent or nothing we could have given out."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdigit()):
        return None
    return min(int(text), _LARGEST)


def paged(found: Sequence[Note], before: int) -> tuple[list[Note], Paging]:
    """Newest first: the notes to show, and where the older ones begin."""
    shown = list(found[:COUNT])
    more = shown[-1].id if len(found) > COUNT else None
    return shown, Paging(parameter="before", next=more, first=before >= NEWEST)


def paged_on(found: Sequence[Note], after: int, count: int) -> tuple[list[Note], Paging]:
    """Oldest first: the notes to show, and where the later ones begin."""
    shown = list(found[:count])
    more = shown[-1].id if len(found) > count else None
    return shown, Paging(parameter="after", next=more, first=after == 0)
