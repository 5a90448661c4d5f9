"""A person's page: who she is, and what she wrote as far as the viewer may read it."""

from __future__ import annotations

from actors import follows
from actors.addresses import Site
from actors.records import Actor, Viewer
from notes import reading
from notes.cleaning import SafeHtml
from notes.plain import plain_text
from notes.reading import NEWEST
from pages import posts
from pages.paging import COUNT, paged
from pages.views import Head, PersonView, Profile
from storage.engine import Reader

_LONGEST_FIELD = 2_048


async def person_view(
    reader: Reader, site: Site, person: Actor, viewer: Viewer, *, before: int = NEWEST
) -> PersonView:
    """Nine queries, two more when polls are among the notes."""
    found = await reading.by_author(reader, person.id, viewer, before=before, count=COUNT + 1)
    shown, paging = paged(found, before)
    desk = await posts.desk(reader, site, shown, viewer, also=[person.id])
    return PersonView(
        head=head(site, person),
        profile=profile(site, person, followers=await follows.count_followers(reader, person.id)),
        posts=tuple(posts.in_list(desk, note) for note in shown),
        paging=paging,
    )


def head(site: Site, actor: Actor) -> Head:
    return Head(canonical=site.page_of(actor.username), document=actor.uri, index=actor.indexable)


def profile(
    site: Site, actor: Actor, *, followers: int | None = None, members: int | None = None
) -> Profile:
    """`summary` is clean HTML as stored; a field's value is shown as text."""
    shown = ((name, plain_text(value[:_LONGEST_FIELD])) for name, value in actor.fields)
    return Profile(
        face=posts.face(site, actor),
        uri=actor.uri,
        summary=SafeHtml(actor.summary),
        language=posts.language(actor.language),
        fields=tuple(shown),
        since=actor.published,
        followers=followers,
        members=members,
        moved_to=posts.web_address(actor.moved_to),
    )
