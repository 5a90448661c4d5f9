"""Who asks: the bearer of one of our tokens, or the actor whose key signed the GET.

Anything wrong with either makes a stranger, never an error: what is hidden stays a 404 (P-3).
"""

from __future__ import annotations

from starlette.requests import Request

from actors import grants
from actors.records import STRANGER, Viewer
from federation import discovery, signatures
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.node import Node
from federation.origin import Refused
from federation.receiving import signed_request
from federation.showing.asked import node_of
from federation.signatures import SignatureRefused

_BEARER = "bearer "


async def viewer_of(request: Request) -> Viewer:
    node = node_of(request)
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return await _bearer(node, authorization[len(_BEARER) :].strip())
    if "signature" in request.headers:
        return await _signer(node, request)
    return STRANGER


async def _bearer(node: Node, token: str) -> Viewer:
    found = await node.store.reading(lambda reader: grants.viewer_of(reader, token))
    return Viewer(actor_id=found[0]) if found else STRANGER


async def _signer(node: Node, request: Request) -> Viewer:
    try:
        claim = signatures.read_claim(
            signed_request(request, node, b""), now=node.clock(), body_expected=False
        )
        if node.admission.refuses(claim.key_uri):
            return STRANGER
        known = await discovery.key(node, claim.key_uri, budget=Budget(fetches=4))
        signatures.verify(claim, known.key)
        if node.admission.refuses(known.actor_uri):
            return STRANGER  # its key need not lie below its own address
    except (SignatureRefused, Malformed, Refused, FetchFailed):
        return STRANGER
    return Viewer(actor_id=known.actor_id)
