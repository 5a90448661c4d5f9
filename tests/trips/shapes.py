"""Messages of other servers, tried on a running node: what each needs before, and what it does.

A manifest beside the fixtures says it for each shape. Every shape gets host names of its own
(`s03.links.example`), so that one node serves for all of them and none meets another's traces;
`agora.example` in a fixture is the node itself: noe is a person there, ateliers a community, q1
her poll.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FIXTURES = Path(__file__).parent.parent / "fixtures"
OURS = "agora.example"
_HOST = re.compile(
    r"(?<![\w.-])((?:[a-z0-9-]+\.)+(?:example(?:\.(?:org|com|net|jp))?|test))(?![\w-])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One entry of a manifest with its fixture's text."""

    name: str
    text: str
    send: str = "post"
    by: str = "actor"
    format: str = "cavage"
    before: tuple[Json, ...] = ()
    expect: Json = field(default_factory=dict)
    software: str = ""
    why: str = ""

    @property
    def tag(self) -> str:
        return "s" + re.sub(r"[^0-9a-z]", "", self.name.partition("_")[0].lower())


def shapes(folder: Path) -> dict[str, Shape]:
    """By name, in the manifest's order."""
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {}
    for entry in entries:
        name = entry["shape"]
        text = (folder / entry.get("file", f"{name}.json")).read_text(encoding="utf-8")
        known = {key: entry[key] for key in Shape.__dataclass_fields__ if key in entry}
        known["before"] = tuple(entry.get("before", ()))
        found[name] = Shape(name=name, text=text, **known)
    return found


def renamed(text: str, tag: str) -> str:
    """The same text on host names that no other shape has."""
    return _HOST.sub(lambda found: found[1] if found[1] == OURS else f"{tag}.{found[1]}", text)


def hosts_in(every: dict[str, Shape]) -> set[str]:
    """All host names a test will meet, for the peers' certificate and the node's address book."""
    return {
        f"{one.tag}.{host}"
        for one in every.values()
        for name in _earlier(one, every)
        for host in _HOST.findall(every[name].text)
        if host != OURS
    }


def _earlier(one: Shape, every: dict[str, Shape]) -> set[str]:
    """Its own name, and those of all messages that come before it."""
    found = {one.name}
    for step in one.before:
        for verb in ("shape", "then", "serve_shape"):
            if verb in step:
                found |= _earlier(every[step[verb]], every)
    return found


def at(value: Any, path: str) -> Any:
    """What stands at `object.object.id`; of an object the id, of a list the first."""
    if path.startswith("https://"):
        return path
    for part in path.split(".") if path else ():
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() else value[0][part]
        else:
            value = value[part]
    if isinstance(value, list):
        value = value[0]
    return value["id"] if isinstance(value, dict) else value
