"""The @context of what we send: one fixed value per kind, terms spelled out inline.

Nobody but JSON-LD processors reads them. They are constants because a proof covers them (FEP-8b32),
and complete because no processor should have to guess a term of ours. `psr:` is one namespace for
all nodes, never derived from a node's own domain.
"""

from __future__ import annotations

from typing import Any, Final

AS2: Final = "https://www.w3.org/ns/activitystreams"
PSR: Final = "https://w3id.org/passerelle/ns#"
_PROOFS = "https://w3id.org/security/data-integrity/v1"

_ACTOR_TERMS: dict[str, Any] = {
    "psr": PSR,
    "toot": "http://joinmastodon.org/ns#",
    "lemmy": "https://join-lemmy.org/ns#",
    "schema": "http://schema.org#",  # Mastodon's spelling, which its readers compare
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "moderators": {"@id": "lemmy:moderators", "@type": "@id"},
    "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id"},
}

_OBJECT_TERMS: dict[str, Any] = {
    "psr": PSR,
    "toot": "http://joinmastodon.org/ns#",
    "ostatus": "http://ostatus.org#",
    "gts": "https://gotosocial.org/ns#",
    "pt": "https://joinpeertube.org/ns#",
    "lemmy": "https://join-lemmy.org/ns#",
    "schema": "http://schema.org/",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "blurhash": "toot:blurhash",
    "votersCount": "toot:votersCount",
    "commentsEnabled": "pt:commentsEnabled",
    "language": "schema:inLanguage",
    "identifier": "schema:identifier",
    "license": {"@id": "schema:license", "@type": "@id"},
    "Lock": "lemmy:Lock",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
}

ACTOR: Final[list[Any]] = [
    AS2,
    "https://w3id.org/security/v1",
    _PROOFS,
    "https://www.w3.org/ns/did/v1",  # assertionMethod
    "https://w3id.org/security/multikey/v1",
    _ACTOR_TERMS,
]
OBJECT: Final[list[Any]] = [AS2, _PROOFS, _OBJECT_TERMS]  # notes, and activities around them
COLLECTION: Final[list[Any]] = [AS2, _OBJECT_TERMS]
