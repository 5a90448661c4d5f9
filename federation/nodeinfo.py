"""What this node is: NodeInfo 2.0 and 2.1 (FEP-f1d5, FEP-0151), host-meta, WebFinger (RFC 7033).

Pure documents first, then the numbers. Nothing here says anything about a single community (P-2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from actors import directory
from actors.addresses import Handle, Site, parse_handle
from actors.records import Actor
from actors.refusals import Invalid
from federation.rendering.values import Document, without_empty
from notes import listing, reading
from storage.engine import Reader

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
_AS2 = "https://www.w3.org/ns/activitystreams#"
_ACTIVITY_JSON = "application/activity+json"
_PROFILE = "http://webfinger.net/rel/profile-page"
_AVATAR = "http://webfinger.net/rel/avatar"
_MONTH = 30 * 86_400_000
_HALF_YEAR = 180 * 86_400_000
VERSIONS = ("2.0", "2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Public numbers, counted at `at` (milliseconds): people, who wrote lately, public notes."""

    at: int
    people: int
    month: int
    half_year: int
    posts: int
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the node says of itself."""

    title: str
    description: str
    software: str
    version: str
    open_registration: bool


async def count(reader: Reader, *, now: int) -> Figures:
    """Walks over all local notes: the caller keeps the answer for a while."""
    posts, comments = await reading.count_local(reader)
    return Figures(
        at=now,
        people=await directory.count_locals(reader, "Person"),
        month=await listing.count_active(reader, since=now - _MONTH),
        half_year=await listing.count_active(reader, since=now - _HALF_YEAR),
        posts=posts,
        comments=comments,
    )


# --- NodeInfo ------------------------------------------------------------------------------------


def well_known(site: Site) -> Document:
    """The list of versions, with the instance actor (FEP-2677)."""
    links = [
        {"rel": f"{_SCHEMA}{version}", "href": f"{site.base}/nodeinfo/{version}"}
        for version in VERSIONS
    ]
    links.append({"rel": f"{_AS2}Application", "href": site.instance_actor})
    return {"links": links}


def nodeinfo(version: str, about: About, figures: Figures) -> Document:
    return {
        "version": version,
        "software": {"name": about.software, "version": about.version},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": about.open_registration,
        "usage": {
            "users": {
                "total": figures.people,
                "activeMonth": figures.month,
                "activeHalfyear": figures.half_year,
            },
            "localPosts": figures.posts,
            "localComments": figures.comments,
        },
        "metadata": {
            "nodeName": about.title,
            "nodeDescription": about.description,
            "federation": {"enabled": True},
        },
    }


def content_type(version: str) -> str:
    return f'application/json; profile="{_SCHEMA}{version}#"; charset=utf-8'


def host_meta(site: Site) -> str:
    """Where WebFinger is (RFC 6415), in XML for the servers that still ask."""
    template = quoteattr(f"{site.base}/.well-known/webfinger?resource={{uri}}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="application/jrd+json" template={template}/>\n'
        "</XRD>\n"
    )


# --- WebFinger -----------------------------------------------------------------------------------


async def look_up(reader: Reader, resource: str, site: Site) -> Actor | None:
    """Whom an `acct:` or http(s) resource means here, in any spelling we ever gave out.

    The node itself is `https://host/`, `acct:host@host` and its actor's URI (FEP-d556). Raises
    Invalid for what is no resource.
    """
    if resource.startswith(("https://", "http://")):
        return await _by_url(reader, resource, site)
    if ":" in resource.partition("@")[0] and not resource.startswith("acct:"):
        raise Invalid("resource: an acct: or https: address is needed.")
    handle = parse_handle(resource)
    if handle.host != site.domain.lower():
        return None
    if handle.name.lower() == site.domain.lower().partition(":")[0]:
        return await _local(reader, site.instance_actor)
    return await directory.local_named(reader, handle.name)


async def _by_url(reader: Reader, resource: str, site: Site) -> Actor | None:
    try:
        path = urlsplit(resource).path
    except ValueError:
        raise Invalid("resource: not an address.") from None
    if resource.rstrip("/") == site.base:
        return await _local(reader, site.instance_actor)
    if not site.owns(resource):
        return None
    if path.startswith("/@"):
        name = path.removeprefix("/@")
        return await directory.local_named(reader, name) if _is_name(name) else None
    return await _local(reader, resource)


def _is_name(text: str) -> bool:
    try:
        return parse_handle(text) == Handle(text)
    except Invalid:
        return False


async def _local(reader: Reader, uri: str) -> Actor | None:
    found = await directory.find(reader, uri)
    return found if found and found.local else None


def jrd(actor: Actor, site: Site) -> Document:
    """The JRD of one of ours. The type on the `self` link tells people and communities apart, as
    Lemmy does; the templates let somebody from elsewhere follow or answer from home (FEP-3b86)."""
    page = actor.url or site.page_of(actor.username)
    own: Document = {
        "rel": "self",
        "type": _ACTIVITY_JSON,
        "href": actor.uri,
        "properties": {f"{_AS2}type": actor.kind},
    }
    links: list[Document] = [{"rel": _PROFILE, "type": "text/html", "href": page}, own]
    if actor.icon:
        links.append({"rel": _AVATAR, "href": actor.icon})
    if actor.uri == site.instance_actor:
        links.append({"rel": f"{_AS2}Service", "type": _ACTIVITY_JSON, "href": actor.uri})
    subject = f"acct:{actor.username}@{site.domain}"
    return without_empty({"subject": subject, "aliases": [page, actor.uri], "links": links})


def only_rels(document: Document, rels: Sequence[str]) -> Document:
    """Only the links asked for by `rel` parameters; all when there is none (RFC 7033 4.3)."""
    if not rels:
        return document
    links: list[Any] = [link for link in document["links"] if link["rel"] in rels]
    return {**document, "links": links}
