"""person create, list, show."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from actions.people import NewPerson, create_person
from actors import accounts, directory, follows, memberships
from actors.accounts import ROLES, Account
from actors.records import Actor
from server.desk import Command, Opened, takes_json
from server.terminal import moment
from storage.engine import Reader


def _create_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("username", help="letters a-z, digits, _ . -")
    parser.add_argument("--name", default="", help="the name to show")
    parser.add_argument("--email", help="mail address, shown to nobody")
    parser.add_argument("--role", default="user", choices=ROLES, help="user if not given")
    parser.add_argument("--language", choices=("fr", "en"), help="the node's if not given")
    takes_json(parser)


async def _create(desk: Opened) -> None:
    args = desk.args
    new = NewPerson(
        username=args.username.removeprefix("@"),
        name=args.name,
        language=args.language or desk.config.server.language,
        email=args.email,
        role=args.role,
    )
    actor = await create_person(desk.store, desk.site, new, now=desk.now)
    account = await desk.store.reading(lambda reader: accounts.get(reader, actor.id))
    desk.terminal.record(_described(actor, account), as_json=args.json)


async def _list(desk: Opened) -> None:
    async def look(reader: Reader) -> list[dict[str, Any]]:
        people = await directory.locals_of_kind(reader, "Person")
        known = await accounts.get_many(reader, [actor.id for actor in people])
        return [_described(actor, known.get(actor.id)) for actor in people]

    desk.terminal.rows(await desk.store.reading(look), as_json=desk.args.json)


def _show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="@name")
    takes_json(parser)


async def _show(desk: Opened) -> None:
    actor = await desk.local(desk.args.person, "Person")

    async def look(reader: Reader) -> dict[str, Any]:
        account = await accounts.get(reader, actor.id)
        joined = await memberships.communities_of(reader, actor.id)
        groups = await directory.get_many(reader, list(joined))
        return {
            **_described(actor, account),
            "url": actor.url,
            "language": account.locale,
            "followers": await follows.count_followers(reader, actor.id),
            "following": await follows.count_following(reader, actor.id),
            "communities": sorted(group.handle for group in groups.values()),
        }

    desk.terminal.record(await desk.store.reading(look), as_json=desk.args.json)


def _described(actor: Actor, account: Account | None) -> dict[str, Any]:
    return {
        "handle": actor.handle,
        "name": actor.name,
        "role": account.role if account else None,
        "email": account.email if account else None,
        "state": actor.state,
        "since": moment(actor.published),
        "uri": actor.uri,
    }


COMMANDS = (
    Command(
        name="person create", about="open an account", arguments=_create_arguments, opened=_create
    ),
    Command(
        name="person list", about="who has an account here", arguments=takes_json, opened=_list
    ),
    Command(
        name="person show", about="all about one person", arguments=_show_arguments, opened=_show
    ),
)
