"""Collections and their pages, and the digest by which NodeBB compares threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from federation.rendering import contexts
from federation.rendering.values import Document, without_empty


def collection(
    uri: str,
    *,
    total: int | None,
    items: Sequence[Any] | None = None,
    first: str | None = None,
    owner: str | None = None,
    name: str = "",
) -> Document:
    """An OrderedCollection: short ones carry their items, long ones name their first page.

    Both at once is allowed, the page then begins with the same items (Lemmy reads no pages).
    `total` None: not counted, like a timeline that has no end.
    """
    document: Document = {
        "@context": contexts.COLLECTION,
        "id": uri,
        "type": "OrderedCollection",
        "attributedTo": owner,
        "name": name,
        "first": first,
    }
    found = without_empty({**document, "totalItems": total})
    if items is not None:
        found["orderedItems"] = list(items)
    return found


def page(uri: str, *, part_of: str, items: Sequence[Any], next_page: str | None) -> Document:
    document: Document = {
        "@context": contexts.COLLECTION,
        "id": uri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "next": next_page,
    }
    return {**without_empty(document), "orderedItems": list(items)}


def digest(uris: Iterable[str]) -> str:
    """XOR of the SHA-256 of each id, in hexadecimal: equal sets, equal digests (FEP-8fcf)."""
    found = 0
    for uri in uris:
        found ^= int.from_bytes(sha256(uri.encode()).digest())
    return f"{found:064x}"
