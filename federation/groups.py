"""Communities of ours at work (FEP-1b12): who may post, what is passed on, who moderates.

Everything accepted is announced whole to the followers; a thread starter also goes out as a bare
Announce, which is all that Mastodon and Pleroma understand (Lemmy sends both as well). Replies and
reactions never do: each would be a boost in their home timelines.
"""

from __future__ import annotations

from typing import Any

from actors import communities, directory, follows, memberships
from actors.records import Actor
from federation import audience, outbox, rendering
from federation.node import Node
from federation.origin import Refused
from notes import audiences, reactions
from notes.records import Note
from notes.threads import Place
from storage import lane_care
from storage.engine import Reader, Transaction
from timelines import placement


async def check_post(
    reader: Reader, community: Actor, author_id: int, *, parent: Place | None, now: int
) -> None:
    """May this author post here, or answer here? Raises Refused (A-19)."""
    await check_banned(reader, community, author_id, now=now)
    role = await memberships.role_of(reader, community.id, author_id)
    if role in ("moderator", "responsable"):
        return
    if parent is not None and parent.root_locked:
        raise Refused("not_authorized", "inReplyTo: this thread is locked")
    rules = await communities.get(reader, community.id)
    if rules.posting == "moderators" and parent is None:
        raise Refused("not_moderator", "audience: only moderators start threads here")
    if (rules.posting == "members" or rules.private) and role is None:
        raise Refused("not_member", "audience: only members post here")


async def check_banned(reader: Reader, community: Actor, author_id: int, *, now: int) -> None:
    """Neither new words nor changed ones of whoever is banned are passed on. Raises Refused."""
    if await memberships.is_banned(reader, community.id, author_id, now=now):
        raise Refused("not_authorized", "audience: banned from this community")


async def check_closed(reader: Reader, community: Actor, is_closed: bool) -> None:
    """What is open to all has no place in a private community (P-9). Raises Refused."""
    if is_closed:
        return
    if (await communities.get(reader, community.id)).private:
        raise Refused("not_authorized", "to: the public, in a private community")


async def check_moderator(reader: Reader, community: Actor, actor: Actor) -> None:
    """For a community of ours our own list decides (A-10). Raises Refused."""
    role = await memberships.role_of(reader, community.id, actor.id)
    if role not in ("moderator", "responsable"):
        raise Refused("not_moderator", "actor: does not moderate this community")


async def announce(
    tx: Transaction,
    node: Node,
    community: Actor,
    inner: dict[str, Any],
    *,
    order_key: str,
    note: Note | None = None,
    note_id: int | None = None,
    visibility: str = "public",
) -> None:
    """Pass an activity on to the community's followers, unchanged.

    With `note`, a thread starter just accepted: the bare Announce as well, and a boost here.
    `visibility` of the note it is about: what is for its author's followers reaches no others
    through an open community, and what is for members only is never announced to the public (A-14).
    """
    rules = await communities.get(tx, community.id)
    if visibility == "direct" or (visibility == "followers" and not rules.private):
        return
    activity = rendering.announce_activity(
        inner,
        uri=node.site.new_activity(),
        community=community,
        private=rules.private or visibility == "community",
        now=node.clock(),
    )
    await outbox.send(
        tx,
        node,
        actor=community,
        activity=activity,
        audiences=audience.of_community(community),
        order_key=order_key,
        note_id=note.id if note else note_id,
    )
    if note is not None:
        await _share(tx, node, community, note)


async def _share(tx: Transaction, node: Node, community: Actor, note: Note) -> None:
    """Through the community onto its followers' timelines, here and at Mastodon's."""
    now = node.clock()
    uri = node.site.new_activity()
    boost_id = await reactions.boost(
        tx,
        note_id=note.id,
        actor_id=community.id,
        uri=uri,
        local=True,
        published=now,
        now=now,
    )
    if boost_id is None:
        return
    await placement.place_boost(tx, note, boost_id=boost_id, by=community.id)
    if not note.is_open:
        return  # whatever is closed never goes out as a boost
    activity = rendering.announce_object(note.uri, uri=uri, actor=community, now=now)
    await outbox.send(
        tx,
        node,
        actor=community,
        activity=activity,
        audiences=audience.of_community(community),
        order_key=note.context or note.uri,
        note_id=note.id,
    )


async def admit(tx: Transaction, community: Actor, actor_id: int, *, now: int) -> None:
    """A member from now on: may post where members may, may read what members may."""
    if await memberships.role_of(tx, community.id, actor_id) is None:
        await memberships.add(tx, community.id, actor_id, "member", now=now)
    await audiences.admit(tx, "community", community.id, actor_id, now=now)


async def dismiss(tx: Transaction, community: Actor, actor_id: int) -> None:
    """No member any more; reading ends at once (P-6).

    What a private community has on the way to her host is taken back, unless it is for others too.
    """
    await memberships.remove(tx, community.id, actor_id)
    await audiences.dismiss(tx, "community", community.id, actor_id)
    rules = await communities.get(tx, community.id)
    former = await directory.get(tx, actor_id)
    if former.local or not rules.private:
        return
    inbox = former.delivery_inbox
    if not await follows.has_follower_behind(tx, community.id, inbox):
        await lane_care.stop(tx, actor_id=community.id, inbox=inbox, host=former.host)


async def home_of(reader: Reader, place: Place) -> Actor | None:
    """The community of a note when it is one of ours."""
    if place.community_id is None:
        return None
    community = await directory.get(reader, place.community_id)
    return community if community.local else None
