"""Between the consumers and the kernel: what is awaited, in which order offsets are committed, how it stops."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.messaging.consumers import Consuming
from shared.messaging.retrying import Retrying

PLACE = TopicPartition("counting.commands.v1", 0)


class Consumer:
    """One partition, committed up to 5."""

    def __init__(self) -> None:
        self.commits: list[int] = []
        self.refusals = 0

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    async def committed(self, place: TopicPartition) -> int:
        return 5

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise KafkaError
        self.commits += offsets.values()


class Kernel:
    """What the kernel was told, in order. Each batch waits until it is let go."""

    commands_topic = PLACE.topic
    topics: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.sweeping, self.go = asyncio.Event(), asyncio.Event()

    def forget(self) -> None:
        self.told.append(("forget",))

    def committed(self, partition: int, offset: int) -> None:
        self.told.append(("committed", offset))

    async def mend(self, partition: int, end_of: Any) -> int:
        return 0

    async def sweep(self, partition: int, *, anew: bool) -> int:
        self.told.append(("sweep",))
        await self.sweeping.wait()
        self.told.append(("swept",))
        return 0

    async def process(self, records: Any) -> None:
        self.told.append(("process", records[0].offset))
        await self.go.wait()


class Running:
    """The consumers with their sweep running, and no broker."""

    def __init__(self) -> None:
        self.kernel, self.consumer, self.retrying = Kernel(), Consumer(), Retrying("counting")
        kernel: Any = self.kernel
        self.consuming = Consuming("counting", KafkaBroker(), kernel, kernel, 500, self.retrying)
        self.consuming._commands = SimpleNamespace(consumer=self.consumer)
        self.handled: list[asyncio.Task[None]] = []

    def hand(self, *offsets: int) -> None:
        """A batch, as the subscriber hands it over."""
        batch = [SimpleNamespace(topic=PLACE.topic, partition=0, offset=offset) for offset in offsets]
        self.handled.append(asyncio.create_task(self.consuming._process(self.consumer, batch)))


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> Any:
    async def nothing_to_mend(*_: Any, **__: Any) -> None:
        return None

    monkeypatch.setattr(Consuming, "_mend", nothing_to_mend)
    running = Running()
    sweeping = asyncio.create_task(running.consuming.sweep())
    running.consuming.partitions_changed()
    yield running
    running.kernel.go.set()
    running.retrying.stop()
    await running.consuming.finished()
    sweeping.cancel()
    await asyncio.gather(sweeping, *running.handled, return_exceptions=True)


async def settle() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


async def test_no_batch_begins_before_what_a_crash_left_over_is_published(running: Running) -> None:
    running.hand(5)
    await settle()
    assert running.kernel.told == [("forget",), ("committed", 5), ("sweep",)]
    running.kernel.sweeping.set()
    await settle()
    assert running.kernel.told[3:] == [("swept",), ("process", 5)]


async def test_nor_after_partitions_have_changed(running: Running) -> None:
    running.kernel.sweeping.set()
    running.hand(5)
    await settle()
    running.kernel.sweeping.clear()
    running.consuming.partitions_changed()
    running.hand(6)
    await settle()
    assert ("process", 6) not in running.kernel.told
    running.kernel.sweeping.set()
    await settle()
    assert running.kernel.told[-2:] == [("swept",), ("process", 6)]


async def test_what_was_fetched_before_partitions_changed_is_left_to_whoever_has_them_now(running: Running) -> None:
    running.hand(5)
    await settle()
    running.consuming.partitions_changed()
    running.kernel.sweeping.set()
    await settle()
    running.kernel.go.set()
    running.hand(7)
    await settle()
    await running.consuming.finished()
    assert [told for told in running.kernel.told if told[0] == "process"] == [("process", 7)]
    assert running.consumer.commits == [8]


async def test_two_batches_are_under_way_and_their_offsets_are_committed_in_order(running: Running) -> None:
    running.kernel.sweeping.set()
    running.hand(5, 6)
    await settle()
    running.hand(7)
    await settle()
    assert [told for told in running.kernel.told if told[0] == "process"] == [("process", 5), ("process", 7)]
    assert running.consumer.commits == []
    running.kernel.go.set()
    await running.consuming.finished()
    assert running.consumer.commits == [7, 8]
    assert running.kernel.told[-2:] == [("committed", 7), ("committed", 8)]


async def test_what_was_not_committed_does_not_count_and_the_next_batch_commits_further(running: Running) -> None:
    running.kernel.sweeping.set()
    running.kernel.go.set()
    running.consumer.refusals = 1
    running.hand(5)
    await settle()
    running.hand(6)
    await running.handled[-1]
    await running.consuming.finished()
    assert running.consumer.commits == [7]
    assert [told for told in running.kernel.told if told[0] == "committed"] == [("committed", 5), ("committed", 7)]


async def test_stopping_waits_for_what_is_under_way_and_begins_nothing(running: Running) -> None:
    running.kernel.sweeping.set()
    running.hand(5)
    await settle()
    running.retrying.stop()
    stopping = asyncio.create_task(running.consuming.finished())
    running.hand(6)
    await settle()
    assert not stopping.done()
    running.kernel.go.set()
    await stopping
    assert running.consumer.commits == [6]
    assert ("process", 6) not in running.kernel.told


async def test_stopping_does_not_wait_for_a_sweep_that_cannot_end(running: Running) -> None:
    running.hand(5)
    await settle()
    running.retrying.stop()
    async with asyncio.timeout(5):
        await running.consuming.finished()
    assert running.consumer.commits == []
    assert ("process", 5) not in running.kernel.told


async def test_consumers_that_could_not_all_start_are_stopped(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker: Any = running.consuming._broker
    stopped = []

    async def start() -> None:
        raise KafkaError

    async def stop() -> None:
        stopped.append(True)

    monkeypatch.setattr(broker, "start", start)
    monkeypatch.setattr(broker, "stop", stop)
    with pytest.raises(KafkaError):
        await running.consuming.start()
    assert stopped
