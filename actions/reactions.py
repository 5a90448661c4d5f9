"""Likes and boosts by people here, and taking them back."""

from __future__ import annotations

from typing import Any

from actors import directory
from actors.records import Actor, Viewer
from actors.refusals import Invalid, NotFound
from federation import audience, groups, outbox, rendering
from federation.node import Node
from notes import reactions, reading
from notes.records import Note
from storage.engine import Reader, Transaction
from storage.outgoing import Audience
from timelines import notifications, placement


async def like(node: Node, actor: Actor, uri: str) -> None:
    """Once per person and note; again changes nothing. Raises NotFound."""

    async def deed(tx: Transaction) -> None:
        note, author, community = await _target(tx, actor, uri)
        if await reactions.reaction(tx, note_id=note.id, actor_id=actor.id, kind="like"):
            return
        activity = _like(node.site.new_activity(), note, actor, author, community)
        await reactions.react(
            tx,
            note_id=note.id,
            actor_id=actor.id,
            kind="like",
            content="",
            uri=activity["id"],
            proven=True,
            now=node.clock(),
        )
        await _tell(tx, note, author, actor, "favourite", node.clock())
        await _send(tx, node, actor, activity, note, author, community)

    await node.store.transaction(deed)


async def unlike(node: Node, actor: Actor, uri: str) -> None:
    async def deed(tx: Transaction) -> None:
        note, author, community = await _target(tx, actor, uri)
        row = await reactions.reaction(tx, note_id=note.id, actor_id=actor.id, kind="like")
        if row is None:
            return
        await reactions.unreact(tx, note_id=note.id, actor_id=actor.id, kind="like")
        inner = _like(row["uri"] or node.site.new_activity(), note, actor, author, community)
        activity = rendering.undo(inner, uri=node.site.new_activity())
        await _send(tx, node, actor, activity, note, author, community)

    await node.store.transaction(deed)


async def boost(node: Node, actor: Actor, uri: str) -> None:
    """Only what is open to all, and whose author allows it. Raises NotFound, Invalid."""

    async def deed(tx: Transaction) -> None:
        note, author, _ = await _target(tx, actor, uri)
        if not note.is_open or not note.announceable:
            raise Invalid("This note is not for everybody: it can't be boosted.")
        now, boost_uri = node.clock(), node.site.new_activity()
        boost_id = await reactions.boost(
            tx,
            note_id=note.id,
            actor_id=actor.id,
            uri=boost_uri,
            local=True,
            published=now,
            now=now,
        )
        if boost_id is None:
            return
        await placement.place_boost(tx, note, boost_id=boost_id, by=actor.id)
        await _tell(tx, note, author, actor, "reblog", now)
        activity = rendering.announce_object(
            note.uri, uri=boost_uri, actor=actor, now=now, author=author.uri
        )
        await _send_boost(tx, node, actor, activity, note, author)

    await node.store.transaction(deed)


async def unboost(node: Node, actor: Actor, uri: str) -> None:
    async def deed(tx: Transaction) -> None:
        note, author, _ = await _target(tx, actor, uri)
        row = await reactions.boost_of(tx, note_id=note.id, actor_id=actor.id)
        if row is None:
            return
        await reactions.unboost(tx, row["id"])
        inner = rendering.announce_object(
            note.uri, uri=row["uri"], actor=actor, now=row["published"], author=author.uri
        )
        activity = rendering.undo(inner, uri=node.site.new_activity())
        await _send_boost(tx, node, actor, activity, note, author, since=row["published"])

    await node.store.transaction(deed)


async def _target(reader: Reader, actor: Actor, uri: str) -> tuple[Note, Actor, Actor | None]:
    note = await reading.by_uri(reader, uri, Viewer(actor_id=actor.id))
    if note is None:
        raise NotFound("There is no such note, or not for you.")
    author = await directory.get(reader, note.author_id)
    community = await directory.get(reader, note.community_id) if note.community_id else None
    return note, author, community


def _like(
    uri: str, note: Note, actor: Actor, author: Actor, community: Actor | None
) -> dict[str, Any]:
    to = [author.uri, *([community.uri] if community else [])]
    return rendering.like(
        note.uri,
        uri=uri,
        actor=actor.uri,
        to=to,
        audience=community.uri if community else None,
    )


async def _tell(
    tx: Transaction, note: Note, author: Actor, actor: Actor, kind: str, now: int
) -> None:
    if author.local and author.kind == "Person":
        await notifications.notify(
            tx, owner_id=author.id, kind=kind, actor_id=actor.id, note_id=note.id, now=now
        )


async def _send(
    tx: Transaction,
    node: Node,
    actor: Actor,
    activity: dict[str, Any],
    note: Note,
    author: Actor,
    community: Actor | None,
) -> None:
    """To the author, and to the community, which passes it on: ours does at once."""
    activity = await outbox.proven(tx, node, actor, activity)
    elsewhere = [one for one in (author, community) if one is not None]
    await outbox.send(
        tx,
        node,
        actor=actor,
        activity=activity,
        audiences=dict.fromkeys(audience.inboxes_of(elsewhere)),
        order_key=note.uri,
        note_id=note.id,
    )
    if community is not None and community.local:
        await groups.announce(
            tx,
            node,
            community,
            activity,
            order_key=note.context or note.uri,
            note_id=note.id,
            visibility=note.visibility,
        )


async def _send_boost(
    tx: Transaction,
    node: Node,
    actor: Actor,
    activity: dict[str, Any],
    note: Note,
    author: Actor,
    *,
    since: int | None = None,
) -> None:
    """An Undo reaches whoever followed at any time since the boost."""
    reach = audience.followers_of(actor)
    if since is not None:
        reach = Audience(kind="past_followers", reference=str(actor.id))
    await outbox.send(
        tx,
        node,
        actor=actor,
        activity=activity,
        audiences=dict.fromkeys([reach, *audience.inboxes_of([author])]),
        order_key=note.uri,
        note_id=note.id,
        withdrawal=since is not None,
        since=since,
    )
