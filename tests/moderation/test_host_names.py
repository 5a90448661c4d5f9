"""Hosts as written by people, and what a rule about one covers."""

import pytest

from federation import origin
from moderation.host_names import NotAHost, canonical_host, names_above


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("example.org", "example.org"),
        (" Example.ORG. ", "example.org"),
        ("https://Example.org:443/users/a#main-key", "example.org"),
        ("http://example.org:80/", "example.org"),
        ("https://example.org:8443?x", "example.org:8443"),
        ("example.org:443", "example.org"),
        ("example.org:08001", "example.org:8001"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("http://[::0001]:8000/a", "[::1]:8000"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_canonical_spelling(written: str, canonical: str) -> None:
    """A-3."""
    assert canonical_host(written) == canonical
    assert canonical_host(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "*.example.org", "ex*mple.org", "a b", "https://user@example.org/", "ftp://a.test", "a..b",
     "example.org:0", "example.org:99999", "[::zz]", "-a.test", "a" * 64 + ".test", "\ud800.test"],
)  # fmt: skip
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(NotAHost):
        canonical_host(text)


@pytest.mark.parametrize(
    "uri", ["https://Exämple.org./x", "http://A.test:8001/", "https://a.test:443", "https://[::1]/"]
)
def test_the_spelling_agrees_with_canonical_uris(uri: str) -> None:
    assert canonical_host(uri) == origin.host(uri)


def test_a_rule_stands_under_the_host_or_a_domain_above() -> None:
    """T-1: subdomains included."""
    assert names_above("a.b.test:8001") == ["a.b.test:8001", "a.b.test", "b.test", "test"]
    assert names_above("b.test") == ["b.test", "test"]
    assert names_above("10.0.0.1:80") == ["10.0.0.1:80", "10.0.0.1"]
    assert names_above("[::1]:8000") == ["[::1]:8000", "[::1]"]
    assert names_above("[::1]") == ["[::1]"]
