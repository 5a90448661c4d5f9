"""Notes and what hangs on them: versions, mentions, tags, attachments, polls, reactions, boosts."""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import blob, flag, key, metadata, number, ref, serial, text, time

notes = Table(
    "notes",
    metadata,
    key(),
    text("uri", unique=True),
    text("kind"),  # Note | Article | Page | Question | Event | Video | ... as created
    ref("author_id"),
    ref("community_id", null=True),  # home community, here or elsewhere
    text("in_reply_to", null=True),  # URI, known or not
    ref("in_reply_to_id", null=True),
    ref("root_id", null=True),  # first note of its thread, itself for a starter
    text("context", null=True),
    text("replies", null=True),  # remote replies collection, for backfill
    text("title"),  # plain text
    text("summary"),  # plain text: résumé or content warning
    text("language", null=True),
    text("url", null=True),
    text("visibility"),  # public | unlisted | followers | community | direct
    flag("sensitive"),
    flag("local"),
    flag("locked"),  # the thread it starts takes no more replies
    text("quote", null=True),
    text("license", null=True),
    flag("announceable", default=True),
    time("published"),
    time("updated", null=True),
    time("starts", null=True),
    time("ends", null=True),
    text("hidden_by", null=True),  # URI of the community that removed it from its thread
    # The long ones last: SQLite reads through all that stands before a column.
    text("content"),  # clean HTML
    text("source"),  # Markdown, local only
    blob("document", null=True),  # local: the object's bytes with proof, as served and sent
)
Index("ix_notes_author_id_id", notes.c.author_id, notes.c.id)
Index("ix_notes_community_id_id", notes.c.community_id, notes.c.id)
Index("ix_notes_root_id_id", notes.c.root_id, notes.c.id)
Index("ix_notes_in_reply_to", notes.c.in_reply_to)
Index("ix_notes_in_reply_to_id_id", notes.c.in_reply_to_id, notes.c.id)

# Provenance: each kept version has its bytes; `proven` says how we know (origin | proof | group).
note_versions = Table(
    "note_versions",
    metadata,
    serial(),
    ref("note_id", index=True),
    blob("body"),
    text("proven"),
    time("updated"),
    time("received"),
)

mentions = Table(
    "mentions",
    metadata,
    key("note_id"),
    key("actor_id"),
    Index("ix_mentions_actor_id_note_id", "actor_id", "note_id"),
)

note_tags = Table(
    "note_tags",
    metadata,
    key("note_id"),
    text("tag", primary_key=True),  # folded
    text("name"),  # as written
    Index("ix_note_tags_tag_note_id", "tag", "note_id"),
)

attachments = Table(
    "attachments",
    metadata,
    key("note_id"),
    key("position"),
    text("url"),
    text("kind"),
    text("media_type"),
    text("alt"),
    text("blurhash", null=True),
    ref("width", null=True),
    ref("height", null=True),
)

polls = Table(
    "polls",
    metadata,
    key("note_id"),
    flag("multiple"),
    time("closes", null=True),
    number("voters"),  # as the origin says; for local polls counted
)

poll_choices = Table(
    "poll_choices",
    metadata,
    key("note_id"),
    key("position"),
    text("name"),
    number("votes"),
)

poll_votes = Table(
    "poll_votes",
    metadata,
    key("note_id"),
    key("actor_id"),
    key("position"),
    time("at"),
)

reactions = Table(
    "reactions",
    metadata,
    key(),
    ref("note_id"),
    ref("actor_id", index=True),
    text("kind"),  # like | dislike
    text("content"),  # an emoji, or empty
    text("uri", null=True, index=True),
    flag("proven", default=True),  # 0: only a Group's Announce says so; counted, never notified
    time("at"),
    UniqueConstraint("note_id", "actor_id", "kind"),
)

boosts = Table(
    "boosts",
    metadata,
    key(),
    text("uri", unique=True),
    ref("actor_id"),
    ref("note_id", index=True),
    flag("local"),
    time("published"),
    UniqueConstraint("actor_id", "note_id"),
)

featured = Table(
    "featured",
    metadata,
    key("owner_id"),
    key("note_id"),
    time("at"),
)

# What was deleted stays deleted: a late Create of it is refused.
tombstones = Table(
    "tombstones",
    metadata,
    text("uri", primary_key=True),
    text("author"),
    time("at"),
    flag("local"),
)
