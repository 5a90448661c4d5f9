"""Turns actors and notes into what pages show of them; strangers' addresses are checked here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from actors import directory
from actors.addresses import Site
from actors.records import Actor, Viewer
from notes import details
from notes.cleaning import SafeHtml
from notes.plain import cut_text, plain_text
from notes.records import Attachment, Counts, Extras, Note
from pages.views import Face, Parent, Picture, Post
from storage.engine import Reader

EXCERPT = 320
_FULL = 1_500  # HTML characters shown whole in a list
_FULL_REPLY = 20_000
_HEADING = re.compile(r"<(/?)h([1-6])>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_NOBODY = Face(name="…", handle="", url=None, icon=None, is_group=False, tint=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What posts are made with: where we are, and everybody and everything they name."""

    site: Site
    actors: Mapping[int, Actor]
    counts: Mapping[int, Counts]
    extras: Mapping[int, Extras]


async def desk(
    reader: Reader,
    site: Site,
    found: Sequence[Note],
    viewer: Viewer,
    *,
    also: Sequence[int] = (),
) -> Desk:
    """Seven queries, two more when polls are among the notes. `also`: actors needed besides."""
    ids = {note.author_id for note in found} | set(also)
    ids |= {note.community_id for note in found if note.community_id is not None}
    return Desk(
        site=site,
        actors=await directory.get_many(reader, sorted(ids)),
        counts=await details.counts(reader, found, viewer),
        extras=await details.extras(reader, found),
    )


def web_address(text: str | None) -> str | None:
    """Only http and https lead anywhere from our pages."""
    if not text or len(text) > 2048 or any(c.isspace() or not c.isprintable() for c in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None


def face(site: Site, actor: Actor | None) -> Face:
    if actor is None:
        return _NOBODY
    ours = actor.icon is not None and site.owns(actor.icon)
    return Face(
        name=actor.display_name,
        handle=actor.handle,
        url=f"/@{actor.username}" if actor.local else web_address(actor.url or actor.uri),
        icon=actor.icon if ours else None,
        is_group=actor.is_group,
        tint=sum(actor.uri.encode()) % 8,
    )


def address(desk: Desk, note: Note) -> str:
    """Our page of a note, ours or not."""
    if note.local:
        return note.uri.removeprefix(desk.site.base)
    author = desk.actors.get(note.author_id)
    return f"/{author.handle}/{note.id}" if author else "/"


def in_list(desk: Desk, note: Note) -> Post:
    """The whole of a short note, the beginning of a long or titled one."""
    short = not note.title and len(note.content) <= _FULL
    return _post(desk, note, shift=2, whole=short)


def in_full(desk: Desk, note: Note) -> Post:
    return _post(desk, note, shift=1, whole=True)


def in_thread(desk: Desk, note: Note, *, depth: int = 0, parent: Parent | None = None) -> Post:
    post = _post(desk, note, shift=2, whole=len(note.content) <= _FULL_REPLY)
    return replace(post, depth=depth, parent=parent, community=None)


def parent_of(desk: Desk, note: Note | None) -> Parent:
    """How a reply speaks of what it answers; None is what we don't have or may not show."""
    if note is None:
        return Parent(url=None)
    author = face(desk.site, desk.actors.get(note.author_id))
    return Parent(url=address(desk, note), title=note.title, author=author)


def _post(desk: Desk, note: Note, *, shift: int, whole: bool) -> Post:
    counts = desk.counts.get(note.id, Counts())
    extras = desk.extras.get(note.id, Extras())
    home = desk.actors.get(note.community_id) if note.community_id is not None else None
    return Post(
        id=note.id,
        url=address(desk, note),
        origin=None if note.local else web_address(note.url or note.uri),
        title=note.title,
        author=face(desk.site, desk.actors.get(note.author_id)),
        community=face(desk.site, home) if home else None,
        published=note.published,
        updated=note.updated if note.updated and note.updated > note.published else None,
        language=language(note.language),
        lead="" if note.sensitive else note.summary,
        sensitive=note.sensitive,
        warning=note.summary if note.sensitive else "",
        content=_shifted(note.content, shift) if whole else None,
        excerpt="" if whole or note.sensitive else excerpt(note.content),
        visibility=note.visibility,
        locked=note.locked,
        withdrawn=note.hidden_by is not None,
        replies=counts.replies,
        likes=counts.likes,
        boosts=counts.boosts,
        is_reply=note.in_reply_to is not None,
        tags=tuple(tag.name.lstrip("#") for tag in extras.tags),
        pictures=tuple(p for a in extras.attachments if (p := _picture(desk.site, a))),
        poll=extras.poll,
    )


def excerpt(content: str, limit: int = EXCERPT) -> str:
    """The first words of clean HTML as one line; looks at a bounded part of it."""
    start = content[: limit * 8]
    if start.rfind("<") > start.rfind(">"):
        start = start[: start.rfind("<")]
    text = " ".join(plain_text(start).split())
    if len(text) <= limit and len(start) == len(content):
        return text
    return cut_text(text, limit).rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def language(code: str | None) -> str | None:
    """A language code fit for a `lang` attribute."""
    return code if code and _LANGUAGE.fullmatch(code) else None


def _shifted(content: str, by: int) -> SafeHtml:
    """Clean HTML with its headings put below the page's own."""

    def lower(match: re.Match[str]) -> str:
        return f"<{match[1]}h{min(int(match[2]) + by, 6)}>"

    return SafeHtml(_HEADING.sub(lower, content))


def _picture(site: Site, attachment: Attachment) -> Picture | None:
    url = web_address(attachment.url)
    if url is None:
        return None
    is_image = attachment.kind == "Image" or attachment.media_type.startswith("image/")
    kind: Literal["image", "other"] = "image" if is_image else "other"
    return Picture(
        url=url,
        kind=kind,
        alt=attachment.alt,
        here=site.owns(url),
        width=attachment.width,
        height=attachment.height,
    )
