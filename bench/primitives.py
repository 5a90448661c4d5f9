"""What the work can't do without: signatures, a row made durable, a row read. CPU seconds each.

Measured in the same run as the figures, so that their ratio means the same on every machine.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

_BODY = b"x" * 3_500
_TEXT = b"(request-target): post /inbox\nhost: here.test\ndate: Sun, 22 Nov 2026 00:00:00 GMT" * 3


class Primitives:
    """Each is measured anew whenever it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._rsa = generate_private_key(public_exponent=65537, key_size=2048)
        self._ed25519 = Ed25519PrivateKey.generate()
        self._database = _database(folder / "primitives.db")

    def rsa_sign(self) -> float:
        """RSA-2048 over SHA-256: what fan-out to today's servers consists of."""
        return cpu_of(lambda: self._rsa.sign(_TEXT, PKCS1v15(), SHA256()), times=40)

    def rsa_verify(self) -> float:
        signature, public = self._rsa.sign(_TEXT, PKCS1v15(), SHA256()), self._rsa.public_key()
        return cpu_of(lambda: public.verify(signature, _TEXT, PKCS1v15(), SHA256()), times=400)

    def ed25519_sign(self) -> float:
        return cpu_of(lambda: self._ed25519.sign(_TEXT), times=400)

    def commit(self) -> float:
        """One row of 3.5 KB, committed alone (WAL, synchronous=FULL)."""
        add = "INSERT INTO rows (uri, body) VALUES (hex(randomblob(16)), ?)"
        return cpu_of(lambda: self._database.execute(add, (_BODY,)), times=60)

    def read(self) -> float:
        """One row of 3.5 KB by a unique index."""
        look = "SELECT body FROM rows WHERE uri = ?"
        return cpu_of(lambda: self._database.execute(look, ("one",)).fetchall(), times=1_000)


def _database(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (uri TEXT UNIQUE, body BLOB)")
    connection.execute("INSERT INTO rows (uri, body) VALUES ('one', ?)", (_BODY,))
    return connection


def cpu_of(deed: Callable[[], object], *, times: int, rounds: int = 7) -> float:
    """CPU seconds of one `deed`: the median of several rounds."""
    deed()
    return median(_one_round(deed, times) for _ in range(rounds))


def _one_round(deed: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        deed()
    return (time.process_time() - start) / times
