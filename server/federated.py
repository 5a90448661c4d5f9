"""Commands that need the whole node: its post office, its guarded client, its pages.

Imported by `server.commands.federating` when one of them runs: this is a second of imports.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Any, cast

from actions import follows, lookups, notes
from actions.notes import NewNote
from actors.records import STRANGER, Actor, Viewer
from actors.refusals import Conflict, Invalid
from notes.plain import cut_text, plain_text
from notes.records import Note, Visibility
from server.assembly import application, opened
from server.desk import Configured, Opened
from server.serving import serve
from server.terminal import moment
from server.worker import Worker
from storage.opening import sqlite_file

_EXCERPT = 60  # characters of a note in a list


def run_server(desk: Configured) -> None:
    def listening() -> None:
        desk.terminal.say("Listening on {listen}.", listen=desk.config.server.listen)

    serve(desk.config, application(desk.config, web_only=desk.args.web_only), listening)


async def work(desk: Configured) -> None:
    """Until SIGTERM or SIGINT; then what is under way is finished or left to the next start."""
    if sqlite_file(desk.config.storage.url):
        raise Conflict("A worker of its own needs PostgreSQL; on SQLite serve does it all.")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    async with opened(desk.config, watch=True) as node:
        worker = Worker(node, desk.config.worker)
        running = asyncio.create_task(worker.run())
        fresh = asyncio.create_task(node.admission.keep_fresh(node.store))
        told = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await worker.stop()
            for task in (told, fresh):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await running


async def post(desk: Opened, text: str) -> None:
    args = desk.args
    author = await desk.local(args.person, "Person")
    async with opened(desk.config, watch=False) as node:
        community = await lookups.actor_by_handle(node, args.to) if args.to else None
        if community is not None and not community.is_group:
            raise Invalid(f"{community.handle} is not a community.")
        new = NewNote(
            text=text,
            title=args.title,
            summary=args.summary,
            language=args.language or desk.config.server.language,
            visibility=cast(Visibility, args.visibility),
            community=community,
            in_reply_to=args.reply_to,
        )
        note = await notes.publish(node, author, new)
    desk.terminal.record(_note(note), as_json=args.json)


async def follow(desk: Opened) -> None:
    follower = await desk.local(desk.args.person, "Person")
    async with opened(desk.config, watch=False) as node:
        target = await lookups.actor_by_handle(node, desk.args.handle)
        state = await follows.follow(node, follower, target)
    shown = {"follower": follower.handle, "followed": target.handle, "state": state}
    desk.terminal.record(shown, as_json=desk.args.json)


async def fetch(desk: Opened) -> None:
    viewer = STRANGER
    if desk.args.viewer:
        reader = await desk.local(desk.args.viewer, "Person")
        viewer = Viewer(actor_id=reader.id)
    async with opened(desk.config, watch=False) as node:
        whole = await lookups.fetch_around(node, desk.args.address, viewer)
    found = whole.found
    shown = _actor(found) if isinstance(found, Actor) else _note(found)
    if desk.args.json:
        name = "notes" if isinstance(found, Actor) else "thread"
        shown = {**shown, name: [_note(note) for note in whole.notes]}
    desk.terminal.record(shown, as_json=desk.args.json)
    if not desk.args.json and whole.notes:
        desk.terminal.result("")
        desk.terminal.rows([_line(note) for note in whole.notes], as_json=False)


def _actor(actor: Actor) -> dict[str, Any]:
    return {
        "kind": actor.kind,
        "handle": actor.handle,
        "name": actor.name,
        "state": actor.state,
        "fetched": moment(actor.fetched),
        "url": actor.url,
        "uri": actor.uri,
    }


def _line(note: Note) -> dict[str, Any]:
    return {
        "published": moment(note.published),
        "note": cut_text(note.title or plain_text(note.content), _EXCERPT),
        "uri": note.uri,
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "kind": note.kind,
        "title": note.title,
        "content": note.content,
        "visibility": note.visibility,
        "published": moment(note.published),
        "in_reply_to": note.in_reply_to,
        "url": note.url,
        "uri": note.uri,
    }
