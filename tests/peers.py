"""Many servers of other software behind one loopback port: every host of a recorded message.

They serve an actor, with keys, wherever an id looks like one, and whatever documents a test gives
them; they sign what they post. Over TLS, so that ids stay what they were: https.

    async with Peers(folder, hosts, clock=clock) as peers:
        node = await start(..., ca_file=peers.ca_file, hosts=peers.hosts, clock=clock)
        peers.learn(document)                          # what it embeds can be fetched
        status = await peers.post(node, document, as_="https://far.example/u/ana")
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.federation.raw_server import Authority
from tests.neighbour_signing import ACTIVITY_JSON, CONTEXT, Actor, Json, sign
from tests.nodes import Running

_ACTOR = re.compile(
    r"/(?:u|c|f|m|users|user|uid|category|profile|accounts|channel|video-channels|author|ap/actor"
    r"|actors)/[^/]+/?|/@[^/]+/?|/actor|/[a-z]+"
)
_GROUP = re.compile(
    r"/(?:c|category|video-channels)/[^/]+|/@(?:coop|repair|blog)|/ap/actor/g\d*|/u/(?:books|seeds)"
)
_FEED = re.compile(r"/f/[^/]+")
ACTORS = {"Person", "Group", "Feed", "Application", "Service"}
_POSTS = {
    "Note",
    "Article",
    "Page",
    "Question",
    "Event",
    "Video",
    "ChatMessage",
    "OrderedCollection",
}


class Peers:
    """Hosts with people, groups and documents.

    `received` lists what was posted to them as (url, activity), `asked` the URLs asked for,
    `answers` the statuses that their own posts got. `hosts` and `ca_file` are for the node's
    [federation]; `clock` gives milliseconds since the epoch. A document that is a number is a
    status.
    """

    def __init__(self, folder: Path, hosts: Iterable[str], *, clock: Callable[[], int]) -> None:
        self._names = sorted(hosts)
        self._clock = clock
        self._authority = Authority(folder)
        self.ca_file = str(self._authority.file)
        self.hosts: dict[str, str] = {}
        self.documents: dict[str, Json | int] = {}
        self.extra: dict[str, Json] = {}
        self.received: list[tuple[str, Json]] = []
        self.asked: list[str] = []
        self.answers: list[int] = []
        self._rsa = rsa.generate_private_key(65537, 2048)
        self._ed = ed25519.Ed25519PrivateKey.generate()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        context = self._authority.context(*self._names)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        port = self._runner.addresses[0][1]
        self.hosts.update(dict.fromkeys(self._names, f"127.0.0.1:{port}"))
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    # Who they are and what they have.

    def actor(self, uri: str) -> Actor:
        """Whoever lives at that address; all share their keys' material, not the keys' names."""
        path = urlsplit(uri).path
        group = _GROUP.fullmatch(path)
        extra: Json = dict(self.extra.get(uri, {}))
        if group:
            extra = {"attributedTo": f"{uri}/moderators", "featured": f"{uri}/featured"} | extra
        return Actor(
            kind="Group" if group else "Feed" if _FEED.fullmatch(path) else "Person",
            name=path.strip("/").rpartition("/")[2].lstrip("@").partition("@")[0] or "site",
            uri=uri,
            rsa_key=self._rsa,
            ed_key=self._ed,
            extra=extra,
        )

    def learn(self, value: Any) -> None:
        """Everything embedded in a message can be fetched at its id; actors with usable keys."""
        if isinstance(value, list):
            for one in value:
                self.learn(one)
        if not isinstance(value, dict):
            return
        kinds = value.get("type")
        kinds = set(kinds if isinstance(kinds, list) else [kinds])
        uri = value.get("id")
        if isinstance(uri, str) and kinds & _POSTS:
            self.documents.setdefault(uri, {"@context": CONTEXT[0]} | value)
        elif isinstance(uri, str) and kinds & ACTORS and "inbox" in value:
            self.documents[uri] = self._with_our_key(value)
        for one in value.values():
            self.learn(one)

    def _with_our_key(self, value: Json) -> Json:
        """Its own key is one we hold; of another's only the text is changed."""
        key, own = value.get("publicKey"), self.actor(value["id"])
        if not isinstance(key, dict) or key["owner"] == value["id"]:
            return value | {"publicKey": own.document()["publicKey"]}
        return value | {"publicKey": key | {"publicKeyPem": own.pem}}

    # What they hear.

    async def _answer(self, request: web.Request) -> web.Response:
        url = f"https://{request.host}{request.raw_path}"
        if request.method == "POST":
            self.received.append((url, json.loads(await request.read())))
            return web.Response(status=202)
        self.asked.append(url)
        found = self.documents.get(url)
        if isinstance(found, int):
            return web.json_response({"error": "gone"}, status=found)
        if found is None and _ACTOR.fullmatch(request.path):
            found = self.actor(url).document()
        if found is None:
            return web.json_response({"error": "not found"}, status=404)
        return web.Response(body=json.dumps(found).encode(), content_type=ACTIVITY_JSON)

    # What they say.

    async def post(
        self, node: Running, activity: Json, *, as_: str, format: str = "cavage"
    ) -> tuple[int, Json]:
        """Signed as an actor, to the node's shared inbox; status and answer."""
        inbox = node.node.site.shared_inbox
        body = json.dumps(activity, ensure_ascii=False).encode()
        headers = sign("POST", inbox, body, self.actor(as_), format, at=self._clock() / 1000)
        return await self.send(node, inbox, body, headers)

    async def send(
        self, node: Running, inbox: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Json]:
        """A request exactly as given."""
        wire = node.wire(inbox)
        given = {"Host": node.node.site.domain, "Content-Type": ACTIVITY_JSON} | headers
        async with self._session.post(wire, data=body, headers=given, allow_redirects=False) as got:
            text = await got.read()
            self.answers.append(got.status)
            return got.status, json.loads(text) if text else {}
