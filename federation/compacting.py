"""Documents that say `type` in other words: compacted once with real JSON-LD, away from the door.

Only where no compact `type` is found, only with contexts bundled with the library (a context is
never fetched), only in a short-lived process: pyld is slow, holds the interpreter, and has no limit
of its own. What comes out goes through the same checks as anything else.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from typing import Any

import orjson

from federation import documents
from federation.documents import Malformed

_AS2 = "https://www.w3.org/ns/activitystreams"
_SECONDS = 10
_CPU_SECONDS = 5
_MEMORY = 512 * 1024 * 1024
_MOST_BYTES = 64 * 1024
_GRAPHS = frozenset({"@graph", "@included", "@reverse", "signature", "proof"})


def may_compact(document: dict[str, Any]) -> bool:
    """No type in plain words, a context of its own, and nothing that speaks of several things."""
    return (
        "type" not in document
        and "@context" in document
        and not documents.has_key(document, _GRAPHS)
    )


async def compacted(document: dict[str, Any]) -> dict[str, Any]:
    """The same document in ActivityStreams' own terms. Raises Malformed("missing_type")."""
    body = orjson.dumps(document)
    if len(body) > _MOST_BYTES:
        raise Malformed("missing_type", "type: none, and too large to look for one")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "federation.compacting",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, _ = await process.communicate(body)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Malformed("missing_type", "type: none, and none found in time") from None
    if process.returncode != 0:
        raise Malformed("missing_type", "type: none that can be read")
    return documents.read(out)


def main() -> None:
    """The short-lived process: a document on standard input, its compact form on the output."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Imported here alone: 50 MB that the server never needs.
    from pyld import jsonld  # noqa: PLC0415
    from pyld.documentloader.frozen import (  # noqa: PLC0415
        BUNDLED_CONTEXTS,
        FrozenDocumentLoader,
    )

    document = orjson.loads(sys.stdin.buffer.read())
    options = {"documentLoader": FrozenDocumentLoader(BUNDLED_CONTEXTS)}
    found = jsonld.compact(document, _AS2, options)
    sys.stdout.buffer.write(orjson.dumps(found))


if __name__ == "__main__":
    main()
