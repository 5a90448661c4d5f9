"""block add, remove, list, import, export: rules about whole hosts."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from actions import blocks
from actors.refusals import Invalid
from moderation.domain_blocks import SEVERITIES, DomainBlock
from server.desk import Command, Opened, takes_json
from server.terminal import moment

_SHOWN_LINES = 20


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("host", help="example.org; its subdomains are meant too")
    parser.add_argument(
        "--severity", default="suspend", choices=SEVERITIES, help="suspend if not given"
    )
    parser.add_argument("--reject-media", action="store_true", help="take no files from there")
    parser.add_argument("--reject-reports", action="store_true", help="take no reports from there")
    parser.add_argument("--comment", default="", help="why, for everybody")
    parser.add_argument("--private-comment", default="", help="why, for moderators")
    parser.add_argument("--obfuscate", action="store_true", help="don't spell the name in public")


async def _add(desk: Opened) -> None:
    args = desk.args
    block = DomainBlock(
        host=args.host,
        severity=args.severity,
        reject_media=args.reject_media,
        reject_reports=args.reject_reports,
        public_comment=args.comment,
        private_comment=args.private_comment,
        obfuscate=args.obfuscate,
        at=desk.now,
    )
    done = await blocks.block_host(desk.store, desk.site, block)
    desk.terminal.say("{host}: {severity}.", host=done.host, severity=done.severity)


def _remove_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("host", help="example.org")


async def _remove(desk: Opened) -> None:
    await blocks.unblock_host(desk.store, desk.args.host)
    desk.terminal.say("There is no rule about {host} any more.", host=desk.args.host)


async def _list(desk: Opened) -> None:
    found = await blocks.blocked_hosts(desk.store)
    desk.terminal.rows([_described(block) for block in found], as_json=desk.args.json)


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", help="a list as Mastodon exports it (CSV); - for standard input")
    parser.add_argument("--override", action="store_true", help="replace the rules we have")


async def _import(desk: Opened) -> None:
    args, terminal = desk.args, desk.terminal
    text = _read(args.file)
    done = await blocks.import_csv(
        desk.store, desk.site, text, now=desk.now, override=args.override
    )
    terminal.say(
        "{added} added, {kept} known already, {refused} left out.",
        added=done.added,
        kept=done.kept,
        refused=len(done.refused),
    )
    for line, why in done.refused[:_SHOWN_LINES]:
        terminal.say("Line {line}: {why}", line=line, why=terminal.words.retold(why))


def _export_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", default="-", help="standard output if not given")


async def _export(desk: Opened) -> None:
    text = await blocks.export_csv(desk.store)
    if desk.args.file == "-":
        desk.terminal.result(text.removesuffix("\n"))
        return
    _write(desk.args.file, text)


def _read(name: str) -> str:
    try:
        if name != "-":
            return Path(name).read_text(encoding="utf-8")
        return sys.stdin.buffer.read(blocks.LONGEST_CSV + 1).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} must be text in UTF-8.") from error
    except OSError as error:
        raise _unusable(name, error) from error


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unusable(name, error) from error


def _unusable(name: str, error: OSError) -> Invalid:
    return Invalid(f"{name} can't be used: {error.strerror}.")


def _described(block: DomainBlock) -> dict[str, Any]:
    return {
        "host": block.host,
        "severity": block.severity,
        "reject_media": block.reject_media,
        "reject_reports": block.reject_reports,
        "comment": block.public_comment,
        "private_comment": block.private_comment,
        "since": moment(block.at),
    }


COMMANDS = (
    Command(name="block add", about="refuse a host", arguments=_add_arguments, opened=_add),
    Command(
        name="block remove",
        about="end the rule about a host",
        arguments=_remove_arguments,
        opened=_remove,
    ),
    Command(name="block list", about="all rules", arguments=takes_json, opened=_list),
    Command(
        name="block import",
        about="take over a list of hosts",
        arguments=_import_arguments,
        opened=_import,
    ),
    Command(
        name="block export",
        about="write the rules as CSV",
        arguments=_export_arguments,
        opened=_export,
    ),
)
