"""From a View to an HTTP answer: language, security headers, conditional requests, refusals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from actors.records import Viewer
from pages import words
from pages.assets import Assets
from pages.node import Node, SubscribeAddress
from pages.printing import Frame, Printer
from pages.views import FollowView, MessageKind, MessageView, View

# C-13, word for word; nothing of ours needs more.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_SECURITY = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept, Accept-Language, Cookie",
}
STATUS: Mapping[MessageKind, int] = {
    "request": 400,
    "missing": 404,
    "method": 405,
    "gone": 410,
    "failed": 500,
    "busy": 503,
}
_RETRY_SECONDS = "10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What the pages live on, made once by `pages.routes.open_pages`; in `app.state.pages`."""

    node: Node
    subscribe_address: SubscribeAddress
    printers: Mapping[str, Printer]
    assets: Assets


def answer(request: Request, pages: Pages, view: View, viewer: Viewer) -> Response:
    """The page. A refusal has neither ETag nor anything of the address in it (H-16, P-2, P-3)."""
    language = _language(request, pages)
    body = pages.printers[language].html(view, _frame(request, pages, view, language)).encode()
    headers = {**_SECURITY, "Content-Language": language, "Cache-Control": _caching(view, viewer)}
    if isinstance(view, MessageView):
        if view.kind == "busy":
            headers["Retry-After"] = _RETRY_SECONDS
        return _html(body, STATUS[view.kind], headers)
    if isinstance(view, FollowView):
        return _html(body, 422 if view.problem else 200, headers)
    headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if _is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _html(body, 200, headers)


def _html(body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def _language(request: Request, pages: Pages) -> str:
    return words.choose(
        request.query_params.get("lang"),
        request.headers.get("accept-language", ""),
        pages.node.default_language,
    )


def _frame(request: Request, pages: Pages, view: View, language: str) -> Frame:
    query = {} if isinstance(view, MessageView) else dict(request.query_params)
    if isinstance(view, FollowView):
        query = {"uri": view.uri}  # the answer to a form is no address one can return to
    return Frame(
        language=language,
        chosen=request.query_params.get("lang") in words.LANGUAGES,
        base=pages.node.site.base,
        title=pages.node.title or pages.node.site.domain,
        query=query,
    )


def _caching(view: View, viewer: Viewer) -> str:
    """No shared cache keeps what somebody in particular may see (P-7)."""
    if viewer.actor_id is not None or isinstance(view, MessageView | FollowView):
        return "private, no-store"
    return "no-cache"


def _is_known(sent: str, etag: str) -> bool:
    """If-None-Match, compared weakly (RFC 9110, 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in sent[:2_000].split(",")]
    return etag in tags or tags == ["*"]
