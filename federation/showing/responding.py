"""ActivityStreams documents as HTTP answers: type, caching, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from federation import rendering
from federation.refusing import VARY

# Lemmy compares this as text: no parameter, no other spelling.
ACTIVITY_JSON = "application/activity+json"
# To be asked again each time: an Update must be seen at once by whoever fetches after it.
_SHARED = "no-cache"
_CLOSED = "private, no-store"


def document(request: Request, body: bytes, *, shared: bool, etag: str | None = None) -> Response:
    """A document, or 304 when the asker has it. `shared` False keeps it out of all caches (P-7).

    `etag` without its quotation marks; by default it comes from the bytes.
    """
    mark = f'"{etag or sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": mark, **_headers(shared=shared)}
    if matches(request.headers.get("if-none-match"), mark):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=ACTIVITY_JSON)


def gone(uri: str) -> Response:
    """What is deleted says so: 410 makes other servers believe a Delete."""
    body = rendering.serialise(rendering.tombstone(uri))
    headers = {**_headers(shared=True), "Cache-Control": "no-store"}
    return Response(body, 410, headers, ACTIVITY_JSON)


def matches(sent: str | None, mark: str) -> bool:
    """If-None-Match, compared weakly (RFC 9110 13.1.2); NodeBB sends it without quotes."""
    if not sent:
        return False
    wanted = mark.strip('"')
    entries = (entry.strip().removeprefix("W/").strip('"') for entry in sent[:2000].split(","))
    return any(entry in ("*", wanted) for entry in entries)


def _headers(*, shared: bool) -> Mapping[str, str]:
    return {
        "Cache-Control": _SHARED if shared else _CLOSED,
        "Vary": VARY if shared else f"{VARY}, Cookie",
        "X-Content-Type-Options": "nosniff",
    }
