"""Sleeping hosts that give a sign of life, and what they missed."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, null, or_, select, update

from storage.engine import Transaction
from storage.gates import alone
from storage.recipients import PEOPLE, into_deliveries, missed_by_people, to_inbox
from storage.statements import prepared
from storage.tables import actors, deliveries, lanes, outgoing, outgoing_audiences

HELD = 2**62  # due of a row held back by the operator
_PAUSE = 15 * 60 * 1000  # between two probes that signs of life make due

_WAKE = prepared(
    update(lanes)
    .where(
        lanes.c.host == bindparam("whose"),
        lanes.c.state != "ok",
        or_(lanes.c.due > bindparam("now"), lanes.c.waiting == 0),
        lanes.c.woken < bindparam("earliest"),
    )
    .values(due=bindparam("now"), not_before=0, woken=bindparam("now"))
    .returning(lanes.c.waiting, lanes.c.state, lanes.c.asleep_since)
)
# Whatever waited for another try may be the probe; what an operator holds back may not.
_READY = prepared(
    update(deliveries)
    .where(
        deliveries.c.host == bindparam("whose"),
        deliveries.c.due > literal_column("0"),
        deliveries.c.due < literal_column(str(HELD)),
    )
    .values(due=0)
)
_ROUSE = prepared(
    update(lanes)
    .where(lanes.c.host == bindparam("whose"))
    .values(
        state="failing",
        asleep_since=null(),
        failing_since=bindparam("now"),
        waiting=bindparam("has_rows"),
    )
)
_HAS_ROWS = prepared(select(deliveries.c.id).where(deliveries.c.host == bindparam("host")).limit(1))
_MISSED_BY_PEOPLE = [prepared(into_deliveries(missed_by_people(kind))) for kind in PEOPLE]
# What was addressed to the host or to an inbox on it.
_MISSED_BY_INBOX = prepared(
    select(
        outgoing_audiences.c.outgoing_id, outgoing_audiences.c.kind, outgoing_audiences.c.reference
    )
    .join(outgoing, outgoing.c.id == outgoing_audiences.c.outgoing_id)
    .where(
        outgoing.c.expanded >= bindparam("since"),
        or_(
            (outgoing_audiences.c.kind == "host")
            & (outgoing_audiences.c.reference == bindparam("host")),
            (outgoing_audiences.c.kind == "inbox")
            & or_(
                func.substr(outgoing_audiences.c.reference, 1, func.length(bindparam("https")))
                == bindparam("https"),
                func.substr(outgoing_audiences.c.reference, 1, func.length(bindparam("http")))
                == bindparam("http"),
            ),
        ),
    )
    .order_by(outgoing_audiences.c.outgoing_id)
)
_TO_INBOX = prepared(into_deliveries(to_inbox()))
_INBOX_OF_HOST = prepared(
    select(
        func.coalesce(func.min(func.nullif(actors.c.shared_inbox, "")), func.min(actors.c.inbox))
    ).where(actors.c.host == bindparam("host"), actors.c.local == 0, actors.c.state != "gone")
)


async def wake_host(tx: Transaction, host: str, *, now: int) -> bool:
    """A valid signed request came from there: make its next probe due, at most every 15 minutes.

    It resets nothing by itself: a host that can send but not receive would loop otherwise (Q-11,
    Mastodon's issue 31118). True when a probe was made due.
    """
    rows = await tx.all(_WAKE, whose=host, now=now, earliest=now - _PAUSE)
    if not rows:
        return False
    if rows[0]["state"] == "asleep" and not rows[0]["waiting"]:
        await catch_up(tx, host, since=rows[0]["asleep_since"] or 0)
        has_rows = await tx.value(_HAS_ROWS, host=host) is not None
        await tx.run(_ROUSE, whose=host, now=now, has_rows=int(has_rows))
    await tx.run(_READY, whose=host)
    tx.wake("lanes")
    return True


async def catch_up(tx: Transaction, host: str, *, since: int) -> None:
    """Deliveries for all that was expanded while the host slept.

    News is kept for 30 days, withdrawals without limit. A row that is there already stays.
    """
    await alone(tx)
    for statement in _MISSED_BY_PEOPLE:
        await tx.run(statement, since=since, host=host)
    rows = await tx.all(
        _MISSED_BY_INBOX, since=since, host=host, https=f"https://{host}/", http=f"http://{host}/"
    )
    whole = await tx.value(_INBOX_OF_HOST, host=host) if rows else None
    for row in rows:
        inbox = whole if row["kind"] == "host" else row["reference"]
        if inbox:
            await tx.run(_TO_INBOX, outgoing=row["outgoing_id"], inbox=inbox, host=host)
