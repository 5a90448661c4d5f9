"""The style sheet and the small pictures: named by their content, kept by browsers for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    address: str  # "/static/<name>.<hash><suffix>"
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """`by_name` for templates ("passerelle.css"), `by_address` for browsers."""

    by_name: dict[str, Asset]
    by_address: dict[str, Asset]


def load(folder: Path = _FOLDER) -> Assets:
    """Every .css and .svg of the folder, read once at start."""
    found = {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in _KINDS}
    return Assets(by_name=found, by_address={one.address: one for one in found.values()})


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:16]
    return Asset(
        address=f"/static/{path.stem}.{mark}{path.suffix}",
        content=content,
        media_type=_KINDS[path.suffix],
    )
