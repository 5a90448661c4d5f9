"""The keys of config.toml, one frozen struct per section; sections are named after the floors.

What a key means is said once, in config.example.toml; tests keep the two in step.
"""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: unknown keys are refused, nothing changes after loading."""


class Limits(Section, frozen=True, kw_only=True):
    """[server.limits]"""

    requests_per_5_minutes: Annotated[int, Meta(ge=0, le=1_000_000)] = 300


class Server(Section, frozen=True, kw_only=True):
    """[server]"""

    domain: str
    scheme: Literal["https", "http"] = "https"
    listen: str = "127.0.0.1:8000"
    trusted_proxies: tuple[str, ...] = ()
    language: Literal["fr", "en"] = "fr"
    title: Line = "Passerelle"
    description: Annotated[str, Meta(max_length=1000)] = ""
    admin_contact: Annotated[str, Meta(max_length=200)] = ""
    open_registration: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def origin(self) -> str:
        """Scheme and domain: the beginning of every URI minted here, without a slash at the end."""
        return f"{self.scheme}://{self.domain}"


class Storage(Section, frozen=True, kw_only=True):
    """[storage]; after loading, relative paths are absolute."""

    url: Line = "sqlite:///data/passerelle.db"
    blobs: Line = "data/blobs"

    def __repr__(self) -> str:
        """Without the database password: settings end up in logs."""
        shown = re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", self.url)
        return f"Storage(url={shown!r}, blobs={self.blobs!r})"


class Federation(Section, frozen=True, kw_only=True):
    """[federation]; `hosts` maps a host name to the address and port dialled for it."""

    allow: tuple[str, ...] = ()
    http: bool = False
    ca_file: str = ""
    hosts: dict[str, str] = field(default_factory=dict)
    authorized_fetch: bool = False
    body_limit: Annotated[int, Meta(ge=65_536, le=16_777_216)] = 1_048_576
    accept_plain_json: bool = True
    inbox_per_minute: Count = 1200
    inbox_burst: Count = 600


class Moderation(Section, frozen=True, kw_only=True):
    """[moderation]"""

    allow_list_mode: bool = False


class Worker(Section, frozen=True, kw_only=True):
    """[worker]"""

    deliveries: Annotated[int, Meta(ge=1, le=1024)] = 64
    deliveries_per_host: Annotated[int, Meta(ge=1, le=64)] = 4
    signing_threads: Annotated[int, Meta(ge=1, le=64)] = 2


class Config(Section, frozen=True, kw_only=True):
    """The whole file."""

    server: Server
    storage: Storage = field(default_factory=Storage)
    federation: Federation = field(default_factory=Federation)
    moderation: Moderation = field(default_factory=Moderation)
    worker: Worker = field(default_factory=Worker)
