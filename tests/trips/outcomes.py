"""What a manifest may say about the outcome of a message, and how it is looked at."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from actors import directory, memberships
from actors.records import STRANGER, Viewer
from moderation import reports
from notes import details, reactions, reading, threads
from notes.records import Note
from storage.engine import Reader
from tests.nodes import eventually
from tests.peers import ACTORS
from tests.trips.shapes import Json, Shape, at
from tests.trips.stage import Stage
from timelines import notifications

Check = Callable[[Stage, Json, str, Any], Awaitable[None]]


async def check(stage: Stage, shape: Shape, document: Json, tag: str) -> None:
    """Everything but the door and the journal, which `Stage.deliver` has told."""
    for name, value in shape.expect.items():
        if name not in ("door", "journal"):
            await CHECKS[name](stage, document, tag, value)


async def _home(stage: Stage, document: Json, tag: str, path: str) -> None:
    """Once on noe's timeline, whoever brought it."""
    assert (await stage.home()).count(at(document, path)) == 1, at(document, path)


async def _not_home(stage: Stage, document: Json, tag: str, path: str) -> None:
    assert at(document, path) not in await stage.home()


async def _note(stage: Stage, uri: str) -> Note | None:
    viewer = Viewer(actor_id=stage.noe.id)
    found: Note | None = await stage.reading(lambda reader: reading.by_uri(reader, uri, viewer))
    return found


async def _stored(stage: Stage, document: Json, tag: str, paths: str | list[str]) -> None:
    """May take a moment: what surrounds a note is fetched by a job."""
    for path in [paths] if isinstance(paths, str) else paths:
        uri = _whole(document, path)
        await eventually(partial(_note, stage, uri), what=f"{uri} is stored")


def _whole(document: Json, path: str) -> str:
    value: Any = document
    for part in path.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return str(value["id"] if isinstance(value, dict) else value)


async def _absent(stage: Stage, document: Json, tag: str, path: str) -> None:
    uri = at(document, path)
    assert await stage.reading(lambda reader: threads.place(reader, uri)) is None


async def _closed(stage: Stage, document: Json, tag: str, path: str) -> None:
    """noe may read it, a stranger may not."""
    uri = at(document, path)
    assert await _note(stage, uri) is not None
    assert await stage.reading(lambda reader: reading.by_uri(reader, uri, STRANGER)) is None


async def _says(stage: Stage, document: Json, tag: str, value: list[str]) -> None:
    """Part of the content kept."""
    note = await _note(stage, at(document, value[0]))
    assert note is not None
    assert value[1] in note.content + note.title, (note.title, note.content)


async def _locked(stage: Stage, document: Json, tag: str, path: str) -> None:
    place = await stage.reading(lambda reader: threads.place(reader, at(document, path)))
    assert place.root_locked


async def _hidden(stage: Stage, document: Json, tag: str, path: str) -> None:
    """Out of its community, and of the timelines it came to through it; not erased."""
    uri, community = at(document, path), at(document, "actor")
    place = await stage.reading(lambda reader: threads.place(reader, uri))
    assert place is not None
    assert place.hidden_by == community
    assert uri not in await stage.home()


async def _erased(stage: Stage, document: Json, tag: str, path: str) -> None:
    assert await _note(stage, at(document, path)) is None
    assert at(document, path) not in await stage.home()


async def _featured(stage: Stage, document: Json, tag: str, path: str) -> None:
    uri = at(document, path)

    async def look(reader: Reader) -> list[str]:
        owner = await directory.find(reader, at(document, "actor"))
        assert owner is not None
        return [note.uri for note in await reading.featured_by(reader, owner.id, STRANGER)]

    assert uri in await stage.reading(look)


async def _role(stage: Stage, document: Json, tag: str, value: list[str]) -> None:
    async def look(reader: Reader) -> str | None:
        community = await directory.find(reader, at(document, "actor"))
        person = await directory.find(reader, at(document, value[0]))
        assert community is not None
        assert person is not None
        if await memberships.is_banned(reader, community.id, person.id, now=stage.node.clock()):
            return "banned"
        return await memberships.role_of(reader, community.id, person.id)

    assert await stage.reading(look) == value[1]


async def _counted(stage: Stage, document: Json, tag: str, value: list[Any]) -> None:
    """[path, likes, dislikes]; of a note here the likes are read over HTTP as well."""
    uri = at(document, value[0])
    note = await _note(stage, uri)
    assert note is not None
    counts = (await stage.reading(lambda r: details.counts(r, [note], STRANGER)))[note.id]
    assert (counts.likes, counts.dislikes) == (value[1], value[2])
    if note.local:
        status, likes = await stage.node.get(f"{uri}/likes")
        assert (status, likes["totalItems"]) == (200, value[1])


async def _total(stage: Stage, document: Json, tag: str, value: list[Any]) -> None:
    """["shares" or "replies", how many] of noe's poll, read over HTTP."""
    status, found = await stage.node.get(f"{stage.polls[tag]}/{value[0]}")
    assert (status, found["totalItems"]) == (200, value[1])


async def _votes(stage: Stage, document: Json, tag: str, value: dict[str, int]) -> None:
    """In noe's poll, as its page shows it; and the vote is no post."""
    status, page = await stage.node.get(f"{stage.polls[tag]}?lang=en", accept="text/html")
    assert status == 200
    for name, votes in value.items():
        said = f"{votes} vote" if votes == 1 else f"{votes} votes"
        assert re.search(rf"{name}</span> <span[^>]*>{said}<", page), page
    assert at(document, "object") not in await stage.home()


async def _sent(stage: Stage, document: Json, tag: str, value: list[str]) -> None:
    """[verb, path of who hears it]: it arrives in that actor's inbox or its host's."""
    uri = at(document, value[1])
    host = uri.split("/")[2]

    async def arrived() -> bool:
        return any(
            said["type"] == value[0] and url.split("/")[2] == host
            for url, said in stage.peers.received
        )

    await eventually(arrived, what=f"{value[0]} to {host}")


async def _not_sent(stage: Stage, document: Json, tag: str, verb: str) -> None:
    heard = [said for url, said in stage.peers.received if url.startswith(f"https://{tag}.")]
    assert verb not in [said["type"] for said in heard]


async def _told(stage: Stage, document: Json, tag: str, kind: str) -> None:
    by = at(document, "actor")

    async def look(reader: Reader) -> list[str]:
        actor = await directory.find(reader, by)
        rows = await notifications.of_person(reader, stage.noe.id)
        return [row["kind"] for row in rows if actor and row["actor_id"] == actor.id]

    assert kind in await stage.reading(look)


async def _reported(stage: Stage, document: Json, tag: str, path: str) -> None:
    rows = await stage.reading(reports.still_open)
    assert [row["uri"] for row in rows if at(document, path) in row["objects"]]


async def _announced(stage: Stage, document: Json, tag: str, value: list[Any]) -> None:
    """[path, whether]: in the community's outbox, read over HTTP."""
    status, outbox = await stage.node.get(f"{stage.ateliers.uri}/outbox?page=1")
    assert status == 200
    uri = at(document, value[0])
    assert (f'"{uri}"' in str(outbox).replace("'", '"')) is value[1]


async def _community(stage: Stage, document: Json, tag: str, value: list[str]) -> None:
    """[path of a note or thread, path of its community]"""

    async def look(reader: Reader) -> str | None:
        uri = at(document, value[0])
        place = await threads.place(reader, uri) or await threads.starter_of(reader, uri)
        assert place is not None
        if place.community_id is None:
            return None
        return (await directory.get(reader, place.community_id)).uri

    assert await stage.reading(look) == at(document, value[1])


async def _kind(stage: Stage, document: Json, tag: str, value: str) -> None:
    assert value in ACTORS
    actor = await stage.reading(lambda reader: directory.find(reader, document["id"]))
    assert actor.kind == value


async def _nothing_fetched(stage: Stage, document: Json, tag: str, value: bool) -> None:
    assert not [url for url in stage.peers.asked if url.startswith(f"https://{tag}.")]


async def _not_shared_by(stage: Stage, document: Json, tag: str, value: list[str]) -> None:
    """[note, actor]: no boost of that note stands by that actor."""

    async def look(reader: Reader) -> Any:
        place = await threads.place(reader, at(document, value[0]))
        actor = await directory.find(reader, at(document, value[1]))
        if place is None or actor is None:
            return None
        return await reactions.boost_of(reader, note_id=place.id, actor_id=actor.id)

    assert await stage.reading(look) is None


async def _key_kept(stage: Stage, document: Json, tag: str, path: str) -> None:
    """That actor is unknown here, or its key is what its own origin says."""
    uri = at(document, path)
    own = await stage.reading(lambda reader: directory.find(reader, uri))
    assert own is None or own.kind == "Person"
    note = {"id": f"{uri}#later", "type": "Like", "actor": uri, "object": f"{uri}/none"}
    status, _ = await stage.peers.post(stage.node, note, as_=uri)
    assert status == 202


CHECKS: dict[str, Check] = {
    "home": _home,
    "not_home": _not_home,
    "stored": _stored,
    "absent": _absent,
    "closed": _closed,
    "says": _says,
    "locked": _locked,
    "hidden": _hidden,
    "erased": _erased,
    "featured": _featured,
    "role": _role,
    "counted": _counted,
    "total": _total,
    "votes": _votes,
    "sent": _sent,
    "not_sent": _not_sent,
    "told": _told,
    "reported": _reported,
    "announced": _announced,
    "community": _community,
    "kind": _kind,
    "nothing_fetched": _nothing_fetched,
    "not_shared_by": _not_shared_by,
    "key_kept": _key_kept,
}
