"""Who follows whom, with the intervals in which a host was an audience.

A follow that ends stays on record, so that a later Delete still reaches whoever may hold a copy.
The rows of the followers' audience are written here, in the same transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select, update

from actors.records import COLUMNS, Actor, FollowRow
from storage.engine import Reader, Row, Transaction
from storage.ids import new_id
from storage.recipients import inbox_of_actor
from storage.statements import Prepared, insert, prepared
from storage.tables import actors, follows

_FIELDS = [follows.c[name] for name in FollowRow.__dataclass_fields__]
_PAIR = and_(
    follows.c.follower_id == bindparam("follower"), follows.c.followed_id == bindparam("followed")
)
_CURRENT = prepared(select(*_FIELDS).where(_PAIR, follows.c.ended.is_(None)))
_BY_URI = prepared(select(*_FIELDS).where(follows.c.uri == bindparam("uri")))
_ADD = prepared(
    insert(follows)
    .values(
        {name: bindparam(name) for name in FollowRow.__dataclass_fields__}
        | {
            "local": func.coalesce(
                select(actors.c.local).where(actors.c.id == bindparam("who")).scalar_subquery(),
                literal_column("0"),
            )
        }
    )
    .on_conflict_do_nothing()
)
_NEW_URI = prepared(
    update(follows).where(follows.c.id == bindparam("follow")).values(uri=bindparam("new_uri"))
)
_ACCEPT = prepared(
    update(follows)
    .where(follows.c.id == bindparam("follow"))
    .values(state="accepted", accepted=func.coalesce(follows.c.accepted, bindparam("now")))
)
_END = prepared(
    update(follows)
    .where(_PAIR, follows.c.ended.is_(None))
    .values(state=bindparam("new_state"), ended=bindparam("now"))
)
_END_ALL = prepared(
    update(follows)
    .where(
        or_(
            follows.c.follower_id == bindparam("actor"),
            follows.c.followed_id == bindparam("actor"),
        ),
        follows.c.ended.is_(None),
    )
    .values(state="ended", ended=bindparam("now"))
)
_OF_HOST = select(actors.c.id).where(actors.c.host == bindparam("host"), actors.c.local == 0)
_END_WITH_HOST = prepared(
    update(follows)
    .where(
        or_(follows.c.follower_id.in_(_OF_HOST), follows.c.followed_id.in_(_OF_HOST)),
        follows.c.ended.is_(None),
    )
    .values(state="ended", ended=bindparam("now"))
)
_COUNT_FOLLOWERS = prepared(
    select(func.count()).where(
        follows.c.followed_id == bindparam("actor"),
        follows.c.state == "accepted",
        follows.c.ended.is_(None),
    )
)
_COUNT_FOLLOWING = prepared(
    select(func.count()).where(
        follows.c.follower_id == bindparam("actor"),
        follows.c.state == "accepted",
        follows.c.ended.is_(None),
    )
)
_ALL = [actors.c[name] for name in COLUMNS]


def _listed(whose: ColumnElement[Any], other: ColumnElement[Any]) -> Prepared:
    """One page of the actors at the other end of somebody's follows, newest first."""
    return prepared(
        select(*_ALL, follows.c.id.label("follow_id"))
        .join(actors, actors.c.id == other)
        .where(
            whose == bindparam("actor"),
            follows.c.state == bindparam("state"),
            follows.c.ended.is_(None),
            follows.c.id < bindparam("before"),
        )
        .order_by(follows.c.id.desc())
        .limit(bindparam("count"))
    )


_FOLLOWERS = _listed(follows.c.followed_id, follows.c.follower_id)
_FOLLOWING = _listed(follows.c.follower_id, follows.c.followed_id)
# Words instead of bound values, so that SQLite recognises its partial index.
HERE = and_(
    follows.c.local == literal_column("1"),
    follows.c.state == literal_column("'accepted'"),
    follows.c.ended.is_(None),
)
_HAS_LOCAL_FOLLOWER = prepared(
    select(follows.c.follower_id).where(follows.c.followed_id == bindparam("actor"), HERE).limit(1)
)
_BEHIND = and_(
    actors.c.local == 0,
    or_(inbox_of_actor == bindparam("inbox"), actors.c.inbox == bindparam("inbox")),
    follows.c.ended.is_(None),
)
_SHARES_INBOX = prepared(
    select(follows.c.id)
    .join(actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.followed_id == bindparam("actor"), follows.c.state == "accepted", _BEHIND)
    .limit(1)
)
_FOLLOWERS_BEHIND = prepared(
    select(follows.c.follower_id, follows.c.followed_id)
    .join(actors, actors.c.id == follows.c.follower_id)
    .where(_BEHIND)
    .limit(bindparam("count"))
)
NEWEST = 2**62


async def current(reader: Reader, follower_id: int, followed_id: int) -> FollowRow | None:
    """The pending or accepted follow between the two, if any."""
    row = await reader.one(_CURRENT, follower=follower_id, followed=followed_id)
    return _record(row) if row else None


async def by_uri(reader: Reader, uri: str) -> FollowRow | None:
    row = await reader.one(_BY_URI, uri=uri)
    return _record(row) if row else None


async def ask(tx: Transaction, *, follower_id: int, followed_id: int, uri: str, now: int) -> int:
    """Remember a request; asked again, the newer activity id counts (Takahe sends a Follow twice
    under one id, others under two). Returns the follow's row key."""
    found = await current(tx, follower_id, followed_id)
    if found:
        await tx.run(_NEW_URI, follow=found.id, new_uri=uri)
        return found.id
    number = new_id(now, now=now)
    await tx.run(
        _ADD,
        id=number,
        who=follower_id,
        follower_id=follower_id,
        followed_id=followed_id,
        uri=uri,
        state="pending",
        asked=now,
        accepted=None,
        ended=None,
    )
    return number


async def accept(tx: Transaction, follow: FollowRow, *, now: int) -> None:
    await tx.run(_ACCEPT, follow=follow.id, now=now)


async def end(
    tx: Transaction, *, follower_id: int, followed_id: int, now: int, state: str = "ended"
) -> bool:
    """End whatever stands between the two (`ended` or `rejected`). True when something did."""
    changed = await tx.run(
        _END, follower=follower_id, followed=followed_id, now=now, new_state=state
    )
    return changed > 0


async def end_all(tx: Transaction, actor_id: int, *, now: int) -> None:
    """Whatever stands from or to an actor that is gone."""
    await tx.run(_END_ALL, actor=actor_id, now=now)


async def end_with_host(tx: Transaction, host: str, *, now: int) -> None:
    """Whatever stands between us and a host we no longer talk with (T-3)."""
    await tx.run(_END_WITH_HOST, host=host, now=now)


async def has_local_follower(reader: Reader, actor_id: int) -> bool:
    return await reader.value(_HAS_LOCAL_FOLLOWER, actor=actor_id) is not None


async def has_follower_behind(reader: Reader, actor_id: int, inbox: str) -> bool:
    """Whether what the actor sends to its followers goes to this inbox."""
    return await reader.value(_SHARES_INBOX, actor=actor_id, inbox=inbox) is not None


async def behind(reader: Reader, inbox: str, *, count: int) -> list[tuple[int, int]]:
    """(follower, followed), by row key, of what stands for somebody behind this inbox."""
    rows = await reader.all(_FOLLOWERS_BEHIND, inbox=inbox, count=count)
    return [(row["follower_id"], row["followed_id"]) for row in rows]


async def count_followers(reader: Reader, actor_id: int) -> int:
    return int(await reader.value(_COUNT_FOLLOWERS, actor=actor_id))


async def count_following(reader: Reader, actor_id: int) -> int:
    return int(await reader.value(_COUNT_FOLLOWING, actor=actor_id))


async def followers(
    reader: Reader, actor_id: int, *, state: str = "accepted", before: int = NEWEST, count: int = 40
) -> list[tuple[int, Actor]]:
    """Newest first: the follow's row key (the cursor of the next page) and the follower."""
    rows = await reader.all(_FOLLOWERS, actor=actor_id, state=state, before=before, count=count)
    return [(row["follow_id"], Actor.from_row(row)) for row in rows]


async def following(
    reader: Reader, actor_id: int, *, state: str = "accepted", before: int = NEWEST, count: int = 40
) -> list[tuple[int, Actor]]:
    """Newest first, as `followers`."""
    rows = await reader.all(_FOLLOWING, actor=actor_id, state=state, before=before, count=count)
    return [(row["follow_id"], Actor.from_row(row)) for row in rows]


def _record(row: Row) -> FollowRow:
    return FollowRow(**{name: row[name] for name in FollowRow.__dataclass_fields__})
