"""The vectors that several projects share, where they are at hand: nothing of them is untried here.

Every shape there has a fixture of ours (else the test names it), the signatures recorded with it
verify, and the originals themselves do to a running node what our fixtures do. Without the folder
(PASSERELLE_VECTORS, else `../shared/vectors` beside the project) all of this is skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from actors import follows
from actors.key_material import KeyRefused, PublicKey, public_from_pem
from federation import discovery
from federation.fetching import Budget
from federation.signatures import SignedRequest, read_claim, verify
from storage.engine import Transaction
from tests.nodes import Running, start
from tests.peers import Peers
from tests.trips import outcomes
from tests.trips.captures import Recorded, localised, recorded
from tests.trips.shapes import FIXTURES, Shape, shapes
from tests.trips.stage import Clock, Stage, staged

_ROOT = Path(__file__).parent.parent
VECTORS = Path(os.environ.get("PASSERELLE_VECTORS") or _ROOT.parent / "shared" / "vectors")
pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"NO SHARED VECTORS at {VECTORS}")
OURS = shapes(FIXTURES / "payloads") | shapes(FIXTURES / "captures")
_ABOUT = json.loads((FIXTURES / "payloads" / "manifest.json").read_text(encoding="utf-8"))
_AS = {
    entry["shape"]: {"https://a.example.org": "https://agora.example"} | entry.get("original", {})
    for entry in _ABOUT
}
# Names of ours for what a message is about: our people, our poll, our community.
_HERE = {
    "https://agora.example/u/zoe": "https://agora.example/u/noe",
    "https://agora.example/n/77": "https://agora.example/n/q1",
    "https://agora.example/c/club": "https://agora.example/c/ateliers",
    "@zoe@a.example.org": "@noe@agora.example",
}


def _payload_names() -> list[str]:
    return sorted(path.stem for path in (VECTORS / "payloads").glob("[0-9]*.json"))


def _posts() -> list[Recorded]:
    return [one for one in recorded(VECTORS / "captures") if one.method == "POST"]


def _originals() -> dict[str, Shape]:
    """As the manifests of ours describe them, with the text of the originals; a shape recorded
    several times is there several times."""
    found: dict[str, Shape] = {}
    for name in _payload_names():
        text = (VECTORS / "payloads" / f"{name}.json").read_text(encoding="utf-8")
        for old, new in ({**_AS[name], **_HERE}).items():
            text = text.replace(old, new)
        found[name] = replace(OURS[name], text=text)
    bare: dict[str, str] = {}
    for one in _posts():
        count = sum(name.split("#")[0] == one.shape for name in found)
        name = f"{one.shape}#{count}" if count else one.shape
        ours, told = OURS[one.shape], json.loads(one.body)
        innermost = _innermost(told)
        if innermost and innermost in bare and told["object"]["type"] == "Create":
            ours = replace(ours, before=(*ours.before, {"then": bare[innermost]}))
        elif innermost and told["object"]["type"] != "Create":
            bare[innermost] = name
        found[name] = replace(ours, name=name, text=localised(one.body.decode()))
    return found


def _innermost(document: Any) -> str:
    """The id of what an Announce brings, bare or in its Create: NodeBB sends a topic both ways."""
    inner = document.get("object") if document.get("type") == "Announce" else None
    if isinstance(inner, dict) and inner.get("type") == "Create":
        inner = inner["object"]
    return str(inner.get("id")) if isinstance(inner, dict) and "actor" not in inner else ""


ORIGINALS = _originals() if VECTORS.is_dir() else {}


def test_every_payload_shape_has_a_fixture_of_ours() -> None:
    missing = [name for name in _payload_names() if name not in OURS]
    assert not missing, f"no fixture under tests/fixtures/payloads for {missing}"
    assert len(_payload_names()) >= 65


def test_every_recorded_shape_has_a_fixture_of_ours() -> None:
    missing = {one.shape: one.path.name for one in _posts() if one.shape not in OURS}
    assert not missing, f"no fixture under tests/fixtures/captures for {missing}"


# --- signatures ----------------------------------------------------------------------------------


def _keys(value: Any) -> Iterator[PublicKey]:
    if isinstance(value, list):
        for one in value:
            yield from _keys(one)
    if not isinstance(value, dict):
        return
    if "publicKeyPem" in value:
        try:
            yield public_from_pem(
                value["publicKeyPem"], uri=value["id"], owner=value.get("owner", "")
            )
        except KeyRefused:
            return
    for one in value.values():
        yield from _keys(one)


def test_recorded_signatures_verify_with_recorded_keys() -> None:
    """S-1 to S-12: GoToSocial, NodeBB, Fedify and who they spoke with, at the recorded moment."""
    every = list(recorded(VECTORS / "captures"))
    keys: dict[str, PublicKey] = {}
    for one in every:
        body = json.loads(one.body) if one.body[:1] == b"{" else None
        keys |= {key.uri: key for key in _keys([one.answer, body])}
    schemes = {"cavage": 0, "rfc9421": 0}
    for one in every:
        if "signature" not in one.fields:
            continue
        request = SignedRequest(
            method=one.method,
            path=one.target,
            scheme="https",
            host=one.host,
            headers=[(name.lower(), value) for name, value in one.headers],
            body=one.body,
        )
        claim = read_claim(request, now=one.at, body_expected=one.method == "POST")
        if claim.key_uri in keys:
            verify(claim, keys[claim.key_uri])
            schemes[claim.scheme] += 1
    assert schemes["cavage"] >= 129
    assert schemes["rfc9421"] >= 5


# --- the originals, on a running node ------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("originals"), ORIGINALS) as made:
        yield made


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", ORIGINALS)
async def test_an_original_does_what_ours_does(stage: Stage, name: str) -> None:
    shape = ORIGINALS[name]
    document = await stage.document(shape, shape.tag)
    await stage.prepare(shape, document, shape.tag)
    found = await stage.deliver(shape, document)
    assert found == (shape.expect["door"], shape.expect.get("journal", "")), shape.why
    await outcomes.check(stage, shape, document, shape.tag)


def _arrivals() -> dict[str, list[Recorded]]:
    """By receiving host: what went to a shared inbox with the path of ours, in order of time."""
    found: dict[str, list[Recorded]] = {}
    for one in sorted(_posts(), key=lambda one: one.at):
        if one.target == "/inbox":
            found.setdefault(one.host, []).append(one)
    return found


@pytest.mark.parametrize("host", _arrivals() if VECTORS.is_dir() else [])
async def test_recorded_requests_are_taken_as_they_were_sent(host: str, tmp_path: Path) -> None:
    """A node of the receiver's name, at the recorded moments, with the recorded keys at their
    origins: every byte of the requests is theirs."""
    every, requests = list(recorded(VECTORS / "captures")), _arrivals()[host]
    hosts = {one.host for one in every} - {host}
    clock = Clock(requests[0].at - 60_000)
    async with Peers(tmp_path, hosts, clock=clock) as peers:
        for one in every:
            if isinstance(one.answer, dict) and isinstance(one.answer.get("id"), str):
                peers.documents[one.answer["id"]] = one.answer
        node = await start(
            tmp_path / "node", domain=host, clock=clock, ca_file=peers.ca_file, hosts=peers.hosts
        )
        try:
            await _all_taken(node, peers, clock, requests)
        finally:
            await node.stop()


async def _all_taken(node: Running, peers: Peers, clock: Clock, requests: list[Recorded]) -> None:
    noe = await node.person("noe")
    stage = Stage(node=node, peers=peers, every={}, noe=noe, ateliers=noe)
    for one in requests:
        clock.set(one.at)
        signer = json.loads(one.body)["actor"]
        await _followed(stage, signer)
        status, answer = await peers.send(
            node, node.node.site.shared_inbox, one.body, dict(one.headers)
        )
        assert status == 202, (one.path.name, answer)
        assert await stage.settled(json.loads(one.body)["id"]) != "", one.path.name


async def _followed(stage: Stage, uri: str) -> None:
    """noe follows the sender: its own Accept was never recorded, so it is written down here."""
    actor = await discovery.actor(stage.node.node, uri, budget=Budget())
    now = stage.node.clock()

    async def deed(tx: Transaction) -> None:
        if await follows.current(tx, stage.noe.id, actor.id) is None:
            await follows.ask(tx, follower_id=stage.noe.id, followed_id=actor.id, uri=uri, now=now)
            row = await follows.current(tx, stage.noe.id, actor.id)
            assert row is not None
            await follows.accept(tx, row, now=now)

    await stage.node.node.store.transaction(deed)
