"""Rules about whole hosts: refused, silenced, merely listed, or on the allow list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, delete, select

from actors.refusals import Invalid
from storage.engine import Reader, Row, Transaction
from storage.statements import adding, prepared
from storage.tables import domain_blocks

Severity = Literal["suspend", "silence", "noop", "allow"]
SEVERITIES: tuple[Severity, ...] = ("suspend", "silence", "noop", "allow")
CHANNEL = "blocks"
LONGEST_COMMENT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainBlock:
    """What we do with a host and its subdomains. `at` in milliseconds.

    suspend: nothing in or out. silence: kept out of public timelines. noop: listed only, to lift a
    rule about the domain above or to refuse media. allow: as noop, and admitted in allow-list mode,
    which is about that very name.
    """

    host: str
    severity: Severity = "suspend"
    reject_media: bool = False
    reject_reports: bool = False
    public_comment: str = ""
    private_comment: str = ""
    obfuscate: bool = False
    at: int = 0


_COLUMNS = tuple(DomainBlock.__dataclass_fields__)
_FLAGS = ("reject_media", "reject_reports", "obfuscate")
_FIELDS = [domain_blocks.c[name] for name in _COLUMNS]
_SAVE = adding(domain_blocks, *_COLUMNS, key=("host",), replace=_COLUMNS[1:])
_REMOVE = prepared(delete(domain_blocks).where(domain_blocks.c.host == bindparam("name")))
_GET = prepared(select(*_FIELDS).where(domain_blocks.c.host == bindparam("name")))
_ALL = prepared(select(*_FIELDS).order_by(domain_blocks.c.host))


async def save(tx: Transaction, block: DomainBlock) -> None:
    """Add or replace the rule of a canonical host; works at once in every process (T-3)."""
    check(block)
    await save_many(tx, [block])


async def save_many(tx: Transaction, blocks: Sequence[DomainBlock]) -> None:
    """As `save`, for many at once; the caller has checked them."""
    await tx.run_many(_SAVE, [_values(block) for block in blocks])
    tx.wake(CHANNEL)


async def remove(tx: Transaction, host: str) -> bool:
    """True when there was a rule under that very name."""
    removed = await tx.run(_REMOVE, name=host) > 0
    tx.wake(CHANNEL)
    return removed


async def find(reader: Reader, host: str) -> DomainBlock | None:
    """The rule under that very name; `Admission` knows which rule covers a host."""
    row = await reader.one(_GET, name=host)
    return _record(row) if row else None


async def everything(reader: Reader) -> list[DomainBlock]:
    """By host name."""
    return [_record(row) for row in await reader.all(_ALL)]


def check(block: DomainBlock) -> None:
    """Raises Invalid for an unknown severity or an endless comment."""
    if block.severity not in SEVERITIES:
        raise Invalid(f"“{block.severity[:100]}” is not a severity: {', '.join(SEVERITIES)}.")
    if max(len(block.public_comment), len(block.private_comment)) > LONGEST_COMMENT:
        raise Invalid(f"A comment has at most {LONGEST_COMMENT} characters.")


def _values(block: DomainBlock) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(block, name) for name in _COLUMNS}
    values |= {name: int(getattr(block, name)) for name in _FLAGS}
    return values


def _record(row: Row) -> DomainBlock:
    values = {name: row[name] for name in _COLUMNS}
    values |= {name: bool(row[name]) for name in _FLAGS}
    return DomainBlock(**values)
