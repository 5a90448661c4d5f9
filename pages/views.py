"""What each page shows, as frozen records: all a template gets besides its language.

Everything is plain text that the template escapes, except `SafeHtml`. Addresses beginning with
"/" are ours; the others are http(s) and lead elsewhere. Times are milliseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from notes.cleaning import SafeHtml
from notes.records import Poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """OpenGraph, for what anybody may read and its author wrote for the public."""

    title: str
    description: str
    url: str
    published: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`canonical` is the page's one address, `document` the same thing for ActivityPub servers,
    `index` whether search engines may keep it."""

    canonical: str | None = None
    document: str | None = None
    index: bool = False
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """`next` is the value of `parameter` on the next page, None on the last."""

    parameter: Literal["before", "after"] = "before"
    next: int | None = None
    first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Somebody, as named beside what they wrote. `tint` (0 to 7) colours a missing picture."""

    name: str
    handle: str
    url: str | None
    icon: str | None
    is_group: bool
    tint: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """What a note answers; no author when we don't have it, or the viewer may not read it."""

    url: str | None
    title: str = ""
    author: Face | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An attached file. `here` says that our own origin serves it, so that a page may show it."""

    url: str
    kind: Literal["image", "other"]
    alt: str
    here: bool
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A note on a page. `content` is None where only the beginning (`excerpt`) is shown.

    `lead` is a résumé, `warning` what stands over something sensitive (perhaps nothing). `url` is
    our page, `origin` the note's page on its own server (None for ours).
    """

    id: int
    url: str
    origin: str | None
    title: str
    author: Face
    community: Face | None
    published: int
    updated: int | None
    language: str | None
    lead: str
    sensitive: bool
    warning: str
    content: SafeHtml | None
    excerpt: str
    visibility: str
    locked: bool
    withdrawn: bool
    replies: int
    likes: int
    boosts: int
    is_reply: bool = False
    parent: Parent | None = None
    depth: int = 0
    tags: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    poll: Poll | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person or a community. `followers` and `members` are None where they are not told."""

    face: Face
    uri: str
    summary: SafeHtml
    language: str | None
    fields: tuple[tuple[str, str], ...] = ()
    since: int = 0
    followers: int | None = None
    members: int | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityLine:
    """A community on the home page."""

    face: Face
    about: str
    private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    template: ClassVar[str] = "home.html"
    head: Head
    title: str
    description: str
    communities: tuple[CommunityLine, ...]
    posts: tuple[Post, ...]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """Public notes with one hashtag; `tag` folded, without its sign."""

    template: ClassVar[str] = "tag.html"
    head: Head
    tag: str
    posts: tuple[Post, ...]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityView:
    """`hidden`: its notes and people are for members, and the viewer is none."""

    template: ClassVar[str] = "community.html"
    head: Head
    profile: Profile
    private: bool
    hidden: bool
    joining: str
    posting: str
    moderators: tuple[Face, ...]
    posts: tuple[Post, ...]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    template: ClassVar[str] = "person.html"
    head: Head
    profile: Profile
    posts: tuple[Post, ...]
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note in full; below it the whole thread when it starts one, else the direct replies."""

    template: ClassVar[str] = "note.html"
    head: Head
    post: Post
    thread: Parent | None
    replies: tuple[Post, ...]
    paging: Paging


Problem: TypeAlias = Literal["handle", "here", "unreachable", "foreign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowView:
    """`goes_to` is the address on the person's own server, once it is known."""

    template: ClassVar[str] = "follow.html"
    head: Head
    face: Face
    uri: str
    typed: str = ""
    problem: Problem | None = None
    goes_to: str | None = None
    their_host: str = ""


MessageKind: TypeAlias = Literal["missing", "gone", "method", "request", "busy", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A page that can't be shown. "missing" is also what is hidden from the viewer (P-3)."""

    template: ClassVar[str] = "message.html"
    kind: MessageKind
    head: Head = Head()


View: TypeAlias = (
    HomeView | TagView | CommunityView | PersonView | NoteView | FollowView | MessageView
)
MISSING = MessageView(kind="missing")
GONE = MessageView(kind="gone")
