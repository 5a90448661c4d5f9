"""What keeps a node running: its own identity, due work, refusals, reports."""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import metadata, number, ref, serial, text, time

# Facts that never change after `init`, as name and value: the host name above all.
instance = Table(
    "instance",
    metadata,
    text("name", primary_key=True),
    text("value"),
)

jobs = Table(
    "jobs",
    metadata,
    serial(),
    text("kind"),
    text("reference"),  # what it is about; one job per kind and reference
    text("payload"),  # JSON
    text("state", server_default="ready"),  # ready | dead
    number("attempts"),
    number("crashes"),  # leases that ran out
    time("due"),
    time("lease", null=True),
    text("error"),
    UniqueConstraint("kind", "reference"),
    Index("ix_jobs_due", "due"),
)

# Why something from outside was refused; no content (T-12).
refusals = Table(
    "refusals",
    metadata,
    text("code", primary_key=True),
    text("host", primary_key=True),
    text("kind", primary_key=True),
    text("actor"),
    text("uri"),
    number("count", 1),
    time("first"),
    time("last"),
)

reports = Table(
    "reports",
    metadata,
    serial(),
    text("uri", unique=True),
    ref("reporter_id"),
    text("objects"),  # JSON list of URIs
    text("content"),
    text("state"),  # open | resolved
    time("at"),
)
