"""Which network addresses and which spellings of a host may be dialled: tables and pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

import idna

Address = IPv4Address | IPv6Address

# Our own table instead of `ipaddress.is_global`, whose answer changed between patch releases
# (CVE-2024-4032) and which says True for 64:ff9b::7f00:1, 2002:7f00:1:: and ::127.0.0.1.
# Source: the IANA special-purpose registries (RFC 6890 and later), and multicast.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers, RFC 6598
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, whole: no web server lives there
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# IANA gives out global unicast addresses from 2000::/3 alone, so everything outside it is refused
# unseen: loopback, ::/96, NAT64, fc00::/7, fe80::/10, fec0::/10, ff00::/8, 5f00::/16, 100::/64.
_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address inside
        "3fff::/20",  # documentation, RFC 9637
    )
)

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that public DNS must never be asked for (RFC 7686; I2P has no registration).
_OTHER_NETWORKS = (".onion", ".i2p")


class OddHost(ValueError):
    """A spelling of a host that we do not hand to a resolver."""


def unmapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped IPv6 address, any other address as it is."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: Address | str) -> bool:
    """True when strangers may point us at this address; text that is no address is not public."""
    try:
        plain = unmapped(ip_address(address))
    except ValueError:
        return False
    if isinstance(plain, IPv4Address):
        return not any(plain in network for network in _NOT_PUBLIC_4)
    if plain.scope_id is not None or plain not in _UNICAST_6:
        return False
    return not any(plain in network for network in _NOT_PUBLIC_6)


def literal(host: str) -> Address | None:
    """The address a canonical host spells out, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def canonical_host(host: str) -> str:
    """Lower case, IDNA (UTS 46) for names, the shortest form for addresses (no brackets).

    Raises OddHost for every other way to write an address (`2130706433`, `0x7f000001`,
    `0177.0.0.1`, `127.1`, full-width digits), a trailing dot, percent signs, zone ids and names no
    resolver should see. The C library turns most of these into 127.0.0.1.
    """
    if ":" in host:
        return _canonical_v6(host)
    name = host.lower() if host.isascii() else _ascii_name(host)
    if len(name) > 253:
        raise OddHost("a host name has at most 253 characters")
    labels = name.split(".")
    # The WHATWG rule: a host whose last label is a number is an IPv4 address, or nothing.
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise OddHost("an IPv4 address is written as four decimal numbers") from None
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise OddHost("the host is not a plain DNS name")
    if name.endswith(_OTHER_NETWORKS):
        raise OddHost("the host belongs to another network")
    return name


def _canonical_v6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError:
        raise OddHost("the host is not an IPv6 address") from None
    if address.scope_id is not None:
        raise OddHost("an IPv6 address carries no zone here")
    return address.compressed


def _ascii_name(host: str) -> str:
    """Punycode; full-width letters and digits, which would quietly turn into ASCII, are refused."""
    try:
        name = idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise OddHost("the host is not a valid international name") from None
    before, after = host.split("."), name.split(".")
    if len(before) != len(after):
        raise OddHost("the host has unusual dots")
    for typed, label in zip(before, after, strict=True):
        if not typed.isascii() and not label.startswith("xn--"):
            raise OddHost("the host hides ASCII behind look-alike characters")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What the operator allows outside the public internet: CIDR blocks and exact host:port pairs.

    A pair also opens a port other than 443 for that host, public or not.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ends: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Self:
        """From `10.0.0.0/8`, `intranet.example:8443`, `[fd00::1]:443`. ValueError names it."""
        networks: list[IPv4Network | IPv6Network] = []
        ends: set[tuple[str, int]] = set()
        for entry in entries:
            try:
                if "/" in entry:
                    networks.append(ip_network(entry))
                else:
                    ends.add(host_and_port(entry))
            except ValueError as error:
                raise ValueError(
                    f"{entry!r} is neither host:port nor a CIDR block: {error}"
                ) from None
        return cls(networks=tuple(networks), ends=frozenset(ends))

    def name_end(self, host: str, port: int) -> bool:
        """Is this canonical host, with this port, allowed by name (or literal address)?"""
        return (host, port) in self.ends

    def address_end(self, address: Address, port: int) -> bool:
        """Is this address allowed, by block or as an exact pair?"""
        plain = unmapped(address)
        return (str(plain), port) in self.ends or any(
            plain.version == network.version and plain in network for network in self.networks
        )


def host_and_port(text: str) -> tuple[str, int]:
    """`name:443`, `10.0.0.1:80` or `[fd00::1]:443`, the host made canonical; else ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("a port from 1 to 65535 is needed")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("an IPv6 address goes in brackets")
    return canonical_host(host), int(port)
