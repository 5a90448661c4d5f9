"""Our activities, read back by our own reading."""

from __future__ import annotations

from typing import Any

import pytest

from federation import parsing, rendering
from federation.documents import read
from federation.rendering.actors import actor_document
from federation.vocabulary import (
    PUBLIC,
    Accept,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Flag,
    Follow,
    Like,
    Lock,
    Move,
    Reject,
    Remove,
    Tombstone,
    Undo,
    Update,
)
from tests.federation.rendered import (
    ARTICLE,
    BASE,
    LEA,
    NOW,
    SAM,
    SITE,
    VEILLE,
    keys_of,
    rendered,
)

PERSON = actor_document(LEA, keys_of(LEA), SITE, community=None)


def activities() -> dict[str, tuple[dict[str, Any], type]]:
    made, uri, other = rendered(ARTICLE), f"{BASE}/a/1", "https://ailleurs.example/n/2"
    asked = rendering.follow_as_received(uri=f"{SAM.uri}#f", actor=SAM.uri, target=LEA.uri)
    by_lea: dict[str, Any] = {"uri": uri, "actor": LEA.uri}
    to: dict[str, Any] = {"to": [VEILLE.uri], "cc": [PUBLIC]}
    follow = rendering.follow(SAM.uri, **by_lea)
    like = rendering.like(other, **by_lea, to=[SAM.uri], audience=VEILLE.uri)
    return {
        "create": (rendering.create(made), Create),
        "update": (rendering.update(made, uri=uri, now=NOW), Update),
        "update_actor": (
            rendering.update_actor(PERSON, uri=uri, now=NOW),
            Update,
        ),
        "delete": (rendering.delete(made["id"], **by_lea, **to, audience=VEILLE.uri), Delete),
        "delete_actor": (rendering.delete_actor(LEA.uri, uri=uri), Delete),
        "removal": (
            rendering.remove_from_community(
                other, **by_lea, group=VEILLE.uri, reason="", to=[PUBLIC]
            ),
            Delete,
        ),
        "follow": (follow, Follow),
        "accept": (rendering.accept(asked, **by_lea), Accept),
        "reject": (rendering.reject(asked, **by_lea), Reject),
        "like": (like, Like),
        "undo_follow": (rendering.undo(follow, uri=f"{BASE}/a/2"), Undo),
        "undo_like": (rendering.undo(like, uri=f"{BASE}/a/2"), Undo),
        "boost": (
            rendering.announce_object(other, uri=uri, actor=LEA, now=NOW, author=SAM.uri),
            Announce,
        ),
        "block": (rendering.block(SAM.uri, **by_lea, to=[SAM.uri]), Block),
        "ban": (
            rendering.block(
                SAM.uri, **by_lea, **to, community=VEILLE.uri, reason="Pub", ends=NOW + 1
            ),
            Block,
        ),
        "flag": (rendering.flag([SAM.uri, other], **by_lea, content="Pub", to=[SAM.uri]), Flag),
        "add": (rendering.add(other, target=str(VEILLE.featured), **by_lea, **to), Add),
        "remove": (rendering.remove(other, target=str(VEILLE.featured), **by_lea, **to), Remove),
        "lock": (rendering.lock(other, **by_lea, group=VEILLE.uri, **to), Lock),
        "move": (rendering.move(SAM.uri, **by_lea, followers=str(LEA.followers)), Move),
    }


@pytest.mark.parametrize("name", sorted(activities()))
def test_every_activity_reads_back(name: str) -> None:
    """With an id, an actor, and both lists of recipients."""
    document, kind = activities()[name]
    assert isinstance(document["to"], list)
    assert isinstance(document["cc"], list)
    found = parsing.activity(read(rendering.serialise(document)), now=NOW * 2)
    assert type(found) is kind
    assert (found.uri, found.actor) == (document["id"], document["actor"])
    assert found.address.to == tuple(document["to"])


def test_an_answer_holds_the_whole_follow() -> None:
    """GoToSocial and Lemmy look at its actor and object."""
    document, _ = activities()["accept"]
    found = parsing.activity(document, now=NOW)
    assert isinstance(found, Accept)
    assert isinstance(found.object.embedded, Follow)
    assert (found.object.embedded.actor, found.object.embedded.object) == (SAM.uri, LEA.uri)
    assert found.address.to == (SAM.uri,)


def test_a_deletion_and_a_removal() -> None:
    """Lemmy tells a moderator's removal by its summary; it is never missing there."""
    deleted = parsing.activity(activities()["delete"][0], now=NOW)
    removed = parsing.activity(activities()["removal"][0], now=NOW)
    assert isinstance(deleted, Delete)
    assert isinstance(removed, Delete)
    assert isinstance(deleted.object.embedded, Tombstone)
    assert deleted.summary is None
    assert removed.summary
