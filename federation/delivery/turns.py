"""A lane's turn: from its claim to its outcomes, without a look at the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from actors.hosts import Format
from actors.key_material import PrivateKey
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
from federation.delivery.knocking import ON, Knock, knocks, lesson
from federation.delivery.lane_order import LaneOrder, Windows
from federation.delivery.sending import Sender
from federation.fetching.answers import parse_retry_after
from federation.fetching.dialing import FetchFailed
from storage.lane_results import Outcome
from storage.lanes import Delivery, Lane

_LONGEST = 60_000  # milliseconds after which a turn starts nothing more

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came back: a status, or why none did."""

    answer: int | Trouble
    detail: str
    retry_after: int | None = None


class Turn:
    """What happens to one lane between its claim and its booking."""

    def __init__(
        self,
        lane: Lane,
        format: Format | None,
        sender: Sender,
        windows: Windows,
        *,
        now: Callable[[], int],
        jitter: Callable[[], float],
    ) -> None:
        self._lane = lane
        self._format = format
        self._sender = sender
        self._windows = windows
        self._now = now
        self._jitter = jitter
        self._failures = lane.failures
        self.outcomes: list[Outcome] = []
        self.learned: Format | None = None
        self._halted = False  # the host wants a pause

    async def serve(self, rows: Sequence[Delivery], stopping: Callable[[], bool]) -> None:
        """Several at once, in order, until all are tried, the host is in trouble, or time is up."""
        if len(rows) == 1:
            await self.deliver(rows[0])
            return
        order, end = LaneOrder(rows), self._now() + _LONGEST
        flights: dict[asyncio.Task[Outcome], Delivery] = {}
        while True:
            if not (self._halted or stopping() or self._now() >= end):
                self._start(order, flights)
            if not flights:
                return
            landed, _ = await asyncio.wait(flights, return_when=asyncio.FIRST_COMPLETED)
            for flight in landed:
                order.landed(flights.pop(flight), over=flight.result().end != "later")

    def _start(self, order: LaneOrder, flights: dict[asyncio.Task[Outcome], Delivery]) -> None:
        failed = self._lane.failed_uris if self._failures else ()
        # After a failure, see whether it is the activity or the host.
        suspect = failed[0] if len(failed) == 1 else ""
        while order.flying < self._windows.size(self._lane.host):
            row = order.next(rather_not=suspect)
            if row is None:
                return
            flights[asyncio.create_task(self.deliver(row))] = row

    async def deliver(self, row: Delivery) -> Outcome:
        """Try once, judge, remember the outcome."""
        try:
            outcome = await self._try(row)
        except Exception as error:  # a bug of ours must not stop the lane, nor be tried in a loop
            _log.exception("a delivery failed in our own code", uri=row.uri, inbox=row.inbox)
            outcome = self._later(row, f"internal error: {error!r}")
        self.outcomes.append(outcome)
        return outcome

    async def _try(self, row: Delivery) -> Outcome:
        keys = await self._sender.keys_of(row.actor_id)
        ways = knocks(self._format, keys)
        if not ways:
            return Outcome(delivery=row, end="dead", error="its sender has no key to sign with")
        heard = await self._knock(row, ways, keys)
        now = self._now()
        verdict = judge(
            heard.answer,
            attempts=row.attempts + 1,
            failures=self._failures + 1,
            first_try=now if row.tried is None else row.tried,
            now=now,
            retry_after=heard.retry_after,
            jitter=self._jitter(),
        )
        return self._outcome(row, verdict, heard.detail, now)

    async def _knock(
        self, row: Delivery, ways: list[Knock], keys: Mapping[str, PrivateKey]
    ) -> _Heard:
        for knock in ways:
            try:
                answer = await self._sender.signed_post(
                    row.inbox, row.body, knock, keys[knock.kind]
                )
            except FetchFailed as failed:
                trouble: Trouble = "network" if failed.temporary else "declined"
                return _Heard(trouble, str(failed), failed.retry_after)
            except ValueError as error:  # an inbox that is no address
                return _Heard("declined", str(error))
            if answer.status not in ON:
                break
        learned = lesson(self._format, knock, answer.status, answer.headers)
        if learned:
            self._format = self.learned = learned
        return _Heard(
            answer.status,
            f"answered {answer.status}",
            parse_retry_after(answer.headers.get("retry-after"), self._sender.wall()),
        )

    def _outcome(self, row: Delivery, verdict: Verdict, detail: str, now: int) -> Outcome:
        match verdict:
            case Done():
                self._failures = 0
                self._windows.success(row.host)
                return Outcome(delivery=row, end="done")
            case DelayHost(until):
                self._failures += 1
                self._halted = True
                self._windows.trouble(row.host)
                return Outcome(
                    delivery=row, end="later", host_until=until, failed=True, error=detail
                )
            case DelayRow(until, failed):
                return self._delayed(row, until, failed, detail, now)
            case Drop(reason, missing):
                error = reason if detail in reason else f"{reason} ({detail})"
                inbox = "missed" if missing else ""
                return Outcome(delivery=row, end="dead", error=error, inbox=inbox)  # type: ignore[arg-type]
            case Gone():
                return Outcome(delivery=row, end="dead", error=detail, inbox="gone")

    def _delayed(self, row: Delivery, until: int, failed: bool, detail: str, now: int) -> Outcome:
        """Only this row waits; on a lane in trouble the next probe, with another row, too."""
        if failed:
            self._failures += 1
            self._windows.trouble(row.host)
        in_trouble = failed and self._lane.state != "ok"
        return Outcome(
            delivery=row,
            end="later",
            due=until,
            host_until=(now + until) // 2 if in_trouble else 0,
            failed=failed,
            error=detail,
        )

    def _later(self, row: Delivery, detail: str) -> Outcome:
        due = self._now() + backoff(row.attempts + 1, self._jitter())
        return Outcome(delivery=row, end="later", due=due, error=detail)
