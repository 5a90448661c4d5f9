"""Founding the node, people and communities."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from actions.people import (
    NewCommunity,
    NewPerson,
    create_community,
    create_instance_actor,
    create_person,
    rotate_keys,
)
from actors import accounts, communities, directory, keys, memberships
from actors.addresses import Site
from actors.records import Actor
from actors.refusals import Conflict, Invalid
from notes import audiences
from storage import outgoing
from storage.engine import Store
from tests.actors.people import HOUR, NOW, person

SITE = Site(domain="here.test")
ADA = NewPerson(username="Ada", name="Ada L.", email="ada@here.test", role="admin")


@pytest.fixture
async def ada(store: Store) -> Actor:
    await create_instance_actor(store, SITE, now=NOW)
    return await create_person(store, SITE, ADA, now=NOW)


async def document(store: Store, actor: Actor) -> dict[str, Any]:
    found = await store.reading(lambda reader: directory.local_document(reader, actor.uri))
    assert found is not None
    served: dict[str, Any] = json.loads(found[0])
    return served


async def test_the_instance_actor_is_called_like_its_host(store: Store) -> None:
    actor = await create_instance_actor(store, SITE, now=NOW)
    served = await document(store, actor)
    assert (served["id"], served["type"]) == ("https://here.test/actor", "Application")
    assert served["preferredUsername"] == "here.test"
    assert served["publicKey"]["id"] == "https://here.test/actor#main-key"
    assert await create_instance_actor(store, SITE, now=NOW + 1) == actor


async def test_a_node_never_changes_its_name(store: Store) -> None:
    """D-3."""
    await create_instance_actor(store, SITE, now=NOW)
    with pytest.raises(Conflict):
        await create_instance_actor(store, Site(domain="there.test"), now=NOW)
    with pytest.raises(Conflict):
        await create_person(store, Site(domain="there.test"), ADA, now=NOW)


async def test_nobody_lives_on_a_node_without_a_name(store: Store) -> None:
    with pytest.raises(Conflict, match="init"):
        await create_person(store, SITE, ADA, now=NOW)
    assert await store.reading(lambda reader: directory.local_named(reader, "ada")) is None


async def test_a_person_has_an_account_a_document_and_readers(store: Store, ada: Actor) -> None:
    served = await document(store, ada)
    assert (served["type"], served["preferredUsername"]) == ("Person", "Ada")
    assert ada.uri.startswith("https://here.test/u/")
    account = await store.reading(lambda reader: accounts.get(reader, ada.id))
    assert (account.role, account.email, account.confirmed) == ("admin", "ada@here.test", True)
    for kind in ("person", "followers"):
        assert await store.reading(lambda r, kind=kind: audiences.find(r, kind, ada.id))  # type: ignore[misc]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("name", ["ada", "ADA", "here.test"])
async def test_a_name_is_given_out_once_whatever_the_case(store: Store, name: str) -> None:
    with pytest.raises(Conflict):
        await create_person(store, SITE, replace(ADA, username=name), now=NOW)


@pytest.mark.parametrize(
    "new",
    [
        replace(ADA, username="a b"),
        replace(ADA, username=""),
        replace(ADA, username="ben", email="nonsense"),
        replace(ADA, username="ben", name="x" * 201),
        replace(ADA, username="ben", role="king"),  # type: ignore[arg-type]
    ],
)
@pytest.mark.usefixtures("ada")
async def test_odd_wishes_leave_nothing_behind(store: Store, new: NewPerson) -> None:
    with pytest.raises(Invalid):
        await create_person(store, SITE, new, now=NOW)
    assert len(await store.reading(lambda r: directory.locals_of_kind(r, "Person"))) == 1


async def test_a_community_has_a_policy_and_a_responsable(store: Store, ada: Actor) -> None:
    new = NewCommunity(username="wood", summary="About **wood**", joining="approval", private=True)
    wood = await create_community(store, SITE, new, creator=ada, now=NOW)
    served = await document(store, wood)
    assert served["type"] == "Group"
    assert served["manuallyApprovesFollowers"] is True
    assert "<strong>wood</strong>" in served["summary"]
    policy = await store.reading(lambda reader: communities.get(reader, wood.id))
    assert (policy.joining, policy.posting, policy.private) == ("approval", "members", True)
    role = await store.reading(lambda reader: memberships.role_of(reader, wood.id, ada.id))
    assert role == "responsable"
    assert await store.reading(lambda reader: audiences.find(reader, "community", wood.id))


async def test_communities_are_founded_by_people_of_here(store: Store, ada: Actor) -> None:
    new = NewCommunity(username="wood")
    stranger = person(7, "far", local=False, host="far.test")
    for creator in (stranger, replace(ada, kind="Group")):
        with pytest.raises(Invalid):
            await create_community(store, SITE, new, creator=creator, now=NOW)
    with pytest.raises(Invalid):
        await create_community(store, SITE, replace(new, joining="maybe"), creator=ada, now=NOW)
    with pytest.raises(Conflict):
        await create_community(store, SITE, replace(new, username="ADA"), creator=ada, now=NOW)
    assert await create_community(store, SITE, new, creator=ada, now=NOW)


@pytest.mark.parametrize("compromised", [False, True])
async def test_new_keys_are_served_and_told(store: Store, ada: Actor, compromised: bool) -> None:
    """S-21."""
    rows = await rotate_keys(store, SITE, ada, compromised=compromised, now=NOW + HOUR)
    assert [row.uri for row in rows] == [f"{ada.uri}#main-key-2", f"{ada.uri}#ed25519-key-2"]
    served = await document(store, ada)
    assert served["publicKey"]["id"] == f"{ada.uri}#main-key-2"
    listed = {key["id"] for key in served["assertionMethod"]}
    assert (f"{ada.uri}#ed25519-key" in listed) is not compromised
    old = await store.reading(lambda reader: keys.find(reader, f"{ada.uri}#main-key"))
    assert (old is None) is compromised
    assert (await store.reading(outgoing.backlog)).count == 1


async def test_nobody_elses_keys_are_rotated(store: Store, ada: Actor) -> None:
    with pytest.raises(Conflict):
        await rotate_keys(store, SITE, replace(ada, local=False), compromised=False, now=NOW)
