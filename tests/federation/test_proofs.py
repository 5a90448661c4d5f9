"""Proofs inside documents (FEP-8b32): each refusal beside the proof it resembles."""

import json
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.base58 import from_base58, to_base58
from actors.key_material import PrivateKey, public_from_multibase
from federation.proofs import ProofRefused, proof_key_uri, sign_document, verify_document
from tests.federation.hand_signed import ED_KEY, NOW, OWNER, private, public

_FILE = Path(__file__).parent.parent / "fixtures" / "signatures" / "fep-8b32.json"
VECTOR: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
AS2 = "https://www.w3.org/ns/activitystreams"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"
DOCUMENT: dict[str, Any] = {
    "@context": [AS2, INTEGRITY],
    "id": OWNER + "/activities/2",
    "type": "Create",
    "actor": OWNER,
    "object": {
        "id": OWNER + "/n/2",
        "type": "Note",
        "content": "Bonjour é 🌱",
        "n": [1, 2.5, None],
    },
}
Document = dict[str, Any]


def signed(**changes: Any) -> Document:
    return sign_document(DOCUMENT | changes, key=private("ed25519"), created=NOW)


def with_proof(document: Document, **changes: Any) -> Document:
    """The document with parts of its proof replaced, or taken out by None."""
    proof = {k: v for k, v in (document["proof"] | changes).items() if v is not None}
    return document | {"proof": proof}


def sign_over(document: Document, options: Document) -> Document:
    """A proof over any options and any document, made by hand."""
    material = private("ed25519").material
    assert isinstance(material, Ed25519PrivateKey)
    value = material.sign(
        b"".join(sha256(rfc8785.dumps(part)).digest() for part in (options, document))
    )
    return document | {"proof": options | {"proofValue": "z" + to_base58(value)}}


def refusal(document: Document, **named: Any) -> str:
    with pytest.raises(ProofRefused) as caught:
        verify_document(document, named.pop("key", public("ed25519")), **named)
    return caught.value.code


def test_the_fep_s_own_document_verifies_and_is_made_again() -> None:
    """FEP-8b32, a vector of others."""
    document = VECTOR["document"]
    uri = proof_key_uri(document)
    assert uri == "https://server.example/users/alice#ed25519-key"
    key = public_from_multibase(VECTOR["public_key_multibase"], uri=uri, owner=document["actor"])
    verify_document(document, key)
    secret = Ed25519PrivateKey.from_private_bytes(
        from_base58(VECTOR["secret_key_multibase"][1:])[2:]
    )
    ours = PrivateKey(uri=uri, owner=document["actor"], kind="ed25519", material=secret)
    assert sign_document(document, key=ours, created=1_677_281_798_999) == document
    changed = deepcopy(document)
    changed["object"]["location"]["latitude"] = 25.273963
    assert refusal(changed, key=key) == "signature_invalid"


def test_what_we_sign_verifies() -> None:
    document = signed()
    assert proof_key_uri(document) == ED_KEY
    assert document["proof"]["created"] == "2026-11-21T12:00:00Z"
    assert {k: v for k, v in document.items() if k != "proof"} == DOCUMENT
    verify_document(document, public("ed25519"))
    verify_document(json.loads(json.dumps(document, sort_keys=True)), public("ed25519"))


@pytest.mark.parametrize(
    "change",
    [{"type": "Update"}, {"extra": None}, {"object": None}, {"@context": AS2}, {"@context": None}],
)
def test_any_change_is_refused(change: Document) -> None:
    """A proof shows what its owner said, to the letter."""
    assert refusal(signed() | change) == "signature_invalid"


@pytest.mark.parametrize(
    "change", [{"created": "2026-11-21T12:00:01Z"}, {"domain": "x"}, {"created": None}]
)
def test_the_proof_s_options_are_signed_too(change: Document) -> None:
    assert refusal(with_proof(signed(), **change)) == "signature_invalid"


def test_another_key_is_refused() -> None:
    document = signed()
    assert refusal(document, key=public("ed25519", OWNER + "#other")) == "signature_invalid"
    assert refusal(document, key=public("rsa", ED_KEY)) == "unsupported_algorithm"
    other = Ed25519PrivateKey.generate()
    key = PrivateKey(uri=ED_KEY, owner=OWNER, kind="ed25519", material=other)
    forged = sign_document(DOCUMENT, key=key, created=NOW)
    assert refusal(forged) == "signature_invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Ed25519Signature2020"},
        {"type": ["DataIntegrityProof"]},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"cryptosuite": None},
        {"proofPurpose": "authentication"},
        {"proofPurpose": None},
        {"verificationMethod": None},
        {"verificationMethod": {"id": ED_KEY}},
        {"verificationMethod": ""},
        {"verificationMethod": "k" * 2049},
        {"previousProof": "urn:1"},
    ],
)
def test_a_proof_of_another_kind_is_passed_over(change: Document) -> None:
    """FEP-8b32: a proof we cannot check is as good as none."""
    document = with_proof(signed(), **change)
    assert proof_key_uri(document) is None
    assert refusal(document) == "signature_missing"


@pytest.mark.parametrize("proof", [None, "z", 7, [], [None], {}])
def test_no_proof(proof: Any) -> None:
    assert proof_key_uri(DOCUMENT | {"proof": proof}) is None
    assert refusal(DOCUMENT | {"proof": proof}) == "signature_missing"
    assert proof_key_uri(DOCUMENT) is None


def test_of_several_proofs_ours_is_taken() -> None:
    document = signed()
    other = {"type": "DataIntegrityProof", "cryptosuite": "mldsa44-jcs-2024"}
    verify_document(document | {"proof": [other, document["proof"]]}, public("ed25519"))
    hidden = document | {"proof": [other] * 8 + [document["proof"]]}
    assert refusal(hidden) == "signature_missing"


@pytest.mark.parametrize(
    "value", [None, 7, "", "z", "z0", "zl", "mAAAA", "z" + "1" * 64, "z" + "2" * 200]
)
def test_an_unreadable_value_is_refused(value: Any) -> None:
    assert refusal(with_proof(signed(), proofValue=value)) in (
        "signature_malformed",
        "signature_invalid",
    )


def test_the_ld_signature_is_left_out() -> None:
    """FEP-8b32, backward compatibility: added after the proof, dropped before checking it."""
    document = signed() | {"signature": {"type": "RsaSignature2017", "@graph": []}}
    verify_document(document, public("ed25519"))
    assert "signature" not in sign_document(document, key=private("ed25519"), created=NOW)


OPTIONS: Document = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "verificationMethod": ED_KEY,
    "proofPurpose": "assertionMethod",
}


def test_the_proof_s_context_begins_the_document_s() -> None:
    """W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3.2 step 4."""
    plain = {k: v for k, v in DOCUMENT.items() if k != "@context"}
    one = sign_over(plain | {"@context": AS2}, OPTIONS | {"@context": AS2})
    verify_document(one, public("ed25519"))
    verify_document(one | {"@context": [AS2, INTEGRITY]}, public("ed25519"))
    assert refusal(one | {"@context": [INTEGRITY, AS2]}) == "signature_invalid"
    assert refusal(one | {"@context": []}) == "signature_invalid"
    assert refusal({k: v for k, v in one.items() if k != "@context"}) == "signature_invalid"


def test_a_proof_without_context_signs_the_document_s() -> None:
    """Mitra's form."""
    document = sign_over(DOCUMENT, OPTIONS)
    verify_document(document, public("ed25519"))
    assert refusal(document | {"@context": [AS2]}) == "signature_invalid"
    plain = {k: v for k, v in DOCUMENT.items() if k != "@context"}
    ours = sign_document(plain, key=private("ed25519"), created=NOW)
    assert "@context" not in ours["proof"]
    verify_document(ours, public("ed25519"))
    empty = sign_over(plain, OPTIONS | {"@context": []})
    assert refusal(empty) == "signature_invalid"


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@reverse"])
def test_rearranging_keywords_are_refused(keyword: str) -> None:
    """CVE-2026-46349: signed by the right key and refused all the same, at any depth."""
    places: list[Document] = [{keyword: []}, {"object": {"tag": [[{keyword: 1}]]}}]
    for inside in places:
        document = DOCUMENT | inside
        assert refusal(sign_over(document, OPTIONS)) == "signature_invalid"
        with pytest.raises(ProofRefused):
            sign_document(document, key=private("ed25519"), created=NOW)
    inside_proof = sign_over(DOCUMENT, OPTIONS | {"x": {keyword: 1}})
    assert refusal(inside_proof) == "signature_invalid"
    verify_document(sign_over(DOCUMENT | {"name": keyword}, OPTIONS), public("ed25519"))


def test_an_expired_proof_is_refused() -> None:
    """FEP-8b32, verification: `expires` is honoured, and never by chance left out."""
    for end in ("2026-11-21T12:00:00Z", "2026-11-21T13:00:00+01:00", "2026-11-21T12:00:00.000Z"):
        document = sign_over(DOCUMENT, OPTIONS | {"expires": end})
        verify_document(document, public("ed25519"), now=NOW)
        assert refusal(document, now=NOW + 1) == "signature_expired"
        assert refusal(document) == "signature_expired"
    bare = sign_over(DOCUMENT, OPTIONS | {"expires": "2027-01-01T00:00:00"})
    assert refusal(bare, now=NOW) == "signature_expired"
    for odd in ("soon", 7, None, ["2027"]):
        document = sign_over(DOCUMENT, OPTIONS | {"expires": odd})
        assert refusal(document, now=NOW) == "signature_malformed"


def test_documents_without_canonical_form_are_refused() -> None:
    for odd in (2**53, 10**5000, float("nan"), float("inf"), "\ud800", {"\ud800": 1}, {1: 2}):
        assert refusal(signed() | {"odd": odd}) == "signature_malformed"
    verify_document(signed(odd=2**53 - 1), public("ed25519"))


def test_deep_documents_are_refused() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    verify_document(signed(deep=deep), public("ed25519"))
    for _ in range(100_000):
        deep = [deep]
    assert refusal(signed() | {"deep": deep}) == "json_too_deep"


def test_an_rsa_key_makes_no_proof() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        sign_document(DOCUMENT, key=private("rsa"), created=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*sorted(signed()["proof"]), "expires", "@graph", "previousProof"]), JSON)
@settings(deadline=None)
def test_any_proof_is_checked_or_refused(name: str, value: Any) -> None:
    """Whatever a stranger writes there, the answer is a code."""
    document = signed()
    document["proof"] = document["proof"] | {name: value}
    proof_key_uri(document | {"proof": value})
    if value != signed()["proof"].get(name):
        refusal(document, now=NOW)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
@settings(deadline=None)
def test_any_document_is_signed_or_refused(document: Document) -> None:
    try:
        proven = sign_document(document, key=private("ed25519"), created=NOW)
    except ProofRefused:
        return
    verify_document(proven, public("ed25519"))
