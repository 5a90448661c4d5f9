"""Actors change, go, move, block, report, invite and vote."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from actions import follows as following
from actions import notes
from actions.notes import NewNote
from actors import blocks, directory
from actors.records import Actor as Ours
from federation.vocabulary import (
    Block,
    Delete,
    Flag,
    Invite,
    Move,
    Offer,
    QuoteRequest,
    Undo,
    Update,
)
from moderation import domain_blocks, reports
from moderation.domain_blocks import DomainBlock
from notes import audiences
from notes.records import Choice, Poll
from storage import journal
from tests.neighbour import PUBLIC, Actor, Json, Neighbour
from tests.trips.scene import Scene, eventually, found, uris_in
from tests.trips.verbs import passes, refuses

pytestmark = pytest.mark.asyncio(loop_scope="module")
_TEN_MINUTES = 600_000


@dataclass
class Cast:
    """alice follows whoever a trip needs; zoe is ours as well."""

    alice: Ours
    zoe: Ours


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(scene: Scene) -> AsyncIterator[Cast]:
    yield Cast(alice=await scene.node.person("alice"), zoe=await scene.node.person("zoe"))


async def _follows(scene: Scene, person: Ours, actor: Actor) -> Ours:
    known = await found(scene.node, actor.uri)
    await following.follow(scene.node.node, person, known)
    follow = await eventually(lambda: _asked(scene, actor.uri))
    assert await scene.said("Accept", actor, follow) == "done"
    return known


async def _asked(scene: Scene, uri: str) -> Json | None:
    return next((one for one in await scene.reached("Follow") if one["object"] == uri), None)


def _with_new_keys(actor: Actor) -> None:
    actor.rsa_key = rsa.generate_private_key(65537, 2048)
    actor.ed_key = ed25519.Ed25519PrivateKey.generate()


# --- changing ------------------------------------------------------------------------------------


@passes(Update)
async def test_a_new_name_is_read_at_its_origin(scene: Scene, cast: Cast) -> None:
    """A-6: whatever copy came along."""
    ada = scene.far.person("ada")
    await _follows(scene, cast.alice, ada)
    ada.extra = {"name": "Ada L."}
    lie = ada.document() | {"name": "Menteuse", "inbox": "http://elsewhere.test/inbox"}
    assert await scene.said("Update", ada, lie) == "done"
    known = await scene.node.node.store.reading(lambda reader: directory.find(reader, ada.uri))
    assert known is not None
    assert (known.name, known.inbox) == ("Ada L.", ada.inbox)


@refuses(Update)
async def test_nobody_changes_another(scene: Scene, cast: Cast) -> None:
    ben, eve = scene.far.person("ben"), scene.far.person("eve")
    await _follows(scene, cast.alice, ben)
    ben.extra = {"name": "Volé"}
    assert await scene.said("Update", eve, ben.document()) == "403 not_owner"
    known = await scene.node.node.store.reading(lambda reader: directory.find(reader, ben.uri))
    assert known is not None
    assert known.name == "Ben"


@passes(Update)
@pytest.mark.parametrize("format_", ["cavage", "rfc9421"])
async def test_new_keys_told_of_or_not(scene: Scene, cast: Cast, format_: str) -> None:
    """S-15: a signature with a new key is checked against a fresh document, once in five minutes
    and not for keys just fetched; the former key is refused from then on."""
    cleo = scene.far.person(f"cleo-{format_}")
    await _follows(scene, cast.alice, cleo)
    former = Actor(**{**vars(cleo), "extra": {}})
    _with_new_keys(cleo)
    hasty = scene.far.activity("Like", cleo, f"{scene.node.base}/n/1")
    status, body = await scene.post(hasty, cleo, format=format_)
    assert (status, body["error"]) == (401, "signature_invalid")
    scene.clock.ahead += _TEN_MINUTES
    try:
        later = scene.far.activity("Like", cleo, f"{scene.node.base}/n/1")
        assert (await scene.post(later, cleo, format=format_))[0] == 202
        asked = len(scene.far.asked)
        for _ in range(3):
            old = scene.far.activity("Like", former, f"{scene.node.base}/n/1")
            status, body = await scene.post(old, former, format=format_)
            assert (status, body["error"]) == (401, "signature_invalid")
        assert len(scene.far.asked) == asked
    finally:
        scene.clock.ahead -= _TEN_MINUTES


@passes(Delete)
async def test_an_actor_goes(scene: Scene, cast: Cast) -> None:
    """Her notes are gone, nothing stands between her and ours, and nothing of hers comes later."""
    dan = scene.far.person("dan")
    await _follows(scene, cast.alice, dan)
    await scene.followed(cast.zoe, dan)
    note, _ = await scene.wrote(dan, "<p>bientôt plus</p>")
    assert note["id"] in uris_in(await scene.node.home(cast.alice))
    gone = scene.far.activity("Delete", dan, dan.uri, to=[PUBLIC])
    assert await scene.sent(gone, dan) == "done"
    assert note["id"] not in uris_in(await scene.node.home(cast.alice))
    assert await scene.shown(note["id"], cast.alice) is None
    assert await scene.count(f"{cast.zoe.uri}/followers") == 0
    late, _ = await scene.wrote(dan, "<p>revenant</p>")
    assert await scene.shown(late["id"], cast.alice) is None
    await found(scene.node, dan.uri)
    known = await scene.node.node.store.reading(lambda reader: directory.find(reader, dan.uri))
    assert known is not None
    assert known.state == "gone"


@refuses(Delete)
async def test_nobody_erases_another(scene: Scene, cast: Cast) -> None:
    """And a Delete of somebody we never heard of costs no fetch, signed or not (S-17)."""
    ines, eve = scene.far.person("ines"), scene.far.person("eve")
    await _follows(scene, cast.alice, ines)
    note, _ = await scene.wrote(ines, "<p>reste</p>")
    assert (await scene.said("Delete", eve, ines.uri)).startswith("refused: not_owner")
    forged = scene.far.activity("Delete", ines, ines.uri)
    assert await scene.sent(forged, eve) == "403 actor_mismatch"
    assert await scene.shown(note["id"], cast.alice) is not None
    asked, stranger = len(scene.far.asked), scene.far.person("jamais-vue")
    delete = scene.far.activity("Delete", stranger, stranger.uri)
    assert (await scene.post(delete, stranger))[0] == 202
    assert len(scene.far.asked) == asked


# --- moving --------------------------------------------------------------------------------------


@passes(Move)
async def test_a_move_takes_followers_along(scene: Scene, cast: Cast) -> None:
    """A-9: the new one names the old one; we follow it in her place, even when we had read before
    that she moved."""
    old, new = scene.far.person("gwen"), scene.far.person("gwen-ailleurs")
    await _follows(scene, cast.alice, old)
    new.extra = {"alsoKnownAs": [old.uri]}
    old.extra = {"movedTo": new.uri}
    assert await scene.said("Update", old, old.document()) == "done"
    move = {"target": new.uri, "to": [f"{old.uri}/followers"]}
    assert await scene.said("Move", old, old.uri, **move) == "done"
    follow = await eventually(lambda: _asked(scene, new.uri))
    assert follow["actor"] == cast.alice.uri


@refuses(Move)
async def test_a_move_needs_its_alias(scene: Scene, cast: Cast) -> None:
    """A-9: to nobody who does not name the old one; not by another; not again within 30 days."""
    old, new, third = (scene.far.person(name) for name in ("hal", "hal-bis", "hal-ter"))
    await _follows(scene, cast.alice, old)
    move = {"target": new.uri}
    assert (await scene.said("Move", old, old.uri, **move)).startswith("refused: alias_missing")
    async with Neighbour() as elsewhere:
        good = elsewhere.person("hal")
        good.extra = {"alsoKnownAs": old.uri}
        forged = scene.far.activity("Move", old, old.uri, target=good.uri)
        assert await scene.sent(forged, new) == "403 actor_mismatch"
        assert await scene.sent(forged, old) == "done"
        await eventually(lambda: _asked_there(elsewhere, good.uri))
    third.extra = {"alsoKnownAs": [old.uri]}
    again = await scene.said("Move", old, old.uri, target=third.uri)
    assert again.startswith("refused: alias_missing")
    assert await _asked(scene, third.uri) is None
    assert await _asked(scene, new.uri) is None


async def _asked_there(server: Neighbour, uri: str) -> bool:
    found = [seen.activity for seen in server.received]
    return any(one["type"] == "Follow" and one["object"] == uri for one in found)


# --- blocking ------------------------------------------------------------------------------------


@passes(Block, Undo)
async def test_a_block_hides_both_ways(scene: Scene, cast: Cast) -> None:
    """A-17: neither reads the other, no follow stands; the Undo opens reading, not following."""
    kim = scene.far.person("kim")
    await _follows(scene, cast.alice, kim)
    await scene.followed(cast.alice, kim)
    theirs, _ = await scene.wrote(kim, "<p>à moi</p>")
    mine = await notes.publish(scene.node.node, cast.alice, NewNote(text="à moi"))
    assert mine.uri in str(await scene.far.get(f"{cast.alice.uri}/outbox?page=1", as_=kim))
    followers = await scene.count(f"{cast.alice.uri}/followers")
    block = scene.far.activity("Block", kim, cast.alice.uri)
    assert await scene.sent(block, kim) == "done"
    assert await scene.shown(theirs["id"], cast.alice) is None
    assert await scene.shown(theirs["id"], cast.zoe) is not None
    assert mine.uri not in str(await scene.far.get(f"{cast.alice.uri}/outbox?page=1", as_=kim))
    assert await scene.count(f"{cast.alice.uri}/followers") == followers - 1
    assert (await scene.said("Like", kim, mine.uri)).startswith("ignored")
    assert await scene.said("Undo", kim, block) == "done"
    assert await scene.shown(theirs["id"], cast.alice) is not None
    assert mine.uri in str(await scene.far.get(f"{cast.alice.uri}/outbox?page=1", as_=kim))
    assert await scene.count(f"{cast.alice.uri}/followers") == followers - 1


@refuses(Block, Undo)
async def test_a_block_is_ones_own(scene: Scene, cast: Cast) -> None:
    lea, eve = scene.far.person("lea"), scene.far.person("eve")
    await _follows(scene, cast.alice, lea)
    note, _ = await scene.wrote(lea, "<p>x</p>")
    block = scene.far.activity("Block", lea, cast.alice.uri)
    assert await scene.sent(block, eve) == "403 actor_mismatch"
    nobody = await scene.said("Block", eve, f"{scene.node.base}/u/nobody")
    assert nobody.startswith("refused: recipient_unknown")
    assert await scene.shown(note["id"], cast.alice) is not None
    assert await scene.sent(scene.far.activity("Block", lea, cast.alice.uri), lea) == "done"
    undone = {"type": "Block", "actor": lea.uri, "object": cast.alice.uri}
    assert await scene.said("Undo", eve, undone) == "403 actor_mismatch"
    mine = undone | {"actor": eve.uri}
    assert (await scene.said("Undo", eve, mine)).startswith("ignored")
    assert await scene.shown(note["id"], cast.alice) is None


async def test_our_block_holds_against_the_other_side(scene: Scene, cast: Cast) -> None:
    """T-10: who is blocked here is not heard: no mention, no invitation, no note shown."""
    noe = scene.far.person("noe")
    known = await found(scene.node, noe.uri)
    store, now = scene.node.node.store, scene.node.node.clock()

    async def deed(tx: Any) -> None:
        await blocks.add(
            tx, actor_id=cast.zoe.id, target_id=known.id, kind="block", uri=None, now=now
        )
        await audiences.part(tx, cast.zoe.id, known.id)

    await store.transaction(deed)
    told = await scene.told(cast.zoe)
    mention = {"type": "Mention", "href": cast.zoe.uri}
    note, _ = await scene.wrote(noe, "<p>@zoe</p>", to=[cast.zoe.uri], cc=None, tag=[mention])
    assert await scene.shown(note["id"], cast.zoe) is None
    invited = await scene.said("Invite", noe, f"{noe.uri}/event", target=cast.zoe.uri)
    assert invited.startswith("refused: not_authorized")
    assert await scene.told(cast.zoe) == told


# --- reports, invitations, what waits ------------------------------------------------------------


@passes(Flag)
async def test_a_report_reaches_moderators(scene: Scene, cast: Cast) -> None:
    """A-16: kept once, changes nothing, fetches nothing it names."""
    olaf = scene.far.person("olaf")
    await found(scene.node, olaf.uri)
    objects = [cast.alice.uri, f"{scene.far.origin}/notes/unknown"]
    flag = scene.far.activity("Flag", olaf, objects, content="<b>spam</b>")
    assert await scene.sent(flag, olaf) == "done"
    row = (await scene.node.node.store.reading(reports.still_open))[0]
    assert (row["uri"], json.loads(row["objects"])) == (flag["id"], objects)
    assert row["content"] == "spam"
    assert "/notes/unknown" not in {seen.path for seen in scene.far.asked}


@refuses(Flag)
async def test_reports_are_not_taken_from_everywhere(scene: Scene, cast: Cast) -> None:
    """A-16, T-1: beside the one that was taken: in another's name, and under reject_reports."""
    pia, eve = scene.far.person("pia"), scene.far.person("eve")
    before = len(await scene.node.node.store.reading(reports.still_open))
    forged = scene.far.activity("Flag", pia, [cast.alice.uri])
    assert await scene.sent(forged, eve) == "403 actor_mismatch"
    host = f"127.0.0.1:{scene.far.port}"
    await _rule(scene, DomainBlock(host=host, severity="noop", reject_reports=True))
    try:
        refused = await scene.said("Flag", pia, [cast.alice.uri], content="x")
        assert refused.startswith("refused: domain_blocked")
    finally:
        await scene.node.node.store.transaction(lambda tx: domain_blocks.remove(tx, host))
        await scene.node.node.store.reading(scene.node.node.admission.load)
    assert len(await scene.node.node.store.reading(reports.still_open)) == before
    assert await scene.said("Flag", pia, [cast.alice.uri], content="x") == "done"


async def _rule(scene: Scene, rule: DomainBlock) -> None:
    await scene.node.node.store.transaction(lambda tx: domain_blocks.save(tx, rule))
    await scene.node.node.store.reading(scene.node.node.admission.load)


@passes(Invite)
async def test_an_invitation_is_told(scene: Scene, cast: Cast) -> None:
    rex = scene.far.person("rex")
    assert await scene.said("Invite", rex, f"{rex.uri}/event", target=cast.alice.uri) == "done"
    kind, who, _ = (await scene.told(cast.alice))[-1]
    known = await found(scene.node, rex.uri)
    assert (kind, who) == ("invitation", known.id)


@refuses(Invite)
async def test_an_invitation_needs_somebody_here(scene: Scene, cast: Cast) -> None:
    rex, told = scene.far.person("rex"), await scene.told(cast.alice)
    nobody = f"{scene.node.base}/u/nobody"
    for target in (nobody, scene.far.person("eve").uri):
        refused = await scene.said("Invite", rex, f"{rex.uri}/event", target=target)
        assert refused.startswith("refused: recipient_unknown")
    assert await scene.told(cast.alice) == told


@passes(Offer, QuoteRequest)
@refuses(Offer, QuoteRequest)
async def test_what_is_not_built_yet_waits(scene: Scene, cast: Cast) -> None:
    """Understood, kept, listed; in another's name refused like anything else."""
    sam, eve = scene.far.person("sam"), scene.far.person("eve")
    offer = scene.far.activity("Offer", sam, {"id": f"{sam.uri}/thing", "type": "Note"})
    quote = scene.far.note(sam, "<p>je cite</p>")
    request = scene.far.activity("QuoteRequest", sam, cast.alice.uri, instrument=quote["id"])
    for activity in (offer, request):
        assert await scene.sent(activity, eve) == "403 actor_mismatch"
        assert (await scene.sent(activity, sam)).startswith("waiting")
    waiting = await scene.node.node.store.reading(journal.waiting)
    assert {offer["id"], request["id"]} <= {entry.uri for entry in waiting}


# --- polls ---------------------------------------------------------------------------------------


async def test_votes_are_counted_once(scene: Scene, cast: Cast) -> None:
    """A-15: never kept as notes; not again, not for what is no choice, not in a poll one can't
    read."""
    poll = Poll(choices=(Choice(name="thé"), Choice(name="café")), multiple=False)
    note = await notes.publish(scene.node.node, cast.alice, NewNote(text="Alors ?", poll=poll))
    closed = await notes.publish(
        scene.node.node, cast.alice, NewNote(text="Entre nous", poll=poll, visibility="followers")
    )
    tom, una = scene.far.person("tom"), scene.far.person("una")
    became = [
        await _vote(scene, tom, note.uri, "thé"),
        await _vote(scene, tom, note.uri, "thé"),
        await _vote(scene, tom, note.uri, "café"),
        await _vote(scene, una, note.uri, "eau"),
        await _vote(scene, una, note.uri, "café"),
        await _vote(scene, una, closed.uri, "café"),
    ]
    assert [one.split(":")[0] for one in became] == [
        *("done", "ignored", "ignored", "ignored", "done", "ignored")
    ]
    _, page = await scene.node.get(note.uri, accept="text/html")
    assert await scene.count(f"{note.uri}/replies") == 0
    _, document = await scene.node.get(note.uri)
    counts = {one["name"]: one["replies"]["totalItems"] for one in document["oneOf"]}
    assert counts == {"thé": 1, "café": 1}
    assert "thé" in page


async def _vote(scene: Scene, by: Actor, uri: str, choice: str) -> str:
    _, became = await scene.wrote(by, "", name=choice, inReplyTo=uri, to=[uri], cc=None)
    return became
