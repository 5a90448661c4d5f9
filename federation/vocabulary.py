"""The activities and objects we understand, as frozen classes and one union.

Parsing turns a stranger's JSON into these once; past that sill nobody reads raw JSON. Each class
has only the fields we act on: the raw bytes stay in the journal and in the provenance of a note.
URIs are strings already checked to be http(s) with a host. Times are milliseconds since the epoch.
Sources: Activity Streams 2.0 vocabulary, FEP-1b12 (groups), FEP-044f (quotes), FEP-521a (keys).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

ACTOR_TYPES = frozenset(
    {"Person", "Group", "Application", "Service", "Organization", "Feed"},
)
POST_TYPES = frozenset(
    {"Note", "Article", "Page", "Question", "Event", "Video", "Audio", "Image", "ChatMessage"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """Who a thing is addressed to. `PUBLIC` is always spelled in full here."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()

    @property
    def everyone(self) -> tuple[str, ...]:
        return self.to + self.cc

    @property
    def openness(self) -> Literal["public", "unlisted", "closed"]:
        """Decided from to and cc alone; audience never widens (Mastodon's reading)."""
        if PUBLIC in self.to:
            return "public"
        return "unlisted" if PUBLIC in self.cc else "closed"


# --- objects -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    uri: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    name: str
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLink:
    """A tag that points at another object (FEP-e232)."""

    uri: str
    rel: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    url: str
    kind: str = "Document"
    media_type: str = ""
    alt: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    name: str
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    choices: tuple[Choice, ...]
    multiple: bool = False
    closes: int | None = None
    voters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Anything people write or show: Note, Article, Page, Question, Event, Video, other types.

    `content` is HTML (or Markdown when `media_type` says so) exactly as received: not yet clean.
    `author` is the first person-like entry of attributedTo, `groups` the Group-like ones
    (PeerTube and Mobilizon name the group only there). A vote is a Note with a name, inReplyTo and
    no content (`is_vote`).
    """

    uri: str
    kind: str
    author: str | None
    authors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    address: Addressing = Addressing()
    name: str | None = None
    summary: str | None = None
    content: str = ""
    media_type: str = "text/html"
    source: str | None = None
    language: str | None = None
    url: str | None = None
    in_reply_to: str | None = None
    context: str | None = None
    replies: str | None = None
    quote: str | None = None
    quote_authorization: str | None = None
    published: int | None = None
    updated: int | None = None
    starts: int | None = None
    ends: int | None = None
    sensitive: bool = False
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    links: tuple[ObjectLink, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    can_announce: tuple[str, ...] | None = None
    license: str | None = None

    @property
    def is_vote(self) -> bool:
        return self.kind == "Note" and bool(self.name and self.in_reply_to and not self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A public key as an actor document (or a bare key document) lists it."""

    uri: str
    owner: str
    form: Literal["pem", "multibase"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorDocument:
    """A person, a community or a program. `moderators` is a Group's attributedTo collection."""

    uri: str
    kind: str
    inbox: str
    username: str
    name: str = ""
    summary: str = ""
    url: str | None = None
    shared_inbox: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    moderators: str | None = None
    icon: str | None = None
    image: str | None = None
    locked: bool = False
    discoverable: bool | None = None
    indexable: bool | None = None
    restricted_to_moderators: bool = False
    moved_to: str | None = None
    also_known_as: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    keys: tuple[KeyEntry, ...] = ()
    language: str | None = None
    published: int | None = None
    webfinger: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection or one page of it. `items` keeps order; embedded objects come parsed."""

    uri: str | None
    items: tuple[Ref, ...] = ()
    first: str | None = None
    next: str | None = None
    first_page: Collection | None = None
    total: int | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """An object of a type we know nothing about and that is no post: kept by name only."""

    uri: str | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """What an activity points at: an id, with the embedded copy when one was sent.

    The embedded copy is a claim, not a fact: federation.origin says when it may be used.
    """

    uri: str | None
    embedded: Thing | None = None


# --- activities ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What every activity has. `uri` may be absent inside a wrapper (Lemmy's Undo, GoToSocial)."""

    uri: str | None
    actor: str
    address: Addressing = Addressing()
    published: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Deed):
    object: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Deed):
    object: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Deed):
    """`summary` present means a moderator's removal at Lemmy, absent the author's own deletion."""

    object: Ref
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Deed):
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Deed):
    object: Ref
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Deed):
    object: Ref
    content: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Deed):
    object: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Deed):
    """`objects` has one entry but for PieFed's batches of votes (FEP-1a11 draft)."""

    objects: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Deed):
    """A Like, or an EmojiReact read as one; `content` is the emoji, if any (FEP-c0e0, Misskey)."""

    object: str
    content: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dislike(Deed):
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Deed):
    object: Ref
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Deed):
    object: Ref
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Deed):
    """Of a person, or with `target` a moderator's ban from that community (Lemmy)."""

    object: str
    target: str | None = None
    ends: int | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Deed):
    objects: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Deed):
    """Of an actor (object == actor), or of a thread between communities (FEP-f15d)."""

    object: str
    target: str | None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Deed):
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Deed):
    object: str
    content: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Deed):
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Deed):
    object: Ref
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Deed):
    object: Ref
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(Deed):
    object: str
    instrument: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Deed):
    """A verb we do not know: answered 202, counted, without effect (J-10)."""

    kind: str
    object: Ref


Activity: TypeAlias = (
    Create
    | Update
    | Delete
    | Follow
    | Accept
    | Reject
    | Undo
    | Announce
    | Like
    | Dislike
    | Add
    | Remove
    | Block
    | Flag
    | Move
    | Lock
    | Join
    | Leave
    | Invite
    | Offer
    | QuoteRequest
    | Unknown
)
Thing: TypeAlias = Activity | Post | ActorDocument | Tombstone | Collection | Other
