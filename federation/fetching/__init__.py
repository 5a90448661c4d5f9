"""The guarded client: the one place in the program that speaks HTTP to other servers.

Every URL is judged before DNS, every address after it, every redirect again; every answer is
bounded in size, time and type. Mastodon, GoToSocial and Lemmy each had to learn these rules one
advisory at a time (GHSA-jhrq-qvrm-qr36, GHSA-c482-7gjx-pp36).
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from urllib.parse import urljoin

from federation.fetching.answers import Answer, parse_retry_after
from federation.fetching.asking import Ask, Asker, Signer, merged
from federation.fetching.dialing import (
    FetchFailed,
    Guard,
    Reach,
    Resolve,
    System,
    Target,
    Timeouts,
    Trust,
    declined,
)
from federation.fetching.pacing import Budget, Pace
from federation.fetching.posting import Poster

__all__ = [
    "AS2_ACCEPT",
    "AS2_TYPES",
    "DOCUMENT_LIMIT",
    "SMALL_LIMIT",
    "Answer",
    "Budget",
    "Client",
    "FetchFailed",
    "Reach",
    "Signer",
    "Timeouts",
    "parse_retry_after",
]

DOCUMENT_LIMIT = 1024 * 1024  # bytes, decoded
SMALL_LIMIT = 64 * 1024  # WebFinger, NodeInfo, answers to deliveries

_LD_JSON = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
AS2_TYPES = frozenset({"application/activity+json", _LD_JSON})
AS2_ACCEPT = f"application/activity+json, {_LD_JSON}"

_TRY_LATER = frozenset({408, 425, 429})
_MISSING = 3_600.0  # seconds a 404 or 410 is remembered
_TROUBLE = 300.0  # seconds any other failure is remembered
_MOST_REMEMBERED = 10_000


class Client:
    """Asks other servers for documents and hands them activities.

    One per process. `resolve` maps a host and a port to addresses; `clock` is in seconds and only
    ever goes forward; `now` is in milliseconds since the epoch (dates in Retry-After). `per_minute`
    is the most documents asked of one host in a minute, None for no such limit.
    """

    def __init__(
        self,
        reach: Reach,
        *,
        timeouts: Timeouts | None = None,
        resolve: Resolve | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        parallel: int = 4,
        per_minute: int | None = 60,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        self._agent = reach.user_agent
        self._system = System()
        self._guard = Guard(reach, resolve or self._system, self._timeouts)
        trust = Trust(reach.ca_file)
        self._poster = Poster(self._guard, trust, self._timeouts, self._agent, limit=SMALL_LIMIT)
        pace = Pace(parallel=parallel, per_minute=per_minute, clock=clock)
        self._asker = Asker(self._guard, trust, self._timeouts, self._agent, pace)
        self._clock = clock
        self._now = now
        self._flights: dict[Hashable, asyncio.Task[Answer | FetchFailed]] = {}
        self._failures: OrderedDict[Hashable, tuple[float, FetchFailed]] = OrderedDict()

    async def close(self) -> None:
        """End what is under way and close every connection."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._poster.close()
        await self._asker.close()
        self._system.close()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        signer: Signer | None = None,
        limit: int = DOCUMENT_LIMIT,
        content_types: frozenset[str] | None = None,
        budget: Budget | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """GET with at most three redirects, each judged like the first URL and signed anew.

        Any status is an answer. `limit` counts decoded bytes; `content_types` binds answers with
        status 200 (a type with a profile asks for that profile). FetchFailed says why none came.
        """
        ask = Ask(
            accept=accept,
            signer=signer,
            limit=limit,
            content_types=content_types,
            budget=budget,
            headers=headers or {},
            paced=False,
        )
        return await self._asker.get(ask, url)

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        signer: Signer | None = None,
    ) -> Answer:
        """POST over a warm connection; at most 64 KiB of the answer are read.

        `headers` go out as they are, signature and all. Redirects are answers like any other; only
        with a `signer` is one 307 or 308 to another path of the same origin followed (O-6), for a
        signature names its path. FetchFailed: `fetch_declined`, or temporary trouble on the way.
        """
        target = self._guard.aim(url)
        if signer is not None:
            headers = merged(headers, signer("POST", target.url, body, _type_of(headers)))
        answer = await self._post_once(target, body, headers)
        if signer is None or answer.status not in (307, 308):
            return answer
        onward = self._guard.aim(urljoin(target.url, answer.headers.get("location", "")))
        if (onward.scheme, onward.netloc) != (target.scheme, target.netloc):
            return answer
        headers = merged(headers, signer("POST", onward.url, body, _type_of(headers)))
        return await self._post_once(onward, body, headers)

    async def document(
        self,
        url: str,
        *,
        signer: Signer | None,
        budget: Budget | None,
        identity: Hashable = None,
    ) -> tuple[str, bytes]:
        """An ActivityStreams document: its final URL and its bytes. The id check is the caller's.

        The same URL asked for at the same time with the same `identity` (in whose name; the signer
        itself when not given) is one request. Failures are remembered, 404 and 410 for an hour,
        others for five minutes (O-12). FetchFailed: every status but 200 is one.
        """
        if budget is not None:
            budget.spend()
        key = (url, signer if identity is None else identity)
        self._recall(key)
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(key, url, signer))
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        try:
            async with asyncio.timeout(budget.seconds if budget is not None else None):
                outcome = await asyncio.shield(flight)
        except TimeoutError:
            raise declined("the activity has used up its time") from None
        if isinstance(outcome, FetchFailed):
            raise outcome.again()
        return outcome.url, outcome.body

    # Single flight, and what is remembered of failures.

    async def _fly(self, key: Hashable, url: str, signer: Signer | None) -> Answer | FetchFailed:
        ask = Ask(
            accept=AS2_ACCEPT,
            signer=signer,
            limit=DOCUMENT_LIMIT,
            content_types=AS2_TYPES,
            budget=None,
            headers={},
            paced=True,
        )
        try:
            answer = await self._asker.get(ask, url)
            if answer.status == 200:
                return answer
            failure = self._status_failure(answer)
        except FetchFailed as failed:
            failure = failed.again()
        if failure.code != "rate_limited":
            self._remember(key, failure)
        return failure

    def _status_failure(self, answer: Answer) -> FetchFailed:
        status = answer.status
        return FetchFailed(
            "status",
            temporary=status >= 500 or status in _TRY_LATER,
            status=status,
            detail=f"{answer.url} answered {status}",
            retry_after=parse_retry_after(answer.headers.get("retry-after"), self._now()),
        )

    def _remember(self, key: Hashable, failure: FetchFailed) -> None:
        seconds = _MISSING if failure.status in (404, 410) else _TROUBLE
        self._failures[key] = (self._clock() + seconds, failure)
        self._failures.move_to_end(key)
        if len(self._failures) > _MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def _recall(self, key: Hashable) -> None:
        until, failure = self._failures.get(key, (0.0, None))
        if failure is None:
            return
        if self._clock() < until:
            raise failure.again()
        del self._failures[key]

    async def _post_once(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            status, answered, text = await self._poster.post(target, body, headers)
        except TimeoutError:
            raise FetchFailed("timeout", temporary=True, detail=target.host) from None
        return Answer(status=status, headers=answered, body=text, url=target.url)


def _type_of(headers: Mapping[str, str]) -> str | None:
    return next((v for name, v in headers.items() if name.lower() == "content-type"), None)
