"""Deliveries: claims lanes, signs at send time, posts, judges, books many results at once.

One transaction takes the results of many lanes and gives out new ones, so the books cost a few
microseconds for each delivery; nearly all the rest is the signature.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from actors import hosts
from actors.hosts import Format
from federation.delivery.lane_order import Windows
from federation.delivery.sending import Client, Keys, Sender
from federation.delivery.turns import Turn
from storage import lane_results, lanes, outgoing
from storage.engine import StorageUnavailable, Store, Transaction
from storage.faults import kill_point
from storage.lane_results import Report
from storage.lanes import Delivery, Lane

_LEASE = 300_000  # milliseconds: longer than a lane's turn and its last delivery together
_ROWS = 20  # of one lane at a time
_LANES = 50  # claimed at once
_TOGETHER = 0.02  # seconds in which results are collected for one transaction
_LOOK = 1.0  # seconds between two looks without a wake

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    """One lane with what may go, and how its host likes its signatures."""

    lane: Lane
    rows: list[Delivery]
    format: Format | None


@dataclass(slots=True)
class _Result:
    """A lane after its turn; `learned` is the format to remember."""

    report: Report
    learned: Format | None = None


class Deliverer:
    """Delivers what is due, to many hosts at once. One per process; any number of processes.

    `keys` gives an actor's signing keys by kind. `now` is the time of the books and should not
    jump; `wall` is what signatures are dated with (default: the same), both in milliseconds.
    `jitter` gives random numbers in [0, 1). `concurrency` bounds the posts under way.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        keys: Keys,
        *,
        now: Callable[[], int],
        wall: Callable[[], int] | None = None,
        jitter: Callable[[], float],
        concurrency: int = 64,
        threads: int | None = None,
    ) -> None:
        self._store = store
        self._sender = Sender(
            client, keys, now=now, wall=wall or now, concurrency=concurrency, threads=threads
        )
        self._now = now
        self._jitter = jitter
        self._concurrency = concurrency
        self._windows = Windows()
        self._unbooked: list[_Result] = []
        self._stop: asyncio.Event | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Expand and deliver until `stop`; what is under way then is finished first (Q-16)."""
        self._stop = stop
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self.expand_all, outgoing.CHANNEL, stop))
            group.create_task(self._repeat(self.run_once, lanes.CHANNEL, stop))

    async def expand_all(self) -> int:
        """Expand what was promised; says how many transactions it took."""
        count = 0
        while not self._stopping():
            if not await self._store.transaction(self._expand):
                break
            kill_point("expansion.after_commit")
            count += 1
        return count

    async def run_once(self) -> int:
        """Deliver what is due now, and what becomes due meanwhile; says how many were tried."""
        tried = 0
        active: set[asyncio.Task[_Result]] = set()
        try:
            while True:
                room = 2 * self._concurrency - len(active)
                for work in await self._book_and_claim(0 if self._stopping() else room):
                    active.add(asyncio.create_task(self._serve(work)))
                if not active:
                    return tried
                _, pending = await asyncio.wait(active, return_when=asyncio.FIRST_COMPLETED)
                if pending:
                    await asyncio.sleep(_TOGETHER)
                ready = {task for task in active if task.done()}
                active -= ready
                results = [task.result() for task in ready]
                tried += sum(len(result.report.outcomes) for result in results)
                self._unbooked += results
        finally:
            for task in active:
                task.cancel()

    def close(self) -> None:
        """Let the signing threads go."""
        self._sender.close()

    # The books.

    def _stopping(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    async def _repeat(
        self, step: Callable[[], Awaitable[int]], channel: str, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            try:
                if await step():
                    continue
            except StorageUnavailable as error:
                _log.warning("the database is away", reason=str(error))
                await asyncio.sleep(_LOOK)
            except Exception:  # a bug of ours stops one round, never the worker
                _log.exception("a round of deliveries failed")
                await asyncio.sleep(_LOOK)
            await self._store.wait(channel, seconds=_LOOK)

    async def _serve(self, work: _Work) -> _Result:
        turn = Turn(
            work.lane, work.format, self._sender, self._windows, now=self._now, jitter=self._jitter
        )
        await turn.serve(work.rows, self._stopping)
        return _Result(Report(lane=work.lane, outcomes=turn.outcomes), turn.learned)

    async def _expand(self, tx: Transaction) -> int:
        return await outgoing.expand(tx, now=self._now())

    async def _book_and_claim(self, room: int) -> list[_Work]:
        """One transaction: results in, lanes back, new lanes out."""
        results, self._unbooked = self._unbooked, []
        if not results and room <= 0:
            return []
        if results:
            kill_point("delivery.after_answer")
        token = secrets.token_hex(8)
        try:
            work = await self._store.transaction(
                partial(self._books, results=results, room=room, token=token)
            )
        except StorageUnavailable:
            self._unbooked = results  # for the next turn; the leases say whether it still counts
            raise
        if results:
            kill_point("delivery.after_commit")
        return work

    async def _books(
        self, tx: Transaction, results: list[_Result], room: int, token: str
    ) -> list[_Work]:
        now = self._now()
        await lane_results.finish(tx, [result.report for result in results], now=now)
        for result in results:
            if result.learned:
                host = result.report.lane.host
                await hosts.learn_format(tx, host, result.learned, proven=True)
        if room <= 0:
            return []
        claimed = await lanes.claim(
            tx, now=now, token=token, lease_ms=_LEASE, lanes=min(room, _LANES)
        )
        if not claimed:
            return []
        rows = await lanes.take(tx, claimed, now=now, limit=_ROWS)
        idle = [Report(lane=lane) for lane in claimed if lane.host not in rows]
        await lane_results.finish(tx, idle, now=now)
        formats = await hosts.signature_formats(tx, list(rows))
        return [
            _Work(lane, rows[lane.host], formats.get(lane.host))
            for lane in claimed
            if lane.host in rows
        ]
