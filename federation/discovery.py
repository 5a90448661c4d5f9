"""Finds actors, their keys and posts on other hosts, and keeps what it found.

A document proves only itself: its id is the address it was read from (FEP-fe34). A key is bound to
its actor in both directions: the key names its owner, and the owner's own document lists the key
(GHSA-8863-8468-7hq7). GETs are signed by the instance actor.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from actors import directory, keys
from actors.addresses import Handle, fold_username, parse_handle
from actors.key_material import KeyRefused, PublicKey, public_from_multibase, public_from_pem
from actors.records import Actor
from actors.refusals import Invalid
from federation import compacting, documents, origin, parsing, signatures
from federation.documents import Malformed
from federation.fetching import Budget, FetchFailed, Signer
from federation.inbound import Full
from federation.keyring import KnownKey
from federation.node import Node
from federation.origin import Refused
from federation.vocabulary import ActorDocument, Collection, Post, Thing, Tombstone
from notes.cleaning import clean_html
from storage.engine import Reader, Transaction

_STALE = 24 * 3_600_000  # an actor older than this is fetched again when used
_KEY_RETRY = 300_000  # a key is refetched at most once in this time after a failed signature
_JRD = frozenset({"application/jrd+json", "application/json"})
_WEBFINGER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document as its origin serves it: parsed, and its bytes."""

    thing: Thing
    body: bytes
    document: dict[str, Any]


async def signer(node: Node) -> Signer:
    """Signs GETs in the name of the instance actor."""

    async def load(reader: Reader) -> Any:
        actor = await directory.find(reader, node.site.instance_actor)
        assert actor is not None, "the instance actor is made by `passerelle init`"
        return await node.keyring.own(reader, actor.id)

    key = (await node.store.reading(load))["rsa"]

    def sign(method: str, url: str, body: bytes | None, content_type: str | None) -> dict[str, str]:
        return signatures.sign(
            "cavage",
            method=method,
            url=url,
            body=body,
            key=key,
            now=node.clock(),
            content_type=content_type,
        )

    return sign


async def fetch(node: Node, uri: str, *, budget: Budget) -> Found:
    """The document at a URI, whatever it is. Raises FetchFailed, Malformed, Refused.

    When the document names another id, that id is asked once and must agree (O-10).
    """
    found, final = await _fetch_once(node, uri, budget)
    named = getattr(found.thing, "uri", None)
    if named is not None and not origin.same(named, final):
        found, final = await _fetch_once(node, named, budget)
        named = getattr(found.thing, "uri", None)
    if not isinstance(found.thing, Collection):
        origin.check_fetched_id(named, final_url=final)
    return found


async def _fetch_once(node: Node, uri: str, budget: Budget) -> tuple[Found, str]:
    _check_fetchable(node, uri)
    address = uri.partition("#")[0]
    final, body = await node.client.document(
        address, signer=await signer(node), budget=budget, identity="instance"
    )
    _check_fetchable(node, final)  # a redirect is no way around a block
    document = documents.read(body)
    if compacting.may_compact(document):
        document = await compacting.compacted(document)
    thing = parsing.thing(document, now=node.clock())
    return Found(thing=thing, body=body, document=document), final


def _check_fetchable(node: Node, uri: str) -> None:
    if node.site.owns(uri):
        raise Refused("fetch_declined", "an address of ours is never fetched over HTTP")
    if reason := node.admission.refuses(uri):
        raise Refused(reason.code, reason.detail)


async def actor(
    node: Node,
    uri: str,
    *,
    budget: Budget,
    refresh: bool = False,
    fresh_for: int = _STALE,
    known: Actor | None = None,
) -> Actor:
    """An actor, ours or another host's, fetched when unknown or stale.

    A stale one that can't be refreshed is used as it is. `known` is what the caller has just read.
    Raises FetchFailed, Malformed, Refused.
    """
    if known is None:
        known = await node.store.reading(lambda reader: directory.find(reader, uri))
    if known and (known.local or not (refresh or known.fetched + fresh_for < node.clock())):
        return known
    try:
        found = await fetch(node, uri, budget=budget)
    except FetchFailed:
        if known and not refresh:
            return known
        raise
    if not isinstance(found.thing, ActorDocument):
        raise Refused("invalid_property", "type: an actor was expected at that address")
    return await keep_actor(node, found.thing)


async def keep_actor(node: Node, document: ActorDocument) -> Actor:
    """Save what an actor's own origin says of it, keys included."""
    now = node.clock()
    origin.check_not_ours(document, ours=node.ours)

    async def deed(tx: Transaction) -> Actor:
        known = await directory.find(tx, document.uri)
        if known and known.kind != document.kind and "Group" in (known.kind, document.kind):
            raise Refused(
                "invalid_property", "type: an actor never changes between person and group"
            )
        number = known.id if known else directory.new_actor_id(now)
        saved = replace(_remote_actor(document, now), id=number)
        number = await directory.save_remote(tx, saved)
        await keys.save_remote(tx, number, _usable_keys(document), now=now)
        return replace(saved, id=number)

    saved = await node.store.transaction(deed)
    node.keyring.forget(document.uri)
    return saved


def _remote_actor(document: ActorDocument, now: int) -> Actor:
    host = origin.host(document.uri)
    posting = "moderators" if document.restricted_to_moderators else ""
    return Actor(
        id=0,
        uri=document.uri,
        kind=document.kind,
        local=False,
        host=host,
        username=document.username,
        name=document.name,
        summary=clean_html(document.summary),
        url=document.url,
        inbox=document.inbox,
        shared_inbox=document.shared_inbox,
        outbox=document.outbox,
        followers=document.followers,
        following=document.following,
        featured=document.featured,
        moderators=document.moderators,
        icon=document.icon,
        image=document.image,
        locked=document.locked,
        discoverable=document.discoverable is not False,
        indexable=bool(document.indexable),
        posting=posting,
        moved_to=document.moved_to,
        also_known_as=document.also_known_as,
        fields=tuple((one.name, clean_html(one.value)) for one in document.fields),
        language=document.language,
        published=document.published or now,
        updated=now,
        fetched=now,
    )


def _usable_keys(document: ActorDocument) -> list[PublicKey]:
    """A weak or strange key is as good as none."""
    found = []
    for entry in document.keys:
        read = public_from_pem if entry.form == "pem" else public_from_multibase
        with suppress(KeyRefused):
            found.append(read(entry.text, uri=entry.uri, owner=entry.owner))
    return found


# --- keys ----------------------------------------------------------------------------------------


async def key(node: Node, key_uri: str, *, budget: Budget, refresh: bool = False) -> KnownKey:
    """The key at that URI, with the actor whose own document lists it (S-12).

    `refresh` asks its origin again, at most once in five minutes (S-15).
    Raises FetchFailed, Malformed, Refused("key_unavailable" | "key_owner_mismatch").
    """
    now = node.clock()
    if not refresh and (kept := node.keyring.recall(key_uri, now=now)):
        return kept
    stored = await node.store.reading(lambda reader: _stored_key(reader, key_uri))
    if stored and (not refresh or stored.fetched + _KEY_RETRY > now):
        node.keyring.keep(stored, now=now)
        return stored
    document_uri = key_uri.partition("#")[0]
    if node.keyring.lacked(document_uri, now=now, within=_KEY_RETRY):
        raise Refused("key_unavailable", "keyId: not there when it was asked a moment ago")
    try:
        with node.strangers.entry():
            async with node.strangers.turn():
                fresh = await _fetched_key(node, key_uri, budget)
    except Refused:
        node.keyring.note_lack(document_uri, now=now)
        raise
    except Full:
        raise FetchFailed("rate_limited", temporary=True, detail="too many new keys") from None
    node.keyring.keep(fresh, now=now)
    return fresh


async def _fetched_key(node: Node, key_uri: str, budget: Budget) -> KnownKey:
    owner = await _owner_of(node, key_uri, budget)
    fresh = await actor(node, owner, budget=budget, refresh=True)
    stored = await node.store.reading(lambda reader: _stored_key(reader, key_uri))
    if stored is None or stored.actor_id != fresh.id:
        raise Refused("key_owner_mismatch", "the key's owner does not list it")
    return stored


async def _stored_key(reader: Reader, key_uri: str) -> KnownKey | None:
    found = await keys.find(reader, key_uri)
    if found is None:
        return None
    row, actor_uri = found
    try:
        public = keys.public_key(row, actor_uri)
    except KeyRefused as refused:
        raise Refused(refused.code, "the stored key is not usable") from refused
    return KnownKey(key=public, actor_id=row.actor_id, actor_uri=actor_uri, fetched=row.fetched)


async def _owner_of(node: Node, key_uri: str, budget: Budget) -> str:
    """Whose key it says it is. A key document may be a stub actor (GoToSocial's `/main-key`)."""
    _check_fetchable(node, key_uri)
    _, body = await node.client.document(
        key_uri.partition("#")[0], signer=await signer(node), budget=budget, identity="instance"
    )
    document = documents.read(body)
    entry = parsing.key_document(document, key_id=key_uri)
    if entry is None:
        await _keep_whoever(node, document, key_uri, budget)
        raise Refused("key_owner_mismatch", "keyId: no such usable key there")
    if not origin.same_origin(entry.owner, key_uri):
        raise Refused("key_owner_mismatch", "keyId: its owner lives elsewhere")
    return entry.owner


async def _keep_whoever(node: Node, document: dict[str, Any], key_uri: str, budget: Budget) -> None:
    """The keys that are there become known, or a stranger who invents a name for one would keep
    the genuine ones out as long as the lack is remembered."""
    owner = documents.ref(document, "owner") or documents.ref_of(document)
    if owner is None:
        return
    with suppress(FetchFailed, Malformed, Refused):
        if origin.same_origin(owner, key_uri):
            await actor(node, owner, budget=budget, refresh=True)


# --- posts and handles ---------------------------------------------------------------------------


async def post(node: Node, uri: str, *, budget: Budget) -> tuple[Post, bytes]:
    """A post as its own origin serves it, and its bytes. Raises FetchFailed, Malformed, Refused."""
    found = await fetch(node, uri, budget=budget)
    if isinstance(found.thing, Tombstone):
        raise Refused("tombstoned", "object: deleted at its origin")
    if not isinstance(found.thing, Post):
        raise Refused("invalid_property", "object: a post was expected at that address")
    origin.check_fetched_post(found.thing)
    origin.check_not_ours(found.thing, ours=node.ours)
    return found.thing, found.body


async def by_handle(node: Node, handle: Handle, *, budget: Budget) -> Actor:
    """An actor by `@name@host`, through WebFinger, one redirect of the subject at most (O-13)."""

    async def look(reader: Reader) -> Actor | None:
        return await directory.named(reader, handle, domain=node.site.domain)

    known = await node.store.reading(look)
    if known is None and handle.host in ("", node.site.domain):
        raise Refused("not_found", f"there is no {handle} here")
    if known and (known.local or known.fetched + _STALE >= node.clock()):
        return known
    try:  # a handle may mean somebody else by now: its host began anew, or gave it away (F-25)
        return await actor(node, await _webfinger_self(node, handle, budget), budget=budget)
    except FetchFailed:
        if known is None:
            raise
        return known


async def webfinger(node: Node, handle: Handle, *, budget: Budget) -> dict[str, Any]:
    """The JRD of a handle at its host (RFC 7033)."""
    scheme = "http" if node.site.scheme == "http" else "https"
    resource = quote(f"acct:{handle.name}@{handle.host}", safe=":@")
    url = f"{scheme}://{handle.host}/.well-known/webfinger?resource={resource}"
    if reason := node.admission.refuses(handle.host):
        raise Refused(reason.code, reason.detail)
    answer = await node.client.get(
        url,
        accept="application/jrd+json, application/json",
        limit=_WEBFINGER_LIMIT,
        content_types=_JRD,
        budget=budget,
        signer=await signer(node),
    )
    if answer.status != 200:
        temporary = answer.status >= 500 or answer.status == 429
        raise FetchFailed("status", temporary=temporary, status=answer.status, detail=url)
    return documents.read(answer.body)


async def _webfinger_self(node: Node, handle: Handle, budget: Budget) -> str:
    """The actor's id. Whoever answers with another subject is asked no more: the subject's own
    host is, once, and has to agree (O-13)."""
    jrd = await webfinger(node, handle, budget=budget)
    subject = _subject(jrd)
    if subject is not None and subject != _folded(handle):
        jrd = await webfinger(node, subject, budget=budget)
        if _subject(jrd) != subject:
            raise Refused("origin_disagrees", f"{handle}: called otherwise at each address")
    found = link(jrd, "self")
    if found is None:
        raise Refused("not_found", f"{handle} has no ActivityPub address")
    return origin.canonical(found)


def _subject(jrd: dict[str, Any]) -> Handle | None:
    """Whom the JRD is about; None when it says so by URL, or not at all."""
    text = documents.one(jrd, "subject")
    if not isinstance(text, str) or not text.startswith("acct:"):
        return None
    try:
        found = parse_handle(text)
    except Invalid as invalid:
        raise Refused("not_found", "subject: not a handle") from invalid
    if not found.host:
        raise Refused("not_found", "subject: not a handle")
    return _folded(found)


def _folded(handle: Handle) -> Handle:
    return Handle(fold_username(handle.name), handle.host)


def link(jrd: dict[str, Any], rel: str) -> str | None:
    """The href (or template) of the first link of that relation; `self` must be an AS2 document."""
    for entry in documents.many(jrd, "links")[:100]:
        if not isinstance(entry, dict) or entry.get("rel") != rel:
            continue
        kind = str(entry.get("type") or "")
        if rel == "self" and not kind.startswith(("application/activity+json", "application/ld")):
            continue
        value = entry.get("href") or entry.get("template")
        if isinstance(value, str):
            return value
    return None


__all__ = [
    "Found",
    "Malformed",
    "actor",
    "by_handle",
    "fetch",
    "keep_actor",
    "key",
    "link",
    "post",
    "signer",
    "webfinger",
]
