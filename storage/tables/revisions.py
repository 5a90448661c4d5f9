"""How notes change: their revisions, who wrote and may edit them, what others propose."""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import key, metadata, number, ref, serial, text, time

# The whole text each time: a difference can always be made again, a lost text can't. The newest
# row says what the note says.
revisions = Table(
    "revisions",
    metadata,
    key("note_id"),
    key("number"),  # from 1, without gaps except where old versions from elsewhere were dropped
    ref("actor_id"),  # who wrote this version
    text("reason"),
    time("at"),
    ref("restored", null=True),  # the number whose text came back
    text("title"),
    text("summary"),
    text("language", null=True),
    text("license", null=True),
    text("hash"),  # SHA-256 of all six, hex
    text("content"),  # clean HTML; the long ones last, as in `notes`
    text("source"),  # Markdown, local only
)

# A text written on an older version than the newest: kept beside it until somebody settles it.
alternatives = Table(
    "alternatives",
    metadata,
    serial(),
    ref("note_id"),
    ref("actor_id"),
    ref("base"),  # the number it was written on
    text("reason"),
    time("at"),
    text("title"),
    text("summary"),
    text("content"),
    text("source"),
    text("state"),  # open | taken | set_aside
    ref("settled_by", null=True),
    time("settled", null=True),
    Index("ix_alternatives_note_id_id", "note_id", "id"),
)

note_authors = Table(
    "note_authors",
    metadata,
    key("note_id"),
    key("position"),
    ref("actor_id", null=True),  # or a name only
    text("name"),
    text("hat"),  # person | organisation
    text("organisation"),
    text("role"),
    Index("ix_note_authors_actor_id_note_id", "actor_id", "note_id"),
)

note_editors = Table(
    "note_editors",
    metadata,
    key("note_id"),
    key("actor_id"),
    text("state"),  # asked | granted | refused
    text("word"),  # of who asks, then of who answers
    ref("decided_by", null=True),
    time("at"),
)

proposals = Table(
    "proposals",
    metadata,
    serial(),
    text("uri"),  # of the offer
    ref("note_id"),
    ref("proposer_id"),
    ref("base"),  # the revision it was written on
    text("title"),
    text("summary"),
    text("content"),
    text("source"),
    text("word"),
    text("state"),  # open | accepted | refused | withdrawn
    text("answer"),
    ref("decided_by", null=True),
    number("revision"),  # what it became, 0 before
    time("at"),
    time("decided", null=True),
    UniqueConstraint("uri"),
    Index("ix_proposals_note_id_id", "note_id", "id"),
)
