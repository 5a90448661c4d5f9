"""A new node: its settings written from the example, its database, its own actor and its admin."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actions.people import NewPerson, create_instance_actor, create_person
from actors import directory
from actors.addresses import Site
from actors.records import Actor
from storage.engine import Store

# Beside the package in a checkout, inside it once installed.
_EXAMPLES = (
    Path(__file__).with_name("config.example.toml"),
    Path(__file__).parents[1] / "config.example.toml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What `init` asks. `admin` is a bare name; empty `listen` and `database`: as the example."""

    domain: str
    scheme: str
    language: str
    admin: str
    listen: str = ""
    database: str = ""


def write_config(path: Path, wishes: Wishes) -> None:
    """The example with these values in it, readable by its owner alone.

    Raises FileExistsError rather than overwrite one, and other OSErrors.
    """
    text = next(file for file in _EXAMPLES if file.exists()).read_text(encoding="utf-8")
    values = {
        ("server", "domain"): wishes.domain,
        ("server", "scheme"): wishes.scheme,
        ("server", "listen"): wishes.listen,
        ("server", "language"): wishes.language,
        ("server", "admin_contact"): f"@{wishes.admin}@{wishes.domain}",
        ("storage", "url"): wishes.database,
    }
    for key, value in values.items():
        if value:
            text = _with_value(text, key, value)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


async def found(
    store: Store, site: Site, *, admin: str, language: str, now: int
) -> Mapping[str, Actor]:
    """The node's own actor and its admin, made unless they are there ("instance", "admin").

    Raises Conflict when the node has another name (D-3), Invalid for an admin's odd name.
    """
    instance = await create_instance_actor(store, site, now=now)
    known = await store.reading(lambda reader: directory.local_named(reader, admin))
    if known is None:
        new = NewPerson(username=admin, language=language, role="admin")
        known = await create_person(store, site, new, now=now)
    return {"instance": instance, "admin": known}


def _with_value(text: str, key: tuple[str, str], value: str) -> str:
    """The TOML text with one key of one section set; JSON's text is TOML's, too."""
    section, name = key
    pattern = re.compile(rf"(^\[{section}\]$(?:\n(?!\[).*)*?\n{name} = ).*$", re.MULTILINE)
    quoted = json.dumps(value, ensure_ascii=False)
    changed, count = pattern.subn(lambda found: found[1] + quoted, text, count=1)
    if count != 1:
        raise AssertionError(f"config.example.toml has no {section}.{name}")
    return changed
