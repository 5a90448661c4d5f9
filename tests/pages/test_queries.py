"""A page asks the database a fixed number of times, however much it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio

from actors.records import STRANGER
from notes import reading
from pages.choosing import named_page, note_page
from pages.homes import home_view
from pages.notes import threaded
from storage.engine import Reader
from tests.counting import Counting
from tests.pages.house import House, fill, open_house


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await fill(opened)
        yield opened


async def counted(house: House, build: Callable[[Reader], Awaitable[object]]) -> int:
    async def look(reader: Reader) -> int:
        counting = Counting(reader)
        await build(counting)
        return counting.count

    return await house.store.reading(look)


async def counts(house: House) -> dict[str, int]:
    site = house.site

    async def home(reader: Reader) -> object:
        return await home_view(reader, site, STRANGER, title="x", description="")

    async def named(name: str) -> int:
        return await counted(house, lambda reader: named_page(reader, site, name, STRANGER))

    async def note(name: str) -> int:
        uri = house.notes[name].uri
        return await counted(house, lambda reader: note_page(reader, site, uri, STRANGER))

    return {
        "home": await counted(house, home),
        "community": await named("jardins"),
        "private": await named("cercle"),
        "person": await named("marc"),
        "note": await note("start"),
        "reply": await note("first"),
        "hidden": await note("followers"),
    }


async def test_a_fixed_number_of_queries(house: House) -> None:
    few = await counts(house)
    group, start = house.people["jardins"], house.notes["start"]
    for number in range(15):
        who = await house.person(f"p{number}")
        await house.community(f"c{number}")
        await house.note(f"s{number}", who, "<p>x</p>", community_id=group.id, title="x")
        await house.note(f"t{number}", who, "<p>x</p>", under=start)
        await house.note(f"m{number}", house.people["marc"], "<p>x</p>")
    assert await counts(house) == few
    assert few == {
        "home": 12,  # with a poll
        "community": 14,
        "private": 8,
        "person": 12,  # with a poll
        "note": 10,
        "reply": 10,
        "hidden": 2,
    }


async def test_threads_in_the_order_of_the_conversation(house: House) -> None:
    start = house.notes["start"]

    async def look(reader: Reader) -> list[tuple[str, int]]:
        found = await reading.in_thread(reader, start.id, STRANGER)
        return [(note.content, depth) for note, depth in threaded(found, start.id)]

    assert await house.store.reading(look) == [
        ("<p>Et l’hiver ?</p>", 0),
        ("<p>Couvrir.</p>", 1),
        ("<p>Thank you!</p>", 0),
    ]


async def test_a_very_deep_thread(house: House) -> None:
    """Depth costs no recursion, and a reply whose parent is on another page still shows."""
    under, marc = house.notes["start"], house.people["marc"]
    for number in range(120):
        under = await house.note(f"d{number}", marc, "<p>x</p>", under=under)

    async def look(reader: Reader) -> list[int]:
        found = await reading.in_thread(reader, house.notes["start"].id, STRANGER, count=1_000)
        return [depth for _, depth in threaded(found[60:], house.notes["start"].id)]

    depths = await house.store.reading(look)
    assert depths[0] == 0
    assert max(depths) > 50
