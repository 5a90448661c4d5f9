"""Carnets: ordered, categorised notebooks of notes that live anywhere.

What belongs to the pair (note, carnet) is in `carnet_entries`: the same note has its own place,
number, categories and preface in each carnet. Numbers and neighbours are computed when read.
"""

from sqlalchemy import Index, Table, UniqueConstraint

from storage.tables.columns import flag, key, metadata, number, ref, serial, text, time

carnets = Table(
    "carnets",
    metadata,
    serial(),
    text("uri", unique=True),
    flag("local"),
    text("title"),
    text("short_title"),
    text("summary"),  # plain text
    text("cover", null=True),
    text("cover_alt"),
    text("license", null=True),
    text("language", null=True),
    ref("community_id", null=True),
    ref("created_by"),
    text("visibility"),
    text("mode"),  # living | fixed: what a new entry shows unless it says otherwise
    time("published"),
    time("updated"),
    text("context"),  # clean HTML: what the box over each of its notes says
    text("context_source"),  # Markdown, local only
    text("guide"),  # clean HTML: how to write for it
    text("guide_source"),
)
Index("ix_carnets_community_id_id", carnets.c.community_id, carnets.c.id)

carnet_audiences = Table(
    "carnet_audiences",
    metadata,
    key("carnet_id"),
    key("audience_id"),
    Index("ix_carnet_audiences_audience_id_carnet_id", "audience_id", "carnet_id"),
)

carnet_people = Table(
    "carnet_people",
    metadata,
    key("carnet_id"),
    key("actor_id"),
    text("role"),  # owner | contributor
    ref("added_by"),
    time("since"),
    Index("ix_carnet_people_actor_id_carnet_id", "actor_id", "carnet_id"),
)

carnet_lists = Table(
    "carnet_lists",
    metadata,
    key("carnet_id"),
    key("position"),  # 1 to 3
    text("name"),
)

carnet_categories = Table(
    "carnet_categories",
    metadata,
    serial(),
    ref("carnet_id"),
    number("list"),  # position of its list
    number("position"),  # 1 to 10
    text("name"),
    UniqueConstraint("carnet_id", "list", "position"),
)

carnet_slots = Table(
    "carnet_slots",
    metadata,
    key("carnet_id"),
    text("slot", primary_key=True),  # toc | abstract | references
    ref("note_id", index=True),
)

carnet_entries = Table(
    "carnet_entries",
    metadata,
    serial(),
    text("uri", unique=True),
    ref("carnet_id"),
    text("kind"),  # note | heading
    text("state"),  # in | waiting (for an author) | withdrawn (a stub)
    ref("position"),  # order within the carnet, with gaps; never shown
    number("depth", 1),  # 1 to 6: the level its number has
    flag("numbered", default=True),
    ref("note_id", null=True, index=True),  # null for headings, stubs and notes not here
    text("note_uri", null=True),
    text("title"),  # of a heading; of a stub, when its author lets it stay
    text("reason"),  # of a stub
    ref("pinned", null=True),  # number of the revision shown; null for the living note
    ref("integrated_by"),
    time("integrated_at"),
    text("preface"),  # clean HTML: the local reading of the note
    text("preface_source"),
    UniqueConstraint("carnet_id", "position"),
    UniqueConstraint("carnet_id", "note_uri"),
)

entry_categories = Table(
    "entry_categories",
    metadata,
    key("entry_id"),
    key("category_id"),
    Index("ix_entry_categories_category_id_entry_id", "category_id", "entry_id"),
)
