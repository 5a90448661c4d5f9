"""Leads the shared inbox past the web framework's layers, which cost it a tenth; the rest through
them. Nothing is asked of a node so often."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from federation import refusing
from federation.receiving import shared_inbox


class Front:
    """Wraps the application; `app` is what everything else goes to."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/inbox" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        scope["app"] = self.app
        try:
            await shared_inbox(scope, receive, send)
        except Exception:
            # As the framework does: an answer without a traceback, which the guard then logs.
            await refusing.failed(Request(scope))(scope, receive, send)
            raise
