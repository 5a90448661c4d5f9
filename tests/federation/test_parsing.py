"""Activities out of documents (J-10 to J-17, A-13): each software's shape, each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import parsing
from federation.documents import Malformed
from federation.vocabulary import (
    PUBLIC,
    Accept,
    Add,
    Announce,
    Collection,
    Create,
    Delete,
    Dislike,
    Flag,
    Follow,
    Like,
    Other,
    Post,
    Ref,
    Thing,
    Tombstone,
    Undo,
    Unknown,
)
from tests.federation.payloads import NAMES, NOW, payload

ANA = "https://a.example/u/ana"
NOTE = "https://a.example/n/1"
AS = "https://www.w3.org/ns/activitystreams#"


def note(**more: Any) -> dict[str, Any]:
    return {"id": NOTE, "type": "Note", "attributedTo": ANA, "content": "<p>x</p>", **more}


def doing(kind: str = "Create", **more: Any) -> dict[str, Any]:
    document = {"id": "https://a.example/act/1", "type": kind, "actor": ANA, "object": note()}
    return {name: value for name, value in {**document, **more}.items() if value is not ...}


def read(document: dict[str, Any]) -> Any:
    return parsing.activity(document, now=NOW)


def only(announce: Thing) -> Ref:
    assert isinstance(announce, Announce)
    assert len(announce.objects) == 1
    return announce.objects[0]


@pytest.mark.parametrize("name", NAMES)
def test_every_shape_is_read(name: str) -> None:
    """J-14: whatever context it comes with."""
    document = payload(name)
    if name == "gotosocial_key_stub":
        assert parsing.key_document(document) is not None
    else:
        assert not isinstance(parsing.thing(document, now=NOW), Other | Unknown)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"id": ...}, "missing_id"),
        ({"id": None}, "missing_id"),
        ({"id": 7}, "invalid_property"),
        ({"id": ["https://a.example/act/1"]}, "invalid_property"),
        ({"id": "act/1"}, "invalid_uri"),
        ({"id": "https://u:p@a.example/act/1"}, "invalid_uri"),
        ({"type": ...}, "missing_type"),
        ({"type": 3}, "missing_type"),
        ({"type": []}, "missing_type"),
        ({"type": ["Create", "Delete"]}, "ambiguous_property"),
        ({"actor": ...}, "missing_actor"),
        ({"actor": {}}, "missing_actor"),
        ({"actor": "acct:ana@a.example"}, "missing_actor"),
        ({"actor": [ANA, "https://a.example/u/bo"]}, "ambiguous_property"),
        ({"object": ...}, "missing_object"),
        ({"object": 3}, "missing_object"),
        ({"object": "n/1"}, "missing_object"),
        ({"object": [NOTE, "https://a.example/n/2"]}, "ambiguous_property"),
        ({"object": {"type": "Note"}}, "missing_id"),
        ({"type": "Undo", "object": {"type": "Like", "id": 3}}, "invalid_property"),
        ({"type": "Follow", "object": [ANA, NOTE]}, "ambiguous_property"),
        ({"type": "Like", "object": {"type": "Note"}}, "missing_object"),
        ({"type": "Flag", "object": [1, None]}, "missing_object"),
        ({"type": "Announce", "object": []}, "missing_object"),
        ({"type": "Announce", "object": [{"type": "Note"}]}, "missing_id"),
        ({"type": "QuoteRequest", "object": NOTE}, "missing_object"),
        ({"to": [f"https://a.example/u/{n}" for n in range(1001)]}, "too_many_recipients"),
        ({"signature": {"type": "X"}, "@graph": []}, "invalid_property"),
        ({"proof": {"type": "X"}, "object": note(**{"@reverse": {}})}, "invalid_property"),
    ],
)
def test_what_makes_an_activity_unusable(bad: dict[str, Any], code: str) -> None:
    """J-8, J-10, J-16, J-17, beside the same activity without the fault."""
    assert isinstance(read(doing()), Create)
    with pytest.raises(Malformed) as refusal:
        read(doing(**bad))
    assert refusal.value.code == code
    assert refusal.value.detail.partition(":")[0]


@pytest.mark.parametrize(
    "good",
    [
        {"to": [f"https://a.example/u/{n}" for n in range(1000)]},
        {"@graph": []},
        {"signature": {"type": "X"}},
        {"type": ["Create"]},
        {"type": [AS + "Create", "as:Create", "Create"]},
        {"type": ["http://x.example/Odd", "Create"]},
        {"actor": {"id": ANA, "type": "Person"}},
        {"actor": [ANA]},
        {"object": [note()]},
        {"object": NOTE},
        {"id": "HTTPS://A.EXAMPLE:443/act/1"},
    ],
)
def test_what_is_odd_but_legal(good: dict[str, Any]) -> None:
    """J-8, J-10, J-17."""
    activity = read(doing(**good))
    assert isinstance(activity, Create)
    assert activity.actor == ANA
    assert activity.uri == "https://a.example/act/1"
    assert activity.object.uri == NOTE


def test_a_verb_we_do_not_know_is_no_fault() -> None:
    """J-10: answered and counted; a vote of PieFed's own kind is one."""
    activity = read(doing("PollVote", object=7))
    assert activity == Unknown(
        uri="https://a.example/act/1", actor=ANA, kind="PollVote", object=Ref(uri=None)
    )


# --- addressing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public", {"id": PUBLIC}])
def test_public_has_three_spellings(spelling: object) -> None:
    """J-11."""
    assert read(doing(to=spelling)).address.to == (PUBLIC,)
    assert read(doing(to=ANA, cc=[spelling])).address.openness == "unlisted"


@pytest.mark.parametrize("spelling", ["public", "as:public", AS + "public", "as:Public "])
def test_nearly_public_is_not(spelling: str) -> None:
    """J-11, J-12."""
    assert read(doing(to=spelling)).address.openness == "closed"


def test_only_to_and_cc_open_anything() -> None:
    """J-12."""
    address = read(doing(bto=PUBLIC, bcc=PUBLIC, audience=PUBLIC, to=7)).address
    assert address.openness == "closed"
    assert address.everyone == ()
    assert read(doing()).address.openness == "closed"


def test_a_created_object_without_addresses_goes_where_its_activity_goes() -> None:
    """J-12: Discourse addresses the activity alone."""
    inner = only(parsing.activity(payload("discourse_announce_create_note"), now=NOW)).embedded
    assert isinstance(inner, Create)
    assert isinstance(inner.object.embedded, Post)
    assert inner.actor == "https://talk.example/ap/actor/p"
    assert inner.object.embedded.address.openness == "public"
    assert inner.object.embedded.address.audience == ("https://talk.example/ap/actor/g",)


@pytest.mark.parametrize("sent", [{"to": []}, {"to": 5}, {"cc": ANA}, {"to": ANA}])
def test_a_created_object_with_addresses_keeps_them(sent: dict[str, Any]) -> None:
    """J-12: even unusable ones are not widened."""
    post = read(doing(to=PUBLIC, object=note(**sent))).object.embedded
    assert post.address.openness == "closed"


def test_an_announced_object_inherits_nothing() -> None:
    """J-12, A-14: the announcer does not own it."""
    post = only(read(doing("Announce", to=PUBLIC))).embedded
    assert isinstance(post, Post)
    assert post.address.everyone == ()


# --- wrappers ------------------------------------------------------------------------------------


def test_a_group_announces_an_activity() -> None:
    """A-12, A-13."""
    ref = only(parsing.activity(payload("lemmy_announce_create_page"), now=NOW))
    assert ref.uri == "https://links.example/activities/create/b1"
    assert isinstance(ref.embedded, Create)
    assert isinstance(ref.embedded.object.embedded, Post)


def test_of_nested_announces_only_the_innermost_id_remains() -> None:
    """A-13."""
    inner = doing("Announce", object=doing("Announce", object=note()))
    assert read(doing("Announce", object=inner)).objects == (Ref(uri=NOTE),)
    with pytest.raises(Malformed):
        read(doing("Announce", object=doing("Announce", object=7)))


def test_wrappers_are_opened_two_deep() -> None:
    """A-13: deeper ones are known by their id."""
    undone = doing("Announce", object=doing("Create", id="https://a.example/act/9"))
    outer = read(doing("Announce", object=doing("Undo", object=undone)))
    undo = only(outer).embedded
    assert isinstance(undo, Undo)
    assert undo.object.embedded is not None
    assert only(undo.object.embedded) == Ref(uri="https://a.example/act/9")


def test_an_undone_activity_may_lack_an_id() -> None:
    """A-7."""
    undo = only(parsing.activity(payload("lemmy_announce_undo_like"), now=NOW)).embedded
    assert isinstance(undo, Undo)
    assert undo.object.uri is None
    assert isinstance(undo.object.embedded, Like)


def test_a_bad_copy_leaves_its_id() -> None:
    """NodeBB undoes an Announce of the number 3 and addresses the number 7."""
    undo = parsing.activity(payload("nodebb_undo_announce"), now=NOW)
    assert isinstance(undo, Undo)
    assert undo.object == Ref(uri="https://forum.example/post/3#activity/announce/cid/7")
    assert undo.address.cc == ("https://forum.example/category/7/followers",)


def test_ids_with_a_space_are_kept() -> None:
    """NodeBB writes a category's name into the id of its Accept."""
    accept = parsing.activity(payload("nodebb_accept_follow"), now=NOW)
    assert isinstance(accept, Accept)
    assert isinstance(accept.object.embedded, Follow)
    assert accept.uri is not None
    assert " and " in accept.uri


def test_a_batch_of_votes_is_several_objects() -> None:
    """FEP-1a11: a collection, or a list; at most a hundred."""
    announce = parsing.activity(payload("piefed_vote_batch"), now=NOW)
    assert isinstance(announce, Announce)
    assert [type(ref.embedded) for ref in announce.objects] == [Like, Dislike]
    many = [doing("Like", id=f"https://a.example/l/{n}", object=NOTE) for n in range(101)]
    assert len(read(doing("Announce", object=[3, *many])).objects) == 100


def test_a_moderators_removal_has_a_summary_even_when_empty() -> None:
    """A-5: Lemmy tells it from the author's deletion by that."""
    removal = only(parsing.activity(payload("lemmy_announce_removal"), now=NOW)).embedded
    assert isinstance(removal, Delete)
    assert removal.summary == ""
    assert read(doing("Delete", object=NOTE)).summary is None


def test_reactions() -> None:
    """FEP-c0e0; Misskey puts it in a Like."""
    react = parsing.activity(payload("pleroma_emoji_react"), now=NOW)
    assert isinstance(react, Like)
    assert react.content == ":leaf:"
    assert read(doing("Like", object=NOTE, _misskey_reaction="🌱")).content == "🌱"
    assert read(doing("Like", object=note())).content is None


def test_other_verbs_keep_their_words() -> None:
    target = "https://a.example/c/soils"
    block = read(doing("Block", object=ANA, target=target, endTime="2026-12-01T00:00:00Z"))
    assert (block.target, block.ends) == (target, 1_796_083_200_000)
    flag = read(doing("Flag", object=[NOTE, {"id": ANA}], content="<b>spam</b>"))
    assert flag == Flag(uri=flag.uri, actor=ANA, objects=(NOTE, ANA), content="spam")
    join = read(doing("Join", object=NOTE, participationMessage="2 seats"))
    assert join.content == "2 seats"
    move = read(doing("Move", object=NOTE, origin=target, target={"id": target}))
    assert (move.origin, move.target) == (target, target)
    add = read(doing("Add", object={"type": "Group", "id": NOTE}, target={"id": target}))
    assert add == Add(uri=add.uri, actor=ANA, object=Ref(uri=NOTE), target=target)
    request = read(doing("QuoteRequest", object=NOTE, instrument=note()))
    assert isinstance(request.instrument.embedded, Post)
    accept = read(doing("Accept", object=NOTE, result={"id": target}))
    assert accept.result == target


def test_times_of_an_activity() -> None:
    """J-13."""
    assert read(doing(published="2026-11-01T00:00:00Z")).published == 1_793_491_200_000
    assert read(doing(published="3000-01-01T00:00:00Z")).published == NOW


# --- fetched things ------------------------------------------------------------------------------


def test_fetched_things() -> None:
    gone = parsing.thing({"id": NOTE, "type": "Tombstone"}, now=NOW)
    assert gone == Tombstone(uri=NOTE)
    member = parsing.thing({"id": NOTE, "type": "Member", "role": "member"}, now=NOW)
    assert member == Other(uri=NOTE, kind="Member")
    course = parsing.thing(
        {"id": NOTE, "type": "Course", "name": "Tailler", "attributedTo": ANA, "url": NOTE}, now=NOW
    )
    assert isinstance(course, Post)
    assert (course.kind, course.name, course.url) == ("Course", "Tailler", NOTE)
    follow = parsing.thing(doing("Follow", object=ANA), now=NOW)
    assert isinstance(follow, Follow)


def test_collections_and_their_pages() -> None:
    page = {"type": "OrderedCollectionPage", "id": NOTE + "?1", "next": NOTE + "?2"}
    document = {
        "type": "OrderedCollection",
        "id": NOTE,
        "totalItems": 3,
        "attributedTo": ANA,
        "orderedItems": [ANA, note(), 7, {"type": "Note"}, None, ANA],
        "first": {**page, "items": [ANA]},
    }
    found = parsing.collection(document, now=NOW)
    assert [ref.uri for ref in found.items] == [ANA, NOTE]
    assert isinstance(found.items[1].embedded, Post)
    assert found.first_page == Collection(uri=NOTE + "?1", items=(Ref(uri=ANA),), next=NOTE + "?2")
    assert (found.total, found.owner, found.first) == (3, ANA, NOTE + "?1")
    with pytest.raises(Malformed):
        parsing.collection(note(), now=NOW)


def test_a_collection_ends_after_a_thousand() -> None:
    """L: an endless list costs no endless work."""
    items = [f"https://a.example/n/{number}" for number in range(1500)]
    found = parsing.collection({"type": "Collection", "items": items, "totalItems": -4}, now=NOW)
    assert len(found.items) == 1000
    assert found.total is None


# --- anything at all -----------------------------------------------------------------------------

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([ANA, NOTE, PUBLIC, "as:Public", "Note", "Create", "Announce", "2026", ""])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "object", "to", "actor", "items"]), inner)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(sorted(parsing.ACTIVITIES))


@given(KINDS, st.dictionaries(st.sampled_from(["object", "to", "cc", "target", "tag"]), VALUES))
@settings(max_examples=300, deadline=None)
def test_no_document_surprises_the_parser(kind: str, more: dict[str, Any]) -> None:
    """J-18, H-9: an activity or Malformed."""
    try:
        assert read(doing(kind, **more)).actor == ANA
    except Malformed:
        return
