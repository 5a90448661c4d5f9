"""Proofs inside documents: FEP-8b32 with the cryptosuite eddsa-jcs-2022.

A proof shows that the owner of a key said this very document, whoever brought it. What a key may
speak for is asked elsewhere; here only whether the key made the proof.

Sources: FEP-8b32; W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3 (eddsa-jcs-2022);
RFC 8785 (canonical JSON). Rearranged documents are refused as in CVE-2026-46349.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from actors.base58 import NotBase58, from_base58, to_base58
from actors.key_material import PrivateKey, PublicKey, sign_bytes, verifies

CRYPTOSUITE = "eddsa-jcs-2022"
MOST_PROOFS = 8
DEEPEST = 64
LONGEST_KEY_URI = 2_048
_LONGEST_PROOF_VALUE = 128  # 64 bytes take at most 88 letters

# JSON-LD keywords that let one signed text be read as several documents.
_REARRANGING = frozenset({"@graph", "@included", "@reverse"})

Document = dict[str, Any]


class ProofRefused(Exception):
    """A proof that is not accepted.

    `code` is one of "signature_missing", "signature_malformed", "signature_expired",
    "signature_invalid", "unsupported_algorithm", "json_too_deep".
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def sign_document(document: Document, *, key: PrivateKey, created: int) -> Document:
    """A copy of the document with a proof by `key`, an Ed25519 key (else ValueError).

    `created` in milliseconds since the epoch, written to the second. An earlier proof and a
    Linked Data `signature` are left out. ProofRefused if the document may not carry a proof.
    """
    if key.kind != "ed25519":
        raise ValueError("eddsa-jcs-2022 needs an Ed25519 key")
    bare = _bare(document)
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": datetime.fromtimestamp(created // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": key.uri,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in bare:
        proof["@context"] = bare["@context"]
    proof["proofValue"] = "z" + to_base58(sign_bytes(key, _hash_data(bare, proof)))
    return {**bare, "proof": proof}


def proof_key_uri(document: Document) -> str | None:
    """The key that the document's proof names, None if it carries no proof we can check.

    FEP-8b32: a proof of another kind is passed over, as if it were absent.
    """
    proof = _usable_proof(document)
    return None if proof is None else str(proof["verificationMethod"])


def verify_document(document: Document, key: PublicKey, *, now: int | None = None) -> None:
    """Check the document's proof with `key`, found at `proof_key_uri`; ProofRefused says why not.

    A proof with `expires` counts only when `now` (milliseconds) is given and is not past it.
    """
    proof = _usable_proof(document)
    if proof is None:
        raise ProofRefused("signature_missing", "no eddsa-jcs-2022 proof")
    if key.kind != "ed25519":
        raise ProofRefused("unsupported_algorithm", "eddsa-jcs-2022 needs an Ed25519 key")
    if proof["verificationMethod"] != key.uri:
        raise ProofRefused("signature_invalid", "the proof names another key")
    _check_expiry(proof, now)
    signature = _signature_of(proof)
    bare = _bare(document)
    if "@context" in proof:
        bare["@context"] = _signed_context(bare, proof)
    if not verifies(key, _hash_data(bare, proof), signature):
        raise ProofRefused("signature_invalid", "the proof does not fit the document and the key")


def _usable_proof(document: Document) -> Document | None:
    """The first proof of our kind; several may stand side by side, one for each cryptosuite."""
    proofs = document.get("proof")
    for proof in (proofs if isinstance(proofs, list) else [proofs])[:MOST_PROOFS]:
        if isinstance(proof, dict) and _is_ours(proof):
            return proof
    return None


def _is_ours(proof: Document) -> bool:
    method = proof.get("verificationMethod")
    return (
        proof.get("type") == "DataIntegrityProof"
        and proof.get("cryptosuite") == CRYPTOSUITE
        and proof.get("proofPurpose") == "assertionMethod"
        and "previousProof" not in proof  # a chain signs more than the document
        and isinstance(method, str)
        and 0 < len(method) <= LONGEST_KEY_URI
    )


def _check_expiry(proof: Document, now: int | None) -> None:
    if "expires" not in proof:
        return
    try:
        end = datetime.fromisoformat(proof["expires"])
    except (TypeError, ValueError) as error:
        raise ProofRefused("signature_malformed", "the proof's `expires` is not a date") from error
    if now is None or end.tzinfo is None or end.timestamp() * 1000 < now:
        raise ProofRefused("signature_expired", "the proof's `expires` has passed")


def _signature_of(proof: Document) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofRefused("signature_malformed", "proofValue is not in base58btc")
    if len(value) > _LONGEST_PROOF_VALUE:
        raise ProofRefused("signature_malformed", "proofValue is too long")
    try:
        return from_base58(value[1:])
    except NotBase58 as error:
        raise ProofRefused("signature_malformed", "proofValue is not in base58btc") from error


def _signed_context(bare: Document, proof: Document) -> Any:
    """The context that was signed: the proof's, with which the document's must begin."""
    signed, present = _listed(proof["@context"]), _listed(bare.get("@context"))
    if not signed or present[: len(signed)] != signed:
        raise ProofRefused("signature_invalid", "the proof's @context is not the document's")
    return proof["@context"]


def _listed(context: Any) -> list[Any]:
    if context is None:
        return []
    return context if isinstance(context, list) else [context]


def _bare(document: Document) -> Document:
    """The document as it is hashed: without its proof, and without any LD signature (FEP-8b32)."""
    bare = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    _refuse_rearranging(bare)
    return bare


def _refuse_rearranging(document: Document) -> None:
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if not _REARRANGING.isdisjoint(value):
                    raise ProofRefused("signature_invalid", "@graph, @included or @reverse inside")
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return
        level = below
    raise ProofRefused("json_too_deep", f"more than {DEEPEST} levels")


def _hash_data(bare: Document, proof: Document) -> bytes:
    """SHA-256 of the proof's options, then SHA-256 of the document, both in canonical JSON."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    _refuse_rearranging(options)
    try:
        return sha256(rfc8785.dumps(options)).digest() + sha256(rfc8785.dumps(bare)).digest()
    except ValueError as error:
        raise ProofRefused("signature_malformed", "the document has no canonical form") from error
