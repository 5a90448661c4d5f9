"""A signed POST: checked, verified, committed to the journal, and only then acknowledged.

Whoever is blocked is refused before any fetch; a Delete of somebody we never heard of costs
nothing; a key that can't be fetched now is a reason to come back, never to be dropped. What the
activity does happens later, in `federation.processing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actors import directory, follows, hosts
from federation import discovery, documents, origin, parsing, proofs, signatures
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed
from federation.keyring import KnownKey
from federation.node import Node
from federation.origin import Refused
from federation.signatures import Claim, SignatureRefused, SignedRequest
from federation.vocabulary import (
    Activity,
    Announce,
    Delete,
    Dislike,
    Follow,
    Join,
    Like,
    Ref,
    Undo,
    Unknown,
    Update,
)
from moderation import refused
from storage import journal, waking
from storage.engine import Reader, Transaction
from storage.faults import kill_point

_SEEN_EVERY = 15_000  # how often a host's sign of life is written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(Exception):
    """No: a code of the closed list, a safe sentence, and when to come back (seconds)."""

    code: str
    sentence: str
    retry_after: int = 300


async def receive(node: Node, request: SignedRequest) -> None:
    """Returns once the activity is durable, or was seen before, or needs nothing. Else Declined."""
    claim: Claim | None = None
    activity: Activity | None = None
    try:
        claim = signatures.read_claim(request, now=node.clock(), body_expected=True)
        _admit(node, claim.key_uri)
        document = documents.read(request.body)
        activity = parsing.activity(document, now=node.clock())
        _admit(node, activity.actor)
        if await _concerns_nobody(node, activity):
            return
        known = await _verified(node, claim)
        _check_pace(node, known)
        origin.check_not_ours(activity, ours=node.ours)
        origin.check_own(activity)
        await _check_speaker(node, activity, document, known)
    except (SignatureRefused, Malformed, Refused) as refusal:
        await _log(node, refusal.code, claim, activity)
        raise Declined(code=refusal.code, sentence=refusal.detail) from refusal
    except FetchFailed as failed:
        raise _key_trouble(failed) from failed
    if await _record(node, activity, request.body, known, claim):
        node.handover.leave(request.body, document, activity)


def _admit(node: Node, uri: str) -> None:
    origin.host(uri)  # what names no host is no host that is blocked
    if reason := node.admission.refuses(uri):
        raise Refused(reason.code, "this server does not talk with that one")


async def _concerns_nobody(node: Node, activity: Activity) -> bool:
    """Somebody unknown who changes or goes: answered without a fetch (S-17, Mastodon's habit)."""
    if not isinstance(activity, Delete | Update) or activity.object.uri != activity.actor:
        return False
    known = await node.store.reading(lambda reader: directory.id_of(reader, activity.actor))
    return known is None


async def _verified(node: Node, claim: Claim) -> KnownKey:
    """The key that signed. A cached one that fails is asked for again, once in five minutes."""
    budget = Budget(fetches=6)
    known = await discovery.key(node, claim.key_uri, budget=budget)
    try:
        signatures.verify(claim, known.key)
    except SignatureRefused:
        fresh = await discovery.key(node, claim.key_uri, budget=budget, refresh=True)
        if fresh.key == known.key:
            raise
        signatures.verify(claim, fresh.key)
        return fresh
    return known


def _check_pace(node: Node, known: KnownKey) -> None:
    if wait := node.inbound.wait(origin.host(known.actor_uri)):
        raise Declined(
            code="rate_limited", sentence="Too many activities at once.", retry_after=wait
        )


async def _check_speaker(
    node: Node, activity: Activity, document: dict[str, Any], known: KnownKey
) -> None:
    """The signer is the actor; or the actor's proof is inside; or a Group followed here brings it,
    and it is only taken as something to look up at its origin (DECISIONS: signer and actor)."""
    if origin.same(activity.actor, known.actor_uri):
        return
    if proofs.proof_key_uri(document) is not None:
        return  # checked when it is applied, with the key its actor lists
    if await node.store.reading(lambda reader: _is_followed_group(reader, known.actor_id)):
        return
    origin.check_signer(activity, signer=known.actor_uri)


async def _is_followed_group(reader: Reader, actor_id: int) -> bool:
    actor = await directory.get(reader, actor_id)
    return actor.is_group and await follows.has_local_follower(reader, actor_id)


async def _record(
    node: Node, activity: Activity, body: bytes, known: KnownKey, claim: Claim
) -> bool:
    """True when it is in the journal now and was not before."""
    if isinstance(activity, Unknown):
        return False  # nothing to do for a verb we do not know (J-10)
    if activity.uri is None:
        raise Declined(code="missing_id", sentence="id: an activity needs one")
    uri, now = activity.uri, node.clock()
    host = origin.host(known.actor_uri)

    async def deed(tx: Transaction) -> bool:
        fresh = await journal.record(
            tx,
            uri=uri,
            kind=type(activity).__name__,
            signer=known.actor_uri,
            host=host,
            order_key=subject(activity),
            body=body,
            now=now,
            dedupe=not isinstance(activity, Follow | Join),
            brought=not origin.same(activity.actor, known.actor_uri),
        )
        if node.keyring.is_time_to_note(host, now=now, every=_SEEN_EVERY):
            await hosts.seen(tx, host, now=now)
            await hosts.learn_format(tx, host, claim.scheme)
            await waking.wake_host(tx, host, now=now)
        return fresh

    async with node.gate.turn():
        fresh = await node.store.transaction(deed)
    kill_point("journal.after_commit")
    return fresh


def subject(activity: Activity) -> str:
    """What an activity is about: of one host, two about the same are applied as they came."""
    if isinstance(activity, Undo):
        inner = activity.object.embedded
        if isinstance(inner, Follow | Join | Like | Dislike):
            return inner.object
        return activity.object.uri or activity.actor
    if isinstance(activity, Announce):
        return _announced(activity.objects[0]) if activity.objects else activity.actor
    found = getattr(activity, "object", None)
    uri = found.uri if isinstance(found, Ref) else found
    return uri or activity.actor


def _announced(ref: Ref) -> str:
    inner = ref.embedded
    found = getattr(inner, "object", None)
    uri = found.uri if isinstance(found, Ref) else found
    return uri or ref.uri or ""


async def _log(node: Node, code: str, claim: Claim | None, activity: Activity | None) -> None:
    """One row per kind of refusal; a stranger's text never chooses how many rows there are."""
    actor = activity.actor if activity else (claim.key_uri if claim else "")
    kind = type(activity).__name__ if activity else ""
    uri = (activity.uri or "") if activity else ""
    try:
        host = origin.host(actor)
    except Malformed:
        host = ""

    async def deed(tx: Transaction) -> None:
        await refused.record(
            tx, code=code, host=host, kind=kind, actor=actor, uri=uri, now=node.clock()
        )

    await node.store.transaction(deed)


def _key_trouble(failed: FetchFailed) -> Declined:
    """For good: 401, the key is no use. For now: 503, so that nothing is lost (S-14)."""
    if failed.temporary:
        return Declined(code="overloaded", sentence="Your key can't be fetched now; try again.")
    return Declined(code="signature_invalid", sentence="keyId: no key can be fetched there.")


__all__ = ["Declined", "SignedRequest", "receive", "subject"]
