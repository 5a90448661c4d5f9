"""Files by the hash of their content."""

import hashlib
import os
from pathlib import Path

import pytest

from storage.blobs import Blobs, NoBlob
from storage.engine import StorageUnavailable


def test_what_was_kept_is_found_by_its_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    name = blobs.put(b"a picture")
    assert name == hashlib.sha256(b"a picture").hexdigest()
    assert blobs.path(name) == tmp_path / "blobs" / name[:2] / name[2:4] / name
    with blobs.open(name) as file:
        assert file.read() == b"a picture"


def test_keeping_twice_is_keeping_once_and_removing_is_for_good(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = blobs.put(b"x")
    assert blobs.put(b"x") == name
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    blobs.remove(name)
    with pytest.raises(NoBlob):
        blobs.open(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_hash_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoBlob):
        Blobs(tmp_path).path(name)


def test_a_disk_that_takes_nothing_is_unavailable_and_keeps_no_half_file(tmp_path: Path) -> None:
    """F-4."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        Blobs(tmp_path / "file" / "blobs").put(b"x")

    blobs = Blobs(tmp_path / "blobs")
    name = hashlib.sha256(b"y").hexdigest()
    (tmp_path / "blobs" / name[:2]).parent.mkdir()
    (tmp_path / "blobs" / name[:2]).write_bytes(b"in the way")
    with pytest.raises(StorageUnavailable):
        blobs.put(b"y")
    assert list((tmp_path / "blobs" / "unfinished").glob("*")) == []


def test_leftovers_of_a_killed_process_are_cleared_by_age(tmp_path: Path) -> None:
    """I-6: no temporary file older than an hour."""
    blobs = Blobs(tmp_path)
    blobs.put(b"x")
    old, new = tmp_path / "unfinished" / "old", tmp_path / "unfinished" / "new"
    for path, seconds in ((old, 1_000), (new, 9_000)):
        path.write_bytes(b"half")
        os.utime(path, (seconds, seconds))
    assert blobs.clear_unfinished(before=5_000_000) == 1
    assert new.exists()
    assert not old.exists()
