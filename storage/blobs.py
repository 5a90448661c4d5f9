"""Files by the hash of their content, in two levels of folders: `ab/cd/abcd...`.

A file appears whole or not at all: written aside, flushed to the disk, then renamed. Every call
waits for the disk, so a coroutine runs it with `asyncio.to_thread`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from storage.engine import StorageUnavailable

_HASH = re.compile(r"[0-9a-f]{64}")


class NoBlob(LookupError):
    """There is no file of that hash, or the text is no hash."""


class Blobs:
    """A folder of immutable files; it is made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / "unfinished"

    def put(self, content: bytes) -> str:
        """Keep `content`; returns its SHA-256 in hex. Keeping it twice changes nothing.

        Raises StorageUnavailable when the disk is full, read-only or away (F-4).
        """
        name = hashlib.sha256(content).hexdigest()
        target = self._place(name)
        try:
            if not target.exists():
                self._write(target, content)
        except OSError as error:
            raise StorageUnavailable(f"{self._folder}: {error.strerror}") from error
        return name

    def path(self, name: str) -> Path:
        """Where the file of that hash lies. Raises NoBlob."""
        if not _HASH.fullmatch(name):
            raise NoBlob(name[:64])
        place = self._place(name)
        if not place.is_file():
            raise NoBlob(name)
        return place

    def open(self, name: str) -> BinaryIO:
        """Raises NoBlob."""
        return self.path(name).open("rb")

    def remove(self, name: str) -> None:
        """Raises NoBlob."""
        self.path(name).unlink(missing_ok=True)

    def clear_unfinished(self, *, before: int) -> int:
        """Drop what a killed process left half written before that time (ms); says how many."""
        stale = [
            path for path in self._unfinished.glob("*") if path.stat().st_mtime * 1000 < before
        ]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:4] / name

    def _write(self, target: Path, content: bytes) -> None:
        self._unfinished.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._unfinished)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        # The name of the file, and of folders made on the way, must outlive a power cut too.
        for folder in (target.parent, target.parent.parent, self._folder):
            _flush(folder)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
