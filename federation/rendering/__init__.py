"""Our activities as ActivityStreams documents, and documents as bytes.

Plain dicts outward. Every activity names `to` and `cc`, both always lists: Lemmy has refused
activities without `cc`. Ids and times come in as arguments. What is embedded is never changed: a
proof inside would break (FEP-8b32).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from actors.key_material import PrivateKey
from actors.records import Actor
from federation import proofs
from federation.rendering import contexts
from federation.rendering.values import Document, timestamp, without_empty
from federation.vocabulary import PUBLIC


def serialise(document: Document) -> bytes:
    """The bytes we keep, serve and send; keys in the order they were written."""
    return orjson.dumps(document)


def with_proof(document: Document, key: PrivateKey, created: int) -> Document:
    """The document with a proof by its actor's or author's Ed25519 key (FEP-8b32)."""
    return proofs.sign_document(document, key=key, created=created)


def create_id(note_uri: str) -> str:
    return f"{note_uri}/create"


# --- what is said --------------------------------------------------------------------------------


def create(note: Document) -> Document:
    """A note's Create: addressed as the note, its id follows from the note's."""
    return _around(note, "Create", uri=create_id(note["id"]), at=note.get("published"))


def update(note: Document, *, uri: str, now: int) -> Document:
    """A note's Update, addressed as the note."""
    return _around(note, "Update", uri=uri, at=timestamp(now))


def update_actor(actor: Document, *, uri: str, now: int) -> Document:
    """An Update of an actor's own document, to its followers and whoever shows it."""
    to, cc = [PUBLIC], [actor["followers"]] if "followers" in actor else []
    return {
        **_activity("Update", uri=uri, actor=actor["id"], object=actor, to=to, cc=cc),
        "published": timestamp(now),
    }


def delete(
    object_uri: str,
    *,
    uri: str,
    actor: str,
    to: Sequence[str],
    cc: Sequence[str],
    audience: str | None = None,
) -> Document:
    """An author's deletion of a note: its object is a Tombstone."""
    tombstone = {"id": object_uri, "type": "Tombstone"}
    found = _activity("Delete", uri=uri, actor=actor, object=tombstone, to=to, cc=cc)
    return {**found, "audience": audience} if audience else found


def delete_actor(actor_uri: str, *, uri: str, cc: Sequence[str] = ()) -> Document:
    """An actor's own end: actor and object are one, given as an id (Mastodon compares the two)."""
    return _activity("Delete", uri=uri, actor=actor_uri, object=actor_uri, to=[PUBLIC], cc=cc)


def remove_from_community(
    object_uri: str, *, uri: str, actor: str, group: str, reason: str, to: Sequence[str]
) -> Document:
    """A moderator's removal as Lemmy says it: a Delete with a `summary`, never empty."""
    found = _activity("Delete", uri=uri, actor=actor, object=object_uri, to=to, cc=[group])
    return {**found, "audience": group, "summary": reason or "—"}


def like(
    object_uri: str,
    *,
    uri: str,
    actor: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    audience: str | None = None,
) -> Document:
    found = _activity("Like", uri=uri, actor=actor, object=object_uri, to=to, cc=cc)
    return {**found, "audience": audience} if audience else found


# --- passing on ----------------------------------------------------------------------------------


def group_recipients(group: Actor, *, private: bool) -> tuple[list[str], list[str]]:
    """(to, cc) of what a community announces (FEP-1b12): the public never hears of a private one.

    Lemmy looks for the community and the public in `to`, whatever is inside (a Like names nobody),
    and refuses the public in a private community.
    """
    followers = [group.followers] if group.followers else []
    if private:
        return [group.uri, *followers], []
    return [group.uri, PUBLIC], followers


def announce_object(
    object_uri: str, *, uri: str, actor: Actor, now: int, author: str | None = None
) -> Document:
    """A boost of something open; by a community, of a thread starter, for microblogs.

    `author` is told of it, as Mastodon does.
    """
    cc = [found for found in (actor.followers, author) if found]
    found = _activity("Announce", uri=uri, actor=actor.uri, object=object_uri, to=[PUBLIC], cc=cc)
    return {**found, "published": timestamp(now)}


def announce_activity(
    inner: Document, *, uri: str, community: Actor, private: bool, now: int
) -> Document:
    """A community passes on an activity as it came, unchanged (FEP-1b12)."""
    to, cc = group_recipients(community, private=private)
    found = _activity("Announce", uri=uri, actor=community.uri, object=inner, to=to, cc=cc)
    return {**found, "published": timestamp(now)}


# --- between actors ------------------------------------------------------------------------------


def follow(target: str, *, uri: str, actor: str) -> Document:
    return _activity("Follow", uri=uri, actor=actor, object=target, to=[target])


def accept(asked: Document, *, uri: str, actor: str) -> Document:
    """The whole Follow inside: GoToSocial and Lemmy look at its actor and object."""
    return _answer("Accept", asked, uri, actor)


def reject(asked: Document, *, uri: str, actor: str) -> Document:
    return _answer("Reject", asked, uri, actor)


def follow_as_received(*, uri: str, actor: str, target: str) -> Document:
    """The Follow to answer, when only its id and its two ends were kept."""
    return {"id": uri, "type": "Follow", "actor": actor, "object": target}


def undo(
    inner: Document, *, uri: str, to: Sequence[str] | None = None, cc: Sequence[str] | None = None
) -> Document:
    """Takes back an activity of the same actor, embedded; to the same readers if none are named."""
    found = _activity(
        "Undo",
        uri=uri,
        actor=inner["actor"],
        object=_bare(inner),
        to=inner.get("to", []) if to is None else to,
        cc=inner.get("cc", []) if cc is None else cc,
    )
    return {**found, "audience": inner["audience"]} if "audience" in inner else found


def block(
    target: str,
    *,
    uri: str,
    actor: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    community: str | None = None,
    reason: str = "",
    ends: int | None = None,
) -> Document:
    """Of a person; with `community` a moderator's ban from it (Lemmy), until `ends` if given."""
    more = {
        "target": community,
        "audience": community,
        "summary": reason,
        "endTime": timestamp(ends) if ends else None,
    }
    found = _activity("Block", uri=uri, actor=actor, object=target, to=to, cc=cc)
    return {**found, **without_empty(more)}


def flag(
    objects: Sequence[str], *, uri: str, actor: str, content: str, to: Sequence[str]
) -> Document:
    """A report, in the name of the instance actor: nobody learns who reported."""
    found = _activity("Flag", uri=uri, actor=actor, object=list(objects), to=to)
    return {**found, "content": content}


def move(target: str, *, uri: str, actor: str, followers: str) -> Document:
    """The actor goes to `target`, whose alsoKnownAs names it."""
    found = _activity("Move", uri=uri, actor=actor, object=actor, to=[followers], cc=[PUBLIC])
    return {**found, "target": target}


# --- running a community -------------------------------------------------------------------------


def add(
    object_uri: str, *, target: str, uri: str, actor: str, to: Sequence[str], cc: Sequence[str]
) -> Document:
    """Into `featured` or the moderators of a community."""
    found = _activity("Add", uri=uri, actor=actor, object=object_uri, to=to, cc=cc)
    return {**found, "target": target}


def remove(
    object_uri: str, *, target: str, uri: str, actor: str, to: Sequence[str], cc: Sequence[str]
) -> Document:
    found = _activity("Remove", uri=uri, actor=actor, object=object_uri, to=to, cc=cc)
    return {**found, "target": target}


def lock(
    object_uri: str, *, uri: str, actor: str, group: str, to: Sequence[str], cc: Sequence[str]
) -> Document:
    """No more replies in a thread (Lemmy)."""
    found = _activity("Lock", uri=uri, actor=actor, object=object_uri, to=to, cc=cc)
    return {**found, "audience": group}


# -------------------------------------------------------------------------------------------------


def tombstone(uri: str) -> Document:
    """What stays at the address of something deleted."""
    return {"@context": contexts.AS2, "id": uri, "type": "Tombstone"}


def _activity(
    kind: str,
    *,
    uri: str,
    actor: str,
    object: Any,
    to: Sequence[str],
    cc: Sequence[str] = (),
) -> Document:
    return {
        "@context": contexts.OBJECT,
        "id": uri,
        "type": kind,
        "actor": actor,
        "to": list(to),
        "cc": list(cc),
        "object": object,
    }


def _around(note: Document, kind: str, *, uri: str, at: str | None) -> Document:
    found = _activity(
        kind,
        uri=uri,
        actor=note["attributedTo"],
        object=_embedded(note),
        to=note["to"],
        cc=note["cc"],
    )
    return {**found, **without_empty({"published": at, "audience": note.get("audience")})}


def _answer(kind: str, asked: Document, uri: str, actor: str) -> Document:
    return _activity(kind, uri=uri, actor=actor, object=_bare(asked), to=[asked["actor"]])


def _embedded(document: Document) -> Document:
    """With a proof it keeps its own @context, which the proof covers; without, once is enough."""
    return document if "proof" in document else _bare(document)


def _bare(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "@context"}
