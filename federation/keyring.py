"""Keys at hand: our private ones ready to sign, strangers' public ones ready to verify.

Loading a private key takes time, a public one less: both are kept. Whether ours may still sign is
asked each time, for another process may have revoked them; a stranger's is believed for a minute.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from actors import keys
from actors.key_material import PrivateKey, PublicKey
from storage.engine import Reader

_FRESH = 60_000
_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A public key with the actor whose document lists it; `fetched` in milliseconds."""

    key: PublicKey
    actor_id: int
    actor_uri: str
    fetched: int


class Keyring:
    def __init__(self) -> None:
        self._own: dict[int, tuple[frozenset[str], dict[str, PrivateKey]]] = {}
        self._known: OrderedDict[str, tuple[int, KnownKey]] = OrderedDict()
        self._noted: dict[str, int] = {}
        self._lacking: OrderedDict[str, int] = OrderedDict()

    async def own(self, reader: Reader, actor_id: int) -> dict[str, PrivateKey]:
        """The signing keys of one of our actors, by kind (rsa, ed25519)."""
        active = await keys.signing_key_uris(reader, actor_id)
        kept = self._own.get(actor_id)
        if kept is None or kept[0] != active:
            if len(self._own) >= _MOST:
                self._own.clear()
            kept = self._own[actor_id] = (active, await keys.signing_keys(reader, actor_id))
        return kept[1]

    def recall(self, key_uri: str, *, now: int) -> KnownKey | None:
        """A key seen a moment ago, without asking the database."""
        kept = self._known.get(key_uri)
        if kept is None or kept[0] + _FRESH < now:
            return None
        return kept[1]

    def keep(self, known: KnownKey, *, now: int) -> None:
        self._known[known.key.uri] = (now, known)
        self._known.move_to_end(known.key.uri)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def forget(self, actor_uri: str) -> None:
        """Of an actor whose keys changed or who was blocked."""
        stale = [uri for uri, (_, known) in self._known.items() if known.actor_uri == actor_uri]
        for uri in stale:
            del self._known[uri]

    def note_lack(self, document_uri: str, *, now: int) -> None:
        """A document was asked for a key that it does not have."""
        self._lacking[document_uri] = now
        self._lacking.move_to_end(document_uri)
        if len(self._lacking) > _MOST:
            self._lacking.popitem(last=False)

    def lacked(self, document_uri: str, *, now: int, within: int) -> bool:
        """Whether it was so not long ago: names of keys cost nothing, asking for each does."""
        return self._lacking.get(document_uri, -within) + within > now

    def is_time_to_note(self, host: str, *, now: int, every: int) -> bool:
        """True now and then for each host: its sign of life is worth a row only so often."""
        if self._noted.get(host, -every) + every > now:
            return False
        if len(self._noted) > _MOST:
            self._noted.clear()
        self._noted[host] = now
        return True
