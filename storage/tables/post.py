"""The post office: the inbound journal, outgoing activities, deliveries and lanes.

`outgoing` and its audiences are written by the deed that causes them; deliveries come from
expansion. A lane is one remote host.
"""

from sqlalchemy import Index, Table, UniqueConstraint, and_

from storage.tables.columns import blob, flag, metadata, number, ref, serial, text, time

# Verified and durable before the 202; settled in the transaction of its effects.
journal = Table(
    "journal",
    metadata,
    serial(),
    text("uri"),
    text("kind"),
    text("signer"),  # URI of the actor whose key signed the request
    text("host"),
    text("order_key"),  # the object it is about: one at a time, in order
    blob("body"),
    text("state"),  # ready | waiting | done | ignored | refused | dead
    text("detail"),
    number("attempts"),  # postponed so often
    number("crashes"),  # leases that ran out
    time("received"),
    time("due"),
    time("lease", null=True),  # until when a worker has it; which worker, too
    time("settled", null=True),
)
Index(
    "ix_journal_ready",
    journal.c.due,
    journal.c.id,
    sqlite_where=journal.c.state == "ready",
    postgresql_where=journal.c.state == "ready",
)
# Three more for the rule "one at a time, in order", and one for what waits or is dead.
Index(
    "ix_journal_ready_signer",
    journal.c.signer,
    journal.c.id,
    sqlite_where=journal.c.state == "ready",
    postgresql_where=journal.c.state == "ready",
)
Index(
    "ix_journal_ready_order_key",
    journal.c.order_key,
    journal.c.id,
    sqlite_where=journal.c.state == "ready",
    postgresql_where=journal.c.state == "ready",
)
Index(
    "ix_journal_leased",
    journal.c.signer,
    journal.c.lease,
    sqlite_where=and_(journal.c.state == "ready", journal.c.lease.is_not(None)),
    postgresql_where=and_(journal.c.state == "ready", journal.c.lease.is_not(None)),
)
Index(
    "ix_journal_held",
    journal.c.state,
    journal.c.id,
    sqlite_where=journal.c.state.in_(["waiting", "dead"]),
    postgresql_where=journal.c.state.in_(["waiting", "dead"]),
)
Index("ix_journal_uri", journal.c.uri)
Index("ix_journal_settled", journal.c.settled)

seen = Table(
    "seen",
    metadata,
    text("uri", primary_key=True),
    time("at"),
    Index("ix_seen_at", "at"),
)

outgoing = Table(
    "outgoing",
    metadata,
    serial(),
    text("uri", unique=True),
    text("kind"),  # type of the activity
    ref("actor_id"),  # who signs
    text("order_key"),
    flag("barrier"),  # nothing else of this actor for that host passes it
    flag("withdrawal"),  # goes to whoever may hold a copy
    ref("note_id", null=True, index=True),
    blob("body"),
    time("since"),  # withdrawals: birth of what is withdrawn
    time("created"),
    time("expanded", null=True),
)
Index(
    "ix_outgoing_unexpanded",
    outgoing.c.id,
    sqlite_where=outgoing.c.expanded.is_(None),
    postgresql_where=outgoing.c.expanded.is_(None),
)
Index("ix_outgoing_actor_id_id", outgoing.c.actor_id, outgoing.c.id)
Index("ix_outgoing_expanded", outgoing.c.expanded)

outgoing_audiences = Table(
    "outgoing_audiences",
    metadata,
    ref("outgoing_id", primary_key=True, autoincrement=False),
    text("kind", primary_key=True),  # followers | past_followers | members | host | inbox
    text("reference", primary_key=True),  # actor id (the first three) | host | inbox URL
    text("cursor"),  # last inbox already expanded
    flag("done"),
)

deliveries = Table(
    "deliveries",
    metadata,
    serial(),
    ref("outgoing_id"),
    text("host"),
    text("inbox"),
    text("order_key"),
    flag("barrier"),
    number("attempts"),
    time("tried", null=True),  # first try
    time("due"),  # 0: at once
    text("error"),
    UniqueConstraint("outgoing_id", "inbox"),
)
Index("ix_deliveries_host_id", deliveries.c.host, deliveries.c.id)
Index(
    "ix_deliveries_delayed",
    deliveries.c.host,
    deliveries.c.due,
    sqlite_where=deliveries.c.due > 0,
    postgresql_where=deliveries.c.due > 0,
)

lanes = Table(
    "lanes",
    metadata,
    text("host", primary_key=True),
    text("state"),  # ok | failing | asleep
    flag("waiting"),  # has deliveries
    number("failures"),
    text("failed_uris"),  # JSON list of up to two activities that failed in a row
    time("failing_since", null=True),
    time("asleep_since", null=True),
    time("not_before"),  # the whole host is left alone until then
    time("due"),  # when to look at it next
    time("woken"),  # when a sign of life last made its probe due
    time("lease", null=True),
    text("lease_token"),
    text("last_error"),
    time("last_success", null=True),
)
Index(
    "ix_lanes_due",
    lanes.c.due,
    sqlite_where=lanes.c.waiting == 1,
    postgresql_where=lanes.c.waiting == 1,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    serial(),
    ref("outgoing_id"),
    text("uri"),
    text("host"),
    text("inbox"),
    text("error"),
    number("attempts"),
    time("at"),
)

# Inboxes that answered 410 (gone at once) or 404 (gone after three activities in a day).
gone_inboxes = Table(
    "gone_inboxes",
    metadata,
    text("inbox", primary_key=True),
    text("missed"),  # JSON list of up to three activities
    time("at"),  # first of those answers
    time("gone", null=True),
)
