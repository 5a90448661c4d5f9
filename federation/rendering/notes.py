"""Our notes as ActivityStreams objects, written so that each kind of server finds its own.

Mastodon reads `to`/`cc` for the visibility and mentions the Group back because `tag` mentions it;
Lemmy compares `audience` with `to`; NodeBB follows `context`; microblogs show an Article as title,
`summary` and link. `attributedTo` is one URL: NodeBB refuses a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from actors.addresses import Site
from actors.records import Actor
from federation.rendering import contexts
from federation.rendering.values import Document, language, timestamp, without_empty
from federation.vocabulary import PUBLIC
from notes.plain import cut_text, plain_text
from notes.records import Attachment, Choice, Extras, Note, Poll, Tag

# FEP-b2b8: a summary of about 500 characters at most, without a "read more".
SHORT = 500
_AS2_LINK = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


def note_object(note: Note, extras: Extras, people: Mapping[int, Actor], site: Site) -> Document:
    """The object of a note. `people` has its author, its community and whom it mentions, by id.

    A person missing from `people` is not addressed; a missing author is a KeyError. The collections
    around a note are named only for our own. The keys' order is fixed: the bytes are kept.
    """
    author = people[note.author_id]
    group = people.get(note.community_id) if note.community_id else None
    mentioned = [people[number] for number in extras.mentions if number in people]
    document: Document = {
        "@context": contexts.OBJECT,
        "id": note.uri,
        "type": note.kind,
        "attributedTo": author.uri,
        "inReplyTo": note.in_reply_to,
        "context": note.context,
        "name": note.title if note.kind != "Note" else None,
        "summary": summary(note),
        "preview": _preview(note, author),
        "content": note.content,
        "mediaType": "text/html",
        "contentMap": {note.language: note.content} if note.language and note.content else None,
        "language": language(note.language) if note.language else None,
        "source": _source(note),
        "url": note.url or note.uri,
        "sensitive": note.sensitive,
        "published": timestamp(note.published),
        "updated": timestamp(note.updated) if note.updated else None,
        "startTime": timestamp(note.starts) if note.starts else None,
        "attachment": [_attachment(found) for found in extras.attachments],
        "license": note.license,
        "commentsEnabled": False if note.locked else None,
        "interactionPolicy": _policy(note, author),
        **_collections(note),
        **_quoted(note),
        **_ends(note, extras.poll),
    }
    return {
        **without_empty(document),
        **addressing(note, author, group, mentioned),
        "tag": _tags(note, extras, group, mentioned, site),
    }


# --- to whom -------------------------------------------------------------------------------------


def addressing(note: Note, author: Actor, group: Actor | None, mentioned: list[Actor]) -> Document:
    """`to`, `cc` and `audience`; cc is always there, Lemmy has refused activities without.

    A closed community's note names only the community: a mention of somebody outside it must not
    carry it there (P-10).
    """
    to, cc = _recipients(note, author, group, [person.uri for person in mentioned])
    to = list(dict.fromkeys(uri for uri in to if uri))
    cc = [uri for uri in dict.fromkeys(uri for uri in cc if uri) if uri not in to]
    found: Document = {"to": to, "cc": cc}
    if group is not None and note.visibility in ("public", "unlisted", "community"):
        found["audience"] = group.uri
    return found


def _recipients(
    note: Note, author: Actor, group: Actor | None, people: list[str]
) -> tuple[list[str | None], list[str | None]]:
    followers, home = author.followers, group.uri if group else None
    if note.visibility == "public":
        return [home, PUBLIC], [followers, *people]
    if note.visibility == "unlisted":
        return [home, followers], [PUBLIC, *people]
    if note.visibility == "followers":
        return [followers], [*people]
    if note.visibility == "community":
        return [home, group.followers if group else None], []
    return [*people], []


# --- what it says --------------------------------------------------------------------------------


def summary(note: Note) -> str:
    """An Article's résumé as HTML, else a warning as plain text.

    Without a résumé a short Article is given whole, of a long one its beginning: Mastodon shows an
    Article's title, summary and link, and nothing else.
    """
    if note.kind != "Article":
        return note.summary
    if note.summary:
        return _paragraph(note.summary)
    if len(note.content) <= SHORT:
        return note.content
    text = plain_text(note.content)
    if len(text) <= SHORT:
        return _paragraph(text)
    return _paragraph(cut_text(text, SHORT - 2).rsplit(" ", 1)[0] + " …")


def _paragraph(text: str) -> str:
    parts = [part.strip() for part in text.split("\n\n")]
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part)


def _preview(note: Note, author: Actor) -> Document | None:
    """What a microblog may show in place of the article (FEP-b2b8)."""
    if note.kind != "Article":
        return None
    return {
        "type": "Note",
        "attributedTo": author.uri,
        "content": summary(note),
        "published": timestamp(note.published),
    }


def _source(note: Note) -> Document | None:
    """Markdown as typed; an Article's title is its first line there, so that no edit loses it."""
    if not note.source:
        return None
    return {"content": note.source, "mediaType": "text/markdown"}


def _attachment(found: Attachment) -> Document:
    if found.kind == "Link":
        return without_empty(
            {"type": "Link", "href": found.url, "mediaType": found.media_type, "name": found.alt}
        )
    return without_empty(
        {
            "type": found.kind,
            "mediaType": found.media_type,
            "url": found.url,
            "name": found.alt,
            "blurhash": found.blurhash,
            "width": found.width,
            "height": found.height,
        }
    )


# --- around it -----------------------------------------------------------------------------------


def _tags(
    note: Note, extras: Extras, group: Actor | None, mentioned: list[Actor], site: Site
) -> list[Document]:
    people = list(mentioned)
    if group is not None and note.visibility != "direct" and group not in people:
        people.insert(0, group)  # so that answers from servers without groups come home
    tags = [{"type": "Mention", "href": one.uri, "name": one.handle} for one in people]
    tags += [_hashtag(tag, site) for tag in extras.tags]
    if note.quote:
        tags.append(_link(note.quote))
    return tags


def _hashtag(tag: Tag, site: Site) -> Document:
    href = f"{site.base}/tags/{quote(tag.key, safe='')}"
    return {"type": "Hashtag", "href": href, "name": f"#{tag.name}"}


def _link(uri: str) -> Document:
    """A link to another object (FEP-e232), here a quotation."""
    rel = "https://misskey-hub.net/ns#_misskey_quote"
    return {"type": "Link", "mediaType": _AS2_LINK, "href": uri, "rel": rel, "name": f"RE: {uri}"}


def _quoted(note: Note) -> Document:
    return {"quote": note.quote, "quoteUri": note.quote} if note.quote else {}


def _collections(note: Note) -> Document:
    if not note.local:
        return {}
    return {name: f"{note.uri}/{name}" for name in ("replies", "likes", "shares")}


def _policy(note: Note, author: Actor) -> Document | None:
    """Only where it says something: an open note whose author wants no boosts (GoToSocial)."""
    if note.announceable or not note.is_open:
        return None
    return {"canAnnounce": {"automaticApproval": [author.uri]}}


# --- polls and events ----------------------------------------------------------------------------


def _ends(note: Note, poll: Poll | None) -> Document:
    if poll is None:
        return {"endTime": timestamp(note.ends)} if note.ends else {}
    found: Document = {
        "anyOf" if poll.multiple else "oneOf": [_choice(choice) for choice in poll.choices],
        "votersCount": poll.voters,
    }
    if poll.closes:
        found["endTime"] = timestamp(poll.closes)
        if note.updated and note.updated >= poll.closes:
            found["closed"] = timestamp(poll.closes)
    return found


def _choice(choice: Choice) -> Document:
    replies = {"type": "Collection", "totalItems": choice.votes}
    return {"type": "Note", "name": choice.name, "replies": replies}
