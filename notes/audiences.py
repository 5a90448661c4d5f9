"""Audiences: sets of readers, and the notes meant for them.

Follows, memberships, blocks and moderation call these functions; `notes.visibility` reads the rows.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from storage.engine import Reader, Transaction
from storage.ids import new_id
from storage.statements import adding, prepared
from storage.tables import audience_members, audiences, barriers, note_audiences, withheld

EVERYBODY = 0  # as a viewer of withheld notes and of barriers; as the owner of "public"

_FIND = prepared(
    select(audiences.c.id).where(
        audiences.c.kind == bindparam("kind"), audiences.c.owner_id == bindparam("owner")
    )
)
_ADD = adding(audiences, "id", "kind", "owner_id", ignore=True)
_ADD_MEMBER = adding(audience_members, "audience_id", "actor_id", ignore=True)
_REMOVE_MEMBER = prepared(
    delete(audience_members).where(
        audience_members.c.audience_id == bindparam("audience"),
        audience_members.c.actor_id == bindparam("actor"),
    )
)
_ADDRESS = adding(note_audiences, "note_id", "audience_id", ignore=True)
_UNADDRESS = prepared(delete(note_audiences).where(note_audiences.c.note_id == bindparam("note")))
_ADD_BARRIER = adding(barriers, "author_id", "viewer_id", "reason", ignore=True)
_REMOVE_BARRIER = prepared(
    delete(barriers).where(
        barriers.c.author_id == bindparam("author"),
        barriers.c.viewer_id == bindparam("viewer"),
        barriers.c.reason == bindparam("reason"),
    )
)
_WITHHOLD = adding(withheld, "note_id", "viewer_id", "reason", "at", ignore=True)


async def find_or_make(tx: Transaction, kind: str, owner_id: int, *, now: int) -> int:
    """`kind` is public (owner 0), followers, community or person. Returns its row key."""
    found = await tx.value(_FIND, kind=kind, owner=owner_id)
    if found is None:
        await tx.run(_ADD, id=new_id(now, now=now), kind=kind, owner_id=owner_id)
        found = await tx.value(_FIND, kind=kind, owner=owner_id)
    return int(found)


async def find(reader: Reader, kind: str, owner_id: int) -> int | None:
    found = await reader.value(_FIND, kind=kind, owner=owner_id)
    return None if found is None else int(found)


async def admit(tx: Transaction, kind: str, owner_id: int, actor_id: int, *, now: int) -> None:
    """Let the actor read what is meant for this audience, its past included."""
    audience = await find_or_make(tx, kind, owner_id, now=now)
    await tx.run(_ADD_MEMBER, audience_id=audience, actor_id=actor_id)


async def dismiss(tx: Transaction, kind: str, owner_id: int, actor_id: int) -> None:
    """Reading ends at once."""
    audience = await find(tx, kind, owner_id)
    if audience is not None:
        await tx.run(_REMOVE_MEMBER, audience=audience, actor=actor_id)


async def address(
    tx: Transaction, note_id: int, to: tuple[tuple[str, int], ...], *, now: int
) -> None:
    """Say whom a note is meant for, instead of what was said before."""
    await tx.run(_UNADDRESS, note=note_id)
    for kind, owner_id in to:
        audience = await find_or_make(tx, kind, owner_id, now=now)
        await tx.run(_ADDRESS, note_id=note_id, audience_id=audience)
        if kind == "person":
            await tx.run(_ADD_MEMBER, audience_id=audience, actor_id=owner_id)


async def part(tx: Transaction, one: int, two: int) -> None:
    """A block: neither sees the other's notes any more."""
    await tx.run(_ADD_BARRIER, author_id=one, viewer_id=two, reason="block")
    await tx.run(_ADD_BARRIER, author_id=two, viewer_id=one, reason="block")


async def rejoin(tx: Transaction, one: int, two: int) -> None:
    """The end of a block; call it only when neither blocks the other any more."""
    await tx.run(_REMOVE_BARRIER, author=one, viewer=two, reason="block")
    await tx.run(_REMOVE_BARRIER, author=two, viewer=one, reason="block")


async def hide_author(tx: Transaction, author_id: int, reason: str) -> None:
    """From everybody, at once: a suspension."""
    await tx.run(_ADD_BARRIER, author_id=author_id, viewer_id=EVERYBODY, reason=reason)


async def show_author(tx: Transaction, author_id: int, reason: str) -> None:
    await tx.run(_REMOVE_BARRIER, author=author_id, viewer=EVERYBODY, reason=reason)


async def withhold(tx: Transaction, note_id: int, *, viewer_id: int, reason: str, now: int) -> None:
    await tx.run(_WITHHOLD, note_id=note_id, viewer_id=viewer_id, reason=reason, at=now)
