"""The documents under tests/fixtures/payloads, one per software shape, with hosts of our own.

Those with a number are also posted to a running node (tests/trips/test_vectors.py); the manifest
beside them says what they do there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from federation import documents

FOLDER = Path(__file__).parent.parent / "fixtures" / "payloads"
NOW = 1_795_300_000_000  # 2026-11-21


def _unread() -> set[str]:
    """What the door refuses, or takes without knowing the verb or the type."""
    entries = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return {
        entry.get("file", f"{entry['shape']}.json").removesuffix(".json")
        for entry in entries
        if entry["expect"]["door"] >= 400 or entry.get("unread")
    } | {"manifest"}


NAMES = sorted({path.stem for path in FOLDER.glob("*.json")} - _unread())


def payload(name: str) -> dict[str, Any]:
    """By its name, with its number or without."""
    found = [path for path in FOLDER.glob("*.json") if path.stem.lstrip("0123456789_") == name]
    return documents.read((found[0] if found else FOLDER / f"{name}.json").read_bytes())
