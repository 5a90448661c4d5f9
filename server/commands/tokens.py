"""token create, list, revoke: what lets a client act in somebody's name."""

from __future__ import annotations

from argparse import ArgumentParser

from actors import grants
from actors.refusals import NotFound
from server.desk import Command, Opened, takes_json
from server.terminal import moment


def _create_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="@name")
    parser.add_argument(
        "--scopes", default="read write follow", help='separated by spaces: "read write:statuses"'
    )
    parser.add_argument("--label", default="command line", help="what it is for")


async def _create(desk: Opened) -> None:
    args = desk.args
    actor = await desk.local(args.person, "Person")
    scopes = args.scopes.replace(",", " ").split()
    token = await desk.store.transaction(
        lambda tx: grants.create_token(tx, actor.id, scopes, args.label, desk.now)
    )
    desk.terminal.result(token)


def _list_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("person", help="@name")
    takes_json(parser)


async def _list(desk: Opened) -> None:
    actor = await desk.local(desk.args.person, "Person")
    found = await desk.store.reading(lambda reader: grants.tokens_of(reader, actor.id))
    rows = [
        {
            "token": grant.mark,
            "scopes": sorted(grant.scopes),
            "label": grant.label,
            "since": moment(grant.created),
        }
        for grant in found
    ]
    desk.terminal.rows(rows, as_json=desk.args.json)


def _revoke_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("token", help="as token list shows it, or the token itself")


async def _revoke(desk: Opened) -> None:
    text = desk.args.token
    marked = await desk.store.transaction(lambda tx: grants.revoke_marked(tx, text, now=desk.now))
    if marked or await desk.store.transaction(lambda tx: grants.revoke(tx, text, now=desk.now)):
        desk.terminal.say("The token is revoked.")
        return
    raise NotFound("There is no such token.")


COMMANDS = (
    Command(
        name="token create",
        about="print a new client token",
        arguments=_create_arguments,
        opened=_create,
    ),
    Command(name="token list", about="a person's tokens", arguments=_list_arguments, opened=_list),
    Command(name="token revoke", about="end a token", arguments=_revoke_arguments, opened=_revoke),
)
