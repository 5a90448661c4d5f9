"""Who belongs to a local community, in which role, and who may not come back.

The rows that let members read are `notes.audiences`' part, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import bindparam, delete, func, or_, select

from actors.records import COLUMNS, Actor, Role
from actors.refusals import Invalid
from storage.engine import Reader, Transaction
from storage.statements import adding, one_of, prepared
from storage.tables import actors, bans, memberships

ROLES: tuple[Role, ...] = ("member", "moderator", "responsable")
MODERATORS: tuple[Role, ...] = ("moderator", "responsable")

_PAIR = (memberships.c.community_id == bindparam("community")) & (
    memberships.c.actor_id == bindparam("actor")
)
_ADD = adding(
    memberships,
    "community_id",
    "actor_id",
    "role",
    "since",
    key=("community_id", "actor_id"),
    replace=("role",),
)
_REMOVE = prepared(delete(memberships).where(_PAIR))
_ROLE = prepared(select(memberships.c.role).where(_PAIR))
_ALL = [actors.c[name] for name in COLUMNS]
_IN_ROLES = prepared(
    select(*_ALL, memberships.c.role.label("role"))
    .join(memberships, memberships.c.actor_id == actors.c.id)
    .where(
        memberships.c.community_id == bindparam("community"),
        one_of(memberships.c.role, "roles"),
        actors.c.id > bindparam("after"),
    )
    .order_by(actors.c.id)
    .limit(bindparam("count"))
)
_COMMUNITIES = prepared(
    select(memberships.c.community_id, memberships.c.role).where(
        memberships.c.actor_id == bindparam("actor")
    )
)
_COUNT = prepared(select(func.count()).where(memberships.c.community_id == bindparam("community")))
_BAN = adding(
    bans,
    "community_id",
    "actor_id",
    "by_id",
    "reason",
    "uri",
    "at",
    "ends",
    key=("community_id", "actor_id"),
    replace=("by_id", "reason", "uri", "at", "ends"),
)
_UNBAN = prepared(
    delete(bans).where(
        bans.c.community_id == bindparam("community"), bans.c.actor_id == bindparam("actor")
    )
)
_BANNED = prepared(
    select(bans.c.at).where(
        bans.c.community_id == bindparam("community"),
        bans.c.actor_id == bindparam("actor"),
        or_(bans.c.ends.is_(None), bans.c.ends > bindparam("now")),
    )
)
_LONGEST_REASON = 1_000
_MOST_MODERATORS = 1_000


async def add(tx: Transaction, community_id: int, actor_id: int, role: Role, *, now: int) -> None:
    """Make somebody a member, or give a member another role (the date of joining stays)."""
    if role not in ROLES:
        raise Invalid(f"“{role[:100]}” is not a role: {', '.join(ROLES)}.")
    await tx.run(_ADD, community_id=community_id, actor_id=actor_id, role=role, since=now)


async def remove(tx: Transaction, community_id: int, actor_id: int) -> bool:
    """True when there was a membership."""
    return await tx.run(_REMOVE, community=community_id, actor=actor_id) > 0


async def role_of(reader: Reader, community_id: int, actor_id: int) -> Role | None:
    return cast("Role | None", await reader.value(_ROLE, community=community_id, actor=actor_id))


async def is_member(reader: Reader, community_id: int, actor_id: int) -> bool:
    return await role_of(reader, community_id, actor_id) is not None


async def is_moderator(reader: Reader, community_id: int, actor_id: int) -> bool:
    return await role_of(reader, community_id, actor_id) in MODERATORS


async def moderators_of(reader: Reader, community_id: int) -> list[Actor]:
    """Moderators and responsables, in the order of their ids."""
    found = await members_of(reader, community_id, roles=MODERATORS, count=_MOST_MODERATORS)
    return [actor for actor, _ in found]


async def members_of(
    reader: Reader,
    community_id: int,
    *,
    roles: Sequence[Role] = ROLES,
    after: int = 0,
    count: int = 100,
) -> list[tuple[Actor, Role]]:
    """A page of members by id, from the one after `after`."""
    rows = await reader.all(
        _IN_ROLES, community=community_id, roles=list(roles), after=after, count=count
    )
    return [(Actor.from_row(row), row["role"]) for row in rows]


async def communities_of(reader: Reader, actor_id: int) -> dict[int, Role]:
    """Ids of the local communities somebody belongs to, with the role there."""
    rows = await reader.all(_COMMUNITIES, actor=actor_id)
    return {row["community_id"]: row["role"] for row in rows}


async def count_members(reader: Reader, community_id: int) -> int:
    return int(await reader.value(_COUNT, community=community_id))


async def ban(
    tx: Transaction,
    community_id: int,
    actor_id: int,
    *,
    by_id: int | None,
    now: int,
    reason: str = "",
    uri: str | None = None,
    ends: int | None = None,
) -> None:
    """No membership and no posting until `ends` (milliseconds), or for good.

    A second ban replaces the first. `uri` is the id of the Block activity.
    """
    await remove(tx, community_id, actor_id)
    await tx.run(
        _BAN,
        community_id=community_id,
        actor_id=actor_id,
        by_id=by_id,
        reason=reason[:_LONGEST_REASON],
        uri=uri,
        at=now,
        ends=ends,
    )


async def unban(tx: Transaction, community_id: int, actor_id: int) -> bool:
    """True when there was a ban; the membership doesn't come back by itself."""
    return await tx.run(_UNBAN, community=community_id, actor=actor_id) > 0


async def is_banned(reader: Reader, community_id: int, actor_id: int, *, now: int) -> bool:
    found = await reader.value(_BANNED, community=community_id, actor=actor_id, now=now)
    return found is not None
