"""A community's page: what it is about, who keeps it, the threads it holds."""

from __future__ import annotations

from dataclasses import replace

from actors import communities, follows, memberships
from actors.addresses import Site
from actors.records import Actor, Community, Viewer
from notes import reading
from notes.reading import NEWEST
from pages import people, posts
from pages.paging import COUNT, paged
from pages.views import CommunityView
from storage.engine import Reader

_NOT_MEMBER = 0  # no actor has this row key


async def community_view(
    reader: Reader, site: Site, group: Actor, viewer: Viewer, *, before: int = NEWEST
) -> CommunityView:
    """Thirteen queries, two more when polls are among the notes.

    Of a private community a stranger sees its name and what it says of itself, so that it can be
    found and followed (P-5); never its notes, people or numbers (P-2).
    """
    policy = await communities.find(reader, group.id) or _unsaid(group)
    member = await memberships.is_member(reader, group.id, viewer.actor_id or _NOT_MEMBER)
    hidden = policy.private and not member
    found = await reading.in_community(reader, group.id, viewer, before=before, count=COUNT + 1)
    shown, paging = paged([] if hidden else found, before)
    moderators = await memberships.moderators_of(reader, group.id)
    profile = people.profile(
        site,
        group,
        followers=await follows.count_followers(reader, group.id),
        members=await memberships.count_members(reader, group.id),
    )
    desk = await posts.desk(reader, site, shown, viewer, also=[group.id])
    return CommunityView(
        head=people.head(site, group),
        profile=people.profile(site, group) if hidden else profile,
        private=policy.private,
        hidden=hidden,
        joining=policy.joining,
        posting=policy.posting,
        moderators=() if hidden else tuple(posts.face(site, one) for one in moderators),
        posts=tuple(replace(posts.in_list(desk, note), community=None) for note in shown),
        paging=paging,
    )


def _unsaid(group: Actor) -> Community:
    """For a Group without a word on how it is run: nothing is shown."""
    return Community(actor_id=group.id, joining="approval", posting="members", private=True)
