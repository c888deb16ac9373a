"""The store on a server that speaks MongoDB's wire protocol: the only module that imports motor.

Writes are acknowledged by a majority and journalled everywhere. What is asked of the server is what MongoDB and both
embedded servers do alike: no transactions, no range query on an array's index, claims in groups, ranges bounded at
both ends.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from shared.store.base import (
    LONGEST_LEASE,
    Document,
    Encoded,
    StoreUnavailable,
    beyond,
    gone,
    mark_of,
    owed,
    place_and_due,
)

Collection = AsyncIOMotorCollection[Document]
T = TypeVar("T")

DUPLICATE_KEY = 11000


class UnfitDatabase(Exception):  # noqa: N818
    """The server behind MONGODB_URI cannot keep what is entrusted to it."""


async def reached(call: Awaitable[T]) -> T:
    """The result of a call to the server. Raises StoreUnavailable for whatever another try may mend.

    That is whatever goes wrong but for single operations of a bulk write: a server whose disk is full or whose engine
    has stopped answers every call with an error of its own.
    """
    try:
        return await call
    except BulkWriteError:
        raise
    except PyMongoError as error:
        raise StoreUnavailable(str(error)) from error


class Database:
    """One service's database. Make it, `await check()`, use it, `close()` it."""

    def __init__(self, uri: str, name: str) -> None:
        self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            uri, w="majority", journal=True, tz_aware=True, serverSelectionTimeoutMS=5000, timeoutMS=20000
        )
        self._database: AsyncIOMotorDatabase[Document] = self._client.get_database(
            name, CodecOptions(tz_aware=True, tzinfo=UTC)
        )

    async def check(self) -> str:
        """The server's name and version. Raises UnfitDatabase for one that is known to lose writes."""
        info = await reached(self._client.admin.command("buildInfo"))
        ours = next((f"SecantusDB {info[key]}" for key in ("secantusVersion", "secantusdb") if key in info), None)
        described = " ".join([*(str(key) for key in info), *(str(value) for value in info.values())]).lower()
        unfit = "FerretDB" if "ferretdb" in described else None
        if ours is None and "gitVersion" not in info:
            # It says no name of its own; MongoDB itself always tells the commit that it was built from.
            unfit = "mongo-java-server, or another server that is not MongoDB"
        if unfit is not None:
            raise UnfitDatabase(
                f"MONGODB_URI points at {unfit}, which was seen to lose updates or acknowledged writes. "
                "Use MongoDB 7 or later as a replica set, or leave MONGODB_URI unset for the embedded server."
            )
        return ours or f"MongoDB {info['version']}"

    async def available(self) -> bool:
        """Whether the server answers now."""
        try:
            await reached(self._client.admin.command("ping"))
        except StoreUnavailable:
            return False
        return True

    async def collection(self, name: str, indexes: Sequence[str] = (), sparse: Sequence[str] = ()) -> Collection:
        """The collection, made beforehand with an index on each field named."""
        if name not in await reached(self._database.list_collection_names()):
            try:
                await reached(self._database.create_collection(name))
            except StoreUnavailable as error:
                if "exists" not in str(error):
                    raise
        collection = self._database.get_collection(name)
        for field in (*indexes, *sparse):
            await reached(collection.create_index(field, sparse=field in sparse))
        return collection

    async def drop(self) -> None:
        """Forgets everything in it. For tests."""
        await reached(self._client.drop_database(self._database.name))

    def close(self) -> None:
        self._client.close()


def _duplicates(error: BulkWriteError) -> list[int]:
    """Indexes of the operations that met a duplicate key. Raises StoreUnavailable if anything else went wrong."""
    details: dict[str, Any] = dict(error.details or {})
    failed = details.get("writeErrors", [])
    other = [failure for failure in failed if failure.get("code") != DUPLICATE_KEY]
    if other or details.get("writeConcernErrors"):
        raise StoreUnavailable(str(other or details["writeConcernErrors"])) from error
    return [failure["index"] for failure in failed]


async def insert(collection: Collection, documents: Sequence[Any]) -> list[int]:
    """Inserts what is not there yet; gives the indexes of what is."""
    try:
        await reached(collection.insert_many(documents, ordered=False))
    except BulkWriteError as error:
        return _duplicates(error)
    return []


async def _replace(collection: Collection, replaces: Sequence[ReplaceOne[Any]]) -> list[int]:
    """Replaces under each one's guard, with an upsert; gives the indexes of those whose guard was not met."""
    # One journal flush for all instead of one each: four times as fast on the embedded servers. Nothing rests on
    # it: whatever goes wrong with the transaction, the same is done without, and the guard tells what had won.
    if len(replaces) > 1:
        try:
            await reached(_in_transaction(collection, replaces))
        except (BulkWriteError, StoreUnavailable):
            pass
        else:
            return []
    try:
        await reached(collection.bulk_write(replaces, ordered=False))
    except BulkWriteError as error:
        return _duplicates(error)
    return []


async def _in_transaction(collection: Collection, replaces: Sequence[ReplaceOne[Any]]) -> None:
    async with await collection.database.client.start_session() as session, session.start_transaction():
        await collection.bulk_write(replaces, ordered=False, session=session)


async def put_newer(collection: Collection, documents: Sequence[Document], by: str) -> None:
    """Puts each document in place of the one of its id, unless that one is newer by the field named."""
    known = [documents[index] for index in await insert(collection, documents)] if documents else []
    replaces: list[ReplaceOne[Any]] = [
        ReplaceOne({"_id": document["_id"], by: {"$lte": document[by]}}, document, upsert=True) for document in known
    ]
    if replaces:
        # Those whose guard was not met are the newer ones.
        await _replace(collection, replaces)


class MongoStreams:
    """Streams in a collection. Make it with `open`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoStreams:
        return cls(await database.collection("streams", indexes=["mark"], sparse=["owed"]))

    async def load(self, ids: Sequence[str]) -> dict[str, Document]:
        found = await reached(self._collection.find({"_id": {"$in": list(ids)}}).to_list(None))
        return {document["_id"]: document for document in found}

    async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
        suspects: list[Encoded] = []
        if new:
            documents = [RawBSONDocument(write.raw) for write in new]
            suspects += [new[index] for index in await insert(self._collection, documents)]
        if changed:
            suspects += [changed[index] for index in await self._replace(changed)]
        if not suspects:
            return set()
        stored = await self.load([write.id for write in suspects])
        return {write.id for write in suspects if stored.get(write.id, {}).get("batch") != write.batch}

    async def _replace(self, changed: Sequence[Encoded]) -> list[int]:
        """Replaces what still has the version loaded; gives the indexes of the rest."""
        # The upsert makes a loser of the guard visible: it tries to insert an id that is there.
        replaces: list[ReplaceOne[Any]] = [
            ReplaceOne({"_id": write.id, "version": write.version - 1}, RawBSONDocument(write.raw), upsert=True)
            for write in changed
        ]
        return await _replace(self._collection, replaces)

    async def marked(self, start: int, stop: int, limit: int) -> list[Document]:
        query = self._collection.find({"mark": {"$gte": start, "$lt": stop}}).sort("mark", 1).limit(limit)
        return await reached(query.to_list(limit))

    async def places(self) -> dict[str, datetime]:
        # From one to the next: as many looks as there are places, however much each is owed.
        places: dict[str, datetime] = {}
        after = ""
        while True:
            query = self._collection.find({"owed": {"$gt": after, "$lt": _LAST}}, {"owed": 1}).sort("owed", 1).limit(1)
            found = await reached(query.to_list(1))
            if not found:
                return places
            place, due = place_and_due(found[0]["owed"])
            places[place], after = due, beyond(place)

    async def due(self, place: str, until: datetime, limit: int) -> list[Document]:
        span = {"$gte": f"{place} ", "$lte": owed(place, until)}
        return await reached(self._collection.find({"owed": span}).sort("owed", 1).limit(limit).to_list(limit))

    async def under(self, prefix: str, after: str, limit: int) -> list[Document]:
        # Ids are compared as UTF-8, and no character comes after the last one.
        within = {"_id": {"$gt": max(prefix, after), "$lt": f"{prefix}\U0010ffff"}}
        return await reached(self._collection.find(within, {"state": 1}).sort("_id", 1).limit(limit).to_list(limit))


_LAST: Final = "\U0010ffff"
_OPEN: Final[Document] = {"open": {"$gt": -(1 << 63), "$lt": (1 << 63) - 1}}


class MongoParked:
    """Parked messages in a collection. Make it with `open`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoParked:
        # `open` is unset when a message is settled, so that the sparse index holds the unsettled ones only.
        return cls(await database.collection("parked", indexes=["stream"], sparse=["open"]))

    async def add(self, documents: Sequence[Document]) -> None:
        if documents:
            await insert(self._collection, [document | {"open": document["order"]} for document in documents])

    async def of_stream(self, stream: str, limit: int = 500) -> list[Document]:
        query = self._collection.find({"stream": stream, **_OPEN}).sort("open", 1).limit(limit)
        return [_without_open(document) for document in await reached(query.to_list(limit))]

    async def settled(self, ids: Sequence[str]) -> list[str]:
        found = await reached(self._collection.find({"_id": {"$in": list(ids)}}).to_list(None))
        return [document["_id"] for document in found if "settled" in document]

    async def settle(self, settled: Mapping[str, Document]) -> None:
        updates = [
            UpdateOne({"_id": parked_id}, {"$set": {"settled": dict(how)}, "$unset": {"open": ""}})
            for parked_id, how in settled.items()
        ]
        if updates:
            await reached(self._collection.bulk_write(updates, ordered=False))

    async def get(self, parked_id: str) -> Document | None:
        found = await reached(self._collection.find_one({"_id": parked_id}))
        return None if found is None else _without_open(found)

    async def unsettled(self, limit: int) -> list[Document]:
        query = self._collection.find(_OPEN, {"record.value": 0, "record.headers": 0}).sort("open", 1).limit(limit)
        return [_without_open(document) for document in await reached(query.to_list(limit))]

    async def streams(self) -> set[str]:
        found = await reached(self._collection.find(_OPEN, {"stream": 1}).to_list(None))
        return {document["stream"] for document in found}

    async def gone(self, topic: str, partition: int) -> None:
        there = {"open": {"$gte": mark_of(partition, 0), "$lt": mark_of(partition + 1, 0)}}
        found = await reached(self._collection.find(there, {"order": 1}).to_list(None))
        prefix = f"{topic}/{partition}/"
        orders = {one["_id"]: gone(one["order"]) for one in found if one["_id"].startswith(prefix)}
        updates = [UpdateOne({"_id": key}, {"$set": {"order": at, "open": at}}) for key, at in orders.items()]
        if updates:
            await reached(self._collection.bulk_write(updates, ordered=False))

    async def count(self) -> int:
        return await reached(self._collection.count_documents(_OPEN))


def _without_open(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "open"}


class MongoClaims:
    """Leases in a collection. Make it with `open`."""

    def __init__(self, database: Database, collection: Collection) -> None:
        self._database = database
        self._collection = collection

    @classmethod
    async def open(cls, database: Database) -> MongoClaims:
        return cls(database, await database.collection("claims"))

    async def now(self) -> datetime:
        answer = await reached(self._collection.database.command("hello"))
        moment: datetime = answer["localTime"]
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    async def claim(self, ids: Sequence[str], worker: str, now: datetime, until: datetime) -> dict[str, int]:
        fresh = [{"_id": intent, "worker": worker, "round": worker, "until": until, "attempt": 1} for intent in ids]
        if not fresh:
            return {}
        held = [ids[index] for index in await insert(self._collection, fresh)]
        taken = dict.fromkeys(ids, 1)
        if held:
            for intent in held:
                del taken[intent]
            # A round's own id tells the ones taken now from those this worker took before.
            claim_round = uuid.uuid4().hex
            change = {
                "$set": {"worker": worker, "round": claim_round, "until": until},
                "$inc": {"attempt": 1},
            }
            # Over, or made before the clock went back: see `holds`.
            free = [{"until": {"$lte": now}}, {"until": {"$gt": now + LONGEST_LEASE}}]
            await reached(self._collection.update_many({"_id": {"$in": held}, "$or": free}, change))
            query = self._collection.find({"_id": {"$in": held}, "round": claim_round})
            for lease in await reached(query.to_list(None)):
                taken[lease["_id"]] = lease["attempt"]
        return taken

    async def release(self, ids: Sequence[str], worker: str, until: datetime) -> None:
        change = {"$set": {"until": until}}
        await reached(self._collection.update_many({"_id": {"$in": list(ids)}, "worker": worker}, change))

    async def forget(self, ids: Sequence[str]) -> None:
        if ids:
            await reached(self._collection.delete_many({"_id": {"$in": list(ids)}}))
