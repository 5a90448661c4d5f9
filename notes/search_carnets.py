"""Carnets and categories among what a search found.

They belong to the pair (note, carnet) and change without the note, so they are not in the index:
they are looked up, for carnets the viewer may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from notes.carnet_visibility import CARNET_READABLE
from storage.engine import Reader, Row
from storage.statements import one_of, prepared
from storage.tables import carnet_categories, carnet_entries, carnets, entry_categories, note_words

_ENTRIES = carnet_entries.join(carnets, carnets.c.id == carnet_entries.c.carnet_id)
_FILED = (_ENTRIES.join(entry_categories, entry_categories.c.entry_id == carnet_entries.c.id)).join(
    carnet_categories, carnet_categories.c.id == entry_categories.c.category_id
)

_NOTES_OF = select(carnet_entries.c.note_id).where(
    carnet_entries.c.state == "in", carnet_entries.c.note_id.is_not(None), CARNET_READABLE
)
# Conditions on the index itself, so that SQLite seeks the carnet's notes in it one by one.
IN_CARNET: ColumnElement[bool] = note_words.c.rowid.in_(
    _NOTES_OF.select_from(_ENTRIES).where(carnet_entries.c.carnet_id == bindparam("carnet"))
)
IN_CATEGORY: ColumnElement[bool] = note_words.c.rowid.in_(
    _NOTES_OF.select_from(_FILED).where(entry_categories.c.category_id == bindparam("category"))
)


def _counts(*labels: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*labels, func.count().label("count"))
        .where(
            one_of(carnet_entries.c.note_id, "ids"), carnet_entries.c.state == "in", CARNET_READABLE
        )
        .group_by(*labels)
        .order_by(func.count().desc(), labels[0])
        .limit(bindparam("count"))
    )


_CARNETS = prepared(_counts(carnets.c.id, carnets.c.title).select_from(_ENTRIES))
_CATEGORIES = prepared(
    _counts(carnet_categories.c.id, carnet_categories.c.name.label("title"))
    .select_from(_FILED)
    .where(carnet_entries.c.carnet_id == bindparam("carnet"))
)


async def carnets_of(
    reader: Reader, ids: Sequence[int], *, count: int, **viewing: Any
) -> Sequence[Row]:
    """(id, title, count) of the carnets these notes are in."""
    return await reader.all(_CARNETS, ids=list(ids), count=count, **viewing)


async def categories_of(
    reader: Reader, ids: Sequence[int], carnet_id: int, *, count: int, **viewing: Any
) -> Sequence[Row]:
    """(id, title, count) of one carnet's categories these notes have there."""
    return await reader.all(_CATEGORIES, ids=list(ids), carnet=carnet_id, count=count, **viewing)
