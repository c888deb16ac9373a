"""Each store of batches there is."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.database import kinds_here
from shared.bridge.batches import Batches, MemoryBatches, MongoBatches
from shared.bridge.edition_store import MemoryEditions, MongoEditions
from shared.bridge.memory import MemoryMemory, MongoMemory
from shared.bridge.originals import MemoryOriginals, MongoOriginals
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


@pytest.fixture(params=["memory", *kinds_here()])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, Any]]:
    """Everything that a bridge keeps, by the names that `Border` has for it."""
    if request.param == "memory":
        yield {
            "batches": MemoryBatches(),
            "standings": MemoryEditions(),
            "memory": MemoryMemory(),
            "originals": MemoryOriginals(),
        }
        return
    uri = request.getfixturevalue("mongodb_of_kind")(request.param)
    database = Database(uri, f"bridge_{uuid.uuid4().hex[:12]}")
    yield {
        "batches": await MongoBatches.open(database),
        "standings": await MongoEditions.open(database),
        "memory": await MongoMemory.open(database),
        "originals": await MongoOriginals.open(database),
    }
    await database.drop()
    database.close()
