"""The home page: what this node is, its communities, what was last said in public."""

from __future__ import annotations

from actors import communities, directory
from actors.addresses import Site
from actors.records import Actor, Community, Viewer
from notes import reading
from notes.reading import NEWEST
from pages import posts
from pages.paging import COUNT, paged
from pages.views import CommunityLine, Head, HomeView
from storage.engine import Reader

_MOST_COMMUNITIES = 100
_ABOUT = 160


async def home_view(
    reader: Reader,
    site: Site,
    viewer: Viewer,
    *,
    title: str,
    description: str,
    before: int = NEWEST,
) -> HomeView:
    """Ten queries, two more when polls are among the notes."""
    groups = [
        group
        for group in await directory.locals_of_kind(reader, "Group")
        if group.state == "ok" and group.discoverable
    ][:_MOST_COMMUNITIES]
    policies = await communities.get_many(reader, [group.id for group in groups])
    found = await reading.latest_local(reader, viewer, before=before, count=COUNT + 1)
    shown, paging = paged(found, before)
    desk = await posts.desk(reader, site, shown, viewer)
    return HomeView(
        head=Head(canonical=site.base + "/", index=before == NEWEST),
        title=title,
        description=description,
        communities=tuple(_line(site, group, policies.get(group.id)) for group in groups),
        posts=tuple(posts.in_list(desk, note) for note in shown),
        paging=paging,
    )


def _line(site: Site, group: Actor, policy: Community | None) -> CommunityLine:
    return CommunityLine(
        face=posts.face(site, group),
        about=posts.excerpt(group.summary, _ABOUT),
        private=policy.private if policy else True,
    )
