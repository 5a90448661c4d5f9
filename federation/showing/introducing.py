"""The well-known doors: NodeInfo, host-meta, WebFinger. Readable by anybody, from any page."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from actors.refusals import Invalid
from federation import nodeinfo
from federation.node import Node
from federation.nodeinfo import About, Figures
from federation.refusing import not_found, refusal_response, request_id_of
from federation.showing import responding
from federation.showing.asked import node_of

_KEEP = 600_000  # the numbers are counted again after ten minutes
_LONGEST = 2_000  # characters of a WebFinger resource
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "max-age=300",
}


async def nodeinfo_links(request: Request) -> Response:
    return _json(nodeinfo.well_known(node_of(request).site), "application/json")


async def node_info(request: Request) -> Response:
    version = request.path_params["version"]
    if version not in nodeinfo.VERSIONS:
        return not_found(request)
    node = node_of(request)
    document = nodeinfo.nodeinfo(version, _about(node), await _figures(request, node))
    return _json(document, nodeinfo.content_type(version))


async def host_meta(request: Request) -> Response:
    body = nodeinfo.host_meta(node_of(request).site).encode()
    return Response(body, headers=_HEADERS, media_type="application/xrd+xml")


async def webfinger(request: Request) -> Response:
    """Refusals too are for any page: a sign-up form in a browser asks for names."""
    answer = await _webfinger(request)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


async def _webfinger(request: Request) -> Response:
    site, store = node_of(request).site, node_of(request).store
    resource = request.query_params.get("resource", "").strip()
    if not resource or len(resource) > _LONGEST:
        return _refuse(request, "resource: one acct: or https: address is needed.")
    try:
        actor = await store.reading(lambda reader: nodeinfo.look_up(reader, resource, site))
    except Invalid as error:
        return _refuse(request, error.sentence)
    if actor is None or actor.state not in ("ok", "gone"):
        return not_found(request)
    if actor.state == "gone":
        return responding.gone(actor.uri)
    shown = nodeinfo.only_rels(nodeinfo.jrd(actor, site), request.query_params.getlist("rel"))
    return _json(shown, "application/jrd+json")


def _about(node: Node) -> About:
    return About(
        title=node.title,
        description=node.description,
        software=node.software,
        version=node.version,
        open_registration=node.open_registration,
    )


async def _figures(request: Request, node: Node) -> Figures:
    """Counted once in a while: strangers may ask as often as they like."""
    now = node.clock()
    kept: Figures | None = getattr(request.app.state, "figures", None)
    if kept is None or not kept.at <= now < kept.at + _KEEP:
        kept = await node.store.reading(lambda reader: nodeinfo.count(reader, now=now))
        request.app.state.figures = kept
    return kept


def _json(document: dict[str, Any], content_type: str) -> Response:
    headers = {**_HEADERS, "Content-Type": content_type}
    return Response(orjson.dumps(document), headers=headers)


def _refuse(request: Request, sentence: str) -> Response:
    return refusal_response("bad_request", sentence, request_id_of(request))
