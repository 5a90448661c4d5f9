"""Named points where a test can have this process killed; they do nothing in a running service.

With PASSERELLE_FAULTS=1, PASSERELLE_KILL_AT=name or name:3 ends the process with SIGKILL when it
comes by the point `name` for the first or third time (F-1).
"""

from __future__ import annotations

import os
import signal
from collections import Counter

POINTS = (
    "journal.before_commit",
    "journal.after_commit",
    "processing.before_commit",
    "processing.after_commit",
    "expansion.before_commit",
    "expansion.after_commit",
    "delivery.after_answer",
    "delivery.after_commit",
)

_ARMED = os.environ.get("PASSERELLE_FAULTS") == "1"
_passed: Counter[str] = Counter()


def kill_point(name: str) -> None:
    """Die here if the environment says so."""
    if _ARMED:
        _pass_by(name)


def _pass_by(name: str) -> None:
    wanted, _, count = os.environ.get("PASSERELLE_KILL_AT", "").partition(":")
    _passed[name] += 1
    if wanted == name and _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
