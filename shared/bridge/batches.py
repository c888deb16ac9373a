"""Where a ledger's batches are kept: a small protocol, a store in memory for tests, and the database."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Final, Protocol

import bson
from pymongo import UpdateOne

from shared.bridge.entries import Batch, Direction, Entry
from shared.store.base import Document
from shared.store.mongo import Collection, Database, insert, reached

PAGE = 100
"""Batches that a page spans at most."""


class Batches(Protocol):
    """The batches of one ledger. Only ever added to, but for `unpublished`, which goes away, and comes back where Kafka
    has lost them.

    What is asked by message, receipt or media type comes without the originals and the commands: they are large, and
    a receipt does not need them. Every method raises StoreUnavailable when the store is out of reach.
    """

    async def insert(self, batch: Batch) -> bool:
        """Adds a batch, durably; False where another one has its number. True also where it is there already."""
        ...

    async def hash_of(self, number: int) -> str | None:
        """The hash of a batch, None where there is none of this number."""
        ...

    async def find(self, direction: Direction, message_ids: Sequence[str]) -> dict[str, Entry]:
        """Entries by message id, those there are."""
        ...

    async def of_receipt(self, receipt_id: str) -> list[Entry]:
        """The message taken in under this receipt; or those of the submission with it, in order."""
        ...

    async def of_media_types(self, direction: Direction, media_types: Sequence[str]) -> list[Entry]:
        """The entries of any of these media types, in order."""
        ...

    async def whole(self, direction: Direction, message_id: str) -> Entry | None:
        """An entry with its original."""
        ...

    async def page(self, after: int, limit: int) -> list[Batch]:
        """Up to `limit` batches from number `after` + 1 on, whole, without gaps."""
        ...

    async def unpublished(self, limit: int) -> list[int]:
        """Numbers of the batches that may not be in Kafka yet, ascending, the first ones."""
        ...

    async def published(self, numbers: Sequence[int]) -> None:
        """These batches are in Kafka, and so are their commands."""
        ...

    async def lost(self, numbers: Sequence[int]) -> None:
        """These batches are in Kafka no longer."""
        ...


def _entries(found: Iterable[Document], wanted: Callable[[Document], bool]) -> list[Entry]:
    """The entries wanted, in order. Looked at as they are stored: a batch has hundreds, and few are wanted."""
    documents = sorted(found, key=lambda document: int(document["_id"]))
    return [Entry.model_validate(entry) for document in documents for entry in document["entries"] if wanted(entry)]


def _of_message(direction: Direction, message_ids: Container[str]) -> Callable[[Document], bool]:
    return lambda entry: entry["direction"] == direction and entry["message_id"] in message_ids


def _of_receipt(receipt_id: str) -> Callable[[Document], bool]:
    return lambda entry: entry["direction"] == "in" and entry["receipt"]["receipt_id"] == receipt_id


def _of_submission(receipt_id: str) -> Callable[[Document], bool]:
    return lambda entry: entry["direction"] == "in" and entry["submission"] == receipt_id


def _of_media_types(direction: Direction, media_types: Container[str]) -> Callable[[Document], bool]:
    return lambda entry: entry["direction"] == direction and entry["media_type"] in media_types


class MemoryBatches:
    """Batches in a dict, encoded as the database would have them."""

    def __init__(self) -> None:
        self.stored: dict[int, bytes] = {}

    def _documents(self) -> list[Document]:
        return [bson.decode(stored) for stored in self.stored.values()]

    async def insert(self, batch: Batch) -> bool:
        encoded = bson.encode(batch.document())
        kept: Document = bson.decode(self.stored.setdefault(batch.number, encoded))
        return bool(kept["hash"] == batch.hash)

    async def hash_of(self, number: int) -> str | None:
        return bson.decode(self.stored[number])["hash"] if number in self.stored else None

    async def find(self, direction: Direction, message_ids: Sequence[str]) -> dict[str, Entry]:
        found = _entries(self._documents(), _of_message(direction, set(message_ids)))
        return {entry.message_id: _light(entry) for entry in found}

    async def of_receipt(self, receipt_id: str) -> list[Entry]:
        for given in (_of_receipt, _of_submission):
            if found := _entries(self._documents(), given(receipt_id)):
                return [_light(entry) for entry in found]
        return []

    async def of_media_types(self, direction: Direction, media_types: Sequence[str]) -> list[Entry]:
        found = _entries(self._documents(), _of_media_types(direction, media_types))
        return [_light(entry) for entry in found]

    async def whole(self, direction: Direction, message_id: str) -> Entry | None:
        return next(iter(_entries(self._documents(), _of_message(direction, [message_id]))), None)

    async def page(self, after: int, limit: int) -> list[Batch]:
        numbers = range(after + 1, after + 1 + min(limit, PAGE))
        return [Batch.restore(bson.decode(self.stored[number])) for number in numbers if number in self.stored]

    async def unpublished(self, limit: int) -> list[int]:
        return sorted(document["_id"] for document in self._documents() if "unpublished" in document)[:limit]

    async def published(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            document = bson.decode(self.stored[number])
            document.pop("unpublished", None)
            self.stored[number] = bson.encode(document)

    async def lost(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self.stored[number] = bson.encode(bson.decode(self.stored[number]) | {"unpublished": number})


def _light(entry: Entry) -> Entry:
    return entry.model_copy(update={"original": b"", "command": None})


_BATCHES_AT_ONCE: Final = 20
_LIGHT: Final = {"entries.original": 0, "entries.command": 0}


class MongoBatches:
    """Batches in a collection. Make it with `open`.

    Fields inside the array of entries are asked for by equality only, and numbers by ranges bounded at both ends:
    that is what all servers do alike.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoBatches:
        by = ["entries.message_id", "entries.receipt.receipt_id", "entries.submission", "entries.media_type"]
        return cls(await database.collection("ledger", indexes=by, sparse=["unpublished"]))

    async def insert(self, batch: Batch) -> bool:
        if not await insert(self._collection, [batch.document()]):
            return True
        # The driver may have sent it twice.
        return await self.hash_of(batch.number) == batch.hash

    async def hash_of(self, number: int) -> str | None:
        found = await reached(self._collection.find_one({"_id": number}, {"hash": 1}))
        return None if found is None else str(found["hash"])

    async def find(self, direction: Direction, message_ids: Sequence[str]) -> dict[str, Entry]:
        wanted, found = set(message_ids), dict[str, Entry]()
        cursor = self._collection.find({"entries.message_id": {"$in": list(wanted)}}, _LIGHT)
        # Each id may be in a batch of its own with hundreds of others: a few batches at a time.
        while portion := await reached(cursor.to_list(_BATCHES_AT_ONCE)):
            found |= {entry.message_id: entry for entry in _entries(portion, _of_message(direction, wanted))}
        return found

    async def of_receipt(self, receipt_id: str) -> list[Entry]:
        fields = {"entries.receipt.receipt_id": _of_receipt, "entries.submission": _of_submission}
        for field, given in fields.items():
            query = self._collection.find({field: receipt_id}, _LIGHT)
            if found := _entries(await reached(query.to_list(None)), given(receipt_id)):
                return found
        return []

    async def of_media_types(self, direction: Direction, media_types: Sequence[str]) -> list[Entry]:
        query = self._collection.find({"entries.media_type": {"$in": list(media_types)}}, _LIGHT)
        return _entries(await reached(query.to_list(None)), _of_media_types(direction, media_types))

    async def whole(self, direction: Direction, message_id: str) -> Entry | None:
        found = await reached(self._collection.find({"entries.message_id": message_id}).to_list(None))
        return next(iter(_entries(found, _of_message(direction, [message_id]))), None)

    async def page(self, after: int, limit: int) -> list[Batch]:
        last = after + min(limit, PAGE)
        found = await reached(self._collection.find({"_id": {"$gt": after, "$lte": last}}).to_list(None))
        return [Batch.restore(document) for document in sorted(found, key=lambda document: int(document["_id"]))]

    async def unpublished(self, limit: int) -> list[int]:
        query = self._collection.find({"unpublished": {"$gte": 0, "$lt": (1 << 63) - 1}}, {"_id": 1})
        found = await reached(query.sort("unpublished", 1).limit(limit).to_list(limit))
        return [document["_id"] for document in found]

    async def published(self, numbers: Sequence[int]) -> None:
        change = {"$unset": {"unpublished": ""}}
        await reached(self._collection.update_many({"_id": {"$in": list(numbers)}}, change))

    async def lost(self, numbers: Sequence[int]) -> None:
        changes = [UpdateOne({"_id": number}, {"$set": {"unpublished": number}}) for number in numbers]
        await reached(self._collection.bulk_write(changes, ordered=False))
