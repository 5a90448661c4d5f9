"""What we know of other servers: their software, their signatures, when they last spoke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from sqlalchemy import Text, bindparam, literal_column, or_, select, type_coerce

from storage.engine import Reader, Transaction
from storage.statements import insert, one_of, prepared
from storage.tables import hosts

# What to sign with. "rfc9421": with Ed25519 unless shown otherwise; "rfc9421-rsa": RSA only.
Format = Literal["cavage", "rfc9421", "rfc9421-rsa"]

_HOUR = 3600 * 1000

_FORMATS = prepared(
    select(hosts.c.host, hosts.c.signatures).where(
        one_of(hosts.c.host, "hosts"), hosts.c.signatures.is_not(None)
    )
)
_NEW = insert(hosts).values(host=bindparam("host"), seen=bindparam("now"))
_SEEN = prepared(
    _NEW.on_conflict_do_update(
        index_elements=["host"],
        set_={"seen": _NEW.excluded.seen},
        where=hosts.c.seen < _NEW.excluded.seen - literal_column(str(_HOUR)),
    )
)
_WITH_FORMAT = insert(hosts).values(
    host=bindparam("host"), signatures=bindparam("format"), seen=literal_column("0")
)
_PROVEN = prepared(
    _WITH_FORMAT.on_conflict_do_update(
        index_elements=["host"], set_={"signatures": _WITH_FORMAT.excluded.signatures}
    )
)
_HINTED = prepared(
    _WITH_FORMAT.on_conflict_do_update(
        index_elements=["host"],
        set_={"signatures": _WITH_FORMAT.excluded.signatures},
        where=or_(
            hosts.c.signatures.is_(None),
            (hosts.c.signatures == "cavage")
            & (type_coerce(_WITH_FORMAT.excluded.signatures, Text()) == "rfc9421"),
        ),
    )
)
_WITH_SOFTWARE = insert(hosts).values(
    host=bindparam("host"),
    software=bindparam("software"),
    version=bindparam("version"),
    seen=literal_column("0"),
)
_SOFTWARE = prepared(
    _WITH_SOFTWARE.on_conflict_do_update(
        index_elements=["host"],
        set_={
            "software": _WITH_SOFTWARE.excluded.software,
            "version": _WITH_SOFTWARE.excluded.version,
        },
    )
)


async def signature_format(reader: Reader, host: str) -> Format | None:
    """What this host takes, as far as we know."""
    return (await signature_formats(reader, [host])).get(host)


async def signature_formats(reader: Reader, names: Sequence[str]) -> dict[str, Format]:
    """The same for many hosts; the unknown ones are absent."""
    rows = await reader.all(_FORMATS, hosts=list(names)) if names else ()
    return {row["host"]: cast(Format, row["signatures"]) for row in rows}


async def learn_format(tx: Transaction, host: str, format: Format, *, proven: bool = False) -> None:
    """Remember what a host takes.

    `proven`: it took a delivery of ours signed so. Otherwise it is a hint, from a request it signed
    or an Accept-Signature header, and only ever leads from cavage to RFC 9421: who knocks with both
    begins with cavage.
    """
    await tx.run(_PROVEN if proven else _HINTED, host=host, format=format)


async def seen(tx: Transaction, host: str, *, now: int) -> None:
    """A valid signed request came from there; written at most once an hour."""
    await tx.run(_SEEN, host=host, now=now)


async def learn_software(tx: Transaction, host: str, software: str, version: str) -> None:
    """What its NodeInfo says."""
    await tx.run(_SOFTWARE, host=host, software=software[:100], version=version[:100])
