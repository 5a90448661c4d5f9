"""A small node's pages over real HTTP, with people, communities and notes to show.

async with open_house(tmp_path) as house:
    answer = await house.get("/@jardins")
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from multidict import CIMultiDict, CIMultiDictProxy
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actors import communities, directory, memberships
from actors.addresses import Site
from actors.records import STRANGER, Actor, Community, Viewer
from notes import audiences, writing
from notes.cleaning import clean_html
from notes.records import Attachment, Choice, Draft, Note, Poll, Tag
from pages.routes import ROUTES, message, open_pages, page
from storage.engine import Store, Transaction
from tests.databases import sqlite_store

NOW = 1_793_000_000_000  # 26 October 2026
PUBLIC = (("public", 0),)
HOSTILE = '"><script>alert(1)</script>\u202eevil'


@dataclass(slots=True, kw_only=True)
class House:
    """`viewer` is who looks; `subscribe` what other servers offer, by handle, asked in `asked`."""

    site: Site
    store: Store
    title: str = "Le Pont"
    description: str = "Un lieu pour apprendre ensemble."
    default_language: str = "fr"
    viewer: Viewer = STRANGER
    subscribe: dict[str, str | None] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    people: dict[str, Actor] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)

    async def viewer_of(self, request: Any) -> Viewer:
        return self.viewer

    async def subscribe_address(self, handle: str, uri: str) -> str | None:
        self.asked.append((handle, uri))
        return self.subscribe.get(handle)

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        sent = {"Accept": "text/html", "Accept-Language": "fr"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._ask(method, path, sent, None)

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        sent = {"Origin": self.site.base, "Accept-Language": "fr"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._ask("POST", path, sent, form)

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Answer:
        url = path if path.startswith("http") else self.site.base + path
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, url, headers=headers, data=form, allow_redirects=False
            ) as answer,
        ):
            return Answer(answer.status, answer.headers, await answer.text())

    def path(self, name: str) -> str:
        """The page of a note of ours."""
        return self.notes[name].uri.removeprefix(self.site.base)

    async def person(self, username: str, *, host: str = "", **values: Any) -> Actor:
        base = f"https://{host}" if host else self.site.base
        kind = values.pop("kind", "Person")
        uri = f"{base}/users/{username}" if host else self._new(kind)
        actor = Actor(
            id=directory.new_actor_id(NOW),
            uri=uri,
            kind=kind,
            local=not host,
            host=host or self.site.domain,
            username=username,
            inbox=f"{uri}/inbox",
            published=NOW,
            **values,
        )

        async def deed(tx: Transaction) -> None:
            if host:
                await directory.save_remote(tx, actor)
            else:
                await directory.add_local(tx, actor)

        await self.store.transaction(deed)
        self.people[username] = actor
        return actor

    def _new(self, kind: str) -> str:
        return self.site.new_community() if kind == "Group" else self.site.new_person()

    async def community(self, username: str, *, private: bool = False, **values: Any) -> Actor:
        group = await self.person(username, kind="Group", **values)
        keeper = self.people["elise"]
        policy = Community(
            actor_id=group.id, joining="approval" if private else "open", posting="open",
            private=private,
        )  # fmt: skip

        async def deed(tx: Transaction) -> None:
            await communities.save(tx, policy, created_by=keeper.id, now=NOW)
            await memberships.add(tx, group.id, keeper.id, "responsable", now=NOW)
            await audiences.admit(tx, "community", group.id, keeper.id, now=NOW)

        await self.store.transaction(deed)
        return group

    async def note(
        self,
        name: str,
        author: Actor,
        html: str,
        *,
        to: tuple[tuple[str, int], ...] = PUBLIC,
        under: Note | None = None,
        minutes: int = 0,
        hung: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Note:
        uri = self.site.new_note() if author.local else f"https://{author.host}/posts/{name}"
        note = Note(
            id=0,
            uri=uri,
            kind=values.pop("kind", "Article" if values.get("title") else "Note"),
            author_id=author.id,
            content=clean_html(html),
            local=author.local,
            published=NOW + minutes * 60_000,
            in_reply_to=under.uri if under else None,
            in_reply_to_id=under.id if under else None,
            root_id=under.root_id if under else None,
            **values,
        )
        draft = Draft(note=note, audiences=to, **(hung or {}))
        added = await self.store.transaction(
            lambda tx: writing.add(tx, draft, now=NOW + 86_400_000)
        )
        assert added
        self.notes[name] = added
        return added

    async def delete(self, name: str) -> None:
        note = self.notes[name]
        await self.store.transaction(lambda tx: writing.remove(tx, note, author_uri="", now=NOW))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str] | CIMultiDict[str]
    text: str


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """Empty but for its door; `fill` puts content into it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        site = Site(domain=f"127.0.0.1:{listening.getsockname()[1]}", scheme="http")
        async with sqlite_store(folder) as store:
            house = House(site=site, store=store)
            async with _serving(house, listening):
                yield house


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def _serving(house: House, listening: socket.socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(_application(house), log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await server.ready.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _application(house: House) -> Starlette:
    async def shared(request: Request) -> Response:
        return await page(request)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await message(request, "method" if error.status_code == 405 else "missing")

    first = [Route(f"/{letter}/{{rest:path}}", shared) for letter in "ucnta"]
    application = Starlette(
        routes=[*ROUTES, Route("/actor", shared), *first],
        exception_handlers={HTTPException: refused},
    )
    application.state.pages = open_pages(house, subscribe_address=house.subscribe_address)
    return application


async def fill(house: House) -> None:
    """Two communities, three people here and one elsewhere, a thread, and what must not show."""
    await _people(house)
    await _thread(house)
    await _visit(house)
    await _other_notes(house)


async def _people(house: House) -> None:
    await house.person(
        "elise",
        name="Élise Côté",
        summary="<p>Animatrice. Je note ce que nous apprenons.</p>",
        indexable=True,
        fields=(("Site", '<a href="https://elise.example">elise.example</a>'),),
    )
    await house.person("marc", name="Marc")
    await house.person("mallory", name=HOSTILE, summary="<p>…</p>")
    await house.person("bob", host="far.test", name="Bob", icon="https://far.test/bob.png")
    about = "<p>Semences, sols et récoltes partagées.</p>"
    await house.community("jardins", name="Jardins nourriciers", summary=about)
    await house.community(
        "cercle", private=True, name="Cercle intime", summary="<p>Entre nous.</p>"
    )


async def _thread(house: House) -> None:
    elise, marc, bob = (house.people[name] for name in ("elise", "marc", "bob"))
    garden = house.people["jardins"]
    start = await house.note(
        "start",
        elise,
        "<p>Un <strong>compost</strong> qui chauffe.</p><h1>Matériel</h1><ul><li>Paille</li></ul>"
        + "<p>Retourner le tas chaque semaine.</p>" * 30,
        title="Réussir son compost",
        summary="Ce que trois saisons nous ont appris.",
        community_id=garden.id,
        language="fr",
        updated=NOW + 3_600_000,
        hung={"tags": (Tag(key="compost", name="compost"),)},
    )
    first = await house.note(
        "first", marc, "<p>Et l’hiver ?</p>", under=start, minutes=1, community_id=garden.id
    )
    await house.note(
        "second", elise, "<p>Couvrir.</p>", under=first, minutes=2, community_id=garden.id
    )
    await house.note(
        "third", bob, "<p>Thank you!</p>", under=start, minutes=3, community_id=garden.id,
        language="en",
    )  # fmt: skip


async def _visit(house: House) -> None:
    """From another server, in a community of ours."""
    await house.note(
        "visit",
        house.people["bob"],
        "<p>Our own garden</p>",
        title="A visit",
        community_id=house.people["jardins"].id,
        minutes=4,
        url="https://far.test/@bob/1",
        hung={
            "attachments": (
                Attachment(url="https://far.test/p.png", kind="Image", alt="A garden"),
                Attachment(url="javascript:alert(1)", kind="Image", alt="bad"),
            )
        },
    )


async def _other_notes(house: House) -> None:
    elise, marc, bob = (house.people[name] for name in ("elise", "marc", "bob"))
    await house.note("elsewhere", bob, "<p>Nothing to do with you</p>", minutes=5)
    await house.note("hostile", house.people["mallory"], "<p>Hello</p>", title=HOSTILE, minutes=6)
    await house.note(
        "followers", elise, "<p>Seulement vous</p>", to=(("followers", elise.id),), minutes=7,
        visibility="followers",
    )  # fmt: skip
    circle = house.people["cercle"]
    await house.note(
        "secret", elise, "<p>Secret</p>", to=(("community", circle.id),), minutes=8,
        visibility="community", community_id=circle.id, title="Le secret",
    )  # fmt: skip
    await house.note(
        "warned", marc, "<p>Une araignée.</p>", sensitive=True, summary="Araignées", minutes=9
    )
    poll = Poll(choices=(Choice(name="Mardi", votes=2), Choice(name="Jeudi", votes=1)), voters=3)
    await house.note(
        "poll", marc, "<p>Quel jour ?</p>", kind="Question", minutes=10, hung={"poll": poll}
    )
    await house.note("deleted", marc, "<p>Oups</p>", minutes=11)
    await house.delete("deleted")
