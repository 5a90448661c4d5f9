"""A post out of a stranger's document: Note, Article, Page, Question, Event, Video and the like.

Every server spells the same thing in its own way; the spellings are gathered here, with the name
of the software that taught us. Caps: text is cut, lists are shortened, ids are refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from federation import documents
from federation.documents import bool_, int_, many, moment, one, part, text, time
from federation.origin import same_origin
from federation.parsing.values import (
    MAX_ALT,
    MAX_SUMMARY,
    addressed,
    addressing,
    check_signed,
    checked,
    image_url,
    kind_in,
    kinds,
    language,
    line,
    own_id,
    page,
    picture,
    place,
    plain,
    recipients,
    uri,
)
from federation.vocabulary import (
    POST_TYPES,
    Addressing,
    Attachment,
    Choice,
    Hashtag,
    Mention,
    ObjectLink,
    Poll,
    Post,
)

MAX_AUTHORS = 10
MAX_TAGS = 100
MAX_TAG_NAME = 200
MAX_ATTACHMENTS = 16
MAX_CHOICES = 50

# Where a summary is a warning and not a résumé in HTML, it is plain text.
_WARNED = frozenset({"Note", "Question", "ChatMessage"})
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
_QUOTE_RELS = frozenset(
    {"https://misskey-hub.net/ns#_misskey_quote", "https://w3id.org/fep/044f#quote"}
)
_DOCUMENT_TYPES = ("application/activity+json", "application/ld+json")
_MEDIA = ("Image", "Video", "Audio", "Document", "Link", "Page")


def post(document: dict[str, Any], *, now: int) -> Post:
    """The post a document is; raises Malformed for a missing id or type, too many recipients."""
    check_signed(document)
    home = own_id(document)
    types = kinds(document)
    kind = next((kind for kind in types if kind in POST_TYPES), types[0])
    authors, groups = attribution(document)
    mentions, hashtags, links = tags(document)
    return Post(
        uri=home,
        kind=kind,
        author=authors[0] if authors else None,
        authors=authors,
        groups=groups,
        address=addressing(document),
        name=line(document, "name"),
        summary=_summary(document, kind),
        content=text(document, "content") or "",
        media_type=text(document, "mediaType", 100) or "text/html",
        source=text(part(document, "source"), "content"),
        language=language(document),
        url=page(document),
        in_reply_to=_first(document, "inReplyTo"),
        context=uri(document, "context") or uri(document, "conversation"),
        replies=uri(document, "replies"),
        quote=_quote(document, links),
        quote_authorization=uri(document, "quoteAuthorization"),
        published=time(document, "published", now=now),
        updated=time(document, "updated", now=now),
        starts=moment(document, "startTime") if kind == "Event" else None,
        ends=moment(document, "endTime") if kind == "Event" else None,
        sensitive=bool_(document, "sensitive") or False,
        mentions=mentions,
        hashtags=hashtags,
        links=links,
        attachments=attachments(document, kind),
        poll=poll(document, now=now) if kind == "Question" else None,
        can_announce=_can_announce(document),
        license=_license(document),
    )


def inherit(post: Post, document: dict[str, Any], address: Addressing) -> Post:
    """A created object without to and cc of its own goes where its activity goes (Discourse).

    One that has either, even unusable, keeps its own: widening it would be our invention.
    """
    if addressed(document):
        return post
    audience = post.address.audience or address.audience
    return replace(post, address=Addressing(to=address.to, cc=address.cc, audience=audience))


def _summary(document: dict[str, Any], kind: str) -> str | None:
    found = text(document, "summary", MAX_SUMMARY)
    if found is not None and kind in _WARNED:
        found = plain(found)
    return found or None


def _first(document: dict[str, Any], name: str) -> str | None:
    return next((found for entry in many(document, name) if (found := checked(entry))), None)


# --- who -----------------------------------------------------------------------------------------


def attribution(document: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(authors, groups) of attributedTo, at most ten in all.

    PeerTube sends both as objects with a type. Mobilizon attributes an event to the group alone
    and names the person in `actor`.
    """
    authors: list[str] = []
    groups: list[str] = []
    for entry in many(document, "attributedTo")[:MAX_AUTHORS]:
        found = checked(entry)
        if found is not None:
            is_group = isinstance(entry, dict) and kind_in(entry, {"Group"})
            (groups if is_group else authors).append(found)
    writer = uri(document, "actor")
    if writer is not None and writer not in authors and _neighbours(writer, authors):
        return (writer,), tuple(dict.fromkeys(groups + authors))
    return tuple(dict.fromkeys(authors)), tuple(dict.fromkeys(groups))


def _neighbours(writer: str, named: list[str]) -> bool:
    return all(same_origin(writer, other) for other in named)


# --- tags ----------------------------------------------------------------------------------------


def tags(
    document: dict[str, Any],
) -> tuple[tuple[Mention, ...], tuple[Hashtag, ...], tuple[ObjectLink, ...]]:
    """The first hundred tags, sorted; types we do not know are skipped."""
    mentions: dict[str, Mention] = {}
    hashtags: dict[str, Hashtag] = {}
    links: dict[str, ObjectLink] = {}
    for entry in many(document, "tag")[:MAX_TAGS]:
        if not isinstance(entry, dict):
            continue
        kind = kind_in(entry, {"Mention", "Hashtag", "Link"})
        target = place(entry) or checked(entry)
        if kind == "Hashtag":
            if word := _hashtag(entry):
                hashtags.setdefault(word, Hashtag(name=word, uri=place(entry)))
        elif target is None:
            continue
        elif kind == "Mention":
            name = line(entry, "name", MAX_TAG_NAME) or ""
            mentions.setdefault(target, Mention(uri=target, name=name))
        elif kind == "Link" and (text(entry, "mediaType") or "").startswith(_DOCUMENT_TYPES):
            links.setdefault(target, _object_link(entry, target))
    return tuple(mentions.values()), tuple(hashtags.values()), tuple(links.values())


def _hashtag(entry: dict[str, Any]) -> str | None:
    """The word without its sign; Pleroma sends it without, others with. Too long: refused."""
    word = (line(entry, "name", MAX_TAG_NAME + 2) or "").removeprefix("#")
    return word if word and " " not in word and len(word) <= MAX_TAG_NAME else None


def _object_link(entry: dict[str, Any], target: str) -> ObjectLink:
    rels = " ".join(rel for rel in many(entry, "rel") if isinstance(rel, str))
    return ObjectLink(uri=target, rel=rels[:500], name=line(entry, "name", MAX_TAG_NAME) or "")


def _quote(document: dict[str, Any], links: tuple[ObjectLink, ...]) -> str | None:
    """FEP-044f, then the older spellings, then a FEP-e232 link that says it is a quote."""
    named = (uri(document, name) for name in _QUOTES)
    linked = (link.uri for link in links if not _QUOTE_RELS.isdisjoint(link.rel.split()))
    return next((found for found in (*named, *linked) if found), None)


# --- attachments ---------------------------------------------------------------------------------


def attachments(document: dict[str, Any], kind: str) -> tuple[Attachment, ...]:
    """Files and links shown with the post: `attachment`, Lemmy's `image`, PeerTube's url list."""
    sent = [found for entry in many(document, "attachment") if (found := attachment(entry))]
    if kind == "Video":
        sent += _video(document)
    if (image := picture(document, "image")) is not None:
        sent.append(Attachment(url=image, kind="Image"))
    kept: dict[str, Attachment] = {}
    for found in sent:
        kept.setdefault(found.url, found)
    return tuple(kept.values())[:MAX_ATTACHMENTS]


def attachment(entry: str | dict[str, Any]) -> Attachment | None:
    address = image_url(entry)
    if address is None:
        return None
    if isinstance(entry, str):
        return Attachment(url=address)
    return Attachment(
        url=address,
        kind=kind_in(entry, _MEDIA) or "Document",
        media_type=text(entry, "mediaType", 100) or _linked_type(entry),
        alt=documents.cut(plain(text(entry, "name") or text(entry, "summary") or ""), MAX_ALT),
        blurhash=_blurhash(entry),
        width=_size(entry, "width"),
        height=_size(entry, "height"),
    )


def _linked_type(entry: dict[str, Any]) -> str:
    link = part(entry, "url")
    return text(link, "mediaType", 100) or ""


def _blurhash(entry: dict[str, Any]) -> str | None:
    found = text(entry, "blurhash")
    return found if found and len(found) <= 100 and found.isascii() else None


def _size(entry: dict[str, Any], name: str) -> int | None:
    found = int_(entry, name)
    return found if found is not None and 0 < found <= 65_535 else None


def _video(document: dict[str, Any]) -> list[Attachment]:
    """The first playable file and the still of a video (PeerTube lists every resolution)."""
    found: list[Attachment] = []
    for entry in many(document, "url"):
        if not isinstance(entry, dict):
            continue
        media_type, address = text(entry, "mediaType", 100) or "", place(entry)
        if media_type.startswith("video/") and address is not None:
            height = _size(entry, "height")
            found.append(
                Attachment(url=address, kind="Video", media_type=media_type, height=height)
            )
            break
    if (still := picture(document, "icon")) is not None:
        found.append(Attachment(url=still, kind="Image"))
    return found


# --- polls, policies -----------------------------------------------------------------------------


def poll(document: dict[str, Any], *, now: int) -> Poll | None:
    """A Question's choices; None when it has none. Its numbers are hints, votes are rows."""
    name = "oneOf" if many(document, "oneOf") else "anyOf"
    choices = [found for entry in many(document, name) if (found := _choice(entry))]
    if not choices:
        return None
    closed = now if one(document, "closed") is True else moment(document, "closed")
    return Poll(
        choices=tuple(choices[:MAX_CHOICES]),
        multiple=name == "anyOf",
        closes=closed if closed is not None else moment(document, "endTime"),
        voters=_count(document, "votersCount"),
    )


def _choice(entry: str | dict[str, Any]) -> Choice | None:
    if isinstance(entry, str):
        return None
    name = line(entry, "name")
    if name is None:
        return None
    return Choice(name=name, votes=_count(part(entry, "replies"), "totalItems") or 0)


def _count(document: dict[str, Any], name: str) -> int | None:
    found = int_(document, name)
    return found if found is not None and found >= 0 else None


def _can_announce(document: dict[str, Any]) -> tuple[str, ...] | None:
    """Who may announce at once (GoToSocial): None when the author says nothing about it.

    `always` is the name before GoToSocial 0.20. An empty list means nobody.
    """
    policy = one(part(document, "interactionPolicy"), "canAnnounce")
    if not isinstance(policy, dict):
        return None
    return recipients(many(policy, "automaticApproval") + many(policy, "always"))


def _license(document: dict[str, Any]) -> str | None:
    """PeerTube spells it `licence` and sends an object, whose name says more than its number."""
    for name in ("license", "licence", "dcterms:license", "schema:license"):
        found = one(document, name)
        if isinstance(found, dict):
            found = text(found, "name") or text(found, "id")
        if isinstance(found, str) and found.strip():
            return plain(documents.cut(found, 500)) or None
    return None
