"""One URL, two readers: ActivityPub for servers, HTML for browsers (RFC 9110 section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

_LONGEST = 1000  # characters of Accept that are looked at; browsers send about 150
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_ANYTHING = frozenset({"text/*", "*/*"})
_DOCUMENTS = frozenset({"application/activity+json", "application/ld+json"})


def prefers_activity(accept: str) -> bool:
    """Whether an Accept header asks for ActivityStreams rather than a page.

    `application/ld+json` counts with any profile or none, since servers spell it in many ways; a
    wildcard alone is a browser or curl and gets the page. At equal q the type named wins over a
    wildcard, and of two named types the first.
    """
    return _prefers(accept[:_LONGEST])


@lru_cache(maxsize=512)
def _prefers(accept: str) -> bool:
    entries = _entries(accept)
    document, place = _best(entries, _DOCUMENTS)
    page, page_place = _best(entries, _PAGES)
    if not page:
        return document > 0 and document >= _best(entries, _ANYTHING)[0]
    return document > page or (document == page and place < page_place)


def _best(entries: list[tuple[str, float]], kinds: frozenset[str]) -> tuple[float, int]:
    """The greatest q of these kinds, 0 for none, and where it stands first."""
    best, place = 0.0, len(entries)
    for position, (kind, quality) in enumerate(entries):
        if kind in kinds and quality > best:
            best, place = quality, position
    return best, place


def _entries(accept: str) -> list[tuple[str, float]]:
    found = []
    for entry in _split(accept, ","):
        kind, *parameters = _split(entry, ";")
        found.append((kind.strip().lower(), _quality(parameters)))
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value.strip()), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _split(text: str, mark: str) -> list[str]:
    """At marks outside quotation marks: a profile may hold both."""
    parts, start, quoted = [], 0, False
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == mark and not quoted:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]
