"""Applies what the journal holds: gather with the network allowed, then one transaction that
also settles the entry, so that nothing is half done and nothing is done twice.

Whatever raises leaves the entry where it is: trouble for now postpones it, a refusal is written
down, a bug is logged and tried again, and after 20 errors or 5 crashes it is set aside (Q-13).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog

from actors import directory, follows
from actors.records import Actor
from federation import discovery, documents, origin, parsing, proofs
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.handlers.table import HANDLERS
from federation.node import Node
from federation.origin import Refused
from federation.received import Ignored, Plan, Received, Waiting
from federation.vocabulary import Activity, Create, Delete, Update
from moderation import refused
from storage import journal
from storage.engine import Reader, StorageUnavailable, Transaction
from storage.faults import kill_point
from storage.journal import JournalEntry, LeaseLost

_log = structlog.get_logger()
_LEASE = 6 * 60_000  # longer than the budget of one activity
_FIRST_RETRY = 10_000
_LAST_RETRY = 6 * 3_600_000
_UNDOABLE = frozenset({"Announce", "Block", "Dislike", "Follow", "Join", "Like", "Lock"})


class Processor:
    """Works the journal off. Several may run on one database: entries are leased."""

    def __init__(self, node: Node, *, parallel: int = 32) -> None:
        self._node = node
        self._parallel = parallel

    async def run_once(self) -> int:
        """One round; how many entries were taken."""
        node = self._node
        entries = await node.store.transaction(
            lambda tx: journal.claim(tx, now=node.steady(), lease_ms=_LEASE, limit=self._parallel)
        )
        await asyncio.gather(*(process(node, entry) for entry in entries))
        return len(entries)

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; sleeps while there is nothing."""
        self._node.handover.is_wanted = True
        while not stop.is_set():
            try:
                if not await self.run_once():
                    await self._node.store.wait(journal.CHANNEL, seconds=1)
            except StorageUnavailable as error:
                _log.warning("the journal can't be read", reason=str(error))
                await asyncio.sleep(1)
            except Exception:  # a bug of ours stops one round, never the worker
                _log.exception("a round of the journal failed")
                await asyncio.sleep(1)


async def process(node: Node, entry: JournalEntry) -> None:
    """Apply one entry and settle it, whatever happens."""
    try:
        plan = await _gathered(node, entry)
        await node.store.transaction(lambda tx: _apply(tx, node, entry, plan))
        kill_point("processing.after_commit")
    except (Ignored, Waiting) as reason:
        state = "ignored" if isinstance(reason, Ignored) else "waiting"
        await _settle(node, entry, state, str(reason))
    except (Refused, Malformed) as refusal:
        await _refuse(node, entry, refusal.code, refusal.detail)
    except FetchFailed as failed:
        await _fetch_failed(node, entry, failed)
    except LeaseLost:
        return  # another worker has it
    except StorageUnavailable as error:
        _log.warning("an entry waits for the database", entry=entry.id, reason=str(error))
    except Exception as error:
        _log.exception("an activity could not be applied", entry=entry.id, kind=entry.kind)
        await _postpone(node, entry, f"{type(error).__name__}: {error}")


async def _gathered(node: Node, entry: JournalEntry) -> Plan:
    parsed = node.handover.take(entry.body)
    if parsed is None:
        document = documents.read(entry.body)
        parsed = document, parsing.activity(document, now=entry.received)
    document, activity = parsed
    budget = Budget()
    received = await _received(node, entry, activity, document, budget)
    plan = await HANDLERS[type(activity)](node, received, budget)
    return _once(plan, entry.uri, received.now) if received.trust == "proof" else plan


def _once(plan: Plan, uri: str, now: int) -> Plan:
    """Somebody brought it, its actor's proof holds: only now it counts as seen (Q-12)."""

    async def apply(tx: Transaction) -> None:
        if not await journal.see(tx, uri, now=now):
            raise Ignored("it came by itself")
        await plan(tx)

    return apply


async def _received(
    node: Node,
    entry: JournalEntry,
    activity: Activity,
    document: dict[str, Any],
    budget: Budget,
) -> Received:
    """Said by its signer; or by its actor's proof; or only brought by a Group, to be looked up.

    What has no origin to look it up at needs one of the first two. Raises Refused.
    """
    received = Received(activity=activity, document=document, signer=entry.signer, now=node.clock())
    if origin.same(activity.actor, entry.signer):
        return received
    key_uri = proofs.proof_key_uri(document)
    if key_uri is not None:
        known = await discovery.key(node, key_uri, budget=budget)
        if origin.same(known.actor_uri, activity.actor):
            return _with_proof(node, received, known.key)
    via = await node.store.reading(lambda reader: _followed_group(reader, entry.signer))
    if via is None or not isinstance(activity, Create | Update | Delete):
        origin.check_signer(activity, signer=entry.signer)
    return replace(received, trust="group", via=via)


async def _followed_group(reader: Reader, uri: str) -> Actor | None:
    found = await directory.find(reader, uri)
    if found is None or not found.is_group:
        return None
    return found if await follows.has_local_follower(reader, found.id) else None


def _with_proof(node: Node, received: Received, key: Any) -> Received:
    try:
        proofs.verify_document(received.document, key, now=node.clock())
    except proofs.ProofRefused as refusal:
        raise Refused(refusal.code, refusal.detail) from refusal
    return replace(received, trust="proof")


async def _apply(tx: Transaction, node: Node, entry: JournalEntry, plan: Plan) -> None:
    if entry.kind in _UNDOABLE and await journal.was_forestalled(tx, entry.uri, now=node.clock()):
        raise Ignored("undone before it came")
    await plan(tx)
    await journal.settle(tx, entry, "done", now=node.steady())
    kill_point("processing.before_commit")


async def _settle(node: Node, entry: JournalEntry, state: str, detail: str) -> None:
    await node.store.transaction(
        lambda tx: journal.settle(tx, entry, state, detail, now=node.steady())
    )


async def _refuse(node: Node, entry: JournalEntry, code: str, detail: str) -> None:
    async def deed(tx: Transaction) -> None:
        now = node.clock()
        await journal.settle(tx, entry, "refused", f"{code}: {detail}", now=now)
        await refused.record(
            tx,
            code=code,
            host=entry.host,
            kind=entry.kind,
            actor=entry.signer,
            uri=entry.uri,
            now=now,
        )

    await node.store.transaction(deed)


async def _fetch_failed(node: Node, entry: JournalEntry, failed: FetchFailed) -> None:
    if failed.temporary:
        await _postpone(node, entry, str(failed), failed.retry_after)
    elif failed.status in (404, 410):
        await _refuse(node, entry, "not_found", "what it speaks of is not there")
    else:
        await _refuse(node, entry, "fetch_declined", failed.code)


async def _postpone(
    node: Node, entry: JournalEntry, detail: str, retry_after: int | None = None
) -> None:
    now = node.steady()
    pause = min(_FIRST_RETRY * 3**entry.attempts, _LAST_RETRY)
    due = now + max(pause, retry_after or 0)
    await node.store.transaction(lambda tx: journal.postpone(tx, entry, due, detail, now=now))
