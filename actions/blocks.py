"""Whole hosts refused or limited, one by one or by Mastodon's CSV lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from actors import follows
from actors.addresses import Site
from actors.refusals import Invalid, NotFound
from moderation import domain_blocks
from moderation.domain_blocks import DomainBlock, Severity
from moderation.host_names import NotAHost, canonical_host
from storage import lane_care
from storage.engine import Store, Transaction

HEADER = (
    "#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate",
)  # fmt: skip
LONGEST_CSV = 8 * 1024 * 1024
_MOST_LINES = 100_000
_YES = frozenset({"true", "1", "yes", "t"})
_FROM_CSV = ("suspend", "silence", "noop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did; `refused` holds line numbers (from 1) with a reason."""

    added: int
    kept: int
    refused: tuple[tuple[int, str], ...]


async def block_host(store: Store, site: Site, block: DomainBlock) -> DomainBlock:
    """Add or replace the rule of a host, in whatever spelling. Raises Invalid.

    Every process's gate knows within seconds, usually at once.
    """
    plain = replace(block, host=_canonical(block.host, site))
    domain_blocks.check(plain)

    async def deed(tx: Transaction) -> None:
        await domain_blocks.save(tx, plain)
        if plain.severity == "suspend":
            await lane_care.drop(tx, plain.host, now=plain.at)
            await follows.end_with_host(tx, plain.host, now=plain.at)

    await store.transaction(deed)
    return plain


async def unblock_host(store: Store, host: str) -> None:
    """Raises NotFound when no rule stands under that name, Invalid for what is no host."""
    plain = _canonical(host, None)
    if not await store.transaction(lambda tx: domain_blocks.remove(tx, plain)):
        raise NotFound(f"There is no rule about {plain}.")


async def blocked_hosts(store: Store) -> list[DomainBlock]:
    """By host name."""
    return await store.reading(domain_blocks.everything)


async def import_csv(
    store: Store, site: Site, text: str, *, now: int, override: bool = False
) -> Imported:
    """Take over a list as Mastodon exports it; only the column of domains must be there.

    Hosts we have a rule for keep it unless `override`, and nothing is ever removed (T-1). Lines
    that can't be used (obfuscated names, ours) are counted and left out. Raises Invalid when the
    whole text is no such list.
    """
    if len(text) > LONGEST_CSV:
        raise Invalid(f"The list has more than {LONGEST_CSV} characters.")
    wanted: dict[str, DomainBlock] = {}
    refused: list[tuple[int, str]] = []
    for line, row in _rows(text):
        try:
            block = _from_row(row, site, now)
        except Invalid as error:
            refused.append((line, error.sentence))
        else:
            wanted.setdefault(block.host, block)

    async def deed(tx: Transaction) -> int:
        known = {block.host for block in await domain_blocks.everything(tx)}
        new = [block for host, block in wanted.items() if override or host not in known]
        await domain_blocks.save_many(tx, new)
        return len(new)

    added = await store.transaction(deed)
    return Imported(added=added, kept=len(wanted) - added, refused=tuple(refused))


async def export_csv(store: Store) -> str:
    """All rules but those of the allow list, without private comments."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for block in await blocked_hosts(store):
        if block.severity in _FROM_CSV:
            writer.writerow(_to_row(block))
    return out.getvalue()


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column name, without the sign Mastodon puts before names."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        header = [name.strip().lstrip("#").lower() for name in next(reader, [])]
        if "domain" not in header:
            raise Invalid("The first line must name the columns, #domain among them.")
        for row in reader:
            if reader.line_num > _MOST_LINES:
                raise Invalid(f"The list has more than {_MOST_LINES} lines.")
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(header, row, strict=False))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is not CSV.", detail=str(error)) from error


def _from_row(row: dict[str, str], site: Site, now: int) -> DomainBlock:
    severity = row.get("severity", "").strip().lower() or "suspend"
    if severity not in _FROM_CSV:
        raise Invalid(f"“{severity[:100]}” is not a severity: {', '.join(_FROM_CSV)}.")
    block = DomainBlock(
        host=_canonical(row["domain"], site),
        severity=cast(Severity, severity),
        reject_media=_is_yes(row, "reject_media"),
        reject_reports=_is_yes(row, "reject_reports"),
        public_comment=row.get("public_comment", "").strip(),
        obfuscate=_is_yes(row, "obfuscate"),
        at=now,
    )
    domain_blocks.check(block)
    return block


def _to_row(block: DomainBlock) -> tuple[str, ...]:
    flags = (block.reject_media, block.reject_reports)
    media, reports = ("true" if flag else "false" for flag in flags)
    obfuscate = "true" if block.obfuscate else "false"
    return block.host, block.severity, media, reports, block.public_comment, obfuscate


def _is_yes(row: dict[str, str], name: str) -> bool:
    return row.get(name, "").strip().lower() in _YES


def _canonical(host: str, site: Site | None) -> str:
    try:
        plain = canonical_host(host)
    except NotAHost:
        raise Invalid(f"“{host[:100]}” is not the name of a host.") from None
    if site is not None and plain == site.domain:
        raise Invalid("A node can't block itself.")
    return plain
