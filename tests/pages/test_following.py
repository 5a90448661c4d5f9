"""The follow box: from a handle to the page of her own server, or a clear word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actors.addresses import Site
from actors.refusals import Invalid
from pages.following import answered, is_fit
from pages.views import Face, FollowView, Head
from tests.pages.house import House, fill, open_house
from tests.pages.markup import Reading

ADDRESS = "https://far.test/authorize_interaction?uri=https%3A%2F%2Fx%2Fc%2F1&a=1"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await fill(opened)
        opened.subscribe = {"@me@far.test": ADDRESS}
        yield opened


def form(house: House, handle: str) -> dict[str, str]:
    return {"uri": house.people["jardins"].uri, "handle": handle}


async def test_the_box_is_on_both_pages(house: House) -> None:
    for name in ("jardins", "elise"):
        answer = await house.get(f"/@{name}")
        reading = Reading(answer.text)
        assert reading.all("form") == [{"class": "follow", "method": "post", "action": "/follow"}]
        assert {"type": "hidden", "name": "uri", "value": house.people[name].uri} in reading.all(
            "input"
        )
        assert house.people[name].handle in reading.words


async def test_a_handle_leads_to_her_own_server(house: House) -> None:
    answer = await house.post("/follow", form(house, "  me@FAR.test "))
    assert answer.status == 200
    assert house.asked == [("@me@far.test", house.people["jardins"].uri)]
    reading = Reading(answer.text)
    assert reading.faults == []
    assert ADDRESS in [one["href"] for one in reading.all("a")]
    assert {"http-equiv": "refresh", "content": f"0; url={ADDRESS}"} in reading.all("meta")
    assert "far.test" in reading.words
    assert house.people["jardins"].handle in reading.words


NO_HANDLES = ["", "me", "me@", "@me", "a b@c.test", "me@word", "a@b@c.test", "me@far.test/path"]
NO_HANDLES += ["me@<b>.test", "x" * 500 + "@far.test"]


@pytest.mark.parametrize("typed", NO_HANDLES)
async def test_what_is_no_handle_is_said(house: House, typed: str) -> None:
    answer = await house.post("/follow", form(house, typed))
    assert answer.status == 422
    assert house.asked == []
    reading = Reading(answer.text)
    assert reading.faults == []
    assert "Cela ne ressemble pas à une adresse." in reading.words
    assert reading.all("input")[1]["aria-invalid"] == "true"
    assert reading.all("input")[1]["value"] == typed.strip()[:400]
    assert house.people["jardins"].handle in reading.words


async def test_a_server_that_does_not_say_where(house: House) -> None:
    answer = await house.post("/follow", form(house, "@me@silent.test"))
    assert answer.status == 422
    assert "silent.test n’a pas dit" in answer.text
    assert house.people["jardins"].handle in answer.text


async def test_somebody_of_ours(house: House) -> None:
    answer = await house.post("/follow", form(house, f"@marc@{house.site.domain}"))
    assert answer.status == 422
    assert "Ce compte est sur ce serveur même" in answer.text
    assert house.asked == []


async def test_an_unfit_address_is_not_followed(house: House) -> None:
    house.subscribe["@me@far.test"] = "javascript:alert(1)"
    answer = await house.post("/follow", form(house, "@me@far.test"))
    assert answer.status == 422
    assert "javascript" not in answer.text
    assert "far.test a répondu" in answer.text


@pytest.mark.parametrize(
    ("address", "https_site", "http_site"),
    [
        ("https://far.test/x?uri=1", True, True),
        ("http://far.test/x", False, True),
        ("http://localhost:8001/x", False, True),
        ("https://me:word@far.test/x", False, False),
        ("https:///x", False, False),
        ("//far.test/x", False, False),
        ("data:text/html,x", False, False),
        ("https://far.test/ x", False, False),
        ("https://[far/x", False, False),
        ("", False, False),
    ],
)
def test_where_a_browser_may_be_sent(address: str, https_site: bool, http_site: bool) -> None:
    assert is_fit(address, Site(domain="here.test")) is https_site
    assert is_fit(address, Site(domain="here.test", scheme="http")) is http_site


async def test_only_our_own_pages_make_us_ask(house: House) -> None:
    """U-9; and a form that is too large or none at all is not read."""
    good = form(house, "@me@far.test")
    assert (await house.post("/follow", good, Sec_Fetch_Site="same-origin")).status == 200
    house.asked.clear()
    assert (await house.post("/follow", good, Origin="https://evil.test")).status == 400
    assert (await house.post("/follow", good, Sec_Fetch_Site="cross-site")).status == 400
    assert (await house.post("/follow", {**good, "more": "x" * 20_000})).status == 400
    assert (await house.post("/follow", {f"f{n}": "x" for n in range(50)})).status == 400
    assert (await house.post("/follow", good, Content_Type="application/json")).status == 400
    assert (await house.get(f"/follow?uri={good['uri']}&handle=@me@far.test")).status == 200
    assert house.asked == []


async def test_nobody_elsewhere_is_followed_through_us(house: House) -> None:
    for uri in (house.people["bob"].uri, "https://x.test/", ""):
        answer = await house.post("/follow", {"uri": uri, "handle": "@me@far.test"})
        assert answer.status == 404
    assert house.asked == []


async def test_a_refusal_of_the_network_is_said() -> None:
    async def refuses(handle: str, uri: str) -> str | None:
        raise Invalid("no such host")

    face = Face(name="x", handle="@x@here.test", url="/@x", icon=None, is_group=True, tint=0)
    view = FollowView(head=Head(), face=face, uri="https://here.test/c/1")
    site = Site(domain="here.test")
    shown = await answered(view, "me@far.test", site=site, subscribe_address=refuses)
    assert (shown.problem, shown.their_host) == ("unreachable", "far.test")
