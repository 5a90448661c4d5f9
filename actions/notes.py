"""Publishing notes of people here.

Whatever needs the network (who is @somebody@elsewhere?) comes first; then one transaction writes
the note, its place on timelines, and the promise to send it. The caller never waits for delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from actors import communities, directory, memberships
from actors.addresses import Handle, parse_handle
from actors.records import Actor, Viewer
from actors.refusals import Invalid, NotAllowed, NotFound
from federation import audience, discovery, groups, outbox, rendering
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.node import Node
from federation.origin import Refused
from federation.rendering import notes as rendering_notes
from notes import reading, threads, writing
from notes.plain import fold_tag
from notes.records import Draft, Extras, Note, Poll, Tag, Visibility
from notes.text import TextTooLong, find_mentions, render_markdown
from notes.threads import Place
from notes.titles import split_title
from storage.engine import Reader, Transaction
from timelines import notifications, placement

_MOST_MENTIONS = 25
# From widest to narrowest; a reply is never wider than what it answers.
_WIDTH: Mapping[str, int] = {
    "public": 4,
    "unlisted": 3,
    "followers": 2,
    "community": 2,
    "direct": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """What a person writes. `text` is Markdown; `in_reply_to` the URI of a note she may read.

    `community` is the Group it is posted to; else the first Group mentioned in the text.
    """

    text: str
    title: str = ""
    summary: str = ""
    language: str | None = None
    visibility: Visibility = "public"
    community: Actor | None = None
    in_reply_to: str | None = None
    sensitive: bool = False
    poll: Poll | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """Where a note goes: everybody it names, its community, what it answers."""

    named: Mapping[str, Actor]
    community: Actor | None
    parent: Note | None
    place: Place | None
    answered: Actor | None
    is_private: bool = False  # the community is one of ours, for its members alone


async def publish(node: Node, author: Actor, new: NewNote) -> Note:
    """Write a note and promise it to its audience. Raises Invalid, NotFound, NotAllowed."""
    if not new.text.strip() and not new.title:
        raise Invalid("A note needs some text.")
    named = await resolve(node, find_mentions(new.text))
    setting = await node.store.reading(lambda reader: _set(reader, author, new, named))
    draft = _drafted(node, author, new, setting)

    async def deed(tx: Transaction) -> Note:
        return await _write(tx, node, author, draft, setting)

    return await node.store.transaction(deed)


async def resolve(node: Node, handles: Sequence[str]) -> dict[str, Actor]:
    """Handles typed in the text, as far as they can be found; the others stay plain text."""
    found: dict[str, Actor] = {}
    budget = Budget(fetches=3 * _MOST_MENTIONS, seconds=20)
    for text in handles[:_MOST_MENTIONS]:
        try:
            found[text] = await discovery.by_handle(node, _handle(text), budget=budget)
        except (Invalid, FetchFailed, Malformed, Refused):
            continue
    return found


def _handle(text: str) -> Handle:
    return parse_handle(text)


async def _set(reader: Reader, author: Actor, new: NewNote, named: Mapping[str, Actor]) -> _Setting:
    parent, place, answered = None, None, None
    if new.in_reply_to:
        parent = await reading.by_uri(reader, new.in_reply_to, Viewer(actor_id=author.id))
        place = await threads.place(reader, new.in_reply_to)
        if parent is None or place is None:
            raise NotFound("What you want to answer is not there, or not for you.")
        answered = await directory.get(reader, parent.author_id)
    community = new.community or next((one for one in named.values() if one.is_group), None)
    if parent is not None and parent.community_id is not None:
        community = await directory.get(reader, parent.community_id)
    rules = await communities.find(reader, community.id) if community is not None else None
    return _Setting(
        named=named,
        community=community,
        parent=parent,
        place=place,
        answered=answered,
        is_private=rules is not None and rules.private,
    )


def _drafted(node: Node, author: Actor, new: NewNote, setting: _Setting) -> Draft:
    now = node.clock()
    title, text = new.title, new.text
    if not title and setting.community is not None and setting.parent is None:
        found, text = split_title(new.text)
        title = found or ""
    try:
        rendered = render_markdown(
            text,
            mention=lambda handle: link(setting.named.get(handle)),
            hashtag_url=lambda name: f"{node.site.base}/tags/{name}",
            article=bool(title),
        )
    except TextTooLong as error:
        raise Invalid("This text is too long: 100,000 characters at most.") from error
    uri = node.site.new_note()
    visibility = _narrowed(new.visibility, setting.parent)
    if setting.is_private and visibility != "direct":
        visibility = "community"  # nothing of a private community is for the public (P-8)
    people = _people(author, setting)
    note = Note(
        id=0,
        uri=uri,
        kind=_kind(new, title),
        author_id=author.id,
        community_id=setting.community.id if setting.community else None,
        in_reply_to=new.in_reply_to,
        in_reply_to_id=setting.parent.id if setting.parent else None,
        root_id=setting.parent.root_id if setting.parent else None,
        context=_context(node, uri, setting),
        title=title,
        summary=new.summary,
        content=rendered.html,
        source=text,
        language=new.language or author.language,
        url=uri,
        visibility=visibility,
        sensitive=new.sensitive,
        local=True,
        published=now,
        ends=new.poll.closes if new.poll else None,
    )
    return Draft(
        note=note,
        mentions=tuple(one.id for one in people),
        audiences=_audiences(author, note, setting, people),
        tags=tuple(Tag(key=fold_tag(name), name=name) for name in rendered.hashtags),
        poll=new.poll,
        proven="local",
    )


def link(actor: Actor | None) -> tuple[str, str] | None:
    return (actor.url or actor.uri, actor.username) if actor else None


def _kind(new: NewNote, title: str) -> str:
    """Fixed at creation (DECISIONS: types)."""
    if new.poll is not None:
        return "Question"
    return "Article" if title else "Note"


def _narrowed(wanted: Visibility, parent: Note | None) -> Visibility:
    """A reply in a closed thread stays in it."""
    if parent is None or _WIDTH[wanted] <= _WIDTH[parent.visibility]:
        return wanted
    return "direct" if parent.visibility == "followers" else parent.visibility


def _people(author: Actor, setting: _Setting) -> list[Actor]:
    """Whom the note mentions: those typed, and whoever it answers. Never its community, whose
    mention is added when it is shown, and never its author."""
    named = [*setting.named.values(), *([setting.answered] if setting.answered else [])]
    found = {one.id: one for one in named if not one.is_group and one.id != author.id}
    return list(found.values())


def _context(node: Node, uri: str, setting: _Setting) -> str:
    if setting.parent is None:
        return node.site.context_of(uri)
    return setting.parent.context or node.site.context_of(uri)


def _audiences(
    author: Actor, note: Note, setting: _Setting, people: Sequence[Actor]
) -> tuple[tuple[str, int], ...]:
    if note.is_open:
        return (("public", 0),)
    named = [("person", one.id) for one in (author, *people)]
    if note.visibility == "followers":
        named.append(("followers", author.id))
    if note.visibility == "community" and setting.community is not None:
        named = [("person", author.id), ("community", setting.community.id)]
    return tuple(named)


async def _write(
    tx: Transaction, node: Node, author: Actor, draft: Draft, setting: _Setting
) -> Note:
    community = setting.community
    await _check(tx, node, author, draft.note, setting)
    people = await named_in(tx, draft.note, draft.mentions)
    document = await noted(tx, node, draft.note, _extras(draft), people)
    note = await writing.add(
        tx, replace(draft, document=rendering.serialise(document)), now=node.clock()
    )
    assert note is not None, "a fresh URI is never taken"
    await placement.place_for(tx, note, author.id)
    await placement.place_note(tx, note)
    await _tell_people(tx, author, note, [people[one] for one in draft.mentions], node.clock())
    create = await outbox.proven(tx, node, author, rendering.create(document))
    mentioned = [people[one] for one in draft.mentions]
    await outbox.send(
        tx,
        node,
        actor=author,
        activity=create,
        audiences=audience.of_note(note, author, community, mentioned),
        order_key=note.context or note.uri,
        note_id=note.id,
    )
    if community is not None and community.local:
        await groups.announce(
            tx,
            node,
            community,
            create,
            order_key=note.context or note.uri,
            note=note if note.is_thread_starter else None,
            note_id=note.id,
            visibility=note.visibility,
        )
    return note


async def _check(tx: Transaction, node: Node, author: Actor, note: Note, setting: _Setting) -> None:
    """The community's own rules, at home; elsewhere it judges itself when the note arrives."""
    community, now = setting.community, node.clock()
    if note.visibility == "community" and community is None:
        raise Invalid("A note for a community's members needs a community.")
    if community is None or not community.local:
        return
    try:
        await groups.check_post(tx, community, author.id, parent=setting.place, now=now)
    except Refused as refused:
        raise NotAllowed(_SENTENCES[refused.code], code=refused.code) from refused
    if await memberships.role_of(tx, community.id, author.id) is None and not note.is_open:
        raise NotAllowed("Only members write to a community's members.")


_SENTENCES: Mapping[str, str] = {
    "not_authorized": "This community or thread takes no post from you.",
    "not_moderator": "Only moderators start threads in this community.",
    "not_member": "Only members post in this community: join it first.",
}


def _extras(draft: Draft) -> Extras:
    return Extras(
        mentions=draft.mentions, tags=draft.tags, attachments=draft.attachments, poll=draft.poll
    )


async def named_in(reader: Reader, note: Note, mentions: Sequence[int]) -> dict[int, Actor]:
    ids = [note.author_id, *mentions, *([note.community_id] if note.community_id else [])]
    return await directory.get_many(reader, ids)


async def noted(
    tx: Transaction, node: Node, note: Note, extras: Extras, people: Mapping[int, Actor]
) -> dict[str, object]:
    """The object as served and sent, with its author's proof."""
    document = rendering_notes.note_object(note, extras, people, node.site)
    return await outbox.proven(tx, node, people[note.author_id], document)


async def _tell_people(
    tx: Transaction, author: Actor, note: Note, people: Sequence[Actor], now: int
) -> None:
    for one in people:
        told = one.local and one.kind == "Person"
        if told and await reading.by_id(tx, note.id, Viewer(actor_id=one.id)) is not None:
            await notifications.notify(
                tx, owner_id=one.id, kind="mention", actor_id=author.id, note_id=note.id, now=now
            )
