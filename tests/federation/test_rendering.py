"""Our documents, word for word, and what our own reading makes of them.

The golden files in tests/fixtures/rendered are what other servers get. When one must change, look
at what each kind of server reads (federation/rendering/notes.py) and write the file anew with
`RENDERED=write pytest tests/federation/test_rendering.py`.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest

from actors.key_material import load_private, public_half
from actors.records import Community
from federation import parsing, proofs, rendering
from federation.documents import read
from federation.rendering.actors import actor_document
from federation.rendering.collections import collection, digest, page
from federation.rendering.values import timestamp
from federation.vocabulary import PUBLIC, ActorDocument, Collection, Post
from notes.records import Extras
from tests.federation.rendered import (
    ARTICLE,
    ARTICLE_EXTRAS,
    BASE,
    FIXTURES,
    KEYS,
    LEA,
    NOW,
    POLL,
    QUESTION,
    REPLY,
    SAM,
    SITE,
    VEILLE,
    keys_of,
    note,
    rendered,
)

GOLDEN = FIXTURES / "rendered"


def golden() -> dict[str, dict[str, Any]]:
    fields = (("Site", '<a href="https://lea.example" rel="me">lea.example</a>'),)
    lea = replace(LEA, summary="<p>Ici.</p>", summary_source="Ici.", fields=fields, indexable=True)
    rules = Community(actor_id=VEILLE.id, joining="approval", posting="moderators", private=False)
    node = replace(LEA, id=9, kind="Application", uri=SITE.instance_actor, username="atelier")
    create = rendering.create(rendered(ARTICLE, ARTICLE_EXTRAS))
    return {
        "person": actor_document(lea, keys_of(lea), SITE, community=None),
        "group": actor_document(VEILLE, keys_of(VEILLE), SITE, community=rules),
        "instance": actor_document(node, keys_of(node), SITE, community=None),
        "article": rendered(ARTICLE, ARTICLE_EXTRAS),
        "question": rendered(QUESTION, Extras(poll=POLL)),
        "reply": rendered(REPLY, Extras(mentions=(SAM.id,))),
        "announce_create": rendering.announce_activity(
            create, uri=f"{BASE}/a/1", community=VEILLE, private=False, now=NOW
        ),
    }


@pytest.mark.parametrize("name", sorted(golden()))
def test_documents_word_for_word(name: str) -> None:
    made = rendering.serialise(golden()[name])
    file = GOLDEN / f"{name}.json"
    if os.environ.get("RENDERED") == "write":
        file.write_text(json.dumps(json.loads(made), ensure_ascii=False, indent=1) + "\n")
    assert json.loads(made) == json.loads(file.read_text())


# --- read back -----------------------------------------------------------------------------------


def test_an_article_read_back() -> None:
    post = parsing.thing(read(rendering.serialise(rendered(ARTICLE, ARTICLE_EXTRAS))), now=NOW * 2)
    assert isinstance(post, Post)
    assert (post.author, post.kind, post.name) == (LEA.uri, "Article", ARTICLE.title)
    assert post.address.to == (VEILLE.uri, PUBLIC)
    assert post.address.cc == (LEA.followers, SAM.uri)
    assert post.address.audience == (VEILLE.uri,)
    assert [mention.name for mention in post.mentions] == [VEILLE.handle, SAM.handle]
    assert [tag.name for tag in post.hashtags] == ["Veille", "été"]
    assert post.content == ARTICLE.content
    assert (post.source, post.language, post.license) == (ARTICLE.source, "fr", ARTICLE.license)
    assert (post.published, post.updated) == (ARTICLE.published, ARTICLE.updated)
    assert [(one.url, one.alt) for one in post.attachments] == [
        (f"{BASE}/media/a.webp", "Un carnet"),
        ("https://example.com/lu", ""),
    ]


def test_a_question_read_back() -> None:
    post = parsing.thing(rendered(QUESTION, Extras(poll=POLL)), now=NOW * 2)
    assert isinstance(post, Post)
    assert post.poll
    assert (post.poll.multiple, post.poll.voters, post.poll.closes) == (False, 2, NOW)
    assert [(one.name, one.votes) for one in post.poll.choices] == [("Mardi", 2), ("Jeudi", 0)]


def test_a_quoting_reply_read_back() -> None:
    post = parsing.thing(rendered(REPLY), now=NOW * 2)
    assert isinstance(post, Post)
    assert (post.in_reply_to, post.quote) == (REPLY.in_reply_to, REPLY.quote)
    assert (post.summary, post.sensitive) == ("Attention", True)


def test_a_community_read_back() -> None:
    read_back = parsing.thing(golden()["group"], now=NOW)
    assert isinstance(read_back, ActorDocument)
    assert read_back.moderators == VEILLE.moderators
    assert (read_back.locked, read_back.restricted_to_moderators) == (True, True)
    assert read_back.webfinger == "veille@atelier.example.net"
    assert [(key.uri, key.form) for key in read_back.keys] == [
        (f"{VEILLE.uri}#main-key", "pem"),
        (f"{VEILLE.uri}#ed25519-key", "multibase"),
    ]


# --- to whom -------------------------------------------------------------------------------------


def addressed(**fields: Any) -> tuple[list[str], list[str], str | None]:
    made = rendered(note(**fields), Extras(mentions=(SAM.id,)))
    return made["to"], made["cc"], made.get("audience")


def test_addresses_by_visibility() -> None:
    """What each visibility becomes on the wire."""
    followers = str(LEA.followers)
    assert addressed() == ([PUBLIC], [followers, SAM.uri], None)
    assert addressed(visibility="unlisted") == ([followers], [PUBLIC, SAM.uri], None)
    assert addressed(visibility="followers") == ([followers], [SAM.uri], None)
    assert addressed(visibility="direct") == ([SAM.uri], [], None)
    assert addressed(community_id=VEILLE.id) == (
        [VEILLE.uri, PUBLIC],
        [followers, SAM.uri],
        VEILLE.uri,
    )
    assert addressed(community_id=VEILLE.id, visibility="community") == (
        [VEILLE.uri, VEILLE.followers],
        [],
        VEILLE.uri,
    )


@pytest.mark.parametrize("visibility", ["followers", "community", "direct"])
def test_what_is_closed_never_names_the_public(visibility: str) -> None:
    """P-8, P-10: nor, in a closed community, anybody outside it."""
    made = rendered(note(community_id=VEILLE.id, visibility=visibility), Extras(mentions=(SAM.id,)))
    assert PUBLIC not in json.dumps(made)
    assert PUBLIC not in json.dumps(rendering.create(made))
    if visibility == "community":
        assert SAM.uri not in made["to"] + made["cc"]


def test_cc_is_there_even_when_empty() -> None:
    """Lemmy has refused activities without it."""
    made = rendered(note(visibility="direct"))
    assert (made["to"], made["cc"]) == ([], [])
    assert rendering.create(made)["cc"] == []


def test_a_private_community_announces_to_its_members_only() -> None:
    """P-8."""
    inner = rendering.create(rendered(note(community_id=VEILLE.id, visibility="community")))
    made = rendering.announce_activity(
        inner, uri=f"{BASE}/a/1", community=VEILLE, private=True, now=NOW
    )
    assert (made["to"], made["cc"]) == ([VEILLE.uri, VEILLE.followers], [])
    assert PUBLIC not in json.dumps(made)


# --- what it says --------------------------------------------------------------------------------


def test_an_articles_summary() -> None:
    short = rendered(note(kind="Article", title="T", content="<p>Court.</p>"))
    assert short["summary"] == short["preview"]["content"] == "<p>Court.</p>"
    said = rendered(note(kind="Article", title="T", summary="a < b\n\nc", content="<p>x</p>" * 99))
    assert said["summary"] == "<p>a &lt; b</p><p>c</p>"
    long = rendered(note(kind="Article", title="T", content="<p>" + "mot " * 400 + "</p>"))
    assert len(long["summary"]) <= 507
    assert long["summary"].endswith("mot …</p>")
    unbroken = rendered(note(kind="Article", title="T", content="<p>" + "é" * 2000 + "</p>"))
    assert 0 < len(unbroken["summary"]) <= 507


def test_a_note_has_no_name() -> None:
    """A Note with a name and a parent is a vote for everybody else."""
    assert "name" not in rendered(note(title="T", in_reply_to="https://ailleurs.example/n/1"))


def test_a_locked_thread_and_a_note_not_to_be_boosted() -> None:
    assert rendered(note(locked=True))["commentsEnabled"] is False
    assert "commentsEnabled" not in rendered(note())
    policy = rendered(note(announceable=False))["interactionPolicy"]
    assert policy == {"canAnnounce": {"automaticApproval": [LEA.uri]}}
    assert "interactionPolicy" not in rendered(note(announceable=False, visibility="followers"))


def test_a_note_of_elsewhere_names_no_collections_of_ours() -> None:
    assert "replies" not in rendered(note(local=False, author_id=SAM.id))
    assert rendered(note())["replies"] == f"{BASE}/n/abc/replies"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW, "2026-11-21T12:00:00Z"),
        (NOW + 7, "2026-11-21T12:00:00.007Z"),
        (0, "1970-01-01T00:00:00Z"),
    ],
)
def test_times(moment: int, text: str) -> None:
    assert timestamp(moment) == text


# --- keys ----------------------------------------------------------------------------------------


def test_a_retiring_rsa_key_stands_among_the_multikeys() -> None:
    """S-21: one publicKey, which is the active one."""
    active, ed25519 = keys_of(LEA)
    retiring = replace(active, state="retiring")
    newer = replace(active, uri=f"{LEA.uri}#main-key-2")
    made = actor_document(LEA, [newer, ed25519, retiring], SITE, community=None)
    assert made["publicKey"]["id"] == newer.uri
    assert [key["id"] for key in made["assertionMethod"]] == [ed25519.uri, retiring.uri]


def test_a_revoked_key_is_not_listed() -> None:
    active, ed25519 = keys_of(LEA)
    made = actor_document(LEA, [active, replace(ed25519, state="revoked")], SITE, community=None)
    assert "assertionMethod" not in made


def test_proofs_survive_every_wrapper() -> None:
    """FEP-8b32: what is embedded keeps its own @context, and is passed on unchanged."""
    key = load_private(KEYS["ed25519_private"], uri=f"{LEA.uri}#ed25519-key", owner=LEA.uri)
    made = rendering.with_proof(rendered(ARTICLE, ARTICLE_EXTRAS), key, NOW)
    create = rendering.with_proof(rendering.create(made), key, NOW)
    announce = rendering.announce_activity(
        create, uri=f"{BASE}/a/1", community=VEILLE, private=False, now=NOW
    )
    arrived = read(rendering.serialise(announce))
    proofs.verify_document(arrived["object"], public_half(key))
    proofs.verify_document(arrived["object"]["object"], public_half(key))
    arrived["object"]["object"]["name"] = "Autre"
    with pytest.raises(proofs.ProofRefused):
        proofs.verify_document(arrived["object"]["object"], public_half(key))


# --- collections ---------------------------------------------------------------------------------


def test_collections_and_pages() -> None:
    uri = f"{BASE}/u/lea/outbox"
    whole = collection(uri, total=0, items=[], first=f"{uri}?page=1", owner=LEA.uri)
    assert (whole["totalItems"], whole["orderedItems"]) == (0, [])
    assert "totalItems" not in collection(uri, total=None, items=[])
    part = parsing.thing(page(f"{uri}?page=1", part_of=uri, items=[uri], next_page=None), now=NOW)
    assert isinstance(part, Collection)
    assert part.next is None
    assert [item.uri for item in part.items] == [uri]


def test_the_digest_of_a_set() -> None:
    """The example of FEP-8fcf; order does not count, a pair cancels out."""
    uris = [
        "https://testing.example.org/users/1",
        "https://testing.example.org/users/2",
    ]
    expected = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert digest(uris) == digest(uris[::-1]) == expected
    assert digest([*uris, *uris]) == digest([]) == "0" * 64
