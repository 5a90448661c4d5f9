"""Two communities of ours with members and a moderator elsewhere, and what is seen of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors import memberships
from actors.records import Actor as Ours
from tests.neighbour import PUBLIC, Actor, Json
from tests.trips.scene import Scene, eventually, found, uris_in


@dataclass
class Cast:
    """alice runs `garden`; bob (second node), ada and carla (neighbour) are members; carla
    moderates; eve is a stranger. alice runs `cellar` too, where nobody else moderates."""

    alice: Ours
    bob: Ours
    ada: Actor
    carla: Actor
    eve: Actor
    garden: Ours
    cellar: Ours


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(two_nodes: Scene) -> AsyncIterator[Cast]:
    scene = two_nodes
    alice, bob = await scene.node.person("alice"), await scene.second.person("bob")
    garden = await scene.node.community("jardin", alice, posting="members")
    cellar = await scene.node.community("cave", alice, posting="open")
    before = await scene.count(f"{garden.uri}/followers")
    far = scene.far
    cast = Cast(
        alice=alice,
        bob=bob,
        ada=far.person("ada"),
        carla=far.person("carla"),
        eve=far.person("eve"),
        garden=garden,
        cellar=cellar,
    )
    await following.follow(scene.second.node, bob, await found(scene.second, garden.uri))
    for one in (cast.ada, cast.carla):
        await scene.followed(garden, one)
    await eventually(lambda: members(scene, garden, before + 3))
    await appoint(scene, cast, cast.carla)
    yield cast


async def members(scene: Scene, community: Ours, count: int) -> bool:
    return await scene.count(f"{community.uri}/followers") == count


async def appoint(scene: Scene, cast: Cast, person: Actor) -> None:
    known = await found(scene.node, person.uri)
    store, now = scene.node.node.store, scene.node.node.clock()
    await store.transaction(
        lambda tx: memberships.add(tx, cast.garden.id, known.id, "moderator", now=now)
    )


def within(community: Ours) -> Json:
    return {"to": [PUBLIC], "cc": [community.uri], "audience": community.uri}


async def thread(scene: Scene, note: Any) -> list[str]:
    _, document = await scene.node.get(f"{scene.node.base}/t/{note.uri.rpartition('/')[2]}")
    return list(document["orderedItems"])


async def starter(scene: Scene, cast: Cast, community: Ours | None = None) -> Any:
    new = NewNote(text="Que planter ?", title="Mars", community=community or cast.garden)
    return await notes.publish(scene.node.node, cast.alice, new)


async def announces(scene: Scene, uri: str) -> list[Any]:
    """Objects of Announces that reached the neighbour about a note: a dict, or the bare id."""
    objects = [one["object"] for one in await scene.reached("Announce")]
    return [obj for obj in objects if about(obj) == uri]


def about(obj: Any) -> str:
    inner = obj.get("object") if isinstance(obj, dict) else obj
    return str(inner.get("id") if isinstance(inner, dict) else inner)


async def announced_to_far(scene: Scene, uri: str, *, whole: bool) -> bool:
    return any(isinstance(obj, dict) == whole for obj in await announces(scene, uri))


async def passed_on(scene: Scene, activity_uri: str) -> bool:
    objects = [one["object"] for one in await scene.reached("Announce")]
    return any(isinstance(obj, dict) and obj.get("id") == activity_uri for obj in objects)


async def home_count(node: Any, person: Ours, uri: str) -> int:
    return uris_in(await node.home(person)).count(uri)


def word(became: str) -> str:
    return ":".join(became.split(":")[:2])


async def outbox_of(scene: Scene, community: Ours) -> str:
    _, page = await scene.node.get(f"{community.uri}/outbox?page=1")
    return str(page)


async def listed(scene: Scene, uri: str) -> list[str]:
    _, document = await scene.node.get(uri)
    return list(document["orderedItems"])
