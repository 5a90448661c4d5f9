"""Finds carnets for a viewer: nothing here returns one its viewer may not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, and_, bindparam, func, select

from actors.records import Viewer
from notes.carnet_records import (
    CARNET_COLUMNS,
    Carnet,
    CarnetCard,
    Category,
    CategoryList,
    Cover,
    SlotNote,
)
from notes.carnet_visibility import CARNET_READABLE
from notes.visibility import READABLE, viewing
from storage.engine import Reader, Row
from storage.statements import one_of, prepared
from storage.tables import (
    carnet_categories,
    carnet_entries,
    carnet_lists,
    carnet_people,
    carnet_slots,
    carnets,
    entry_categories,
    notes,
)

NEWEST = 2**62

_ALL = [carnets.c[name] for name in CARNET_COLUMNS]
_FOUND = select(*_ALL).where(CARNET_READABLE)
_BY_ID = prepared(_FOUND.where(carnets.c.id == bindparam("id")))
_BY_URI = prepared(_FOUND.where(carnets.c.uri == bindparam("uri")))


def _page(found: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        found.where(carnets.c.id < bindparam("before"))
        .order_by(carnets.c.id.desc())
        .limit(bindparam("count"))
    )


_IN_COMMUNITY = prepared(_page(_FOUND.where(carnets.c.community_id == bindparam("community"))))
_MADE_BY = prepared(
    _page(
        _FOUND.join(carnet_people, carnet_people.c.carnet_id == carnets.c.id).where(
            carnet_people.c.actor_id == bindparam("actor")
        )
    )
)
_PEOPLE = prepared(
    select(carnet_people.c.actor_id, carnet_people.c.role)
    .where(carnet_people.c.carnet_id == bindparam("carnet"))
    .order_by(carnet_people.c.since, carnet_people.c.actor_id)
)
_LISTS = prepared(
    select(
        carnet_lists.c.position,
        carnet_lists.c.name.label("list_name"),
        carnet_categories.c.id,
        carnet_categories.c.name,
    )
    .outerjoin(
        carnet_categories,
        and_(
            carnet_categories.c.carnet_id == carnet_lists.c.carnet_id,
            carnet_categories.c.list == carnet_lists.c.position,
        ),
    )
    .where(carnet_lists.c.carnet_id == bindparam("carnet"))
    .order_by(carnet_lists.c.position, carnet_categories.c.position)
)
_SLOTS = prepared(
    select(carnet_slots.c.slot, notes.c.id, notes.c.uri, notes.c.url, notes.c.title)
    .join(notes, notes.c.id == carnet_slots.c.note_id)
    .where(carnet_slots.c.carnet_id == bindparam("carnet"), READABLE)
)
_HOLDING = prepared(
    select(
        carnets.c.id,
        carnets.c.uri,
        carnets.c.title,
        carnets.c.short_title,
        carnet_entries.c.id.label("entry_id"),
        carnet_entries.c.integrated_by,
        carnet_entries.c.integrated_at,
    )
    .join(carnet_entries, carnet_entries.c.carnet_id == carnets.c.id)
    .join(notes, notes.c.id == carnet_entries.c.note_id)
    .where(
        carnet_entries.c.note_id == bindparam("note"),
        carnet_entries.c.state == "in",
        CARNET_READABLE,
        READABLE,
    )
    .order_by(carnet_entries.c.integrated_at, carnet_entries.c.id)
    .limit(bindparam("count"))
)
_SIZES = prepared(
    select(carnet_entries.c.carnet_id, func.count().label("count"))
    .join(notes, notes.c.id == carnet_entries.c.note_id)
    .where(one_of(carnet_entries.c.carnet_id, "carnets"), carnet_entries.c.state == "in", READABLE)
    .group_by(carnet_entries.c.carnet_id)
)
_SORTED = prepared(
    select(entry_categories.c.entry_id, carnet_categories.c.id, carnet_categories.c.name)
    .join(carnet_categories, carnet_categories.c.id == entry_categories.c.category_id)
    .where(one_of(entry_categories.c.entry_id, "entries"))
    .order_by(carnet_categories.c.list, carnet_categories.c.position)
)


async def carnet(reader: Reader, carnet_id: int, viewer: Viewer) -> Cover | None:
    """A carnet with its people, category lists and slots: four queries."""
    return await _covered(reader, await reader.one(_BY_ID, id=carnet_id, **viewing(viewer)), viewer)


async def by_uri(reader: Reader, uri: str, viewer: Viewer) -> Cover | None:
    return await _covered(reader, await reader.one(_BY_URI, uri=uri, **viewing(viewer)), viewer)


async def of_community(
    reader: Reader, community_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Carnet]:
    """Newest first."""
    page = {"before": before, "count": count}
    rows = await reader.all(_IN_COMMUNITY, community=community_id, **page, **viewing(viewer))
    return [Carnet.from_row(row) for row in rows]


async def made_by(
    reader: Reader, actor_id: int, viewer: Viewer, *, before: int = NEWEST, count: int = 20
) -> list[Carnet]:
    """Those somebody owns or contributes to, newest first."""
    page = {"before": before, "count": count}
    rows = await reader.all(_MADE_BY, actor=actor_id, **page, **viewing(viewer))
    return [Carnet.from_row(row) for row in rows]


async def sizes(reader: Reader, carnet_ids: Sequence[int], viewer: Viewer) -> dict[int, int]:
    """How many notes of each the viewer may read, of carnets already found."""
    if not carnet_ids:
        return {}
    rows = await reader.all(_SIZES, carnets=list(carnet_ids), **viewing(viewer))
    counted = {row["carnet_id"]: row["count"] for row in rows}
    return {number: counted.get(number, 0) for number in carnet_ids}


async def carnets_with(
    reader: Reader, note_id: int, viewer: Viewer, *, count: int = 50
) -> list[CarnetCard]:
    """The carnets that hold a note, for who may read both; in the order they took it. Three
    queries."""
    rows = await reader.all(_HOLDING, note=note_id, count=count, **viewing(viewer))
    if not rows:
        return []
    size = await sizes(reader, [row["id"] for row in rows], viewer)
    under: dict[int, list[Category]] = defaultdict(list)
    for one in await reader.all(_SORTED, entries=[row["entry_id"] for row in rows]):
        under[one["entry_id"]].append(Category(id=one["id"], name=one["name"]))
    return [
        CarnetCard(
            id=row["id"],
            uri=row["uri"],
            title=row["title"],
            short_title=row["short_title"],
            size=size[row["id"]],
            integrated_by=row["integrated_by"],
            integrated_at=row["integrated_at"],
            categories=tuple(under[row["entry_id"]]),
        )
        for row in rows
    ]


async def _covered(reader: Reader, row: Row | None, viewer: Viewer) -> Cover | None:
    if row is None:
        return None
    found = Carnet.from_row(row)
    people = await reader.all(_PEOPLE, carnet=found.id)
    slots = await reader.all(_SLOTS, carnet=found.id, **viewing(viewer))
    return Cover(
        carnet=found,
        owners=tuple(one["actor_id"] for one in people if one["role"] == "owner"),
        contributors=tuple(one["actor_id"] for one in people if one["role"] == "contributor"),
        lists=_lists(await reader.all(_LISTS, carnet=found.id)),
        slots={one["slot"]: _slot(one) for one in slots},
    )


def _slot(row: Row) -> SlotNote:
    return SlotNote(id=row["id"], uri=row["uri"], url=row["url"], title=row["title"])


def _lists(rows: Sequence[Row]) -> tuple[CategoryList, ...]:
    names: dict[int, str] = {}
    inside: dict[int, list[Category]] = defaultdict(list)
    for row in rows:
        names[row["position"]] = row["list_name"]
        if row["id"] is not None:
            inside[row["position"]].append(Category(id=row["id"], name=row["name"]))
    return tuple(
        CategoryList(name=name, categories=tuple(inside[position]))
        for position, name in names.items()
    )
