"""The door for servers, as bytes on a socket: what is taken, what is refused, and how it is said.

H-1 to H-17 as far as this process decides, S-1 to S-18, J-6, J-10, L-3. Each refusal stands beside
the success it resembles.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from actors.records import Actor as Ours
from federation.inbound import Full, Gate, Patience
from federation.refusing import CODES, STATUSES
from federation.vocabulary import Unknown
from storage import journal
from tests.neighbour import ACTIVITY_JSON, Actor, Json, Neighbour, sign
from tests.trips.scene import Scene, opened
from tests.trips.verbs import passes

pytestmark = pytest.mark.asyncio(loop_scope="module")
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@dataclass
class Cast:
    alice: Ours
    ada: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    yield Cast(alice=await scene.node.person("alice"), ada=scene.far.person("ada"))


# --- saying it -----------------------------------------------------------------------------------


@dataclass
class Said:
    """An answer as it came."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        """The code of a refusal, whose shape is checked on the way (H-8)."""
        said = json.loads(self.body)
        assert set(said) == {"error", "error_description", "request_id"}, said
        assert self.headers["content-type"] == "application/json"
        assert self.headers["x-request-id"] == said["request_id"]
        assert said["error"] in CODES
        assert STATUSES[said["error"]] == self.status
        if self.status in (429, 503):
            assert int(self.headers["retry-after"]) > 0
        for secret in ("Traceback", "SELECT", "site-packages", "PRIVATE"):
            assert secret not in said["error_description"]
        return str(said["error"])


async def wire(scene: Scene, *parts: bytes, pause: float = 0.0) -> Said:
    """Bytes exactly as given, in pieces; the first answer. Status 0 when none came."""
    port = int(scene.node.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(_read(reader), 10)
    except ConnectionError:
        return Said(0)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Said:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Said(int(first.split()[1]), headers, body)


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def signed(
    scene: Scene, by: Actor, body: bytes, *, path: str = "/inbox", **changes: str | None
) -> dict[str, str]:
    """Headers of a good delivery; `changes` (underscores for hyphens) are made afterwards."""
    found = sign("POST", scene.node.base + path, body, by)
    found["Content-Length"] = str(len(body))
    for name, value in changes.items():
        key = name.replace("_", "-").title()
        found.pop(key, None)
        if value is not None:
            found[key] = value
    return found


def like(scene: Scene, cast: Cast, **more: Any) -> Json:
    return scene.far.activity("Like", cast.ada, f"{scene.node.base}/n/none", **more)


async def delivered(scene: Scene, cast: Cast, body: bytes | None = None, **changes: Any) -> Said:
    """A Like, or another body, signed by ada, with its headers changed afterwards."""
    raw = json.dumps(like(scene, cast)).encode() if body is None else body
    return await wire(scene, head("POST", "/inbox", signed(scene, cast.ada, raw, **changes)) + raw)


# --- bodies --------------------------------------------------------------------------------------


async def test_a_good_delivery_gets_202_and_nothing_more(scene: Scene, cast: Cast) -> None:
    """H-10, H-15: durable before it is said."""
    activity = like(scene, cast)
    answer = await delivered(scene, cast, json.dumps(activity).encode())
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    known = await scene.node.node.store.reading(lambda r: journal.known(r, activity["id"]))
    assert known


async def test_a_body_has_a_cap(scene: Scene, cast: Cast) -> None:
    """H-1, H-2: counted on what is read, whatever the headers say; the last byte allowed is taken."""
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
    headers = _signing(scene, cast.ada, raw, "(request-target) host date digest")
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
    assert not await scene.node.node.store.reading(lambda r: journal.known(r, odd["id"]))
    for name in ("as:Like", "https://www.w3.org/ns/activitystreams#Like", ["Like"]):
        activity = like(scene, cast) | {"type": name}
        assert (await delivered(scene, cast, json.dumps(activity).encode())).status == 202
        assert await scene.node.node.store.reading(
            lambda r, uri=activity["id"]: journal.known(r, uri)
        )


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


# --- signatures ----------------------------------------------------------------------------------


def _signing(
    scene: Scene, by: Actor, body: bytes, names: str, **values: str | None
) -> dict[str, str]:
    """A cavage signature over just these names; `values` replace headers before it is made."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers: dict[str, str] = {
        "Host": scene.node.base.removeprefix("http://"),
        "Date": formatdate(usegmt=True),
        "Digest": f"SHA-256={digest}",
        "Content-Type": ACTIVITY_JSON,
        "Content-Length": str(len(body)),
    }
    parameters = {"keyId": by.rsa_key_id, "algorithm": "rsa-sha256"}
    for name, value in values.items():
        if name in ("keyId", "algorithm", "created", "expires"):
            parameters[name] = value or ""
        elif value is None:
            headers.pop(name.title())
        else:
            headers[name.title()] = value
    low = {name.lower(): value for name, value in headers.items()}
    low["(request-target)"] = "post /inbox"
    low |= {f"({name})": value for name, value in parameters.items()}
    text = "\n".join(f"{name}: {low.get(name, '')}" for name in names.split())
    raw = by.rsa_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    parameters |= {"headers": names, "signature": base64.b64encode(raw).decode()}
    shown = ",".join(f'{name}="{value}"' for name, value in parameters.items() if value)
    return headers | {"Signature": shown}


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
    headers = _signing(scene, cast.ada, raw, names, **changes)
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
    nowhere = _signing(scene, cast.ada, raw, _GOOD, keyId="javascript:alert(1)")
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
        answer = await wire(scene, head("POST", "/inbox", _signing(scene, by, raw, _GOOD, **key)) + raw)
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
