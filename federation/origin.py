"""Who may speak for what: canonical URIs and the origin rules every verb leans on (FEP-fe34).

A signature proves the actor, an origin proves the object. An origin is scheme, canonical host and
port. Nothing here looks anything up: what a rule needs to know comes in as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from ipaddress import IPv6Address
from typing import NamedTuple, TypeAlias

import idna

from federation.documents import Malformed, echo
from federation.vocabulary import (
    Accept,
    Activity,
    ActorDocument,
    Create,
    Delete,
    Follow,
    Move,
    Post,
    Reject,
    Thing,
    Undo,
    Update,
)

MAX_URI = 2048
Origin: TypeAlias = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}
_LONGEST_NAME = 253
_URI = re.compile(r"(https?)://([^/?#]*)([/?#].*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@]+)(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
# How nearly all are written; one look says that there is nothing to change in them.
_PLAIN = re.compile(
    r"(https?)://((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})(?::([1-9][0-9]{0,3}))?"
    r"(?:[/?#][!#-;=?-\[\]-~]*)?"
)
# What other parsers drop or turn. A space inside stays: NodeBB's ids carry a category's name.
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\xa0\\<>"\u2028\u2029\ud800-\udfff]| $')


class Refused(Exception):
    """A well-formed thing said by somebody who may not say it. Same shape as Malformed."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


# --- URIs ----------------------------------------------------------------------------------------


def canonical(uri: str) -> str:
    """The one spelling under which we keep a URI; raises Malformed("invalid_uri").

    Scheme and host in lower case, international names as A-labels, no default port, no final dot.
    Userinfo and other schemes are refused; path, query and fragment stay as they are.
    """
    return _split(uri).spelling


def origin(uri: str) -> Origin:
    """(scheme, host, port) of a URI, canonical; raises Malformed("invalid_uri")."""
    return _split(uri).origin


def host(uri: str) -> str:
    """The canonical host, with its port when that is not the scheme's own."""
    return _split(uri).netloc


def same_origin(a: str, b: str) -> bool:
    return origin(a) == origin(b)


def same(a: str, b: str) -> bool:
    """Whether two URIs name the same thing once both are canonical."""
    return canonical(a) == canonical(b)


class _Parts(NamedTuple):
    origin: Origin
    netloc: str
    spelling: str


# The same few actors and hosts come again and again: a hit costs a twentieth of a reading.
@lru_cache(maxsize=4096)
def _split(uri: str) -> _Parts:
    if len(uri) > MAX_URI:
        raise Malformed("invalid_uri", f"longer than {MAX_URI} characters")
    match = _PLAIN.fullmatch(uri)
    if match is not None and len(match[2]) <= _LONGEST_NAME:
        scheme, name, digits = match.groups()
        if digits is None:
            return _Parts((scheme, name, _PORTS[scheme]), name, uri)
        if int(digits) != _PORTS[scheme]:
            return _Parts((scheme, name, int(digits)), f"{name}:{digits}", uri)
    match = _URI.fullmatch(uri)
    if match is None or _UNFIT.search(uri):
        raise Malformed("invalid_uri", f"not an absolute http(s) URI: {echo(uri)}")
    authority = _AUTHORITY.fullmatch(match[2])
    if authority is None:
        raise Malformed("invalid_uri", f"userinfo, or no plain host and port: {echo(uri)}")
    scheme = match[1].lower()
    port = int(authority[2]) if authority[2] else _PORTS[scheme]
    if not 0 < port < 65536:
        raise Malformed("invalid_uri", f"no such port: {echo(uri)}")
    name = _host_name(authority[1])
    netloc = name if port == _PORTS[scheme] else f"{name}:{port}"
    return _Parts((scheme, name, port), netloc, f"{scheme}://{netloc}{match[3] or ''}")


def _host_name(name: str) -> str:
    try:
        if name.startswith("["):
            return f"[{IPv6Address(name[1:-1])}]"
        plain = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except ValueError:
        raise Malformed("invalid_uri", f"no such host: {echo(name)}") from None
    plain = plain.lower().removesuffix(".")
    if len(plain) > _LONGEST_NAME or not _NAME.fullmatch(plain):
        raise Malformed("invalid_uri", f"no such host: {echo(name)}")
    return plain


# --- what an activity may claim ------------------------------------------------------------------


def check_signer(activity: Activity, *, signer: str) -> None:
    """The signature is the actor's own; a neighbour on its host is somebody else (S-13)."""
    if not same(activity.actor, signer):
        raise Refused("actor_mismatch", f"actor: not the signer {echo(signer)}")


def check_activity_id(activity: Activity) -> None:
    """An id of another origin could reserve the place of a genuine activity (GHSA-4qhx)."""
    if activity.uri is not None and not same_origin(activity.uri, activity.actor):
        raise Refused("id_host_mismatch", "id: another origin than the actor's")


def check_not_ours(thing: Thing, *, ours: Iterable[str]) -> None:
    """Nobody outside speaks for a local actor. `ours` holds canonical hosts, as `host` says."""
    own = frozenset(ours)
    if isinstance(thing, Post):
        if own.intersection(map(host, speakers(thing))):
            raise Refused("attribution_mismatch", "attributedTo: an actor of this server")
        return
    speaker = thing.uri if isinstance(thing, ActorDocument) else getattr(thing, "actor", None)
    if isinstance(speaker, str) and host(speaker) in own:
        raise Refused("actor_mismatch", "actor: an actor of this server")
    if isinstance(thing, Create | Update) and isinstance(thing.object.embedded, Post):
        check_not_ours(thing.object.embedded, ours=own)


def speakers(post: Post) -> tuple[str, ...]:
    """Everybody a post is attributed to as author, each once."""
    first = () if post.author is None else (post.author,)
    return tuple(dict.fromkeys(first + post.authors))


def may_embed(thing_uri: str | None, *, wrapper_actor: str) -> bool:
    """Whether the copy sent along may be used: only where its sender could serve it as well."""
    return thing_uri is not None and same_origin(thing_uri, wrapper_actor)


def may_relay(inner: Activity, *, announcer: str) -> bool:
    """Whether an announcer's word suffices for what it passes on: all of it lies at its origin.

    Otherwise the activity needs its own proof or a look at its origin (FEP-171b, cache poisoning).
    """
    parts = (inner.actor, *(() if inner.uri is None else (inner.uri,)))
    return all(same_origin(part, announcer) for part in parts)


def check_create(create: Create) -> None:
    """The object lies at the actor's origin and, when it names authors, the actor is one."""
    _check_object_host(create)
    post = create.object.embedded
    if isinstance(post, Post):
        _check_author(post, create.actor)


def check_update(update: Update) -> None:
    """By its author; of an actor, by that actor alone."""
    thing = update.object.embedded
    if isinstance(thing, ActorDocument):
        if not same(thing.uri, update.actor):
            raise Refused("not_owner", "object: an actor is changed by itself alone")
        return
    _check_object_host(update)
    if isinstance(thing, Post):
        _check_author(thing, update.actor)


def _check_object_host(activity: Create | Update) -> None:
    uri = activity.object.uri
    if uri is not None and not same_origin(uri, activity.actor):
        raise Refused("id_host_mismatch", "object: its id has another origin than the actor")


def _check_author(post: Post, actor: str) -> None:
    named = speakers(post)
    if named and not any(same(author, actor) for author in named):
        raise Refused("attribution_mismatch", "attributedTo: does not name the actor")


def said_by(post: Post, actor: str) -> Post:
    """The post with its proven speaker as author: only the actor's own name is proven.

    Others named in attributedTo stay as a claim in `authors`.
    """
    return replace(post, author=actor, authors=tuple(dict.fromkeys((actor, *post.authors))))


def check_fetched_post(post: Post) -> None:
    """A fetched post names an author, and that author lives where the post does."""
    if post.author is None or not same_origin(post.author, post.uri):
        raise Refused("attribution_mismatch", "attributedTo: no author of the post's origin")


def check_fetched_id(uri: str | None, *, final_url: str) -> None:
    """A document proves only itself: its id is the address it was read from."""
    if uri is None or not same(uri, final_url):
        raise Refused("origin_disagrees", "id: not the address it was fetched from")


def check_delete(delete: Delete, *, owner: str | None) -> None:
    """By the owner; where we know none, by somebody of the object's origin.

    A moderator's removal is another right, which the community's own server decides.
    """
    uri = delete.object.uri
    if uri is None:
        raise Malformed("missing_object", "object: a Delete names what it deletes")
    if owner is not None and not same(owner, delete.actor):
        raise Refused("not_owner", "object: the actor does not own it")
    if not same_origin(uri, delete.actor):
        raise Refused("not_owner", "object: another origin than the actor's")


def check_undo(undo: Undo, *, done_by: str | None = None) -> None:
    """Only who did a thing undoes it. `done_by` is who did it according to our own rows."""
    inner = undo.object.embedded
    claimed = getattr(inner, "actor", None)
    for actor in (done_by, claimed):
        if isinstance(actor, str) and not same(actor, undo.actor):
            raise Refused("actor_mismatch", "object: done by another actor")


def check_answer(answer: Accept | Reject, *, asked: str) -> None:
    """Only who was asked answers (`asked`: the followed actor of the pending request)."""
    inner = answer.object.embedded
    if isinstance(inner, Follow) and not same(inner.object, answer.actor):
        raise Refused("actor_mismatch", "object: a Follow of somebody else")
    if not same(asked, answer.actor):
        raise Refused("actor_mismatch", "actor: not the one who was asked")


def moves_itself(move: Move) -> bool:
    """True for an actor that moves (FEP-7628), False for a thread moved (FEP-f15d)."""
    return same(move.object, move.actor)


def check_alias(move: Move, target: ActorDocument) -> None:
    """An actor moves itself, to one that names it; `target` is fetched from its own origin."""
    if not moves_itself(move):
        raise Refused("not_owner", "object: an actor moves itself alone")
    if move.target is None or not same(move.target, target.uri):
        raise Refused("alias_missing", "target: another actor was fetched")
    if not any(same(alias, move.object) for alias in target.also_known_as):
        raise Refused("alias_missing", "target: its alsoKnownAs does not name the actor")


def check_own(activity: Activity) -> None:
    """The rules that need nothing but the activity itself; every intake asks this first."""
    check_activity_id(activity)
    match activity:
        case Create():
            check_create(activity)
        case Update():
            check_update(activity)
        case Undo():
            check_undo(activity)
        case _:
            pass
