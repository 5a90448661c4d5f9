"""A hashtag's page: the public notes here that carry it."""

from __future__ import annotations

from actors.addresses import Site
from actors.records import Viewer
from notes import reading
from notes.plain import fold_tag
from notes.reading import NEWEST
from pages import posts
from pages.paging import COUNT, paged
from pages.views import Head, TagView
from storage.engine import Reader

_LONGEST = 200


async def tag_view(
    reader: Reader, site: Site, name: str, viewer: Viewer, *, before: int = NEWEST
) -> TagView:
    """As many queries as any list of notes; an unknown hashtag is an empty page, not an error."""
    tag = fold_tag(name)[:_LONGEST]
    found = await reading.tagged(reader, tag, viewer, before=before, count=COUNT + 1)
    shown, paging = paged(found, before)
    desk = await posts.desk(reader, site, shown, viewer)
    return TagView(
        head=Head(canonical=f"{site.base}/tags/{tag}", index=False),
        tag=tag,
        posts=tuple(posts.in_list(desk, note) for note in shown),
        paging=paging,
    )
