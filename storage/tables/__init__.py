"""The schema, one file per subject. Types stay simple: integers, text, blobs.

Times are integer milliseconds since the epoch; yes and no are 1 and 0; JSON is text. `uri` is an
ActivityPub id, `id` our row key.
"""

from storage.tables.actors import (
    accounts,
    actors,
    bans,
    blocks,
    communities,
    domain_blocks,
    follows,
    hosts,
    keys,
    memberships,
    tokens,
)
from storage.tables.audiences import (
    audience_members,
    audiences,
    barriers,
    note_audiences,
    withheld,
)
from storage.tables.columns import metadata
from storage.tables.notes import (
    attachments,
    boosts,
    featured,
    mentions,
    note_tags,
    note_versions,
    notes,
    poll_choices,
    poll_votes,
    polls,
    reactions,
    tombstones,
)
from storage.tables.post import (
    dead_letters,
    deliveries,
    gone_inboxes,
    journal,
    lanes,
    outgoing,
    outgoing_audiences,
    seen,
)
from storage.tables.running import instance, jobs, refusals, reports
from storage.tables.timelines import home_entries, notifications

__all__ = [
    "accounts",
    "actors",
    "attachments",
    "audience_members",
    "audiences",
    "bans",
    "barriers",
    "blocks",
    "boosts",
    "communities",
    "dead_letters",
    "deliveries",
    "domain_blocks",
    "featured",
    "follows",
    "gone_inboxes",
    "home_entries",
    "hosts",
    "instance",
    "jobs",
    "journal",
    "keys",
    "lanes",
    "memberships",
    "mentions",
    "metadata",
    "note_audiences",
    "note_tags",
    "note_versions",
    "notes",
    "notifications",
    "outgoing",
    "outgoing_audiences",
    "poll_choices",
    "poll_votes",
    "polls",
    "reactions",
    "refusals",
    "reports",
    "seen",
    "tokens",
    "tombstones",
    "withheld",
]
