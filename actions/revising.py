"""Revising and deleting notes of one's own, here and wherever they may have gone."""

from __future__ import annotations

from dataclasses import replace

from actions.notes import link, named_in, noted, resolve
from actors import directory
from actors.records import Actor, Viewer
from actors.refusals import NotFound
from federation import audience, groups, outbox, rendering
from federation.node import Node
from federation.rendering import notes as rendering_notes
from notes import details, reading, writing
from notes.plain import fold_tag
from notes.records import Draft, Extras, Note, Tag
from notes.text import find_mentions, render_markdown
from storage.engine import Reader, Transaction


async def revise(node: Node, author: Actor, uri: str, *, text: str, title: str = "") -> Note:
    """A new text for a note of one's own; who may read it stays as it was. Raises NotFound."""
    named = await resolve(node, find_mentions(text))

    async def deed(tx: Transaction) -> Note:
        known = await _own(tx, author, uri)
        rendered = render_markdown(
            text,
            mention=lambda handle: link(named.get(handle)),
            hashtag_url=lambda name: f"{node.site.base}/tags/{name}",
            article=known.kind == "Article",
        )
        extras = (await details.extras(tx, [known]))[known.id]
        changed = replace(
            known,
            title=title or known.title,
            content=rendered.html,
            source=text,
            updated=max(node.clock(), known.published + 1, (known.updated or 0) + 1),
        )
        tags = tuple(Tag(key=fold_tag(name), name=name) for name in rendered.hashtags)
        return await _rewrite(tx, node, author, known, changed, replace(extras, tags=tags))

    return await node.store.transaction(deed)


async def _rewrite(
    tx: Transaction, node: Node, author: Actor, known: Note, changed: Note, extras: Extras
) -> Note:
    people = await named_in(tx, changed, extras.mentions)
    document = await noted(tx, node, changed, extras, people)
    draft = Draft(
        note=changed,
        mentions=extras.mentions,
        tags=extras.tags,
        attachments=extras.attachments,
        poll=extras.poll,
        document=rendering.serialise(document),
        proven="local",
    )
    note = await writing.revise(tx, known, draft, now=node.clock())
    update = rendering.update(document, uri=node.site.new_activity(), now=node.clock())
    update = await outbox.proven(tx, node, author, update)
    community = people.get(note.community_id) if note.community_id else None
    mentioned = [people[one] for one in extras.mentions if one in people]
    await outbox.send(
        tx,
        node,
        actor=author,
        activity=update,
        audiences=audience.of_note(note, author, community, mentioned),
        order_key=note.context or note.uri,
        note_id=note.id,
    )
    await _pass_on(tx, node, note, community, update)
    return note


async def delete(node: Node, author: Actor, uri: str) -> None:
    """Erase a note of one's own, here and wherever it may have gone. Raises NotFound."""

    async def deed(tx: Transaction) -> None:
        note = await _own(tx, author, uri)
        community = await directory.get(tx, note.community_id) if note.community_id else None
        document = rendering_notes.note_object(
            note, Extras(), await named_in(tx, note, ()), node.site
        )
        activity = rendering.delete(
            uri,
            uri=node.site.new_activity(),
            actor=author.uri,
            to=document.get("to", []),
            cc=document.get("cc", []),
            audience=community.uri if community else None,
        )
        activity = await outbox.proven(tx, node, author, activity)
        await outbox.send(
            tx,
            node,
            actor=author,
            activity=activity,
            audiences=[audience.holders_of(note.id)],
            order_key=note.context or note.uri,
            note_id=note.id,
            withdrawal=True,
            since=note.published,
        )
        await _pass_on(tx, node, note, community, activity)
        await writing.remove(tx, note, author_uri=author.uri, now=node.clock())

    await node.store.transaction(deed)


async def _own(reader: Reader, author: Actor, uri: str) -> Note:
    note = await reading.by_uri(reader, uri, Viewer(actor_id=author.id))
    if note is None or not note.local or note.author_id != author.id:
        raise NotFound("There is no note of yours at that address.")
    return note


async def _pass_on(
    tx: Transaction,
    node: Node,
    note: Note,
    community: Actor | None,
    activity: dict[str, object],
) -> None:
    if community is not None and community.local:
        key, visibility = note.context or note.uri, note.visibility
        await groups.announce(tx, node, community, activity, order_key=key, visibility=visibility)
