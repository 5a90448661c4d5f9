"""What a figure is, its bound, and which measurement gives which figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.primitives import Primitives


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`bound` is the most (or the least) that is good enough, in `unit`."""

    unit: str
    bound: float
    side: Literal["most", "least"] = "most"


GOALS: Mapping[str, Goal] = {
    "ingest.durable": Goal(unit="ms", bound=0.45),
    "ingest.visible": Goal(unit="ms", bound=1.2),
    "fanout.rsa_share": Goal(unit="%", bound=60, side="least"),
    "fanout.ed25519": Goal(unit="ms", bound=0.5),
    "publish.growth": Goal(unit="times", bound=1.25),
    "documents.note": Goal(unit="ms", bound=0.4),
    "documents.actor": Goal(unit="ms", bound=0.4),
    "memory.idle": Goal(unit="MB", bound=120),
    "memory.ingest": Goal(unit="MB", bound=250),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One result. `ratio` is how often the primitive it can't do without fits into it, measured in
    the same run; None where there is none."""

    name: str
    value: float
    ratio: float | None = None

    @property
    def is_good(self) -> bool:
        goal = GOALS[self.name]
        if goal.side == "least":
            return self.value >= goal.bound
        return self.value <= goal.bound


@dataclass(frozen=True, slots=True)
class Bench:
    """What a measurement gets: an empty folder of its own and the primitives of this run."""

    folder: Path
    primitives: Primitives


Measure = Callable[[Bench], list[Figure]]
