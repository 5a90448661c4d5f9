"""The addresses of the pages, and `page`, which answers for addresses shared with servers.

Wiring: `app.state.pages = open_pages(node, subscribe_address=...)`, `node.page = page`, and
`ROUTES` in the application. `message` is for its exception handlers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from actors.addresses import Site
from actors.records import STRANGER, Viewer
from federation.negotiation import prefers_activity
from notes.reading import NEWEST
from pages import assets, choosing, words
from pages.answers import Pages, answer
from pages.following import answered, follow_view
from pages.homes import home_view
from pages.node import Node, SubscribeAddress
from pages.paging import cursor
from pages.printing import Printer
from pages.tags import tag_view
from pages.views import GONE, MISSING, FollowView, MessageKind, MessageView, View
from storage.engine import Reader

PageKind = Literal["actor", "note", "thread", "missing", "gone"]
_FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 10_000
_FOREVER = "public, max-age=31536000, immutable"
_ROBOTS = "User-agent: *\nDisallow: /follow\nDisallow: /api/\nDisallow: /oauth/\n"
_KINDS: Mapping[str, PageKind] = {"u": "actor", "c": "actor", "n": "note", "t": "thread"}


def open_pages(node: Node, *, subscribe_address: SubscribeAddress) -> Pages:
    """Reads templates, words and style once. Raises OSError or ValueError when one is broken."""
    loaded = assets.load()
    printers = {language: Printer(language, loaded) for language in words.LANGUAGES}
    return Pages(node=node, subscribe_address=subscribe_address, printers=printers, assets=loaded)


async def page(request: Request, kind: PageKind | None = None, uri: str = "") -> Response:
    """A browser asks for a URI of ours that servers know as a document.

    `kind` and `uri` are read from the path unless they are given. Whether there is such a thing
    for this viewer is found out here: what is hidden is the same 404 as what never was (P-3).
    """
    pages, viewer = await _who(request)
    site = pages.node.site
    if kind is None:
        kind, uri = shared_address(site, request.url.path)
    if uri == site.instance_actor:
        return RedirectResponse(site.base + "/", 302, headers={"Vary": "Accept"})
    view = await pages.node.store.reading(_looking(request, pages, kind, uri, viewer))
    return answer(request, pages, view, viewer)


def shared_address(site: Site, path: str) -> tuple[PageKind, str]:
    """What a path stands for; a collection's page is that of whom or what it belongs to."""
    if site.base + path == site.instance_actor:
        return "actor", site.instance_actor
    _, first, last, *_ = [*path.split("/"), "", ""]
    kind = _KINDS.get(first, "missing") if last else "missing"
    return kind, f"{site.base}/{first}/{last}"


def _looking(
    request: Request, pages: Pages, kind: PageKind, uri: str, viewer: Viewer
) -> Callable[[Reader], Awaitable[View]]:
    site, before, after = pages.node.site, _before(request), _after(request)

    async def look(reader: Reader) -> View:
        match kind:
            case "actor":
                return await choosing.actor_page(reader, site, uri, viewer, before=before)
            case "note":
                return await choosing.note_page(reader, site, uri, viewer, after=after)
            case "thread":
                return await choosing.thread_page(reader, site, uri, viewer, after=after)
            case "gone":
                return GONE
            case "missing":
                return MISSING

    return look


async def message(request: Request, kind: MessageKind) -> Response:
    """A page that says what went wrong; touches nothing, so it works when little else does."""
    return answer(request, _pages(request), MessageView(kind=kind), STRANGER)


async def home(request: Request) -> Response:
    pages, viewer = await _who(request)
    node, before = pages.node, _before(request)

    async def look(reader: Reader) -> View:
        title = node.title or node.site.domain
        return await home_view(
            reader,
            node.site,
            viewer,
            title=title,
            description=node.description,
            before=before,
        )

    return answer(request, pages, await node.store.reading(look), viewer)


async def named(request: Request) -> Response:
    """`/@name`; a server that asks for the document is sent to its own address."""
    pages, viewer = await _who(request)
    site, name, before = pages.node.site, request.path_params["name"], _before(request)

    async def look(reader: Reader) -> View:
        return await choosing.named_page(reader, site, name, viewer, before=before)

    return _negotiated(request, pages, await pages.node.store.reading(look), viewer)


async def tag(request: Request) -> Response:
    pages, viewer = await _who(request)
    site, name, before = pages.node.site, request.path_params["name"], _before(request)

    async def look(reader: Reader) -> View:
        return await tag_view(reader, site, name, viewer, before=before)

    return answer(request, pages, await pages.node.store.reading(look), viewer)


async def numbered(request: Request) -> Response:
    """`/@name/number`: a note of one of ours, or one from elsewhere in a community of ours."""
    pages, viewer = await _who(request)
    site, name, after = pages.node.site, request.path_params["name"], _after(request)
    number = cursor(request.path_params["number"]) or 0

    async def look(reader: Reader) -> View:
        return await choosing.numbered_page(reader, site, name, number, viewer, after=after)

    return _negotiated(request, pages, await pages.node.store.reading(look), viewer)


async def follow(request: Request) -> Response:
    """The follow box on a page of its own, and its answer.

    It changes nothing here and knows no cookie, but makes us ask another server: so only POST
    asks, and only from our own pages (U-9).
    """
    pages, viewer = await _who(request)
    fields = await _fields(request)
    if fields is None or (request.method == "POST" and _is_foreign(request, pages.node.site)):
        return answer(request, pages, MessageView(kind="request"), viewer)

    async def look(reader: Reader) -> FollowView | MessageView:
        return await follow_view(reader, pages.node.site, fields.get("uri", ""))

    view = await pages.node.store.reading(look)
    if request.method == "POST" and not isinstance(view, MessageView):
        view = await answered(
            view,
            fields.get("handle", ""),
            site=pages.node.site,
            subscribe_address=pages.subscribe_address,
        )
    return answer(request, pages, view, viewer)


async def _fields(request: Request) -> dict[str, str] | None:
    """Texts of a small form, or of the address; None for what is neither."""
    if request.method != "POST":
        return dict(request.query_params)
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    small = length.isascii() and length.isdigit() and len(length) < 6
    if kind != _FORM or not small or int(length) > _LONGEST_FORM:
        return None
    try:
        async with request.form(max_files=0, max_fields=10) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    except HTTPException:
        return None


def _is_foreign(request: Request, site: Site) -> bool:
    """Sent by a page that is not ours, as far as the browser says."""
    fetched = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", site.base)
    return fetched not in ("same-origin", "none") or origin.lower() != site.base.lower()


async def static(request: Request) -> Response:
    pages = _pages(request)
    found = pages.assets.by_address.get(request.url.path)
    if found is None:
        return answer(request, pages, MISSING, STRANGER)
    headers = {"Cache-Control": _FOREVER, "X-Content-Type-Options": "nosniff"}
    return Response(found.content, headers=headers, media_type=found.media_type)


async def robots(request: Request) -> Response:
    return PlainTextResponse(_ROBOTS, headers={"X-Content-Type-Options": "nosniff"})


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


async def _who(request: Request) -> tuple[Pages, Viewer]:
    pages = _pages(request)
    viewer_of = pages.node.viewer_of
    return pages, await viewer_of(request) if viewer_of else STRANGER


def _negotiated(request: Request, pages: Pages, view: View, viewer: Viewer) -> Response:
    """The page, or for a server the way to the document of the same thing."""
    document = view.head.document
    if document and prefers_activity(request.headers.get("accept", "")):
        return RedirectResponse(document, 302, headers={"Vary": "Accept"})
    return answer(request, pages, view, viewer)


def _before(request: Request) -> int:
    return cursor(request.query_params.get("before")) or NEWEST


def _after(request: Request) -> int:
    return cursor(request.query_params.get("after")) or 0


ROUTES: list[BaseRoute] = [
    Route("/", home),
    Route("/@{name}", named),
    Route("/@{name}/{number}", numbered),
    Route("/tags/{name}", tag),
    Route("/follow", follow, methods=["GET", "POST"]),
    Route("/static/{name}", static),
    Route("/robots.txt", robots),
]
