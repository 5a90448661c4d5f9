"""Import httpsig without setuptools and without the cryptography it brings along.

httpsig 1.3.0 (2018) asks `pkg_resources` for its own version number and for nothing else; that
module has left setuptools, and warns where it still exists. It also loads pycryptodome, 11 MB and
a fifth of a second, for keys that are never used here (see httpsig_keys). Stand-ins answer for
both during the import and are taken away afterwards, so that its own signers cannot run at all.
"""

import sys
from types import ModuleType
from typing import Any


class _DistributionNotFound(Exception):
    pass


def _get_distribution(name: str) -> None:
    raise _DistributionNotFound(name)


_STAND_INS: dict[str, dict[str, Any]] = {
    "pkg_resources": {
        "get_distribution": _get_distribution,
        "DistributionNotFound": _DistributionNotFound,
    },
    "Crypto": {},
    "Crypto.Hash": dict.fromkeys(("HMAC", "SHA", "SHA256", "SHA512")),
    "Crypto.PublicKey": {"RSA": None},
    "Crypto.Signature": {"PKCS1_v1_5": None},
}

_real = {name: sys.modules.pop(name) for name in _STAND_INS if name in sys.modules}
for _name, _contents in _STAND_INS.items():
    sys.modules[_name] = ModuleType(_name)
    sys.modules[_name].__dict__.update(_contents)
try:
    from httpsig.sign import HeaderSigner, Signer
    from httpsig.utils import build_signature_template
    from httpsig.verify import HeaderVerifier
finally:
    for _name in _STAND_INS:
        del sys.modules[_name]
    sys.modules.update(_real)

__all__ = ["HeaderSigner", "HeaderVerifier", "Signer", "build_signature_template"]
