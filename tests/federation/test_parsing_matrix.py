"""Every property with every odd value, over every type we handle (J-18)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from federation import parsing
from federation.documents import Malformed
from federation.vocabulary import ACTOR_TYPES, POST_TYPES, PUBLIC, Addressing
from tests.federation.payloads import NOW

ANA = "https://a.example/u/ana"
NOTE = "https://a.example/n/1"
ABSENT = object()


def words(text: str) -> list[str]:
    return text.split()


ODD: tuple[Any, ...] = (
    ABSENT,
    None,
    True,
    0,
    -1,
    1.5,
    "",
    " ",
    "x",
    NOTE,
    [],
    [None],
    ["x"],
    [["x"]],
    [NOTE, 1],
    {},
    {"id": NOTE},
    {"id": None},
    {"type": "Note"},
    {"type": "Announce", "object": {"type": "Announce"}},
    {"en": 3, "x": "y"},
)
POST: dict[str, Any] = {
    "id": NOTE,
    "attributedTo": ANA,
    "to": [ANA],
    "cc": [ANA],
    "name": "n",
    "summary": "s",
    "content": "c",
    "tag": [{"type": "Mention", "href": ANA, "name": "@ana"}],
    "attachment": [{"type": "Image", "url": [{"href": NOTE, "mediaType": "image/png"}]}],
    "oneOf": [{"name": "yes", "replies": {"totalItems": 2}}],
    "interactionPolicy": {"canAnnounce": {"always": [ANA]}},
}
POST_PROPERTIES = words(
    "id type actor attributedTo to cc bto bcc audience name nameMap summary summaryMap content "
    "contentMap mediaType source language url inReplyTo context conversation replies quote "
    "quoteUrl _misskey_quote quoteAuthorization published updated startTime endTime sensitive tag "
    "attachment image icon oneOf anyOf closed votersCount interactionPolicy license licence"
)
ACTOR: dict[str, Any] = {"id": ANA, "inbox": ANA + "/inbox", "preferredUsername": "ana"}
ACTOR_PROPERTIES = words(
    "id type inbox preferredUsername name summary url endpoints sharedInbox outbox followers "
    "following featured attributedTo moderators icon image manuallyApprovesFollowers discoverable "
    "indexable postingRestrictedToMods movedTo alsoKnownAs attachment publicKey assertionMethod "
    "language published webfinger signature"
)
DEED_PROPERTIES = words(
    "id type actor object to cc audience bto target origin instrument result summary content "
    "published endTime expires participationMessage _misskey_reaction signature proof"
)
TAGGED = words("type href id name url mediaType rel width blurhash value replies")
PARTS: dict[str, dict[str, Any]] = {
    "tag": {"type": "Mention", "href": ANA, "name": "@ana"},
    "attachment": {"type": "Image", "url": NOTE, "name": "alt"},
    "oneOf": {"name": "yes", "replies": {"totalItems": 1}},
    "attributedTo": {"type": "Group", "id": ANA},
}


def changed(document: dict[str, Any], properties: list[str]) -> Iterator[dict[str, Any]]:
    for name in properties:
        for value in ODD:
            made = copy.deepcopy(document)
            made.pop(name, None)
            if value is not ABSENT:
                made[name] = copy.deepcopy(value)
            yield made


def codes(
    read: Callable[[dict[str, Any]], object], documents: Iterator[dict[str, Any]]
) -> set[str]:
    """The codes with which some were refused; anything but Malformed fails the test."""
    found = set()
    details: list[str] = []
    for document in documents:
        try:
            read(document)
        except Malformed as refusal:
            details.append(refusal.detail)
            found.add(refusal.code)
    assert max(map(len, details), default=0) <= 300
    return found


def closed(address: Addressing) -> bool:
    return PUBLIC not in address.everyone and address.openness == "closed"


@pytest.mark.parametrize("kind", sorted(POST_TYPES))
def test_posts(kind: str) -> None:
    """J-12, J-18: nothing but a spelling of Public in to or cc opens a post."""

    def read(document: dict[str, Any]) -> None:
        assert closed(parsing.post(document, now=NOW).address)

    found = codes(read, changed({**POST, "type": kind}, POST_PROPERTIES))
    assert found == {"missing_id", "missing_type", "invalid_property", "invalid_uri"}


@pytest.mark.parametrize("name", sorted(PARTS))
def test_parts_of_posts(name: str) -> None:
    """J-18."""
    parts = changed(PARTS[name], TAGGED)
    posts = ({**POST, "type": "Question", name: [part]} for part in parts)
    assert codes(lambda document: parsing.post(document, now=NOW), posts) == set()


@pytest.mark.parametrize("kind", sorted(ACTOR_TYPES))
def test_actors(kind: str) -> None:
    """J-18."""
    found = codes(
        lambda document: parsing.actor(document, now=NOW),
        changed({**ACTOR, "type": kind}, ACTOR_PROPERTIES),
    )
    assert found == {"missing_id", "missing_type", "invalid_property", "invalid_uri"}


@pytest.mark.parametrize("kind", sorted(parsing.ACTIVITIES | {"PollVote"}))
def test_activities(kind: str) -> None:
    """J-12, J-18: over every verb, what it wraps included."""
    document = {
        "id": "https://a.example/act/1",
        "type": kind,
        "actor": ANA,
        "object": {**POST, "type": "Note"},
        "instrument": NOTE,
        "to": [ANA],
    }

    def read(document: dict[str, Any]) -> None:
        activity = parsing.activity(document, now=NOW)
        assert closed(activity.address)
        assert PUBLIC not in repr(activity)

    found = codes(read, changed(document, DEED_PROPERTIES))
    assert {"missing_id", "missing_type", "missing_actor"} <= found
    inner = ({**document, "object": part} for part in changed(document["object"], POST_PROPERTIES))  # type: ignore[arg-type]
    assert codes(read, inner) <= {"missing_id", "invalid_property", "missing_object"}


def test_keys_and_collections() -> None:
    """J-18."""
    key = {"id": ANA + "#k", "owner": ANA, "publicKeyPem": "x", "controller": ANA, "type": "Key"}
    assert codes(parsing.key_document, changed(key, [*key, "publicKeyMultibase"])) == set()
    stubs = ({**ACTOR, "publicKey": part} for part in changed(key, list(key)))
    assert codes(parsing.key_document, stubs) == set()
    pages = {"type": "Collection", "first": {"type": "CollectionPage", "items": [NOTE]}}
    names = words("id items orderedItems first next totalItems attributedTo")
    read: Callable[[dict[str, Any]], object] = lambda page: parsing.collection(page, now=NOW)  # noqa: E731
    assert codes(read, changed(pages, names)) == set()


def test_a_post_says_public_only_when_it_is() -> None:
    """J-11, J-12: the matrix above would not notice if nothing were ever public."""
    for value in (PUBLIC, "as:Public", "Public", [ANA, PUBLIC], {"id": PUBLIC}):
        post = parsing.post({**POST, "type": "Note", "to": value}, now=NOW)
        assert post.address.openness == "public"
