"""What a browser gets for each kind of page, over real HTTP, in both languages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actors import communities, directory, memberships
from actors.records import Community, Viewer
from notes import audiences
from storage.engine import Transaction
from tests.pages.house import HOSTILE, NOW, Answer, House, fill, open_house
from tests.pages.markup import Reading

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await fill(opened)
        yield opened


def every_path(house: House) -> dict[str, str]:
    there = ("start", "first", "hostile", "warned", "poll", "deleted", "followers")
    return {
        "home": "/",
        "community": "/@jardins",
        "private": "/@cercle",
        "person": "/@elise",
        "hostile person": "/@mallory",
        "elsewhere": f"/@bob@far.test/{house.notes['visit'].id}",
        "follow": f"/follow?uri={house.people['jardins'].uri}",
        "missing": "/@nobody",
    } | {name: house.path(name) for name in there}


async def test_every_page_is_sound_in_both_languages(house: House) -> None:
    """C-13, H-17: well-formed, headings in order, each input labelled, the headers there."""
    for name, path in every_path(house).items():
        for language in ("fr", "en"):
            answer = await house.get(path, Accept_Language=language)
            reading = Reading(answer.text)
            assert reading.faults == [], (name, language)
            assert reading.all("html") == [{"lang": language}], name
            assert answer.headers["Content-Language"] == language
            assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Vary"] == "Accept, Accept-Language, Cookie"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_nothing_is_loaded_from_elsewhere(house: House) -> None:
    """Pictures of other servers are links; what is no web address is nothing."""
    for path in every_path(house).values():
        reading = Reading((await house.get(path)).text)
        loaded = [one["src"] for one in reading.all("img")]
        links = {one["rel"]: one["href"] for one in reading.all("link")}
        loaded += [links["stylesheet"], links["icon"]]
        assert all(address.startswith(("/static/", house.site.base)) for address in loaded)
        assert not [one for one in reading.all("a") if "javascript" in one["href"]]
    visit = Reading((await house.get(f"/@bob@far.test/{house.notes['visit'].id}")).text)
    assert "https://far.test/p.png" in [one["href"] for one in visit.all("a")]
    assert "A garden" in visit.words


async def test_home(house: House) -> None:
    reading = Reading((await house.get("/")).text)
    assert "Un lieu pour apprendre ensemble." in reading.words
    assert "Jardins nourriciers" in reading.words
    assert "Semences, sols et récoltes partagées." in reading.words
    assert "Réussir son compost" in reading.words
    for hidden in ("Le secret", "Seulement vous", "Nothing to do with you", "Oups"):
        assert hidden not in reading.words


async def test_home_of_a_new_node(tmp_path: Path) -> None:
    async with open_house(tmp_path) as new:
        reading = Reading((await new.get("/")).text)
    assert reading.faults == []
    assert "ce lieu est tout neuf" in reading.words


async def test_community(house: House) -> None:
    """Threads of people here and elsewhere, those who look after it, the document's address."""
    answer = await house.get("/@jardins")
    reading = Reading(answer.text)
    assert answer.status == 200
    for shown in ("Réussir son compost", "A visit", "Élise Côté", "1 membre", "2 réponses"):
        assert shown in reading.words
    assert "Et l’hiver" not in reading.words  # replies are in their thread
    links = [one for one in reading.all("link") if one.get("type") == "application/activity+json"]
    assert [one["href"] for one in links] == [house.people["jardins"].uri]
    shared = await house.get(house.people["jardins"].uri)
    assert shared.text == answer.text


async def test_a_private_community_shows_its_name_only(house: House) -> None:
    """P-2, P-5: to strangers no notes, people or numbers; to its members everything."""
    reading = Reading((await house.get("/@cercle")).text)
    assert "Cercle intime" in reading.words
    assert "Entre nous." in reading.words
    assert "Cette communauté est privée" in reading.words
    for hidden in ("Le secret", "Élise", "membre,", "1 membre", "s’en occupe"):
        assert hidden not in reading.words
    house.viewer = Viewer(actor_id=house.people["elise"].id)
    answer = await house.get("/@cercle")
    assert "Le secret" in answer.text
    assert "1 membre" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_person(house: House) -> None:
    answer = await house.get("/@ELISE")
    reading = Reading(answer.text)
    assert reading.all("h1")
    assert "Animatrice." in reading.words
    assert "elise.example" in reading.words
    assert "Réussir son compost" in reading.words
    assert "Seulement vous" not in reading.words
    assert (await house.get(house.people["elise"].uri)).text == (await house.get("/@elise")).text


async def test_note_with_its_thread(house: House) -> None:
    reading = Reading((await house.get(house.path("start"))).text)
    assert "Et l’hiver" in reading.words
    assert reading.words.index("Et l’hiver") < reading.words.index("Couvrir.")
    assert reading.words.index("Couvrir.") < reading.words.index("Thank you!")
    depths = [one["class"] for one in reading.all("li") if "depth" in one.get("class", "")]
    assert depths == ["depth-0", "depth-1", "depth-0"]
    assert {"dir": "auto", "class": "content", "lang": "fr"} in reading.all("div")
    assert {"datetime": "2026-10-26T08:33:20Z"} in reading.all("time")
    assert "Modifiée le 26 octobre 2026 à 08:33 UTC" in reading.words
    assert {"compost"} <= set(reading.words.replace("#", " ").split())
    thread = await house.get(house.site.context_of(house.notes["start"].uri))
    assert thread.text == (await house.get(house.path("start"))).text


async def test_a_reply_leads_to_its_thread(house: House) -> None:
    reading = Reading((await house.get(house.path("first"))).text)
    assert "En réponse à « Réussir son compost »" in reading.words.replace("\u00a0", " ")
    targets = [one["href"] for one in reading.all("a")]
    assert targets.count(house.path("start")) == 2
    assert "Couvrir." in reading.words
    assert "Thank you!" not in reading.words


async def test_warnings_and_polls(house: House) -> None:
    reading = Reading((await house.get(house.path("warned"))).text)
    assert reading.all("details")
    assert reading.all("summary")
    assert "Mardi 2 voix" in Reading((await house.get(house.path("poll"))).text).words


async def test_hostile_names_and_titles_are_text(house: House) -> None:
    """C-1: shown letter for letter, isolated, never markup."""
    for path in ("/", "/@mallory", house.path("hostile")):
        answer = await house.get(path)
        reading = Reading(answer.text)
        assert not reading.all("script")
        assert HOSTILE in "".join(reading.text)
        assert "<bdi>&#34;&gt;&lt;script&gt;" in answer.text


async def test_hidden_is_as_good_as_absent(house: House) -> None:
    """P-3, H-16, DECISIONS: status, headers and body are the same; never a 304."""
    absent = await house.get("/n/" + "x" * 27, If_None_Match="*")
    assert absent.status == 404
    hidden = [house.path("followers"), house.path("secret")]
    hidden += [f"/@elise/{house.notes['followers'].id}", "/t/" + house.path("secret")[3:]]
    hidden += ["/@nobody", "/@bob", "/c/none", "/u/none", "/n/", "/a/x", "/@elise/999", "/static/a"]
    hidden += [f"/@bob@far.test/{house.notes['elsewhere'].id}", "/@elise/x", f"/@elise/{'9' * 40}"]
    hidden += [f"/@marc/{house.notes['start'].id}", "/follow?uri=https://far.test/users/bob", "/no"]
    for path in hidden:
        answer = await house.get(path, If_None_Match="*")
        assert (answer.status, answer.text) == (404, absent.text), path
        assert plain(answer) == plain(absent), path
    assert "ETag" not in absent.headers


def plain(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() != "date"}


async def test_who_may_read_reads(house: House) -> None:
    """The same addresses, seen by the author: what was refused above is there."""
    house.viewer = Viewer(actor_id=house.people["elise"].id)
    elise = house.people["elise"].id

    async def follow(tx: Transaction) -> None:
        await audiences.admit(tx, "followers", elise, elise, now=NOW)

    await house.store.transaction(follow)
    for name, words in (("followers", "Seulement vous"), ("secret", "Secret")):
        answer = await house.get(house.path(name))
        assert answer.status == 200
        assert words in answer.text
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert not [one for one in Reading(answer.text).all("meta") if "property" in one]


async def test_deleted(house: House) -> None:
    assert (await house.get(house.path("deleted"))).status == 410
    marc = house.people["marc"].id
    await house.store.transaction(lambda tx: directory.set_state(tx, marc, "gone"))
    assert (await house.get("/@marc")).status == 410
    await house.store.transaction(lambda tx: directory.set_state(tx, marc, "suspended"))
    assert (await house.get("/@marc")).text == (await house.get("/@nobody")).text


async def test_search_engines_and_cards(house: House) -> None:
    """`noindex` unless the author said otherwise; OpenGraph for public notes only."""
    for path, kept in (("/@elise", True), ("/@marc", False), (house.path("start"), True),
                       (house.path("first"), False), ("/", True), ("/@nobody", False)):  # fmt: skip
        named = [one.get("name") for one in Reading((await house.get(path)).text).all("meta")]
        assert ("robots" not in named) is kept, path
    reading = Reading((await house.get(house.path("start"))).text)
    card = {one["property"]: one["content"] for one in reading.all("meta") if "property" in one}
    assert card["og:title"] == "Réussir son compost"
    assert card["og:description"] == "Ce que trois saisons nous ont appris."
    assert card["og:url"] == house.notes["start"].uri
    warned = Reading((await house.get(house.path("warned"))).text)
    told = [one["content"] for one in warned.all("meta") if one.get("property")]
    assert "Araignées" in told
    assert not [one for one in told if "Une araignée" in one]


async def test_conditional_requests_and_head(house: House) -> None:
    """H-16."""
    first = await house.get("/@jardins")
    again = await house.get("/@jardins", If_None_Match=f'"x", W/{first.headers["ETag"]}')
    assert (again.status, again.text) == (304, "")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await house.get("/@jardins", If_None_Match='"x"')
    assert other.status == 200
    english = await house.get("/@jardins", Accept_Language="en")
    assert english.headers["ETag"] != first.headers["ETag"]
    head = await house.get("/@jardins", method="HEAD")
    assert (head.status, head.text) == (200, "")
    assert plain(head) == plain(first)


async def test_wrong_method(house: House) -> None:
    """H-7."""
    answer = await house.get("/@jardins", method="DELETE")
    assert answer.status == 405
    assert Reading(answer.text).faults == []


async def test_a_server_at_a_persons_page_is_sent_to_the_document(house: House) -> None:
    answer = await house.get("/@elise", Accept="application/activity+json")
    assert (answer.status, answer.headers["Location"]) == (302, house.people["elise"].uri)
    assert (await house.get("/@nobody", Accept="application/activity+json")).status == 404
    actor = await house.get("/actor")
    assert (actor.status, actor.headers["Location"]) == (302, house.site.base + "/")


async def test_languages(house: House) -> None:
    """The address first, then the browser, then the node; links keep what the address says."""
    for header, query, language in (
        ("en-CA,en;q=0.9,fr;q=0.8", "", "en"),
        ("fr-CA, en;q=0.5", "", "fr"),
        ("de, *;q=0.5", "", "fr"),
        ("en;q=0, de", "", "fr"),
        ("en;q=broken,,;;=", "", "fr"),
        ("fr", "?lang=en", "en"),
        ("en", "?lang=tlh", "en"),
        ("", "?lang=<script>", "fr"),
    ):
        answer = await house.get("/" + query, Accept_Language=header)
        assert answer.headers["Content-Language"] == language, (header, query)
    reading = Reading((await house.get("/@jardins?lang=en")).text)
    assert "Follow this community" in reading.words
    ours = [one["href"] for one in reading.all("a") if one["href"].startswith("/")]
    assert ours
    assert all(address.endswith("lang=en") for address in ours)
    house.default_language = "en"
    assert "Communities" in (await house.get("/", Accept_Language="de")).text


async def test_paging(house: House) -> None:
    """Every note once, newest first; a cursor nobody gave out is the first page."""
    marc = house.people["marc"]
    for number in range(45):
        await house.note(f"many{number}", marc, f"<p>numéro {number};</p>", minutes=100 + number)
    path, seen = "/@marc", []
    for _ in range(3):
        reading = Reading((await house.get(path)).text)
        seen += [n for n in range(45) if f"numéro {n};" in reading.words]
        older = [one["href"] for one in reading.all("a") if one.get("rel") == "next"]
        path = "/@marc" + older[0] if older else ""
    assert sorted(seen) == list(range(45))
    assert path == ""
    first = await house.get("/@marc")
    for odd in ("x", "-1", "9" * 30, "²", ""):
        answer = await house.get(f"/@marc?before={odd}")
        assert answer.status == 200
        assert "numéro 44;" in answer.text or odd == "-1"
    assert "numéro 44;" in first.text


async def test_a_long_thread_goes_on(house: House) -> None:
    start, marc = house.notes["start"], house.people["marc"]
    for number in range(60):
        await house.note(
            f"r{number}", marc, f"<p>mot{number}!</p>", under=start, minutes=9 + number
        )
    reading = Reading((await house.get(house.path("start"))).text)
    assert "mot40!" in reading.words
    assert "mot59!" not in reading.words
    later = [one["href"] for one in reading.all("a") if one.get("rel") == "next"]
    rest = Reading((await house.get(house.path("start") + later[0])).text)
    assert rest.faults == []
    assert "mot59!" in rest.words
    assert "mot40!" not in rest.words


async def test_static_files_are_kept_for_ever(house: House) -> None:
    reading = Reading((await house.get("/")).text)
    style = next(one["href"] for one in reading.all("link") if one["rel"] == "stylesheet")
    answer = await house.get(style)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.text) <= 10_240
    assert (await house.get("/static/passerelle.css")).status == 404
    assert (await house.get("/static/..%2Fnode.py")).status == 404
    robots = await house.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /follow" in robots.text


async def test_a_group_nobody_said_anything_about_is_closed(house: House) -> None:
    """Default deny (P-1)."""
    await house.person("rumeur", kind="Group", name="Rumeur")
    answer = await house.get("/@rumeur")
    assert "Cette communauté est privée" in answer.text
    group = house.people["rumeur"].id

    async def settle(tx: Transaction) -> None:
        policy = Community(actor_id=group, joining="open", posting="open", private=False)
        await communities.save(tx, policy, created_by=None, now=NOW)
        await memberships.add(tx, group, house.people["marc"].id, "moderator", now=NOW)

    await house.store.transaction(settle)
    assert "Marc" in (await house.get("/@rumeur")).text


async def test_long_and_odd_content_stays_bounded(house: House) -> None:
    """A list shows the beginning of what is long, without reading all of it."""
    marc = house.people["marc"]
    await house.note("long", marc, "<p>mot " + "<b>très</b> long " * 9_000 + "fin.</p>")
    answer = await house.get("/@marc")
    assert Reading(answer.text).faults == []
    assert "fin." not in answer.text
    assert len(answer.text) < 40_000
    assert "fin." in (await house.get(house.path("long"))).text
    odd = json.loads('"\\u0000 é"')
    assert (await house.get(f"/@marc?before={odd!r}")).status == 200


@pytest.mark.parametrize("moment", [-1, 0, 2**60])
async def test_dates_of_strangers(house: House, moment: int) -> None:
    marc = house.people["marc"]
    await house.note("when", marc, "<p>Quand ?</p>", minutes=(moment - NOW) // 60_000)
    answer = await house.get(house.path("when"))
    assert (answer.status, Reading(answer.text).faults) == (200, [])
