"""Messages of other servers, posted to a running node; what they do is read back.

The manifest beside the fixtures says for each what must be there before, how the door answers, how
the journal settles it, and what is seen afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import or_, select

from storage.tables import jobs, journal
from tests.trips import outcomes
from tests.trips.shapes import FIXTURES, shapes
from tests.trips.stage import Stage, staged

_ENTRIES = select(journal.c.state, journal.c.detail, journal.c.attempts, journal.c.crashes)
_TROUBLE = select(jobs.c.kind, jobs.c.error).where(or_(jobs.c.attempts > 0, jobs.c.crashes > 0))
pytestmark = pytest.mark.asyncio(loop_scope="module")
PAYLOADS = shapes(FIXTURES / "payloads")
CAPTURES = shapes(FIXTURES / "captures")
EVERY = PAYLOADS | CAPTURES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("vectors"), EVERY) as made:
        yield made


@pytest.mark.parametrize("name", EVERY)
async def test_a_message_does_what_the_manifest_says(stage: Stage, name: str) -> None:
    """J-10, J-12, J-14, A-1 to A-18, one shape each."""
    shape = EVERY[name]
    document = await stage.document(shape, shape.tag)
    await stage.prepare(shape, document, shape.tag)
    found = await stage.deliver(shape, document)
    assert found == (shape.expect["door"], shape.expect.get("journal", "")), shape.why
    await outcomes.check(stage, shape, document, shape.tag)


async def test_an_inbox_never_redirects(stage: Stage) -> None:
    """PieFed loses what is redirected."""
    wrong = f"{stage.node.base}/inbox/"
    assert (await stage.peers.send(stage.node, wrong, b"{}", {}))[0] == 404


async def test_nothing_was_left_lying_or_failed(stage: Stage) -> None:
    """Q-13, H-8: no answer of the 5xx kind, no entry tried twice, no job in trouble."""
    assert stage.peers.answers
    assert max(stage.peers.answers) < 500
    entries = await stage.reading(lambda reader: reader.all(_ENTRIES))
    assert {row["state"] for row in entries} <= {"done", "ignored", "refused", "waiting"}
    assert not [row["detail"] for row in entries if row["attempts"] or row["crashes"]]
    jobs_in_trouble = await stage.reading(lambda reader: reader.all(_TROUBLE))
    assert not [dict(row) for row in jobs_in_trouble]
