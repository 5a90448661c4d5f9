"""The pieces every kind of document shares: types, checked URIs, addressing, links and plain text.

Built on the accessors of documents, so nothing below touches a stranger's dict itself. Each
function takes whatever it finds and gives a clean value or none; only the few properties without
which a document has no meaning raise Malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from federation import documents
from federation.documents import Malformed, many, one, ref_of, text
from federation.origin import canonical, same_origin
from federation.vocabulary import PUBLIC, Addressing

MAX_RECIPIENTS = 1000
MAX_NAME = 500
MAX_SUMMARY = 2000
MAX_ALT = 10_000

_NAMESPACES = (
    "https://www.w3.org/ns/activitystreams#",
    "http://www.w3.org/ns/activitystreams#",
    "as:",
)
_PUBLIC = frozenset({PUBLIC, "as:Public", "Public"})
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")
_GRAPHS = frozenset({"@graph", "@included", "@reverse"})


def check_signed(document: dict[str, Any]) -> None:
    """Keywords that let signed JSON-LD say one thing when expanded and another as plain JSON."""
    proven = document.get("signature") or document.get("proof")
    if proven and documents.has_key(document, _GRAPHS):
        raise Malformed("invalid_property", "@graph, @included, @reverse: not in a signed document")


def kinds(document: dict[str, Any]) -> tuple[str, ...]:
    """The types in their short form, each once; raises Malformed("missing_type") for none."""
    only = document.get("type")
    if isinstance(only, str) and only:
        return (_short(only),)
    found = dict.fromkeys(
        _short(entry) for entry in many(document, "type") if isinstance(entry, str) and entry
    )
    if not found:
        raise Malformed("missing_type", "type: a type name, or a list with one, is needed")
    return tuple(found)


def kind_in(document: dict[str, Any], known: Iterable[str]) -> str | None:
    """The first type that is one of `known`; None when there is none, never raises."""
    try:
        return next((kind for kind in kinds(document) if kind in known), None)
    except Malformed:
        return None


def _short(name: str) -> str:
    if ":" in name:
        for namespace in _NAMESPACES:
            if name.startswith(namespace):
                return name.removeprefix(namespace)
    return name


# --- URIs ----------------------------------------------------------------------------------------


def checked(value: object) -> str | None:
    """The canonical URI a string or an object stands for; None when it is none we can use."""
    found = ref_of(value)
    if found is None:
        return None
    try:
        return canonical(found)
    except Malformed:
        return None


def uri(document: dict[str, Any], name: str) -> str | None:
    return checked(one(document, name))


def uris(document: dict[str, Any], name: str, limit: int | None = None) -> tuple[str, ...]:
    """Every usable URI of a property, canonical, each once, at most `limit`."""
    found = dict.fromkeys(checked(entry) for entry in many(document, name))
    return tuple(entry for entry in found if entry is not None)[:limit]


def own_id(document: dict[str, Any]) -> str:
    """The document's id. Absent: missing_id; a number or a list: invalid_property."""
    value = document.get("id")
    if value is None:
        raise Malformed("missing_id", "id: an absolute http(s) URI is needed")
    if not isinstance(value, str):
        raise Malformed("invalid_property", f"id: must be a string, is {documents.echo(value)}")
    return canonical(value)


def sole(document: dict[str, Any], name: str) -> Any:
    """The one value of a property; several usable ones raise Malformed("ambiguous_property")."""
    value = one(document, name)
    if value is None and len(many(document, name)) > 1:
        raise Malformed("ambiguous_property", f"{name}: exactly one is needed")
    return value


def near(document: dict[str, Any], name: str, home: str) -> str | None:
    """A URI that must lie at the origin of `home`, else it is as good as absent (O-16)."""
    found = uri(document, name)
    return found if found is not None and same_origin(found, home) else None


# --- addressing ----------------------------------------------------------------------------------


def addressing(document: dict[str, Any]) -> Addressing:
    """Who is addressed. Unusable or missing means nobody; bto and bcc never count.

    Raises Malformed("too_many_recipients") over 1000.
    """
    to, cc, audience = (many(document, name) for name in ("to", "cc", "audience"))
    if len(to) + len(cc) + len(audience) > MAX_RECIPIENTS:
        raise Malformed("too_many_recipients", f"to, cc, audience: more than {MAX_RECIPIENTS}")
    return Addressing(to=recipients(to), cc=recipients(cc), audience=recipients(audience))


def recipients(entries: Sequence[object]) -> tuple[str, ...]:
    """Canonical URIs, each once, every spelling of the public collection as PUBLIC."""
    if not entries:
        return ()
    found = dict.fromkeys(
        [PUBLIC if ref_of(entry) in _PUBLIC else checked(entry) for entry in entries]
    )
    return tuple([entry for entry in found if entry is not None])


def addressed(document: dict[str, Any]) -> bool:
    """Whether the document says anything itself about who may read it."""
    return document.get("to") is not None or document.get("cc") is not None


# --- text and links ------------------------------------------------------------------------------


def plain(value: str) -> str:
    """Text without tags, for what is never HTML: names, options, warnings. Escaped at output."""
    return _TAG.sub("", value).strip()


def line(document: dict[str, Any], name: str, limit: int = MAX_NAME) -> str | None:
    """One line of plain text, None when empty."""
    found = text(document, name)
    if found is None:
        return None
    return documents.cut(" ".join(plain(found).split()), limit) or None


def page(document: dict[str, Any]) -> str | None:
    """What a browser opens: the HTML entry of `url`, else its first usable one."""
    entries = many(document, "url")
    html = [
        entry
        for entry in entries
        if isinstance(entry, dict) and text(entry, "mediaType") == "text/html"
    ]
    return next((found for entry in html + entries if (found := place(entry))), None)


def place(value: object) -> str | None:
    """The address of a link: a string, or the `href` of an object (its id is another thing)."""
    if isinstance(value, dict):
        value = one(value, "href")
    return checked(value) if isinstance(value, str) else None


def picture(document: dict[str, Any], name: str) -> str | None:
    """The address of an image property: the widest one that states a width, else the first."""
    best: tuple[int, str] | None = None
    for entry in many(document, name):
        found = image_url(entry)
        width = (documents.int_(entry, "width") if isinstance(entry, dict) else 0) or 0
        if found is not None and (best is None or width > best[0]):
            best = (width, found)
    return None if best is None else best[1]


def image_url(entry: str | dict[str, Any]) -> str | None:
    if isinstance(entry, str):
        return checked(entry)
    return page(entry) or place(entry)


def language(document: dict[str, Any]) -> str | None:
    """From `language` (string, or Lemmy's and PeerTube's object), else from the content's map."""
    entries = many(document, "language")
    if entries:
        return documents.language(entries[0])
    tags = documents.part(document, "contentMap")
    content = one(document, "content")
    same = [tag for tag, said in tags.items() if content is None or said == content]
    return documents.language(same[0]) if same else None
