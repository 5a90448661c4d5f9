"""keys rotate: new keys for one of ours, or for all."""

from __future__ import annotations

from argparse import ArgumentParser

from actions.people import rotate_keys
from actors import directory
from actors.records import Actor
from actors.refusals import NotFound
from server.desk import Command, Misused, Opened, takes_json
from storage.engine import Reader


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("handle", nargs="?", help="@name of a person or a community")
    parser.add_argument("--instance", action="store_true", help="the node's own keys")
    parser.add_argument("--all", action="store_true", help="everybody's keys")
    parser.add_argument(
        "--compromised", action="store_true", help="somebody else may have the old keys"
    )
    takes_json(parser)


async def _rotate(desk: Opened) -> None:
    args = desk.args
    if sum(map(bool, (args.handle, args.instance, args.all))) != 1:
        raise Misused("Say whose keys: a handle, --instance or --all.")
    made = []
    for actor in desk.terminal.progress(await _whose(desk)):
        rows = await rotate_keys(
            desk.store, desk.site, actor, compromised=args.compromised, now=desk.now
        )
        made += [{"handle": actor.handle, "kind": row.kind, "key": row.uri} for row in rows]
    desk.terminal.rows(made, as_json=args.json)


async def _whose(desk: Opened) -> list[Actor]:
    if desk.args.handle:
        return [await desk.local(desk.args.handle)]
    kinds = ("Application",) if desk.args.instance else ("Application", "Group", "Person")

    async def look(reader: Reader) -> list[Actor]:
        return [actor for kind in kinds for actor in await directory.locals_of_kind(reader, kind)]

    found = await desk.store.reading(look)
    if not found:
        raise NotFound("This node has no name yet: run passerelle init.")
    return found


COMMANDS = (
    Command(
        name="keys rotate",
        about="new keys; the old ones stay good for 48 hours",
        arguments=_arguments,
        opened=_rotate,
    ),
)
