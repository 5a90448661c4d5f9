"""The one page of wiring: what the configuration says becomes a running node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from actions import lookups
from federation import refusing, routes, viewing
from federation.fetching import Client, Reach
from federation.inbound import Pace
from federation.keyring import Keyring
from federation.negotiation import prefers_activity
from federation.node import Node
from moderation.admission import Admission
from pages import routes as pages
from pages.views import MessageKind
from server import health
from server.clocks import Steady, wall
from server.config import Config
from server.desk import site_of
from server.front import Front
from server.guarding import Guard
from server.worker import Worker
from storage import leases
from storage.engine import StorageUnavailable, Store
from storage.opening import open_store, sqlite_file

_VERSION = version("passerelle")
_MESSAGES: Mapping[int, MessageKind] = {404: "missing", 405: "method"}
Clock = Callable[[], int]  # milliseconds since the epoch


def data_folder(config: Config) -> Path:
    """Where the disk may fill up: beside the database, or where files are kept."""
    database = sqlite_file(config.storage.url)
    return database.parent if database else Path(config.storage.blobs).parent


def make_node(config: Config, store: Store, *, clock: Clock = wall) -> Node:
    """A node on an open database. Close its client when done."""
    site = site_of(config)
    reach = Reach(
        allow=config.federation.allow,
        http=config.federation.http,
        ca_file=Path(config.federation.ca_file) if config.federation.ca_file else None,
        hosts=config.federation.hosts,
        user_agent=f"passerelle/{_VERSION} (+{site.base}/)",
    )
    limits = config.federation
    return Node(
        site=site,
        store=store,
        client=Client(reach),
        clock=clock,
        # Whoever gives a clock of her own moves it on purpose, and delays with it.
        steady=Steady() if clock is wall else clock,
        admission=Admission(
            own=site.domain.lower(), allow_list_mode=config.moderation.allow_list_mode
        ),
        keyring=Keyring(),
        inbound=Pace(per_minute=limits.inbox_per_minute, burst=limits.inbox_burst),
        title=config.server.title,
        description=config.server.description,
        default_language=config.server.language,
        open_registration=config.server.open_registration,
        authorized_fetch=limits.authorized_fetch,
        accept_plain_json=limits.accept_plain_json,
        body_limit=limits.body_limit,
        viewer_of=viewing.viewer_of,
        page=pages.page,
        version=_VERSION,
    )


@asynccontextmanager
async def opened(config: Config, *, watch: bool, clock: Clock = wall) -> AsyncIterator[Node]:
    """A node from its configuration, with everything closed at the end."""
    store = await open_store(config.storage.url, watch=watch)
    node = make_node(config, store, clock=clock)
    try:
        await store.reading(node.admission.load)
        yield node
    finally:
        await node.client.close()
        await store.close()


def application(config: Config, *, web_only: bool = False, clock: Clock = wall) -> Guard:
    """The web application; with the worker beside it in the same process unless `web_only`."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(config, watch=True, clock=clock) as node:
            app.state.node = node
            app.state.data_folder = data_folder(config)
            app.state.pages = pages.open_pages(node, subscribe_address=lookups.subscriber(node))
            fresh = asyncio.create_task(node.admission.keep_fresh(node.store))
            worker = None if web_only else Worker(node, config.worker)
            if worker and sqlite_file(config.storage.url):
                # We hold the lock: nobody else works here (server.serving).
                await node.store.transaction(lambda tx: leases.end_all(tx, now=wall()))
            try:
                if worker:
                    worker.start()
                yield
            finally:
                if worker:
                    await worker.stop()
                fresh.cancel()
                with suppress(asyncio.CancelledError):
                    await fresh

    app = Starlette(
        routes=[*routes.ROUTES, *pages.ROUTES, *health.ROUTES],
        lifespan=lifespan,
        exception_handlers={
            HTTPException: _refused,
            StorageUnavailable: _unavailable,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False  # PieFed loses a delivery that is redirected
    return Guard(Front(app), config)


async def _refused(request: Request, error: Exception) -> Response:
    """404 and 405 in the asker's own words: JSON for programs, a page for people."""
    if _is_person(request):
        status = getattr(error, "status_code", 400)
        return await pages.message(request, _MESSAGES.get(status, "request"))
    return await refusing.refuse_http(request, error)


async def _unavailable(request: Request, error: Exception) -> Response:
    if _is_person(request):
        return await pages.message(request, "busy")
    return refusing.refusal_response(
        "overloaded",
        "The database can't answer now; try again.",
        refusing.request_id_of(request),
        retry_after=30,
    )


async def _failed(request: Request, error: Exception) -> Response:
    """A bug of ours: logged by the guard with the request's id, said without a traceback."""
    if _is_person(request):
        return await pages.message(request, "failed")
    return refusing.failed(request)


def _is_person(request: Request) -> bool:
    is_read = request.method in ("GET", "HEAD")
    return is_read and not prefers_activity(request.headers.get("accept", ""))
