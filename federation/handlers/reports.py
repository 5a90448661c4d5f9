"""Flag: a report goes to those who moderate here, and nowhere else (A-16)."""

from __future__ import annotations

from federation import discovery, origin
from federation.fetching import Budget
from federation.node import Node
from federation.origin import Refused
from federation.received import Plan, Received
from federation.vocabulary import Flag
from moderation import reports
from notes.plain import clean_text
from storage.engine import Transaction

_MOST_OBJECTS = 20
_MOST_TEXT = 3000


async def flag(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Flag)
    if activity.uri is None:
        raise Refused("missing_id", "id: a Flag needs one")
    if node.admission.rejects_reports(origin.host(activity.actor)):
        raise Refused("domain_blocked", "reports from there are not taken")
    reporter = await discovery.actor(node, activity.actor, budget=budget)
    uri, objects = activity.uri, activity.objects[:_MOST_OBJECTS]

    async def apply(tx: Transaction) -> None:
        await reports.add(
            tx,
            uri=uri,
            reporter_id=reporter.id,
            objects=objects,
            content=clean_text(activity.content, limit=_MOST_TEXT),
            now=received.now,
        )

    return apply
