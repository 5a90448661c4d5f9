"""The door for servers, as bytes on a socket: what is taken, what is refused, and how it is said.

H-1 to H-17 as far as this process decides, J-1 to J-10, L-3. Each refusal stands beside
the success it resembles.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from federation.inbound import Full, Gate, Patience
from federation.vocabulary import Unknown
from storage import journal
from tests.neighbour import ACTIVITY_JSON
from tests.trips.door import Cast, cavage, delivered, head, like, signed, wire
from tests.trips.scene import Scene, opened
from tests.trips.verbs import passes

pytestmark = pytest.mark.asyncio(loop_scope="module")
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    yield Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))


# --- bodies --------------------------------------------------------------------------------------


async def test_a_good_delivery_gets_202_and_nothing_more(scene: Scene, cast: Cast) -> None:
    """H-10, H-15: durable before it is said."""
    activity = like(scene, cast)
    answer = await delivered(scene, cast, json.dumps(activity).encode())
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert await _is_known(scene, activity["id"])


async def _is_known(scene: Scene, uri: str) -> bool:
    return await scene.node.node.store.reading(lambda reader: journal.known(reader, uri))


async def test_a_body_has_a_cap(scene: Scene, cast: Cast) -> None:
    """H-1, H-2: counted on what is read, whatever is promised; the last byte allowed is taken."""
    limit = scene.node.node.body_limit
    small = json.dumps(like(scene, cast)).encode()
    fitting = small + b" " * (limit - len(small))
    assert (await delivered(scene, cast, fitting)).status == 202
    over = await delivered(scene, cast, fitting + b" ")
    assert (over.code, over.headers["connection"]) == ("body_too_large", "close")
    promised = await wire(
        scene, head("POST", "/inbox", signed(scene, cast.ada, b"{}", content_length="99999999999"))
    )
    assert promised.code == "body_too_large"
    chunked = signed(scene, cast.ada, b"", content_length=None, transfer_encoding="chunked")
    chunk = b"%x\r\n%b\r\n" % (300_000, b" " * 300_000)
    answer = await wire(scene, head("POST", "/inbox", chunked), chunk * 5)
    assert answer.status in (413, 0)


async def test_a_chunked_body_is_a_body(scene: Scene, cast: Cast) -> None:
    """H-2."""
    raw = json.dumps(like(scene, cast)).encode()
    headers = signed(scene, cast.ada, raw, content_length=None, transfer_encoding="chunked")
    middle = len(raw) // 2
    parts = [b"%x\r\n%b\r\n" % (len(part), part) for part in (raw[:middle], raw[middle:])]
    answer = await wire(scene, head("POST", "/inbox", headers), *parts, b"0\r\n\r\n")
    assert answer.status == 202


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: two",
        "Content-Length: -2",
        "Transfer-Encoding: gzip, chunked, identity",
    ],
)
async def test_two_lengths_are_none(scene: Scene, cast: Cast, lines: str) -> None:
    """H-2: request smuggling (RFC 9112 section 6)."""
    host = scene.node.base.removeprefix("http://")
    start = f"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Type: {ACTIVITY_JSON}\r\n{lines}"
    answer = await wire(scene, start.encode() + b"\r\n\r\n{}")
    assert answer.status in (400, 0)
    assert answer.headers.get("connection", "close") == "close"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ACTIVITY_JSON, 202),
        ("Application/Activity+JSON; charset=utf-8", 202),
        (LD, 202),
        ('application/ld+json;  Profile="https://www.w3.org/ns/activitystreams";x=y', 202),
        ("application/ld+json", 202),
        ("application/json", 202),
        ("text/plain", 415),
        ("application/activity+json, text/html", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
        (None, 415),
    ],
)
async def test_content_types(scene: Scene, cast: Cast, kind: str | None, status: int) -> None:
    """H-4. The type is not among what ada signs here: only its spelling is at stake."""
    raw = json.dumps(like(scene, cast)).encode()
    headers = cavage(scene, cast.ada, raw, "(request-target) host date digest")
    headers.pop("Content-Type")
    if kind is not None:
        headers["Content-Type"] = kind
    answer = await wire(scene, head("POST", "/inbox", headers) + raw)
    assert answer.status == status
    if status == 415:
        assert answer.code == "unsupported_media_type"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
async def test_only_plain_bodies(scene: Scene, cast: Cast, encoding: str) -> None:
    """H-3."""
    answer = await delivered(scene, cast, content_encoding=encoding)
    assert answer.code == "unsupported_encoding"
    assert answer.headers["accept-encoding"] == "identity"
    assert (await delivered(scene, cast, content_encoding="identity")).status == 202


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b"[]", "malformed_json"),
        (b'"text"', "malformed_json"),
        (b"null", "malformed_json"),
        (b"{", "malformed_json"),
        (b'{"a": NaN}', "malformed_json"),
        (b'{"a": 1e999}', "malformed_json"),
        (b'{"a": 1, "a": 2}', "malformed_json"),
        (b"\xff\xfe{\x00}\x00", "malformed_json"),
        ("{}".encode("utf-32"), "malformed_json"),
        (b'{"a": "\xc3("}', "malformed_json"),
        (b'{"a": "\\ud800"}', "invalid_text"),
        (b'{"a": "\\u0000"}', "invalid_text"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "json_too_deep"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a": [' + b"0," * 60_000 + b"0]}", "json_too_many_items"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed_json"),
        (b"{}", "missing_type"),
    ],
)
async def test_what_is_no_document(scene: Scene, cast: Cast, body: bytes, code: str) -> None:
    """J-1 to J-6, H-9, H-14: a refusal that names it, never a 5xx. Of two faults either may be
    named."""
    answer = await delivered(scene, cast, body)
    assert answer.status == 400
    near = {"malformed_json", "json_too_deep", "invalid_text", "json_too_many_items"}
    assert answer.code == code or {answer.code, code} <= near


async def test_a_byte_order_mark_is_no_disaster(scene: Scene, cast: Cast) -> None:
    """H-14."""
    raw = b"\xef\xbb\xbf" + json.dumps(like(scene, cast)).encode()
    assert (await delivered(scene, cast, raw)).status in (202, 400)


@passes(Unknown)
async def test_a_verb_nobody_knows(scene: Scene, cast: Cast) -> None:
    """J-10: answered, not kept, not counted as a refusal; short and long names are one."""
    odd = like(scene, cast) | {"type": "Zap"}
    assert (await delivered(scene, cast, json.dumps(odd).encode())).status == 202
    assert not await _is_known(scene, odd["id"])
    for name in ("as:Like", "https://www.w3.org/ns/activitystreams#Like", ["Like"]):
        activity = like(scene, cast) | {"type": name}
        assert (await delivered(scene, cast, json.dumps(activity).encode())).status == 202
        assert await _is_known(scene, activity["id"])


# --- methods, paths, names -----------------------------------------------------------------------


async def test_methods(scene: Scene, cast: Cast) -> None:
    """H-7: 405 with Allow on a known path, whatever the body."""
    for method in ("PUT", "DELETE", "PATCH"):
        answer = await wire(scene, _plain(scene, method, "/inbox"))
        assert (answer.code, answer.headers["allow"]) == ("method_not_allowed", "POST")
        assert (await wire(scene, _plain(scene, method, "/u/x"))).status == 405
    assert (await wire(scene, _plain(scene, "POST", "/nowhere"))).code == "not_found"
    path = cast.alice.uri.removeprefix(scene.node.base)
    answer = await wire(scene, _plain(scene, "DELETE", f"{path}/inbox"))
    assert answer.status == 405
    assert {"GET", "POST"} <= {word.strip() for word in answer.headers["allow"].split(",")}
    assert (await wire(scene, _plain(scene, "OPTIONS", "*"))).status in (400, 404, 405)


def _plain(scene: Scene, method: str, path: str, **headers: str) -> bytes:
    given = {"Host": scene.node.base.removeprefix("http://"), "Accept": ACTIVITY_JSON}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return head(method, path, given)


@pytest.mark.parametrize(
    "path", ["/u/x", "/n/x", "/c/x", "/t/x", "/a/x", "/n/x/likes", "/u/x/outbox", "/%00", "/%ff"]
)
async def test_nothing_there(scene: Scene, cast: Cast, path: str) -> None:
    """H-7, P-3."""
    answer = await wire(scene, _plain(scene, "GET", path))
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_inbox_of_nobody(scene: Scene, cast: Cast) -> None:
    """A-22: beside alice's own, and the instance's."""
    raw = json.dumps(like(scene, cast)).encode()
    own = cast.alice.uri.removeprefix(scene.node.base)
    for path, status in ((f"{own}/inbox", 202), ("/actor/inbox", 202), ("/u/none/inbox", 404)):
        headers = signed(scene, cast.ada, raw, path=path)
        assert (await wire(scene, head("POST", path, headers) + raw)).status == status


async def test_another_name_is_not_ours(scene: Scene, cast: Cast) -> None:
    """H-12, S-7."""
    for method, path in (("GET", "/actor"), ("POST", "/inbox")):
        for host in ("elsewhere.test", "", "127.0.0.1", "localhost:80"):
            answer = await wire(scene, _plain(scene, method, path, Host=host))
            assert answer.status == 421, host
    assert (await wire(scene, b"GET /actor HTTP/1.1\r\n\r\n")).status == 421
    assert (await wire(scene, _plain(scene, "GET", "/actor"))).status == 200


async def test_heads_have_caps(scene: Scene, cast: Cast) -> None:
    """H-6."""
    long = await wire(scene, _plain(scene, "GET", "/" + "a" * 9000))
    assert (long.status, long.code) == (414, "uri_too_long")
    many = {f"X-{n}": "1" for n in range(120)}
    assert (await wire(scene, _plain(scene, "GET", "/actor", **many))).code == "header_too_large"
    wide = await wire(scene, _plain(scene, "GET", "/actor", X_Wide="a" * 33_000))
    assert wide.code == "header_too_large"
    start = f"GET /actor HTTP/1.1\r\nHost: {scene.node.base.removeprefix('http://')}\r\nX: "
    endless = await wire(scene, start.encode(), *[b"a" * 20_000] * 5)
    assert endless.status in (431, 0)
    for name in ("Signature", "Signature-Input"):
        raw = json.dumps(like(scene, cast)).encode()
        headers = signed(scene, cast.ada, raw) | {name: 'keyId="' + "a" * 9000 + '"'}
        answer = await wire(scene, head("POST", "/inbox", headers) + raw)
        assert answer.status == 401


async def test_head_is_get_without_a_body(scene: Scene, cast: Cast) -> None:
    """H-16, H-17."""
    path = cast.alice.uri.removeprefix(scene.node.base)
    for where in (path, f"{path}/outbox", "/u/none"):
        got = await wire(scene, _plain(scene, "GET", where))
        port = int(scene.node.base.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_plain(scene, "HEAD", where, Connection="close"))
        raw = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        first, _, body = raw.partition(b"\r\n\r\n")
        assert int(first.split()[1]) == got.status
        assert body == b""
        assert "Accept" in got.headers["vary"]
        assert "Signature" in got.headers["vary"]
        mark = got.headers.get("etag")
        if mark:
            again = await wire(scene, _plain(scene, "GET", where, If_None_Match=mark))
            assert again.status == 304
    hidden = await wire(scene, _plain(scene, "GET", "/n/none", If_None_Match="*"))
    assert hidden.status == 404


# --- slow, and too many --------------------------------------------------------------------------


async def test_a_slow_body_is_not_waited_for(tmp_path: Path) -> None:
    """H-5: too slow once the grace is over, or too late altogether; beside a pause that is fine."""
    async with opened(tmp_path) as scene:
        cast = Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))
        raw = json.dumps(like(scene, cast)).encode()
        start = head("POST", "/inbox", signed(scene, cast.ada, raw))
        assert (await wire(scene, start, raw[:50], raw[50:], pause=0.1)).status == 202
        scene.node.node.patience = Patience(grace=0.2, rate=1000, total=5)
        begun = asyncio.get_running_loop().time()
        slow = await wire(scene, start + raw[:10])
        assert (slow.code, slow.headers["connection"]) == ("request_timeout", "close")
        assert asyncio.get_running_loop().time() - begun < 2
        assert (await wire(scene, start, raw)).status == 202
        scene.node.node.patience = Patience(grace=5, rate=1000, total=0.3)
        dribble = [raw[n : n + 4] for n in range(0, len(raw), 4)]
        assert (await wire(scene, start, *dribble[:9], pause=0.05)).status in (408, 0)


async def test_too_many_at_once_are_told_to_come_back(tmp_path: Path) -> None:
    """L-3, H-9: 503 with Retry-After; whoever waits in line is served when a place is free, and
    GETs have a gate of their own."""
    async with opened(tmp_path) as scene:
        cast = Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))
        scene.node.node.gate = Gate(1, waiting=1, seconds=0.3)
        raw = json.dumps(like(scene, cast)).encode()
        start = head("POST", "/inbox", signed(scene, cast.ada, raw))
        holding = [asyncio.create_task(wire(scene, start, raw, pause=0.5)) for _ in range(2)]
        await asyncio.sleep(0.2)
        answer = await wire(scene, start + raw)
        assert (answer.status, answer.code) == (503, "overloaded")
        assert (await wire(scene, _plain(scene, "GET", "/actor"))).status == 200
        assert [held.status for held in await asyncio.gather(*holding)] == [202, 202]
        assert (await wire(scene, start + raw)).status == 202


async def test_a_gate_does_not_let_wait_for_ever() -> None:
    """L-3."""
    gate = Gate(1, waiting=1, seconds=0.05)
    with gate.entry():
        async with gate.turn():
            with gate.entry(), pytest.raises(Full):
                async with gate.turn():
                    raise AssertionError("two at once")
            with gate.entry(), pytest.raises(Full), gate.entry():
                raise AssertionError("three inside")
    async with gate.turn():
        pass
