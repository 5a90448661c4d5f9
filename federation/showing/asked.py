"""What the GET rooms share: who asks, for what kind of answer, from where in a collection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from actors.records import STRANGER, Viewer
from federation.collections import Cursor
from federation.negotiation import prefers_activity
from federation.node import Node
from federation.refusing import refusal_response, request_id_of
from notes.reading import NEWEST

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Answering: TypeAlias = Callable[[Request, Node, Viewer], Awaitable[Response]]


def node_of(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


def negotiated(answer: Answering, *, unsigned: bool = False, open_first: bool = False) -> Handler:
    """The same URL for servers and for browsers, who get the node's page.

    With authorized fetch a document is for those who say who they are; `unsigned` excepts what
    must stay readable, or nobody could ever check a signature of ours. `open_first` asks who looks
    only when strangers may not: most documents are open, and a signature costs a key.
    """

    async def handle(request: Request) -> Response:
        node = node_of(request)
        if node.page is not None and not prefers_activity(request.headers.get("accept", "")):
            shown: Response = await node.page(request)
            return shown
        # Never verify a signature where keys are read: two nodes would ask each other for ever.
        if unsigned or (open_first and not node.authorized_fetch):
            shown = await answer(request, node, STRANGER)
            if unsigned or shown.status_code != 404:
                return shown
        viewer = await node.viewer_of(request) if node.viewer_of else STRANGER
        if node.authorized_fetch and viewer.actor_id is None:
            sentence = "This node shows its documents to signed requests only."
            return refusal_response("signature_missing", sentence, request_id_of(request))
        return await answer(request, node, viewer)

    return handle


def cursor_of(request: Request) -> Cursor | None:
    """`?page=1`, with `before` or `after` (ids of notes or boosts); None for other values there."""
    asked = request.query_params
    before, after = _number(asked.get("before"), NEWEST), _number(asked.get("after"), 0)
    if before is None or after is None:
        return None
    return Cursor(is_page="page" in asked, before=before, after=after)


def bad_cursor(request: Request) -> Response:
    return refusal_response(
        "bad_request",
        "before, after: a number from a link of this collection is needed.",
        request_id_of(request),
    )


def _number(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
