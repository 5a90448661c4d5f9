"""Actors and keys out of documents (O-16, J-16, J-17, C-12, S-12; FEP-521a)."""

from __future__ import annotations

from typing import Any

import pytest

from federation import parsing
from federation.documents import Malformed
from federation.vocabulary import ActorDocument, Field, KeyEntry
from tests.federation.payloads import NOW, payload

ANA = "https://a.example/u/ana"
OTHER = "https://b.example/x"
SOILS = "https://links.example/c/soils"


def person(**more: Any) -> ActorDocument:
    document = {
        "id": ANA,
        "type": "Person",
        "inbox": ANA + "/inbox",
        "preferredUsername": "ana",
        **more,
    }
    kept = {name: value for name, value in document.items() if value is not ...}
    return parsing.actor(kept, now=NOW)


def test_a_community_of_lemmy() -> None:
    group = parsing.actor(payload("lemmy_group"), now=NOW)
    assert (group.uri, group.kind, group.username) == (SOILS, "Group", "soils")
    assert group.summary == "<p>Ask first</p>"
    assert group.shared_inbox == "https://links.example/inbox"
    assert group.moderators == SOILS + "/moderators"
    assert group.featured == SOILS + "/featured"
    assert group.icon == "https://links.example/pictrs/soil.webp"
    assert group.locked
    assert group.restricted_to_moderators
    assert group.discoverable is True
    assert group.indexable is None
    assert group.language == "fr"
    assert group.keys[0].uri == SOILS + "#main-key"


def test_a_feed_states_the_key_of_its_site() -> None:
    """S-12: whose key it is stays as stated, to be asked at that owner's own document."""
    feed = parsing.actor(payload("lemmy_feed"), now=NOW)
    assert (feed.kind, feed.inbox) == ("Feed", "https://links.example/inbox")
    assert feed.keys[0].owner == "https://links.example/"
    assert feed.moderators is None


def test_a_person_with_two_kinds_of_keys() -> None:
    """FEP-521a: the RSA key is listed twice and counts once."""
    jo = parsing.actor(payload("fedify_person"), now=NOW)
    assert [(key.uri.partition("#")[2], key.form) for key in jo.keys] == [
        ("main-key", "pem"),
        ("ed25519", "multibase"),
    ]
    assert jo.webfinger == "jo@keys.example"
    assert jo.also_known_as == ("https://old.example/@jo",)
    assert jo.fields == (Field(name="Site", value='<a href="https://jo.example">jo.example</a>'),)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"id": ...}, "missing_id"),
        ({"type": ...}, "missing_type"),
        ({"type": "Note"}, "invalid_property"),
        ({"inbox": ...}, "invalid_property"),
        ({"inbox": OTHER}, "invalid_property"),
        ({"inbox": "http://a.example/u/ana/inbox"}, "invalid_property"),
        ({"inbox": "https://a.example:444/inbox"}, "invalid_property"),
        ({"preferredUsername": ""}, "invalid_property"),
        ({"preferredUsername": 7}, "invalid_property"),
        ({"preferredUsername": "x" * 101}, "invalid_property"),
        ({"preferredUsername": "ana@b.example"}, "invalid_property"),
        ({"preferredUsername": "a na"}, "invalid_property"),
        ({"preferredUsername": "ana\u202egro"}, "invalid_property"),
        ({"preferredUsername": "an\u200ba"}, "invalid_property"),
        ({"signature": {"x": 1}, "@included": []}, "invalid_property"),
    ],
)
def test_what_makes_an_actor_unusable(bad: dict[str, Any], code: str) -> None:
    """O-16, J-16, C-12."""
    assert person().uri == ANA
    with pytest.raises(Malformed) as refusal:
        person(**bad)
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["x" * 100, "ana.b-c_d", "été", "b.example"])
def test_names_that_can_stand_in_a_handle(name: str) -> None:
    """J-16."""
    assert person(preferredUsername=name).username == name


def test_an_actor_without_a_name_has_the_last_word_of_its_id() -> None:
    assert person(preferredUsername=...).username == "ana"
    assert person(preferredUsername=..., id="https://a.example/").username == "a.example"


@pytest.mark.parametrize("name", ["outbox", "followers", "following", "featured"])
def test_what_an_actor_owns_lies_at_its_origin(name: str) -> None:
    """O-16."""
    own = f"{ANA}/{name}"
    assert getattr(person(**{name: own}), name) == own
    assert getattr(person(**{name: {"id": own, "type": "Collection"}}), name) == own
    assert getattr(person(**{name: OTHER}), name) is None


def test_a_shared_inbox_may_lie_elsewhere() -> None:
    """O-16: and stands at the top at Misskey's."""
    assert person(endpoints={"sharedInbox": OTHER}).shared_inbox == OTHER
    assert person(sharedInbox=OTHER).shared_inbox == OTHER
    assert person(endpoints=[OTHER]).shared_inbox is None


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"attributedTo": ANA + "/mods"}, ANA + "/mods"),
        ({"attributedTo": {"type": "OrderedCollection", "id": ANA + "/mods"}}, ANA + "/mods"),
        ({"attributedTo": OTHER}, None),
        ({"attributedTo": [{"type": "Person", "id": ANA}]}, None),
        ({"attributedTo": {"type": "Person", "id": ANA}}, None),
        ({"moderators": ANA + "/m", "attributedTo": ANA + "/mods"}, ANA + "/m"),
        ({"type": "Person", "attributedTo": ANA + "/mods"}, None),
    ],
)
def test_where_moderators_are_listed(sent: dict[str, Any], found: str | None) -> None:
    """A-10, O-16: a collection of the Group's own server, not PeerTube's list of persons."""
    assert person(**{"type": "Group", **sent}).moderators == found


def key(**more: Any) -> dict[str, Any]:
    return {"id": ANA + "#main-key", "owner": ANA, "publicKeyPem": "PEM", **more}


MULTIKEY = {"type": "Multikey", "id": ANA + "#ed", "controller": ANA, "publicKeyMultibase": "z6"}


@pytest.mark.parametrize(
    ("sent", "count"),
    [
        ({"publicKey": key()}, 1),
        ({"publicKey": [key(), key(id=ANA + "#2")]}, 2),
        ({"publicKey": ANA + "#main-key"}, 0),
        ({"publicKey": key(id=OTHER)}, 0),
        ({"publicKey": key(owner=OTHER)}, 0),
        ({"publicKey": key(id=None)}, 0),
        ({"publicKey": key(publicKeyPem=7)}, 0),
        ({"publicKey": key(publicKeyPem="x" * 20_000)}, 0),
        ({"publicKey": [key(id=f"{ANA}#{number}") for number in range(30)]}, 10),
        ({"assertionMethod": MULTIKEY}, 1),
        ({"assertionMethod": [ANA + "#ed", MULTIKEY]}, 1),
        ({"assertionMethod": {**MULTIKEY, "controller": "https://a.example/u/bo"}}, 0),
    ],
)
def test_keys_of_an_actor(sent: dict[str, Any], count: int) -> None:
    """S-12, O-16, FEP-521a."""
    assert len(person(**sent).keys) == count


def test_a_key_alone() -> None:
    """S-9, S-12: GoToSocial serves a stub of the actor at its key's address."""
    stub = payload("gotosocial_key_stub")
    ren = "https://quiet.example/users/ren"
    found = parsing.key_document(stub)
    assert found is not None
    assert (found.uri, found.owner, found.form) == (ren + "/main-key", ren, "pem")
    with pytest.raises(Malformed):
        parsing.actor(stub, now=NOW)
    bare = parsing.key_document(key())
    assert bare == KeyEntry(uri=ANA + "#main-key", owner=ANA, form="pem", text="PEM")


def test_a_key_document_that_proves_nothing() -> None:
    """S-12: no owner, an owner elsewhere, another key than the one asked for."""
    assert parsing.key_document(key(owner=None)) is None
    assert parsing.key_document(key(owner=OTHER)) is None
    assert parsing.key_document({"id": ANA}) is None
    two = {"id": ANA, "publicKey": [key(), key(id=ANA + "#2")]}
    assert parsing.key_document(two) is None
    found = parsing.key_document(two, key_id=ANA + "#2")
    assert found is not None
    assert found.uri == ANA + "#2"
    assert parsing.key_document(key(), key_id=ANA + "#other") is None


def test_small_things_of_an_actor() -> None:
    """J-16, J-17, C-11."""
    icons = [{"url": f"https://a.example/{size}.png", "width": size} for size in (40, 400, 100)]
    ana = person(
        name="<b>Ana</b>\n",
        summary="x" * 20_000,
        icon=icons,
        image={"type": "Image", "url": "javascript:x"},
        url=[{"type": "Link", "href": OTHER, "mediaType": "text/html"}, ANA],
        alsoKnownAs=[f"https://old.example/{number}" for number in range(25)],
        attachment=[{"type": "PropertyValue", "name": str(n), "value": 3} for n in range(20)],
        movedTo={"id": OTHER},
        webfinger="acct:ana@a.example",
        published="2026-01-01T00:00:00Z",
    )
    assert ana.name == "Ana"
    assert len(ana.summary) == 10_000
    assert ana.icon == "https://a.example/400.png"
    assert ana.image is None
    assert ana.url == OTHER
    assert len(ana.also_known_as) == 20
    assert len(ana.fields) == 16
    assert ana.moved_to == OTHER
    assert ana.webfinger == "ana@a.example"
    assert ana.published == 1_767_225_600_000
    assert person(webfinger="ana").webfinger is None
