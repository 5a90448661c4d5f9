"""Puts a note on the home timelines of those here who follow its author, or who brought it.

One INSERT ... SELECT whatever the number of followers. A note stands on a timeline once, through
whoever brought it first; whether it may be read is asked again at every look.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from actors.follows import HERE
from notes.records import Note
from storage.engine import Transaction
from storage.statements import adding, insert, prepared
from storage.tables import follows, home_entries

_PLACE = prepared(
    insert(home_entries)
    .from_select(
        ["owner_id", "entry_id", "note_id", "via_id"],
        select(
            follows.c.follower_id,
            bindparam("entry", type_=home_entries.c.entry_id.type),
            bindparam("note", type_=home_entries.c.note_id.type),
            bindparam("via", type_=home_entries.c.via_id.type),
        ).where(follows.c.followed_id == bindparam("source"), HERE),
    )
    .on_conflict_do_nothing()
)
_PLACE_OWN = adding(home_entries, "owner_id", "entry_id", "note_id", "via_id", ignore=True)
_CLEAR = prepared(
    delete(home_entries).where(
        home_entries.c.owner_id == bindparam("owner"),
        home_entries.c.via_id == bindparam("source"),
    )
)


async def place_note(tx: Transaction, note: Note) -> int:
    """On the timelines of the author's followers here. Replies come through their threads only
    when the parent is known here (a Mastodon habit); returns how many timelines got it."""
    return await tx.run(_PLACE, source=note.author_id, entry=note.id, note=note.id, via=None)


async def place_boost(tx: Transaction, note: Note, *, boost_id: int, by: int) -> int:
    """On the timelines of the booster's followers here, where it is not there yet."""
    return await tx.run(_PLACE, source=by, entry=boost_id, note=note.id, via=by)


async def place_for(tx: Transaction, note: Note, owner_id: int) -> None:
    """On one person's timeline: her own note, or one that addresses her."""
    await tx.run(_PLACE_OWN, owner_id=owner_id, entry_id=note.id, note_id=note.id, via_id=None)


async def clear_source(tx: Transaction, owner_id: int, source_id: int) -> None:
    """After an unfollow: what only this source brought leaves the timeline."""
    await tx.run(_CLEAR, owner=owner_id, source=source_id)
