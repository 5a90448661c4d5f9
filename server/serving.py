"""Runs the web server until it is told to stop.

SIGTERM: no new connections, 20 seconds for requests under way, 25 for everything, exit code 0
(Q-16). A SQLite database has one server: the second one finds it locked (F-20).
"""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import uvicorn

from server.config import Config
from server.wire import Wire
from storage.opening import sqlite_file

Application: TypeAlias = Any
"""An ASGI application; its lifespan opens and closes what it needs."""

_REQUESTS_SECONDS = 20
_ALL_SECONDS = 25


class AlreadyServed(Exception):
    """Another process serves this database."""


class CannotListen(Exception):
    """The address is somebody else's; `listen` as in the settings, `why` as the system says it."""

    def __init__(self, listen: str, why: str) -> None:
        super().__init__(f"{listen}: {why}")
        self.listen = listen
        self.why = why


def serve(
    config: Config, application: Application, listening: Callable[[], None] = lambda: None
) -> None:
    """Blocks, after calling `listening` once the address is ours.

    Raises AlreadyServed, CannotListen; SystemExit when the start or the end fails, which is logged.
    """
    settings = uvicorn.Config(
        application,
        loop="uvloop",
        http=Wire,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(config.server.trusted_proxies),
        forwarded_allow_ips=list(config.server.trusted_proxies),
        timeout_graceful_shutdown=_REQUESTS_SECONDS,
    )
    _settle_in()
    with sole_server(config.storage.url), _bound(config.server.listen) as door, _quiet_end():
        listening()
        server = _Server(settings)
        server.run(sockets=[door])
    if server.lifespan.should_exit:  # uvicorn logs a failed end and would call it a good one
        raise SystemExit(1)


@contextmanager
def _bound(listen: str) -> Iterator[socket.socket]:
    """The address taken; uvicorn listens on it when the node is ready. Raises CannotListen."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: without it the event loop leaves Nagle's delay on, 40 ms an answer.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            door.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise CannotListen(listen, str(error.strerror)) from error
        yield door


def _settle_in() -> None:
    """What is loaded by now stays: the collector need not look at it again and again. As many
    connections as the system lets us have."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def sole_server(url: str) -> Iterator[None]:
    """Holds the lock of a SQLite database, which ends with the process however that ends.

    A file of its own beside it, since SQLite has its own use for locks on the database itself.
    Raises AlreadyServed.
    """
    path = sqlite_file(url)
    if path is None:
        yield
        return
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AlreadyServed(str(path)) from error


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn does, with an end that is sure; the next start repeats what is left then."""
        if not self.should_exit:
            ending = threading.Timer(_ALL_SECONDS, os._exit, (0,))
            ending.daemon = True
            ending.start()
        super().handle_exit(sig, frame)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """uvicorn raises the signal again once it has shut down; here that is the end, not a crash."""
    former = {sig: signal.signal(sig, _ignored) for sig in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for sig, handler in former.items():
            signal.signal(sig, handler)


def _ignored(_signal: int, _frame: FrameType | None) -> None:
    """Nothing left to do."""
