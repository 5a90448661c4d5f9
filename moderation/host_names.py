"""Names of hosts as block lists write them, and the names a rule may stand under (A-3).

Pure. The spelling agrees with the canonical URIs of the federation floor; a rule may name a bare
host (every port) or one port of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address

import idna

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PARTS = re.compile(
    r"(?:(https?)://)?(\[[0-9a-fA-F:.]{2,45}\]|[^\[\]:@/?#]{1,253})(?::([0-9]{1,5}))?(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_DEFAULT_PORTS = {"http": ("80",), "https": ("443",), "": ("80", "443")}
_ADDRESS = re.compile(r"\[.*\]|[0-9.]+")


class NotAHost(ValueError):
    """The text names no host."""


@lru_cache(maxsize=4096)
def canonical_host(text: str) -> str:
    """`https://Bücher.Example.:443/x` and `bücher.example` → `xn--bcher-kva.example`.

    Takes a host, host:port or http(s) URI. A port stays unless it is the scheme's own. Raises
    NotAHost.
    """
    found = _PARTS.fullmatch(text.strip()[:2048])
    if found is None:
        raise NotAHost(text[:100])
    scheme, name, port = (found[1] or "").lower(), found[2], found[3]
    plain = _name(name)
    if port is None or port.lstrip("0") in _DEFAULT_PORTS[scheme]:
        return plain
    if not 0 < int(port) < 65536:
        raise NotAHost(text[:100])
    return f"{plain}:{int(port)}"


def names_above(host: str) -> list[str]:
    """The names a rule about a canonical host may stand under, the most particular first.

    `a.b.test:8001` → `a.b.test:8001`, `a.b.test`, `b.test`, `test`; addresses have no domain above.
    """
    name, sign, port = host.rpartition(":")
    if not sign or not port.isdigit():
        name, port = host, ""
    names = [host] if port else []
    if _ADDRESS.fullmatch(name):
        return [*names, name]
    labels = name.split(".")
    return names + [".".join(labels[start:]) for start in range(len(labels))]


def _name(name: str) -> str:
    try:
        if name.startswith("["):
            return f"[{IPv6Address(name[1:-1])}]"
        bare = name.removesuffix(".")
        plain = bare.lower() if bare.isascii() else idna.encode(bare, uts46=True).decode()
    except ValueError as error:
        raise NotAHost(name[:100]) from error
    if len(plain) > 253 or not _NAME.fullmatch(plain):
        raise NotAHost(name[:100])
    return plain
