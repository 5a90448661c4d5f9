"""The gate: who is refused, asked before any fetch and before anything is believed (S-18).

The rules are kept in memory and read again when they change, so asking costs a few look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from moderation.domain_blocks import CHANNEL, DomainBlock, everything
from moderation.host_names import NotAHost, canonical_host, names_above
from storage.engine import Reader, StorageUnavailable, Store
from storage.statements import prepared
from storage.tables import actors

_SUSPENDED = prepared(
    select(actors.c.uri).where(actors.c.state == "suspended", actors.c.local == 0)
)
# A wake comes at once; this is for one that got lost.
_LOOK_AGAIN_SECONDS = 5.0
_NO_RULES: Mapping[str, DomainBlock] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why not: a word for programs, and for the log the name the rule stands under."""

    code: Literal["domain_blocked", "actor_suspended"]
    detail: str


class Admission:
    """One per process: `await store.reading(admission.load)` before the first question."""

    def __init__(self, *, own: str, allow_list_mode: bool = False) -> None:
        self._own = own
        self._allow_list_mode = allow_list_mode
        self._rules = _NO_RULES
        self._suspended: frozenset[str] = frozenset()

    async def load(self, reader: Reader) -> None:
        """Take the rules as they are now; usable as a look: `store.reading(admission.load)`."""
        rules = {block.host: block for block in await everything(reader)}
        suspended = frozenset([row["uri"] for row in await reader.all(_SUSPENDED)])
        self._rules, self._suspended = rules, suspended

    async def keep_fresh(self, store: Store) -> None:
        """Runs until cancelled; while the database is away the last rules stand."""
        while True:
            with suppress(StorageUnavailable):
                await store.reading(self.load)
            await store.wait(CHANNEL, seconds=_LOOK_AGAIN_SECONDS)

    def refuses(self, host_or_uri: str) -> Reason | None:
        """Ask with the host or URI of a key, an actor, or whatever is about to be fetched.

        Text that names no host is refused as such a host would be: it is on no list.
        """
        try:
            host = canonical_host(host_or_uri)
        except NotAHost:
            return Reason(code="domain_blocked", detail="no host")
        if host == self._own:
            return None
        if reason := self._refuses_host(host):
            return reason
        if host_or_uri.partition("#")[0] in self._suspended:
            return Reason(code="actor_suspended", detail=host)
        return None

    def rule_for(self, host: str) -> DomainBlock | None:
        """The rule that covers a canonical host: its own, else its nearest domain's."""
        if not self._rules:
            return None
        return next((self._rules[name] for name in names_above(host) if name in self._rules), None)

    def silences(self, host: str) -> bool:
        rule = self.rule_for(host)
        return rule is not None and rule.severity == "silence"

    def rejects_media(self, host: str) -> bool:
        rule = self.rule_for(host)
        return rule is not None and (rule.reject_media or rule.severity == "suspend")

    def rejects_reports(self, host: str) -> bool:
        rule = self.rule_for(host)
        return rule is not None and (rule.reject_reports or rule.severity == "suspend")

    def _refuses_host(self, host: str) -> Reason | None:
        if self._allow_list_mode:
            return (
                None
                if self._is_listed(host)
                else Reason(code="domain_blocked", detail=f"{host}: on no list")
            )
        rule = self.rule_for(host)
        if rule is not None and rule.severity == "suspend":
            return Reason(code="domain_blocked", detail=rule.host)
        return None

    def _is_listed(self, host: str) -> bool:
        """Only the very name, with any port: who allows a domain doesn't vouch for its subdomains.

        (Mastodon reads its allow list the same way.)
        """
        names = [host, host.rpartition(":")[0]]
        return any(name in self._rules and self._rules[name].severity == "allow" for name in names)
