"""The keys of actors: ours with their private halves, those of others as last fetched.

A rotated key of ours stays good for 48 hours, so that what was signed with it on the way is still
believed (S-21); a compromised one is refused at once. Keys are made outside transactions:
`actors.key_material` takes 50 ms for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import bindparam, delete, func, select, update

from actors.key_material import (
    KeyKind,
    PrivateKey,
    PublicKey,
    load_private,
    public_from_pem,
    public_pem,
)
from actors.records import KeyRow
from storage.engine import Reader, Row, Transaction
from storage.statements import adding, prepared
from storage.tables import actors, keys

OVERLAP = 48 * 3_600_000
_FRAGMENTS: dict[KeyKind, str] = {"rsa": "main-key", "ed25519": "ed25519-key"}

_COLUMNS = tuple(KeyRow.__dataclass_fields__)
_FIELDS = [keys.c[name] for name in _COLUMNS]
_ADD = adding(keys, *_COLUMNS, ignore=True)
_OF_ACTOR = prepared(
    select(*_FIELDS, actors.c.uri.label("owner"))
    .join(actors, actors.c.id == keys.c.actor_id)
    .where(keys.c.actor_id == bindparam("actor"), keys.c.state != "revoked")
    .order_by(keys.c.created.desc(), keys.c.uri)
)
_SIGNING = prepared(
    select(keys.c.uri).where(
        keys.c.actor_id == bindparam("actor"),
        keys.c.state == "active",
        keys.c.private.is_not(None),
    )
)
_BY_URI = prepared(
    select(*_FIELDS, actors.c.uri.label("owner"))
    .join(actors, actors.c.id == keys.c.actor_id)
    .where(keys.c.uri == bindparam("uri"), keys.c.state != "revoked")
)
_COUNT = prepared(
    select(func.count()).where(
        keys.c.actor_id == bindparam("actor"), keys.c.kind == bindparam("kind")
    )
)
_FORGET = prepared(
    delete(keys).where(keys.c.actor_id == bindparam("actor"), keys.c.private.is_(None))
)
_RETIRE = prepared(
    update(keys)
    .where(keys.c.actor_id == bindparam("actor"), keys.c.state == "active")
    .values(state="retiring", retires=bindparam("end"))
)
# Those retiring too: whoever says "compromised" means every key that was in use.
_REVOKE = prepared(
    update(keys)
    .where(keys.c.actor_id == bindparam("actor"), keys.c.state != "revoked")
    .values(state="revoked", retires=bindparam("end"))
)


async def create(
    tx: Transaction, actor_id: int, actor_uri: str, *, now: int, rsa_pem: str, ed25519_pem: str
) -> list[KeyRow]:
    """Keep new private keys (PEM) of one of ours; returns their rows, RSA first.

    The first are called `<actor>#main-key` and `<actor>#ed25519-key`, later ones get a number.
    """
    rows = []
    pems: tuple[tuple[KeyKind, str], ...] = (("rsa", rsa_pem), ("ed25519", ed25519_pem))
    for kind, pem in pems:
        before = int(await tx.value(_COUNT, actor=actor_id, kind=kind))
        ending = f"-{before + 1}" if before else ""
        row = KeyRow(
            uri=f"{actor_uri}#{_FRAGMENTS[kind]}{ending}",
            actor_id=actor_id,
            kind=kind,
            public=public_pem(pem),
            private=pem,
            state="active",
            created=now,
            fetched=0,
        )
        await _add(tx, row)
        rows.append(row)
    return rows


async def rotate(
    tx: Transaction,
    actor_id: int,
    actor_uri: str,
    *,
    now: int,
    rsa_pem: str,
    ed25519_pem: str,
    compromised: bool,
) -> list[KeyRow]:
    """New keys for one of ours. The former stay good for 48 hours, or not at all if compromised.

    The caller renders the actor's document anew and sends an Update.
    """
    if compromised:
        await tx.run(_REVOKE, actor=actor_id, end=now)
    else:
        await tx.run(_RETIRE, actor=actor_id, end=now + OVERLAP)
    return await create(tx, actor_id, actor_uri, now=now, rsa_pem=rsa_pem, ed25519_pem=ed25519_pem)


async def signing_keys(reader: Reader, actor_id: int) -> dict[str, PrivateKey]:
    """What one of ours signs with now: one key of each kind."""
    found: dict[str, PrivateKey] = {}
    for row in await reader.all(_OF_ACTOR, actor=actor_id):
        if row["state"] == "active" and row["private"]:
            key = load_private(row["private"], uri=row["uri"], owner=row["owner"])
            found.setdefault(key.kind, key)
    return found


async def signing_key_uris(reader: Reader, actor_id: int) -> frozenset[str]:
    """Which keys those are: whether ones loaded before may still sign."""
    rows = await reader.all(_SIGNING, actor=actor_id)
    return frozenset(row["uri"] for row in rows)


async def public_keys(reader: Reader, actor_id: int, *, now: int) -> list[KeyRow]:
    """What the actor's document lists: the active keys, then those retiring, RSA before Ed25519.

    The private halves are left out.
    """
    rows = [_record(row) for row in await reader.all(_OF_ACTOR, actor=actor_id)]
    good = [replace(row, private=None) for row in rows if is_good(row, now=now)]
    return sorted(good, key=lambda row: (row.state != "active", row.kind != "rsa"))


def is_good(row: KeyRow, *, now: int) -> bool:
    """Whether what this key signs is believed at that moment."""
    return row.state == "active" or (row.state == "retiring" and now < (row.retires or 0))


async def find(reader: Reader, key_uri: str) -> tuple[KeyRow, str] | None:
    """The key of that id and its actor's URI; None when unknown or revoked.

    A key of our own may be past its 48 hours: ask `is_good`.
    """
    row = await reader.one(_BY_URI, uri=key_uri)
    return (_record(row), row["owner"]) if row else None


async def save_remote(
    tx: Transaction, actor_id: int, entries: Iterable[PublicKey], now: int
) -> None:
    """The keys of an actor elsewhere, instead of those known before; fetched at `now`.

    An id that is another actor's key already stays that actor's. That a key's id shares its actor's
    origin is the caller's check.
    """
    await tx.run(_FORGET, actor=actor_id)
    for key in entries:
        await _add(tx, _remote_row(key, actor_id, now))


def public_key(row: KeyRow, owner: str) -> PublicKey:
    """A stored key, ready to verify with. Raises KeyRefused, which a row we wrote never does."""
    return public_from_pem(row.public, uri=row.uri, owner=owner)


def _remote_row(key: PublicKey, actor_id: int, now: int) -> KeyRow:
    pem = key.material.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyRow(
        uri=key.uri,
        actor_id=actor_id,
        kind=key.kind,
        public=pem.decode("ascii"),
        private=None,
        state="active",
        created=now,
        fetched=now,
    )


async def _add(tx: Transaction, row: KeyRow) -> None:
    await tx.run(_ADD, **{name: getattr(row, name) for name in _COLUMNS})


def _record(row: Row) -> KeyRow:
    return KeyRow(**{name: row[name] for name in _COLUMNS})
