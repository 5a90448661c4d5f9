"""The documents of our actors: people, communities and the node itself."""

from __future__ import annotations

from collections.abc import Sequence

from actors.addresses import Site
from actors.key_material import multibase, public_from_pem
from actors.records import Actor, Community, KeyRow
from federation.rendering import contexts
from federation.rendering.values import Document, timestamp, without_empty

SOFTWARE = "Passerelle"
_RFC9421 = {
    "type": "Link",
    "href": "https://datatracker.ietf.org/doc/html/rfc9421",
    "name": "RFC-9421: HTTP Message Signatures",
}


def actor_document(
    actor: Actor, keys: Sequence[KeyRow], site: Site, *, community: Community | None
) -> Document:
    """The document at a local actor's URI. `keys` holds the good ones, active before retiring.

    One `publicKey`, never a list: Lemmy and NodeBB read a single object. Ed25519 keys, and an RSA
    key that is retiring, stand in `assertionMethod` (FEP-521a). What this software understands
    hangs on `generator` (FEP-844e), for the instance actor on itself.
    """
    document: Document = {
        "@context": contexts.ACTOR,
        "id": actor.uri,
        "type": actor.kind,
        "preferredUsername": actor.username,
        "name": actor.name,
        "summary": actor.summary,
        "source": _source(actor),
        "url": actor.url or site.page_of(actor.username),
        "inbox": actor.inbox,
        "outbox": actor.outbox,
        "followers": actor.followers,
        "following": actor.following,
        "featured": actor.featured,
        "endpoints": {"sharedInbox": site.shared_inbox},
        "manuallyApprovesFollowers": _approves(actor, community),
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "webfinger": f"{actor.username}@{site.domain}",
        "published": timestamp(actor.published),
        "updated": timestamp(actor.updated) if actor.updated > actor.published else None,
        "icon": _image(actor.icon),
        "image": _image(actor.image),
        "attachment": [_field(name, value) for name, value in actor.fields],
        "alsoKnownAs": list(actor.also_known_as),
        "movedTo": actor.moved_to,
        **_group(actor, community),
        **_software(actor, site),
        **_keys(actor, keys),
    }
    return without_empty(document)


def _approves(actor: Actor, community: Community | None) -> bool:
    if community is None:
        return actor.locked
    return community.private or community.joining == "approval"


def _group(actor: Actor, community: Community | None) -> Document:
    """Lemmy and NodeBB find the moderators in attributedTo, PieFed in a property of its own."""
    if not actor.is_group:
        return {}
    posting = community.posting if community else actor.posting
    return {
        "attributedTo": actor.moderators,
        "moderators": actor.moderators,
        "postingRestrictedToMods": posting == "moderators",
    }


def _software(actor: Actor, site: Site) -> Document:
    if actor.uri == site.instance_actor:
        return {"implements": [_RFC9421]}
    return {
        "generator": {
            "type": "Application",
            "id": site.instance_actor,
            "name": SOFTWARE,
            "implements": [_RFC9421],
        }
    }


def _keys(actor: Actor, keys: Sequence[KeyRow]) -> Document:
    main = next((key for key in keys if key.kind == "rsa" and key.state == "active"), None)
    listed = [_multikey(actor, key) for key in keys if key is not main and key.state != "revoked"]
    found: Document = {"assertionMethod": listed}
    if main is not None:
        found["publicKey"] = {"id": main.uri, "owner": actor.uri, "publicKeyPem": main.public}
    return found


def _multikey(actor: Actor, key: KeyRow) -> Document:
    public = public_from_pem(key.public, uri=key.uri, owner=actor.uri)
    return {
        "id": key.uri,
        "type": "Multikey",
        "controller": actor.uri,
        "publicKeyMultibase": multibase(public),
    }


def _source(actor: Actor) -> Document | None:
    if not actor.summary_source:
        return None
    return {"content": actor.summary_source, "mediaType": "text/markdown"}


def _field(name: str, value: str) -> Document:
    return {"type": "PropertyValue", "name": name, "value": value}


def _image(url: str | None) -> Document | None:
    return {"type": "Image", "url": url} if url else None
