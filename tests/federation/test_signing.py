"""The signatures we make."""

import pytest

from federation.signatures import SignedRequest, accepts_rfc9421, sign
from tests.federation.hand_signed import BODY, HOST, NOW, REQUESTS, accept, private


@pytest.mark.parametrize("name", ["cavage_rsa", "cavage_ed25519", "rfc9421_rsa", "rfc9421_ed25519"])
def test_our_requests_are_signed_to_the_letter(name: str) -> None:
    """S-20: both algorithms are deterministic, so the headers are known beforehand."""
    entry = REQUESTS[name]
    headers = sign(
        "cavage" if entry["name"].startswith("cavage") else "rfc9421",
        method="POST",
        url=f"https://{HOST}/inbox?x=1",
        body=entry["body"].encode(),
        key=private(entry["key"]),
        now=NOW,
        content_type="application/activity+json",
    )
    if name == "cavage_ed25519":
        assert headers["Signature"].startswith(f'keyId="{entry["key_uri"]}",algorithm="hs2019"')
    signed = {field.lower(): value for field, value in headers.items()}
    expected = dict(entry["headers"])
    made, wanted = signed.pop("signature"), expected.pop("signature")
    assert sorted(made.split(",")) == sorted(wanted.split(","))
    assert signed == expected


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize(
    "url", ["https://B.example", "https://b.example:443/?", "http://b.example:81/a?b=%7E#c"]
)
def test_what_we_sign_we_accept(url: str, kind: str) -> None:
    """S-20: GET and POST, odd URLs included."""
    host = "b.example:81" if ":81" in url else "b.example"
    path = "/a?b=%7E" if ":81" in url else "/"
    for format_ in ("cavage", "rfc9421"):
        for body in (None, BODY):
            method = "GET" if body is None else "POST"
            headers = sign(
                "cavage" if format_ == "cavage" else "rfc9421",
                method=method,
                url=url,
                body=body,
                key=private(kind, "https://a.example/u/100%25#main-key"),
                now=NOW,
                content_type=None,
            )
            assert headers["Host"] == host
            assert ("Digest" in headers or "Content-Digest" in headers) == (body is not None)
            request = SignedRequest(
                method=method,
                path=path,
                scheme=url.partition(":")[0],
                host=host,
                headers=[(name.lower(), value) for name, value in headers.items()],
                body=body or b"",
            )
            assert accept(request, kind).key_uri == "https://a.example/u/100%25#main-key"


def test_a_url_outside_ascii_is_an_error_of_the_caller() -> None:
    for format_ in ("cavage", "rfc9421"):
        with pytest.raises(ValueError, match="ascii"):
            sign(
                "cavage" if format_ == "cavage" else "rfc9421",
                method="GET",
                url="https://b.example/é",
                body=None,
                key=private("rsa"),
                now=NOW,
                content_type=None,
            )


def test_accept_signature_is_seen_on_an_answer() -> None:
    """RFC 9421 section 5.1."""
    assert accepts_rfc9421([("Content-Type", "text/html"), ("Accept-Signature", "sig1=()")])
    assert not accepts_rfc9421([("Content-Type", "text/html"), ("accept-signature", " ")])
    assert not accepts_rfc9421([])
