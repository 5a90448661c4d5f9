"""community create, list, show."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from actions.people import NewCommunity, create_community
from actors import communities, directory, follows, memberships
from actors.communities import JOINING, POSTING
from actors.records import Actor, Community
from server.desk import Command, Opened, takes_json
from server.terminal import moment
from storage.engine import Reader


def _create_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username", help="letters a-z, digits, _ . -")
    parser.add_argument("--by", required=True, metavar="PERSON", help="who will run it: @name")
    parser.add_argument("--name", default="", help="the name to show")
    parser.add_argument("--summary", default="", help="what it is about, in Markdown")
    parser.add_argument("--language", choices=("fr", "en"), help="the language spoken there")
    parser.add_argument("--joining", default="open", choices=JOINING, help="open if not given")
    parser.add_argument("--posting", default="members", choices=POSTING, help="who posts: members")
    parser.add_argument("--private", action="store_true", help="only members may read")
    takes_json(parser)


async def _create(desk: Opened) -> None:
    args = desk.args
    creator = await desk.local(args.by, "Person")
    new = NewCommunity(
        username=args.username.removeprefix("@"),
        name=args.name,
        summary=args.summary,
        language=args.language,
        joining=args.joining,
        posting=args.posting,
        private=args.private,
    )
    actor = await create_community(desk.store, desk.site, new, creator=creator, now=desk.now)
    policy = await desk.store.reading(lambda reader: communities.get(reader, actor.id))
    desk.terminal.record(_described(actor, policy, members=1), as_json=args.json)


async def _list(desk: Opened) -> None:
    async def look(reader: Reader) -> list[dict[str, Any]]:
        groups = await directory.locals_of_kind(reader, "Group")
        return [await _looked_up(reader, group) for group in groups]

    desk.terminal.rows(await desk.store.reading(look), as_json=desk.args.json)


def _show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("community", help="@name")
    takes_json(parser)


async def _show(desk: Opened) -> None:
    actor = await desk.local(desk.args.community, "Group")

    async def look(reader: Reader) -> dict[str, Any]:
        moderators = await memberships.moderators_of(reader, actor.id)
        return {
            **await _looked_up(reader, actor),
            "url": actor.url,
            "summary": actor.summary_source,
            "followers": await follows.count_followers(reader, actor.id),
            "moderators": [moderator.handle for moderator in moderators],
        }

    desk.terminal.record(await desk.store.reading(look), as_json=desk.args.json)


async def _looked_up(reader: Reader, actor: Actor) -> dict[str, Any]:
    policy = await communities.get(reader, actor.id)
    return _described(actor, policy, members=await memberships.count_members(reader, actor.id))


def _described(actor: Actor, policy: Community, *, members: int) -> dict[str, Any]:
    return {
        "handle": actor.handle,
        "name": actor.name,
        "joining": policy.joining,
        "posting": policy.posting,
        "private": policy.private,
        "members": members,
        "since": moment(actor.published),
        "uri": actor.uri,
    }


COMMANDS = (
    Command(
        name="community create",
        about="found a community",
        arguments=_create_arguments,
        opened=_create,
    ),
    Command(
        name="community list", about="the communities here", arguments=takes_json, opened=_list
    ),
    Command(
        name="community show",
        about="all about one community",
        arguments=_show_arguments,
        opened=_show,
    ),
)
