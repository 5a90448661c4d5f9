"""What this node is called, said once and for ever: every address it gave out depends on it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from actors.addresses import Site
from actors.refusals import Conflict
from storage.engine import Reader, Transaction
from storage.statements import adding, prepared
from storage.tables import instance

_FACT = "origin"
_ADD = adding(instance, "name", "value", ignore=True)
_GET = prepared(select(instance.c.value).where(instance.c.name == bindparam("name")))


async def origin(reader: Reader) -> str | None:
    """Scheme and domain of all our URIs, like "https://example.org"; None before `init`."""
    found = await reader.value(_GET, name=_FACT)
    return None if found is None else str(found)


async def settle(tx: Transaction, site: Site) -> None:
    """Say it, the first time; afterwards as `check`."""
    await tx.run(_ADD, name=_FACT, value=site.base)
    await check(tx, site)


async def check(reader: Reader, site: Site) -> None:
    """Raises Conflict when the node has another name, or none yet (D-3)."""
    known = await origin(reader)
    if known is None:
        raise Conflict("This node has no name yet: run passerelle init.")
    if known != site.base:
        raise Conflict(
            f"This node is {known} for ever and can't become {site.base}:"
            " every address it gave out would be lost."
        )
