"""New keys, ours and others': who signs with what, and what the other side still believes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actions.people import retire_keys, rotate_keys
from actors import keys
from actors.key_material import PrivateKey
from actors.records import Actor as Ours
from federation import signatures
from storage import lane_care
from tests.neighbour import Actor, Json, Neighbour, Received, valid_cavage
from tests.trips.scene import Scene, eventually, found, uris_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """bob, at the second node, and ada, the neighbour's, follow whoever rotates her keys."""

    bob: Ours
    ada: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(two_nodes: Scene) -> AsyncIterator[Cast]:
    yield Cast(bob=await two_nodes.second.person("bob"), ada=two_nodes.far.person("ada"))


@pytest.mark.parametrize("compromised", [False, True])
async def test_keys_of_ours_change_while_it_runs(
    two_nodes: Scene, cast: Cast, compromised: bool
) -> None:
    """S-21: another process rotates; from then on every request and every proof is made with the
    new keys. The other node believes the old one for 48 hours, or never again."""
    scene = two_nodes
    alice = await _followed(scene, cast, f"alice-{compromised}".lower())
    first = await _published(scene, cast, alice)
    old = await _keys_of(scene, alice)
    assert _key_ids(scene.far, first) == {old["rsa"].uri}
    await rotate_keys(
        scene.node.node.store,
        scene.node.node.site,
        alice,
        compromised=compromised,
        now=scene.clock(),
    )
    new = await _keys_of(scene, alice)
    assert {key.uri for key in new.values()}.isdisjoint(key.uri for key in old.values())
    second = await _published(scene, cast, alice)
    assert _key_ids(scene.far, second) == {new["rsa"].uri}
    _, document = await scene.node.get(second)
    assert document["proof"]["verificationMethod"] == new["ed25519"].uri
    await eventually(lambda: _knows(scene, new["rsa"].uri), what="the other node knows")
    taken = [await _try(scene, alice, key) for key in (new["rsa"], old["rsa"])]
    assert taken == [202, 401 if compromised else 202]
    listed = await _listed(scene, alice)
    assert (old["rsa"].uri in listed) is not compromised
    assert new["rsa"].uri in listed
    if not compromised:  # what the worker does two days later
        later = scene.clock() + keys.OVERLAP + 1
        store, site = scene.node.node.store, scene.node.node.site
        await retire_keys(store, site, new["rsa"].uri, now=later)
        listed = await _listed(scene, alice)
        assert old["rsa"].uri not in listed
        assert new["rsa"].uri in listed


async def test_no_request_is_signed_with_a_revoked_key(two_nodes: Scene, cast: Cast) -> None:
    """What waited while the keys changed is signed when it is sent."""
    scene = two_nodes
    async with Neighbour() as away:
        alice, ada = await scene.node.person("prudence"), away.person("ada")
        follow = away.activity("Follow", ada, alice.uri)
        assert (await away.post(f"{scene.node.base}/inbox", follow, as_=ada))[0] == 202
        await away.wait_for(lambda: away.received)
        old = await _keys_of(scene, alice)
        away.script(503)
        note = await notes.publish(scene.node.node, alice, NewNote(text="Bonjour"))
        await away.wait_for(lambda: len(away.received) > 1)
        store, site = scene.node.node.store, scene.node.node.site
        await rotate_keys(store, site, alice, compromised=True, now=scene.clock())
        new = await _keys_of(scene, alice)
        await eventually(lambda: _resumed(scene, away), what="both have come")
        late = [seen for seen in away.received[2:] if b"Bonjour" in seen.body]
        assert late
        assert _signers(away.received[2:]) == {new["rsa"].uri}
        assert _key_ids(away, note.uri) == {old["rsa"].uri, new["rsa"].uri}
        _, actor = await scene.node.get(alice.uri)
        assert all(valid_cavage(seen, actor["publicKey"]["publicKeyPem"]) for seen in late)


async def test_many_bad_signatures_cost_one_question(two_nodes: Scene) -> None:
    """S-15: with a changed key, and with as many names of keys as one likes."""
    scene = two_nodes
    async with Neighbour() as far:
        ana = far.person("ana")
        thief = replace(ana, rsa_key=far.person("thief").rsa_key)
        assert await _like(scene, far, ana) == 202
        scene.clock.ahead += 600_000
        asked = len(far.asked)
        for _ in range(5):
            assert await _like(scene, far, thief) == 401
        assert len(far.asked) == asked + 2  # the key's document, and its owner's
        assert await _like(scene, far, ana) == 202
        asked = len(far.asked)
        for number in range(5):
            assert await _like(scene, far, _named(ana, number)) in (401, 503)
        assert len(far.asked) <= asked + 2
        assert await _like(scene, far, ana) == 202


async def test_a_new_key_under_a_new_name_is_found_at_once(two_nodes: Scene) -> None:
    """As ours are after a rotation: a name never heard of is asked for, whatever we fetched."""
    scene = two_nodes
    async with Neighbour() as far:
        ana = far.person("ana")
        assert await _like(scene, far, ana) == 202
        fresh = _named(replace(ana, rsa_key=far.person("other").rsa_key), 2)
        far.actors["/people/ana"] = fresh
        assert await _like(scene, far, fresh) == 202
        assert await _like(scene, far, ana) in (401, 503)


# --- words ---------------------------------------------------------------------------------------


class _Named(Actor):
    number: int

    @property
    def rsa_key_id(self) -> str:
        return f"{self.uri}#key-{self.number}"


def _named(actor: Actor, number: int) -> Actor:
    """The same actor, whose key is called otherwise."""
    made = _Named(**vars(actor))
    made.number = number
    return made


async def _followed(scene: Scene, cast: Cast, name: str) -> Ours:
    alice = await scene.node.person(name)
    await scene.followed(alice, cast.ada)
    there = await found(scene.second, alice.uri)
    await following.follow(scene.second.node, cast.bob, there)
    await eventually(lambda: _has_two(scene, alice))
    return alice


async def _has_two(scene: Scene, alice: Ours) -> bool:
    return await scene.count(f"{alice.uri}/followers") == 2


async def _published(scene: Scene, cast: Cast, alice: Ours) -> str:
    """A note that has reached both who follow her."""
    note = await notes.publish(scene.node.node, alice, NewNote(text="Bonjour"))
    await scene.far.wait_for(lambda: _key_ids(scene.far, note.uri))
    await eventually(lambda: _at_home(scene, cast, note.uri), what="it is at bob's")
    return note.uri


async def _at_home(scene: Scene, cast: Cast, uri: str) -> bool:
    return uri in uris_in(await scene.second.home(cast.bob))


async def _keys_of(scene: Scene, alice: Ours) -> Mapping[str, PrivateKey]:
    return await scene.node.node.store.reading(lambda reader: keys.signing_keys(reader, alice.id))


def _key_ids(server: Neighbour, uri: str) -> set[str]:
    """What signed the requests that brought it."""
    return _signers([seen for seen in server.received if uri in seen.body.decode()])


def _signers(requests: list[Received]) -> set[str]:
    said = [seen.headers.get("signature-input", seen.headers["signature"]) for seen in requests]
    return {found[1] for one in said if (found := re.search(r'keyid="([^"]+)"', one, re.I))}


async def _knows(scene: Scene, key_uri: str) -> bool:
    found = await scene.second.node.store.reading(lambda reader: keys.find(reader, key_uri))
    return found is not None


async def _resumed(scene: Scene, server: Neighbour) -> bool:
    """The operator lets what waits go; then the note and the new keys are there."""
    host, now = server.origin.removeprefix("http://"), scene.clock()
    await scene.node.node.store.transaction(lambda tx: lane_care.release(tx, host, now=now))
    return {"Create", "Update"} <= {seen.activity["type"] for seen in server.received[2:]}


async def _listed(scene: Scene, alice: Ours) -> set[str]:
    """The keys in her document, read as a stranger."""
    status, document = await scene.node.get(alice.uri)
    assert status == 200
    return {document["publicKey"]["id"], *(one["id"] for one in document["assertionMethod"])}


async def _try(scene: Scene, alice: Ours, key: PrivateKey) -> int:
    """Somebody signs in her name to the second node."""
    inbox = f"{scene.second.base}/inbox"
    like = f'{{"id": "{alice.uri}#like-{key.uri[-9:]}", "type": "Like", "actor": "{alice.uri}",'
    body = f'{like} "object": "{scene.second.base}/n/none"}}'.encode()
    headers = signatures.sign(
        "cavage",
        method="POST",
        url=inbox,
        body=body,
        key=key,
        now=scene.clock(),
        content_type="application/activity+json",
    )
    status, _ = await scene.far.send("POST", inbox, body, headers)
    return status


async def _like(scene: Scene, far: Neighbour, by: Actor) -> int:
    like: Json = far.activity("Like", by, f"{scene.node.base}/n/none")
    status, _ = await far.post(f"{scene.node.base}/inbox", like, as_=by)
    return status
