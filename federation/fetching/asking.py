"""One GET to another server, from the first URL through its redirects to a bounded answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from federation.fetching.answers import Answer, Inflater, allowed_type
from federation.fetching.dialing import FetchFailed, Guard, Target, Timeouts, Trust, declined
from federation.fetching.pacing import Budget, Pace

# method, URL as sent, body, content type -> the headers to add. Called for every try, so that a
# redirect is signed for where it leads.
Signer = Callable[[str, str, bytes | None, str | None], dict[str, str]]

_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What stays the same from hop to hop of one GET."""

    accept: str
    signer: Signer | None
    limit: int
    content_types: frozenset[str] | None
    budget: Budget | None
    headers: Mapping[str, str]
    paced: bool


class _Undialable(PermissionError):
    """The socket check refused an address that no rule had let through."""


class _Resolver(AbstractResolver):
    """Gives aiohttp checked addresses only; it dials exactly these."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=real_port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address, real_port in await self._guard.ends(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


class Asker:
    """GETs through aiohttp, every address and every hop under the guard."""

    def __init__(
        self, guard: Guard, tls: Trust, timeouts: Timeouts, user_agent: str, pace: Pace
    ) -> None:
        self._guard = guard
        self._tls = tls
        self._timeouts = timeouts
        self._agent = user_agent
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def get(self, ask: Ask, url: str) -> Answer:
        """Any answer, after at most three redirects; FetchFailed says why none came."""
        seconds = self._timeouts.total
        if ask.budget is not None:
            seconds = min(seconds, ask.budget.seconds)
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(ask, url)
        except TimeoutError:
            raise FetchFailed("timeout", temporary=True, detail=_host_of(url)) from None

    async def _follow(self, ask: Ask, url: str) -> Answer:
        target = self._guard.aim(url)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self._signed(ask, target)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            onward = self._guard.aim(urljoin(target.url, location))
            if target.scheme == "https" and onward.scheme != "https":
                raise declined("a redirect leads from https to http")
            if onward.netloc != target.netloc:
                ask = replace(ask, headers=_without_secrets(ask.headers))
            target = onward
        raise declined("there are too many redirects")

    async def _signed(self, ask: Ask, target: Target) -> Answer:
        """Signed with the query, and after a 401 once more without it: peers differ (S-20)."""
        answer = await self._paced(ask, target, target.url)
        bare, query, _ = target.url.partition("?")
        if answer.status == 401 and ask.signer is not None and query:
            return await self._paced(ask, target, bare)
        return answer

    async def _paced(self, ask: Ask, target: Target, signed_url: str) -> Answer:
        if ask.budget is not None:
            ask.budget.spend()
        headers = {
            "User-Agent": self._agent,
            "Accept": ask.accept,
            "Accept-Encoding": "gzip, deflate",
            "Host": target.netloc,
            **ask.headers,
        }
        if ask.signer is not None:
            headers = merged(headers, ask.signer("GET", signed_url, None, None))
        if not ask.paced:
            return await self._ask_once(ask, target, headers)
        async with self._pace.turn(_paced_as(target)):
            return await self._ask_once(ask, target, headers)

    async def _ask_once(self, ask: Ask, target: Target, headers: Mapping[str, str]) -> Answer:
        try:
            async with self._open().get(
                URL(target.url, encoded=True),
                headers=headers,
                allow_redirects=False,
                ssl=self._tls.context if target.scheme == "https" else True,
            ) as response:
                try:
                    return await _read(ask, target, response)
                except BaseException:
                    response.close()  # do not drain what was refused
                    raise
        except (aiohttp.ClientError, OSError) as error:
            raise _judged(error, target.host) from None

    def _open(self) -> aiohttp.ClientSession:
        """The session is made inside the loop that uses it, on first need."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=_Resolver(self._guard),
                    socket_factory=self._socket,
                    use_dns_cache=False,
                    limit=100,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=self._timeouts.connect + self._timeouts.tls,
                    sock_read=self._timeouts.first_byte,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """The last check: sees every final address, IP literals too."""
        family, kind, proto, _, end = info
        address, port = str(end[0]), int(end[1])
        if not self._guard.may_dial(address, port):
            raise _Undialable(f"{address} may not be dialled")
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


async def _read(ask: Ask, target: Target, response: aiohttp.ClientResponse) -> Answer:
    """Head and body of an answer, under the caps (O-8) and the type rule (O-9)."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    if response.status in _REDIRECTS:
        response.close()
        return Answer(status=response.status, headers=headers, body=b"", url=target.url)
    if ask.content_types is not None and response.status == 200:
        kind = headers.get("content-type", "")
        if not allowed_type(kind, ask.content_types):
            detail = f"{target.host} answered with the type {kind[:100]!r}"
            raise FetchFailed("unsupported_media_type", temporary=False, status=200, detail=detail)
    inflater = Inflater(headers.get("content-encoding", ""), ask.limit)
    async for chunk in response.content.iter_any():
        inflater.feed(chunk)
    return Answer(status=response.status, headers=headers, body=inflater.end(), url=target.url)


def _judged(error: Exception, host: str) -> FetchFailed:
    """Which of our codes a transport error is; all of them may pass by themselves."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, _Undialable):
        return declined(str(cause))
    code = "garbled"
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        code = "tls"
    elif isinstance(error, TimeoutError):
        code = "timeout"
    elif isinstance(error, (aiohttp.ClientConnectionError, OSError)):
        code = "unreachable"
    return FetchFailed(code, temporary=True, detail=f"{host}: {error}"[:300])


def _without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "authorization"}


def merged(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """`more` over `headers`, whatever the case of the names."""
    newer = {name.lower() for name in more}
    return {name: value for name, value in headers.items() if name.lower() not in newer} | {**more}


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _paced_as(target: Target) -> str:
    """One server, whatever the port, or its patience would be spent port by port. In a closed
    network several share one loopback address."""
    return target.netloc if target.host in ("127.0.0.1", "::1") else target.host
