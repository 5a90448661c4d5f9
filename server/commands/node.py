"""init, migrate, config check, version: the node itself."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from importlib.metadata import version

from server.config import Config, ConfigRefused, load
from server.config.rules import is_public
from server.desk import Command, Configured, Desk, Misused, site_of
from server.founding import Wishes, found, write_config
from storage.migrating import current, migrate
from storage.opening import open_store

_LANGUAGES = ("fr", "en")


# --- init ----------------------------------------------------------------------------------------


def _init_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--domain", help="the node's name, for ever: example.org")
    parser.add_argument("--admin", metavar="NAME", help="who runs it")
    parser.add_argument("--language", choices=_LANGUAGES, help="of its pages")
    parser.add_argument("--scheme", choices=("https", "http"), help="https on the public internet")
    parser.add_argument("--listen", metavar="ADDRESS:PORT", help="where the web server listens")
    parser.add_argument("--database", metavar="URL", help="sqlite:///path or postgresql://...")


def _init(desk: Desk) -> None:
    config, admin = _settings(desk)
    reached = migrate(config.storage.url)
    desk.terminal.say("The database is at version {version}.", version=reached)
    made = asyncio.run(_found(desk, config, admin))
    desk.terminal.say(
        "This is {site}, run by {admin}. Start it with: passerelle --config {file} serve",
        site=site_of(config).base,
        admin=made,
        file=desk.config_file,
    )


async def _found(desk: Desk, config: Config, admin: str) -> str:
    store = await open_store(config.storage.url, watch=False)
    try:
        made = await found(
            store, site_of(config), admin=admin, language=config.server.language, now=desk.now
        )
    finally:
        await store.close()
    return made["admin"].handle


def _settings(desk: Desk) -> tuple[Config, str]:
    """Settings written now, or those that are there; and the admin's name."""
    args, path = desk.args, desk.config_file
    if path.exists():
        if any((args.domain, args.scheme, args.listen, args.database)):
            raise Misused("The settings are written already; change them in {file}.", file=path)
        config = load(path, desk.environ)
        return config, _answer(desk, args.admin, "Name of the admin:", "admin")
    wishes = _wishes(desk)
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    try:
        write_config(path, wishes)
        return load(path, desk.environ), wishes.admin
    except ConfigRefused:
        path.unlink(missing_ok=True)  # ours, and no good
        raise
    except OSError as error:
        raise ConfigRefused(f"{path} can't be written: {error.strerror}") from error


def _wishes(desk: Desk) -> Wishes:
    args = desk.args
    domain = _answer(desk, args.domain, "Domain of this node, for ever:").lower()
    admin = _answer(desk, args.admin, "Name of the admin:", "admin").removeprefix("@")
    language = _answer(
        desk, args.language, "Language of its pages (fr, en):", desk.terminal.words.language
    )
    port = domain.rpartition(":")[2] if ":" in domain else ""
    scheme = args.scheme or ("https" if is_public(domain) else "http")
    return Wishes(
        domain=domain,
        scheme=scheme,
        language=language,
        admin=admin,
        listen=args.listen or (f"127.0.0.1:{port}" if port and scheme == "http" else ""),
        database=args.database or "",
    )


def _answer(desk: Desk, given: str | None, question: str, default: str = "") -> str:
    answer = given or (default if desk.args.yes else desk.terminal.ask(question, default))
    if not answer:
        raise Misused("init needs a domain: answer the question, or give --domain.")
    return answer


# --- the others ----------------------------------------------------------------------------------


def _migrate(desk: Configured) -> None:
    former = current(desk.config.storage.url)
    reached = migrate(desk.config.storage.url)
    if former == reached:
        desk.terminal.say("The database is at version {version} already.", version=reached)
    else:
        desk.terminal.say("The database is at version {version}.", version=reached)


def _check(desk: Configured) -> None:
    desk.terminal.say("{file} is fine.", file=desk.config_file)


def _version(desk: Desk) -> None:
    desk.terminal.result(f"passerelle {version('passerelle')}")


COMMANDS = (
    Command(
        name="init",
        about="set up a new node: settings, database, admin",
        arguments=_init_arguments,
        plain=_init,
    ),
    Command(name="migrate", about="create or upgrade the database", configured=_migrate),
    Command(name="config check", about="check the settings", configured=_check),
    Command(name="version", about="print the version", plain=_version),
)
