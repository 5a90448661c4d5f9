"""What pages need of a running node; the wiring hands it over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

from actors.addresses import Site
from actors.records import Viewer
from storage.engine import Store

# (handle as typed, URI to follow) -> the page of that person's own server where she confirms, or
# None when her server can't be asked or offers none. Speaks to the network, so it is an action's.
SubscribeAddress: TypeAlias = Callable[[str, str], Awaitable[str | None]]


class Node(Protocol):
    """`viewer_of(request)` says who looks; without it everybody is a stranger."""

    @property
    def site(self) -> Site: ...
    @property
    def store(self) -> Store: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def default_language(self) -> str: ...
    @property
    def viewer_of(self) -> Callable[[Any], Awaitable[Viewer]] | None: ...
