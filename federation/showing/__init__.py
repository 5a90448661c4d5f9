"""GET of actors, notes and activities at their ids, from the bytes they were stored as."""

from __future__ import annotations

from typing import Literal

import orjson
from starlette.requests import Request
from starlette.responses import Response

from actors import directory
from actors.records import Viewer
from federation import rendering
from federation.node import Node
from federation.refusing import not_found
from federation.showing import responding
from federation.showing.asked import negotiated
from federation.vocabulary import PUBLIC
from notes import reading
from notes.records import Note
from storage import sent
from storage.engine import Reader
from storage.sent import Sent

_OUTLIVES = frozenset({"Delete", "Undo"})  # they say nothing of what the note said


async def _actor(request: Request, node: Node, viewer: Viewer) -> Response:
    """A person, a community (also a private one, so that it can be followed, P-5), the node."""
    uri = node.site.base + request.scope["path"]
    found = await node.store.reading(lambda reader: directory.local_document(reader, uri))
    if found is None:
        return not_found(request)
    body, state = found
    if state == "gone":
        return responding.gone(uri)
    if state != "ok" or not body:
        return not_found(request)
    return responding.document(request, body, shared=True)


async def _note(request: Request, node: Node, viewer: Viewer) -> Response:
    uri = f"{node.site.base}/n/{request.path_params['x']}"
    found = await _find_note(node, uri, viewer)
    if found == "gone":
        return responding.gone(uri)
    if found is None:
        return not_found(request)
    note, body = found
    return responding.document(request, body, shared=note.is_open)


async def _create(request: Request, node: Node, viewer: Viewer) -> Response:
    """A note's Create: as it was sent while the note is unchanged, else around what it is now."""
    uri = f"{node.site.base}/n/{request.path_params['x']}"
    found = await _find_note(node, uri, viewer)
    if found == "gone":
        return responding.gone(rendering.create_id(uri))
    if found is None:
        return not_found(request)
    note, body = found
    kept = await node.store.reading(lambda reader: sent.find(reader, rendering.create_id(uri)))
    if kept is None or note.updated:
        said = rendering.serialise(rendering.create(orjson.loads(body)))
    else:
        said = kept.body
    return responding.document(request, said, shared=note.is_open)


async def _activity(request: Request, node: Node, viewer: Viewer) -> Response:
    """An activity as it was sent, while we keep it."""
    uri = f"{node.site.base}/a/{request.path_params['x']}"

    async def look(reader: Reader) -> tuple[Sent, bool] | None:
        found = await sent.find(reader, uri)
        if found is None or not await _may_see(reader, found, viewer):
            return None
        return found, PUBLIC in _addressed(found)

    shown = await node.store.reading(look)
    if shown is None:
        return not_found(request)
    return responding.document(request, shown[0].body, shared=shown[1])


async def _find_note(
    node: Node, uri: str, viewer: Viewer
) -> tuple[Note, bytes] | Literal["gone"] | None:
    """The note with its bytes; "gone" when it was deleted; None when absent or hidden.

    A tombstone is shown to anybody who knows the random URI: it says only that there was
    something, and peers ask unsigned before they believe a Delete.
    """

    async def look(reader: Reader) -> tuple[Note, bytes] | Literal["gone"] | None:
        found = await reading.document(reader, uri, viewer)
        if found is None:
            return "gone" if await reading.was_deleted(reader, uri) else None
        note, body = found
        return (note, body) if body else None

    return await node.store.reading(look)


async def _may_see(reader: Reader, found: Sent, viewer: Viewer) -> bool:
    """About a note that is there: who may read the note. Else whoever it is addressed to."""
    asker = viewer.actor_id
    people = await directory.get_many(reader, [found.actor_id, *([asker] if asker else [])])
    if found.actor_id not in people or people[found.actor_id].state == "suspended":
        return False
    if found.note_id is not None and await reading.by_id(reader, found.note_id, viewer) is None:
        return False
    if found.about_note and found.note_id is None and found.kind not in _OUTLIVES:
        return False  # its note was erased, and so is what it says
    named = _addressed(found)
    if PUBLIC in named or asker == found.actor_id:
        return True
    if asker is None or asker not in people:
        return False
    return found.note_id is not None or people[asker].uri in named


def _addressed(found: Sent) -> list[str]:
    document = orjson.loads(found.body)
    return [*document.get("to", []), *document.get("cc", [])]


actor = negotiated(_actor, open_first=True)
instance_actor = negotiated(_actor, unsigned=True)
note = negotiated(_note, open_first=True)
create = negotiated(_create, open_first=True)
activity = negotiated(_activity, open_first=True)
