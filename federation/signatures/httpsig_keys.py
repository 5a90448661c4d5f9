"""httpsig over keys of `cryptography`, RSA and Ed25519.

httpsig writes the signed text, asks for the required headers and fills the header template. Its
parser and its keys are never used: its own verifier believes the `algorithm` that the sender
names, so that an HMAC made with a victim's public key would pass. Here the key alone decides.
"""

from base64 import b64encode
from collections.abc import Mapping

from actors.key_material import PrivateKey, PublicKey, sign_bytes, verifies
from federation.signatures.httpsig_import import (
    HeaderSigner,
    HeaderVerifier,
    Signer,
    build_signature_template,
)

REQUEST_TARGET = "(request-target)"


class _KeySigner(Signer):  # type: ignore[misc]
    """Signs with `cryptography` where httpsig would use its own keys."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> str:
        return b64encode(sign_bytes(self._key, data)).decode("ascii")


class CavageSigner(HeaderSigner, _KeySigner):  # type: ignore[misc]
    """httpsig's signer over a key of ours: inheritance order leads it to _KeySigner.sign."""

    def __init__(self, key: PrivateKey, headers: list[str]) -> None:
        _KeySigner.__init__(self, key)
        self.headers = headers
        self.sign_header = "signature"
        # The template is filled by %, which a key's uri may contain.
        self.signature_template = build_signature_template(
            key.uri.replace("%", "%%"),
            "rsa-sha256" if key.kind == "rsa" else "hs2019",
            headers,
            self.sign_header,
        )

    def signature_field(self, headers: Mapping[str, str], method: str, path: str) -> str:
        """The value of the `Signature` header over these headers and this request target."""
        signed = HeaderSigner.sign(self, headers, method=method, path=path)
        return str(signed[self.sign_header])


class CavageVerifier(HeaderVerifier):  # type: ignore[misc]
    """httpsig's verifier over components already read, in their order, and a stranger's key."""

    def __init__(
        self,
        key: PublicKey,
        covered: Mapping[str, str],
        signature: bytes,
        *,
        method: str,
        path: str,
    ) -> None:
        self._key = key
        self.headers = covered
        self.required_headers = [REQUEST_TARGET, "host"]
        self.auth_dict = {"headers": " ".join(covered), "signature": signature}
        self.method, self.path, self.host = method, path, None

    def _verify(self, data: bytes, signature: bytes) -> bool:
        return verifies(self._key, data, signature)
