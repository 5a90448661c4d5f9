"""The neighbour itself: what it serves and signs, and that its checks can say no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.neighbour import PUBLIC, Neighbour, valid_9421, valid_cavage


async def test_what_it_serves() -> None:
    """Actors, WebFinger, notes; lies on request."""
    async with Neighbour() as far:
        ada, board = far.person("ada"), far.group("board")
        assert far.person("ada") is ada
        assert (await far.get(ada.uri))["publicKey"]["owner"] == ada.uri
        assert (await far.get(board.uri))["type"] == "Group"
        note = far.note(ada, "<p>Hello</p>", audience=board.uri, cc=None)
        assert await far.get(note["id"]) == note
        assert note["to"] == [PUBLIC]
        assert "cc" not in note
        host = far.origin.removeprefix("http://")
        found = await far.get(f"{far.origin}/.well-known/webfinger?resource=acct:ada@{host}")
        assert found["links"][0]["href"] == ada.uri
        ada.extra = {"id": "http://other.test/ada", "inbox": None}
        assert (await far.get(ada.uri))["id"] == "http://other.test/ada"
        far.forget("/people/ada", 410)
        assert (await far.send("GET", ada.uri, None, {}))[0] == 410


@pytest.mark.parametrize("format_", ["cavage", "rfc9421"])
async def test_what_it_signs(format_: str) -> None:
    """Deliveries between two neighbours, by name; a changed body or another key does not pass."""
    async with (
        Neighbour(name="near.test") as near,
        Neighbour(name="far.test", resolve=near.hosts) as far,
    ):
        ada, bob = far.person("ada"), far.person("bob")
        url = near.person("eve").inbox
        like = far.activity("Like", ada, near.origin + "/x")
        assert (await far.post(url, like, as_=ada, format=format_))[0] == 202
        await near.wait_for(lambda: near.received)
        seen = near.received[0]
        assert seen.activity == like
        changed = replace(seen, body=seen.body + b" ")
        if format_ == "cavage":
            results = [valid_cavage(seen, ada.pem), valid_cavage(seen, bob.pem)]
            results.append(valid_cavage(changed, ada.pem))
        else:
            key, other = ada.ed_key.public_key(), bob.ed_key.public_key()
            results = [valid_9421(seen, url, key), valid_9421(seen, url, other)]
            results.append(valid_9421(changed, url, key))
        assert results == [True, False, False]
        near.formats = {"cavage", "rfc9421"} - {format_}
        assert (await far.post(url, like, as_=ada, format=format_))[0] == 401
        near.script(429)
        assert (await far.post(url, like, as_=ada, format="none"))[0] == 429
