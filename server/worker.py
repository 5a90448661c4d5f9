"""The worker: applies what came in, delivers what goes out, runs due jobs. Each kind of job is
one function, in one list."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog

from actions.people import retire_keys
from actors import directory, follows
from actors.key_material import PrivateKey
from federation import backfilling
from federation.delivery import Deliverer
from federation.documents import Malformed
from federation.fetching import FetchFailed
from federation.handlers import following, people
from federation.node import Node
from federation.origin import Refused
from federation.processing import Processor
from moderation import refused
from notes import search_index
from server.config import Worker as Settings
from storage import jobs, journal, lane_care, outgoing
from storage.engine import StorageUnavailable, Transaction
from storage.jobs import Job

_log = structlog.get_logger()
_LEASE = 10 * 60_000
_FIRST_RETRY = 60_000
_LAST_RETRY = 6 * 3_600_000
_CLEANING = 3_600_000
_GONE_FOR_GOOD = 7 * 24 * 3_600_000
_FOLLOWS = 200  # ended in one transaction
_DRAIN_SECONDS = 20
_WORDS_SECONDS = 2

Run = Callable[[Node, Job], Awaitable[None]]


async def backfill(node: Node, job: Job) -> None:
    """The latest notes of a community or person elsewhere that somebody here began to follow."""
    await backfilling.community(node, job.reference)


async def thread(node: Node, job: Job) -> None:
    """What surrounds a note that came alone."""
    await backfilling.thread(node, job.reference)


async def retire(node: Node, job: Job) -> None:
    """Keys that were rotated two days ago."""
    await retire_keys(node.store, node.site, job.reference, now=node.clock())


async def erase(node: Node, job: Job) -> None:
    """The notes of an actor that is gone."""
    more = True
    while more:
        more = await people.erase_notes(node, int(job.reference))


async def end_follows_of_the_gone(node: Node) -> None:
    """After a week without an inbox its owners follow nobody here any more (F-11)."""
    before = node.clock() - _GONE_FOR_GOOD
    for inbox in await node.store.reading(lambda reader: lane_care.gone_before(reader, before)):
        while await node.store.transaction(partial(_end_follows_behind, inbox=inbox, node=node)):
            continue


async def _end_follows_behind(tx: Transaction, *, inbox: str, node: Node) -> bool:
    found = await follows.behind(tx, inbox, count=_FOLLOWS)
    for follower_id, followed_id in found:
        follower = await directory.get(tx, follower_id)
        followed = await directory.get(tx, followed_id)
        await following.end_following(tx, follower, followed, now=node.clock())
    return bool(found)


async def clean(node: Node, job: Job) -> None:
    """Hourly: what is kept for a time only leaves, a thousand rows at a time."""
    await end_follows_of_the_gone(node)
    now = node.clock()
    for sweep in (journal.clean, lane_care.clean, outgoing.clean):
        left = 1
        while left:
            left = await node.store.transaction(partial(sweep, now=now))

    async def again(tx: Transaction) -> None:
        await refused.forget_old(tx, now=now)
        await jobs.add(tx, "clean", "all", {"after": now}, due=node.steady() + _CLEANING)

    await node.store.transaction(again)


JOBS: Mapping[str, Run] = {
    "backfill": backfill,
    "thread": thread,
    "keys": retire,
    "erase": erase,
    "clean": clean,
}


class Worker:
    """`start` it on a running loop, `stop` it to finish what is under way (Q-16)."""

    def __init__(self, node: Node, settings: Settings) -> None:
        self._node = node
        self._stopping = asyncio.Event()
        self._processor = Processor(node)
        self._deliverer = Deliverer(
            node.store,
            node.client,
            self._keys,
            now=node.steady,
            wall=node.clock,
            jitter=random.random,
            concurrency=settings.deliveries,
            threads=settings.signing_threads,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def _keys(self, actor_id: int) -> Mapping[str, PrivateKey]:
        node = self._node
        return await node.store.reading(lambda reader: node.keyring.own(reader, actor_id))

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._processor.run(self._stopping)),
            asyncio.create_task(self._deliverer.run(self._stopping)),
            asyncio.create_task(self._run_jobs()),
            asyncio.create_task(self._write_words()),
        ]

    async def run(self) -> None:
        """Until stopped from elsewhere: for `passerelle work`."""
        self.start()
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Whatever is not finished in time is repeated by the next start."""
        self._stopping.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._deliverer.close()

    async def _run_jobs(self) -> None:
        node = self._node
        await node.store.transaction(
            lambda tx: jobs.add(tx, "clean", "all", {}, due=node.steady() + 60_000)
        )
        while not self._stopping.is_set():
            try:
                found = await node.store.transaction(
                    lambda tx: jobs.claim(
                        tx, list(JOBS), now=node.steady(), lease_ms=_LEASE, limit=4
                    )
                )
            except StorageUnavailable:
                await asyncio.sleep(1)
                continue
            if found:
                await asyncio.gather(*(self._run_job(job) for job in found))
            else:
                await node.store.wait(jobs.CHANNEL, seconds=1)

    async def _write_words(self) -> None:
        """Search follows what is written by two seconds; indexing goes last (L-5)."""
        store = self._node.store
        while not self._stopping.is_set():
            try:
                behind = await store.reading(search_index.is_behind)
                while behind and not self._stopping.is_set():
                    behind = await store.transaction(search_index.catch_up) > 0
            except StorageUnavailable as reason:
                _log.warning("words wait for the database", reason=str(reason))
            except Exception:
                _log.exception("words could not be written")
            with suppress(TimeoutError):
                async with asyncio.timeout(_WORDS_SECONDS):
                    await self._stopping.wait()

    async def _run_job(self, job: Job) -> None:
        node = self._node
        try:
            await JOBS[job.kind](node, job)
        except (FetchFailed, Refused, Malformed) as reason:
            if not (isinstance(reason, FetchFailed) and reason.temporary):
                await node.store.transaction(lambda tx: jobs.done(tx, job))
                return
            await self._retry(job, str(reason))
        except StorageUnavailable as reason:
            _log.warning("a job waits for the database", job=job.kind, reason=str(reason))
        except Exception as error:
            _log.exception("a job failed", job=job.kind, reference=job.reference)
            await self._retry(job, f"{type(error).__name__}: {error}")
        else:
            await node.store.transaction(lambda tx: jobs.done(tx, job))

    async def _retry(self, job: Job, error: str) -> None:
        pause = min(_FIRST_RETRY * 3**job.attempts, _LAST_RETRY)
        due = self._node.steady() + pause
        await self._node.store.transaction(lambda tx: jobs.retry(tx, job, error=error, due=due))
