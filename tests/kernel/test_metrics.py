"""What the kernel tells of itself while it works: counted once, and true also while something is away."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from shared.clock import rfc3339
from shared.messaging.envelope import Message
from shared.messaging.processor import Processor
from shared.messaging.publisher import BrokerUnavailable
from shared.messaging.retrying import Retrying
from shared.store.base import StoreUnavailable
from shared.telemetry.metrics import CAUSES
from tests.kernel.conftest import Kernel
from tests.kernel.counting import Topic, command
from tests.kernel.test_reactions import EVENTS, event, reactions
from tests.kernel.test_worker import Outside, remind, reports, until, working

COMMANDS = "counting.commands.v1"


class Counted:
    """How far counters have come since it was made."""

    def __init__(self, name: str, label: str, **labels: str) -> None:
        self._name, self._label, self._labels = name, label, labels
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        return {
            sample.labels[self._label]: sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
            if sample.name == self._name and self._labels.items() <= sample.labels.items()
        }

    @property
    def since(self) -> dict[str, float]:
        now = {key: value - self._before.get(key, 0) for key, value in self._now().items()}
        return {key: value for key, value in now.items() if value}


def outcomes(service: str, topic: str) -> Counted:
    return Counted("kakehashi_messages_total", "outcome", service=service, topic=topic)


async def test_each_message_of_a_batch_counts_by_what_became_of_it(kernel: Kernel) -> None:
    counted, topic = outcomes("counting", COMMANDS), Topic()
    batch = topic.records(
        command("a", 1, 5), command("a", 1, 5), command("b", 1, -5), command("c", 1, 13), command("c", 2, 1)
    )
    await kernel.processor().process(batch)
    assert counted.since == {"applied": 1, "duplicate": 1, "refused": 1, "parked": 2}


async def test_what_could_not_be_published_counts_when_it_is(kernel: Kernel) -> None:
    counted, batch = outcomes("counting", COMMANDS), Topic().records(command("a", 1, 5))
    processor = kernel.processor()
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await processor.process(batch)
    assert counted.since == {}
    kernel.publisher.down = False
    await processor.process(batch)
    assert sum(counted.since.values()) == 1


async def test_events_count_by_what_they_called_for(kernel: Kernel) -> None:
    counted = outcomes("following", EVENTS)
    batch = Topic(EVENTS).records(event("a", 1, 5), event("b", 1, 0), event("c", 1, 13), event("c", 2, 5))
    await reactions(kernel).process(batch)
    assert counted.since == {"applied": 1, "ignored": 1, "parked": 2}


# -- the outbox ---------------------------------------------------------------------------------------------------


async def test_the_outbox_ages_from_the_write_until_kafka_has_it(kernel: Kernel) -> None:
    processor, batch = kernel.processor(), Topic().records(command("a", 1, 5))
    assert processor.unpublished_for() == 0
    kernel.publisher.down = True
    for _ in range(2):  # trying again does not make it young
        with pytest.raises(BrokerUnavailable):
            await processor.process(batch)
        await asyncio.sleep(0.05)
    assert processor.unpublished_for() >= 0.1
    kernel.publisher.down = False
    await processor.process(batch)
    assert processor.unpublished_for() == 0


async def test_what_a_crash_left_ages_from_the_sweep_that_found_it(kernel: Kernel) -> None:
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process(Topic().records(command("a", 1, 5)))
    after = kernel.processor()
    partitions = range(4)

    async def sweep() -> None:
        for partition in partitions:
            await after.sweep(partition)

    with pytest.raises(BrokerUnavailable):
        await sweep()
    await asyncio.sleep(0.05)
    assert after.unpublished_for() >= 0.05
    kernel.publisher.down = False
    await sweep()
    assert after.unpublished_for() == 0


async def test_a_partition_that_is_taken_away_takes_its_unfinished_sweep_along(kernel: Kernel) -> None:
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process(Topic().records(command("a", 1, 5)))
    after = kernel.processor()
    for partition in range(4):
        with contextlib.suppress(BrokerUnavailable):
            await after.sweep(partition)
    assert after.unpublished_for() > 0
    after.forget()
    assert after.unpublished_for() == 0


# -- retries ------------------------------------------------------------------------------------------------------


async def test_a_repeated_attempt_counts_by_what_was_away() -> None:
    counted = Counted("kakehashi_retries_total", "cause", service="counting")
    errors: list[Exception] = [StoreUnavailable(), BrokerUnavailable(), BrokerUnavailable(), ArithmeticError()]

    async def work() -> None:
        if errors:
            raise errors.pop(0)

    await Retrying("counting").until_done(work)
    assert counted.since == {"database": 1, "broker": 2, "defect": 1}


async def test_causes_are_there_at_zero_so_that_the_first_retry_is_an_increase() -> None:
    Retrying("never-tried")
    for cause in CAUSES:
        labels = {"service": "never-tried", "cause": cause}
        assert REGISTRY.get_sample_value("kakehashi_retries_total", labels) == 0


# -- intents ------------------------------------------------------------------------------------------------------


@pytest.fixture
def processor(kernel: Kernel) -> Processor:
    kernel.clock.moment = datetime.now(UTC)
    return kernel.processor()


def asked(stream: str, sequence: int, due: int = 0) -> Message:
    """For something to be done `due` seconds from now, by a message ten minutes old."""
    message = remind(stream, sequence, seconds=600 + due)
    return message._replace(time=rfc3339(datetime.now(UTC) - timedelta(minutes=10)))


async def test_due_intents_and_how_late_the_oldest_is(kernel: Kernel, processor: Processor) -> None:
    outside = Outside()
    outside.silent = {"counter/a", "counter/b"}
    await processor.process(Topic().records(asked("a", 1, -600), asked("b", 2, -300), asked("c", 3, 3600)))
    async with working(kernel, outside) as worker:
        await until(lambda: bool(outside.calls))
        assert REGISTRY.get_sample_value("kakehashi_intents_due", {"service": "counting", "kind": "remind"}) == 2
        assert 599 < worker.lateness("remind") < 660
        assert worker.lateness("deliver") == 0


async def test_no_due_intent_is_not_late(kernel: Kernel, processor: Processor) -> None:
    await processor.process(Topic().records(asked("c", 3, 3600)))
    async with working(kernel, Outside()) as worker:
        await asyncio.sleep(0.2)
        assert REGISTRY.get_sample_value("kakehashi_intents_due", {"service": "counting", "kind": "remind"}) == 0
        assert worker.lateness("remind") == 0


async def test_an_attempt_counts_once_by_its_result(kernel: Kernel, processor: Processor) -> None:
    counted = Counted("kakehashi_intents_total", "result", service="counting", kind="remind")
    outside = Outside()
    outside.failing, outside.silent = 1, {"counter/b"}
    await processor.process(Topic().records(asked("a", 1), asked("b", 2)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
        await until(lambda: {"done", "retry"} <= counted.since.keys())
        assert counted.since == {"failed": 2, "done": 1, "retry": 1}
