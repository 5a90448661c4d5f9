"""A stage for trips: nodes of ours and a neighbour, and words to say what is looked at.

Nothing is faked: activities are signed and posted, and what became of them is read over HTTP, or
in the journal where the point is that nothing became of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from actions import lookups
from actors.records import STRANGER, Viewer
from actors.records import Actor as Ours
from notes import reading
from notes.records import Note
from storage.statements import prepared
from storage.tables import journal
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.nodes import Running, eventually, running
from tests.trips.moving import MovingClock
from timelines import notifications

__all__ = ["PUBLIC", "Scene", "eventually", "found", "opened", "shown", "total", "uris_in"]

_STATE = prepared(
    select(journal.c.state, journal.c.detail)
    .where(journal.c.uri == bindparam("uri"))
    .order_by(journal.c.id.desc())
    .limit(1)
)
_OVER = frozenset({"done", "ignored", "refused", "waiting", "dead"})


@dataclass(slots=True)
class Scene:
    """`node` is ours, `far` somebody else's server, `other` a second node where one was asked."""

    node: Running
    far: Neighbour
    other: Running | None = None
    clock: MovingClock = field(default_factory=MovingClock)

    @property
    def second(self) -> Running:
        assert self.other is not None
        return self.other

    async def post(self, activity: Json, as_: Actor, **how: Any) -> tuple[int, Json]:
        """Status and body of the answer of the shared inbox."""
        status, body = await self.far.post(f"{self.node.base}/inbox", activity, as_=as_, **how)
        return status, json.loads(body) if body else {}

    async def sent(self, activity: Json, as_: Actor) -> str:
        """What became of it: "done", "ignored: …", "refused: code: …"; at the door "403 code"."""
        status, body = await self.post(activity, as_)
        if status != 202:
            return f"{status} {body['error']}"
        return await self.became(activity["id"])

    async def became(self, uri: str) -> str:
        row = await eventually(lambda: self._settled(uri), what=f"{uri} is settled")
        return f"{row['state']}: {row['detail']}" if row["detail"] else str(row["state"])

    async def _settled(self, uri: str) -> Any:
        row = await self.node.node.store.reading(lambda reader: reader.one(_STATE, uri=uri))
        return row if row is not None and row["state"] in _OVER else None

    async def said(self, kind: str, by: Actor, obj: Any, **properties: Any) -> str:
        """Make an activity of the neighbour's, send it, and say what became of it."""
        return await self.sent(self.far.activity(kind, by, obj, **properties), by)

    async def wrote(self, by: Actor, content: str, **properties: Any) -> tuple[Json, str]:
        """A note of the neighbour's with its Create: the note, and what became of it."""
        note = self.far.note(by, content, **properties)
        shared = {name: note[name] for name in ("to", "cc", "audience") if name in note}
        return note, await self.said("Create", by, note, **shared)

    async def followed(self, person: Ours, by: Actor) -> str:
        """One of the neighbour's follows one of ours; the id of the Follow."""
        follow = self.far.activity("Follow", by, person.uri)
        assert await self.sent(follow, by) == "done"
        return str(follow["id"])

    async def answer_to(self, follow_uri: str) -> str:
        """ "Accept" or "Reject", once it has reached the neighbour."""
        found = await eventually(lambda: self._answer(follow_uri), what="an answer to the Follow")
        return str(found[-1]["type"])

    async def _answer(self, follow_uri: str) -> list[Json]:
        return [
            one
            for one in (seen.activity for seen in self.far.received)
            if one["type"] in ("Accept", "Reject") and one["object"]["id"] == follow_uri
        ]

    async def count(self, uri: str, *, as_: str | None = None) -> int:
        return await total(self.node, uri, as_=as_)

    async def told(self, person: Ours) -> list[tuple[str, int, int | None]]:
        """Her notifications, oldest first: kind, who, about which note."""
        rows = await self.node.node.store.reading(
            lambda reader: notifications.of_person(reader, person.id)
        )
        return [(row["kind"], row["actor_id"], row["note_id"]) for row in reversed(rows)]

    async def shown(self, uri: str, person: Ours) -> Note | None:
        """A note as one of ours may read it."""
        return await shown(self.node, uri, person)

    async def reached(self, kind: str, *, inner: str | None = None) -> list[Json]:
        """Activities of a type that reached the neighbour, with an object of that type inside."""
        found = [seen.activity for seen in self.far.received]
        return [one for one in found if one["type"] == kind and _holds(one["object"], inner)]


def _holds(obj: Any, inner: str | None) -> bool:
    return inner is None or (isinstance(obj, dict) and obj.get("type") == inner)


async def shown(node: Running, uri: str, person: Ours) -> Note | None:
    """A note as somebody of that node may read it."""
    viewer = Viewer(actor_id=person.id)
    return await node.node.store.reading(lambda reader: reading.by_uri(reader, uri, viewer))


async def found(node: Running, uri: str) -> Ours:
    """An actor elsewhere, looked up as a person would."""
    actor = await lookups.fetch(node.node, uri, STRANGER)
    assert isinstance(actor, Ours)
    return actor


async def total(node: Running, uri: str, *, as_: str | None = None) -> int:
    """How many a collection says it has."""
    status, document = await node.get(uri, as_=as_)
    assert status == 200, (status, document)
    return int(document["totalItems"])


def uris_in(items: list[Any]) -> list[str]:
    """The ids of notes on a timeline, however they came there and are shown."""
    found = []
    for item in items:
        obj: Any = item
        while isinstance(obj, dict) and obj["type"] in ("Announce", "Create"):
            obj = obj["object"]
        found.append(obj if isinstance(obj, str) else obj["id"])
    return found


@asynccontextmanager
async def opened(folder: Path, *, nodes: int = 1, **federation: Any) -> AsyncIterator[Scene]:
    """Both nodes go by the scene's clock."""
    clock = MovingClock()
    async with running(folder, nodes, clock=clock, **federation) as ours, Neighbour() as far:
        yield Scene(node=ours[0], far=far, other=ours[1] if nodes > 1 else None, clock=clock)
        await asyncio.sleep(0)
