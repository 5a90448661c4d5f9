"""The door for POSTs: reads the body under its cap, hands it to the inbox, answers.

202 with an empty body once the activity is durable, also for what was seen before or needs
nothing. Never a redirect: PieFed loses deliveries that are redirected.
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from actors import directory
from federation import inbox
from federation.inbound import Full
from federation.inbox import Declined
from federation.node import Node
from federation.refusing import not_found, refusal_response, request_id_of
from federation.showing.asked import node_of
from federation.signatures import SignedRequest
from storage.engine import StorageUnavailable

_LD = "application/ld+json"
_AS2 = "application/activity+json"
_PLAIN = "application/json"
_ACCEPTED = Response(status_code=202)  # nothing in it is ever another's


class _SharedInbox:
    """As plain ASGI: what Starlette wraps around a function costs a tenth of an activity."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await _receive(request, node_of(request))
        await response(scope, receive, send)


shared_inbox = _SharedInbox()


async def own_inbox(request: Request) -> Response:
    """A person's or a community's own: the same, once there is somebody by that address."""
    node = node_of(request)
    uri = node.site.base + request.url.path.removesuffix("/inbox")
    if await node.store.reading(lambda reader: directory.id_of(reader, uri)) is None:
        return not_found(request)
    return await _receive(request, node)


async def _receive(request: Request, node: Node) -> Response:
    refusal = _unfit(request, node)
    if refusal is not None:
        return refusal
    try:
        with node.gate.entry():
            body = await _body(request, node)
            if not isinstance(body, bytes):
                return body
            return await _answer(request, node, body)
    except Full:
        sentence = "Too many requests at once; try again."
        return refusal_response("overloaded", sentence, request_id_of(request), retry_after=30)


def _unfit(request: Request, node: Node) -> Response | None:
    """What the headers alone rule out (H-1, H-3, H-4, H-12)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    plain = kind == _PLAIN and node.accept_plain_json
    if kind not in (_AS2, _LD) and not plain:
        return _refuse(request, "unsupported_media_type", f"Content-Type: {_AS2} is expected here.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        refusal = _refuse(request, "unsupported_encoding", "Content-Encoding: identity only.")
        refusal.headers["Accept-Encoding"] = "identity"
        return refusal
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > node.body_limit:
        return _too_large(request, node.body_limit)
    return None


async def _body(request: Request, node: Node) -> bytes | Response:
    """Counted on bytes really read; past the cap, or too slow (H-5), the rest stays unread."""
    chunks, size = [], 0
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(begun + node.patience.until(0)) as clock:
            async for chunk in request.stream():
                size += len(chunk)
                if size > node.body_limit:
                    return _too_large(request, node.body_limit)
                chunks.append(chunk)
                clock.reschedule(begun + node.patience.until(size))
    except TimeoutError:
        return _closing(_refuse(request, "request_timeout", "The body comes too slowly."))
    except ClientDisconnect:
        return _refuse(request, "bad_request", "The body ended before its time.")
    return b"".join(chunks)


async def _answer(request: Request, node: Node, body: bytes) -> Response:
    try:
        await inbox.receive(node, signed_request(request, node, body))
    except Declined as no:
        return refusal_response(
            no.code, no.sentence, request_id_of(request), retry_after=no.retry_after
        )
    except StorageUnavailable:
        return refusal_response(
            "overloaded",
            "The database can't take it now; try again.",
            request_id_of(request),
            retry_after=30,
        )
    return _ACCEPTED


def signed_request(request: Request, node: Node, body: bytes) -> SignedRequest:
    """As the signature modules want it: our public names, the raw path, headers in order."""
    scope = request.scope
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    target = path + b"?" + query if query else path
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
    return SignedRequest(
        method=request.method,
        path=target.decode("latin-1"),
        scheme=node.site.scheme,
        host=node.site.domain,
        headers=headers,
        body=body,
    )


def _too_large(request: Request, limit: int) -> Response:
    return _closing(_refuse(request, "body_too_large", f"The body is larger than {limit} bytes."))


def _closing(refusal: Response) -> Response:
    refusal.headers["Connection"] = "close"
    return refusal


def _refuse(request: Request, code: str, sentence: str) -> Response:
    return refusal_response(code, sentence, request_id_of(request))
