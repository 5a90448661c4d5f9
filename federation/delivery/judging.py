"""What an answer to a delivery means: a pure function from status to verdict.

Mastodon once counted 404, 410 and 403 as success, and 4xx from Lemmy means lost for good; so each
status has its own line here. Times in milliseconds; `jitter` is a random number in [0, 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

_SECOND = 1000
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_LONGEST = 6 * _HOUR
_GIVE_UP = 7 * _DAY
# 401 and 403: the peer may have a stale key of ours, or be told to let us in: four tries in a day.
_UNWELCOME = (15 * 60 * _SECOND, 3 * _HOUR, 16 * _HOUR)

# No answer: "network" (DNS, TCP, TLS, time), or "declined" by a rule of our own.
Trouble = Literal["network", "declined"]


@dataclass(frozen=True, slots=True)
class Done:
    """Delivered."""


@dataclass(frozen=True, slots=True)
class DelayHost:
    """Nothing for this host before `until`."""

    until: int


@dataclass(frozen=True, slots=True)
class DelayRow:
    """This delivery, and what shares its order key, not before `until`.

    `failed`: it counts against the host (an error of its own, not a refusal).
    """

    until: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Never again, because of `reason`. `missing`: the inbox is not there (404)."""

    reason: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """Never again, and nothing else for this inbox (410)."""


Verdict: TypeAlias = Done | DelayHost | DelayRow | Drop | Gone


def backoff(failures: int, jitter: float) -> int:
    """Milliseconds to wait after the n-th failure: 10 s, 30 s, 90 s, ... 6 h, give or take 20 %."""
    step = min(10 * _SECOND * 3 ** min(max(failures, 1) - 1, 12), _LONGEST)
    return int(step * (0.8 + 0.4 * jitter))


def judge(
    answer: int | Trouble,
    *,
    attempts: int,
    failures: int,
    first_try: int,
    now: int,
    retry_after: int | None,
    jitter: float,
) -> Verdict:
    """The verdict on one try.

    `answer` is a status or why there is none; `attempts` counts this delivery's tries, this one
    included; `failures` its host's in a row, this one included; `retry_after` in milliseconds from
    now, at most a day.
    """
    if answer == "declined":
        return Drop("our own rules forbid this address")
    if answer == "network" or not 200 <= answer < 600:
        return DelayHost(now + backoff(failures, jitter))
    if answer < 300:
        return Done()
    if answer in (429, 503):
        asked = min(max(retry_after or 0, 0), _DAY)
        return DelayHost(now + max(asked, backoff(failures, jitter)))
    if answer in (401, 403):
        return _unwelcome(answer, attempts, now, jitter)
    if answer >= 500 or answer in (408, 425):
        if now - first_try >= _GIVE_UP:
            return Drop(f"answered {answer} for seven days")
        return DelayRow(now + backoff(attempts, jitter), failed=True)
    if answer == 410:
        return Gone()
    return Drop(f"answered {answer}", missing=answer == 404)


def _unwelcome(status: int, attempts: int, now: int, jitter: float) -> Verdict:
    if attempts > len(_UNWELCOME):
        return Drop(f"answered {status} to {attempts} tries")
    step = _UNWELCOME[max(attempts, 1) - 1]
    return DelayRow(now + int(step * (0.8 + 0.4 * jitter)), failed=False)
