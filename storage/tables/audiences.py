"""Who may read what: the only tables the visibility rule looks at.

Follows, memberships, blocks and moderation write rows here, so a revocation or a suspension is one
row, and no timeline, feed or search index has to be cleaned.
"""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import key, metadata, ref, text, time

audiences = Table(
    "audiences",
    metadata,
    key(),
    text("kind"),  # public | followers | community | person
    ref("owner_id"),  # the actor whose followers, members or self; 0 for public
    UniqueConstraint("kind", "owner_id"),
)

audience_members = Table(
    "audience_members",
    metadata,
    key("audience_id"),
    key("actor_id"),
    Index("ix_audience_members_actor_id", "actor_id"),
)

note_audiences = Table(
    "note_audiences",
    metadata,
    key("note_id"),
    key("audience_id"),
    Index("ix_note_audiences_audience_id_note_id", "audience_id", "note_id"),
)

# A note that somebody (0: everybody but its author) may not see although its audiences say so.
withheld = Table(
    "withheld",
    metadata,
    key("note_id"),
    key("viewer_id"),
    text("reason"),
    time("at"),
)

# Everything of an author that somebody (0: everybody) may not see: blocks both ways, suspensions.
barriers = Table(
    "barriers",
    metadata,
    key("author_id"),
    key("viewer_id"),
    text("reason", primary_key=True),  # block | suspended
)
