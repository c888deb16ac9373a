"""Intents: acted on when due, in order, by one worker at a time, again when it fails, and told to the stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.clock import SystemClock, rfc3339
from shared.messaging.decider import Context, Decided, Due, Intent, Result
from shared.messaging.envelope import Message
from shared.messaging.processor import Processor
from shared.messaging.worker import GROUP, Worker
from shared.telemetry.spans import Spans
from tests.kernel.conftest import Kernel
from tests.kernel.counting import Added, Remind, Reminded, Topic, command, counter


class Outside:
    """Something outside that is reminded; `failing` times it raises, `silent` members it leaves without a result."""

    def __init__(self) -> None:
        self.calls: list[list[Due]] = []
        self.failing = 0
        self.silent: set[str] = set()
        self.delay = 0.0

    async def __call__(self, due: Sequence[Due]) -> Sequence[Result]:
        self.calls.append(list(due))
        await asyncio.sleep(self.delay)
        if self.failing:
            self.failing -= 1
            raise ConnectionError("the national system is down")
        return [
            Result(member, None, "busy")
            if member.stream in self.silent
            else Result(member, Reminded(intent_id=member.id, attempt=member.attempt))
            for member in due
        ]


@contextlib.asynccontextmanager
async def working(kernel: Kernel, outside: Outside, **options: Any) -> AsyncIterator[Worker]:
    worker = Worker(
        "counting",
        {"remind": outside},
        streams=options.pop("streams", kernel.stores.streams),
        claims=kernel.stores.claims,
        publisher=kernel.publisher,  # type: ignore[arg-type]
        spans=Spans("counting", None),
        clock=SystemClock(),
        **options,
    )
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def reports(kernel: Kernel) -> list[bytes]:
    return [sent.key for sent in kernel.publisher.sent if sent.topic == "counting.commands.v1"]


@pytest.fixture
def processor(kernel: Kernel) -> Processor:
    kernel.clock.moment = datetime.now(UTC) - timedelta(seconds=1)
    return kernel.processor()


def remind(stream: str, sequence: int, seconds: int = 0, **envelope: Any) -> Message:
    message = command(stream, sequence, data=Remind(seconds=seconds), **envelope)
    return message._replace(time=rfc3339(datetime.now(UTC)))


async def test_a_due_intent_is_acted_on_in_its_own_trace_and_reported_as_a_command(
    kernel: Kernel, processor: Processor
) -> None:
    outside = Outside()
    await processor.process(Topic().records(remind("a", 1, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
    (member,) = outside.calls[0]
    assert (member.stream, member.attempt, member.addressee) == ("counter/a", 1, "outside")
    assert (member.message.correlationid, (member.message.traceparent or "")[3:35]) == ("receipt-1", "a" * 32)
    assert reports(kernel) == [b"counter/a"]


async def test_what_is_not_due_waits(kernel: Kernel, processor: Processor) -> None:
    outside = Outside()
    await processor.process(Topic().records(remind("a", 1, seconds=3600), remind("b", 2)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
        await asyncio.sleep(0.2)
    assert [member.stream for call in outside.calls for member in call] == ["counter/b"]


async def test_what_is_to_be_done_at_once_is_done_though_the_clock_that_decided_was_ahead(
    kernel: Kernel, processor: Processor
) -> None:
    outside = Outside()
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await processor.process(Topic().records(remind("a", 1)._replace(time=rfc3339(ahead))))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
    assert outside.calls[0][0].stream == "counter/a"


async def test_what_is_to_be_done_at_once_is_done_in_the_order_of_the_log(
    kernel: Kernel, processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, before = Outside(), datetime.now(UTC) - timedelta(hours=1)
    await processor.process(Topic().records(remind("late", 1), remind("early", 1)._replace(time=rfc3339(before))))
    monkeypatch.setattr("shared.messaging.worker.GROUP", 1)
    async with working(kernel, outside):
        await until(lambda: len(reports(kernel)) == 2)
    assert reports(kernel) == [b"counter/late", b"counter/early"]


async def test_an_intent_that_its_report_has_closed_is_not_acted_on_again(kernel: Kernel, processor: Processor) -> None:
    outside, topic = Outside(), Topic()
    await processor.process(topic.records(remind("a", 1)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
        done = command("a", None, data=Reminded(intent_id="remind-0", attempt=1))
        await processor.process(topic.records(done))
    assert "owed" not in await kernel.stored("a")
    async with working(kernel, outside):
        await asyncio.sleep(0.3)
    assert len(outside.calls) == 1


async def test_a_group_goes_out_together_and_those_without_a_result_are_tried_again(
    kernel: Kernel, processor: Processor
) -> None:
    outside = Outside()
    outside.silent = {"counter/b"}
    await processor.process(Topic().records(*(remind(stream, n) for n, stream in enumerate("abc", 1))))
    async with working(kernel, outside):
        await until(lambda: len(reports(kernel)) == 2)
        outside.silent = set()
        await until(lambda: len(reports(kernel)) == 3)
    assert {member.stream for member in outside.calls[0]} == {"counter/a", "counter/b", "counter/c"}
    assert [(m.stream, m.attempt) for call in outside.calls[1:] for m in call][-1][0] == "counter/b"
    assert outside.calls[-1][0].attempt > 1


async def test_an_addressee_that_fails_is_tried_again_with_the_same_ids(kernel: Kernel, processor: Processor) -> None:
    outside = Outside()
    outside.failing = 2
    await processor.process(Topic().records(remind("a", 1)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
    assert [[(member.id, member.attempt) for member in call] for call in outside.calls] == [
        [("remind-0", 1)],
        [("remind-0", 2)],
        [("remind-0", 3)],
    ]


async def test_two_workers_share_the_work_and_do_nothing_twice(kernel: Kernel, processor: Processor) -> None:
    outside = Outside()
    outside.delay = 0.05
    await processor.process(Topic().records(*(remind(f"s{n}", n) for n in range(1, 41))))
    async with working(kernel, outside), working(kernel, outside):
        await until(lambda: len(reports(kernel)) == 40)
        await asyncio.sleep(0.2)
    acted = [member.stream for call in outside.calls for member in call]
    assert len(acted) == len(set(acted)) == 40


async def test_the_oldest_intent_of_a_stream_goes_first_and_its_followers_wait_for_its_result(
    kernel: Kernel, processor: Processor
) -> None:
    def two(state: Any, _: Any, context: Context) -> Decided:
        intents = [
            Intent(name, "remind", "outside", context.now, Reminded(intent_id=name, attempt=0))
            for name in ("first", "second")
        ]
        return Decided([Added(amount=0)], intents=intents)

    outside = Outside()
    await kernel.processor(counter(two)).process(Topic().records(remind("a", 1)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
        await asyncio.sleep(0.3)
    assert [[member.id for member in call] for call in outside.calls] == [["first"]]


async def test_an_intent_that_is_due_does_not_wait_for_an_older_one_to_another_addressee(
    kernel: Kernel, processor: Processor
) -> None:
    def two(state: Any, _: Any, context: Context) -> Decided:
        intents = [
            Intent(
                "tomorrow", "remind", "elsewhere", context.now + timedelta(days=1), Reminded(intent_id="", attempt=0)
            ),
            Intent("now", "remind", "outside", context.now, Reminded(intent_id="", attempt=0)),
        ]
        return Decided([Added(amount=0)], intents=intents)

    outside = Outside()
    await kernel.processor(counter(two)).process(Topic().records(remind("a", 1)))
    async with working(kernel, outside):
        await until(lambda: bool(reports(kernel)))
        await asyncio.sleep(0.3)
    assert [member.id for call in outside.calls for member in call] == ["now"]


async def test_nothing_is_acted_on_for_a_stream_that_could_not_be_told_of_it(
    kernel: Kernel, processor: Processor
) -> None:
    outside = Outside()
    await processor.process(Topic().records(remind("a", 1), command("a", 2, 13), remind("b", 3)))
    async with working(kernel, outside):
        await until(lambda: bool(outside.calls))
        await asyncio.sleep(0.2)
    assert {member.stream for call in outside.calls for member in call} == {"counter/b"}


async def test_what_a_failing_addressee_is_owed_keeps_nobody_waiting_and_is_not_read_meanwhile(
    kernel: Kernel, processor: Processor
) -> None:
    """However much it is: the others are found behind it."""

    class Two(Outside):
        async def __call__(self, due: Sequence[Due]) -> Sequence[Result]:
            if due[0].addressee == "elsewhere":
                raise ConnectionError("the national system is down")
            return await super().__call__(due)

    def owing(state: Any, command: Any, context: Context) -> Decided:
        if isinstance(command, Reminded):
            return Decided(closes=[command.intent_id])
        addressee = "outside" if context.message.subject.startswith("counter/last") else "elsewhere"
        intent = Intent("it", "remind", addressee, context.now, Reminded(intent_id="it", attempt=0))
        return Decided([Added(amount=0)], intents=[intent])

    topic, reads = Topic(), list[str]()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(kernel.stores.streams, name)

        async def due(self, place: str, *asked: Any) -> Any:
            reads.append(place)
            return await kernel.stores.streams.due(place, *asked)

    owed = kernel.processor(counter(owing))
    await owed.process(topic.records(*(remind(f"s{number}", 1) for number in range(GROUP + 100))))
    outside = Two()
    async with working(kernel, outside, streams=Watched()) as worker:
        owed._on_intents = worker.notice
        await until(lambda: "remind elsewhere" in reads)
        for number in range(20):
            await owed.process(topic.records(remind(f"last{number}", 1)))
        await until(lambda: len(reports(kernel)) >= 20, 5)
    assert reads.count("remind elsewhere") < 8
