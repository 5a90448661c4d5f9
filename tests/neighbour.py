"""A small second server for tests: real sockets, real keys, its own signing code.

It shares nothing with the program under test, so it can disagree with it. It is well behaved until
told otherwise: it can be slow, gone, or lying.

    async with Neighbour() as far:                       # http://127.0.0.1:<port>
    async with Neighbour(name="far.test") as far:        # http://far.test, found through far.hosts
        ada = far.person("ada")
        note = far.note(ada, "<p>Hello</p>")
        await far.post(inbox_url, activity, as_=ada)
        await far.wait_for(lambda: far.received, timeout=2)

Give the guarded client `Reach(http=True, allow=far.allow, hosts=far.hosts, user_agent=...)`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.neighbour_signing import (
    ACTIVITY_JSON,
    CONTEXT,
    Actor,
    Json,
    Received,
    sign,
    valid_9421,
    valid_cavage,
)

__all__ = [
    "ACTIVITY_JSON",
    "PUBLIC",
    "Actor",
    "Json",
    "Neighbour",
    "Received",
    "sign",
    "valid_9421",
    "valid_cavage",
]

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Neighbour:
    """A server on loopback with people, groups and notes of its own.

    `received` lists every POST, `asked` every GET, in order. `hosts` and `allow` are what a `Reach`
    needs to find it. `origin` is its base URL. `resolve` maps names of other test servers to
    "address:port", for the neighbour's own deliveries.
    """

    def __init__(self, *, name: str | None = None, resolve: Mapping[str, str] | None = None):
        self.name = name
        self.origin = ""
        self.port = 0
        self.received: list[Received] = []
        self.asked: list[Received] = []
        self.actors: dict[str, Actor] = {}
        self.formats = {"cavage", "rfc9421"}  # what its inboxes read; others get 401
        self.delay = 0.0  # seconds before every answer
        self._resolve = dict(resolve or {})
        self._served: dict[str, Callable[[web.Request], web.StreamResponse]] = {}
        self._script: list[tuple[int, dict[str, str]]] = []
        self._runner: web.AppRunner | None = None
        self._arrival = asyncio.Event()
        self._count = 0

    async def __aenter__(self) -> Self:
        await self.back()
        self.origin = f"http://{self.name or f'127.0.0.1:{self.port}'}"
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self.gone()

    @property
    def allow(self) -> tuple[str, ...]:
        """For Reach.allow."""
        return (f"127.0.0.1:{self.port}",)

    @property
    def hosts(self) -> dict[str, str]:
        """For Reach.hosts; empty for a neighbour without a name."""
        return {self.name: f"127.0.0.1:{self.port}"} if self.name else {}

    # People and things.

    def person(self, name: str) -> Actor:
        """A Person at /people/<name>, with WebFinger and keys. The same name is the same one."""
        return self._actor("Person", f"/people/{name}", name)

    def group(self, name: str) -> Actor:
        """A Group at /groups/<name>."""
        return self._actor("Group", f"/groups/{name}", name)

    def _actor(self, kind: str, path: str, name: str) -> Actor:
        if path not in self.actors:
            self.actors[path] = Actor(
                kind=kind,
                name=name,
                uri=self.origin + path,
                rsa_key=rsa.generate_private_key(65537, 2048),
                ed_key=ed25519.Ed25519PrivateKey.generate(),
            )
        return self.actors[path]

    def note(self, by: Actor, content: str, **properties: Any) -> Json:
        """A public Note by an actor, served at its id. `properties` win; None removes one."""
        self._count += 1
        path = f"/notes/{self._count}"
        whole: Json = {
            "@context": CONTEXT[0],
            "id": self.origin + path,
            "type": "Note",
            "attributedTo": by.uri,
            "content": content,
            "published": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "to": [PUBLIC],
            "cc": [f"{by.uri}/followers"],
        } | properties
        document = {key: value for key, value in whole.items() if value is not None}
        self.serve(path, document)
        return document

    def activity(self, kind: str, by: Actor, obj: Any, **properties: Any) -> Json:
        """An activity with a fresh id, served at it."""
        self._count += 1
        path = f"/activities/{self._count}"
        document: Json = {
            "@context": CONTEXT[0],
            "id": self.origin + path,
            "type": kind,
            "actor": by.uri,
            "object": obj,
        } | properties
        self.serve(path, document)
        return document

    # What it serves.

    def serve(
        self,
        path: str,
        document: Json | bytes,
        *,
        content_type: str = ACTIVITY_JSON,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Answer GETs of a path so (any document, any lie); returns the full URL."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        sent = {"Content-Type": content_type, **(headers or {})}
        self._served[path] = lambda _: web.Response(body=body, status=status, headers=sent)
        return self.origin + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Answer GETs of a path with a redirect; returns the full URL."""
        return self.serve(path, b"", status=status, headers={"Location": to})

    def forget(self, path: str, status: int = 404) -> None:
        """Answer GETs of a path with 404, or 410."""
        self.serve(path, {"error": "gone"}, content_type="application/json", status=status)

    # How it behaves.

    def script(self, *answers: int, retry_after: str | None = None) -> None:
        """The next POSTs get these statuses, one each, then 202 again."""
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        self._script += [(status, headers) for status in answers]

    async def gone(self) -> None:
        """Stop accepting: connections are refused from now on."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def back(self) -> None:
        """Accept again, on the same port."""
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def wait_for(
        self,
        predicate: Callable[[], object],
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> None:
        """Until the predicate holds, looked at after each request; TimeoutError otherwise."""
        async with asyncio.timeout(timeout):
            while not predicate():
                self._arrival.clear()
                await self._arrival.wait()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        seen = Received(
            method=request.method,
            path=request.raw_path,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            at=time.monotonic(),
        )
        (self.received if request.method == "POST" else self.asked).append(seen)
        self._arrival.set()
        # Decided on arrival: a slow answer then stays the answer to its own request.
        post = request.method == "POST"
        answer = self._answer_post(seen) if post else self._answer_get(request)
        if self.delay:
            await asyncio.sleep(self.delay)
        return answer

    def _answer_post(self, seen: Received) -> web.Response:
        if self._script:
            status, headers = self._script.pop(0)
            return web.Response(status=status, headers=headers)
        format_ = "rfc9421" if "signature-input" in seen.headers else "cavage"
        return web.Response(status=202 if format_ in self.formats else 401)

    def _answer_get(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path
        served = self._served.get(path) or self._served.get(request.path)
        if served is not None:
            return served(request)
        if request.path == "/.well-known/webfinger":
            return self._webfinger(parse_qs(request.query_string).get("resource", [""])[0])
        if request.path in self.actors:
            document = self.actors[request.path].document()
            return web.Response(body=json.dumps(document).encode(), content_type=ACTIVITY_JSON)
        return web.json_response({"error": "not found"}, status=404)

    def _webfinger(self, resource: str) -> web.Response:
        host = self.origin.removeprefix("http://")
        for actor in self.actors.values():
            if resource in (f"acct:{actor.name}@{host}", actor.uri):
                link = {"rel": "self", "type": ACTIVITY_JSON, "href": actor.uri}
                document = {"subject": f"acct:{actor.name}@{host}", "links": [link]}
                return web.json_response(document, content_type="application/jrd+json")
        return web.json_response({"error": "not found"}, status=404)

    # What it sends.

    async def post(
        self, inbox: str, activity: Json, *, as_: Actor, format: str = "cavage"
    ) -> tuple[int, bytes]:
        """Sign an activity as one of its actors and POST it; the status and body of the answer.

        `format` is "cavage" (RSA), "rfc9421" (Ed25519) or "none" (unsigned).
        """
        body = json.dumps(activity).encode()
        headers = {"Content-Type": ACTIVITY_JSON}
        if format != "none":
            headers = sign("POST", inbox, body, as_, format)
        return await self.send("POST", inbox, body, headers)

    async def get(self, url: str, *, as_: Actor | None = None, format: str = "cavage") -> Json:
        """GET a document, signed when `as_` is given; its JSON. AssertionError unless 200."""
        headers = {"Accept": ACTIVITY_JSON}
        if as_ is not None:
            headers |= sign("GET", url, None, as_, format)
        status, body = await self.send("GET", url, None, headers)
        assert status == 200, (status, body[:200])
        document: Json = json.loads(body)
        return document

    async def send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """One request exactly as given, over the wire; status and body."""
        parts = urlsplit(url)
        end = self._resolve.get(parts.netloc, parts.netloc)
        wire = parts._replace(netloc=end, scheme="http").geturl()
        sent = {"Host": parts.netloc, **headers}
        async with self._session.request(
            method, wire, data=body, headers=sent, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()
