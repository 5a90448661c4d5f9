"""What is not for everybody: read by signing, never by others, and no longer once it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial

import pytest
import pytest_asyncio

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors import memberships
from actors.records import Actor as Ours
from notes.records import Note, Visibility
from storage import lane_care
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.neighbour_signing import sign
from tests.trips.scene import Scene, eventually, found

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SAME = {"date", "x-request-id"}  # differ between any two answers


@dataclass
class Cast:
    """alice writes; ada and zoe read her elsewhere, lea did; eve never. bob is here, and no friend.

    `closet` is a private community of alice's; ada moderates it.
    """

    alice: Ours
    bob: Ours
    closet: Ours
    ada: Actor
    zoe: Actor
    lea: Actor
    eve: Actor
    host: Actor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    alice, bob = await scene.node.person("alice"), await scene.node.person("bob")
    closet = await scene.node.community("placard", alice, private=True, posting="members")
    far = scene.far
    ada, zoe, lea = (far.person(name) for name in ("ada", "zoe", "lea"))
    host = replace(far.person("host"), kind="Application", uri=f"{far.origin}/actor")
    far.actors["/actor"] = host
    for one in (ada, zoe, lea):
        await scene.followed(alice, one)
    follow = await scene.followed(closet, ada)
    await _answer(scene, closet, ada, accepted=True)
    assert await scene.answer_to(follow) == "Accept"
    known = await found(scene.node, ada.uri)
    await scene.node.node.store.transaction(
        lambda tx: memberships.add(tx, closet.id, known.id, "moderator", now=scene.node.clock())
    )
    assert await scene.said("Undo", lea, _follow(lea, alice)) == "done"
    yield Cast(alice=alice, bob=bob, closet=closet, ada=ada, zoe=zoe, lea=lea, host=host,
               eve=far.person("eve"))  # fmt: skip


# --- who reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["followers", "community", "direct"])
@pytest.mark.parametrize("format_", ["cavage", "rfc9421"])
async def test_only_its_readers_find_it(scene: Scene, cast: Cast, kind: str, format_: str) -> None:
    """P-3, P-4: on every address of it; for others the 404 of what never was, to the letter."""
    note = await _closed(scene, cast, kind)
    addresses = _addresses(scene, note)
    for address in addresses:
        status, headers, body = await _read(scene, address, cast.ada, format_)
        assert status == 200, (address, body)
        assert headers["cache-control"] == "private, no-store"
        assert "Authorization" in headers["vary"]
    readers = {"followers": (cast.zoe,), "community": (), "direct": ()}[kind]
    for one in readers:
        assert (await _read(scene, note.uri, one, format_))[0] == 200
    everybody = (cast.eve, cast.host, cast.lea, cast.zoe, None)
    strangers = [one for one in everybody if one not in readers]
    for address in addresses:
        never = await _read(scene, _unknown(address), cast.eve, format_)
        assert never[0] == 404
        for stranger in strangers:
            assert await _read(scene, address, stranger, format_) == never, (address, stranger)


@pytest.mark.parametrize("kind", ["followers", "community", "direct"])
async def test_nobody_here_reads_it_by_her_token(scene: Scene, cast: Cast, kind: str) -> None:
    note = await _closed(scene, cast, kind)
    for address in _addresses(scene, note):
        mine = await scene.node.get(address, as_="alice")
        hers = await scene.node.get(address, as_="bob")
        assert (mine[0], hers[0]) == (200, 404), address
        for part in ("/inbox", "/outbox?page=1"):
            answer = await scene.node.get(f"{cast.bob.uri}{part}", as_="bob")
            assert note.uri not in str(answer)


@pytest.mark.parametrize("kind", ["followers", "community", "direct"])
async def test_it_is_on_no_list_of_others(scene: Scene, cast: Cast, kind: str) -> None:
    """P-2: outboxes, featured notes, counts; her own follower finds it there."""
    open_note = await notes.publish(scene.node.node, cast.alice, NewNote(text="Ouvert"))
    note = await _closed(scene, cast, kind)
    owner = cast.closet if kind == "community" else cast.alice
    for address in (f"{owner.uri}/outbox", f"{owner.uri}/outbox?page=1", f"{owner.uri}/featured"):
        for one in (cast.eve, cast.host, None):
            _, _, body = await _read(scene, address, one)
            assert note.uri not in str(body)
    _, _, seen = await _read(scene, f"{cast.alice.uri}/outbox?page=1", cast.eve)
    assert open_note.uri in str(seen)
    _, _, seen = await _read(scene, f"{owner.uri}/outbox?page=1", cast.ada)
    assert note.uri in str(seen)
    totals = [
        (await _read(scene, f"{cast.alice.uri}/outbox", one))[2]["totalItems"]
        for one in (cast.eve, cast.ada)
    ]
    assert totals[0] < totals[1]


# --- a private community -------------------------------------------------------------------------


async def test_nothing_of_a_private_community_is_for_the_public(scene: Scene, cast: Cast) -> None:
    """P-5, P-8, P-10: whatever visibility was asked for; its Group can be found all the same."""
    async with Neighbour() as other:
        x = other.person("xavier")
        await following.follow(scene.node.node, cast.alice, await found(scene.node, x.uri))
        heard = len(other.received)
        handle = f"@xavier@{other.origin.removeprefix('http://')}"
        asked: Visibility
        for asked in ("public", "unlisted", "followers", "community"):
            new = NewNote(text=f"Entre nous {handle}", community=cast.closet, visibility=asked)
            note = await notes.publish(scene.node.node, cast.alice, new)
            assert note.visibility == "community"
            whole = await eventually(partial(_heard, scene, note.uri), what=asked)
            assert {one["type"] for one in whole} == {"Announce"}
            assert PUBLIC not in str(whole)
        assert [seen.path for seen in other.received[heard:] if "Entre" in str(seen.body)] == []
    status, _, group = await _read(scene, cast.closet.uri, cast.eve)
    assert (status, group["type"]) == (200, "Group")


async def test_a_members_public_post_is_refused(scene: Scene, cast: Cast) -> None:
    """P-9, beside one for the members; somebody mentioned there is not told of it (P-10)."""
    closed = {"to": [cast.closet.uri, f"{cast.closet.uri}/followers"], "cc": []}
    mention = {"type": "Mention", "href": cast.bob.uri, "name": "@bob"}
    shared = {"audience": cast.closet.uri, "tag": [mention]}
    note, became = await scene.wrote(cast.ada, "<p>fermé</p>", **closed, **shared)
    assert became == "done"
    assert await scene.shown(note["id"], cast.alice) is not None
    assert await scene.shown(note["id"], cast.bob) is None
    assert await scene.told(cast.bob) == []
    open_, became = await scene.wrote(cast.ada, "<p>ouvert</p>", to=[PUBLIC], **shared)
    assert became.startswith("refused: not_authorized")
    assert await scene.shown(open_["id"], cast.alice) is None
    wider = note | {"to": [PUBLIC], "updated": "2030-01-01T00:00:00Z"}
    assert (await scene.said("Update", cast.ada, wider, to=[PUBLIC])).startswith("refused")


@pytest.mark.parametrize("how", ["removed", "leaves", "banned"])
async def test_reading_ends_with_the_membership(scene: Scene, cast: Cast, how: str) -> None:
    """P-6, P-13: at once, and what waits for her host is taken back; the answer still goes."""
    async with Neighbour() as away:
        mia, nora = away.person("mia"), away.person("nora")
        await _join(scene, cast, away, mia)
        note = await _closed(scene, cast, "community")
        await away.wait_for(lambda: "Announce" in _verbs(away))
        assert (await _read(scene, note.uri, mia))[0] == 200
        await away.gone()
        before = len(away.received)
        waiting = await _closed(scene, cast, "community")
        await eventually(lambda: _rows(scene, away), what="a row waits")
        await away.back()
        await _end(scene, cast, away, mia, how)
        assert (await _read(scene, note.uri, mia))[0] == 404
        await _release(scene, away)
        if how != "leaves":
            await away.wait_for(lambda: "Reject" in _verbs(away))
        await scene.wrote(cast.ada, "<p>plus tard</p>", audience=cast.closet.uri,
                          to=[f"{cast.closet.uri}/followers"], cc=[])  # fmt: skip
        await _join(scene, cast, away, nora)
        late = [seen.activity for seen in away.received[before:]]
        assert waiting.uri not in str(late)
        assert "plus tard" not in str(late)


async def test_another_member_behind_the_same_inbox_still_gets_it(scene: Scene, cast: Cast) -> None:
    """P-6: rows are taken back only when nobody there may read them."""
    async with Neighbour() as away:
        mia, nora = away.person("mia"), away.person("nora")
        await _join(scene, cast, away, mia)
        await _join(scene, cast, away, nora)
        await away.gone()
        waiting = await _closed(scene, cast, "community")
        await eventually(lambda: _rows(scene, away), what="a row waits")
        await away.back()
        await _end(scene, cast, away, mia, "removed")
        await _release(scene, away)
        await away.wait_for(lambda: waiting.uri in str(away.received[-1].body))
        assert (await _read(scene, waiting.uri, nora))[0] == 200
        assert (await _read(scene, waiting.uri, mia))[0] == 404


# --- words ---------------------------------------------------------------------------------------


async def _closed(scene: Scene, cast: Cast, kind: str) -> Note:
    """A note of alice's that ada may read."""
    name = f"@ada@{scene.far.origin.removeprefix('http://')}"
    new = {
        "followers": NewNote(text="Aux miens", visibility="followers"),
        "community": NewNote(text="Au placard", community=cast.closet, visibility="community"),
        "direct": NewNote(text=f"À toi {name}", visibility="direct"),
    }
    return await notes.publish(scene.node.node, cast.alice, new[kind])


def _addresses(scene: Scene, note: Note) -> list[str]:
    parts = ("", "/create", "/replies", "/replies?page=1", "/likes", "/shares")
    thread = f"{scene.node.base}/t/{note.uri.rpartition('/')[2]}"
    return [*(note.uri + part for part in parts), thread, f"{thread}?page=1"]


def _unknown(address: str) -> str:
    """The same kind of address, of a note that never was."""
    head, _, tail = address.partition("/n/" if "/n/" in address else "/t/")
    middle = address[len(head) : len(address) - len(tail)]
    return head + middle + "A" * 27 + tail[27:]


async def _read(
    scene: Scene, address: str, one: Actor | None, format_: str = "cavage"
) -> tuple[int, dict[str, str], Json]:
    """Status, headers and body, without what differs between any two answers."""
    headers = {"Accept": "application/activity+json"}
    if one is not None:
        headers |= sign("GET", address, None, one, format_)
    async with scene.node.http.get(address, headers=headers) as answer:
        body: Json = await answer.json(content_type=None)
        body.pop("request_id", None)
        named = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, {k: v for k, v in named.items() if k not in _SAME}, body


def _follow(by: Actor, whom: Ours) -> Json:
    return {"type": "Follow", "id": f"{by.uri}#again", "actor": by.uri, "object": whom.uri}


async def _answer(scene: Scene, community: Ours, one: Actor, *, accepted: bool) -> None:
    known = await found(scene.node, one.uri)
    await following.answer(scene.node.node, community, known.id, accepted=accepted)


async def _join(scene: Scene, cast: Cast, server: Neighbour, one: Actor) -> None:
    follow = server.activity("Follow", one, cast.closet.uri)
    assert (await server.post(f"{scene.node.base}/inbox", follow, as_=one))[0] == 202
    assert await scene.became(follow["id"]) == "done"
    await _answer(scene, cast.closet, one, accepted=True)

    async def told() -> bool:
        await _release(scene, server)
        return follow["id"] in str([seen.body for seen in server.received])

    await eventually(told, what="the answer to the Follow")


async def _end(scene: Scene, cast: Cast, server: Neighbour, one: Actor, how: str) -> None:
    if how == "removed":
        await _answer(scene, cast.closet, one, accepted=False)
        return
    if how == "banned":
        to = {"to": [cast.closet.uri], "target": cast.closet.uri}
        assert await scene.said("Block", cast.ada, one.uri, **to) == "done"
        return
    activity = server.activity("Undo", one, _follow(one, cast.closet))
    assert (await server.post(f"{scene.node.base}/inbox", activity, as_=one))[0] == 202
    assert await scene.became(activity["id"]) == "done"


async def _heard(scene: Scene, uri: str) -> list[Json]:
    """What reached the neighbour about a note."""
    return [seen.activity for seen in scene.far.received if uri in seen.body.decode()]


def _verbs(server: Neighbour) -> list[str]:
    return [seen.activity["type"] for seen in server.received]


async def _rows(scene: Scene, server: Neighbour) -> int:
    lanes = await scene.node.node.store.reading(lane_care.overview)
    host = server.origin.removeprefix("http://")
    return sum(lane.rows for lane in lanes if lane.host == host and lane.failures)


async def _release(scene: Scene, server: Neighbour) -> None:
    host, now = server.origin.removeprefix("http://"), scene.node.clock()
    store = scene.node.node.store
    await store.transaction(lambda tx: lane_care.release(tx, host, now=now))
