"""Each store of batches there is."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from deploy.local.database import kinds_here
from shared.bridge.batches import Batches, MemoryBatches, MongoBatches
from shared.store.mongo import Database


@pytest.fixture(params=["memory", *kinds_here()])
async def batches(request: pytest.FixtureRequest) -> AsyncIterator[Batches]:
    if request.param == "memory":
        yield MemoryBatches()
        return
    uri = request.getfixturevalue("mongodb_of_kind")(request.param)
    database = Database(uri, f"bridge_{uuid.uuid4().hex[:12]}")
    yield await MongoBatches.open(database)
    await database.drop()
    database.close()
