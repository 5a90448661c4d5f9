"""People, communities and programs, here and elsewhere; their keys, follows, blocks and hosts."""

from sqlalchemy import Index, Table, and_

from storage.tables.columns import blob, flag, key, metadata, ref, text, time

actors = Table(
    "actors",
    metadata,
    key(),
    text("uri", unique=True),
    text("kind"),  # Person | Group | Application | Service | Organization | Feed
    flag("local"),
    text("host"),  # canonical host[:port]
    text("username"),
    text("username_key"),  # folded, for looking up
    text("name"),
    text("summary"),  # clean HTML
    text("summary_source"),  # Markdown, local only
    text("url", null=True),
    text("inbox"),
    text("shared_inbox", null=True),
    text("outbox", null=True),
    text("followers", null=True),
    text("following", null=True),
    text("featured", null=True),
    text("moderators", null=True),
    text("icon", null=True),
    text("image", null=True),
    flag("locked"),
    flag("discoverable", default=True),
    flag("indexable"),
    text("posting"),  # communities: open | members | moderators
    text("moved_to", null=True),
    text("also_known_as"),  # JSON list of URIs
    text("fields"),  # JSON list of [name, value]
    text("language", null=True),
    time("published"),
    time("updated"),
    time("fetched"),  # 0 for local ones
    text("state"),  # ok | gone | suspended
    blob("document", null=True),  # local: the bytes served at its URI
)
Index(
    "uq_actors_local_username_key",
    actors.c.username_key,
    unique=True,
    sqlite_where=actors.c.local == 1,
    postgresql_where=actors.c.local == 1,
)
Index("ix_actors_host_username_key", actors.c.host, actors.c.username_key)

keys = Table(
    "keys",
    metadata,
    text("uri", primary_key=True),
    ref("actor_id", index=True),
    text("kind"),  # rsa | ed25519
    text("public"),  # PEM
    text("private", null=True),  # PEM, local only
    text("state"),  # active | retiring | revoked
    time("created"),
    time("retires", null=True),
    time("fetched"),
)

accounts = Table(
    "accounts",
    metadata,
    key("actor_id"),
    text("email", null=True),
    text("password_hash", null=True),
    text("locale"),
    text("role"),  # user | moderator | admin
    flag("confirmed"),
    time("created"),
)

tokens = Table(
    "tokens",
    metadata,
    text("token_hash", primary_key=True),  # SHA-256, hex
    ref("actor_id", index=True),
    text("scopes"),  # separated by spaces
    text("label"),
    time("created"),
    time("revoked", null=True),
)

communities = Table(
    "communities",
    metadata,
    key("actor_id"),
    text("joining"),  # open | approval
    text("posting"),  # open | members | moderators
    flag("private"),
    ref("created_by", null=True),
    time("created"),
)

memberships = Table(
    "memberships",
    metadata,
    key("community_id"),
    key("actor_id"),
    text("role"),  # member | moderator | responsable
    time("since"),
    Index("ix_memberships_actor_id", "actor_id"),
)

bans = Table(
    "bans",
    metadata,
    key("community_id"),
    key("actor_id"),
    ref("by_id", null=True),
    text("reason"),
    text("uri", null=True),
    time("at"),
    time("ends", null=True),
)

follows = Table(
    "follows",
    metadata,
    key(),
    ref("follower_id"),
    ref("followed_id"),
    flag("local"),  # the follower is one of ours: its timeline is here
    text("uri"),  # id of the Follow activity
    text("state"),  # pending | accepted | rejected | ended
    time("asked"),
    time("accepted", null=True),
    time("ended", null=True),  # set for rejected and ended: the interval stays on record
)
Index(
    "uq_follows_current",
    follows.c.follower_id,
    follows.c.followed_id,
    unique=True,
    sqlite_where=follows.c.ended.is_(None),
    postgresql_where=follows.c.ended.is_(None),
)
Index("ix_follows_followed_id_state", follows.c.followed_id, follows.c.state)
# Whose timelines get a note, without a look at its thousands of followers elsewhere.
_HERE = and_(follows.c.local == 1, follows.c.ended.is_(None))
Index(
    "ix_follows_local",
    follows.c.followed_id,
    follows.c.state,
    follows.c.follower_id,
    sqlite_where=_HERE,
    postgresql_where=_HERE,
)
Index("ix_follows_uri", follows.c.uri)

blocks = Table(
    "blocks",
    metadata,
    key("actor_id"),
    key("target_id"),
    text("kind", primary_key=True),  # block | mute
    text("uri", null=True),
    time("at"),
    Index("ix_blocks_target_id", "target_id"),
)

domain_blocks = Table(
    "domain_blocks",
    metadata,
    text("host", primary_key=True),
    text("severity"),  # suspend | silence | noop | allow
    flag("reject_media"),
    flag("reject_reports"),
    text("public_comment"),
    text("private_comment"),
    flag("obfuscate"),
    time("at"),
)

hosts = Table(
    "hosts",
    metadata,
    text("host", primary_key=True),
    text("software"),
    text("version"),
    text("signatures", null=True),  # cavage | rfc9421: what this host took or sent last
    time("seen"),  # last valid signed request from there
)
