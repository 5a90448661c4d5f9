"""The stage for messages of other servers: a node with its cast, all other hosts, and what can have
happened before a message comes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select

from actions import follows as following
from actions import lookups
from actions import notes as writing
from actors import follows
from actors.records import Actor, Viewer
from federation import discovery
from federation.fetching import Budget
from notes.records import Choice, Poll
from storage.engine import Reader
from storage.statements import prepared
from storage.tables import journal
from tests.nodes import Running, start
from tests.peers import Peers
from tests.trips.shapes import OURS, Json, Shape, at, hosts_in, renamed

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_JOURNAL = prepared(
    select(journal.c.state, journal.c.detail, journal.c.attempts)
    .where(journal.c.uri == bindparam("uri"))
    .order_by(journal.c.id)
)


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
        """Another message came before this one, after all that came before it."""
        earlier = self.every[name]
        await self.prepare(earlier, await self.document(earlier, tag), tag)
        await self.step_then(document, tag, name)

    async def step_then(self, document: Json, tag: str, name: str) -> None:
        """Another message came before this one."""
        earlier = self.every[name]
        given = await self.document(earlier, tag)
        assert await self.deliver(earlier, given) == (202, "done"), name

    async def step_follows(self, document: Json, tag: str, path: str) -> None:
        """noe follows an actor elsewhere, who has accepted."""
        self.peers.learn(document)
        await self.follow(at(document, path))

    async def follow(self, uri: str) -> None:
        """noe asks, the other server says yes."""
        node = self.node.node
        actor = await discovery.actor(node, uri, budget=Budget())
        if await following.follow(node, self.noe, actor) == "accepted":
            return
        row = await self.reading(lambda reader: follows.current(reader, self.noe.id, actor.id))
        follow = {"id": row.uri, "type": "Follow", "actor": self.noe.uri, "object": uri}
        accept = {"id": f"{uri}#accepts/{row.id}", "type": "Accept", "actor": uri}
        await self.said(accept | {"object": follow})

    async def step_joins(self, document: Json, tag: str, path: str) -> None:
        """An actor elsewhere follows ateliers, and so is a member."""
        actor = at(document, path)
        follow = {"type": "Follow", "actor": actor, "object": self.ateliers.uri}
        await self.said(follow | {"id": f"{actor}#joins/{tag}"})

    async def step_answerer(self, document: Json, tag: str, path: str) -> None:
        """noe follows whoever writes the reply of `answer`."""
        await self.follow(_answered(document)["actor"])

    async def step_shared(self, document: Json, tag: str, path: str) -> None:
        """The message's actor, a Group, has announced a note before."""
        await self.share(at(document, path), at(document, "actor"), tag)

    async def step_asks(self, document: Json, tag: str, path: str) -> None:
        """noe has asked to follow; the message answers that very request."""
        self.peers.learn(document)
        actor = await discovery.actor(self.node.node, at(document, path), budget=Budget())
        await following.follow(self.node.node, self.noe, actor)
        row = await self.reading(lambda reader: follows.current(reader, self.noe.id, actor.id))
        document["object"]["id"] = row.uri

    async def step_asked(self, document: Json, tag: str, path: str) -> None:
        """Somebody elsewhere follows noe."""
        actor = at(document, path)
        follow = {"type": "Follow", "actor": actor, "object": self.noe.uri}
        await self.said(follow | {"id": f"{actor}#follows/{tag}"})

    async def step_noted(self, document: Json, tag: str, value: list[str]) -> None:
        """noe follows an author, who wrote this note."""
        uri, author = at(document, value[0]), at(document, value[1])
        await self.follow(author)
        note = {"id": uri, "type": "Note", "attributedTo": author, "to": [PUBLIC]}
        note |= {"content": "<p>Before.</p>"}
        create = {"id": f"{uri}#before", "type": "Create", "actor": author, "to": [PUBLIC]}
        await self.said(create | {"object": note})

    async def step_posted(self, document: Json, tag: str, value: list[str]) -> None:
        """[note, author, context]: the message's Group brought this topic of its own."""
        uri, author = at(document, value[0]), at(document, value[1])
        group = at(document, value[3] if len(value) > 3 else "actor")
        await self.follow(group)
        note = {"id": uri, "type": "Note", "attributedTo": author, "to": [PUBLIC]}
        note |= {"content": "<p>Before.</p>", "audience": group}
        if len(value) > 2:
            note |= {"context": at(document, value[2]), "id": f"{uri}/first"}
        self.peers.documents[note["id"]] = note
        announce = {"id": f"{group}#posts/{tag}", "type": "Announce", "actor": group}
        await self.said(announce | {"to": [PUBLIC], "object": note["id"]})

    async def step_liked(self, document: Json, tag: str, path: str) -> None:
        """The Like that the message takes back, sent as the message is."""
        like = {"id": f"{at(document, 'actor')}#likes/{tag}", **_inner_like(document)}
        if document["type"] == "Announce":
            like["id"] = f"{like['actor']}#likes/{tag}"
            group = at(document, "actor")
            like = {"type": "Announce", "actor": group, "to": [PUBLIC], "object": like}
            like["id"] = f"{group}#brings/{tag}"
        await self.said(like)

    async def step_boosted(self, document: Json, tag: str, path: str) -> None:
        """The Announce that the message takes back, under its own id, of a note of noe's."""
        actor = at(document, "actor")
        await self.follow(actor)
        announce = {"id": at(document, path), "type": "Announce", "actor": actor}
        await self.said(announce | {"to": [PUBLIC], "object": await self.poll_for(tag)})

    async def step_gone(self, document: Json, tag: str, path: str) -> None:
        """Its own origin has it no more."""
        self.peers.documents[at(document, path)] = 410

    async def said(self, activity: Json) -> None:
        """Posted by its actor, and applied."""
        status, answer = await self.peers.post(self.node, activity, as_=activity["actor"])
        assert status == 202, answer
        assert await self.settled(activity["id"]) == "done", activity

    async def step_known(self, document: Json, tag: str, path: str) -> None:
        """A note of a community that noe follows, at the note's own host."""
        uri = at(document, path)
        group = f"https://{urlsplit(uri).netloc}/c/other"
        await self.follow(group)
        await self.share(uri, group, tag)

    async def share(self, note: str, group: str, tag: str) -> None:
        if not note.startswith(self.node.base):
            self.serve_note(note, group)
        announce = {"type": "Announce", "actor": group, "object": note, "to": [PUBLIC]}
        await self.said(announce | {"id": f"{group}#shares/{tag}"})

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
        if shape.send == "sought":
            return await self.sought(document["id"])
        sent = _WRAPPED[shape.send](document)
        by = at(sent, shape.by)
        status, answer = await self.peers.post(self.node, sent, as_=by, format=shape.format)
        if status != 202:
            return status, answer.get("error", "")
        return status, await self.settled(sent.get("id") or "")

    async def sought(self, uri: str) -> tuple[int, str]:
        """noe looks an actor up by its address and asks to follow it."""
        node, viewer = self.node.node, Viewer(actor_id=self.noe.id)
        found = await lookups.fetch(node, uri, viewer)
        assert isinstance(found, Actor)
        assert await following.follow(node, self.noe, found) == "pending"
        return 200, ""

    async def settled(self, uri: str) -> str:
        """done, ignored, waiting, or refused with its code; "" when the journal has no such id."""

        async def look(reader: Reader) -> Any:
            return await reader.all(_JOURNAL, uri=uri)

        for _ in range(2_000):
            rows = await self.reading(look)
            if not rows:
                return ""
            row = rows[-1]
            assert row["attempts"] == 0, f"{uri} is postponed: {row['detail']}"
            if row["state"] != "ready":
                code = row["detail"].partition(":")[0]
                return f"refused:{code}" if row["state"] == "refused" else str(row["state"])
            await asyncio.sleep(0.005)
        raise AssertionError(f"{uri} never settles")

    async def home(self) -> list[str]:
        """URIs on noe's timeline, whoever brought them, read over HTTP to its end."""
        uri, found = f"{self.noe.uri}/inbox?page=1", list[str]()
        while uri:
            status, page = await self.node.get(uri, as_=self.noe.username)
            assert status == 200, page
            found += [
                one["object"] if isinstance(one, dict) else one for one in page["orderedItems"]
            ]
            uri = page.get("next", "")
        return found

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


def _inner_like(document: Json) -> Json:
    """The Like inside Undo{Like} or Announce{Undo{Like}}, without its id."""
    undo = document["object"] if document["type"] == "Announce" else document
    like: Json = undo["object"]
    return {"type": "Like", "actor": at(like, "actor"), "object": at(like, "object")}


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
    "then": Stage.step_then,
    "asks": Stage.step_asks,
    "asked": Stage.step_asked,
    "noted": Stage.step_noted,
    "posted": Stage.step_posted,
    "liked": Stage.step_liked,
    "boosted": Stage.step_boosted,
    "gone": Stage.step_gone,
    "answerer": Stage.step_answerer,
    "known": Stage.step_known,
    "joins": Stage.step_joins,
    "shared": Stage.step_shared,
    "serve": Stage.step_serve,
    "says": Stage.step_says,
    "alias": Stage.step_alias,
    "serve_shape": Stage.step_serve_shape,
}


START = 1_795_300_000_000  # 2026-11-21T22:26:40Z


class Clock:
    """Milliseconds since the epoch, going on from a moment of the test's choice."""

    def __init__(self, start: int = START) -> None:
        self.set(start)

    def set(self, now: int) -> None:
        self._ahead = now - time.monotonic_ns() // 1_000_000

    def __call__(self) -> int:
        return self._ahead + time.monotonic_ns() // 1_000_000


@asynccontextmanager
async def staged(folder: Path, every: dict[str, Shape]) -> AsyncIterator[Stage]:
    """A node called agora.example with its cast; all other hosts are peers."""
    clock = Clock()
    async with Peers(folder, hosts_in(every), clock=clock) as peers:
        node = await start(
            folder / "node", domain=OURS, clock=clock, ca_file=peers.ca_file, hosts=peers.hosts
        )
        try:
            noe = await node.person("noe")
            ateliers = await node.community("ateliers", noe)
            yield Stage(node=node, peers=peers, every=every, noe=noe, ateliers=ateliers)
        finally:
            await node.stop()
