"""Every address of the door for servers, in one list."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import receiving, showing
from federation.showing import collections as around
from federation.showing import introducing


async def own_inbox(request: Request) -> Response:
    """One route for both, so that 405 names them both in Allow (H-7)."""
    answer = receiving.own_inbox if request.method == "POST" else around.inbox
    return await answer(request)


ROUTES: list[Route] = [
    Route("/inbox", receiving.shared_inbox, methods=["POST"]),  # first: nothing is asked so often
    Route("/.well-known/webfinger", introducing.webfinger),
    Route("/.well-known/nodeinfo", introducing.nodeinfo_links),
    Route("/.well-known/host-meta", introducing.host_meta),
    Route("/nodeinfo/{version}", introducing.node_info),
    Route("/actor/inbox", receiving.shared_inbox, methods=["POST"]),
    Route("/u/{x}/inbox", own_inbox, methods=["GET", "POST"]),
    Route("/c/{x}/inbox", receiving.own_inbox, methods=["POST"]),
    Route("/actor", showing.instance_actor),
    Route("/actor/outbox", around.outbox),
    Route("/u/{x}", showing.actor),
    Route("/u/{x}/outbox", around.outbox),
    Route("/u/{x}/followers", around.followers),
    Route("/u/{x}/following", around.following),
    Route("/u/{x}/featured", around.featured),
    Route("/c/{x}", showing.actor),
    Route("/c/{x}/outbox", around.outbox),
    Route("/c/{x}/followers", around.followers),
    Route("/c/{x}/following", around.following),
    Route("/c/{x}/featured", around.featured),
    Route("/c/{x}/moderators", around.moderators),
    Route("/n/{x}", showing.note),
    Route("/n/{x}/create", showing.create),
    Route("/n/{x}/replies", around.replies),
    Route("/n/{x}/likes", around.likes),
    Route("/n/{x}/shares", around.shares),
    Route("/t/{x}", around.thread),
    Route("/a/{x}", showing.activity),
]
