"""One node and a neighbour for a whole file of trips; with a second node where they ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.trips.scene import Scene, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with opened(tmp_path_factory.mktemp("scene")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two_nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with opened(tmp_path_factory.mktemp("nodes"), nodes=2) as made:
        yield made
