"""Who gets an activity, as SQL: from an audience to one row for each inbox.

New content goes to those who followed before it was written and still do. A withdrawal goes to
every host that may hold a copy: whoever followed at any moment between the birth of what is
withdrawn and its end, even if he has left since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.sql.selectable import FromClause

from storage.statements import insert
from storage.tables import (
    actors,
    deliveries,
    follows,
    gone_inboxes,
    lanes,
    memberships,
    outgoing,
    outgoing_audiences,
)

_sender = actors.alias("sender")

# One delivery serves everybody behind a shared inbox.
inbox_of_actor: ColumnElement[str] = func.coalesce(
    func.nullif(actors.c.shared_inbox, literal_column("''")), actors.c.inbox
)
_COLUMNS = ("outgoing_id", "host", "inbox", "order_key", "barrier", "due")
_GONE = select(gone_inboxes.c.inbox).where(gone_inboxes.c.gone.is_not(None))
_ASLEEP = select(lanes.c.host).where(lanes.c.state == literal_column("'asleep'"))
AWAKE = actors.c.host.not_in(_ASLEEP)

_FOLLOWERS = and_(
    follows.c.state == literal_column("'accepted'"),
    follows.c.ended.is_(None),
    follows.c.accepted <= outgoing.c.created,
    actors.c.state == literal_column("'ok'"),
)
_HOLDERS = and_(
    follows.c.accepted <= outgoing.c.created,
    or_(follows.c.ended.is_(None), follows.c.ended >= outgoing.c.since),
    actors.c.state != literal_column("'gone'"),
)
_MEMBERS = and_(memberships.c.since <= outgoing.c.created, actors.c.state == literal_column("'ok'"))

# kind of audience -> table, column of the person, column of the subject, and which of its rows.
PEOPLE: Mapping[str, tuple[FromClause, ColumnElement[int], ColumnElement[int], Any]] = {
    "followers": (follows, follows.c.follower_id, follows.c.followed_id, _FOLLOWERS),
    "past_followers": (follows, follows.c.follower_id, follows.c.followed_id, _HOLDERS),
    "members": (memberships, memberships.c.actor_id, memberships.c.community_id, _MEMBERS),
}


def of_people(kind: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """One activity (:outgoing) and one subject (:subject): rows for `deliveries`, by inbox."""
    table, person, subject, which = PEOPLE[kind]
    source = outgoing.join(table, subject == bindparam("subject", type_=BigInteger()))
    return _rows(
        source, person, which, outgoing.c.id == bindparam("outgoing"), AWAKE, *conditions
    ).order_by(outgoing.c.id, inbox_of_actor)


def missed_by_people(kind: str) -> Select[Any]:
    """All activities expanded since :since, for the people of one :host."""
    table, person, subject, which = PEOPLE[kind]
    source = outgoing.join(
        outgoing_audiences, outgoing_audiences.c.outgoing_id == outgoing.c.id
    ).join(table, subject == cast(outgoing_audiences.c.reference, BigInteger))
    return _rows(
        source,
        person,
        which,
        outgoing_audiences.c.kind == literal_column(f"'{kind}'"),
        outgoing.c.expanded >= bindparam("since"),
        actors.c.host == bindparam("host"),
    ).order_by(outgoing.c.id)


def _rows(
    source: FromClause, person: ColumnElement[int], *conditions: ColumnElement[bool]
) -> Select[Any]:
    joined = source.join(actors, actors.c.id == person).join(
        _sender, _sender.c.id == outgoing.c.actor_id
    )
    return (
        select(*_columns(func.min(actors.c.host), inbox_of_actor))
        .select_from(joined)
        .where(
            actors.c.local == literal_column("0"),
            inbox_of_actor != literal_column("''"),
            inbox_of_actor.not_in(_GONE),
            actors.c.host != _sender.c.host,
            *conditions,
        )
        .group_by(outgoing.c.id, inbox_of_actor)
    )


def to_inbox(*conditions: ColumnElement[bool]) -> Select[Any]:
    """One activity (:outgoing) for one :inbox at :host, both known."""
    host: BindParameter[str] = bindparam("host", type_=Text())
    inbox: BindParameter[str] = bindparam("inbox", type_=Text())
    return (
        select(*_columns(host, inbox))
        .select_from(outgoing.join(_sender, _sender.c.id == outgoing.c.actor_id))
        .where(
            outgoing.c.id == bindparam("outgoing"),
            inbox.not_in(_GONE),
            host != _sender.c.host,
            *conditions,
        )
    )


def awake(host: ColumnElement[str]) -> ColumnElement[bool]:
    """Not asleep: for hosts that come as values."""
    return host.not_in(_ASLEEP)


def _columns(host: ColumnElement[Any], inbox: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [
        outgoing.c.id,
        host.label("host"),
        inbox.label("inbox"),
        outgoing.c.order_key,
        outgoing.c.barrier,
        literal_column("0"),
    ]


def into_deliveries(rows: Select[Any]) -> Insert:
    """A delivery for each row; one that is there already stays as it is."""
    return insert(deliveries).from_select(_COLUMNS, rows).on_conflict_do_nothing()
