"""Publishing: whole groups at once, in order per key, known to be in Kafka when the call returns.

aiokafka's own batches are used instead of a `publish` a message: appending to one costs a tenth. Each batch of a
partition is acknowledged before the next is sent, so that a failure in between cannot turn the order round.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber
from aiokafka.partitioner import DefaultPartitioner

from shared.messaging.envelope import Message
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

MAX_RECORD_BYTES = 1_000_000
"""The largest record sent: an event within its bound, with headers."""
RETRY_BACKOFF_MS = 500
"""Between attempts to reach a broker that is away. With less, its clients keep a core busy that it needs to start."""
PUBLISH_TIMEOUT = 30.0
"""Seconds to wait for the acknowledgements of a group."""

_partitioner = DefaultPartitioner()


class BrokerUnavailable(Exception):  # noqa: N818
    """The broker did not acknowledge in time. What was sent may be there: sending it again is right."""


class Outgoing(NamedTuple):
    """A record to be sent. A `value` of None is a tombstone. `partition` None: where the key belongs."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    partition: int | None = None


def outgoing(topic: str, message: Message) -> Outgoing:
    """The record that carries a message."""
    headers = [(name, value.encode()) for name, value in message.headers()]
    return Outgoing(topic, message.subject.encode(), message.data, headers)


@lru_cache(maxsize=100_000)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition Kafka's default partitioner gives a key."""
    chosen: int = _partitioner(key, range(partitions), range(partitions))
    return chosen


def make_producer(bootstrap_servers: str, client_id: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all in-sync replicas."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        max_batch_size=MAX_RECORD_BYTES,
        max_request_size=MAX_RECORD_BYTES + 100_000,
        request_timeout_ms=10_000,
        retry_backoff_ms=RETRY_BACKOFF_MS,
    )


class Publisher:
    """Sends through a started producer. `renew` makes another like it, where one is to be had."""

    def __init__(self, producer: AIOKafkaProducer, renew: Callable[[], AIOKafkaProducer] | None = None) -> None:
        self._producer = producer
        self._renew = renew
        self._renewing = asyncio.Lock()
        self._partitions: dict[str, int] = {}

    async def stop(self) -> None:
        """Stops the producer. With the broker gone this may not return."""
        await self._producer.stop()

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises BrokerUnavailable."""
        known = self._partitions.get(topic)
        if known is None:
            try:
                async with asyncio.timeout(PUBLISH_TIMEOUT):
                    known = len(await self._producer.partitions_for(topic))
            except (KafkaError, TimeoutError) as error:
                raise BrokerUnavailable(f"{topic}: {error!r}") from error
            self._partitions[topic] = known
        return known

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Sends messages to one topic and waits for all acknowledgements. Raises BrokerUnavailable."""
        await self.send([outgoing(topic, message) for message in messages])

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Sends records, in order per partition, and waits for all acknowledgements. Raises BrokerUnavailable.

        After a failure any part may have arrived; the caller sends the whole again.
        """
        groups: defaultdict[tuple[str, int], list[Outgoing]] = defaultdict(list)
        for record in records:
            partition = record.partition
            if partition is None:
                partition = partition_of(record.key, await self.partitions(record.topic))
            groups[record.topic, partition].append(record)
        if not groups:
            return
        producer = self._producer
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                sending = (self._send_group(producer, *place, group) for place, group in groups.items())
                # All are over before anything is sent again: what a group has left would come after it otherwise.
                for result in await asyncio.gather(*sending, return_exceptions=True):
                    if isinstance(result, BaseException):
                        raise result
        except OutOfOrderSequenceNumber as error:
            await self._replace(producer)
            raise BrokerUnavailable(repr(error)) from error
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable(repr(error)) from error

    async def _replace(self, broken: AIOKafkaProducer) -> None:
        """Goes on with a new producer. Raises BrokerUnavailable.

        aiokafka gives up a batch whose partition has no leader for long, but not the numbers it has given the records.
        The broker never forgives the gap; only a producer that counts from the beginning can send to that partition.
        """
        async with self._renewing:
            if self._renew is None or self._producer is not broken:
                return
            log.warning("the producer's numbering has a gap: going on with another")
            producer = self._renew()
            try:
                await producer.start()
            except (KafkaError, OSError) as error:
                await producer.stop()
                raise BrokerUnavailable(repr(error)) from error
            self._producer = producer
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                await broken.stop()

    async def _send_group(
        self, producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Outgoing]
    ) -> None:
        batch = producer.create_batch()
        for record in records:
            if batch.append(key=record.key, value=record.value, timestamp=None, headers=record.headers) is None:
                await _send_batch(producer, batch, topic, partition)
                batch = producer.create_batch()
                if batch.append(key=record.key, value=record.value, timestamp=None, headers=record.headers) is None:
                    raise ValueError(f"a record of {len(record.value or b'')} bytes exceeds {MAX_RECORD_BYTES}")
        await _send_batch(producer, batch, topic, partition)


async def _send_batch(producer: AIOKafkaProducer, batch: object, topic: str, partition: int) -> None:
    await (await producer.send_batch(batch, topic, partition=partition))
