"""`passerelle batch`: many commands, one start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from server.cli import main; main()")


def batch(folder: Path, *lines: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*PROGRAM, "--config", str(folder / "config.toml"), "batch"],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_by_a_line(tmp_path: Path) -> None:
    """What fails says so with its own code, and the next line is done all the same."""
    said = batch(
        tmp_path,
        "init --yes --domain a.test --admin lea --language fr",
        "person create zoé",
        "person create paul --name 'Paul Le Goff' --json",
        "no such command",
        'person create "open',
    )
    assert [one["exit"] for one in said] == [0, 1, 0, 2, 2]
    assert json.loads(said[2]["out"])["name"] == "Paul Le Goff"
    assert said[1]["out"] == ""
    assert all(said[index]["err"] for index in (1, 3, 4))
