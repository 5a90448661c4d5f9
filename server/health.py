"""Whether the process lives, and whether it should get requests (Q-17)."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.node import Node
from storage import health, journal
from storage.engine import StorageUnavailable

_LEAST_FREE = 0.05
_OLDEST_MS = 10 * 60_000


async def healthz(request: Request) -> Response:
    return _answer({"process": "ok"}, ready=True)


async def readyz(request: Request) -> Response:
    """200 or 503, with one word for each thing looked at."""
    node: Node = request.app.state.node
    found = {
        "database": await _database(node),
        "queue": await _queue(node),
        "disk": _disk(request.app.state.data_folder),
    }
    return _answer(found, ready=all(word == "ok" for word in found.values()))


async def _database(node: Node) -> str:
    try:
        await node.store.transaction(health.touch)
    except StorageUnavailable:
        return "not writable"
    return "ok"


async def _queue(node: Node) -> str:
    try:
        depth = await node.store.reading(journal.depth)
    except StorageUnavailable:
        return "unknown"
    late = depth.oldest is not None and depth.oldest + _OLDEST_MS < node.clock()
    return "behind" if late else "ok"


def _disk(folder: Path) -> str:
    usage = shutil.disk_usage(folder)
    return "ok" if usage.free > usage.total * _LEAST_FREE else "nearly full"


def _answer(found: dict[str, str], *, ready: bool) -> Response:
    headers = {"Cache-Control": "no-store"}
    if not ready:
        headers["Retry-After"] = "30"
    return Response(orjson.dumps(found), 200 if ready else 503, headers, "application/json")


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
