"""The follow box: from a handle typed here to the page of her own server where she confirms."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from actors import directory
from actors.addresses import Handle, Site, parse_handle
from actors.refusals import Invalid, Refusal
from pages import posts
from pages.node import SubscribeAddress
from pages.views import MISSING, FollowView, Head, MessageView
from storage.engine import Reader

_SECONDS: Final = 15
_LONGEST: Final = 400


async def follow_view(reader: Reader, site: Site, uri: str) -> FollowView | MessageView:
    """The empty form for somebody of ours. One query."""
    actor = await directory.find(reader, uri)
    if actor is None or not actor.local or actor.state != "ok":
        return MISSING
    return FollowView(head=Head(), face=posts.face(site, actor), uri=actor.uri)


async def answered(
    view: FollowView, typed: str, *, site: Site, subscribe_address: SubscribeAddress
) -> FollowView:
    """The form again with what went wrong, or with the address it leads to.

    The address comes from another server: only https is followed (http when this site is http),
    and only to a host, so that nothing but a web page of hers is opened.
    """
    typed = typed.strip()[:_LONGEST]
    view = replace(view, typed=typed)
    handle = _theirs(typed)
    if handle is None:
        return replace(view, problem="handle")
    if handle.host == site.domain.lower():
        return replace(view, problem="here", their_host=handle.host)
    found = await _asked(subscribe_address, str(handle), view.uri)
    if found is None:
        return replace(view, problem="unreachable", their_host=handle.host)
    if not is_fit(found, site):
        return replace(view, problem="foreign", their_host=handle.host)
    return replace(view, goes_to=found, their_host=urlsplit(found).netloc)


def is_fit(address: str, site: Site) -> bool:
    """Whether a browser may be sent there from this site."""
    if posts.web_address(address) is None:
        return False
    parts = urlsplit(address)
    return "@" not in parts.netloc and parts.scheme in {"https", site.scheme}


def _theirs(typed: str) -> Handle | None:
    try:
        handle = parse_handle(typed)
    except Invalid:
        return None
    odd = any(c.isspace() or not c.isprintable() or c in "/\\?#@<>" for c in handle.host)
    return None if odd or "." not in handle.host + _port(handle.host) else handle


def _port(host: str) -> str:
    """`localhost:8001` is a host in a closed network; a word without dot or port is a slip."""
    return "." if host.rpartition(":")[2].isdigit() and ":" in host else ""


async def _asked(subscribe_address: SubscribeAddress, handle: str, uri: str) -> str | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await subscribe_address(handle, uri)
    except (Refusal, TimeoutError):
        return None
