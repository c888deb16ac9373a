"""The publisher and a real broker."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiokafka import TopicPartition

from deploy.local.topics import ensure_topics
from shared.messaging.publisher import BrokerUnavailable, Outgoing, Publisher, make_producer
from shared.topics import Topic


async def test_a_producer_whose_numbering_has_a_gap_is_replaced(kafka_bootstrap: str) -> None:
    name = f"test-{uuid.uuid4().hex[:8]}.events.v1"
    topic = Topic(name=name, partitions=1, retention=None, compacted=False, writers=("a",), readers=("b",))
    await ensure_topics(kafka_bootstrap, [topic])
    producer = make_producer(kafka_bootstrap, "test")
    await producer.start()
    publisher = Publisher(producer, renew=lambda: make_producer(kafka_bootstrap, "test"))
    record = Outgoing(name, b"key", b"value", [])
    try:
        await publisher.send([record])
        # As aiokafka does when it gives up a batch: the numbers of its records are gone.
        producer._txn_manager.increment_sequence_number(TopicPartition(name, 0), 1)
        with pytest.raises(BrokerUnavailable, match="OutOfOrderSequenceNumber"):
            await publisher.send([record])
        await publisher.send([record])
    finally:
        await publisher.stop()


class _Slow:
    """A producer that fails at once for one partition and takes its time for another."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    async def partitions_for(self, topic: str) -> set[int]:
        return {0, 1}

    def create_batch(self) -> _Slow:
        return self

    def append(self, **record: object) -> object:
        return record

    async def send_batch(self, batch: object, topic: str, *, partition: int) -> asyncio.Future[None]:
        done = asyncio.get_running_loop().create_future()
        if partition == 0:
            raise TimeoutError
        await asyncio.sleep(0.1)
        self.sent.append(partition)
        done.set_result(None)
        return done


async def test_nothing_of_a_failed_call_is_sent_after_it_has_failed() -> None:
    producer = _Slow()
    with pytest.raises(BrokerUnavailable):
        await Publisher(producer).send([Outgoing("topic", b"", b"", [], partition) for partition in (0, 1)])
    assert producer.sent == [1]
