"""From a stranger's URL to checked addresses: what may be dialled, and how it is refused."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlsplit

from federation.fetching.addresses import (
    Address,
    Exceptions,
    OddHost,
    canonical_host,
    host_and_port,
    is_public,
    literal,
)

# host, port -> addresses as text; OSError (socket.gaierror) when the name has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_URL = 4096  # characters
_DIALLED_PER_FAMILY = 2  # as Mastodon: two IPv6 and two IPv4 addresses of one host
_PRINTABLE = "".join(map(chr, range(33, 127)))


class FetchFailed(Exception):
    """No usable answer came. `temporary` says whether trying again later can help.

    `code` is one of `fetch_declined` (a rule of ours, or a spent budget), `rate_limited` (our own
    pace), `body_too_large`, `unsupported_media_type`, `status` (then `status` is set), `dns`,
    `unreachable`, `tls`, `timeout` and `garbled` (not HTTP). `detail` is for logs: it may name
    addresses. `retry_after` is in milliseconds, at most one day.
    """

    def __init__(
        self,
        code: str,
        *,
        temporary: bool,
        status: int | None = None,
        detail: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.temporary = temporary
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    def again(self) -> FetchFailed:
        """A fresh copy, so that one failure can be raised in several places."""
        return FetchFailed(
            self.code,
            temporary=self.temporary,
            status=self.status,
            detail=self.detail,
            retry_after=self.retry_after,
        )


def declined(detail: str) -> FetchFailed:
    """A rule of ours says no, and will say no again."""
    return FetchFailed("fetch_declined", temporary=False, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far this server may reach out; from the configuration.

    `allow` names exact host:port pairs and CIDR blocks outside the public internet. `http` allows
    plain http and any port (closed networks, tests). `ca_file` adds certificate authorities to the
    system's. `hosts` fixes where a name is found: name -> "address:port"; such a name is dialled
    there whatever the address is, and keeps its name in Host and SNI.
    """

    allow: tuple[str, ...] = ()
    http: bool = False
    ca_file: Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds for each phase of one request, and for the whole with its redirects.

    `idle` is how long a connection for deliveries waits for the next one.
    """

    dns: float = 5.0
    connect: float = 5.0
    tls: float = 5.0
    first_byte: float = 10.0
    total: float = 30.0
    idle: float = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked for: its parts, and the URL as it goes on the wire."""

    scheme: str
    host: str  # canonical, IPv6 without brackets
    port: int
    path: str  # with the query, never empty
    url: str

    @property
    def netloc(self) -> str:
        """What the Host header says: no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


class Trust:
    """The certificates we believe: the system's, and those of `ca_file`.

    One TLS context for all connections, read from disk on first need. There is no way to switch the
    checks off (O-14).
    """

    def __init__(self, ca_file: Path | None) -> None:
        self._file = ca_file

    @cached_property
    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, chain and name verified."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if self._file is not None:
            context.load_verify_locations(self._file)
        return context


class System:
    """The operating system's resolver, on threads of its own.

    A peer with slow name servers then keeps no thread from anyone else's work.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int) -> list[str]:
        """All addresses of a name; OSError when there are none."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, _getaddrinfo, host, port
        )

    def close(self) -> None:
        """Let the threads go; a question still under way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _getaddrinfo(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(end[0]) for _, _, _, _, end in found]


class Guard:
    """Judges URLs before DNS, and addresses after it."""

    def __init__(self, reach: Reach, resolve: Resolve, timeouts: Timeouts) -> None:
        self._http = reach.http
        self._exceptions = Exceptions.parse(reach.allow)
        self._hosts = {
            canonical_host(name): host_and_port(end) for name, end in reach.hosts.items()
        }
        for _, (address, _) in self._hosts.items():
            ip_address(address)  # ValueError: a name there would have to be resolved again
        self._resolve = resolve
        self._timeouts = timeouts
        # Exact ends that a named exception led to; the socket check must know them. Bounded by
        # what the operator wrote and what those names resolve to.
        self._opened = set(self._hosts.values())
        self.aim = lru_cache(maxsize=4096)(self._aim)

    def _aim(self, url: str) -> Target:
        """The target of a URL; FetchFailed `fetch_declined` for refused spellings (O-2, O-4).

        Characters outside ASCII in path and query are percent-encoded; the fragment is dropped.
        """
        if len(url) > _MOST_URL or any(c <= " " or c in '\\\x7f"<>' for c in url):
            raise declined("the URL is too long or has characters no URL has")
        try:
            parts = urlsplit(url)
            port = parts.port
            host = canonical_host(parts.hostname or "")
        except OddHost as error:
            raise declined(str(error)) from None
        except ValueError:
            raise declined("the URL does not parse") from None
        if parts.scheme != "https" and not (parts.scheme == "http" and self._http):
            raise declined(f"the scheme {parts.scheme[:20]!r} is not spoken here")
        odd = "@" in parts.netloc or "%" in parts.netloc or parts.netloc.endswith(":")
        if odd or port == 0 or ("[" in parts.netloc) != (":" in host):
            raise declined("the URL carries more, or less, than a host and a port")
        if port is None:
            port = _default_port(parts.scheme)
        path = quote(parts.path or "/", safe=_PRINTABLE)
        if parts.query:
            path += "?" + quote(parts.query, safe=_PRINTABLE)
        target = Target(parts.scheme, host, port, path, "")
        self._check_end(target)
        return Target(parts.scheme, host, port, path, f"{parts.scheme}://{target.netloc}{path}")

    def _check_end(self, target: Target) -> None:
        """Port, literal address and one-label names, before any question to DNS."""
        host, port = target.host, target.port
        if host in self._hosts or self._exceptions.name_end(host, port):
            return
        if port != 443 and not self._http:
            raise declined(f"port {port} is not open to us")
        address = literal(host)
        if address is not None:
            if not self._may(address, port):
                raise declined(f"{address} is not a public address")
        elif "." not in host:
            # The resolver would complete it with its own search list.
            raise declined("a host name of one word is not public")

    def _may(self, address: Address, port: int) -> bool:
        return is_public(address) or self._exceptions.address_end(address, port)

    def may_dial(self, address: str, port: int) -> bool:
        """The last look, at the very address a socket is made for."""
        if (address, port) in self._opened:
            return True
        try:
            return self._may(ip_address(address), port)
        except ValueError:
            return False

    async def ends(self, host: str, port: int) -> list[tuple[str, int]]:
        """Where to connect for a canonical host: (address, port) pairs, every one checked (O-3).

        One address outside the public internet among several refuses the host: such answers come
        from rebinding attacks. FetchFailed: `fetch_declined`, or `dns` (temporary).
        """
        if host in self._hosts:
            return [self._hosts[host]]
        if literal(host) is not None:
            return [(host, port)]
        addresses = await self._addresses(host, port)
        if self._exceptions.name_end(host, port):
            self._opened.update((str(address), port) for address in addresses)
        else:
            for address in addresses:
                if not self._may(address, port):
                    raise declined(f"{host} resolves to {address}, which is not public")
        return [(str(address), port) for address in _few_of_each(addresses)]

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            async with asyncio.timeout(self._timeouts.dns):
                found = await self._resolve(host, port)
            addresses = [ip_address(text) for text in dict.fromkeys(found)]
        except TimeoutError:
            raise FetchFailed("dns", temporary=True, detail=f"{host}: no answer in time") from None
        except (OSError, UnicodeError, ValueError) as error:
            raise FetchFailed("dns", temporary=True, detail=f"{host}: {error}") from None
        if not addresses:
            raise FetchFailed("dns", temporary=True, detail=f"{host} has no address")
        return addresses


def _few_of_each(addresses: Sequence[Address]) -> list[Address]:
    """The first of each family, in the resolver's order."""
    kept: list[Address] = []
    for address in addresses:
        if sum(address.version == other.version for other in kept) < _DIALLED_PER_FAMILY:
            kept.append(address)
    return kept
