"""How others find people, communities and the node: WebFinger, NodeInfo, host-meta."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from actors import directory
from storage.engine import Transaction
from tests.federation.shown import AS2, NOW, Shown, add_note, shown_node


@pytest_asyncio.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with shown_node(tmp_path) as node:
        yield node


async def asked(shown: Shown, resource: str, more: str = "") -> tuple[int, dict[str, Any]]:
    query = urllib.parse.quote(resource, safe="")
    url = f"/.well-known/webfinger?resource={query}{more}"
    status, headers, body = await shown.get(url, accept="application/jrd+json")
    if status == 200:
        assert headers["content-type"] == "application/jrd+json"
    assert headers["access-control-allow-origin"] == "*"
    return status, json.loads(body)


def links(jrd: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {link["rel"]: link for link in jrd["links"]}


async def test_a_person_by_all_her_names(shown: Shown) -> None:
    """RFC 7033: handle, actor URI and profile page lead to one answer."""
    lea, domain = shown.actors["lea"], shown.node.site.domain
    answers = [
        await asked(shown, resource)
        for resource in (f"acct:lea@{domain}", f"acct:LEA@{domain}", lea.uri, f"{shown.base}/@lea")
    ]
    assert [status for status, _ in answers] == [200] * 4
    first = answers[0][1]
    assert all(jrd == first for _, jrd in answers)
    assert first["subject"] == f"acct:lea@{domain}"
    assert links(first)["self"] == {
        "rel": "self",
        "type": AS2,
        "href": lea.uri,
        "properties": {"https://www.w3.org/ns/activitystreams#type": "Person"},
    }
    # Nothing is promised that no page answers yet.
    assert "http://ostatus.org/schema/1.0/subscribe" not in links(first)


async def test_a_community_says_it_is_one(shown: Shown) -> None:
    for name in ("veille", "cercle"):
        status, jrd = await asked(shown, f"acct:{name}@{shown.node.site.domain}")
        kind = links(jrd)["self"]["properties"]["https://www.w3.org/ns/activitystreams#type"]
        assert (status, kind) == (200, "Group")


async def test_the_node_itself(shown: Shown) -> None:
    """FEP-d556: by its root, by host@host, by its actor's URI."""
    host = shown.node.site.domain.partition(":")[0]
    for resource in (
        f"{shown.base}/",
        shown.base,
        f"acct:{host}@{shown.node.site.domain}",
        shown.node.site.instance_actor,
    ):
        status, jrd = await asked(shown, resource)
        service = links(jrd)["https://www.w3.org/ns/activitystreams#Service"]
        assert (status, service["href"]) == (200, shown.node.site.instance_actor)


async def test_only_the_links_asked_for(shown: Shown) -> None:
    """RFC 7033 section 4.3."""
    handle = f"acct:lea@{shown.node.site.domain}"
    _, jrd = await asked(shown, handle, "&rel=self&rel=nothing")
    assert list(links(jrd)) == ["self"]


async def test_nobody_of_that_name(shown: Shown) -> None:
    """P-3, H-8."""
    for resource in (
        f"acct:nobody@{shown.node.site.domain}",
        "acct:lea@elsewhere.example",
        f"{shown.base}/u/none",
        f"{shown.base}/@no one",
        "https://elsewhere.example/u/lea",
        f"{shown.base}.evil.example/@lea",
    ):
        status, body = await asked(shown, resource)
        assert (status, body["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "mailto:lea@x.example",
        "acct:",
        "acct:@",
        "acct:a b@c",
        "https://[",
        "x" * 3000,
        "acct:a@b@c",
    ],
)
async def test_what_is_no_resource(shown: Shown, resource: str) -> None:
    """H-8, H-9."""
    status, body = await asked(shown, resource)
    assert (status, body["error"]) == (400, "bad_request")
    assert len(body["error_description"]) < 300


async def test_whoever_left_is_gone(shown: Shown) -> None:
    async def deed(tx: Transaction) -> None:
        await directory.set_state(tx, shown.actors["lea"].id, "gone")
        await directory.set_state(tx, shown.actors["sam"].id, "suspended")

    await shown.node.store.transaction(deed)
    assert (await asked(shown, shown.actors["lea"].uri))[0] == 410
    assert (await asked(shown, shown.actors["sam"].uri))[0] == 404


# --- NodeInfo ------------------------------------------------------------------------------------


async def test_nodeinfo_from_its_list(shown: Shown) -> None:
    """FEP-f1d5, FEP-0151, FEP-2677; P-2: closed notes are not counted."""
    _, headers, body = await shown.get("/.well-known/nodeinfo")
    assert headers["access-control-allow-origin"] == "*"
    *versions, application = json.loads(body)["links"]
    assert application["href"] == shown.node.site.instance_actor
    for link in versions:
        status, headers, body = await shown.get(link["href"], accept="application/json")
        found = json.loads(body)
        assert status == 200
        assert f'profile="{link["rel"]}#"' in headers["content-type"]
        assert link["rel"].endswith(found["version"])
        assert found["protocols"] == ["activitypub"]
        assert found["software"] == {"name": "passerelle", "version": "0.1.0"}
        assert found["usage"]["users"] == {"total": 2, "activeMonth": 2, "activeHalfyear": 2}
        assert (found["usage"]["localPosts"], found["usage"]["localComments"]) == (1, 1)
        assert found["metadata"]["nodeName"] == "Essai"


async def test_the_numbers_are_counted_once_in_a_while(shown: Shown) -> None:
    """L-9: strangers can't make us count at will."""

    async def posts() -> int:
        _, _, body = await shown.get("/nodeinfo/2.1")
        return int(json.loads(body)["usage"]["localPosts"])

    async def deed(tx: Transaction) -> None:
        await add_note(tx, shown.node.site, shown, author=shown.actors["lea"])

    assert await posts() == 1
    await shown.node.store.transaction(deed)
    assert await posts() == 1
    shown.node.clock = lambda: NOW + 3_600_000
    assert await posts() == 2


async def test_an_unknown_version(shown: Shown) -> None:
    status, _, body = await shown.get("/nodeinfo/9.9")
    assert (status, json.loads(body)["error"]) == (404, "not_found")


async def test_host_meta(shown: Shown) -> None:
    status, headers, body = await shown.get("/.well-known/host-meta")
    assert (status, headers["content-type"]) == (200, "application/xrd+xml")
    assert f'template="{shown.base}/.well-known/webfinger?resource={{uri}}"' in body.decode()
