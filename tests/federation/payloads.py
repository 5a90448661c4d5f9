"""The documents under tests/fixtures/payloads, one per software shape, with hosts of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from federation import documents

FOLDER = Path(__file__).parent.parent / "fixtures" / "payloads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
NOW = 1_795_300_000_000  # 2026-11-21


def payload(name: str) -> dict[str, Any]:
    return documents.read((FOLDER / f"{name}.json").read_bytes())
