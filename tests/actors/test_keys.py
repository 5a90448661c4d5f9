"""Keys of ours and of others, as stored."""

from __future__ import annotations

import pytest

from actors import keys
from actors.key_material import (
    PublicKey,
    generate_ed25519,
    generate_rsa,
    load_private,
    public_half,
    sign_bytes,
    verifies,
)
from actors.records import KeyRow
from storage.engine import Reader, Store, Transaction
from tests.actors.people import HOUR, NOW, person, settle

PAIR = {"rsa_pem": generate_rsa(), "ed25519_pem": generate_ed25519()}
OTHER_PAIR = {"rsa_pem": generate_rsa(), "ed25519_pem": generate_ed25519()}
ADA = person(1, "ada")
FAR = person(2, "far", local=False, host="far.test")
EVIL = person(3, "evil", local=False, host="far.test")


@pytest.fixture
async def people(store: Store) -> None:
    await settle(store, ADA, FAR, EVIL)


async def create(store: Store) -> list[KeyRow]:
    return await store.transaction(lambda tx: keys.create(tx, ADA.id, ADA.uri, now=NOW, **PAIR))


async def rotate(store: Store, *, compromised: bool, now: int) -> list[KeyRow]:
    async def deed(tx: Transaction) -> list[KeyRow]:
        return await keys.rotate(
            tx, ADA.id, ADA.uri, now=now, compromised=compromised, **OTHER_PAIR
        )

    return await store.transaction(deed)


async def listed(store: Store, *, now: int) -> list[str]:
    rows = await store.reading(lambda reader: keys.public_keys(reader, ADA.id, now=now))
    assert all(row.private is None for row in rows)
    return [row.uri.rpartition("#")[2] for row in rows]


def remote(uri: str) -> PublicKey:
    return public_half(load_private(PAIR["ed25519_pem"], uri=uri, owner=""))


@pytest.mark.usefixtures("people")
async def test_new_keys_sign_and_are_listed(store: Store) -> None:
    rows = await create(store)
    assert [row.uri for row in rows] == [f"{ADA.uri}#main-key", f"{ADA.uri}#ed25519-key"]
    assert await listed(store, now=NOW) == ["main-key", "ed25519-key"]

    async def look(reader: Reader) -> None:
        ours = await keys.signing_keys(reader, ADA.id)
        assert set(ours) == {"rsa", "ed25519"}
        for key in ours.values():
            assert key.owner == ADA.uri
            found = await keys.find(reader, key.uri)
            assert found is not None
            row, owner = found
            assert owner == ADA.uri
            assert verifies(keys.public_key(row, owner), b"text", sign_bytes(key, b"text"))

    await store.reading(look)


@pytest.mark.usefixtures("people")
async def test_nobody_else_has_them(store: Store) -> None:
    await create(store)
    assert await store.reading(lambda r: keys.find(r, f"{ADA.uri}#main-key-2")) is None
    assert await store.reading(lambda r: keys.signing_keys(r, FAR.id)) == {}


@pytest.mark.usefixtures("people")
async def test_after_a_rotation_the_old_key_is_good_for_48_hours(store: Store) -> None:
    """S-21."""
    await create(store)
    moment = NOW + HOUR
    await rotate(store, compromised=False, now=moment)
    ours = await store.reading(lambda reader: keys.signing_keys(reader, ADA.id))
    assert ours["rsa"].uri == f"{ADA.uri}#main-key-2"
    assert ours["ed25519"].uri == f"{ADA.uri}#ed25519-key-2"
    new, old = ["main-key-2", "ed25519-key-2"], ["main-key", "ed25519-key"]
    assert await listed(store, now=moment + 48 * HOUR - 1) == new + old
    assert await listed(store, now=moment + 48 * HOUR) == new
    found = await store.reading(lambda reader: keys.find(reader, f"{ADA.uri}#main-key"))
    assert found is not None
    assert keys.is_good(found[0], now=moment)
    assert not keys.is_good(found[0], now=moment + 48 * HOUR)


@pytest.mark.usefixtures("people")
async def test_compromised_keys_are_refused_at_once(store: Store) -> None:
    """S-21. Those still retiring go with them."""
    await create(store)
    await rotate(store, compromised=False, now=NOW + HOUR)
    await rotate(store, compromised=True, now=NOW + 2 * HOUR)
    assert await listed(store, now=NOW + 2 * HOUR) == ["main-key-3", "ed25519-key-3"]
    for gone in ("main-key", "main-key-2"):
        uri = f"{ADA.uri}#{gone}"
        assert await store.reading(lambda reader, uri=uri: keys.find(reader, uri)) is None  # type: ignore[misc]


@pytest.mark.usefixtures("people")
async def test_fetched_keys_replace_the_actors_former_ones(store: Store) -> None:
    """S-15."""
    for fragment in ("one", "two"):
        key = remote(f"{FAR.uri}#{fragment}")
        await store.transaction(lambda tx, key=key: keys.save_remote(tx, FAR.id, [key], NOW))  # type: ignore[misc]
    found = await store.reading(lambda reader: keys.find(reader, f"{FAR.uri}#two"))
    assert found is not None
    assert (found[0].fetched, found[0].private, found[1]) == (NOW, None, FAR.uri)
    assert await store.reading(lambda reader: keys.find(reader, f"{FAR.uri}#one")) is None


@pytest.mark.usefixtures("people")
async def test_nobody_takes_over_another_actors_key_id(store: Store) -> None:
    await create(store)
    key = remote(f"{FAR.uri}#main-key")
    await store.transaction(lambda tx: keys.save_remote(tx, FAR.id, [key], NOW))
    stolen = [remote(f"{FAR.uri}#main-key"), remote(f"{ADA.uri}#main-key")]
    await store.transaction(lambda tx: keys.save_remote(tx, EVIL.id, stolen, NOW))
    for uri, owner in ((f"{FAR.uri}#main-key", FAR.uri), (f"{ADA.uri}#main-key", ADA.uri)):
        found = await store.reading(lambda reader, uri=uri: keys.find(reader, uri))  # type: ignore[misc]
        assert found is not None
        assert found[1] == owner


@pytest.mark.usefixtures("people")
async def test_a_fetch_never_drops_our_own_private_keys(store: Store) -> None:
    await create(store)
    await store.transaction(lambda tx: keys.save_remote(tx, ADA.id, [], NOW))
    assert await listed(store, now=NOW) == ["main-key", "ed25519-key"]
