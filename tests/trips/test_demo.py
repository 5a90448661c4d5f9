"""`make demo ARGS=--once`, as a newcomer runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worlds import demo, story
from worlds.telling import words_of

pytestmark = pytest.mark.long


def _demo(folder: Path, language: str, *words: str) -> subprocess.CompletedProcess[str]:
    """With a temporary folder of its own, to see what is left behind."""
    return subprocess.run(
        [sys.executable, "-m", "worlds.demo", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "LC_ALL": language, "TMPDIR": str(folder)},
        check=False,
    )


def test_once_checks_what_arrived_and_leaves_nothing(tmp_path: Path) -> None:
    done = _demo(tmp_path, "fr_FR.UTF-8", "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tout est arrivé" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lettre.txt").write_text("chère amie")
    done = _demo(tmp_path, "C.UTF-8", "--once", "--keep", str(tmp_path))
    assert done.returncode == 2
    assert "is not an empty folder" in done.stderr


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_missing_or_leaked_is_said(language: str) -> None:
    """The judge itself: a followers-only note that a stranger reads, an article that is nowhere."""
    words = words_of({"LANG": language})
    arrived = {
        (tale.key, place): story.readers(tale, place)
        for tale in story.TALES
        for place in story.PLACES
    }
    assert list(demo.differences(arrived, words)) == []
    arrived["close", "veille"] = {"member", "stranger"}
    arrived["reading", "terrain"] = set()
    said = sorted(demo.differences(arrived, words))
    assert len(said) == 2
    assert all("veille" in one or "terrain" in one for one in said)
