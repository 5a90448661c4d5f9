"""Signatures at the door, over real HTTP: S-1 to S-20, each refusal beside what is accepted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any

import pytest
import pytest_asyncio

from tests.neighbour import Actor, Neighbour, sign
from tests.trips.door import Cast, cavage, head, like, signed, wire
from tests.trips.scene import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    yield Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))


_GOOD = "(request-target) host date digest"


@pytest.mark.parametrize(
    ("names", "changes", "code"),
    [
        (_GOOD, {}, ""),
        (_GOOD + " content-type", {}, ""),
        (_GOOD, {"algorithm": "hs2019"}, ""),
        (_GOOD, {"algorithm": None}, ""),
        (_GOOD, {"date": formatdate(1_000_000_000, usegmt=True)}, "signature_expired"),
        (_GOOD, {"date": formatdate(4_000_000_000, usegmt=True)}, "signature_expired"),
        (_GOOD, {"date": "yesterday"}, "signature_malformed"),
        (_GOOD, {"algorithm": "hmac-sha256"}, "unsupported_algorithm"),
        (_GOOD, {"algorithm": "rsa-sha1"}, "unsupported_algorithm"),
        (_GOOD, {"digest": "SHA-256=AAAA"}, "digest_mismatch"),
        (_GOOD, {"digest": "MD5=AAAA"}, "digest_missing"),
        ("host date digest", {}, "signature_incomplete"),
        ("(request-target) date digest", {}, "signature_incomplete"),
        ("(request-target) host date", {}, "signature_incomplete"),
        ("(request-target) host digest", {}, "signature_incomplete"),
        ("date", {}, "signature_incomplete"),
    ],
)
async def test_cavage(
    scene: Scene, cast: Cast, names: str, changes: dict[str, str | None], code: str
) -> None:
    """S-2, S-3, S-5, S-6, S-8, S-9 over real HTTP."""
    raw = json.dumps(like(scene, cast)).encode()
    headers = cavage(scene, cast.ada, raw, names, **changes)
    answer = await wire(scene, head("POST", "/inbox", headers) + raw)
    if code:
        assert answer.status == 401
        assert answer.code == code
    else:
        assert answer.status == 202, answer.body


async def test_what_was_signed_is_what_counts(scene: Scene, cast: Cast) -> None:
    """S-1, S-5, S-7, S-10: no signature, another body, another path, two signatures, no base64."""
    raw = json.dumps(like(scene, cast)).encode()
    good = signed(scene, cast.ada, raw)
    other = raw.replace(b"Like", b"Love")
    elsewhere = signed(scene, cast.ada, raw, path="/u/x/inbox")
    nowhere = cavage(scene, cast.ada, raw, _GOOD, keyId="javascript:alert(1)")
    broken = good | {"Signature": good["Signature"].replace('signature="', 'signature="!')}
    twice = head("POST", "/inbox", good)[:-2] + f"Signature: {good['Signature']}\r\n\r\n".encode()
    unsigned = {name: value for name, value in good.items() if name != "Signature"}
    cases: list[tuple[bytes, str]] = [
        (head("POST", "/inbox", unsigned) + raw, "signature_missing"),
        (head("POST", "/inbox", good) + other, "digest_mismatch"),
        (head("POST", "/inbox", elsewhere) + raw, "signature_invalid"),
        (head("POST", "/inbox", broken) + raw, "signature_malformed"),
        (twice + raw, "signature_malformed"),
    ]
    for request, code in cases:
        answer = await wire(scene, request)
        assert (answer.status, answer.code) == (401, code)
    answer = await wire(scene, head("POST", "/inbox", nowhere) + raw)
    assert (answer.status, answer.code) == (400, "invalid_uri")
    assert (await wire(scene, head("POST", "/inbox", good) + raw)).status == 202


async def test_rfc_9421(scene: Scene, cast: Cast) -> None:
    """S-2, S-4, S-10: with Ed25519; another body, a label of one header only."""
    raw = json.dumps(like(scene, cast)).encode()
    good = sign("POST", f"{scene.node.base}/inbox", raw, cast.ada, "rfc9421")
    good |= {"Host": scene.node.base.removeprefix("http://"), "Content-Length": str(len(raw))}
    less = good | {"Signature-Input": good["Signature-Input"].replace(' "content-digest"', "")}
    label = good | {"Signature": good["Signature"].replace("sig1", "sig2")}
    old = sign("POST", f"{scene.node.base}/inbox", raw, cast.ada, "rfc9421", at=1_000_000_000)
    for headers, codes in (
        (less, {"signature_incomplete"}),
        (label, {"signature_malformed"}),
        (good | old, {"signature_expired"}),
    ):
        answer = await wire(scene, head("POST", "/inbox", headers) + raw)
        assert (answer.status, {answer.code}) == (401, codes)
    tampered = raw.replace(b"Like", b"Love")
    assert (await wire(scene, head("POST", "/inbox", good) + tampered)).code == "digest_mismatch"
    assert (await wire(scene, head("POST", "/inbox", good) + raw)).status == 202


async def test_keys_that_prove_nothing(scene: Scene, cast: Cast) -> None:
    """S-12, S-13, S-14, S-16: unlisted, somebody else's, too weak, missing; each remembered."""
    eve, ada = scene.far.person("eve"), cast.ada
    answers: dict[str, tuple[int, str]] = {}

    async def ask(name: str, by: Actor, **properties: Any) -> None:
        activity = scene.far.activity("Like", by, f"{scene.node.base}/n/none", **properties)
        raw = json.dumps(activity).encode()
        key = {"keyId": properties.pop("key")} if "key" in properties else {}
        answer = await wire(
            scene, head("POST", "/inbox", cavage(scene, by, raw, _GOOD, **key)) + raw
        )
        answers[name] = (answer.status, answer.code if answer.body else "")

    await ask("another's name", eve, actor=ada.uri)
    liar = scene.far.person("liar")
    liar.extra = {"publicKey": {"id": liar.rsa_key_id, "owner": ada.uri, "publicKeyPem": liar.pem}}
    await ask("another's key", liar)
    missing = scene.far.person("missing")
    del scene.far.actors["/people/missing"]
    await ask("no such key", missing)
    gone = scene.far.person("gone")
    scene.far.forget("/people/gone", 410)
    await ask("gone", gone)
    broken = scene.far.person("broken")
    scene.far.forget("/people/broken", 500)
    await ask("for now", broken)
    html = scene.far.person("html")
    scene.far.serve("/people/html", b"<html>", content_type="text/html")
    await ask("no document", html)
    assert answers["another's name"] == (403, "actor_mismatch")
    assert {answers[name][0] for name in ("another's key", "no such key", "gone")} == {401}
    assert answers["no document"][0] == 401
    assert answers["for now"][0] == 503
    asked = len(scene.far.asked)
    await ask("no such key", missing)
    await ask("for now", broken)
    assert len(scene.far.asked) == asked
    await ask("good", ada)
    assert answers["good"] == (202, "")


async def test_an_invented_key_keeps_no_genuine_one_out(scene: Scene, cast: Cast) -> None:
    """S-15: the name of a key nobody has, in the name of somebody we have not met yet."""
    rita = scene.far.person("rita")
    raw = json.dumps(like(scene, cast)).encode()
    invented = cavage(scene, cast.ada, raw, _GOOD, keyId=f"{rita.uri}#invented")
    answer = await wire(scene, head("POST", "/inbox", invented) + raw)
    assert (answer.status, answer.code) == (401, "key_owner_mismatch")
    assert (await scene.post(scene.far.activity("Follow", rita, cast.alice.uri), rita))[0] == 202


async def test_a_key_document_is_asked_once(scene: Scene, cast: Cast) -> None:
    """S-12, S-15: one fetch makes a stranger known; bad signatures don't make us ask again."""
    async with Neighbour() as far:
        zed = far.person("zed")
        good = far.activity("Like", zed, f"{scene.node.base}/n/none")
        assert (await far.post(f"{scene.node.base}/inbox", good, as_=zed))[0] == 202
        first = len(far.asked)
        assert first <= 2
        raw = json.dumps(good).encode()
        headers = signed(scene, zed, raw)
        forged = headers | {"Signature": headers["Signature"][:-8] + 'AAAA=="'}
        for _ in range(5):
            assert (await wire(scene, head("POST", "/inbox", forged) + raw)).status == 401
        assert len(far.asked) == first


async def test_we_sign_what_we_ask(scene: Scene, cast: Cast) -> None:
    """S-20: every GET to a peer carries the instance actor's signature."""
    asked = [seen for seen in scene.far.asked if seen.path.startswith("/people/")]
    assert asked
    key = f'keyId="{scene.node.base}/actor#'
    for seen in asked:
        assert key in seen.headers["signature"]
        assert "(request-target) host date" in seen.headers["signature"]
