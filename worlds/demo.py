"""`make demo`: three instances on this machine that follow, post and reply to each other.

What it shows is read back over HTTP from each instance, as a stranger and as a member. `--once`
checks it and ends with 0 or 1.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from worlds import story
from worlds.cluster import Cluster, CommandFailed, Instance, cluster
from worlds.story import Member, Tale
from worlds.telling import Words, words_of

_PATIENCE = 30.0  # seconds until everything must have arrived
_ONE = {one.username: one for one in (*story.MEMBERS, *story.CIRCLES)}
_TALES = {tale.key: tale for tale in story.TALES}


@dataclass(slots=True)
class Told:
    """The running world: tokens by username, URIs by the key of their tale."""

    world: Cluster
    tokens: dict[str, str] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def home_of(self, username: str) -> Instance:
        return self.world[_ONE[username].place]

    def handle(self, username: str) -> str:
        return f"@{username}@{self.home_of(username).domain}"


# What arrived: (key of the tale, place) -> who can read it there.
Arrived = dict[tuple[str, str], set[str]]


def main(arguments: Sequence[str]) -> int:
    words = words_of(os.environ)
    args = _arguments(arguments, words)
    try:
        return asyncio.run(_run(args, words))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print()
        return 130
    except (CommandFailed, OSError, RuntimeError) as error:
        print(words("failed", why=error), file=sys.stderr)
        return 1


def _arguments(arguments: Sequence[str], words: Words) -> Namespace:
    parser = ArgumentParser(prog="make demo", description=words("about"))
    parser.add_argument("--once", action="store_true", help=words("help once"))
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help=words("help keep"))
    args = parser.parse_args(arguments)
    if args.keep and args.keep.exists() and (not args.keep.is_dir() or any(args.keep.iterdir())):
        parser.error(words("not empty", folder=args.keep))
    return args


async def _run(args: Namespace, words: Words) -> int:
    started = time.monotonic()
    with _folder(args.keep) as folder:
        async with _world(folder) as world:
            print(words("starting"), flush=True)
            told = Told(world)
            await asyncio.gather(*(_settle(told, place) for place in story.PLACES))
            print(words("following"), flush=True)
            await _follow(told)
            print(words("posting"), flush=True)
            for tale in story.TALES:
                await _tell(told, tale)
            arrived = await _until_arrived(told)
            print("\n" + words.table(arrived) + "\n")
            missing = list(differences(arrived, words))
            print("\n".join(missing) if missing else words("all there"))
            print(words("took", seconds=round(time.monotonic() - started)), flush=True)
            if not args.once:
                await _serve_on(told, words)
            await asyncio.gather(*(instance.stop() for instance in world.values()))
            return 1 if missing and args.once else 0


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as name:
        yield Path(name)


@asynccontextmanager
async def _world(folder: Path) -> AsyncIterator[Cluster]:
    settings = {
        place: {"server": {"title": title, "description": description}}
        for place, (title, description) in story.TITLES.items()
    }
    # Browsers know by themselves that *.localhost is this machine (RFC 6761).
    names = {f"{place}.localhost:": place for place in story.PLACES}
    async with cluster(
        folder, list(names), settings={name: settings[place] for name, place in names.items()}
    ) as world:
        yield world


# --- the story -----------------------------------------------------------------------------------


async def _settle(told: Told, place: str) -> None:
    """One instance with its people and communities, up to the moment it answers."""
    instance = told.world[place]
    await instance.found("equipe")
    starting = asyncio.create_task(instance.start())
    try:
        for member in story.MEMBERS:
            if member.place == place:
                await _welcome(told, instance, member)
        for circle in story.CIRCLES:
            if circle.place == place:
                words = ("--by", circle.by, "--name", circle.name, "--summary", circle.summary)
                made = await instance.run("community", "create", circle.username, *words, "--json")
                told.actors[circle.username] = made["uri"]
    finally:
        await starting


async def _welcome(told: Told, instance: Instance, member: Member) -> None:
    made = await instance.run(
        "person", "create", member.username, "--name", member.name, "--language", "fr", "--json"
    )
    told.actors[member.username] = made["uri"]
    token = await instance.run("token", "create", member.username, "--scopes", "read")
    told.tokens[member.username] = token


async def _follow(told: Told) -> None:
    """All who follow, and the answers they get from the other side."""

    async def one(follower: str, followed: str) -> None:
        await told.home_of(follower).run("follow", follower, told.handle(followed))

    await asyncio.gather(*(one(*pair) for pair in story.FOLLOWS))
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if await _all_follow(told):
            return
        await asyncio.sleep(0.1)


async def _all_follow(told: Told) -> bool:
    for follower in {follower for follower, _ in story.FOLLOWS}:
        answer = await told.home_of(follower).get(f"{told.actors[follower]}/following")
        wanted = sum(follower == one for one, _ in story.FOLLOWS)
        # Whoever runs a community follows it from the first day.
        wanted += sum(circle.by == follower for circle in story.CIRCLES)
        if answer.json().get("totalItems", 0) < wanted:
            return False
    return True


async def _tell(told: Told, tale: Tale) -> None:
    place = _ONE[tale.by].place
    words = ["note", "post", tale.by, tale.text, "--visibility", tale.visibility, "--json"]
    if tale.title:
        words += ["--title", tale.title]
    if tale.to:
        words += ["--to", told.handle(tale.to)]
    if tale.answers:
        await _until_readable(told, tale.answers, place)
        words += ["--reply-to", told.notes[tale.answers]]
    made = await told.world[place].run(*words)
    told.notes[tale.key] = made["uri"]


async def _until_readable(told: Told, key: str, place: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if told.notes[key] in await _home(told, place):
            return
        await asyncio.sleep(0.1)


# --- reading back --------------------------------------------------------------------------------


async def _until_arrived(told: Told) -> Arrived:
    end = time.monotonic() + _PATIENCE
    while True:
        arrived = await _arrived(told)
        if not any(differences(arrived, None)) or time.monotonic() > end:
            return arrived
        await asyncio.sleep(0.2)


async def _arrived(told: Told) -> Arrived:
    found: Arrived = {}
    for place in story.PLACES:
        token = told.tokens[_reader(place)]
        shown = {
            "stranger": await _shelf(told, place, ""),
            "member": await _shelf(told, place, token) + await _home(told, place),
        }
        for key, uri in told.notes.items():
            found[key, place] = {who for who, text in shown.items() if uri in text}
            if await _opens(told, place, key, ""):
                found[key, place].add("stranger")
            if await _opens(told, place, key, token):
                found[key, place].add("member")
    return found


def _reader(place: str) -> str:
    """The member who reads there: the first one of the place."""
    return next(one.username for one in story.MEMBERS if one.place == place)


async def _home(told: Told, place: str) -> str:
    """Her timeline, as text: the URIs in it are what counts."""
    reader = _reader(place)
    uri = f"{told.actors[reader]}/inbox?page=1"
    return (await told.world[place].get(uri, token=told.tokens[reader])).text


async def _shelf(told: Told, place: str, token: str) -> str:
    """What is found there beside the notes' own addresses: communities, and replies."""
    uris = [f"{told.actors[one.username]}/outbox?page=1" for one in story.CIRCLES
            if one.place == place]  # fmt: skip
    uris += [f"{told.notes[key]}/replies?page=1" for key in _written_at(told, place)]
    answers = [await told.world[place].get(uri, token=token) for uri in uris]
    return "\n".join(answer.text for answer in answers if answer.status == 200)


def _written_at(told: Told, place: str) -> list[str]:
    return [key for key in told.notes if _ONE[_TALES[key].by].place == place]


async def _opens(told: Told, place: str, key: str, token: str) -> bool:
    """Whether a note opens at its own address, for who comes to the place it was written at."""
    if key not in _written_at(told, place):
        return False
    return (await told.world[place].get(told.notes[key], token=token)).status == 200


def differences(arrived: Arrived, words: Words | None) -> Iterator[str]:
    """What is not readable where it should be, or is where it should not."""
    for (key, place), readers in arrived.items():
        wanted = story.readers(_TALES[key], place)
        for reader in sorted(readers ^ wanted):
            sentence = "missing" if reader in wanted else "leaked"
            yield words.difference(sentence, key, place, reader) if words else sentence


async def _serve_on(told: Told, words: Words) -> None:
    print("\n" + words("open"))
    for place in story.PLACES:
        print(f"  {told.world[place].base}/")
    for circle in story.CIRCLES:
        print(f"  {told.world[circle.place].base}/@{circle.username}")
    print(f"  {told.notes['reading']}")
    print("\n" + words("until"), flush=True)
    with suppress(asyncio.CancelledError):  # Ctrl-C, SIGTERM, a closed terminal: the usual end
        await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
