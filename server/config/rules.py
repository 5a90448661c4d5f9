"""What a type alone can't say: which values are sound, and which don't go together."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path as File
from typing import TypeAlias
from urllib.parse import urlsplit

from federation.fetching.addresses import (
    Exceptions,
    canonical_host,
    host_and_port,
    literal,
    unmapped,
)
from server.config.places import Path
from server.config.records import Config, Federation

Problem: TypeAlias = tuple[Path, str, object]
"""The key, what it must be, the value that isn't."""

# Names that never resolve on the public internet (RFC 2606, RFC 6761, RFC 6762, RFC 8375, and
# .internal, set aside by ICANN in 2024).
_CLOSED_NAMES = ("localhost", "test", "example", "invalid", "internal", "local", "home.arpa")
# The machine itself and its neighbours on the wire, where clouds keep their secrets: addresses a
# stranger's link must never reach from a node that strangers can talk to.
_OWN_NETWORKS = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10",
                 "::ffff:127.0.0.0/104", "::ffff:169.254.0.0/112")
)  # fmt: skip
_CLOSED_ONLY = "is for closed networks and tests, and is refused beside a public domain"


def problems(config: Config) -> Iterator[Problem]:
    """Everything wrong, in the order of the file."""
    yield from _server(config)
    yield from _storage(config)
    yield from _federation(config.federation)
    if is_public(config.server.domain):
        yield from _closed_only(config)
    if config.worker.deliveries_per_host > config.worker.deliveries:
        path = ("worker", "deliveries_per_host")
        yield path, "must not be above deliveries", config.worker.deliveries_per_host


def is_public(domain: str) -> bool:
    """Whether strangers may find this name: it has a dot, is no address, is not set aside."""
    name = _host(domain)
    closed = any(name == suffix or name.endswith("." + suffix) for suffix in _CLOSED_NAMES)
    return "." in name and not closed and literal(name) is None


def _server(config: Config) -> Iterator[Problem]:
    server = config.server
    if not _is_canonical(_host(server.domain)):
        expected = "must be a host name in lower case, like example.org"
        yield ("server", "domain"), expected, server.domain
    elif is_public(server.domain) and _host(server.domain) != server.domain:
        yield ("server", "domain"), "may have a port only in a closed network", server.domain
    if not _is_socket(server.listen):
        yield ("server", "listen"), 'must be "address:port", like "127.0.0.1:8000"', server.listen
    for text in server.trusted_proxies:
        if _network(text) is None:
            path = ("server", "trusted_proxies")
            yield path, 'must list addresses or networks, like "10.0.0.0/8"', text


def _storage(config: Config) -> Iterator[Problem]:
    parts = _split(config.storage.url)
    sqlite = parts[0] == "sqlite" and not parts[1] and len(parts[2]) > 1
    postgres = parts[0] == "postgresql" and len(parts[2]) > 1
    if not (sqlite or postgres):
        expected = 'must be "sqlite:///path/to/file.db" or "postgresql://user@host/database"'
        yield ("storage", "url"), expected, None


def _federation(federation: Federation) -> Iterator[Problem]:
    for text in federation.allow:
        try:
            Exceptions.parse([text])
        except ValueError:
            expected = 'must list "host:port" or networks, like "10.0.0.0/8"'
            yield ("federation", "allow"), expected, text
    if federation.ca_file and not File(federation.ca_file).is_file():
        yield ("federation", "ca_file"), "must name a file that exists", federation.ca_file
    for name, target in federation.hosts.items():
        path = ("federation", "hosts", name)
        if literal(name) or not _is_canonical(name):
            yield path, "must be given for a host name, in lower case and without a port", target
        elif not _is_socket(target):
            yield path, 'must be "address:port", like "127.0.0.1:8001"', target


def _closed_only(config: Config) -> Iterator[Problem]:
    federation = config.federation
    if config.server.scheme == "http":
        yield ("server", "scheme"), _CLOSED_ONLY, "http"
    if federation.http:
        yield ("federation", "http"), _CLOSED_ONLY, True
    if federation.hosts:
        yield ("federation", "hosts"), _CLOSED_ONLY, dict(federation.hosts)
    for text in federation.allow:
        if _reaches_own_machine(text):
            yield ("federation", "allow"), _CLOSED_ONLY, text


def _reaches_own_machine(text: str) -> bool:
    allowed = Exceptions.parse([text])
    names = [host for host, _ in allowed.ends if literal(host) is None]
    if any(name == "localhost" or name.endswith(".localhost") for name in names):
        return True
    addresses = [unmapped(ip_address(host)) for host, _ in allowed.ends if literal(host)]
    networks = [*allowed.networks, *(ip_network(address) for address in addresses)]
    return any(_overlap(network, own) for network in networks for own in _OWN_NETWORKS)


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _host(domain: str) -> str:
    """The domain without its port, and without the brackets of an IPv6 address."""
    try:
        return host_and_port(domain)[0] if domain == domain.lower() else domain
    except ValueError:
        return domain.strip("[]")


def _is_canonical(host: str) -> bool:
    try:
        return canonical_host(host) == host
    except ValueError:
        return False


def _is_socket(text: str) -> bool:
    try:
        return literal(host_and_port(text)[0]) is not None
    except ValueError:
        return False


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _split(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", ""
    return parts.scheme, parts.netloc, parts.path
