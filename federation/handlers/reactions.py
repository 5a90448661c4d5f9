"""Like, Dislike, EmojiReact (read as a Like) and boosts; and their undoing."""

from __future__ import annotations

from actors import directory, follows, memberships
from actors.records import Actor, Viewer
from federation import discovery, groups
from federation.fetching import Budget
from federation.handlers import arrivals
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received
from federation.vocabulary import Announce, Dislike, Like
from notes import reactions, reading, threads
from notes.records import Note
from storage.engine import Reader, Transaction
from timelines import notifications, placement


async def react(node: Node, received: Received, budget: Budget) -> Plan:
    activity = received.activity
    assert isinstance(activity, Like | Dislike)
    kind = "like" if isinstance(activity, Like) else "dislike"
    content = (activity.content or "")[:100] if isinstance(activity, Like) else ""
    actor = await discovery.actor(node, activity.actor, budget=budget)

    async def apply(tx: Transaction) -> None:
        note = await reading.by_uri(tx, activity.object, Viewer(actor_id=actor.id))
        if note is None:
            raise Ignored("an unknown note, or one its actor may not read")
        new = await reactions.react(
            tx,
            note_id=note.id,
            actor_id=actor.id,
            kind=kind,
            content=content,
            uri=activity.uri,
            proven=received.is_proven,
            now=received.now,
        )
        if new and note.local and received.is_proven and kind == "like":
            await _tell(tx, note, actor, "favourite", received.now)
        if new:
            await _pass_on(tx, node, note, received)

    return apply


async def _tell(tx: Transaction, note: Note, actor: Actor, kind: str, now: int) -> None:
    author = await directory.get(tx, note.author_id)
    if author.kind == "Person":
        await notifications.notify(
            tx, owner_id=author.id, kind=kind, actor_id=actor.id, note_id=note.id, now=now
        )


async def _pass_on(tx: Transaction, node: Node, note: Note, received: Received) -> None:
    place = await threads.place_by_id(tx, note.id)
    community = await groups.home_of(tx, place) if place else None
    if community is not None and not await _is_banned(tx, community, received):
        await groups.announce(
            tx,
            node,
            community,
            received.document,
            order_key=note.context or note.uri,
            note_id=note.id,
            visibility=note.visibility,
        )


async def _is_banned(reader: Reader, community: Actor, received: Received) -> bool:
    """Whoever is put out may still like what she reads, but the community tells nobody."""
    actor = await directory.find(reader, received.activity.actor)
    return actor is None or await memberships.is_banned(
        reader, community.id, actor.id, now=received.now
    )


async def undo_reaction(
    tx: Transaction, node: Node, received: Received, *, actor_id: int, note_uri: str, kind: str
) -> bool:
    """By (actor, kind, note), since Lemmy regenerates the undone id. True when there was one."""
    place = await threads.place(tx, note_uri)
    row = place and await reactions.reaction(tx, note_id=place.id, actor_id=actor_id, kind=kind)
    if not place or not row or (row["proven"] and not received.is_proven):
        return False
    await reactions.unreact(tx, note_id=place.id, actor_id=actor_id, kind=kind)
    community = await groups.home_of(tx, place)
    if community is not None:
        key, visibility = place.context or place.uri, place.visibility
        await groups.announce(
            tx, node, community, received.document, order_key=key, visibility=visibility
        )
    return True


# --- boosts --------------------------------------------------------------------------------------


async def boost(node: Node, received: Received, uri: str, budget: Budget) -> Plan:
    """An Announce of an object: by id, whatever copy came along (A-14).

    Taken when somebody here follows the booster or the note is ours; only of what is open to all,
    or by the note's own author, or by the closed community the note belongs to.
    """
    activity = received.activity
    assert isinstance(activity, Announce)
    booster = await discovery.actor(node, activity.actor, budget=budget)
    place = await node.store.reading(lambda reader: threads.place(reader, uri))
    followed = await node.store.reading(
        lambda reader: follows.has_local_follower(reader, booster.id)
    )
    if not followed and not (place and place.local):
        raise Ignored("nobody here follows who boosts")
    arrival = None
    if place is None:
        post, body = await discovery.post(node, uri, budget=budget)
        via = Received(
            activity=activity,
            document=received.document,
            signer=received.signer,
            now=received.now,
            trust="origin",
            via=booster,
        )
        arrival = await arrivals.gather(node, post, body, via, proven="origin", budget=budget)

    async def apply(tx: Transaction) -> None:
        if arrival is not None:
            await _check_open(arrival.post.address.openness != "closed")
            await arrivals.settle(tx, node, arrival, via)
        note = await reading.by_uri(tx, uri, Viewer(actor_id=booster.id))
        if note is None:
            raise Refused("not_authorized", "object: not readable by who boosts it")
        await _check_open(note.is_open or booster.id in (note.author_id, note.community_id))
        await place_boost(tx, note, booster, activity, received.now)

    return apply


async def share(tx: Transaction, uri: str, booster: Actor, activity: Announce, now: int) -> None:
    """Place a boost of a note just stored, if its booster may read it."""
    note = await reading.by_uri(tx, uri, Viewer(actor_id=booster.id))
    if note is not None:
        await place_boost(tx, note, booster, activity, now)


async def _check_open(allowed: bool) -> None:
    if not allowed:
        raise Refused("not_authorized", "object: not public, nothing is stored")


async def place_boost(
    tx: Transaction, note: Note, booster: Actor, activity: Announce, now: int
) -> None:
    """One boost per actor and note: a Group announces a topic twice, once bare, once whole."""
    if activity.uri is None:
        raise Refused("missing_id", "id: an Announce needs one")
    boost_id = await reactions.boost(
        tx,
        note_id=note.id,
        actor_id=booster.id,
        uri=activity.uri,
        local=False,
        published=activity.published or now,
        now=now,
    )
    if boost_id is None:
        return
    await placement.place_boost(tx, note, boost_id=boost_id, by=booster.id)
    if note.local and not booster.is_group:
        await _tell(tx, note, booster, "reblog", now)
