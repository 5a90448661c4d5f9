"""What an answer means: every line of Q-8 and Q-9."""

from __future__ import annotations

from typing import Any

import pytest

from federation.delivery.judging import (
    DelayHost,
    DelayRow,
    Done,
    Drop,
    Gone,
    Trouble,
    Verdict,
    backoff,
    judge,
)

NOW = 1_800_000_000_000
SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


def verdict(answer: int | Trouble, **more: Any) -> Verdict:
    values: dict[str, Any] = {
        "attempts": 1,
        "failures": 1,
        "first_try": NOW,
        "now": NOW,
        "retry_after": None,
        "jitter": 0.5,
    }
    return judge(answer, **{**values, **more})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    """Q-9."""
    assert verdict(status) == Done()


@pytest.mark.parametrize("answer", ["network", 429, 503])
def test_trouble_of_the_whole_host_delays_the_host(answer: int | Trouble) -> None:
    """Q-9, F-7."""
    assert verdict(answer) == DelayHost(NOW + 10 * SECOND)
    assert verdict(answer, failures=4) == DelayHost(NOW + 270 * SECOND)


@pytest.mark.parametrize("status", [500, 501, 502, 504, 599, 408, 425])
def test_other_trouble_delays_the_row(status: int) -> None:
    """Q-9, F-13: by its own tries, whatever its host has failed in."""
    assert verdict(status, attempts=3, failures=9) == DelayRow(NOW + 90 * SECOND, failed=True)


def test_the_steps_of_the_backoff() -> None:
    """Q-8."""
    steps = [backoff(failures, 0.5) // SECOND for failures in range(1, 11)]
    assert steps == [10, 30, 90, 270, 810, 2430, 7290, 21600, 21600, 21600]
    assert backoff(10_000, 0.5) == 6 * HOUR
    assert (backoff(1, 0.0), backoff(1, 1.0)) == (8 * SECOND, 12 * SECOND)


def test_a_row_is_given_up_after_seven_days_and_a_host_is_not() -> None:
    """Q-8, Q-10, F-13: a host that is away goes to sleep, its rows are not lost."""
    late: dict[str, Any] = {"now": NOW + 7 * DAY, "attempts": 30, "failures": 30}
    assert isinstance(verdict(500, **{**late, "now": NOW + 7 * DAY - 1}), DelayRow)
    assert verdict(500, **late) == Drop("answered 500 for seven days")
    assert isinstance(verdict("network", **late), DelayHost)
    assert isinstance(verdict(503, **late), DelayHost)


@pytest.mark.parametrize("status", [429, 503])
def test_not_before_retry_after_and_at_most_a_day(status: int) -> None:
    """Q-9, F-12."""
    assert verdict(status, retry_after=HOUR) == DelayHost(NOW + HOUR)
    assert verdict(status, retry_after=400 * DAY) == DelayHost(NOW + DAY)
    assert verdict(status, retry_after=0) == DelayHost(NOW + 10 * SECOND)
    assert verdict(status, retry_after=-5) == DelayHost(NOW + 10 * SECOND)


def test_retry_after_means_nothing_elsewhere() -> None:
    assert verdict(500, retry_after=HOUR) == DelayRow(NOW + 10 * SECOND, failed=True)


@pytest.mark.parametrize("status", [401, 403])
def test_unwelcome_is_tried_four_times_in_a_day_and_is_no_failure_of_the_host(status: int) -> None:
    """Q-9, F-10."""
    waited = 0
    for attempts in (1, 2, 3):
        found = verdict(status, attempts=attempts, jitter=1.0)
        assert isinstance(found, DelayRow)
        assert not found.failed
        waited += found.until - NOW
    assert 12 * HOUR < waited <= DAY
    assert verdict(status, attempts=4) == Drop(f"answered {status} to 4 tries")


@pytest.mark.parametrize("status", [400, 405, 406, 413, 415, 418, 422, 451, 301, 302, 308])
def test_refused_for_good(status: int) -> None:
    """Q-9, O-6: a redirect of an inbox is nothing to follow blindly."""
    assert verdict(status) == Drop(f"answered {status}")


def test_missing_and_gone_are_never_success() -> None:
    """Q-9, F-11."""
    assert verdict(404) == Drop("answered 404", missing=True)
    assert verdict(410) == Gone()


def test_what_our_own_rules_forbid_is_dropped() -> None:
    assert isinstance(verdict("declined"), Drop)


@pytest.mark.parametrize("status", [0, 99, 101, 600, 999])
def test_no_status_at_all_is_trouble_on_the_way(status: int) -> None:
    assert isinstance(verdict(status), DelayHost)
