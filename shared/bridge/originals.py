"""Originals that are too large for an entry of the ledger: kept by their digest, in pieces, and never changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Protocol

from shared.store.mongo import Collection, Database, insert, reached

PIECE: Final = 1_000_000
"""Bytes."""


class Originals(Protocol):
    """Files by digest. Every method raises StoreUnavailable when the store is out of reach."""

    async def keep(self, digest: str, path: Path) -> None:
        """Keeps a file, durably. Again is harmless."""
        ...

    def pieces(self, digest: str) -> AsyncIterator[bytes]:
        """The bytes, a piece at a time; nothing where it was never kept."""
        ...


async def write_to(path: Path, originals: Originals, digest: str) -> None:
    """Writes an original to a file."""
    with path.open("wb") as file:
        async for piece in originals.pieces(digest):
            await asyncio.to_thread(file.write, piece)


class MemoryOriginals:
    """A fake."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    async def keep(self, digest: str, path: Path) -> None:
        self.stored[digest] = await asyncio.to_thread(path.read_bytes)

    async def pieces(self, digest: str) -> AsyncIterator[bytes]:
        if digest in self.stored:
            yield self.stored[digest]


class MongoOriginals:
    """Pieces in a collection. Make it with `open`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoOriginals:
        return cls(await database.collection("originals"))

    async def keep(self, digest: str, path: Path) -> None:
        with path.open("rb") as file:
            number = 0
            while piece := await asyncio.to_thread(file.read, PIECE):
                await insert(self._collection, [{"_id": f"{digest}/{number}", "piece": piece}])
                number += 1

    async def pieces(self, digest: str) -> AsyncIterator[bytes]:
        number = 0
        while found := await reached(self._collection.find_one({"_id": f"{digest}/{number}"})):
            yield bytes(found["piece"])
            number += 1
