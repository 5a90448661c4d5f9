"""Odd and broken activities, properly signed, posted to a running inbox (J-18, H-9).

Whatever comes is answered below 500, applied or refused without an exception, and shown to nobody
it was not addressed to: everything here names alice at most, never the public.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from actors.records import STRANGER
from actors.records import Actor as Ours
from notes import reading
from storage.engine import Reader
from storage.statements import prepared
from storage.tables import journal, notes
from tests.neighbour import Actor, Json
from tests.trips.scene import Scene, eventually, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
ABSENT = object()
_EVERY = 13  # of the whole matrix, one in so many
_AT_ONCE = 16
_EXCEPTION = re.compile(r"\w+(Error|Exception|Warning)\b")
_READY = prepared(select(func.count()).where(journal.c.state == "ready", journal.c.attempts == 0))
_DETAILS = prepared(select(journal.c.kind, journal.c.state, journal.c.detail))
_URIS = prepared(select(notes.c.uri).where(notes.c.local == 0))


@dataclass
class Cast:
    alice: Ours
    garden: Ours
    ada: Actor
    note: Json


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with opened(tmp_path_factory.mktemp("hostile"), inbox_burst=100_000) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    alice, ada = await scene.node.person("alice"), scene.far.person("ada")
    garden = await scene.node.community("jardin", alice, posting="open", private=True)
    await scene.followed(alice, ada)
    note, became = await scene.wrote(ada, "<p>à toi</p>", to=[alice.uri], cc=[])
    assert became == "done"
    yield Cast(alice=alice, garden=garden, ada=ada, note=note)


def _activities(scene: Scene, cast: Cast) -> Iterator[Json]:
    """One good activity of each kind, addressed to alice alone, each with a fresh id."""
    far, ada, alice = scene.far, cast.ada, cast.alice.uri
    to: Json = {"to": [alice], "cc": []}
    garden, note = cast.garden.uri, cast.note["id"]

    def fresh() -> Json:
        return far.note(ada, "<p>Bonjour</p>", tag=[], attachment=[], **to)

    deeds: dict[str, tuple[Any, Json]] = {
        "Create": (fresh(), {}),
        "Update": (cast.note | {"updated": "2026-12-01T00:00:00Z"}, {}),
        "Delete": ({"id": f"{note}/none", "type": "Tombstone"}, {}),
        "Follow": (alice, {}),
        "Accept": ({"type": "Follow", "id": f"{alice}/f", "actor": alice, "object": ada.uri}, {}),
        "Reject": ({"type": "Follow", "id": f"{alice}/f", "actor": alice, "object": ada.uri}, {}),
        "Undo": ({"type": "Like", "id": f"{note}/l", "actor": ada.uri, "object": note}, {}),
        "Announce": (note, {}),
        "Like": (note, {"content": "🌱"}),
        "Dislike": (note, {}),
        "Add": (note, {"target": f"{garden}/featured"}),
        "Remove": (ada.uri, {"target": f"{garden}/moderators"}),
        "Block": (ada.uri, {"target": garden, "endTime": "2027-01-01T00:00:00Z"}),
        "Flag": ([alice, note], {"content": "x"}),
        "Move": (note, {"target": garden, "origin": garden}),
        "Lock": (note, {}),
        "Join": (garden, {}),
        "Leave": (garden, {}),
        "Invite": (garden, {"target": alice}),
        "Offer": (note, {"target": alice}),
        "QuoteRequest": (note, {"instrument": note}),
    }
    for kind, (obj, more) in deeds.items():
        yield far.activity(kind, ada, obj, **to, **more)


def _odd(cast: Cast) -> list[Any]:
    uri = cast.note["id"]
    return [
        *(ABSENT, None, True, 0, -1, 1.5, 2**70, "", " ", "x", uri),
        *([], [None], ["x"], [["x"]], [uri, 1], {}, {"id": uri}, {"id": None}),
        *({"type": "Note"}, {"type": "Announce", "object": {"type": "Announce"}}, {"en": 3}),
    ]


def _matrix(scene: Scene, cast: Cast) -> Iterator[Json]:
    """Every property of every activity, and of the object in it, with every odd value."""
    for base in _activities(scene, cast):
        inner = base["object"] if isinstance(base["object"], dict) else {}
        for value in _odd(cast):
            for name in (*base, "audience", "published", "summary"):
                yield _with(base, name, value)
            for name in (*inner, "url", "context", "inReplyTo", "oneOf", "contentMap"):
                if inner:
                    yield {**base, "object": _with(inner, name, value)}


def _with(document: Json, name: str, value: Any) -> Json:
    changed = deepcopy(document)
    changed.pop(name, None)
    return changed if value is ABSENT else {**changed, name: value}


def _numbered(scene: Scene, activities: list[Json]) -> Iterator[Json]:
    """With an id of its own wherever the id itself is not at stake."""
    for number, one in enumerate(activities):
        known = isinstance(one.get("id"), str) and one["id"].startswith(f"{scene.far.origin}/act")
        yield {**one, "id": f"{scene.far.origin}/odd/{number}"} if known else one


async def _settled(scene: Scene) -> bool:
    store = scene.node.node.store
    left: int = await store.reading(lambda reader: reader.value(_READY))
    return left == 0


async def _check_nothing_broke(scene: Scene) -> None:
    """No exception in the journal, nothing dead, nothing for strangers to read."""
    await eventually(lambda: _settled(scene), seconds=60, what="the journal is worked off")
    store = scene.node.node.store
    rows = await store.reading(lambda reader: reader.all(_DETAILS))
    assert rows
    broken = [dict(row) for row in rows if _EXCEPTION.match(row["detail"])]
    assert broken == []
    assert [dict(row) for row in rows if row["state"] == "dead"] == []
    uris = [row["uri"] for row in await store.reading(lambda reader: reader.all(_URIS))]

    async def look(reader: Reader) -> list[str]:
        return [uri for uri in uris if await reading.by_uri(reader, uri, STRANGER)]

    assert await store.reading(look) == []
    assert (await scene.node.get(f"{scene.node.base}/actor/outbox"))[0] == 200


async def test_every_property_with_every_odd_value(scene: Scene, cast: Cast) -> None:
    """J-18: a regular sample of the whole matrix."""
    chosen = list(_numbered(scene, list(_matrix(scene, cast))[::_EVERY]))
    gate = asyncio.Semaphore(_AT_ONCE)
    answers: list[tuple[int, Json]] = []

    async def post(activity: Json) -> None:
        async with gate:
            status, _ = await scene.post(activity, cast.ada)
            answers.append((status, activity))

    await asyncio.gather(*(post(one) for one in chosen))
    assert len(answers) > 400
    assert [one for one in answers if one[0] >= 500] == []
    taken = sum(status == 202 for status, _ in answers)
    assert 0.2 * len(answers) < taken < len(answers)
    await _check_nothing_broke(scene)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "object", "actor", "to", "href", "name", "@context"])
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def _paths(document: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in entries:
        yield (*before, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*before, key))


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_broken_in_any_place(scene: Scene, cast: Cast, data: st.DataObject) -> None:
    """A good activity with up to three of its parts replaced by anything JSON can say."""
    activity = deepcopy(data.draw(st.sampled_from(_kept(scene, cast))))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(_paths(activity)) or [("id",)]))
        place: Any = activity
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = data.draw(_JSON)
    status, body = await scene.post(activity, cast.ada)
    assert status < 500, body


_KEPT: list[Json] = []


def _kept(scene: Scene, cast: Cast) -> list[Json]:
    if not _KEPT:
        _KEPT.extend(_activities(scene, cast))
    return _KEPT


async def test_and_nothing_of_it_broke_anything(scene: Scene, cast: Cast) -> None:
    await _check_nothing_broke(scene)
    follow = await scene.followed(cast.alice, cast.ada)
    assert await scene.answer_to(follow) == "Accept"
