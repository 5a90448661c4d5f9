"""Messages of other servers, tried on a running node: what each needs before, and what it does.

A manifest beside the fixtures says it for each shape. Every shape gets host names of its own
(`s03.links.example`), so that one node serves for all of them and none meets another's traces;
`agora.example` in a fixture is the node itself: noe is a person there, ateliers a community, q1
her poll.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from actions import follows as following
from actions import notes as writing
from actors import directory, follows, memberships
from actors.records import STRANGER, Actor, Viewer
from federation import discovery
from federation.fetching import Budget
from moderation import reports
from notes import details, reactions, reading, threads
from notes.records import Choice, Poll
from storage.engine import Reader, Transaction
from tests.nodes import Running, eventually
from tests.peers import Peers
from timelines import notifications

Json = dict[str, Any]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FIXTURES = Path(__file__).parent.parent / "fixtures"
OURS = "agora.example"
_HOST = re.compile(
    r"(?<![\w.-])((?:[a-z0-9-]+\.)+(?:example(?:\.(?:org|com|net|jp))?|test))(?![\w-])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One entry of a manifest with its fixture's text."""

    name: str
    text: str
    send: str = "post"
    by: str = "actor"
    key: str = ""
    format: str = "cavage"
    before: tuple[Json, ...] = ()
    expect: Json = field(default_factory=dict)
    software: str = ""
    why: str = ""

    @property
    def tag(self) -> str:
        return "s" + re.sub(r"[^0-9a-z]", "", self.name.partition("_")[0].lower())


def shapes(folder: Path) -> dict[str, Shape]:
    """By name, in the manifest's order."""
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        name = entry["shape"]
        text = (folder / entry.get("file", f"{name}.json")).read_text(encoding="utf-8")
        known = {key: entry[key] for key in Shape.__dataclass_fields__ if key in entry}
        known["before"] = tuple(entry.get("before", ()))
        found[name] = Shape(name=name, text=text, **known)
    return found


def renamed(text: str, tag: str) -> str:
    """The same text on host names that no other shape has."""
    return _HOST.sub(lambda found: found[1] if found[1] == OURS else f"{tag}.{found[1]}", text)


def hosts_in(tried: Iterable[Shape]) -> set[str]:
    """All host names a test will meet, for the peers' certificate and the node's address book."""
    every = list(tried)
    return {
        f"{one.tag}.{host}"
        for one in every
        for other in every
        for host in _HOST.findall(other.text)
        if host != OURS and (one is other or _leads_to(one, other.name, every))
    }


def _leads_to(one: Shape, name: str, every: list[Shape]) -> bool:
    by_name = {shape.name: shape for shape in every}
    return any(
        step.get("shape") == name
        or ("shape" in step and _leads_to(by_name[step["shape"]], name, every))
        for step in one.before
    )


def at(value: Any, path: str) -> Any:
    """What stands at `object.object.id`; of an object the id, of a list the first."""
    if path.startswith("https://"):
        return path
    for part in path.split(".") if path else ():
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() else value[0][part]
        else:
            value = value[part]
    if isinstance(value, list):
        value = value[0]
    return value["id"] if isinstance(value, dict) else value


@dataclass(slots=True)
class Stage:
    """A node with its cast, and the other servers."""

    node: Running
    peers: Peers
    every: dict[str, Shape]
    noe: Actor
    ateliers: Actor
    polls: dict[str, str] = field(default_factory=dict)

    async def poll_for(self, tag: str) -> str:
        """noe's poll, one for each shape."""
        if tag not in self.polls:
            choices = tuple(Choice(name=name) for name in ("Monday", "Tuesday"))
            new = writing.NewNote(text="Which evening?", poll=Poll(choices=choices))
            note = await writing.publish(self.node.node, self.noe, new)
            self.polls[tag] = note.uri
        return self.polls[tag]

    async def document(self, shape: Shape, tag: str) -> Json:
        """A shape's message, on this node and on its own hosts."""
        text = renamed(shape.text, tag)
        if "/n/q1" in text:
            text = text.replace(f"https://{OURS}/n/q1", await self.poll_for(tag))
        text = text.replace(f"https://{OURS}/u/noe", self.noe.uri)
        text = text.replace(f"https://{OURS}/c/ateliers", self.ateliers.uri)
        document: Json = json.loads(text)
        return document

    # Before.

    async def prepare(self, shape: Shape, document: Json, tag: str) -> None:
        for step in shape.before:
            for verb, value in step.items():
                await _STEPS[verb](self, document, tag, value)

    async def step_shape(self, document: Json, tag: str, name: str) -> None:
        earlier = self.every[name]
        given = await self.document(earlier, tag)
        await self.prepare(earlier, given, tag)
        assert await self.deliver(earlier, given) == (202, "done"), name

    async def step_follows(self, document: Json, tag: str, path: str) -> None:
        """noe follows an actor elsewhere, who has accepted."""
        self.peers.learn(document)
        await self.follow(at(document, path))

    async def follow(self, uri: str, *, asked: str = "", accepted: bool = True) -> Actor:
        node = self.node.node
        actor = await discovery.actor(node, uri, budget=Budget())
        now = node.clock()

        async def deed(tx: Transaction) -> None:
            if await follows.current(tx, self.noe.id, actor.id) is None:
                named = asked or f"{self.node.base}/follows/{actor.id}"
                await follows.ask(
                    tx, follower_id=self.noe.id, followed_id=actor.id, uri=named, now=now
                )
            row = await follows.current(tx, self.noe.id, actor.id)
            assert row is not None
            if accepted and row.state != "accepted":
                await follows.accept(tx, row, now=now)

        await node.store.transaction(deed)
        return actor

    async def step_joins(self, document: Json, tag: str, path: str) -> None:
        """An actor elsewhere follows ateliers, and so is a member."""
        actor = at(document, path)
        follow = {"type": "Follow", "actor": actor, "object": self.ateliers.uri}
        follow |= {"id": f"{actor}#follows/{tag}"}
        status, _ = await self.peers.post(self.node, follow, as_=actor)
        assert status == 202
        assert await self.settled(follow["id"]) == "done"

    async def step_shared(self, document: Json, tag: str, path: str) -> None:
        """The message's actor, a Group, has announced a note before."""
        note, group = at(document, path), at(document, "actor")
        self.serve_note(note, group)
        announce = {"type": "Announce", "actor": group, "object": note, "to": [PUBLIC]}
        announce |= {"id": f"{group}#shares/{tag}"}
        status, _ = await self.peers.post(self.node, announce, as_=group)
        assert status == 202
        assert await self.settled(announce["id"]) == "done"

    async def step_serve(self, document: Json, tag: str, path: str) -> None:
        """A note stands at that address, at its own origin."""
        self.serve_note(at(document, path), None)

    def serve_note(self, uri: str, group: str | None) -> None:
        parts = urlsplit(uri)
        author = f"https://{parts.netloc}/users/someone"
        note: Json = {"id": uri, "type": "Note", "attributedTo": author, "to": [PUBLIC]}
        note |= {"content": "<p>What was said before.</p>", "published": "2026-10-01T08:00:00Z"}
        if group:
            note["audience"] = group
        self.peers.documents.setdefault(uri, note)

    async def step_says(self, document: Json, tag: str, value: list[str]) -> None:
        """At its origin a note reads otherwise than in the message."""
        uri = at(document, value[0])
        self.peers.learn(document)
        found = self.peers.documents[uri]
        assert isinstance(found, dict)
        self.peers.documents[uri] = found | {"content": value[1]}

    async def step_alias(self, document: Json, tag: str, path: str) -> None:
        """Where the actor moves to names it."""
        old = at(document, "actor")
        self.peers.extra[at(document, path)] = {"alsoKnownAs": [old]}

    async def step_serve_shape(self, document: Json, tag: str, name: str) -> None:
        self.peers.learn(await self.document(self.every[name], tag))

    # Then.

    async def deliver(self, shape: Shape, document: Json) -> tuple[int, str]:
        """Status at the door, and how the journal settled it ("" when it never got there)."""
        self.peers.learn(document)
        sent = _WRAPPED[shape.send](document)
        by, key = at(sent, shape.by), shape.key and at(sent, shape.key)
        status, answer = await self.peers.post(
            self.node, sent, as_=by, format=shape.format, key=key
        )
        if status != 202:
            return status, answer.get("error", "")
        return status, await self.settled(sent.get("id") or "")

    async def settled(self, uri: str) -> str:
        """done, ignored, waiting, or refused with its code; "" when the journal has no such id."""

        async def look(reader: Reader) -> Any:
            return await reader.all(_JOURNAL, uri=uri)

        async def check() -> str | None:
            rows = await self.node.node.store.reading(look)
            if not rows:
                return "none"
            row = rows[-1]
            assert row["attempts"] == 0, row["detail"]
            if row["state"] == "ready":
                return None
            detail = row["detail"].partition(":")[0]
            return f"refused:{detail}" if row["state"] == "refused" else str(row["state"])

        found = await eventually(check, what=f"{uri} settles")
        return "" if found == "none" else str(found)

    async def home(self) -> list[str]:
        """URIs on noe's timeline, whoever brought them, read over HTTP."""
        items = await self.node.home(self.noe)
        return [one["object"] if isinstance(one, dict) else one for one in items]

    async def reading(self, look: Callable[[Reader], Awaitable[Any]]) -> Any:
        return await self.node.node.store.reading(look)


def _created(document: Json) -> Json:
    return {
        "id": f"{document['id']}/activity",
        "type": "Create",
        "actor": at(document, "attributedTo"),
        "to": document.get("to", [PUBLIC]),
        "object": document,
    }


def _updated(document: Json) -> Json:
    return {
        "id": f"{document['id']}/activity",
        "type": "Update",
        "actor": document["object"],
        "to": [PUBLIC],
        "object": document,
    }


def _answered(document: Json) -> Json:
    """A reply to the first of a thread, which names the thread."""
    uri = f"{document['id']}/reply"
    author = f"https://{urlsplit(uri).netloc}/uid/9"
    note = {"id": uri, "type": "Note", "attributedTo": author, "to": [PUBLIC], "content": "Mine."}
    note |= {"inReplyTo": document["orderedItems"][0], "context": document["id"]}
    return {"id": f"{uri}/activity", "type": "Create", "actor": author, "to": [PUBLIC]} | {
        "object": note
    }


_WRAPPED: dict[str, Callable[[Json], Json]] = {
    "post": lambda document: document,
    "create": _created,
    "update": _updated,
    "answer": _answered,
}
_STEPS: dict[str, Callable[[Stage, Json, str, Any], Awaitable[None]]] = {
    "shape": Stage.step_shape,
    "follows": Stage.step_follows,
    "joins": Stage.step_joins,
    "shared": Stage.step_shared,
    "serve": Stage.step_serve,
    "says": Stage.step_says,
    "alias": Stage.step_alias,
    "serve_shape": Stage.step_serve_shape,
}
