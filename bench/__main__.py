"""`make bench`: measures, prints a table, writes bench/results/latest.json.

python -m bench [--only NAME]
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import documents, fanout, ingest, publishing, resting
from bench.figures import GOALS, Bench, Figure, Measure
from bench.primitives import Primitives

_RESULTS = Path(__file__).parent / "results" / "latest.json"
MEASURES: Sequence[tuple[Measure, tuple[str, ...]]] = (
    (ingest.durable, ("ingest.durable",)),
    (ingest.visible, ("ingest.visible", "memory.ingest")),
    (fanout.rsa_share, ("fanout.rsa_share",)),
    (fanout.ed25519, ("fanout.ed25519",)),
    (publishing.growth, ("publish.growth",)),
    (documents.documents, ("documents.note", "documents.actor")),
    (resting.idle, ("memory.idle",)),
)


def main() -> int:
    """0 when every figure is within its bound."""
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=tuple(GOALS), metavar="NAME", help=", ".join(GOALS))
    only = parser.parse_args().only
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder:
        figures = list(_measured(Path(folder), only))
    if only is None:
        _write(figures)
    return 0 if all(figure.is_good for figure in figures) else 1


def _measured(folder: Path, only: str | None) -> Iterator[Figure]:
    """One line for each figure as soon as it is known."""
    primitives = Primitives(folder)
    print(f"{'figure':<18}{'value':>10} {'unit':<6}{'bound':>10}{'':>5}{'to primitive':>15}")
    for measure, names in MEASURES:
        if only is not None and only not in names:
            continue
        own = folder / names[0]
        own.mkdir()
        for figure in measure(Bench(own, primitives)):
            if only in (None, figure.name):
                print(_line(figure), flush=True)
                yield figure


def _line(figure: Figure) -> str:
    goal = GOALS[figure.name]
    sign = "≥" if goal.side == "least" else "≤"
    ratio = "" if figure.ratio is None else f"× {figure.ratio:.1f}"
    good = "ok" if figure.is_good else "NO"
    return (
        f"{figure.name:<18}{figure.value:>10.2f} {goal.unit:<6}"
        f"{sign + f' {goal.bound:g}':>10}{good:>5}{ratio:>15}"
    )


def _write(figures: Sequence[Figure]) -> None:
    order = list(GOALS)
    result: dict[str, Any] = {
        "machine": _machine(),
        "versions": _versions(),
        "figures": [
            {
                "name": figure.name,
                "value": round(figure.value, 3),
                "unit": GOALS[figure.name].unit,
                "bound": GOALS[figure.name].bound,
                "ratio": None if figure.ratio is None else round(figure.ratio, 2),
            }
            for figure in sorted(figures, key=lambda one: order.index(one.name))
        ],
    }
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {_RESULTS}")


def _machine() -> str:
    """Processor, number of cores, system, and how busy it is."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "?")
    system = f"{platform.system()} {platform.release()}"
    return f"{model}, {os.cpu_count()} cores, {system}, load {os.getloadavg()[0]:.1f}"


def _versions() -> dict[str, str]:
    names = ("passerelle", "cryptography", "uvicorn", "starlette", "sqlalchemy", "aiosqlite")
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in names},
    }


if __name__ == "__main__":
    sys.exit(main())
