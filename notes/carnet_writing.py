"""Makes and changes carnets as a whole: texts, people, category lists, slots, audiences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from sqlalchemy import bindparam, delete, func, select, update

from actors.records import Viewer
from actors.refusals import Conflict, Invalid, NotAllowed, NotFound
from notes import audiences, carnet_order, reading
from notes.carnet_records import (
    CARNET_COLUMNS,
    SLOTS,
    Carnet,
    CategoryList,
    Mode,
    Role,
    Slot,
)
from notes.carnet_visibility import CARNET_READABLE
from notes.plain import clean_text
from notes.visibility import viewing
from storage.engine import Reader, Transaction
from storage.statements import adding, insert, one_of, prepared
from storage.tables import (
    carnet_audiences,
    carnet_categories,
    carnet_entries,
    carnet_lists,
    carnet_people,
    carnet_slots,
    carnets,
    entry_categories,
)

MOST_LISTS = 3
MOST_CATEGORIES = 10
MOST_PEOPLE = 200
_LONGEST = {"title": 300, "short_title": 80, "summary": 5_000, "cover_alt": 1_500}
_LONGEST_TEXTS = {"context": 50_000, "context_source": 50_000, "guide": 200_000,
                  "guide_source": 100_000}  # fmt: skip
_LONGEST_NAME = 100

_WRITTEN = tuple(name for name in CARNET_COLUMNS if name != "id")
_CHANGING = (
    *("title", "short_title", "summary", "context", "context_source", "guide", "guide_source"),
    *("cover", "cover_alt", "license", "language", "community_id", "visibility", "mode", "updated"),
)
_ADD = prepared(
    insert(carnets)
    .values({name: bindparam(name) for name in _WRITTEN})
    .on_conflict_do_nothing()
    .returning(carnets.c.id)
)
_CHANGE = prepared(
    update(carnets)
    .where(carnets.c.id == bindparam("carnet"))
    .values({name: bindparam("new_" + name) for name in _CHANGING})
)
_ADDRESS = adding(carnet_audiences, "carnet_id", "audience_id", ignore=True)
_UNADDRESS = prepared(
    delete(carnet_audiences).where(carnet_audiences.c.carnet_id == bindparam("carnet"))
)
_PERSON = (carnet_people.c.carnet_id == bindparam("carnet")) & (
    carnet_people.c.actor_id == bindparam("actor")
)
_ROLE = prepared(select(carnet_people.c.role).where(_PERSON))
_ADD_PERSON = adding(
    carnet_people,
    *("carnet_id", "actor_id", "role", "added_by", "since"),
    key=("carnet_id", "actor_id"),
    replace=("role",),
)
_REMOVE_PERSON = prepared(delete(carnet_people).where(_PERSON))
_ROLES = prepared(
    select(carnet_people.c.role, func.count().label("count"))
    .where(carnet_people.c.carnet_id == bindparam("carnet"))
    .group_by(carnet_people.c.role)
)
_LISTS_GO = prepared(delete(carnet_lists).where(carnet_lists.c.carnet_id == bindparam("carnet")))
_ADD_LIST = adding(carnet_lists, "carnet_id", "position", "name")
_CATEGORIES = prepared(
    select(carnet_categories.c.id).where(carnet_categories.c.carnet_id == bindparam("carnet"))
)
_CATEGORIES_GO = prepared(
    delete(carnet_categories).where(carnet_categories.c.carnet_id == bindparam("carnet"))
)
_UNSORT = prepared(
    delete(entry_categories).where(one_of(entry_categories.c.category_id, "categories"))
)
_ADD_CATEGORY = adding(carnet_categories, "carnet_id", "list", "position", "name")
_KEEP_CATEGORY = adding(carnet_categories, "id", "carnet_id", "list", "position", "name")
_SLOT = adding(
    carnet_slots, "carnet_id", "slot", "note_id", key=("carnet_id", "slot"), replace=("note_id",)
)
_UNSLOT = prepared(
    delete(carnet_slots).where(
        carnet_slots.c.carnet_id == bindparam("carnet"), carnet_slots.c.slot == bindparam("slot")
    )
)
_READABLE = prepared(
    select(carnets.c.id).where(carnets.c.id == bindparam("carnet"), CARNET_READABLE)
)
_entries = select(carnet_entries.c.id).where(carnet_entries.c.carnet_id == bindparam("carnet"))
_REMOVAL = (
    prepared(delete(entry_categories).where(entry_categories.c.entry_id.in_(_entries))),
    *(
        prepared(delete(table).where(table.c.carnet_id == bindparam("carnet")))
        for table in (
            *(carnet_entries, carnet_categories, carnet_lists),
            *(carnet_slots, carnet_people, carnet_audiences),
        )
    ),
    prepared(delete(carnets).where(carnets.c.id == bindparam("carnet"))),
)

Audiences = tuple[tuple[str, int], ...]


async def add(tx: Transaction, carnet: Carnet, to: Audiences, *, now: int) -> Carnet | None:
    """A new carnet, owned by who creates it; None when its URI is known. Raises Invalid.

    `to` is whom it is meant for besides its people, as (kind, owner id): see `notes.audiences`.
    """
    checked = _checked(carnet)
    values = {name: getattr(checked, name) for name in _WRITTEN}
    made = await tx.value(_ADD, **{**values, "local": int(checked.local)})
    if made is None:
        return None
    await _put(tx, int(made), checked.created_by, "owner", by=checked.created_by, now=now)
    await _address(tx, int(made), to, now=now)
    return replace(checked, id=int(made))


async def change(
    tx: Transaction, carnet: Carnet, *, by: int, now: int, to: Audiences | None = None
) -> Carnet:
    """New texts, licence, visibility...; its URI, creator and date stay. `to` with a visibility.

    Raises NotFound, NotAllowed, Invalid.
    """
    await check_owner(tx, carnet.id, by)
    checked = replace(_checked(carnet), updated=now)
    values = {"new_" + name: getattr(checked, name) for name in _CHANGING}
    await tx.run(_CHANGE, carnet=carnet.id, **values)
    if to is not None:
        await _address(tx, carnet.id, to, now=now)
    return checked


async def remove(tx: Transaction, carnet_id: int, *, by: int) -> None:
    """The carnet goes, its notes stay where they live. Raises NotFound, NotAllowed."""
    await check_owner(tx, carnet_id, by)
    for statement in _REMOVAL:
        await tx.run(statement, carnet=carnet_id)


async def role_in(reader: Reader, carnet_id: int, actor_id: int) -> Role | None:
    return cast("Role | None", await reader.value(_ROLE, carnet=carnet_id, actor=actor_id))


async def check_owner(reader: Reader, carnet_id: int, actor_id: int) -> None:
    if await check_contributor(reader, carnet_id, actor_id) != "owner":
        raise NotAllowed("Only its owners change this carnet.")


async def check_contributor(reader: Reader, carnet_id: int, actor_id: int) -> Role:
    """Raises NotFound when she may not even read it, NotAllowed when she only reads it."""
    role = await role_in(reader, carnet_id, actor_id)
    if role is not None:
        return role
    seen = await reader.value(_READABLE, carnet=carnet_id, **viewing(Viewer(actor_id=actor_id)))
    if seen is None:
        raise NotFound("There is no such carnet, or it is not for you.")
    raise NotAllowed("Only its owners and contributors work on this carnet.")


async def put_person(
    tx: Transaction, carnet_id: int, actor_id: int, role: Role, *, by: int, now: int
) -> None:
    """Somebody here or elsewhere becomes owner or contributor. Raises NotAllowed, Invalid."""
    await check_owner(tx, carnet_id, by)
    counts = await _counted(tx, carnet_id)
    known = await role_in(tx, carnet_id, actor_id)
    if known is None and sum(counts.values()) >= MOST_PEOPLE:
        raise Invalid(f"A carnet has {MOST_PEOPLE} people at most.", code="too_many_people")
    if known == "owner" and role != "owner":
        _check_not_last(counts)
    await _put(tx, carnet_id, actor_id, role, by=by, now=now)


async def remove_person(tx: Transaction, carnet_id: int, actor_id: int, *, by: int) -> None:
    """By an owner, or by herself. Raises NotAllowed, Conflict (the last owner stays)."""
    if by != actor_id:
        await check_owner(tx, carnet_id, by)
    if await role_in(tx, carnet_id, actor_id) == "owner":
        _check_not_last(await _counted(tx, carnet_id))
    await tx.run(_REMOVE_PERSON, carnet=carnet_id, actor=actor_id)


async def set_lists(
    tx: Transaction, carnet_id: int, lists: Sequence[CategoryList], *, by: int
) -> None:
    """Say the category lists anew. Categories with an id keep what is sorted under them.

    Raises NotAllowed, Invalid.
    """
    await check_owner(tx, carnet_id, by)
    _check_lists(lists)
    known = {row["id"] for row in await tx.all(_CATEGORIES, carnet=carnet_id)}
    kept = [one.id for each in lists for one in each.categories if one.id]
    if len(set(kept)) < len(kept) or not known.issuperset(kept):
        raise Invalid("There is no such category in this carnet.", code="no_such_category")
    await tx.run(_UNSORT, categories=sorted(known.difference(kept)))
    await tx.run(_CATEGORIES_GO, carnet=carnet_id)
    await tx.run(_LISTS_GO, carnet=carnet_id)
    for number, each in enumerate(lists, 1):
        name = clean_text(each.name, limit=_LONGEST_NAME)
        await tx.run(_ADD_LIST, carnet_id=carnet_id, position=number, name=name)
        for position, one in enumerate(each.categories, 1):
            values = {"name": clean_text(one.name, limit=_LONGEST_NAME), "position": position}
            statement = _KEEP_CATEGORY if one.id else _ADD_CATEGORY
            extra = {"id": one.id} if one.id else {}
            await tx.run(statement, carnet_id=carnet_id, list=number, **values, **extra)


async def set_slot(
    tx: Transaction, carnet_id: int, slot: Slot, note_id: int | None, *, by: int
) -> None:
    """A note takes a role (None: nobody has it). Raises NotAllowed, NotFound, Invalid."""
    await check_owner(tx, carnet_id, by)
    if slot not in SLOTS:
        raise Invalid(f"“{slot[:50]}” is not a slot: {', '.join(SLOTS)}.", code="no_such_slot")
    if note_id is None:
        await tx.run(_UNSLOT, carnet=carnet_id, slot=slot)
        return
    if await reading.by_id(tx, note_id, Viewer(actor_id=by)) is None:
        raise NotFound("There is no such note, or it is not for you.")
    await tx.run(_SLOT, carnet_id=carnet_id, slot=slot, note_id=note_id)


def _checked(carnet: Carnet) -> Carnet:
    texts: dict[str, Any] = {
        name: clean_text(getattr(carnet, name), limit=limit) for name, limit in _LONGEST.items()
    }
    if not texts["title"]:
        raise Invalid("A carnet needs a title.", code="no_title")
    for name, limit in _LONGEST_TEXTS.items():
        if len(getattr(carnet, name)) > limit:
            raise Invalid(f"This text is too long: {limit} characters at most.", code="too_long")
    if carnet.mode not in get_args(Mode):
        raise Invalid("A carnet is living or fixed.", code="no_such_mode")
    return replace(carnet, **texts)


def _check_lists(lists: Sequence[CategoryList]) -> None:
    if len(lists) > MOST_LISTS:
        raise Invalid(f"A carnet has {MOST_LISTS} category lists at most.", code="too_many_lists")
    for each in lists:
        names = [clean_text(one.name, limit=_LONGEST_NAME) for one in each.categories]
        if len(names) > MOST_CATEGORIES:
            sentence = f"A list has {MOST_CATEGORIES} categories at most."
            raise Invalid(sentence, code="too_many_categories")
        if not all(names) or len({name.casefold() for name in names}) < len(names):
            raise Invalid("Each category of a list needs its own name.", code="category_name")


def _check_not_last(counts: dict[str, int]) -> None:
    if counts.get("owner", 0) <= 1:
        raise Conflict("A carnet needs an owner: name another one first.")


async def _counted(tx: Transaction, carnet_id: int) -> dict[str, int]:
    """How many people have each role; the carnet is locked, so that two don't leave at once."""
    await carnet_order.lock(tx, carnet_id)
    rows = await tx.all(_ROLES, carnet=carnet_id)
    return {row["role"]: row["count"] for row in rows}


async def _put(
    tx: Transaction, carnet_id: int, actor_id: int, role: Role, *, by: int, now: int
) -> None:
    if role not in get_args(Role):
        raise Invalid("People of a carnet are owners or contributors.", code="no_such_role")
    values = {"carnet_id": carnet_id, "actor_id": actor_id, "role": role}
    await tx.run(_ADD_PERSON, added_by=by, since=now, **values)


async def _address(tx: Transaction, carnet_id: int, to: Audiences, *, now: int) -> None:
    await tx.run(_UNADDRESS, carnet=carnet_id)
    for kind, owner_id in to:
        audience = await audiences.find_or_make(tx, kind, owner_id, now=now)
        await tx.run(_ADDRESS, carnet_id=carnet_id, audience_id=audience)
        if kind == "person":
            await audiences.admit(tx, kind, owner_id, owner_id, now=now)
