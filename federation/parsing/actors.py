"""An actor, its keys, and collections out of a stranger's document.

What an actor names as its own (inbox, outbox, followers, keys) must lie at its origin: without an
inbox there the actor is refused, the rest is dropped (FEP-fe34). Keys: publicKey as Mastodon has
it, Multikeys of assertionMethod (FEP-521a).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from federation import documents
from federation.documents import Malformed, bool_, echo, int_, many, one, part, text, time
from federation.origin import same_origin
from federation.parsing.values import (
    MAX_NAME,
    MAX_SUMMARY,
    check_signed,
    checked,
    kind_in,
    kinds,
    line,
    near,
    own_id,
    page,
    picture,
    plain,
    uri,
    uris,
)
from federation.vocabulary import (
    ACTOR_TYPES,
    ActorDocument,
    Collection,
    Field,
    KeyEntry,
    Ref,
)

COLLECTION_TYPES = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)
MAX_USERNAME = 100
MAX_PROFILE = 10_000  # a community's rules stand here; Lemmy allows this much
MAX_ALIASES = 20
MAX_FIELDS = 16
MAX_KEYS = 10
MAX_KEY_TEXT = 16_384
MAX_ITEMS = 1000


def actor(document: dict[str, Any], *, now: int) -> ActorDocument:
    """The actor a document is. Raises Malformed without id, type, inbox at its own origin."""
    check_signed(document)
    home = own_id(document)
    kind = next((kind for kind in kinds(document) if kind in ACTOR_TYPES), None)
    if kind is None:
        raise Malformed("invalid_property", f"type: no actor type: {echo(kinds(document)[0])}")
    inbox = near(document, "inbox", home)
    if inbox is None:
        raise Malformed("invalid_property", "inbox: needed, at the actor's own origin")
    return ActorDocument(
        uri=home,
        kind=kind,
        inbox=inbox,
        username=username(document, home),
        name=line(document, "name") or "",
        summary=text(document, "summary", MAX_PROFILE) or "",
        url=page(document),
        shared_inbox=uri(part(document, "endpoints"), "sharedInbox")
        or uri(document, "sharedInbox"),
        outbox=near(document, "outbox", home),
        followers=near(document, "followers", home),
        following=near(document, "following", home),
        featured=near(document, "featured", home),
        moderators=_moderators(document, kind, home),
        icon=picture(document, "icon"),
        image=picture(document, "image"),
        locked=bool_(document, "manuallyApprovesFollowers") or False,
        discoverable=bool_(document, "discoverable"),
        indexable=bool_(document, "indexable"),
        restricted_to_moderators=bool_(document, "postingRestrictedToMods") or False,
        moved_to=uri(document, "movedTo"),
        also_known_as=uris(document, "alsoKnownAs", MAX_ALIASES),
        fields=_fields(document),
        keys=keys(document, home),
        language=_language(document),
        published=time(document, "published", now=now),
        webfinger=_webfinger(document),
    )


def username(document: dict[str, Any], home: str) -> str:
    """preferredUsername, else the last word of the id; what cannot stand in a handle is refused."""
    found = one(document, "preferredUsername")
    if found is None:
        address = urlsplit(home)
        found = address.path.strip("/").rpartition("/")[2].lstrip("@") or address.netloc
        return found[:MAX_USERNAME]
    if not isinstance(found, str) or not found or len(found) > MAX_USERNAME:
        raise Malformed("invalid_property", "preferredUsername: a name of up to 100 characters")
    if any(letter in "@/:?#<>" or unicodedata.category(letter)[0] in "CZ" for letter in found):
        raise Malformed("invalid_property", f"preferredUsername: not for a handle: {echo(found)}")
    return found


def _moderators(document: dict[str, Any], kind: str, home: str) -> str | None:
    """A Group's moderators: PieFed's own property, else the one collection in attributedTo.

    PeerTube lists persons there instead, and a Feed its creator: neither is a collection.
    """
    if kind != "Group":
        return None
    if (found := near(document, "moderators", home)) is not None:
        return found
    sent = document.get("attributedTo")
    if isinstance(sent, list) or (isinstance(sent, dict) and kind_in(sent, ACTOR_TYPES)):
        return None
    return near(document, "attributedTo", home)


def _fields(document: dict[str, Any]) -> tuple[Field, ...]:
    """The lines of a profile (PropertyValue); their values are HTML, not yet clean."""
    found = [
        Field(name=line(entry, "name") or "", value=text(entry, "value", MAX_SUMMARY) or "")
        for entry in many(document, "attachment")
        if isinstance(entry, dict) and kind_in(entry, {"PropertyValue"})
    ]
    return tuple(field for field in found if field.name)[:MAX_FIELDS]


def _language(document: dict[str, Any]) -> str | None:
    entries = many(document, "language")
    return documents.language(entries[0]) if entries else None


def _webfinger(document: dict[str, Any]) -> str | None:
    """FEP-2c59: user@host; a hint until WebFinger itself says so."""
    found = plain(text(document, "webfinger", MAX_NAME) or "").removeprefix("acct:").lstrip("@")
    return found if found.count("@") == 1 and len(found) <= 320 else None


# --- keys ----------------------------------------------------------------------------------------


def keys(document: dict[str, Any], home: str) -> tuple[KeyEntry, ...]:
    """Every key listed with its text, at the actor's origin, with the owner it states.

    A Feed of Lemmy's lists the key of its site: whose key may sign for whom is asked later.
    """
    found: dict[str, KeyEntry] = {}
    for name in ("publicKey", "assertionMethod"):
        for entry in many(document, name)[:MAX_KEYS]:
            key = _key(entry, home) if isinstance(entry, dict) else None
            if key is None or (name == "assertionMethod" and key.owner != home):
                continue
            found.setdefault(key.uri, key)
    return tuple(found.values())


def key_document(document: dict[str, Any], *, key_id: str | None = None) -> KeyEntry | None:
    """The key of a bare key document, or of a stub actor that carries it (GoToSocial).

    With `key_id` only the key of that id. None when there is no usable one, or several to choose
    from; a key whose owner has another origin is not usable.
    """
    if "publicKeyPem" in document or "publicKeyMultibase" in document:
        owner = uri(document, "owner") or uri(document, "controller")
        bare = None if owner is None else _key(document, owner)
        listed: tuple[KeyEntry, ...] = () if bare is None else (bare,)
    else:
        home = uri(document, "id")
        listed = () if home is None else keys(document, home)
    if key_id is not None:
        wanted = checked(key_id)
        listed = tuple(key for key in listed if key.uri == wanted)
    return listed[0] if len(listed) == 1 else None


def _key(entry: dict[str, Any], home: str) -> KeyEntry | None:
    """`home` is the owner when the entry names none; both must share its origin."""
    owner = uri(entry, "owner") or uri(entry, "controller") or home
    name = near(entry, "id", home)
    if name is None or not same_origin(owner, home):
        return None
    pem, multibase = one(entry, "publicKeyPem"), one(entry, "publicKeyMultibase")
    if isinstance(pem, str) and 0 < len(pem) <= MAX_KEY_TEXT:
        return KeyEntry(uri=name, owner=owner, form="pem", text=pem)
    if isinstance(multibase, str) and 0 < len(multibase) <= MAX_KEY_TEXT:
        return KeyEntry(uri=name, owner=owner, form="multibase", text=multibase)
    return None


# --- collections ---------------------------------------------------------------------------------


def collection(
    document: dict[str, Any], *, item: Callable[[str | dict[str, Any]], Ref | None]
) -> Collection:
    """A collection or a page of one; `item` reads an entry, None drops it. It may lack an id."""
    check_signed(document)
    if kind_in(document, COLLECTION_TYPES) is None:
        raise Malformed("invalid_property", "type: no collection")
    first = one(document, "first")
    embedded = isinstance(first, dict) and kind_in(first, COLLECTION_TYPES) is not None
    total = int_(document, "totalItems")
    return Collection(
        uri=uri(document, "id"),
        items=_items(document, item),
        first=uri(document, "first"),
        next=uri(document, "next"),
        first_page=_page(first, item) if embedded else None,
        total=total if total is not None and total >= 0 else None,
        owner=uri(document, "attributedTo"),
    )


def _page(document: dict[str, Any], item: Callable[[Any], Ref | None]) -> Collection:
    """An embedded first page; what it embeds in turn stays unread."""
    return Collection(
        uri=uri(document, "id"), items=_items(document, item), next=uri(document, "next")
    )


def _items(document: dict[str, Any], item: Callable[[Any], Ref | None]) -> tuple[Ref, ...]:
    name = "orderedItems" if document.get("orderedItems") is not None else "items"
    found = (item(entry) for entry in many(document, name)[:MAX_ITEMS])
    return tuple(entry for entry in found if entry is not None)
