"""Home timelines and notifications: placed when something arrives, checked again when read."""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import key, metadata, ref, serial, text, time

home_entries = Table(
    "home_entries",
    metadata,
    key("owner_id"),
    key("entry_id"),  # id of the note, or of the boost that brought it
    ref("note_id"),
    ref("via_id", null=True),  # who boosted it
    UniqueConstraint("owner_id", "note_id"),
    Index("ix_home_entries_note_id", "note_id"),
)

notifications = Table(
    "notifications",
    metadata,
    serial(),
    ref("owner_id"),
    text("kind"),  # mention | follow | follow_request | favourite | reblog | update | invitation
    ref("actor_id"),
    ref("note_id", null=True),
    time("at"),
    Index("ix_notifications_owner_id_id", "owner_id", "id"),
)
