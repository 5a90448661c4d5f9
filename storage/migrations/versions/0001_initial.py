"""The first schema.

Written by `python -m storage.revising`; SQL only, see `storage.migrating`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "actors",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("username", sa.Text(), server_default="", nullable=False),
        sa.Column("username_key", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("summary_source", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("inbox", sa.Text(), server_default="", nullable=False),
        sa.Column("shared_inbox", sa.Text(), nullable=True),
        sa.Column("outbox", sa.Text(), nullable=True),
        sa.Column("followers", sa.Text(), nullable=True),
        sa.Column("following", sa.Text(), nullable=True),
        sa.Column("featured", sa.Text(), nullable=True),
        sa.Column("moderators", sa.Text(), nullable=True),
        sa.Column("icon", sa.Text(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("locked", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("discoverable", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("indexable", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("posting", sa.Text(), server_default="", nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("also_known_as", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
        sa.UniqueConstraint("uri", name=op.f("uq_actors_uri")),
    )
    op.create_index("ix_actors_host_username_key", "actors", ["host", "username_key"], unique=False)
    op.create_index(
        "uq_actors_local_username_key",
        "actors",
        ["username_key"],
        unique=True,
        sqlite_where=sa.text("local = 1"),
        postgresql_where=sa.text("local = 1"),
    )
    op.create_table(
        "alternatives",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alternatives")),
    )
    op.create_index("ix_alternatives_note_id_id", "alternatives", ["note_id", "id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("media_type", sa.Text(), server_default="", nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("note_id", "position", name=op.f("pk_attachments")),
    )
    op.create_table(
        "audience_members",
        sa.Column("audience_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "actor_id", name=op.f("pk_audience_members")),
    )
    op.create_index("ix_audience_members_actor_id", "audience_members", ["actor_id"], unique=False)
    op.create_table(
        "audiences",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audiences")),
        sa.UniqueConstraint("kind", "owner_id", name=op.f("uq_audiences_kind_owner_id")),
    )
    op.create_table(
        "bans",
        sa.Column("community_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "actor_id", name=op.f("pk_bans")),
    )
    op.create_table(
        "barriers",
        sa.Column("author_id", BIG, autoincrement=False, nullable=False),
        sa.Column("viewer_id", BIG, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("author_id", "viewer_id", "reason", name=op.f("pk_barriers")),
    )
    op.create_table(
        "blocks",
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("target_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "target_id", "kind", name=op.f("pk_blocks")),
    )
    op.create_index("ix_blocks_target_id", "blocks", ["target_id"], unique=False)
    op.create_table(
        "boosts",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boosts")),
        sa.UniqueConstraint("actor_id", "note_id", name=op.f("uq_boosts_actor_id_note_id")),
        sa.UniqueConstraint("uri", name=op.f("uq_boosts_uri")),
    )
    op.create_index(op.f("ix_boosts_note_id"), "boosts", ["note_id"], unique=False)
    op.create_table(
        "carnet_audiences",
        sa.Column("carnet_id", BIG, autoincrement=False, nullable=False),
        sa.Column("audience_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("carnet_id", "audience_id", name=op.f("pk_carnet_audiences")),
    )
    op.create_index(
        "ix_carnet_audiences_audience_id_carnet_id",
        "carnet_audiences",
        ["audience_id", "carnet_id"],
        unique=False,
    )
    op.create_table(
        "carnet_categories",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("carnet_id", sa.BigInteger(), nullable=False),
        sa.Column("list", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carnet_categories")),
        sa.UniqueConstraint(
            "carnet_id",
            "list",
            "position",
            name=op.f("uq_carnet_categories_carnet_id_list_position"),
        ),
    )
    op.create_table(
        "carnet_entries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("carnet_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), server_default="1", nullable=False),
        sa.Column("numbered", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("note_uri", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("pinned", sa.BigInteger(), nullable=True),
        sa.Column("integrated_by", sa.BigInteger(), nullable=False),
        sa.Column("integrated_at", sa.BigInteger(), nullable=False),
        sa.Column("preface", sa.Text(), server_default="", nullable=False),
        sa.Column("preface_source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carnet_entries")),
        sa.UniqueConstraint(
            "carnet_id", "note_uri", name=op.f("uq_carnet_entries_carnet_id_note_uri")
        ),
        sa.UniqueConstraint(
            "carnet_id", "position", name=op.f("uq_carnet_entries_carnet_id_position")
        ),
        sa.UniqueConstraint("uri", name=op.f("uq_carnet_entries_uri")),
    )
    op.create_index(op.f("ix_carnet_entries_note_id"), "carnet_entries", ["note_id"], unique=False)
    op.create_table(
        "carnet_lists",
        sa.Column("carnet_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("carnet_id", "position", name=op.f("pk_carnet_lists")),
    )
    op.create_table(
        "carnet_people",
        sa.Column("carnet_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("carnet_id", "actor_id", name=op.f("pk_carnet_people")),
    )
    op.create_index(
        "ix_carnet_people_actor_id_carnet_id",
        "carnet_people",
        ["actor_id", "carnet_id"],
        unique=False,
    )
    op.create_table(
        "carnet_slots",
        sa.Column("carnet_id", BIG, autoincrement=False, nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("carnet_id", "slot", name=op.f("pk_carnet_slots")),
    )
    op.create_index(op.f("ix_carnet_slots_note_id"), "carnet_slots", ["note_id"], unique=False)
    op.create_table(
        "carnets",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("short_title", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("cover", sa.Text(), nullable=True),
        sa.Column("cover_alt", sa.Text(), server_default="", nullable=False),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="", nullable=False),
        sa.Column("mode", sa.Text(), server_default="", nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("context", sa.Text(), server_default="", nullable=False),
        sa.Column("context_source", sa.Text(), server_default="", nullable=False),
        sa.Column("guide", sa.Text(), server_default="", nullable=False),
        sa.Column("guide_source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carnets")),
        sa.UniqueConstraint("uri", name=op.f("uq_carnets_uri")),
    )
    op.create_index("ix_carnets_community_id_id", "carnets", ["community_id", "id"], unique=False)
    op.create_table(
        "communities",
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("joining", sa.Text(), server_default="", nullable=False),
        sa.Column("posting", sa.Text(), server_default="", nullable=False),
        sa.Column("private", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_communities")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("outgoing_id", sa.BigInteger(), nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("outgoing_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox", sa.Text(), server_default="", nullable=False),
        sa.Column("order_key", sa.Text(), server_default="", nullable=False),
        sa.Column("barrier", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("outgoing_id", "inbox", name=op.f("uq_deliveries_outgoing_id_inbox")),
    )
    op.create_index(
        "ix_deliveries_delayed",
        "deliveries",
        ["host", "due"],
        unique=False,
        sqlite_where=sa.text("due > 0"),
        postgresql_where=sa.text("due > 0"),
    )
    op.create_index("ix_deliveries_host_id", "deliveries", ["host", "id"], unique=False)
    op.create_table(
        "domain_blocks",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), server_default="", nullable=False),
        sa.Column("reject_media", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reject_reports", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("public_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("private_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("obfuscate", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_domain_blocks")),
    )
    op.create_table(
        "entry_categories",
        sa.Column("entry_id", BIG, autoincrement=False, nullable=False),
        sa.Column("category_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "category_id", name=op.f("pk_entry_categories")),
    )
    op.create_index(
        "ix_entry_categories_category_id_entry_id",
        "entry_categories",
        ["category_id", "entry_id"],
        unique=False,
    )
    op.create_table(
        "featured",
        sa.Column("owner_id", BIG, autoincrement=False, nullable=False),
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "note_id", name=op.f("pk_featured")),
    )
    op.create_table(
        "follows",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("follower_id", sa.BigInteger(), nullable=False),
        sa.Column("followed_id", sa.BigInteger(), nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
    )
    op.create_index(
        "ix_follows_followed_id_state", "follows", ["followed_id", "state"], unique=False
    )
    op.create_index(
        "ix_follows_local",
        "follows",
        ["followed_id", "state", "follower_id"],
        unique=False,
        sqlite_where=sa.text("local = 1 AND ended IS NULL"),
        postgresql_where=sa.text("local = 1 AND ended IS NULL"),
    )
    op.create_index("ix_follows_uri", "follows", ["uri"], unique=False)
    op.create_index(
        "uq_follows_current",
        "follows",
        ["follower_id", "followed_id"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "gone_inboxes",
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("missed", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("inbox", name=op.f("pk_gone_inboxes")),
    )
    op.create_table(
        "home_entries",
        sa.Column("owner_id", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", BIG, autoincrement=False, nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("via_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("owner_id", "entry_id", name=op.f("pk_home_entries")),
        sa.UniqueConstraint("owner_id", "note_id", name=op.f("uq_home_entries_owner_id_note_id")),
    )
    op.create_index("ix_home_entries_note_id", "home_entries", ["note_id"], unique=False)
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("software", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.Column("signatures", sa.Text(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "instance",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("payload", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_jobs_kind_reference")),
    )
    op.create_index("ix_jobs_due", "jobs", ["due"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("order_key", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(
        "ix_journal_held",
        "journal",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'dead')"),
        postgresql_where=sa.text("state IN ('waiting', 'dead')"),
    )
    op.create_index(
        "ix_journal_leased",
        "journal",
        ["signer", "lease"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND lease IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND lease IS NOT NULL"),
    )
    op.create_index(
        "ix_journal_ready",
        "journal",
        ["due", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_journal_ready_order_key",
        "journal",
        ["order_key", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_journal_ready_signer",
        "journal",
        ["signer", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_journal_settled", "journal", ["settled"], unique=False)
    op.create_index("ix_journal_uri", "journal", ["uri"], unique=False)
    op.create_table(
        "keys",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("public", sa.Text(), server_default="", nullable=False),
        sa.Column("private", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("retires", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_keys")),
    )
    op.create_index(op.f("ix_keys_actor_id"), "keys", ["actor_id"], unique=False)
    op.create_table(
        "lanes",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("waiting", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_uris", sa.Text(), server_default="", nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("asleep_since", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("woken", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.Column("lease_token", sa.Text(), server_default="", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("last_success", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_lanes")),
    )
    op.create_index(
        "ix_lanes_due",
        "lanes",
        ["due"],
        unique=False,
        sqlite_where=sa.text("waiting = 1"),
        postgresql_where=sa.text("waiting = 1"),
    )
    op.create_table(
        "memberships",
        sa.Column("community_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "actor_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_actor_id", "memberships", ["actor_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("note_id", "actor_id", name=op.f("pk_mentions")),
    )
    op.create_index(
        "ix_mentions_actor_id_note_id", "mentions", ["actor_id", "note_id"], unique=False
    )
    op.create_table(
        "note_audiences",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("audience_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("note_id", "audience_id", name=op.f("pk_note_audiences")),
    )
    op.create_index(
        "ix_note_audiences_audience_id_note_id",
        "note_audiences",
        ["audience_id", "note_id"],
        unique=False,
    )
    op.create_table(
        "note_authors",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("hat", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("note_id", "position", name=op.f("pk_note_authors")),
    )
    op.create_index(
        "ix_note_authors_actor_id_note_id", "note_authors", ["actor_id", "note_id"], unique=False
    )
    op.create_table(
        "note_editors",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("word", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "actor_id", name=op.f("pk_note_editors")),
    )
    op.create_table(
        "note_tags",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("note_id", "tag", name=op.f("pk_note_tags")),
    )
    op.create_index("ix_note_tags_tag_note_id", "note_tags", ["tag", "note_id"], unique=False)
    op.create_table(
        "note_versions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("proven", sa.Text(), server_default="", nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_versions")),
    )
    op.create_index(op.f("ix_note_versions_note_id"), "note_versions", ["note_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("in_reply_to_id", sa.BigInteger(), nullable=True),
        sa.Column("root_id", sa.BigInteger(), nullable=True),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("replies", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), server_default="", nullable=False),
        sa.Column("sensitive", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("locked", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("announceable", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=True),
        sa.Column("starts", sa.BigInteger(), nullable=True),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("hidden_by", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("uri", name=op.f("uq_notes_uri")),
    )
    op.create_index("ix_notes_author_id_id", "notes", ["author_id", "id"], unique=False)
    op.create_index("ix_notes_community_id_id", "notes", ["community_id", "id"], unique=False)
    op.create_index("ix_notes_in_reply_to", "notes", ["in_reply_to"], unique=False)
    op.create_index("ix_notes_in_reply_to_id_id", "notes", ["in_reply_to_id", "id"], unique=False)
    op.create_index("ix_notes_root_id_id", "notes", ["root_id", "id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(
        "ix_notifications_owner_id_id", "notifications", ["owner_id", "id"], unique=False
    )
    op.create_table(
        "outgoing",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("order_key", sa.Text(), server_default="", nullable=False),
        sa.Column("barrier", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("withdrawal", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expanded", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("uri", name=op.f("uq_outgoing_uri")),
    )
    op.create_index("ix_outgoing_actor_id_id", "outgoing", ["actor_id", "id"], unique=False)
    op.create_index("ix_outgoing_expanded", "outgoing", ["expanded"], unique=False)
    op.create_index(op.f("ix_outgoing_note_id"), "outgoing", ["note_id"], unique=False)
    op.create_index(
        "ix_outgoing_unexpanded",
        "outgoing",
        ["id"],
        unique=False,
        sqlite_where=sa.text("expanded IS NULL"),
        postgresql_where=sa.text("expanded IS NULL"),
    )
    op.create_table(
        "outgoing_audiences",
        sa.Column("outgoing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("done", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "outgoing_id", "kind", "reference", name=op.f("pk_outgoing_audiences")
        ),
    )
    op.create_table(
        "poll_choices",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("votes", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("note_id", "position", name=op.f("pk_poll_choices")),
    )
    op.create_table(
        "poll_votes",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "actor_id", "position", name=op.f("pk_poll_votes")),
    )
    op.create_table(
        "polls",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("multiple", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=True),
        sa.Column("voters", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_polls")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("proposer_id", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("word", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("uri", name=op.f("uq_proposals_uri")),
    )
    op.create_index("ix_proposals_note_id_id", "proposals", ["note_id", "id"], unique=False)
    op.create_table(
        "reactions",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("proven", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reactions")),
        sa.UniqueConstraint(
            "note_id", "actor_id", "kind", name=op.f("uq_reactions_note_id_actor_id_kind")
        ),
    )
    op.create_index(op.f("ix_reactions_actor_id"), "reactions", ["actor_id"], unique=False)
    op.create_index(op.f("ix_reactions_uri"), "reactions", ["uri"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", "host", "kind", name=op.f("pk_refusals")),
    )
    op.create_table(
        "reports",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("uri", name=op.f("uq_reports_uri")),
    )
    op.create_table(
        "revisions",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("restored", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("license", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("note_id", "number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "seen",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_seen")),
    )
    op.create_index("ix_seen_at", "seen", ["at"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_actor_id"), "tokens", ["actor_id"], unique=False)
    op.create_table(
        "tombstones",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("local", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "unindexed",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_unindexed")),
    )
    op.create_table(
        "withheld",
        sa.Column("note_id", BIG, autoincrement=False, nullable=False),
        sa.Column("viewer_id", BIG, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "viewer_id", name=op.f("pk_withheld")),
    )
    orders = {
        "sqlite": [
            """CREATE VIRTUAL TABLE note_words USING fts5(
    facets UNINDEXED, words, columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
)""",
        ],
        "postgresql": [
            """CREATE TABLE note_words (
    rowid BIGINT NOT NULL,
    facets TEXT DEFAULT '' NOT NULL,
    words TSVECTOR NOT NULL,
    CONSTRAINT pk_note_words PRIMARY KEY (rowid)
)""",
            """CREATE INDEX ix_note_words_words ON note_words USING gin (words)""",
        ],
    }
    for order in orders[op.get_context().dialect.name]:
        op.execute(order)
