"""httpsig is loaded whole and leaves nothing behind."""

import subprocess
import sys

SCRIPT = """
import sys
import federation.signatures
left = {"pkg_resources", "Crypto", "Crypto.Hash"} & set(sys.modules)
assert not left, left
import federation.signatures.httpsig_import as loaded
assert loaded.Signer.__module__ == "httpsig.sign"
"""


def test_the_import_is_silent_and_leaves_no_stand_in() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
