"""Founding: the instance's own actor, people, communities; and new keys for any of them.

Keys are made outside the transaction (50 ms); rows, audiences and the actor's document inside it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from actors import accounts, communities, directory, follows, identity, keys, memberships
from actors.accounts import Account, AccountRole
from actors.addresses import Site, check_username
from actors.key_material import generate_ed25519, generate_rsa
from actors.records import Actor, Community, KeyRow
from actors.refusals import Conflict, Invalid
from federation import rendering
from federation.rendering.actors import actor_document
from federation.rendering.values import Document
from notes import audiences
from notes.text import render_markdown
from storage import jobs, outgoing
from storage.engine import Store, Transaction
from storage.outgoing import Audience

LONGEST_NAME = 200
LONGEST_SUMMARY = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """Two private keys, PEM."""

    rsa: str
    ed25519: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    username: str
    name: str = ""
    language: str = "fr"
    email: str | None = None
    role: AccountRole = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommunity:
    """`summary` is Markdown. A private one is read by members only."""

    username: str
    name: str = ""
    summary: str = ""
    language: str | None = None
    joining: str = "open"
    posting: str = "members"
    private: bool = False


async def make_keys() -> KeyPair:
    return KeyPair(rsa=await asyncio.to_thread(generate_rsa), ed25519=generate_ed25519())


async def create_instance_actor(store: Store, site: Site, *, now: int) -> Actor:
    """The program that signs in the node's own name (FEP-d556), called like its host.

    Settles the node's name for ever; done once, done again it changes nothing. Raises Conflict when
    the node has another name already (D-3).
    """
    pair = await make_keys()
    name = site.domain.partition(":")[0]  # a port has no place in a handle's first half
    blank = _blank(site, site.instance_actor, "Application", name, now=now)
    actor = replace(blank, url=f"{site.base}/", discoverable=False)

    async def deed(tx: Transaction) -> Actor:
        await identity.settle(tx, site)
        if found := await directory.find(tx, actor.uri):
            return found
        await directory.add_local(tx, actor)
        await _give_keys(tx, site, actor, pair, now=now)
        return actor

    return await store.transaction(deed)


async def create_person(store: Store, site: Site, new: NewPerson, *, now: int) -> Actor:
    """A person with an account here. Raises Invalid, Conflict (name taken, or no `init` yet)."""
    check_username(new.username)
    _check_lengths(new.name)
    accounts.check_email(new.email)
    pair = await make_keys()
    blank = _blank(site, site.new_person(), "Person", new.username, now=now)
    actor = replace(blank, name=new.name, language=new.language)

    async def deed(tx: Transaction) -> Actor:
        await identity.check(tx, site)
        await directory.add_local(tx, actor)
        await accounts.add(tx, _account(actor, new, now))
        await audiences.admit(tx, "person", actor.id, actor.id, now=now)
        await audiences.find_or_make(tx, "followers", actor.id, now=now)
        await _give_keys(tx, site, actor, pair, now=now)
        return actor

    return await store.transaction(deed)


async def create_community(
    store: Store, site: Site, new: NewCommunity, *, creator: Actor, now: int
) -> Actor:
    """A Group, with its creator as responsable. Raises Invalid, Conflict."""
    check_username(new.username)
    _check_lengths(new.name, new.summary)
    if not (creator.local and creator.kind == "Person"):
        raise Invalid("A community is created by a person of this node.")
    summary = _summary_html(site, new.summary)
    pair = await make_keys()
    blank = _blank(site, site.new_community(), "Group", new.username, now=now)
    actor = replace(
        blank,
        name=new.name,
        summary=summary,
        summary_source=new.summary,
        language=new.language,
        posting=new.posting,
        moderators=f"{blank.uri}/moderators",
        locked=new.joining == "approval",
        discoverable=not new.private,
    )
    policy = Community(
        actor_id=actor.id, joining=new.joining, posting=new.posting, private=new.private
    )
    communities.check(policy)

    async def deed(tx: Transaction) -> Actor:
        await identity.check(tx, site)
        await directory.add_local(tx, actor)
        await communities.save(tx, policy, created_by=creator.id, now=now)
        await memberships.add(tx, actor.id, creator.id, "responsable", now=now)
        await audiences.admit(tx, "community", actor.id, creator.id, now=now)
        await _follow_own(tx, site, creator, actor, now=now)
        await _give_keys(tx, site, actor, pair, now=now)
        return actor

    return await store.transaction(deed)


async def _follow_own(
    tx: Transaction, site: Site, creator: Actor, community: Actor, *, now: int
) -> None:
    """Who runs a community gets its notes."""
    uri = site.new_activity()
    await follows.ask(tx, follower_id=creator.id, followed_id=community.id, uri=uri, now=now)
    row = await follows.current(tx, creator.id, community.id)
    assert row is not None
    await follows.accept(tx, row, now=now)
    await audiences.admit(tx, "followers", community.id, creator.id, now=now)


async def rotate_keys(
    store: Store, site: Site, actor: Actor, *, compromised: bool, now: int
) -> list[KeyRow]:
    """New keys for one of ours, told to its followers; see `actors.keys.rotate`.

    Compromised ones are taken back from everybody who ever followed. Raises Conflict for an actor
    that isn't ours.
    """
    if not actor.local:
        raise Conflict("Only keys of this node's own actors can be rotated here.")
    pair = await make_keys()

    async def deed(tx: Transaction) -> list[KeyRow]:
        new = await keys.rotate(
            tx,
            actor.id,
            actor.uri,
            now=now,
            rsa_pem=pair.rsa,
            ed25519_pem=pair.ed25519,
            compromised=compromised,
        )
        document = await _save_document(tx, site, actor, now=now)
        await _tell(tx, site, actor, document, withdrawal=compromised, now=now)
        if not compromised:
            await jobs.add(tx, "keys", new[0].uri, {}, due=now + keys.OVERLAP)
        return new

    return await store.transaction(deed)


async def retire_keys(store: Store, site: Site, key_uri: str, *, now: int) -> None:
    """48 hours after a rotation, of which `key_uri` came: the former keys leave the document."""

    async def deed(tx: Transaction) -> None:
        found = await keys.find(tx, key_uri)
        if found is None:
            return  # revoked meanwhile
        actor = await directory.get(tx, found[0].actor_id)
        document = await _save_document(tx, site, actor, now=now)
        await _tell(tx, site, actor, document, withdrawal=False, now=now)

    await store.transaction(deed)


async def _give_keys(tx: Transaction, site: Site, actor: Actor, pair: KeyPair, *, now: int) -> None:
    await keys.create(tx, actor.id, actor.uri, now=now, rsa_pem=pair.rsa, ed25519_pem=pair.ed25519)
    await _save_document(tx, site, actor, now=now)


async def _save_document(tx: Transaction, site: Site, actor: Actor, *, now: int) -> Document:
    listed = await keys.public_keys(tx, actor.id, now=now)
    policy = await communities.find(tx, actor.id)
    document = actor_document(replace(actor, updated=now), listed, site, community=policy)
    await directory.set_document(tx, actor.id, rendering.serialise(document), now=now)
    return document


async def _tell(
    tx: Transaction, site: Site, actor: Actor, document: Document, *, withdrawal: bool, now: int
) -> None:
    """An Update signed and proven with the new keys; nothing else of this actor passes it."""
    activity = rendering.update_actor(document, uri=site.new_activity(), now=now)
    new = await keys.signing_keys(tx, actor.id)
    activity = rendering.with_proof(activity, new["ed25519"], now)
    await outgoing.enqueue(
        tx,
        uri=activity["id"],
        kind=activity["type"],
        actor_id=actor.id,
        body=rendering.serialise(activity),
        order_key=actor.uri,
        audiences=[Audience("past_followers" if withdrawal else "followers", str(actor.id))],
        since=actor.published if withdrawal else now,
        barrier=True,
        withdrawal=withdrawal,
        now=now,
    )


def _blank(site: Site, uri: str, kind: str, username: str, *, now: int) -> Actor:
    return Actor(
        id=directory.new_actor_id(now),
        uri=uri,
        kind=kind,
        local=True,
        host=site.domain,
        username=username,
        url=site.page_of(username),
        inbox=f"{uri}/inbox",
        shared_inbox=site.shared_inbox,
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        featured=f"{uri}/featured",
        published=now,
        updated=now,
    )


def _account(actor: Actor, new: NewPerson, now: int) -> Account:
    return Account(
        actor_id=actor.id,
        email=new.email,
        locale=new.language,
        role=new.role,
        confirmed=True,  # the operator vouches
        created=now,
    )


def _summary_html(site: Site, source: str) -> str:
    rendered = render_markdown(
        source, mention=lambda _: None, hashtag_url=lambda tag: f"{site.base}/tags/{tag}"
    )
    return rendered.html


def _check_lengths(name: str, summary: str = "") -> None:
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters.")
    if len(summary) > LONGEST_SUMMARY:
        raise Invalid(f"A description has at most {LONGEST_SUMMARY} characters.")
