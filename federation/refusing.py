"""Refusals at the door for servers: one closed list of codes, one status for each (H-8).

The body is always `{"error": code, "error_description": sentence, "request_id": id}`. Something
hidden and something absent get the same answer, byte for byte but for the request's id (P-3).
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_MOST = 600  # characters of a sentence; what it echoes of the input was cut before

STATUSES: Mapping[str, int] = {
    # shape and addresses
    "bad_request": 400,
    "malformed_json": 400,
    "json_too_deep": 400,
    "json_too_many_items": 400,
    "invalid_text": 400,
    "missing_id": 400,
    "missing_type": 400,
    "missing_actor": 400,
    "missing_object": 400,
    "invalid_property": 400,
    "ambiguous_property": 400,
    "invalid_uri": 400,
    "id_host_mismatch": 400,
    "too_many_recipients": 400,
    "fetch_declined": 400,
    # signatures
    "signature_missing": 401,
    "signature_malformed": 401,
    "signature_incomplete": 401,
    "signature_expired": 401,
    "signature_invalid": 401,
    "digest_missing": 401,
    "digest_mismatch": 401,
    "key_owner_mismatch": 401,
    "key_unavailable": 401,
    "key_too_weak": 401,
    "unsupported_algorithm": 401,
    # authority and blocks
    "actor_mismatch": 403,
    "attribution_mismatch": 403,
    "origin_disagrees": 403,
    "domain_blocked": 403,
    "actor_suspended": 403,
    "not_authorized": 403,
    "not_moderator": 403,
    "not_member": 403,
    "not_owner": 403,
    "no_such_follow": 403,
    "alias_missing": 403,
    # unknown, hidden, gone
    "not_found": 404,
    "recipient_unknown": 404,
    "tombstoned": 410,
    # the request itself
    "method_not_allowed": 405,
    "request_timeout": 408,
    "body_too_large": 413,
    "uri_too_long": 414,
    "unsupported_media_type": 415,
    "unsupported_encoding": 415,
    "misdirected_request": 421,
    "rate_limited": 429,
    "header_too_large": 431,
    # ours, for now: worth another try
    "overloaded": 503,
}
CODES = frozenset(STATUSES)
_RETRY_LATER = frozenset({429, 503})
_SENTENCES = {
    404: ("not_found", "There is nothing here, or nothing you may read."),
    405: ("method_not_allowed", "This address doesn't take that method."),
}
VARY = "Accept, Signature, Authorization"


def refusal_response(
    code: str,
    sentence: str,
    request_id: str,
    *,
    headers: Mapping[str, str] | None = None,
    retry_after: int = 60,
) -> Response:
    """`retry_after` in seconds, sent with 429 and 503. A code outside the list is a KeyError."""
    status = STATUSES[code]
    body = {"error": code, "error_description": sentence[:_MOST], "request_id": request_id}
    sent = {
        "Cache-Control": "no-store",
        "Vary": VARY,
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    if status in _RETRY_LATER:
        sent.setdefault("Retry-After", str(retry_after))
    return Response(orjson.dumps(body), status, sent, "application/json")


def not_found(request: Request) -> Response:
    """For what is absent and for what is hidden: never say which."""
    return _plain(404, request)


async def refuse_http(request: Request, error: Exception) -> Response:
    """Starlette's own 404 and 405, as its handler of HTTPException (H-7)."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status not in _SENTENCES:
        return refusal_response(
            "bad_request", "This request makes no sense here.", request_id_of(request)
        )
    return _plain(status, request, headers)


def failed(request: Request) -> Response:
    """A bug of ours: nothing of it is shown but the request's id, which stands in the log."""
    body = {
        "error": "internal_error",
        "error_description": "Something went wrong here; it is not your request.",
        "request_id": request_id_of(request),
    }
    return Response(orjson.dumps(body), 500, {"Cache-Control": "no-store"}, "application/json")


def request_id_of(request: Request) -> str:
    """The id the server's outermost layer gave this request, in `scope["request_id"]`."""
    return str(request.scope.get("request_id", ""))


def _plain(status: int, request: Request, headers: Mapping[str, str] | None = None) -> Response:
    code, sentence = _SENTENCES[status]
    return refusal_response(code, sentence, request_id_of(request), headers=headers)
