"""A stranger's dict becomes one activity, or one thing, of the vocabulary: the sill of the house.

Everything embedded is a claim (see origin) and is parsed with patience: a bad inner copy leaves its
id behind and nothing more. What cannot even be named ends this one activity with Malformed.
Wrappers are opened two deep, an Announce in an Announce is followed to its innermost id (FEP-1b12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from federation.documents import Malformed, echo, many, one, text
from federation.parsing import actors as parsing_actors
from federation.parsing.actors import COLLECTION_TYPES, actor, key_document
from federation.parsing.objects import inherit, post
from federation.parsing.values import (
    check_signed,
    checked,
    kind_in,
    kinds,
    own_id,
    sole,
    uri,
)
from federation.parsing.verbs import MAX_OBJECTS, VERBS, Shared, said, shared, target
from federation.vocabulary import (
    ACTOR_TYPES,
    POST_TYPES,
    Accept,
    Activity,
    Add,
    Announce,
    Collection,
    Create,
    Delete,
    Invite,
    Offer,
    Other,
    Post,
    QuoteRequest,
    Ref,
    Reject,
    Remove,
    Thing,
    Tombstone,
    Undo,
    Unknown,
    Update,
)

__all__ = ["ACTIVITIES", "activity", "actor", "collection", "key_document", "post", "thing"]

# Levels below the outermost document: Announce{Undo{Announce{Note}}} has its Note on level 3.
_LAST_ACTIVITY = 2
_LAST_THING = 3

Document: TypeAlias = dict[str, Any]


def activity(document: Document, *, now: int) -> Activity:
    """The activity a document is. Raises Malformed, naming the property that makes it unusable.

    An Unknown is an activity of a type we do not know: nothing but id and actor is asked of it.
    """
    return _activity(document, now, 0)


def thing(document: Document, *, now: int) -> Thing:
    """Whatever a fetched document is; Other for an object of a type that is none of ours."""
    return _thing(document, now, 0)


def collection(document: Document, *, now: int) -> Collection:
    """A collection or one page of it, at most a thousand entries."""
    return _collection(document, now, 0)


# --- things --------------------------------------------------------------------------------------


def _thing(document: Document, now: int, level: int) -> Thing:
    check_signed(document)
    types = kinds(document)
    known = {_FAMILIES[kind] for kind in types if kind in _FAMILIES}
    if "activity" in known:
        return _activity(document, now, level)
    if "actor" in known:
        return actor(document, now=now)
    if "tombstone" in known:
        return Tombstone(uri=own_id(document))
    if "post" in known:
        return post(document, now=now)
    if "collection" in known:
        return _collection(document, now, level)
    if text(document, "name") and document.get("attributedTo") and document.get("id"):
        return post(document, now=now)  # of a type we never heard of: its name and link still serve
    return Other(uri=uri(document, "id"), kind=types[0])


def _collection(document: Document, now: int, level: int) -> Collection:
    def item(entry: str | Document) -> Ref | None:
        try:
            return _refer(entry, now, level)
        except Malformed:
            return None

    return parsing_actors.collection(document, item=item)


# --- what an activity points at ------------------------------------------------------------------


def _refer(value: object, now: int, level: int) -> Ref:
    """The id with its copy, when that can be read; raises only when there is neither."""
    name = checked(value)
    embedded: Thing | None = None
    if isinstance(value, dict) and level < _LAST_THING and many(value, "type"):
        try:
            embedded = _embedded(value, now, level + 1)
        except Malformed:
            if name is None:
                raise
    if name is None and embedded is None:
        raise Malformed("missing_object", f"object: neither an id nor a copy: {echo(value)}")
    return Ref(uri=name, embedded=embedded)


def _embedded(value: Document, now: int, level: int) -> Thing | None:
    if level > _LAST_ACTIVITY and kind_in(value, ACTIVITIES):
        return None
    if value.get("id") is not None and checked(value) is None:
        raise Malformed("invalid_property", f"id: not an http(s) URI: {echo(value['id'])}")
    return _thing(value, now, level)


def _object(document: Document, now: int, level: int, name: str = "object") -> Ref:
    """One object is needed: none is missing_object, several are ambiguous_property."""
    value = sole(document, name)
    if not isinstance(value, str | dict):
        raise Malformed("missing_object", f"{name}: an id or an object is needed")
    return _refer(value, now, level)


# --- activities ----------------------------------------------------------------------------------


def _activity(document: Document, now: int, level: int) -> Activity:
    check_signed(document)
    types = kinds(document)
    known = [kind for kind in types if kind in ACTIVITIES]
    if len(known) > 1:
        raise Malformed("ambiguous_property", "type: more than one activity type")
    deed = shared(document, now=now, inner=level > 0)
    kind = known[0] if known else ""
    if kind in VERBS:
        return VERBS[kind](document, deed)
    if kind in _READERS:
        return _READERS[kind](document, deed, now, level)
    return Unknown(**deed, kind=types[0], object=_anything(document, now, level))


def _anything(document: Document, now: int, level: int) -> Ref:
    try:
        return _object(document, now, level)
    except Malformed:
        return Ref(uri=None)


def _written(document: Document, deed: Shared, now: int, level: int) -> Ref:
    """The object of a Create or Update, addressed as its activity when it says nothing itself."""
    ref = _object(document, now, level)
    value = one(document, "object")
    if isinstance(ref.embedded, Post) and isinstance(value, dict):
        return replace(ref, embedded=inherit(ref.embedded, value, deed["address"]))
    return ref


def _announced(document: Document, now: int, level: int) -> tuple[Ref, ...]:
    """One object; PieFed's batch of votes, a list or a collection, gives several."""
    entries = many(document, "object")
    whole = entries[0] if len(entries) == 1 else None
    if isinstance(whole, dict) and kind_in(whole, COLLECTION_TYPES):
        entries = many(whole, "orderedItems") or many(whole, "items") or entries
    found: list[Ref] = []
    fault = Malformed("missing_object", "object: an id or an object is needed")
    for entry in entries[:MAX_OBJECTS]:
        try:
            found.append(_passed_on(entry, now, level))
        except Malformed as error:
            fault = error
    if not found:
        raise fault
    return tuple(found)


def _passed_on(entry: str | Document, now: int, level: int) -> Ref:
    """Of an Announce in an Announce only the innermost id remains, without any copy (A-13)."""
    if not isinstance(entry, dict) or kind_in(entry, {"Announce"}) is None:
        return _refer(entry, now, level)
    inner: Any = entry
    while isinstance(inner, dict) and kind_in(inner, {"Announce"}):
        inner = one(inner, "object")
    name = checked(inner)
    if name is None:
        raise Malformed("missing_object", "object: the inner Announce names no single object")
    return Ref(uri=name)


def _delete(document: Document, deed: Shared, now: int, level: int) -> Delete:
    ref = _object(document, now, level)
    return Delete(**deed, object=ref, summary=said(document, "summary"))


def _accept(document: Document, deed: Shared, now: int, level: int) -> Accept:
    return Accept(**deed, object=_object(document, now, level), result=uri(document, "result"))


def _reject(document: Document, deed: Shared, now: int, level: int) -> Reject:
    ref = _object(document, now, level)
    return Reject(**deed, object=ref, content=said(document, "content", "summary"))


def _quote_request(document: Document, deed: Shared, now: int, level: int) -> QuoteRequest:
    instrument = _object(document, now, level, "instrument")
    return QuoteRequest(**deed, object=target(document), instrument=instrument)


Reader: TypeAlias = Callable[[Document, Shared, int, int], Activity]

_READERS: dict[str, Reader] = {
    "Create": lambda d, deed, now, lv: Create(**deed, object=_written(d, deed, now, lv)),
    "Update": lambda d, deed, now, lv: Update(**deed, object=_written(d, deed, now, lv)),
    "Delete": _delete,
    "Accept": _accept,
    "Reject": _reject,
    "Undo": lambda d, deed, now, lv: Undo(**deed, object=_object(d, now, lv)),
    "Announce": lambda d, deed, now, lv: Announce(**deed, objects=_announced(d, now, lv)),
    "Add": lambda d, deed, now, lv: Add(
        **deed, object=_object(d, now, lv), target=uri(d, "target")
    ),
    "Remove": lambda d, deed, now, lv: Remove(
        **deed, object=_object(d, now, lv), target=uri(d, "target")
    ),
    "Invite": lambda d, deed, now, lv: Invite(
        **deed, object=_object(d, now, lv), target=uri(d, "target")
    ),
    "Offer": lambda d, deed, now, lv: Offer(
        **deed, object=_object(d, now, lv), target=uri(d, "target")
    ),
    "QuoteRequest": _quote_request,
}

ACTIVITIES = frozenset(_READERS) | frozenset(VERBS)
_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(COLLECTION_TYPES, "collection"),
    **dict.fromkeys(POST_TYPES, "post"),
    "Tombstone": "tombstone",
    **dict.fromkeys(ACTOR_TYPES, "actor"),
    **dict.fromkeys(ACTIVITIES, "activity"),
}
