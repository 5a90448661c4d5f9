"""Local communities: how one joins them, who posts there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from actors.records import Community
from actors.refusals import Invalid, NotFound
from storage.engine import Reader, Row, Transaction
from storage.statements import adding, one_of, prepared
from storage.tables import communities

JOINING = ("open", "approval")
POSTING = ("open", "members", "moderators")

_COLUMNS = tuple(Community.__dataclass_fields__)
_FIELDS = [communities.c[name] for name in _COLUMNS]
_GET = prepared(select(*_FIELDS).where(communities.c.actor_id == bindparam("community")))
_MANY = prepared(select(*_FIELDS).where(one_of(communities.c.actor_id, "communities")))
_SAVE = adding(
    communities,
    *_COLUMNS,
    "created_by",
    "created",
    key=("actor_id",),
    replace=("joining", "posting", "private"),
)


async def get(reader: Reader, actor_id: int) -> Community:
    """Raises NotFound for whatever is no community of ours."""
    found = await find(reader, actor_id)
    if found is None:
        raise NotFound("There is no community by that name here.", detail=f"actor {actor_id}")
    return found


async def find(reader: Reader, actor_id: int) -> Community | None:
    row = await reader.one(_GET, community=actor_id)
    return _record(row) if row else None


async def get_many(reader: Reader, actor_ids: Sequence[int]) -> dict[int, Community]:
    rows = await reader.all(_MANY, communities=list(actor_ids)) if actor_ids else ()
    return {row["actor_id"]: _record(row) for row in rows}


async def save(tx: Transaction, community: Community, *, created_by: int | None, now: int) -> None:
    """Add or change; who made it and when stay as they were first said. Raises Invalid."""
    check(community)
    await tx.run(
        _SAVE,
        actor_id=community.actor_id,
        joining=community.joining,
        posting=community.posting,
        private=int(community.private),
        created_by=created_by,
        created=now,
    )


def check(community: Community) -> None:
    """Raises Invalid for a word that is no policy."""
    if community.joining not in JOINING:
        raise Invalid(f"Joining is {' or '.join(JOINING)}, not “{community.joining[:100]}”.")
    if community.posting not in POSTING:
        raise Invalid(f"Posting is {' or '.join(POSTING)}, not “{community.posting[:100]}”.")


def _record(row: Row) -> Community:
    values = {name: row[name] for name in _COLUMNS}
    values["private"] = bool(values["private"])
    return Community(**values)
