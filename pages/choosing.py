"""Which page a name or a URI of ours has, for this viewer; what is hidden is as good as absent."""

from __future__ import annotations

from actors import directory
from actors.addresses import Site, parse_handle
from actors.records import Actor, Viewer
from actors.refusals import Invalid
from notes import reading
from notes.reading import NEWEST
from pages.communities import community_view
from pages.notes import note_view
from pages.people import person_view
from pages.views import GONE, MISSING, View
from storage.engine import Reader


async def actor_page(
    reader: Reader, site: Site, uri: str, viewer: Viewer, *, before: int = NEWEST
) -> View:
    return await _of(reader, site, await directory.find(reader, uri), viewer, before)


async def named_page(
    reader: Reader, site: Site, handle: str, viewer: Viewer, *, before: int = NEWEST
) -> View:
    """`handle` is a name of ours, with or without our domain."""
    try:
        asked = parse_handle(handle)
    except Invalid:
        return MISSING
    if asked.host not in ("", site.domain.lower()):
        return MISSING
    return await _of(reader, site, await directory.local_named(reader, asked.name), viewer, before)


async def note_page(
    reader: Reader, site: Site, uri: str, viewer: Viewer, *, after: int = 0
) -> View:
    note = await reading.by_uri(reader, uri, viewer)
    if note is None:
        return GONE if await reading.was_deleted(reader, uri) else MISSING
    return await note_view(reader, site, note, viewer, after=after) or MISSING


async def thread_page(
    reader: Reader, site: Site, uri: str, viewer: Viewer, *, after: int = 0
) -> View:
    """A thread's address ends as its first note's does, see `Site.context_of`."""
    first = f"{site.base}/n/{uri.rpartition('/')[2]}"
    return await note_page(reader, site, first, viewer, after=after)


async def numbered_page(
    reader: Reader, site: Site, handle: str, number: int, viewer: Viewer, *, after: int = 0
) -> View:
    """`/@name/number` and `/@name@host/number`: also notes from elsewhere in our communities."""
    note = await reading.by_id(reader, number, viewer)
    view = await note_view(reader, site, note, viewer, after=after) if note else None
    if view is None or view.post.author.handle.casefold() != _full(handle, site):
        return MISSING
    return view


def _full(handle: str, site: Site) -> str:
    text = handle if "@" in handle else f"{handle}@{site.domain}"
    return f"@{text}".casefold()


async def _of(reader: Reader, site: Site, actor: Actor | None, viewer: Viewer, before: int) -> View:
    if actor is None or not actor.local or actor.state not in ("ok", "gone"):
        return MISSING
    if actor.state == "gone":
        return GONE
    if actor.is_group:
        return await community_view(reader, site, actor, viewer, before=before)
    return await person_view(reader, site, actor, viewer, before=before)
