"""Finds and saves actors, here and elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update

from actors.addresses import Handle, fold_username
from actors.records import COLUMNS, Actor
from actors.refusals import Conflict, NotFound
from storage.engine import Reader, Transaction
from storage.ids import new_id
from storage.statements import adding, one_of, prepared
from storage.tables import actors

_ALL = [actors.c[name] for name in COLUMNS]
_BY_URI = prepared(select(*_ALL).where(actors.c.uri == bindparam("uri")))
_BY_URIS = prepared(select(*_ALL).where(one_of(actors.c.uri, "uris")))
_BY_ID = prepared(select(*_ALL).where(actors.c.id == bindparam("id")))
_BY_IDS = prepared(select(*_ALL).where(one_of(actors.c.id, "ids")))
_ID_OF = prepared(select(actors.c.id).where(actors.c.uri == bindparam("uri")))
_LOCAL_NAMED = prepared(
    select(*_ALL).where(actors.c.username_key == bindparam("name"), actors.c.local == 1)
)
_NAMED_AT = prepared(
    select(*_ALL)
    .where(actors.c.username_key == bindparam("name"), actors.c.host == bindparam("host"))
    .order_by(actors.c.fetched.desc())
)
_DOCUMENT = prepared(
    select(actors.c.document, actors.c.state).where(
        actors.c.uri == bindparam("uri"), actors.c.local == 1
    )
)
_LOCALS = prepared(
    select(*_ALL)
    .where(actors.c.local == 1, actors.c.kind == bindparam("kind"))
    .order_by(actors.c.username_key)
)
_COUNT = prepared(
    select(func.count()).where(
        actors.c.local == 1, actors.c.kind == bindparam("kind"), actors.c.state == "ok"
    )
)
_STORED = (*COLUMNS, "username_key")
_CHANGING = tuple(
    name
    for name in _STORED
    if name not in ("id", "uri", "kind", "local", "host", "published", "state")
)
_ADD = adding(actors, *_STORED, ignore=True)
# What we know better than an actor's own document: whether it is gone, and when and where it moved.
_OUR_WORD = ("state", "moved_to", "updated")
_REFRESH = adding(
    actors,
    *_STORED,
    key=("uri",),
    replace=tuple(name for name in _CHANGING if name not in _OUR_WORD),
)
_SET_DOCUMENT = prepared(
    update(actors)
    .where(actors.c.id == bindparam("actor"))
    .values(document=bindparam("bytes"), updated=bindparam("now"))
)
_SET_STATE = prepared(
    update(actors).where(actors.c.id == bindparam("actor")).values(state=bindparam("new_state"))
)
_SET_MOVED = prepared(
    update(actors)
    .where(actors.c.id == bindparam("actor"))
    .values(moved_to=bindparam("target"), updated=bindparam("now"))
)


async def find(reader: Reader, uri: str) -> Actor | None:
    """By ActivityPub id."""
    row = await reader.one(_BY_URI, uri=uri)
    return Actor.from_row(row) if row else None


async def find_many(reader: Reader, uris: Sequence[str]) -> dict[str, Actor]:
    """By ActivityPub ids; the unknown ones are absent."""
    rows = await reader.all(_BY_URIS, uris=list(uris)) if uris else ()
    return {row["uri"]: Actor.from_row(row) for row in rows}


async def get(reader: Reader, actor_id: int) -> Actor:
    """By row key. Raises NotFound."""
    row = await reader.one(_BY_ID, id=actor_id)
    if row is None:
        raise NotFound("There is nobody here by that address.", detail=f"actor {actor_id}")
    return Actor.from_row(row)


async def get_many(reader: Reader, ids: Sequence[int]) -> dict[int, Actor]:
    rows = await reader.all(_BY_IDS, ids=list(ids)) if ids else ()
    return {row["id"]: Actor.from_row(row) for row in rows}


async def id_of(reader: Reader, uri: str) -> int | None:
    found = await reader.value(_ID_OF, uri=uri)
    return None if found is None else int(found)


async def local_named(reader: Reader, username: str) -> Actor | None:
    """A person or community of ours by its name, whatever the case."""
    row = await reader.one(_LOCAL_NAMED, name=fold_username(username))
    return Actor.from_row(row) if row else None


async def named(reader: Reader, handle: Handle, *, domain: str) -> Actor | None:
    """By handle; an empty host, or ours, means here. Only what we already know."""
    if not handle.host or handle.host == domain:
        return await local_named(reader, handle.name)
    row = await reader.one(_NAMED_AT, name=fold_username(handle.name), host=handle.host)
    return Actor.from_row(row) if row else None


async def local_document(reader: Reader, uri: str) -> tuple[bytes, str] | None:
    """The bytes served at a local actor's URI, with the actor's state."""
    row = await reader.one(_DOCUMENT, uri=uri)
    return (bytes(row["document"] or b""), row["state"]) if row else None


async def locals_of_kind(reader: Reader, kind: str) -> list[Actor]:
    return [Actor.from_row(row) for row in await reader.all(_LOCALS, kind=kind)]


async def count_locals(reader: Reader, kind: str) -> int:
    return int(await reader.value(_COUNT, kind=kind))


async def add_local(tx: Transaction, actor: Actor) -> None:
    """Raises Conflict when the name is taken; a name is never given out twice."""
    if await tx.run(_ADD, **_values(actor)) == 0:
        raise Conflict(f"The name @{actor.username} is taken here.")


async def save_remote(tx: Transaction, actor: Actor) -> int:
    """Add or refresh an actor of another host by its URI; its kind, id and state never change.

    Returns the row key, which is the earlier one's when the actor was known.
    """
    await tx.run(_REFRESH, **_values(actor))
    found = await id_of(tx, actor.uri)
    assert found is not None
    return found


async def set_document(tx: Transaction, actor_id: int, document: bytes, *, now: int) -> None:
    await tx.run(_SET_DOCUMENT, actor=actor_id, bytes=document, now=now)


async def set_state(tx: Transaction, actor_id: int, state: str) -> None:
    """ok | gone | suspended."""
    await tx.run(_SET_STATE, actor=actor_id, new_state=state)


async def set_moved(tx: Transaction, actor_id: int, target: str, *, now: int) -> None:
    await tx.run(_SET_MOVED, actor=actor_id, target=target, now=now)


def new_actor_id(now: int) -> int:
    return new_id(now, now=now)


def _values(actor: Actor) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(actor, name) for name in COLUMNS}
    for name in ("local", "locked", "discoverable", "indexable"):
        values[name] = int(values[name])
    values["also_known_as"] = json.dumps(actor.also_known_as)
    values["fields"] = json.dumps(actor.fields, ensure_ascii=False)
    values["username_key"] = fold_username(actor.username)
    return values
