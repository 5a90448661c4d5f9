"""One signed POST: the sender's keys, the signature at send time, the guarded client.

RSA is signed on threads of its own (`cryptography` lets go of the interpreter meanwhile), Ed25519
on the spot, for it takes less time than to go there and back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from actors.key_material import PrivateKey
from federation.delivery.knocking import Knock
from federation.fetching.answers import Answer
from federation.signatures import sign

Keys = Callable[[int], Awaitable[Mapping[str, PrivateKey]]]

_CONTENT_TYPE = "application/activity+json"


class Client(Protocol):
    """The guarded client, as far as it is needed here."""

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer: ...


class Sender:
    """Signs and posts. `keys` gives an actor's signing keys by kind; `now` and `wall` are in
    milliseconds, `wall` is what signatures are dated with; `concurrency` bounds the posts under
    way."""

    def __init__(
        self,
        client: Client,
        keys: Keys,
        *,
        now: Callable[[], int],
        wall: Callable[[], int],
        concurrency: int,
        threads: int | None,
    ) -> None:
        self._client = client
        self._load_keys = keys
        self._now = now
        self.wall = wall
        self._posts = asyncio.Semaphore(concurrency)
        self._threads = ThreadPoolExecutor(
            threads or min(4, os.cpu_count() or 1), thread_name_prefix="signing"
        )
        self._loading: dict[int, asyncio.Future[Mapping[str, PrivateKey]]] = {}

    def close(self) -> None:
        """Let the signing threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def keys_of(self, actor_id: int) -> Mapping[str, PrivateKey]:
        """An actor's keys, asked for each time, for another process may have revoked them; who
        asks at the same moment shares the answer."""
        loading = self._loading.get(actor_id)
        if loading is None:
            loading = asyncio.ensure_future(self._load_keys(actor_id))
            self._loading[actor_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(actor_id))
        return await asyncio.shield(loading)

    async def signed_post(self, url: str, body: bytes, knock: Knock, key: PrivateKey) -> Answer:
        """One signed try; a redirect to another path of the same origin is followed once (O-6)."""
        answer = await self._post(url, body, knock, key)
        if answer.status in (307, 308):
            onward = urljoin(url, answer.headers.get("location", ""))
            if onward != url and urlsplit(onward)[:2] == urlsplit(url)[:2]:
                return await self._post(onward, body, knock, key)
        return answer

    async def _post(self, url: str, body: bytes, knock: Knock, key: PrivateKey) -> Answer:
        make = partial(
            sign,
            knock.scheme,
            method="POST",
            url=url,
            body=body,
            key=key,
            now=self.wall(),
            content_type=_CONTENT_TYPE,
        )
        async with self._posts:
            if key.kind == "rsa":
                headers = await asyncio.get_running_loop().run_in_executor(self._threads, make)
            else:
                headers = make()
            return await self._client.post(url, body=body, headers=headers)
