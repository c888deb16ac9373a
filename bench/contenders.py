"""The three ways of doing the same work: take commands, store each stream's document, publish an event for each.

Each is given a topic full of commands and says how many seconds it took from its first record to the last committed
offset, by which time every document is durable and every event acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import BaseModel
from pymongo import ReplaceOne

from bench.loads import Report, Reported
from shared.clock import SystemClock
from shared.contracts.base import Contract
from shared.messaging.consumers import Consuming
from shared.messaging.decider import Context, Decided, Decider
from shared.messaging.processor import Processor
from shared.messaging.publisher import Publisher, make_producer
from shared.messaging.reactions import Reactions
from shared.messaging.retrying import Retrying
from shared.store.mongo import Database, MongoParked, MongoStreams
from shared.telemetry.spans import Spans

BATCH = 500


class Place:
    """Where a contender works: its own topics and database on the common broker and server."""

    def __init__(self, name: str, bootstrap: str, mongodb_uri: str, traces: Path) -> None:
        self.name, self.bootstrap, self.mongodb_uri, self.traces = name, bootstrap, mongodb_uri, traces
        self.commands, self.events = f"{name}.commands.v1", f"{name}.events.v1"
        self.filled = 0
        """Messages in the command topic."""

    @property
    def topics(self) -> list[str]:
        return [self.commands, self.events, f"{self.name}.parked.v1"]

    def database(self) -> Database:
        return Database(self.mongodb_uri, f"bench_{self.name}")


# -- (a) a bare loop ------------------------------------------------------------------------------------------------


async def bare(place: Place, count: int, *, existing: bool) -> float:
    """aiokafka and motor by hand: read a batch, one bulk write, send all, wait, commit. No guarantee beyond that."""
    database = place.database()
    collection = await database.collection("streams", indexes=["mark"], sparse=["due"])
    producer = make_producer(place.bootstrap, place.name)
    await producer.start()
    consumer = AIOKafkaConsumer(
        place.commands,
        bootstrap_servers=place.bootstrap,
        group_id=place.name,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    started, done = 0.0, 0
    while done < count:
        batches = await consumer.getmany(timeout_ms=100, max_records=BATCH)
        records = [record for batch in batches.values() for record in batch]
        if not records:
            continue
        started = started or time.perf_counter()
        documents: dict[str, dict[str, Any]] = {}
        sends = []
        for record in records:
            data = orjson.loads(record.value)
            key = record.key.decode()
            documents[key] = {
                "_id": key,
                "version": data["amount"],
                "mark": record.offset,
                "state": data,
                "positions": [{"source": "/bridge-xx/ledger", "sequence": data["amount"]}],
                "outbox": [
                    {
                        "topic": place.events,
                        "key": key,
                        "headers": {name: value.decode() for name, value in record.headers},
                        "value": record.value,
                    }
                ],
            }
            sends.append(await producer.send(place.events, record.value, key=record.key, headers=list(record.headers)))
        if existing:
            await collection.bulk_write(
                [ReplaceOne({"_id": key}, document, upsert=True) for key, document in documents.items()], ordered=False
            )
        else:
            await collection.insert_many(list(documents.values()), ordered=False)
        await asyncio.gather(*sends)
        await consumer.commit()
        done += len(records)
    seconds = time.perf_counter() - started
    await consumer.stop()
    await producer.stop()
    database.close()
    return seconds


# -- (b) a plain handler --------------------------------------------------------------------------------------------


async def plain(place: Place, count: int) -> float:
    """A FastStream handler as its tutorial has it: one message, one write, one publish, one acknowledgement."""
    database = place.database()
    collection = await database.collection("streams")
    broker = KafkaBroker(place.bootstrap, enable_idempotence=True, acks="all", logger=None)
    finished, times = asyncio.Event(), [0.0, 0.0]
    done = 0

    @broker.subscriber(
        place.commands,
        group_id=place.name,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK,
    )
    async def handle(command: Report, message: KafkaMessage) -> None:
        nonlocal done
        times[0] = times[0] or time.perf_counter()
        (record,) = (message.raw_message,) if not isinstance(message.raw_message, tuple) else message.raw_message
        key = record.key
        await collection.replace_one({"_id": key.decode()}, {"state": command.model_dump()}, upsert=True)
        await broker.publish(Reported(amount=command.amount, text=command.text), place.events, key=key)
        done += 1
        if done >= count:
            times[1] = time.perf_counter()
            finished.set()

    await broker.start()
    await finished.wait()
    await broker.stop()
    database.close()
    return times[1] - times[0]


# -- (c) the kernel -------------------------------------------------------------------------------------------------


class Reports(BaseModel):
    """The state of a benchmark stream: as much as the bare loop stores."""

    total: int = 0
    amount: int = 0
    text: str = ""


def _decide(state: Reports, command: Contract, context: Context) -> Decided:
    assert isinstance(command, Report)
    return Decided([Reported(amount=command.amount, text=command.text)])


def _evolve(state: Reports, event: Contract) -> Reports:
    assert isinstance(event, Reported)
    return Reports(total=state.total + event.amount, amount=event.amount, text=event.text)


DECIDER = Decider("report", Reports, {"Report": Report}, lambda _: Reports(), _decide, _evolve)


async def kernel(place: Place, count: int) -> float:
    """The product's own consumers and processor, spans, positions, parking and guards included."""
    database = place.database()
    producer = make_producer(place.bootstrap, place.name)
    await producer.start()
    publisher, clock = Publisher(producer), SystemClock()
    parked, spans = await MongoParked.open(database), Spans(place.name, place.traces)
    finished, times = asyncio.Event(), [0.0, 0.0]
    offsets: dict[int, int] = {}

    class Timed(Processor):
        async def process(self, records: Any) -> None:
            times[0] = times[0] or time.perf_counter()
            await super().process(records)

        def committed(self, partition: int, offset: int) -> None:
            super().committed(partition, offset)
            offsets[partition] = offset
            if sum(offsets.values()) >= place.filled:
                times[1] = time.perf_counter()
                finished.set()

    retrying = Retrying(place.name)
    processor = Timed(
        place.name,
        [DECIDER],
        streams=await MongoStreams.open(database),
        parked=parked,
        publisher=publisher,
        spans=spans,
        clock=clock,
        until_done=retrying.until_done,
    )
    broker = KafkaBroker(place.bootstrap, consumer_only=True, apply_types=False, logger=None)
    reactions = Reactions(place.name, [], parked, publisher, spans, clock)
    consuming = Consuming(place.name, broker, processor, reactions, BATCH, retrying)
    sweep = asyncio.create_task(consuming.sweep())
    await consuming.start()
    await finished.wait()
    sweep.cancel()
    await broker.stop()
    await producer.stop()
    spans.close()
    database.close()
    return times[1] - times[0]
