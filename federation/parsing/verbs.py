"""Activities that need no copy of what they point at: who did it, to what, with which words.

Follow, Like, Dislike, Block, Flag, Move, Lock, Join, Leave; and what every activity has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypedDict

from federation.documents import Malformed, moment, text, time
from federation.parsing.values import (
    MAX_SUMMARY,
    addressing,
    checked,
    own_id,
    plain,
    sole,
    uri,
    uris,
)
from federation.vocabulary import (
    Activity,
    Addressing,
    Block,
    Dislike,
    Flag,
    Follow,
    Join,
    Leave,
    Like,
    Lock,
    Move,
)

MAX_OBJECTS = 100
MAX_EMOJI = 200
MAX_REPORT = 10_000

Document: TypeAlias = dict[str, Any]


class Shared(TypedDict):
    """The fields of vocabulary.Deed."""

    uri: str | None
    actor: str
    address: Addressing
    published: int | None


def shared(document: Document, *, now: int, inner: bool) -> Shared:
    """Inside a wrapper the id may be missing: Lemmy and GoToSocial undo without one."""
    unnamed = inner and document.get("id") is None
    return Shared(
        uri=None if unnamed else own_id(document),
        actor=_actor_of(document),
        address=addressing(document),
        published=time(document, "published", now=now),
    )


def _actor_of(document: Document) -> str:
    """The id of the actor, which Discourse and PieFed send as an object."""
    found = checked(sole(document, "actor"))
    if found is None:
        raise Malformed("missing_actor", "actor: the id of one actor is needed")
    return found


def target(document: Document, name: str = "object") -> str:
    """The id alone, for verbs that need no copy."""
    found = checked(sole(document, name))
    if found is None:
        raise Malformed("missing_object", f"{name}: the id of one object is needed")
    return found


def said(document: Document, *names: str, limit: int = MAX_SUMMARY) -> str | None:
    """The first of some texts that is there, plain; empty stays empty."""
    for name in names:
        found = text(document, name, limit)
        if found is not None:
            return plain(found)
    return None


def _like(document: Document, deed: Shared) -> Like:
    emoji = said(document, "content", "_misskey_reaction", limit=MAX_EMOJI)
    return Like(**deed, object=target(document), content=emoji or None)


def _block(document: Document, deed: Shared) -> Block:
    return Block(
        **deed,
        object=target(document),
        target=uri(document, "target"),
        ends=moment(document, "endTime") or moment(document, "expires"),
        summary=said(document, "summary"),
    )


def _flag(document: Document, deed: Shared) -> Flag:
    objects = uris(document, "object", MAX_OBJECTS)
    if not objects:
        raise Malformed("missing_object", "object: the id of what is reported is needed")
    content = said(document, "content", "summary", limit=MAX_REPORT)
    return Flag(**deed, objects=objects, content=content or "")


def _move(document: Document, deed: Shared) -> Move:
    return Move(
        **deed,
        object=target(document),
        target=uri(document, "target"),
        origin=uri(document, "origin"),
    )


def _join(document: Document, deed: Shared) -> Join:
    content = said(document, "participationMessage", "content")
    return Join(**deed, object=target(document), content=content or None)


VERBS: dict[str, Callable[[Document, Shared], Activity]] = {
    "Follow": lambda document, deed: Follow(**deed, object=target(document)),
    "Like": _like,
    "EmojiReact": _like,
    "Dislike": lambda document, deed: Dislike(**deed, object=target(document)),
    "Block": _block,
    "Flag": _flag,
    "Move": _move,
    "Lock": lambda document, deed: Lock(**deed, object=target(document)),
    "Join": _join,
    "Leave": lambda document, deed: Leave(**deed, object=target(document)),
}
