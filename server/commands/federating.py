"""serve, work, note post, follow, fetch, lanes: the node among other nodes.

What they do is imported when they do it: it costs a second that no other command should pay.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser
from typing import Any

from actions.people import create_instance_actor
from actors.refusals import Invalid
from server.desk import Command, Configured, Opened, takes_json
from server.terminal import moment
from storage import journal, lane_care
from storage.opening import open_store

_VISIBILITIES = ("public", "unlisted", "followers", "community", "direct")
_LONGEST_TEXT = 400_000


def _serve_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--web-only", action="store_true", help="leave all work to passerelle work")


def _serve(desk: Configured) -> None:
    asyncio.run(_settle(desk))
    from server.federated import run_server  # noqa: PLC0415 (see above)

    run_server(desk)


async def _settle(desk: Configured) -> None:
    """The node's own actor, made at the first start; refuses another name than then (D-3)."""
    store = await open_store(desk.config.storage.url, watch=False)
    try:
        await create_instance_actor(store, desk.site, now=desk.now)
    finally:
        await store.close()


def _work(desk: Configured) -> None:
    from server.federated import work  # noqa: PLC0415

    asyncio.run(work(desk))


def _post_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="who writes: @name")
    parser.add_argument("text", help="Markdown; - for standard input")
    parser.add_argument("--title", default="", help="makes it an article")
    parser.add_argument("--summary", default="", help="what it is about, or a warning")
    parser.add_argument("--to", metavar="COMMUNITY", help="post it there: @name or @name@host")
    parser.add_argument("--reply-to", metavar="URI", help="the note it answers")
    parser.add_argument(
        "--visibility", default="public", choices=_VISIBILITIES, help="public if not given"
    )
    parser.add_argument("--language", choices=("fr", "en"), help="the node's if not given")
    takes_json(parser)


async def _post(desk: Opened) -> None:
    from server.federated import post  # noqa: PLC0415

    await post(desk, _text(desk.args.text))


def _text(given: str) -> str:
    if given != "-":
        return given
    try:
        return sys.stdin.buffer.read(_LONGEST_TEXT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("Standard input must be text in UTF-8.") from error


def _follow_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="who follows: @name")
    parser.add_argument("handle", help="@name or @name@host")
    takes_json(parser)


async def _follow(desk: Opened) -> None:
    from server.federated import follow  # noqa: PLC0415

    await follow(desk)


def _fetch_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="URL|@HANDLE", help="a note, a person, a community")
    parser.add_argument("--as", dest="viewer", metavar="PERSON", help="who looks; else a stranger")
    takes_json(parser)


async def _fetch(desk: Opened) -> None:
    from server.federated import fetch  # noqa: PLC0415

    await fetch(desk)


def _lanes_arguments(parser: ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--waiting", action="store_true", help="activities that wait for later")
    either.add_argument("--dead", action="store_true", help="what could not be delivered")
    takes_json(parser)


async def _lanes(desk: Opened) -> None:
    look = _waiting if desk.args.waiting else _dead if desk.args.dead else _hosts
    desk.terminal.rows(await look(desk), as_json=desk.args.json)


async def _hosts(desk: Opened) -> list[dict[str, Any]]:
    return [
        {
            "host": lane.host,
            "state": lane.state,
            "waiting": lane.rows,
            "held": lane.held,
            "failures": lane.failures,
            "next_try": moment(lane.due) if lane.rows > lane.held else None,
            "last_success": moment(lane.last_success),
            "last_error": lane.last_error,
        }
        for lane in await desk.store.reading(lane_care.overview)
    ]


async def _waiting(desk: Opened) -> list[dict[str, Any]]:
    return [
        {
            "kind": entry.kind,
            "host": entry.host,
            "received": moment(entry.received),
            "detail": entry.detail,
            "uri": entry.uri,
        }
        for entry in await desk.store.reading(journal.waiting)
    ]


async def _dead(desk: Opened) -> list[dict[str, Any]]:
    return [
        {
            "host": letter.host,
            "attempts": letter.attempts,
            "at": moment(letter.at),
            "error": letter.error,
            "inbox": letter.inbox,
            "uri": letter.uri,
        }
        for letter in await desk.store.reading(lane_care.dead)
    ]


COMMANDS = (
    Command(
        name="serve",
        about="answer browsers and other servers",
        arguments=_serve_arguments,
        configured=_serve,
    ),
    Command(name="work", about="deliver and take in, beside serve --web-only", configured=_work),
    Command(name="note post", about="write a note", arguments=_post_arguments, opened=_post),
    Command(
        name="follow",
        about="follow a person or a community",
        arguments=_follow_arguments,
        opened=_follow,
    ),
    Command(
        name="fetch",
        about="bring something from elsewhere",
        arguments=_fetch_arguments,
        opened=_fetch,
    ),
    Command(
        name="lanes",
        about="what waits for which host, and why",
        arguments=_lanes_arguments,
        opened=_lanes,
    ),
)
