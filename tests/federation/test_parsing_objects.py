"""Posts out of documents (J-13, J-15 to J-17, C-11): each software's spelling, each cap."""

from __future__ import annotations

from typing import Any

import pytest

from federation import parsing
from federation.documents import Malformed
from federation.vocabulary import (
    PUBLIC,
    Attachment,
    Choice,
    Create,
    Hashtag,
    Mention,
    ObjectLink,
    Poll,
    Post,
)
from tests.federation.payloads import NOW, payload

ANA = "https://a.example/u/ana"
NOTE = "https://a.example/n/1"
SOILS = "https://links.example/c/soils"


def note(**more: Any) -> Post:
    return parsing.post({"id": NOTE, "type": "Note", "attributedTo": ANA, **more}, now=NOW)


def sent(name: str) -> Post:
    """The post of a fixture, out of whatever wraps it."""
    found: Any = parsing.thing(payload(name), now=NOW)
    while not isinstance(found, Post):
        found = (found.object if isinstance(found, Create) else found.objects[0]).embedded
    return found


def test_a_note_of_mastodon() -> None:
    post = sent("mastodon_create_note")
    assert post.author == "https://social.example/users/lea"
    assert post.summary == "long text"
    assert post.sensitive
    assert post.language == "en"
    assert post.url == "https://social.example/@lea/71"
    assert post.context == "https://social.example/contexts/71"
    assert post.replies == "https://social.example/users/lea/statuses/71/replies"
    assert post.mentions == (
        Mention(uri="https://agora.example/c/ateliers", name="@ateliers@agora.example"),
    )
    assert post.hashtags == (Hashtag(name="weaving", uri="https://social.example/tags/weaving"),)
    assert post.attachments == (
        Attachment(
            url="https://social.example/media/loom.jpg",
            media_type="image/jpeg",
            alt="A small table loom",
            blurhash="UBL_:rOpGG-;",
            width=1200,
            height=800,
        ),
    )
    assert not post.is_vote
    assert post.can_announce is None


def test_a_page_of_lemmy() -> None:
    post = sent("lemmy_announce_create_page")
    assert (post.kind, post.name, post.language) == ("Page", "Compost in a flat", "fr")
    assert post.address.audience == (SOILS,)
    assert post.source == "What works?"
    assert [(found.kind, found.url) for found in post.attachments] == [
        ("Link", "https://guide.example/compost"),
        ("Image", "https://links.example/pictrs/bin.png"),
    ]


def test_a_video_of_peertube() -> None:
    """The group stands in attributedTo alone; the text is Markdown; `url` is a list."""
    post = sent("peertube_video")
    assert post.authors == ("https://tube.example/accounts/sol",)
    assert post.groups == ("https://tube.example/video-channels/bench",)
    assert post.media_type == "text/markdown"
    assert post.url == "https://tube.example/w/k7"
    assert [found.url for found in post.attachments] == [
        "https://tube.example/static/k7-720.mp4",
        "https://tube.example/big.jpg",
    ]
    assert post.hashtags == (Hashtag(name="tools"),)
    assert (post.license, post.language) == ("Attribution", "en")


def test_an_event_of_mobilizon() -> None:
    post = sent("mobilizon_create_event")
    assert post.author == "https://events.example/@ida"
    assert post.groups == ("https://events.example/@repair",)
    assert (post.starts, post.ends) == (1_797_080_400_000, 1_797_094_800_000)


def test_a_note_of_gotosocial() -> None:
    """Lists of one come as their one entry; only the author may announce it."""
    post = sent("gotosocial_create_note")
    assert post.address.openness == "public"
    assert len(post.mentions) == 1
    assert post.summary is None
    assert post.can_announce == ("https://quiet.example/users/ren",)


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ({"canAnnounce": {"always": ["as:Public"]}}, (PUBLIC,)),
        ({"canAnnounce": {"automaticApproval": [ANA, ANA]}}, (ANA,)),
        ({"canAnnounce": {"manualApproval": [PUBLIC]}}, ()),
        ({"canAnnounce": None}, None),
        ({"canLike": {}}, None),
        ([], None),
    ],
)
def test_who_may_announce(policy: object, found: tuple[str, ...] | None) -> None:
    assert note(interactionPolicy=policy).can_announce == found


def test_quotes_in_every_spelling() -> None:
    """FEP-044f, FEP-e232, Misskey."""
    post = sent("misskey_create_quote")
    assert post.quote == "https://agora.example/n/q1"
    assert isinstance(post.links[0], ObjectLink)
    other = "https://b.example/n/2"
    for name in ("quote", "quoteUrl", "quoteUri", "_misskey_quote"):
        assert note(**{name: other}).quote == other
    link = {"type": "Link", "href": other, "mediaType": "application/activity+json"}
    assert note(tag=link).quote is None
    assert note(tag={**link, "rel": "https://misskey-hub.net/ns#_misskey_quote"}).quote == other
    assert note(tag={**link, "mediaType": "text/html"}).links == ()
    assert note(quoteAuthorization=other).quote_authorization == other


def test_polls() -> None:
    post = sent("mastodon_question")
    assert post.poll == Poll(
        choices=(Choice(name="Monday", votes=3), Choice(name="Tuesday", votes=2)),
        closes=1_791_201_600_000,
        voters=5,
    )
    assert note(oneOf=[{"name": "a"}]).poll is None


def question(**more: Any) -> Poll | None:
    document = {"id": NOTE, "type": "Question", "attributedTo": ANA, **more}
    return parsing.post(document, now=NOW).poll


def test_odd_polls() -> None:
    """J-4, J-17, C-11: fifty choices, plain text, numbers as hints."""
    many = question(anyOf=[{"name": f"<b>{number}</b>"} for number in range(60)])
    assert many is not None
    assert many.multiple
    assert len(many.choices) == 50
    assert many.choices[7].name == "7"
    odd = question(oneOf=[{"name": "a", "replies": {"totalItems": -5}}, 3, {}], votersCount=1.5)
    assert odd == Poll(choices=(Choice(name="a"),))
    assert question(oneOf=[]) is None
    closed = question(oneOf={"name": "a"}, closed=True, endTime="2027-01-01T00:00:00Z")
    assert closed is not None
    assert closed.closes == NOW


def test_a_vote_is_no_post() -> None:
    assert sent("mastodon_poll_vote").is_vote
    assert not note(name="Tuesday").is_vote
    assert not note(name="Tuesday", inReplyTo=NOTE, content="x").is_vote


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_as", "authors", "groups"),
    [
        (ANA, (ANA,), ()),
        ({"id": ANA, "type": "Person"}, (ANA,), ()),
        ([{"id": SOILS, "type": ["Group"]}, {"id": ANA, "type": "Person"}], (ANA,), (SOILS,)),
        ([ANA, ANA, 3, "nobody"], (ANA,), ()),
        ([SOILS, ANA], (SOILS, ANA), ()),
        ({"id": SOILS, "type": "Group"}, (), (SOILS,)),
        (None, (), ()),
        (7, (), ()),
    ],
)
def test_authors_and_groups(
    sent_as: object, authors: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """A-4: PeerTube sends objects, others strings."""
    post = note(attributedTo=sent_as)
    assert (post.authors, post.groups) == (authors, groups)
    assert post.author == (authors[0] if authors else None)


def test_a_writer_beside_the_group_is_of_its_server() -> None:
    """A-4: `actor` is Mobilizon's way, not a way to put words under a foreign name."""
    assert note(actor="https://a.example/u/bo").groups == (ANA,)
    foreign = note(actor="https://b.example/u/bo")
    assert (foreign.author, foreign.groups) == (ANA, ())


def test_authors_have_an_end() -> None:
    """J-17."""
    many = [f"https://a.example/u/{number}" for number in range(12)]
    assert note(attributedTo=many).authors == tuple(many[:10])


# --- caps ----------------------------------------------------------------------------------------


def test_lists_are_shortened() -> None:
    """J-17."""
    tags = [{"type": "Hashtag", "name": f"t{number}"} for number in range(120)]
    files = [{"type": "Image", "url": f"https://a.example/{number}.png"} for number in range(20)]
    post = note(tag=tags, attachment=files)
    assert len(post.hashtags) == 100
    assert len(post.attachments) == 16


def test_text_is_cut_and_content_is_not() -> None:
    """J-16: a proof over the content would break."""
    long = "é" * 600
    post = note(name=long, summary=long * 5, content=long * 100)
    assert post.name == "é" * 500
    assert post.summary == "é" * 2000
    assert len(post.content) == 60_000
    file = {"type": "Image", "url": NOTE, "name": "x" * 11_000}
    assert len(note(attachment=file).attachments[0].alt) == 10_000


def test_identifiers_are_refused_not_cut() -> None:
    """J-16: half an address is another address."""
    long = "https://a.example/" + "x" * 2040
    file = {"type": "Image", "url": long}
    post = note(inReplyTo=long, url=long, attachment=file, tag={"type": "Mention", "href": long})
    assert (post.in_reply_to, post.url, post.attachments, post.mentions) == (None, None, (), ())
    with pytest.raises(Malformed) as refusal:
        note(id=long)
    assert refusal.value.code == "invalid_uri"
    hashtags = note(tag=[{"type": "Hashtag", "name": "#" + "x" * size} for size in (200, 201)])
    assert [len(tag.name) for tag in hashtags.hashtags] == [200]


def test_plain_fields_have_no_tags_and_html_keeps_them() -> None:
    """C-11, C-12: a warning is plain, an article's résumé is HTML."""
    post = note(name="<b>a</b>\n b\x00", summary="<i>w</i>arning", content="<p>x</p>")
    assert (post.name, post.summary, post.content) == ("a b", "warning", "<p>x</p>")
    article = parsing.post({"id": NOTE, "type": "Article", "summary": "<p>s</p>"}, now=NOW)
    assert article.summary == "<p>s</p>"
    assert note(name="1 < 2 and 3 > 2").name == "1 < 2 and 3 > 2"


def test_many_tags_that_never_close_cost_nothing() -> None:
    """L: the tag remover is linear."""
    assert note(name="<!--" * 100_000 + "<a" * 100_000).name is not None


# --- details -------------------------------------------------------------------------------------


def test_hashtags_with_and_without_their_sign() -> None:
    names = ["#one", "one", "two", "", "#", "two words", 3, None]
    post = note(tag=[{"type": "Hashtag", "name": name} for name in names])
    assert [tag.name for tag in post.hashtags] == ["one", "two"]


def test_tags_are_known_by_their_type() -> None:
    href = "https://b.example/u/bo"
    post = note(
        tag=[
            {"type": "as:Mention", "href": href, "id": NOTE},
            {"type": "Emoji", "id": href, "name": ":x:"},
            {"type": "CommunityPostTag", "id": href},
            {"type": "Mention", "href": "mailto:bo@b.example"},
            href,
        ]
    )
    assert post.mentions == (Mention(uri=href),)
    assert post.links == ()


def test_language_comes_from_the_text_that_is_shown() -> None:
    """J-15."""
    both = {"de": "ja", "fr": "oui"}
    assert note(content="oui", contentMap=both).language == "fr"
    assert (note(contentMap=both).content, note(contentMap=both).language) == ("ja", "de")
    assert note(content="non", contentMap=both).language is None
    assert note(language={"identifier": "not one"}).language == "und"


def test_times_of_a_post() -> None:
    """J-13: not sent is not now."""
    assert note().published is None
    assert note(published="yesterday", updated="2026-11-01T00:00:00Z").published == NOW
    assert note(updated="2026-11-01T00:00:00Z").updated == 1_793_491_200_000


@pytest.mark.parametrize(
    "file",
    [
        {"type": "Image", "url": "javascript:alert(1)"},
        {"type": "Image", "url": None},
        {"type": "Image", "url": [["https://a.example/x.png"]]},
        {"type": "Image"},
        7,
    ],
)
def test_attachments_without_an_address_are_dropped(file: object) -> None:
    """J-8, J-9."""
    good = {"type": "Document", "url": "https://a.example/y.png", "width": -3, "blurhash": 4}
    assert note(attachment=[file, good]).attachments == (Attachment(url="https://a.example/y.png"),)


def test_an_attachment_with_a_link_inside() -> None:
    """J-9: `url` as a list with one Link; the same file twice counts once."""
    link = {"type": "Link", "href": "https://a.example/x.png", "mediaType": "image/png"}
    post = note(attachment={"type": "Image", "url": [link]}, image="https://a.example/x.png")
    assert post.attachments == (
        Attachment(url="https://a.example/x.png", kind="Image", media_type="image/png"),
    )
