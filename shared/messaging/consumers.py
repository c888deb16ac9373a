"""FastStream batch subscribers that hand raw records to the kernel and commit when it is done.

What the framework would do by default and must not: acknowledge before the work (so the policy is manual), parse
records with code that can raise and so lose them (so the parser is ours and does nothing), let the handler raise into
a hot loop of redelivery (so the handler retries in place, with growing pauses, until it succeeds or is stopped).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.messaging.processor import Processor
from shared.messaging.publisher import BrokerUnavailable
from shared.messaging.reactions import Reactions
from shared.messaging.retrying import Retrying, Stopped, count_retry
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import BATCH_DURATION, BATCH_RECORDS, CONSUMER_LAG

log = get_logger(__name__)

MEASURED_EVERY = 5.0
"""Seconds between two looks at the lag."""
POLL_MS = 20
"""The first poll's wait, after which FastStream sleeps as long; see `_patient` for the later ones."""
_PATIENCE_MS = 1000


async def _unparsed(message: Any) -> KafkaMessage:
    """The records as they came: whatever they hold, this cannot raise."""
    return KafkaMessage(raw_message=message, body=b"", consumer=None)  # type: ignore[arg-type]


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the kernel that its partitions have changed."""

    def __init__(self, consuming: Consuming) -> None:
        self._consuming = consuming

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._consuming.partitions_changed()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consuming.partitions_changed()


class _Reassignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the reactions that another instance may have parked, or settled, what is theirs now."""

    def __init__(self, consuming: Consuming, topic: str) -> None:
        self._consuming = consuming
        self._topic = topic

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._consuming.reassigned(self._topic)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consuming.reassigned(self._topic)


class Consuming:
    """The consumers of one service: its command topic by the processor, each event topic by the reactions."""

    def __init__(
        self,
        service: str,
        broker: KafkaBroker,
        processor: Processor,
        reactions: Reactions,
        batch_records: int,
        retrying: Retrying,
        instance: str | None = None,
    ) -> None:
        self._service = service
        self._retrying = retrying
        self._instance = instance
        self._processor = processor
        self._reactions = reactions
        self._changed = asyncio.Event()
        self._swept = asyncio.Event()
        self._assignments = 0
        self._ever_swept = False
        self._reassigned = set(reactions.topics)
        self._latest: asyncio.Task[None] | None = None
        self._subscribers: list[Any] = []
        # Records taken whose offsets are not committed.
        self._in_work: Counter[TopicPartition] = Counter()
        self._commands = self._subscribe(
            broker, processor.commands_topic, service, self._process, batch_records, _Assignment(self)
        )
        self._broker = broker
        for topic in reactions.topics:
            # A group of its own: an event topic's batches do not wait for those of the commands.
            self._subscribe(broker, topic, f"{service}.{topic}", self._react, batch_records, _Reassignment(self, topic))

    def _subscribe(
        self,
        broker: KafkaBroker,
        topic: str,
        group: str,
        process: Callable[[Any, Sequence[Any]], Awaitable[None]],
        batch_records: int,
        listener: ConsumerRebalanceListener,
    ) -> Any:
        subscriber = broker.subscriber(
            topic,
            batch=True,
            group_id=group,
            group_instance_id=self._instance,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_records=batch_records,
            batch_timeout_ms=POLL_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
            max_poll_interval_ms=300_000,
            listener=listener,
            no_reply=True,
        )

        async def handle(records: Any) -> None:
            with contextlib.suppress(Stopped):
                await process(subscriber.consumer, records)

        subscriber(handle, parser=_unparsed, decoder=_raw)
        self._subscribers.append(subscriber)
        return subscriber

    async def start(self) -> None:
        """Starts all consumers, or none: those of a start that failed halfway would be there twice after the next."""
        try:
            await self._broker.start()
        except BaseException:
            if self._latest is not None:
                # It waits for a sweep that does not run yet, and would hold up the end.
                self._latest.cancel()
            async with asyncio.timeout(10):
                await self._broker.stop()
            raise
        for subscriber in self._subscribers:
            _patient(subscriber.consumer)

    # -- one batch ------------------------------------------------------------------------------------------------

    async def _process(self, consumer: Any, records: Sequence[Any]) -> None:
        """Two batches are under way at a time: while one waits for the database, the broker or its commit, the other
        is decided."""
        if self._retrying.stopped:
            return
        before = self._latest
        self._latest = asyncio.create_task(self._through(consumer, records, before, self._assignments))
        if before is not None:
            await before

    async def _through(
        self, consumer: Any, records: Sequence[Any], before: asyncio.Task[None] | None, assignment: int
    ) -> None:
        self._in_work.update(_places(records))
        # A sweep that began later would find what this batch has just written and published, and send it again.
        await self._swept.wait()
        if self._retrying.stopped:
            raise Stopped
        if assignment != self._assignments:
            # Fetched under an assignment that is over: whoever has the partition now fetches it again.
            self._in_work.subtract(_places(records))
            return
        with self._measured(records):
            await self._processor.process(records)
        # In order: offsets may be committed late, but never early.
        if before is not None:
            await before
        for place, offset in (await self._commit(consumer, records)).items():
            self._processor.committed(place.partition, offset)

    async def finished(self) -> None:
        """Waits for the batches under way, their commits included. Call when nothing is tried again any more."""
        self._swept.set()
        if self._latest is not None:
            await asyncio.gather(self._latest, return_exceptions=True)

    async def _react(self, consumer: Any, records: Sequence[Any]) -> None:
        self._in_work.update(_places(records))
        with self._measured(records):
            if records[0].topic in self._reassigned:
                await self._retrying.until_done(lambda: self._places_gone(consumer))
                self._reassigned.discard(records[0].topic)
            await self._retrying.until_done(lambda: self._reactions.process(records))
        await self._commit(consumer, records)

    async def _places_gone(self, consumer: Any) -> None:
        """Where nothing was ever committed, what is parked is of a topic that the broker has lost."""
        for place in consumer.assignment():
            if await self._committed(consumer, place) is None:
                await self._reactions.gone(place.topic, place.partition)

    @staticmethod
    async def _committed(consumer: Any, place: TopicPartition) -> int | None:
        """The group's offset, None where it has none. Raises BrokerUnavailable."""
        try:
            async with asyncio.timeout(10):
                found: int | None = await consumer.committed(place)
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable(repr(error)) from error
        return found

    @contextlib.contextmanager
    def _measured(self, records: Sequence[Any]) -> Iterator[None]:
        started = time.perf_counter()
        yield
        labels = self._service, records[0].topic
        BATCH_RECORDS.labels(*labels).observe(len(records))
        BATCH_DURATION.labels(*labels).observe(time.perf_counter() - started)

    async def _commit(self, consumer: Any, records: Sequence[Any]) -> dict[TopicPartition, int]:
        """Commits behind the records; what was committed, nothing if it failed: the next batch commits further."""
        last = {(record.topic, record.partition): record.offset for record in records}
        offsets = {TopicPartition(*place): offset + 1 for place, offset in last.items()}
        try:
            async with asyncio.timeout(10):
                await consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            log.warning("commit failed", error=repr(error))
            return {}
        finally:
            self._in_work.subtract(_places(records))
        return offsets

    # -- partitions -----------------------------------------------------------------------------------------------

    def partitions_changed(self) -> None:
        """Another instance may write our streams from now on, or have written those that are ours now."""
        self._processor.forget()
        self._assignments += 1
        self._swept.clear()
        self._changed.set()

    def reassigned(self, topic: str) -> None:
        """Another instance may have reacted to these events, and parked or settled some."""
        self._reactions.forget()
        self._reassigned.add(topic)

    async def sweep(self) -> None:
        """Runs until cancelled: at each assignment learns what is committed and publishes what a crash left over.

        No batch begins before that is done.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                consumer = self._commands.consumer
                for place in consumer.assignment():
                    offset = await self._committed(consumer, place)
                    await self._mend(consumer, place, anew=offset is None)
                    if self._changed.is_set():
                        break
                    self._processor.committed(place.partition, offset or 0)
                    if swept := await self._processor.sweep(place.partition, anew=offset is None):
                        log.info("swept", partition=place.partition, streams=swept)
                if not self._changed.is_set():
                    self._ever_swept = True
                    self._swept.set()
            except (KafkaError, TimeoutError, StoreUnavailable, BrokerUnavailable) as error:
                log.warning("sweep waits", error=repr(error))
                count_retry(self._service, error)
                self._changed.set()
                await asyncio.sleep(1)

    # -- lag ------------------------------------------------------------------------------------------------------

    async def measure(self) -> None:
        """Runs until cancelled: tells how many records each partition that is ours is behind."""
        told: set[TopicPartition] = set()
        while True:
            behind = await self.behind()
            for place, records in behind.items():
                CONSUMER_LAG.labels(self._service, place.topic, place.partition).set(records)
            for place in told - behind.keys():
                # It is another instance's now, or nobody's.
                CONSUMER_LAG.remove(self._service, place.topic, place.partition)
            told = set(behind)
            await asyncio.sleep(MEASURED_EVERY)

    async def behind(self) -> dict[TopicPartition, int]:
        """Records of each assigned partition that are not done with, those in work included.

        From what each fetch brings along: the broker is not asked. A partition never fetched from is left out.
        """
        found = {}
        for consumer in [subscriber.consumer for subscriber in self._subscribers if subscriber.consumer is not None]:
            for place in consumer.assignment():
                with contextlib.suppress(KafkaError, TimeoutError):  # not ours any more, or not yet
                    async with asyncio.timeout(1):
                        position = await consumer.position(place)
                    highwater = consumer.highwater(place) if place in consumer.assignment() else None
                    if highwater is not None:
                        found[place] = max(0, highwater - position) + max(0, self._in_work[place])
        return found

    async def _mend(self, consumer: Any, place: TopicPartition, *, anew: bool) -> None:
        async def end() -> int:
            async with asyncio.timeout(10):
                ends: dict[TopicPartition, int] = await consumer.end_offsets([place])
            return ends[place]

        if mended := await self._processor.mend(place.partition, end, anew=anew):
            told = "the topic ends before records that were applied: the broker has lost some, see docs/operations.md"
            log.error(told, topic=place.topic, partition=place.partition, streams=mended)

    def ready(self) -> bool:
        """Whether every consumer is started, and the one of the commands has joined its group and swept once."""
        return self._ever_swept and all(subscriber.consumer is not None for subscriber in self._subscribers)


def _places(records: Sequence[Any]) -> dict[TopicPartition, int]:
    """How many records of a batch, all of one topic, are in each partition."""
    topic = records[0].topic
    counted = Counter(record.partition for record in records)
    return {TopicPartition(topic, partition): count for partition, count in counted.items()}


def _patient(consumer: Any) -> None:
    """Lets a poll wait until there is something. FastStream sleeps after each one that brings nothing, which costs
    latency where the sleep is long and, many times a second for each topic, a good part of a core where it is short."""
    poll = consumer.getmany

    async def getmany(**options: Any) -> Any:
        while not (found := await poll(**options | {"timeout_ms": _PATIENCE_MS})):
            pass
        return found

    consumer.getmany = getmany


def tune_garbage_collection() -> None:
    """Call once, after start. With tens of thousands of streams cached, the default thresholds spend half of the
    kernel's time looking through them: all are looked through only when twenty million objects have come. What is new
    is looked at more often, so that circles left behind by requests do not pile up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 100)
