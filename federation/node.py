"""What a running node hands to its federation rooms and its actions: one value, wired once.

Everything here comes from the configuration and from opening things; nothing is looked up by name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from actors.addresses import Site
from actors.records import Viewer
from federation.fetching import Client
from federation.inbound import Gate, Pace, Patience, gate_for_strangers, gate_for_this_machine
from federation.keyring import Keyring
from federation.received import Handover
from moderation.admission import Admission
from storage.engine import Store


@dataclass(slots=True, kw_only=True)
class Node:
    """`clock` gives milliseconds since the epoch, for dates; `steady` the same without jumps, for
    leases and delays. `page` answers a browser that asks for a URI
    which is also an ActivityPub document; it is set by the wiring."""

    site: Site
    store: Store
    client: Client
    clock: Callable[[], int]
    steady: Callable[[], int]
    admission: Admission
    keyring: Keyring
    inbound: Pace
    patience: Patience = field(default_factory=Patience)
    gate: Gate = field(default_factory=gate_for_this_machine)
    strangers: Gate = field(default_factory=gate_for_strangers)
    handover: Handover = field(default_factory=Handover)
    title: str = ""
    description: str = ""
    default_language: str = "fr"
    open_registration: bool = False
    authorized_fetch: bool = False
    accept_plain_json: bool = True
    body_limit: int = 1024 * 1024
    viewer_of: Callable[[Any], Awaitable[Viewer]] | None = None
    page: Callable[..., Awaitable[Any]] | None = None
    software: str = "passerelle"
    version: str = "0"

    @property
    def ours(self) -> tuple[str, ...]:
        """Canonical hosts of this node, as `origin.host` spells them."""
        return (self.site.domain.lower(),)
