"""Canonical URIs and who may speak for what (A-1 to A-9, A-21, S-13, O-10; FEP-fe34)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from federation import origin, parsing
from federation.documents import Malformed
from federation.origin import Refused, canonical, host, same_origin
from federation.vocabulary import (
    Accept,
    ActorDocument,
    Announce,
    Create,
    Delete,
    Follow,
    Move,
    Post,
    Ref,
    Undo,
    Update,
)
from tests.federation.payloads import NOW, payload

ANA = "https://a.example/u/ana"
BO = "https://a.example/u/bo"
CY = "https://b.example/u/cy"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("HTTPS://A.Example/Path?Q#F", "https://a.example/Path?Q#F"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://a.example:/x", "https://a.example/x"),
        ("https://a.example./x", "https://a.example/x"),
        ("https://Bücher.example/é", "https://xn--bcher-kva.example/é"),
        ("https://[2001:DB8:0::1]:443/", "https://[2001:db8::1]/"),
        ("https://a.example/b c/d", "https://a.example/b c/d"),
        ("https://a.example?q", "https://a.example?q"),
        ("https://under_score.a.example/", "https://under_score.a.example/"),
    ],
)
def test_one_spelling(sent: str, kept: str) -> None:
    """A-3."""
    assert canonical(sent) == kept
    assert canonical(kept) == kept


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "#main-key",
        "/users/ana",
        "//a.example/x",
        "ftp://a.example/x",
        "javascript:alert(1)",
        "did:key:z6Mk",
        "https://",
        "https:///x",
        "https://ana@a.example/x",
        "https://ana:pw@a.example/x",
        "https://a.example\\@b.example/x",
        "https://a.example:0/x",
        "https://a.example:65536/x",
        "https://a.example:x/",
        "https://a..example/",
        "https://-\u00e9-.example/",
        "https://a%2eexample/",
        "https://a example/x",
        "https://a.example/x\n",
        "https://a.example/x ",
        " https://a.example/x",
        "https://a.example/\x00",
        'https://a.example/"onclick=',
        "https://[::1/x",
        "https://[fe80::1%25eth0]/x",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://a.example/" + "x" * 2031,
    ],
)
def test_what_is_no_id(sent: str) -> None:
    """A-3, J-16."""
    with pytest.raises(Malformed) as refusal:
        canonical(sent)
    assert refusal.value.code == "invalid_uri"


def test_the_longest_uri() -> None:
    """J-16."""
    assert len(canonical("https://a.example/" + "x" * 2030)) == 2048


def test_an_origin_has_scheme_host_and_port() -> None:
    """A-3."""
    assert origin.origin("https://A.example/x") == ("https", "a.example", 443)
    assert host("http://a.example:8080/x") == "a.example:8080"
    assert same_origin("https://a.example/x", "https://A.example.:443/y")
    assert not same_origin("https://a.example/", "http://a.example/")
    assert not same_origin("https://a.example/", "https://a.example:8443/")
    assert not same_origin("https://a.example/", "https://a.example.evil.example/")


def note(uri: str = "https://a.example/n/1", *authors: str) -> Post:
    return Post(uri=uri, kind="Note", author=authors[0] if authors else None, authors=authors)


def person(uri: str, **more: Any) -> ActorDocument:
    return ActorDocument(uri=uri, kind="Person", inbox=f"{uri}/inbox", username="x", **more)


def create(actor: str, post: Post, uri: str = "https://a.example/c/1") -> Create:
    return Create(uri=uri, actor=actor, object=Ref(uri=post.uri, embedded=post))


def update(actor: str, thing: Post | ActorDocument) -> Update:
    return Update(uri=f"{actor}#up", actor=actor, object=Ref(uri=thing.uri, embedded=thing))


def delete(actor: str, uri: str | None) -> Delete:
    return Delete(uri=f"{actor}#del", actor=actor, object=Ref(uri=uri))


def follow(actor: str, followed: str) -> Follow:
    return Follow(uri=f"{actor}#follow", actor=actor, object=followed)


def undo(actor: str, inner: Follow | None) -> Undo:
    return Undo(uri=f"{actor}#undo", actor=actor, object=Ref(uri=None, embedded=inner))


def accept(actor: str, inner: Follow | None) -> Accept:
    return Accept(
        uri=f"{actor}#ok", actor=actor, object=Ref(uri="https://x.example/f", embedded=inner)
    )


def move(actor: str, uri: str, target: str) -> Move:
    return Move(uri=f"{actor}#move", actor=actor, object=uri, target=target)


N1 = "https://a.example/n/1"
Check = Callable[[], None]


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        (
            lambda: origin.check_activity_id(create(ANA, note())),
            lambda: origin.check_activity_id(create(ANA, note(), "https://b.example/c/1")),
            "id_host_mismatch",
        ),
        (  # S-13: a neighbour on the same host is another actor
            lambda: origin.check_signer(create(ANA, note()), signer="https://A.example/u/ana"),
            lambda: origin.check_signer(create(ANA, note()), signer=BO),
            "actor_mismatch",
        ),
        (
            lambda: origin.check_create(create(ANA, note(N1, ANA))),
            lambda: origin.check_create(create(ANA, note("https://b.example/n/1", ANA))),
            "id_host_mismatch",
        ),
        (
            lambda: origin.check_create(create(ANA, note(N1, CY, ANA))),
            lambda: origin.check_create(create(ANA, note(N1, CY))),
            "attribution_mismatch",
        ),
        (  # nobody named
            lambda: origin.check_create(create(ANA, note(N1))),
            lambda: origin.check_create(create(ANA, note(N1, BO))),
            "attribution_mismatch",
        ),
        (
            lambda: origin.check_update(update(ANA, note(N1, ANA))),
            lambda: origin.check_update(update(BO, note(N1, ANA))),
            "attribution_mismatch",
        ),
        (
            lambda: origin.check_update(update(ANA, person(ANA))),
            lambda: origin.check_update(update(BO, person(ANA))),
            "not_owner",
        ),
        (  # owner known
            lambda: origin.check_delete(delete(ANA, N1), owner=ANA),
            lambda: origin.check_delete(delete(BO, N1), owner=ANA),
            "not_owner",
        ),
        (  # owner unknown
            lambda: origin.check_delete(delete(ANA, N1), owner=None),
            lambda: origin.check_delete(delete(CY, N1), owner=None),
            "not_owner",
        ),
        (  # a row of ours does not lend a foreign origin
            lambda: origin.check_delete(delete(ANA, N1), owner=ANA),
            lambda: origin.check_delete(delete(ANA, "https://b.example/n/1"), owner=ANA),
            "not_owner",
        ),
        (
            lambda: origin.check_delete(delete(ANA, ANA), owner=ANA),
            lambda: origin.check_delete(delete(ANA, None), owner=None),
            "missing_object",
        ),
        (  # as the copy says
            lambda: origin.check_undo(undo(ANA, follow(ANA, CY))),
            lambda: origin.check_undo(undo(ANA, follow(BO, CY))),
            "actor_mismatch",
        ),
        (  # as our rows say
            lambda: origin.check_undo(undo(ANA, None), done_by=ANA),
            lambda: origin.check_undo(undo(ANA, None), done_by=BO),
            "actor_mismatch",
        ),
        (
            lambda: origin.check_answer(accept(CY, follow(ANA, CY)), asked=CY),
            lambda: origin.check_answer(accept(BO, None), asked=CY),
            "actor_mismatch",
        ),
        (  # an answer to what was asked of another
            lambda: origin.check_answer(accept(CY, None), asked=CY),
            lambda: origin.check_answer(accept(CY, follow(ANA, BO)), asked=CY),
            "actor_mismatch",
        ),
        (
            lambda: origin.check_alias(move(ANA, ANA, CY), person(CY, also_known_as=(ANA,))),
            lambda: origin.check_alias(move(ANA, ANA, CY), person(CY, also_known_as=(BO,))),
            "alias_missing",
        ),
        (  # another actor was fetched
            lambda: origin.check_alias(move(ANA, ANA, BO), person(BO, also_known_as=(ANA,))),
            lambda: origin.check_alias(move(ANA, ANA, BO), person(CY, also_known_as=(ANA,))),
            "alias_missing",
        ),
        (  # nobody moves another
            lambda: origin.check_alias(move(ANA, ANA, CY), person(CY, also_known_as=(ANA, BO))),
            lambda: origin.check_alias(move(BO, ANA, CY), person(CY, also_known_as=(ANA, BO))),
            "not_owner",
        ),
        (
            lambda: origin.check_not_ours(create(ANA, note(N1, ANA)), ours={"b.example"}),
            lambda: origin.check_not_ours(create(ANA, note(N1, ANA)), ours={"a.example"}),
            "actor_mismatch",
        ),
        (  # hidden among the authors
            lambda: origin.check_not_ours(create(ANA, note(N1, ANA, BO)), ours={"b.example"}),
            lambda: origin.check_not_ours(create(ANA, note(N1, ANA, CY)), ours={"b.example"}),
            "attribution_mismatch",
        ),
        (  # a foreign document that claims to be one of us
            lambda: origin.check_not_ours(person(CY), ours={"a.example"}),
            lambda: origin.check_not_ours(person(ANA), ours={"a.example"}),
            "actor_mismatch",
        ),
        (  # O-10
            lambda: origin.check_fetched_id(N1, final_url="https://A.example:443/n/1"),
            lambda: origin.check_fetched_id(N1, final_url="https://a.example/n/2"),
            "origin_disagrees",
        ),
        (  # FEP-fe34: an owner lives where the object does
            lambda: origin.check_fetched_post(note(N1, ANA)),
            lambda: origin.check_fetched_post(note(N1, CY)),
            "attribution_mismatch",
        ),
        (
            lambda: origin.check_fetched_post(note(N1, BO)),
            lambda: origin.check_fetched_post(note(N1)),
            "attribution_mismatch",
        ),
    ],
)
def test_each_rule_has_two_sides(good: Check, bad: Check, code: str) -> None:
    """A-1 to A-9, A-21, S-13, O-10."""
    good()
    with pytest.raises((Refused, Malformed)) as refusal:
        bad()
    assert refusal.value.args[0] == code


def test_only_the_speaker_is_proven_as_author() -> None:
    """A-4: somebody named first without having spoken is not shown as the author."""
    said = origin.said_by(note(N1, CY, ANA), ANA)
    assert said.author == ANA
    assert said.authors == (ANA, CY)


def test_a_copy_may_be_used_where_its_sender_could_serve_it() -> None:
    """A-2, A-12."""
    assert origin.may_embed(N1, wrapper_actor=ANA)
    assert not origin.may_embed(N1, wrapper_actor=CY)
    assert not origin.may_embed(None, wrapper_actor=ANA)
    assert origin.may_relay(follow(ANA, CY), announcer="https://a.example/c/group")
    assert not origin.may_relay(follow(ANA, CY), announcer="https://b.example/c/group")


def test_an_announcer_cannot_name_a_foreign_activity_its_own() -> None:
    """A-12: an actor of the announcer's host under an id of another."""
    inner = Follow(uri="https://b.example/f/1", actor=ANA, object=CY)
    assert not origin.may_relay(inner, announcer="https://a.example/c/group")


@pytest.mark.parametrize(
    "name",
    ["mastodon_create_note", "mobilizon_create_event", "nodebb_undo_announce", "peertube_video"],
)
def test_real_shapes_pass_the_rules_they_must(name: str) -> None:
    """A-1, A-4, A-7: Mobilizon attributes to the group and names the person in actor."""
    thing = parsing.thing(payload(name), now=NOW)
    if isinstance(thing, Post):
        origin.check_fetched_post(thing)
    else:
        assert isinstance(thing, Create | Undo | Announce)
        origin.check_own(thing)


def test_intake_checks_the_verb_as_well() -> None:
    """A-4, A-6, A-7."""
    for bad in (
        create(ANA, note(N1, CY)),
        update(BO, person(ANA)),
        undo(ANA, follow(BO, CY)),
    ):
        with pytest.raises(Refused):
            origin.check_own(bad)
    origin.check_own(follow(ANA, CY))
