"""Messages of other servers, posted to a running node; what they do is read back (J-14, A-1 … A-18).

The manifest beside the fixtures says for each what must be there before, how the door answers, how
the journal settles it, and what is seen afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.trips import outcomes
from tests.trips.shapes import FIXTURES, Stage, shapes, staged

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
    shape = EVERY[name]
    document = await stage.document(shape, shape.tag)
    await stage.prepare(shape, document, shape.tag)
    found = await stage.deliver(shape, document)
    assert found == (shape.expect["door"], shape.expect.get("journal", "")), shape.why
    await outcomes.check(stage, shape, document, shape.tag)
