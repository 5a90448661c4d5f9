"""A very small server, run as a process by test_serving: `python -m tests.server.small CONFIG`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from server.config import load
from server.serving import AlreadyServed, serve


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == f"lifespan.{os.environ.get('FAILS_AT')}":
                raise RuntimeError("as asked")
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                print("closed", flush=True)
                return
    if scope["path"] == "/slow":
        print("asked", flush=True)
        await asyncio.sleep(1)
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


if __name__ == "__main__":
    try:
        serve(load(Path(sys.argv[1]), os.environ), application)
    except AlreadyServed:
        sys.exit(7)
