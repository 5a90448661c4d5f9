"""Which signature to try on whom, and what an answer teaches.

Unknown hosts get draft-cavage first: most servers do not read RFC 9421 yet, and those that do read
both. Another format is tried on 400 and 401 only, three signed tries in all; what was taken is
remembered for each host (double-knocking; the order is Mastodon's).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.hosts import Format
from actors.key_material import PrivateKey
from federation.signatures import Scheme, accepts_rfc9421

ON = (400, 401)


@dataclass(frozen=True, slots=True)
class Knock:
    """One way to sign: the scheme, the kind of key, and what its success is remembered as."""

    scheme: Scheme
    kind: str
    teaches: Format


_CAVAGE = Knock("cavage", "rsa", "cavage")
_ED25519 = Knock("rfc9421", "ed25519", "rfc9421")
_RSA = Knock("rfc9421", "rsa", "rfc9421-rsa")
_ORDERS: Mapping[Format | None, Sequence[Knock]] = {
    None: (_CAVAGE, _ED25519, _RSA),
    "cavage": (_CAVAGE, _ED25519, _RSA),
    "rfc9421": (_ED25519, _RSA, _CAVAGE),
    "rfc9421-rsa": (_RSA, _CAVAGE, _ED25519),
}


def knocks(known: Format | None, keys: Mapping[str, PrivateKey]) -> list[Knock]:
    """The ways to sign for this host, best first, with the keys that there are."""
    return [knock for knock in _ORDERS[known] if knock.kind in keys]


def lesson(
    known: Format | None, knock: Knock, status: int, headers: Mapping[str, str]
) -> Format | None:
    """What to remember after the last knock; None for nothing new.

    A host that asks for RFC 9421 on first acquaintance gets it from then on. One that is known to
    take cavage is not asked again because of that header alone: it may be its proxy's.
    """
    if not 200 <= status < 300:
        return None
    taken = knock.teaches
    if known is None and taken == "cavage" and accepts_rfc9421(headers.items()):
        return "rfc9421"
    return None if taken == known else taken
