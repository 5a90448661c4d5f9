"""What a note's authors say about its place in a carnet: yes, no, no longer."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, update

from actors.records import Viewer
from actors.refusals import Conflict, NotFound
from notes import authors, carnet_entries, carnet_order, reading
from notes.carnet_records import EntryRow
from notes.carnet_stubs import STUB
from storage.engine import Transaction
from storage.statements import prepared
from storage.tables import carnet_entries as rows
from storage.tables import entry_categories

_MOST = 500

_ENTRY = rows.c.id == bindparam("entry")
_ADMIT = prepared(update(rows).where(_ENTRY, rows.c.state == "waiting").values(state="in"))
_WITHDRAW = prepared(update(rows).where(_ENTRY).values(STUB))
_UNSORT = prepared(
    delete(entry_categories).where(entry_categories.c.entry_id == bindparam("entry"))
)


async def answer(tx: Transaction, entry_id: int, *, by: int, agreed: bool) -> None:
    """An author of the note lets a waiting entry in, or not. Raises NotFound, Conflict."""
    entry = await _authored(tx, entry_id, by)
    if entry.state != "waiting":
        raise Conflict("This is answered already.")
    if agreed:
        await tx.run(_ADMIT, entry=entry.id)
    else:
        await carnet_entries.erase(tx, entry.id)


async def withdraw(
    tx: Transaction, entry_id: int, *, by: int, reason: str = "", keep_title: bool = False
) -> None:
    """An author takes her note out of a carnet. A note anybody could read leaves a stub, with its
    title if she says so; another one leaves nothing. Raises NotFound."""
    entry = await _authored(tx, entry_id, by)
    assert entry.note_id is not None
    note = await reading.by_id(tx, entry.note_id, Viewer(actor_id=by))
    if note is None or not note.is_open or entry.state != "in":
        await carnet_entries.erase(tx, entry.id)
        return
    title = note.title if keep_title else ""
    values = {"new_title": title[:_MOST], "new_reason": reason[:_MOST]}
    await tx.run(_WITHDRAW, entry=entry.id, **values)
    await tx.run(_UNSORT, entry=entry.id)


async def _authored(tx: Transaction, entry_id: int, by: int) -> EntryRow:
    found = await carnet_entries.entry(tx, entry_id)
    if found is None or found.note_id is None:
        raise NotFound("There is no such entry.")
    if not await authors.is_author(tx, found.note_id, by):
        raise NotFound("There is no such entry.")
    await carnet_order.lock(tx, found.carnet_id)
    return found
