"""`passerelle`: one command of the list below, then an exit code that means something.

0 done, 1 refused, 2 misused, 3 settings, 4 database away or at another version.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import shlex
import sys
import time
from argparse import Action, ArgumentParser, HelpFormatter, Namespace
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from actors.refusals import Refusal
from server.commands import blocks, communities, federating, keys, node, people, tokens
from server.config import ConfigRefused, load
from server.desk import Command, Configured, Desk, Exit, Misused, Opened
from server.serving import AlreadyServed, CannotListen
from server.terminal import Terminal
from server.words import Words, language_of
from storage.engine import StorageUnavailable
from storage.opening import open_store
from storage.versions import NewerDatabase, NotMigrated

_LONGEST_DETAIL = 200

COMMANDS: tuple[Command, ...] = (
    *node.COMMANDS,
    *federating.COMMANDS,
    *people.COMMANDS,
    *communities.COMMANDS,
    *tokens.COMMANDS,
    *blocks.COMMANDS,
    *keys.COMMANDS,
    Command(
        name="batch",
        about="commands from standard input, one per line; JSON lines out",
        plain=lambda desk: _batch(desk),
    ),
)


def main() -> NoReturn:
    """What the installed script calls."""
    sys.exit(run(sys.argv[1:], os.environ, now=_now()))


def _now() -> int:
    return time.time_ns() // 1_000_000


def run(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    now: int,
    commands: Sequence[Command] = COMMANDS,
) -> int:
    """Do what the arguments say; returns the exit code. `now` in milliseconds."""
    words = Words(language_of(environ))
    terminal = Terminal(words=words, out=sys.stdout, err=sys.stderr, answers=sys.stdin)
    args = _parser(words, commands).parse_args(arguments)
    desk = Desk(
        args=args, terminal=terminal, config_file=Path(args.config), environ=environ, now=now
    )
    try:
        _do(args.command, desk)
        return Exit.OK
    except BrokenPipeError:
        # Whoever read our output has had enough (`| head`); the interpreter must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except KeyboardInterrupt:
        return 128 + 2
    except (Refusal, Misused, ConfigRefused, *_SERVING, *_STORAGE) as error:
        code, sentence = _explained(error, words)
        terminal.complain(sentence)
        return code


_SERVING = (AlreadyServed, CannotListen)
_STORAGE = (StorageUnavailable, NotMigrated, NewerDatabase)


def _do(command: Command, desk: Desk) -> None:
    if command.plain:
        command.plain(desk)
        return
    config = load(desk.config_file, desk.environ)
    configured = Configured(config=config, **_parts(desk))
    if command.configured:
        command.configured(configured)
    else:
        asyncio.run(_with_store(command, configured))


async def _with_store(command: Command, desk: Configured) -> None:
    assert command.opened
    store = await open_store(desk.config.storage.url, watch=False)
    try:
        await command.opened(Opened(store=store, **_parts(desk)))
    finally:
        await store.close()


def _batch(desk: Desk) -> None:
    """Each line as typed after `passerelle`; for scripts, which start the program once this way.

    Answers with `{"exit": code, "out": text, "err": text}` on a line of its own.
    """
    for line in sys.stdin:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = _run_line(desk, line)
        said = {"exit": code, "out": out.getvalue(), "err": err.getvalue()}
        print(json.dumps(said, ensure_ascii=False), flush=True)


def _run_line(desk: Desk, line: str) -> int:
    try:
        words = shlex.split(line)
        return run(["--config", str(desk.config_file), *words], desk.environ, now=_now())
    except ValueError as error:  # an open quotation mark
        complaint = Words(language_of(desk.environ)).retold(str(error))
        print(f"passerelle: {complaint}", file=sys.stderr)
        return Exit.USAGE
    except SystemExit as end:  # argparse
        return end.code if isinstance(end.code, int) else Exit.USAGE


def _explained(error: Exception, words: Words) -> tuple[int, str]:
    match error:
        case Refusal():
            return Exit.REFUSED, _with_detail(words.retold(error.sentence), error.detail)
        case Misused():
            return Exit.USAGE, words(error.sentence, **error.values)
        case AlreadyServed():
            text = words("Another passerelle serves {database} already.", database=error)
            return Exit.REFUSED, text
        case CannotListen():
            text = words("Can't listen on {listen}: {why}.", listen=error.listen, why=error.why)
            return Exit.REFUSED, text
        case ConfigRefused():
            return Exit.CONFIGURATION, str(error)
        case NotMigrated():
            return Exit.STORAGE, words("The database isn't ready: run passerelle migrate.")
        case NewerDatabase():
            text = words(
                "The database was written by a newer passerelle (version {found}).",
                found=error.found,
            )
            return Exit.STORAGE, text
        case _:
            return Exit.STORAGE, words("The database can't be used: {why}.", why=error)


def _with_detail(sentence: str, detail: str) -> str:
    """Who types here runs the node, and may know what a log would say; a stranger's text in it
    never steers the terminal."""
    shown = "".join(c for c in detail[:_LONGEST_DETAIL] if c.isprintable())
    return f"{sentence.removesuffix('.')} ({shown})." if shown else sentence


def _parts(desk: Desk) -> dict[str, Any]:
    return {field.name: getattr(desk, field.name) for field in fields(desk)}


# --- arguments -----------------------------------------------------------------------------------


class _Formatter(HelpFormatter):
    """Help with its headings in the language of the terminal."""

    words = Words("en")

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        said = self.words.retold("usage: ") if prefix is None else prefix
        super().add_usage(usage, actions, groups, said)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and self.words.retold(heading))


class _Parser(ArgumentParser):
    """Says what it misses in the language of the terminal."""

    words = Words("en")

    def __init__(self, **about: Any) -> None:
        shape: type[HelpFormatter] = type("_Formatter", (_Formatter,), {"words": self.words})
        super().__init__(formatter_class=shape, allow_abbrev=False, **about)

    def parse_known_args(  # type: ignore[override]  # typeshed gives it overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Namespace, list[str]]:
        """What a command doesn't know is refused by itself, beside its own usage."""
        known, strange = super().parse_known_args(args, namespace)
        if strange:
            self.error(f"unrecognized arguments: {' '.join(strange)}")
        return known, strange

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {self.words.retold(message)}\n")


def _parser(words: Words, commands: Sequence[Command]) -> ArgumentParser:
    kind = type("_Parser", (_Parser,), {"words": words})
    top: ArgumentParser = kind(prog="passerelle")
    top.add_argument(
        "--config", default="config.toml", metavar="FILE", help="config.toml if not given"
    )
    groups: dict[str, Any] = {
        "": top.add_subparsers(metavar="COMMAND", required=True, parser_class=kind)
    }
    for command in commands:
        above, _, name = command.name.rpartition(" ")
        if above not in groups:
            below = [one.name.split()[1] for one in commands if one.name.startswith(above + " ")]
            group = groups[""].add_parser(above, help=", ".join(below))
            groups[above] = group.add_subparsers(
                metavar="COMMAND", required=True, parser_class=kind
            )
            _translate(group, words)
        about = words(command.about)
        parser = groups[above].add_parser(name, help=about, description=about)
        command.arguments(parser)
        _translate(parser, words)
        parser.set_defaults(command=command)
    _translate(top, words)
    return top


def _translate(parser: ArgumentParser, words: Words) -> None:
    for action in parser._actions:
        if action.help:
            action.help = words.retold(words(action.help))
