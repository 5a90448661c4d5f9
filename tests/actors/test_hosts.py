"""What we know of other servers, on both databases."""

from __future__ import annotations

from sqlalchemy import select

from actors import hosts
from actors.hosts import Format
from storage.engine import Reader, Store
from storage.tables import hosts as table
from tests.databases import store

__all__ = ["store"]

NOW = 1_800_000_000_000
HOUR = 3600 * 1000


async def format_of(store: Store, host: str = "far.test") -> Format | None:
    return await store.reading(lambda reader: hosts.signature_format(reader, host))


async def learn(store: Store, format_: Format, *, proven: bool = False) -> Format | None:
    await store.transaction(lambda tx: hosts.learn_format(tx, "far.test", format_, proven=proven))
    return await format_of(store)


async def seen(store: Store) -> int | None:
    async def look(reader: Reader) -> int | None:
        row = await reader.one(select(table).where(table.c.host == "far.test"))
        return None if row is None else int(row["seen"])

    return await store.reading(look)


async def test_a_hint_leads_forward_only_and_proof_anywhere(store: Store) -> None:
    assert await format_of(store) is None
    assert await learn(store, "cavage") == "cavage"
    assert await learn(store, "rfc9421") == "rfc9421"
    assert await learn(store, "cavage") == "rfc9421"
    assert await learn(store, "rfc9421-rsa", proven=True) == "rfc9421-rsa"
    assert await learn(store, "rfc9421") == "rfc9421-rsa"
    assert await learn(store, "cavage", proven=True) == "cavage"
    assert await format_of(store, "other.test") is None


async def test_many_formats_at_once(store: Store) -> None:
    await learn(store, "rfc9421")
    await store.transaction(lambda tx: hosts.seen(tx, "quiet.test", now=NOW))
    names = ["far.test", "quiet.test", "other.test"]
    found = await store.reading(lambda reader: hosts.signature_formats(reader, names))
    assert found == {"far.test": "rfc9421"}


async def test_signs_of_life_are_written_once_an_hour(store: Store) -> None:
    moments = []
    for now in (NOW, NOW + HOUR, NOW + HOUR + 1):
        await store.transaction(lambda tx: hosts.seen(tx, "far.test", now=now))  # noqa: B023
        moments.append(await seen(store))
    assert moments == [NOW, NOW, NOW + HOUR + 1]


async def test_software_and_format_live_side_by_side(store: Store) -> None:
    await learn(store, "rfc9421")
    for version in ("4.5", "4.6"):
        await store.transaction(
            lambda tx: hosts.learn_software(tx, "far.test", "mastodon", version)  # noqa: B023
        )
    assert await format_of(store) == "rfc9421"

    async def look(reader: Reader) -> tuple[str, str]:
        row = await reader.one(select(table).where(table.c.host == "far.test"))
        assert row is not None
        return row["software"], row["version"]

    assert await store.reading(look) == ("mastodon", "4.6")
