"""Signed Creates as Mastodon sends them, 3.5 KB each, written out as whole HTTP requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench.seeding import Stranger
from federation.signatures import sign

_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_TYPE = "application/activity+json"
_SENTENCE = (
    "This week we turned the compost, repaired two bicycles and read the minutes of the last "
    'meeting; the notes are <a href="https://wiki.test/notes" rel="nofollow">on the wiki</a>. '
)
_CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "ostatus": "http://ostatus.org#",
        "atomUri": "ostatus:atomUri",
        "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
        "conversation": "ostatus:conversation",
        "sensitive": "as:sensitive",
        "toot": "http://joinmastodon.org/ns#",
        "votersCount": "toot:votersCount",
        "Hashtag": "as:Hashtag",
    },
]


def creates(
    people: Sequence[Stranger], inbox: str, count: int, *, first: int, now: int
) -> list[str]:
    """So many requests, of these people in turn, numbered from `first`; `now` in milliseconds."""
    numbers = range(first, first + count)
    return [_request(people[n % len(people)], inbox, n, now) for n in numbers]


def note_uri(one: Stranger, number: int) -> str:
    return f"{one.actor.uri}/statuses/{number}"


def _request(one: Stranger, inbox: str, number: int, now: int) -> str:
    assert one.key is not None
    body = json.dumps(_create(one, number, now), ensure_ascii=True).encode()
    headers = sign(
        "cavage", method="POST", url=inbox, body=body, key=one.key, now=now, content_type=_TYPE
    )
    path = inbox[inbox.index("/", 8) :]
    more = {"User-Agent": "Mastodon/4.5.2 (http.rb/5.3.1)", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in (headers | more).items()]
    return f"POST {path} HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n" + body.decode()


def _create(one: Stranger, number: int, now: int) -> dict[str, Any]:
    note = _note(one, number, now)
    return {
        "@context": _CONTEXT,
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": one.actor.uri,
        "published": note["published"],
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
        "signature": {
            "type": "RsaSignature2017",
            "creator": f"{one.actor.uri}#main-key",
            "created": note["published"],
            "signatureValue": "m" * 342 + "==",
        },
    }


def _note(one: Stranger, number: int, now: int) -> dict[str, Any]:
    uri = note_uri(one, number)
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = f"<p>Note {number}. {_SENTENCE * 3}</p>"
    return {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": moment,
        "url": f"http://{one.actor.host}/@{one.actor.username}/{number}",
        "attributedTo": one.actor.uri,
        "to": [_PUBLIC],
        "cc": [one.actor.followers],
        "sensitive": False,
        "atomUri": uri,
        "inReplyToAtomUri": None,
        "conversation": f"tag:{one.actor.host},2026-11-22:objectId={number}",
        "content": content,
        "contentMap": {"en": content},
        "attachment": [],
        "tag": [
            {
                "type": "Hashtag",
                "href": f"http://{one.actor.host}/tags/{name}",
                "name": f"#{name}",
            }
            for name in ("compost", "bicycles")
        ],
        "replies": {
            "id": f"{uri}/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": f"{uri}/replies?only_other_accounts=true&page=true",
                "partOf": f"{uri}/replies",
                "items": [],
            },
        },
        "likes": {"id": f"{uri}/likes", "type": "Collection", "totalItems": 0},
        "shares": {"id": f"{uri}/shares", "type": "Collection", "totalItems": 0},
    }
