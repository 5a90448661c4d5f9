"""A post arrives: who wrote it, where it belongs, for whom it is, and whether it concerns us.

First everything is gathered, with the network allowed; then it is written in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson

from actors import directory, follows
from actors.records import Actor, Viewer
from federation import discovery, groups
from federation.fetching import Budget, FetchFailed
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Received
from federation.vocabulary import PUBLIC, Create, Post, Update
from notes import reading, records, threads, writing
from notes.cleaning import clean_html
from notes.plain import clean_text, fold_tag
from notes.records import Draft, Note, Tag, Visibility
from notes.text import render_markdown
from notes.threads import Place
from storage import jobs
from storage.engine import Reader, Transaction
from timelines import notifications, placement

_MOST_LOOKED_UP = 100
_MOST_NOTIFIED = 25
_ARTICLES = frozenset({"Article", "Page", "Event", "Video"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A post with everybody it names, found. `community` is its home as far as we can tell."""

    post: Post
    body: bytes
    proven: str
    author: Actor
    people: dict[str, Actor]
    community: Actor | None
    parent: Place | None


async def gather(
    node: Node, post: Post, body: bytes, received: Received, *, proven: str, budget: Budget
) -> Arrival:
    """Raises Refused, FetchFailed, Malformed when the author can't be found."""
    if post.author is None:
        raise Refused("attribution_mismatch", "attributedTo: nobody")
    named = _named(post)
    known, parent = await node.store.reading(lambda reader: _known(reader, post, named))
    author = await discovery.actor(node, post.author, budget=budget, known=known.get(post.author))
    people = {uri: known[uri] for uri in named if uri in known}
    for uri in (*post.address.audience[:1], *post.groups[:1]):
        if uri not in people:
            await _try_audience(node, uri, people, budget)
    return Arrival(
        post=post,
        body=body,
        proven=proven,
        author=author,
        people=people,
        community=_community(post, people, received.via),
        parent=parent,
    )


def _named(post: Post) -> list[str]:
    uris = (
        *post.address.audience,
        *post.groups,
        *post.address.everyone,
        *(mention.uri for mention in post.mentions),
    )
    return [uri for uri in dict.fromkeys(uris) if uri != PUBLIC][:_MOST_LOOKED_UP]


async def _known(
    reader: Reader, post: Post, named: list[str]
) -> tuple[dict[str, Actor], Place | None]:
    """Its author and the people it names, as far as we have them; what it answers."""
    author = [post.author] if post.author else []
    people = await directory.find_many(reader, author + named)
    parent = await threads.place(reader, post.in_reply_to) if post.in_reply_to else None
    if parent is None and post.context:
        parent = await _by_context(reader, post)
    return people, parent


async def _by_context(reader: Reader, post: Post) -> Place | None:
    """A reply whose parent we don't have may still name its thread (FEP-7888)."""
    if post.in_reply_to is None or post.context is None:
        return None
    return await threads.starter_of(reader, post.context)


async def _try_audience(node: Node, uri: str, people: dict[str, Actor], budget: Budget) -> None:
    try:
        people[uri] = await discovery.actor(node, uri, budget=budget)
    except (FetchFailed, Refused, discovery.Malformed):
        return  # an unreachable community loses its place on the note, not the note


def _community(post: Post, people: dict[str, Actor], via: Actor | None) -> Actor | None:
    """`audience` decides; else the Group in attributedTo (PeerTube, Mobilizon); else the first
    Group in to, then cc (Lemmy's reading); else the one that brings it, if it is named at all."""
    candidates = (*post.address.audience, *post.groups, *post.address.everyone)
    for uri in candidates:
        found = people.get(uri)
        if found is not None and found.is_group:
            return found
    return via if via is not None and via.is_group and _names(post, via) else None


def _names(post: Post, community: Actor) -> bool:
    """By a mention, or by its followers: announcing a note makes no Group its judge (A-10)."""
    named = {*post.address.everyone, *(mention.uri for mention in post.mentions)}
    return not named.isdisjoint({community.uri, community.followers})


# --- writing it ----------------------------------------------------------------------------------


async def settle(tx: Transaction, node: Node, arrival: Arrival, received: Received) -> Note | None:
    """Write a new post with all its effects. None when it was known. Raises Refused, Ignored."""
    community = await _home(tx, arrival)
    if _visibility(arrival.post, arrival.author, community) == "direct":
        community = None  # between people, wherever they met
    sent = isinstance(received.activity, Create | Update)
    await _check_relevance(tx, arrival, community, received)
    if community is not None and community.local:
        await groups.check_post(
            tx, community, arrival.author.id, parent=arrival.parent, now=received.now
        )
        await groups.check_closed(tx, community, arrival.post.address.openness == "closed")
    elif arrival.parent is not None and arrival.parent.local and arrival.parent.root_locked:
        raise Refused("not_authorized", "inReplyTo: this thread is locked")
    if community is not None and community.local and not sent:
        community = None  # found through a boost: in the community once its author sends it there
    draft = to_draft(arrival, _confirmed(community, arrival, received))
    note = await writing.add(tx, draft, now=received.now)
    if note is None:
        await _catch_up(tx, node, arrival, community, received)
        return None
    await placement.place_note(tx, note)
    await _notify(tx, arrival, note, received.now)
    if note.in_reply_to and note.root_id is None:
        await jobs.add(tx, "thread", note.uri, {}, due=node.steady())
    if community is not None and community.local:
        await _pass_on(tx, node, community, note, received)
    return note


async def _pass_on(
    tx: Transaction, node: Node, community: Actor, note: Note, received: Received
) -> None:
    """A post that a community of ours takes in."""
    await groups.announce(
        tx,
        node,
        community,
        received.document,
        order_key=note.context or note.uri,
        note=note if note.is_thread_starter and note.announceable else None,
        note_id=note.id,
        visibility=note.visibility,
    )


async def _catch_up(
    tx: Transaction, node: Node, arrival: Arrival, community: Actor | None, received: Received
) -> None:
    """Known already: fetched quietly while its Create was under way, so nobody has seen it yet,
    and a community of ours that it is for has still to take it in."""
    known = await reading.by_uri(tx, arrival.post.uri, Viewer(actor_id=arrival.author.id))
    if known is None or known.author_id != arrival.author.id:
        return
    if community is not None and community.local and known.community_id is None and known.is_open:
        await writing.take_in(tx, known.id, community.id)
        known = replace(known, community_id=community.id)
        await _pass_on(tx, node, community, known, received)
    await placement.place_note(tx, known)
    await _notify(tx, arrival, known, received.now)


async def store_quietly(tx: Transaction, arrival: Arrival, received: Received) -> Note | None:
    """A post fetched afterwards: kept, but on nobody's timeline, and nobody is told.

    Raises Refused for an answer in a community of ours by somebody who may not answer there."""
    home = _confirmed(await _home(tx, arrival), arrival, received)
    if home is not None and home.local:
        if arrival.parent is not None and arrival.parent.community_id == home.id:
            await groups.check_post(
                tx, home, arrival.author.id, parent=arrival.parent, now=received.now
            )
        home = None  # what comes in this way was never accepted by the community
    return await writing.add(tx, to_draft(arrival, home), now=received.now)


async def _home(reader: Reader, arrival: Arrival) -> Actor | None:
    """The community of the thread it answers in when that is ours: nobody gets around its rules by
    naming another. Else the one it names itself, else that of its thread."""
    parent, there = arrival.parent, None
    if parent is not None and parent.community_id is not None:
        there = await directory.get(reader, parent.community_id)
    if there is not None and there.local:
        return there
    return arrival.community or there


def _confirmed(community: Actor | None, arrival: Arrival, received: Received) -> Actor | None:
    """A remote community is a note's home once it says so itself: by announcing it, or by being
    where its author lives. Until then its name on a note is the author's claim."""
    if community is None or community.local:
        return community
    via = received.via
    if via is not None and via.id == community.id:
        return community
    return community if community.host == arrival.author.host else None


async def _check_relevance(
    reader: Reader, arrival: Arrival, community: Actor | None, received: Received
) -> None:
    """Somebody here asked for it, is named in it, or it belongs to a thread we hold (4.1.8)."""
    if community is not None and community.local:
        return
    if any(person.local for person in arrival.people.values()):
        return
    parent = arrival.parent
    if parent is not None and (parent.local or parent.community_id is not None):
        return
    sources = [arrival.author.id, *([received.via.id] if received.via else [])]
    for source in sources:
        if await follows.has_local_follower(reader, source):
            return
    raise Ignored("nobody here follows its author or is named in it")


async def _notify(tx: Transaction, arrival: Arrival, note: Note, now: int) -> None:
    mentioned = {mention.uri for mention in arrival.post.mentions}
    told = {
        person.id
        for uri, person in arrival.people.items()
        if person.local and person.kind == "Person" and (uri in mentioned or not note.is_open)
    }
    parent = arrival.parent
    if parent is not None and parent.local:
        told.add(parent.author_id)
    for owner_id in sorted(told)[:_MOST_NOTIFIED]:
        if await reading.by_id(tx, note.id, Viewer(actor_id=owner_id)) is None:
            continue  # blocked, or an answer to her that is for others
        if await notifications.was_told(tx, owner_id, kind="mention", note_id=note.id):
            continue
        await notifications.notify(
            tx,
            owner_id=owner_id,
            kind="mention",
            actor_id=arrival.author.id,
            note_id=note.id,
            now=now,
        )


# --- into our own records ------------------------------------------------------------------------


def to_draft(arrival: Arrival, community: Actor | None) -> Draft:
    """Clean, bounded and addressed; nothing of the stranger's HTML survives unclean."""
    post, author = arrival.post, arrival.author
    visibility = _visibility(post, author, community)
    note = Note(
        id=0,
        uri=post.uri,
        kind=post.kind,
        author_id=author.id,
        community_id=community.id if community else None,
        in_reply_to=post.in_reply_to,
        in_reply_to_id=arrival.parent.id if arrival.parent else None,
        root_id=arrival.parent.root_id if arrival.parent else None,
        context=post.context,
        replies=post.replies,
        title=clean_text(post.name or "", limit=500),
        summary=clean_text(post.summary or "", limit=2000),
        content=_content(post),
        language=post.language,
        url=post.url,
        visibility=visibility,
        sensitive=post.sensitive,
        quote=post.quote,
        license=post.license,
        announceable=_announceable(post),
        published=post.published or 0,
        updated=post.updated,
        starts=post.starts,
        ends=post.ends,
    )
    return Draft(
        note=note,
        mentions=_mentions(arrival),
        audiences=_audiences(arrival, visibility, community),
        tags=tuple(Tag(key=fold_tag(t.name), name=t.name) for t in post.hashtags),
        attachments=tuple(
            records.Attachment(**{name: getattr(a, name) for name in a.__dataclass_fields__})
            for a in post.attachments
        ),
        poll=_poll(post),
        document=arrival.body,
        proven=arrival.proven,
    )


def _content(post: Post) -> str:
    article = post.kind in _ARTICLES
    if post.media_type == "text/markdown":  # PeerTube
        rendered = render_markdown(
            post.content, mention=lambda _: None, hashtag_url=lambda name: f"/tags/{name}"
        )
        return rendered.html
    return clean_html(post.content, article=article)


def _visibility(post: Post, author: Actor, community: Actor | None) -> Visibility:
    """From to and cc alone; what is addressed to nobody is for nobody (J-12)."""
    openness = post.address.openness
    if openness == "public" or openness == "unlisted":
        return openness
    to = post.address.everyone
    if community is not None and community.followers and community.followers in to:
        return "community"
    return "followers" if author.followers and author.followers in to else "direct"


def _audiences(
    arrival: Arrival, visibility: Visibility, community: Actor | None
) -> tuple[tuple[str, int], ...]:
    if visibility in ("public", "unlisted"):
        return (("public", 0),)
    author = arrival.author.id
    named: list[tuple[str, int]] = [("person", author)]
    named += [("person", one.id) for one in arrival.people.values() if one.kind != "Group"]
    if visibility == "followers":
        named.append(("followers", author))
    if visibility == "community" and community is not None:
        # Nobody mentioned comes in by that (P-10). The community itself passes on what it reads.
        named = [("person", author), ("community", community.id), ("person", community.id)]
    return tuple(dict.fromkeys(named))


def _mentions(arrival: Arrival) -> tuple[int, ...]:
    found = [arrival.people.get(mention.uri) for mention in arrival.post.mentions]
    return tuple(dict.fromkeys(one.id for one in found if one is not None))


def _announceable(post: Post) -> bool:
    """GoToSocial's interactionPolicy may keep an open post from being boosted."""
    return post.can_announce is None or PUBLIC in post.can_announce


def _poll(post: Post) -> records.Poll | None:
    if post.poll is None:
        return None
    return records.Poll(
        choices=tuple(records.Choice(name=c.name, votes=c.votes) for c in post.poll.choices),
        multiple=post.poll.multiple,
        closes=post.poll.closes,
        voters=post.poll.voters or 0,
    )


def object_bytes(received: Received) -> bytes:
    """The embedded object as sent, for its provenance."""
    inner = received.document.get("object")
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    return orjson.dumps(inner)
