"""Recorded requests of other servers: what shape they have, and how one comes to our address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public"}
_NOE, _POLL = "https://agora.example/u/noe", "https://agora.example/n/q1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One exchange: fields in order, the body as it was sent."""

    path: Path
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    answer: Any

    @property
    def fields(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}

    @property
    def host(self) -> str:
        return self.fields["host"]

    @property
    def at(self) -> int:
        """When it was sent: milliseconds since the epoch."""
        return int(parsedate_to_datetime(self.fields["date"]).timestamp() * 1000)

    @property
    def software(self) -> str:
        return self.path.parent.name

    @property
    def shape(self) -> str:
        return shape_of(self.software, json.loads(self.body), "signature-input" in self.fields)


def recorded(folder: Path) -> Iterator[Recorded]:
    """Every exchange in a folder of folders."""
    for path in sorted(folder.glob("*/*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entry, dict):
            continue  # notes about a request, not one
        if "request_line" in entry:
            method, target, _ = entry["request_line"].split(" ")
            headers, body = entry["request_headers"], entry.get("request_body")
            answer = entry.get("response_body")
        else:
            method, target, headers = entry["method"], entry["target"], entry["headers"]
            body, answer = entry.get("body"), (entry.get("response") or {}).get("body")
        text = body if isinstance(body, str) else json.dumps(body) if body else ""
        yield Recorded(
            path=path,
            method=method,
            target=target,
            headers=tuple((name, value) for name, value in headers),
            body=text.encode(),
            answer=_parsed(answer),
        )


def _parsed(answer: Any) -> Any:
    try:
        return json.loads(answer) if isinstance(answer, str) else answer
    except ValueError:
        return None


def shape_of(software: str, document: Json, rfc9421: bool = False) -> str:
    """`nodebb announce-create-article`: who, which verbs, what; for a Create also for whom."""
    words, inner = [document["type"]], document
    while isinstance(inner.get("object"), dict):
        inner = inner["object"]
        words.append(inner["type"])
    if document["type"] in ("Create", "Follow") and software == "fedify":
        words.append("rfc9421" if rfc9421 else "cavage")
    if document["type"] == "Create":
        words.append(_openness(document))
        words += ["reply"] if inner.get("inReplyTo") else []
    if document["type"] == "Follow":
        words.append("group" if "/category/" in document["actor"] else "person")
    return f"{software} {'-'.join(words)}".lower()


def _openness(document: Json) -> str:
    to, cc = _listed(document, "to"), _listed(document, "cc")
    if PUBLIC & to:
        return "public"
    if PUBLIC & cc:
        return "unlisted"
    return "followers" if any(one.rstrip("/").endswith("followers") for one in to) else "direct"


def _listed(document: Json, name: str) -> set[str]:
    value = document.get(name) or []
    return {one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)}


def localised(text: str) -> str:
    """The same message, addressed to noe here: who is followed, liked, blocked or answered."""
    document: Json = json.loads(text)
    words = [document["type"]]
    inner = document
    if document["type"] in ("Undo", "Accept") and isinstance(document.get("object"), dict):
        inner = document["object"]
        words.append(inner["type"])
    swaps: list[tuple[str, str]] = []
    if document["type"] == "Accept":
        swaps = [(inner["id"], "https://agora.example/follows/1"), (inner["actor"], _NOE)]
    elif "Follow" in words or "Block" in words:
        swaps = [(inner["object"], _NOE)]
    elif "Like" in words:
        swaps = [(inner["object"], _POLL)]
    for old, new in swaps:
        text = text.replace(f'"{old}"', f'"{new}"')
    text = text.replace("http://127.0.0.1:41853", "https://fedify.test")
    # snac answered to one person only, and put her notes below her.
    text = re.sub(r"https://snac\.test/bob/p/[0-9.]+", _POLL, text)
    return re.sub(r"https://snac\.test/bob(?![\w/])", _NOE, text)
