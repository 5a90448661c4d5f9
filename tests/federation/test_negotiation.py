"""Who gets ActivityPub and who gets a page."""

import pytest

from federation.negotiation import prefers_activity

_LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.mark.parametrize(
    "accept",
    [
        "application/activity+json",
        "Application/Activity+JSON",
        "application/activity+json; charset=utf-8",
        _LD,
        "application/ld+json",
        "application/ld+json;profile=https://www.w3.org/ns/activitystreams",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams http://a.example/x,y"',
        f"{_LD}, application/activity+json, */*;q=0.1",
        "application/activity+json, */*",
        "*/*, application/activity+json",
        "application/activity+json, application/ld+json, text/html;q=0.1",
        "application/activity+json, text/html",
        "text/html;q=0.5, application/activity+json;q=0.9",
        "application/activity+json;q=0.5, text/html;q=0.1, */*",
    ],
)
def test_servers_get_activity(accept: str) -> None:
    assert prefers_activity(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/html",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "text/html, application/activity+json",
        "application/activity+json;q=0.1, text/html",
        "application/activity+json;q=0",
        "application/activity+json;q=0, */*",
        "application/activity+json;q=nan",
        "application/activity+json;q=much",
        "*/*, application/activity+json;q=0.1",
        "application/json",
        'text/html; x="application/activity+json"',
        ',;,;=,"',
        "application/activity+jsonp",
    ],
)
def test_browsers_get_a_page(accept: str) -> None:
    assert not prefers_activity(accept)


def test_a_long_header_costs_little() -> None:
    """H-6: only its beginning is read."""
    assert prefers_activity("application/activity+json," + "x/y," * 100_000)
