"""Records to render: Léa of here, Sam of elsewhere, the community Veille, and notes of theirs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from actors.addresses import Site
from actors.key_material import public_pem
from actors.records import Actor, KeyRow
from federation.rendering.notes import note_object
from notes.records import Attachment, Choice, Extras, Note, Poll, Tag

FIXTURES = Path(__file__).parents[1] / "fixtures"
KEYS = json.loads((FIXTURES / "signatures" / "requests.json").read_text())
NOW = 1_795_262_400_000  # 2026-11-21T12:00:00Z
SITE = Site(domain="atelier.example.net")
BASE = SITE.base


def person(number: int, username: str, **more: Any) -> Actor:
    uri = f"{BASE}/u/{username}"
    return Actor(
        id=number,
        uri=uri,
        kind="Person",
        local=True,
        host=SITE.domain,
        username=username,
        inbox=f"{uri}/inbox",
        outbox=f"{uri}/outbox",
        followers=f"{uri}/followers",
        following=f"{uri}/following",
        featured=f"{uri}/featured",
        published=NOW,
        updated=NOW,
        **more,
    )


def group(number: int, name: str) -> Actor:
    made = person(number, name, name=name.title())
    uri = f"{BASE}/c/{name}"
    parts = ("inbox", "outbox", "followers", "following", "featured", "moderators")
    lists: dict[str, Any] = {part: f"{uri}/{part}" for part in parts}
    return replace(made, kind="Group", uri=uri, **lists)


LEA = person(1, "lea", name="Léa")
SAM = replace(
    person(2, "sam"), local=False, host="ailleurs.example", uri="https://ailleurs.example/u/sam"
)
VEILLE = group(3, "veille")
PEOPLE = {one.id: one for one in (LEA, SAM, VEILLE)}


def note(**fields: Any) -> Note:
    plain: dict[str, Any] = {
        "id": 7,
        "uri": f"{BASE}/n/abc",
        "kind": "Note",
        "author_id": LEA.id,
        "context": f"{BASE}/t/abc",
        "content": "<p>Bonjour.</p>",
        "source": "Bonjour.",
        "language": "fr",
        "local": True,
        "published": NOW + 250,
    }
    return Note(**{**plain, **fields})


def rendered(made: Note, extras: Extras | None = None) -> dict[str, Any]:
    return note_object(made, extras or Extras(), PEOPLE, SITE)


def keys_of(actor: Actor) -> list[KeyRow]:
    def row(kind: str, fragment: str, state: str = "active") -> KeyRow:
        return KeyRow(
            uri=f"{actor.uri}#{fragment}",
            actor_id=actor.id,
            kind=kind,
            public=public_pem(KEYS[f"{kind}_private"]),
            private=None,
            state=state,
            created=NOW,
            retires=None,
            fetched=0,
        )

    return [row("rsa", "main-key"), row("ed25519", "ed25519-key")]


ARTICLE = note(
    kind="Article",
    community_id=VEILLE.id,
    title="Tenir une veille à plusieurs",
    summary="Trois habitudes & un outil.",
    content="<p>" + "Chacune dit ce qu’elle a lu. " * 30 + "</p>",
    source="# Tenir une veille à plusieurs\n\nChacune dit ce qu’elle a lu.",
    license="https://creativecommons.org/licenses/by-sa/4.0/",
    updated=NOW + 60_000,
)
ARTICLE_EXTRAS = Extras(
    mentions=(SAM.id,),
    tags=(Tag(key="veille", name="Veille"), Tag(key="été", name="été")),
    attachments=(
        Attachment(
            url=f"{BASE}/media/a.webp",
            kind="Image",
            media_type="image/webp",
            alt="Un carnet",
            blurhash="UBL_:rOpGG",
            width=1200,
            height=800,
        ),
        Attachment(url="https://example.com/lu", kind="Link"),
    ),
)
QUESTION = note(kind="Question", uri=f"{BASE}/n/q", content="<p>Quand ?</p>", updated=NOW)
POLL = Poll(choices=(Choice(name="Mardi", votes=2), Choice(name="Jeudi")), closes=NOW, voters=2)
REPLY = note(
    in_reply_to=SAM.uri + "/n/1",
    community_id=VEILLE.id,
    quote="https://ailleurs.example/n/2",
    summary="Attention",
    sensitive=True,
)
