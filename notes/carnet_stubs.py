"""What stays in a carnet of a note that is gone.

Of a note anybody could read: a place that says so, with its title if its author lets it stay. Of
any other note nothing, since a stub would tell outsiders that it was there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, select, update

from storage.engine import Transaction
from storage.statements import prepared
from storage.tables import carnet_entries, entry_categories

_MOST_TITLE = 500
_MOST_REASON = 500
# What becomes of an entry; its categories go as well.
STUB: dict[str, Any] = {
    "state": "withdrawn",
    "note_id": None,
    "title": bindparam("new_title"),
    "reason": bindparam("new_reason"),
    "preface": "",
    "preface_source": "",
    "pinned": None,
}
_of_note = carnet_entries.c.note_id == bindparam("note")
_LEAVE = prepared(
    update(carnet_entries).where(_of_note, carnet_entries.c.state == "in").values(STUB)
)
_UNSORT = prepared(
    delete(entry_categories).where(
        entry_categories.c.entry_id.in_(select(carnet_entries.c.id).where(_of_note))
    )
)
_REMOVE = prepared(delete(carnet_entries).where(_of_note))


async def leave(
    tx: Transaction, note_id: int, *, open_note: bool, title: str = "", reason: str = ""
) -> None:
    """The note leaves all carnets of this server. `title` only when its author lets it stay.

    Whoever withdraws a note with a title calls this before `writing.remove`, which gives none.
    """
    if open_note:
        title, reason = title[:_MOST_TITLE], reason[:_MOST_REASON]
        await tx.run(_LEAVE, note=note_id, new_title=title, new_reason=reason)
    await tx.run(_UNSORT, note=note_id)
    await tx.run(_REMOVE, note=note_id)
