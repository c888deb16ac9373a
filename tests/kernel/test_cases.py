"""Reporting and inquiry in the real kernel: decided, stored, told, and reminded of by the worker when it is due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.inquiry.app import inquiry
from services.reporting.app import misconduct_report, notice
from shared.cases.deadlines import reporting
from shared.cases.rules import DEADLINE
from shared.clock import FixedClock, SystemClock
from shared.messaging.decider import Decider
from shared.messaging.envelope import read
from shared.messaging.processor import Processor
from shared.messaging.worker import Worker
from shared.telemetry.spans import Spans
from tests.case_builders import (
    AGREEMENTS,
    INQUIRY_STREAM,
    NOTICE_STREAM,
    REPORT_STREAM,
    accept,
    acknowledge,
    answer,
    ask,
    context,
    correct,
    correct_notice,
    open_investigation,
    propose,
    return_result,
    submit,
    submit_notice,
    withdraw,
)
from tests.kernel.conftest import RecordingPublisher, Stores
from tests.kernel.counting import FakeRecord, Topic

TODAY = datetime.now(UTC)


class Running:
    """One service's kernel, its commands in the order they are sent."""

    def __init__(self, service: str, decider: Decider[Any], stream: str, stores: Stores) -> None:
        self.service, self.stream, self.stores = service, stream, stores
        self.publisher, self.clock, self.sequence = RecordingPublisher(), FixedClock(TODAY), 0
        self.topic = Topic(f"{service}.commands.v1")
        self.processor = Processor(
            service,
            [decider],
            streams=stores.streams,
            parked=stores.parked,
            publisher=self.publisher,  # type: ignore[arg-type]
            spans=Spans(service, None),
            clock=self.clock,
        )

    async def send(self, *commands: Any, sent: datetime = TODAY, originator: str = "kg") -> None:
        for command in commands:
            self.sequence += 1
            envelope = context(self.stream, sent, originator=originator, correlationid=f"receipt-{self.sequence}")
            message = envelope.message._replace(
                id=f"command-{self.sequence}",
                type=type(command).__name__,
                data=command.model_dump_json().encode(),
                sequence=self.sequence,
            )
            await self.processor.process([self.topic.record(message)])

    def events(self) -> Sequence[tuple[str, str | None, str]]:
        """Type, addressee and classification of each event, in order."""
        sent = [r for r in self.publisher.sent if r.topic == f"{self.service}.events.v1"]
        messages = [read(FakeRecord(r.topic, 0, 0, r.key, r.value, r.headers)) for r in sent]
        return [(message.type, message.addressee, message.classification) for message in messages]


@asynccontextmanager
async def at_work(running: Running, instances: int = 1) -> AsyncIterator[Running]:
    """The service with so many workers; what they report is processed as it comes."""
    workers = [
        Worker(
            running.service,
            {DEADLINE: reporting(SystemClock())},
            streams=running.stores.streams,
            claims=running.stores.claims,
            publisher=running.publisher,  # type: ignore[arg-type]
            spans=Spans(running.service, None),
            clock=SystemClock(),
        )
        for _ in range(instances)
    ]

    async def consume() -> None:
        done = 0
        while True:
            reports = [sent for sent in running.publisher.sent if sent.topic == f"{running.service}.commands.v1"]
            for report in reports[done:]:
                headers = [(name, str(value).encode()) for name, value in report.headers]
                await running.processor.process([running.topic.raw(report.key, report.value, headers)])
            done = len(reports)
            await asyncio.sleep(0.02)

    tasks = [*(asyncio.create_task(worker.run()) for worker in workers), asyncio.create_task(consume())]
    try:
        yield running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def asking(stores: Stores) -> AsyncIterator[Running]:
    async with at_work(Running("inquiry", inquiry(AGREEMENTS), INQUIRY_STREAM, stores)) as running:
        yield running


@pytest.fixture
async def notifying(stores: Stores) -> AsyncIterator[Running]:
    async with at_work(Running("reporting", notice(AGREEMENTS), NOTICE_STREAM, stores)) as running:
        yield running


async def until_told(running: Running, count: int) -> None:
    for _ in range(500):
        if len(running.events()) >= count:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"told only: {running.events()}")


async def test_a_question_is_reminded_of_and_overdue_by_the_clock_and_answered_late(asking: Running) -> None:
    # Asked long ago and decided only now, so that both moments have passed.
    long_ago, wished_on = TODAY - timedelta(days=60), (TODAY - timedelta(days=30)).date()
    await asking.send(ask(wished_on=wished_on), sent=long_ago)
    await until_told(asking, 3)
    await asking.send(answer(), originator="jp")
    asked, *by_the_clock, answered = asking.events()
    assert asked == ("InquiryAsked", "jp", "confidential")
    assert by_the_clock == [("InquiryReminded", "jp", "confidential"), ("InquiryOverdue", "jp", "confidential")]
    assert answered == ("InquiryAnswered", "kg", "confidential")
    stored = (await asking.stores.streams.load([INQUIRY_STREAM]))[INQUIRY_STREAM]
    assert stored["intents"] == []
    assert stored["state"]["parts"][0]["late"] is True


async def test_a_deadline_that_was_moved_is_told_of_once_by_several_instances_and_never_at_its_first_moment(
    stores: Stores,
) -> None:
    running = Running("inquiry", inquiry(AGREEMENTS), INQUIRY_STREAM, stores)
    first, agreed = [(TODAY - timedelta(days=days)).date() for days in (40, 10)]
    asked = TODAY - timedelta(days=60)
    # No worker runs meanwhile: both days, the one wished and the one agreed, have passed when they begin.
    await running.send(ask(wished_on=first), sent=asked)
    await running.send(propose(agreed), sent=asked, originator="jp")
    await running.send(accept(agreed), sent=asked)
    stored = (await stores.streams.load([INQUIRY_STREAM]))[INQUIRY_STREAM]
    assert [intent["id"] for intent in stored["intents"]] == ["reminder-2", "overdue-2"]
    async with at_work(running, instances=2):
        await until_told(running, 5)
    by_the_clock = [event for event in running.events() if event[0] in ("InquiryReminded", "InquiryOverdue")]
    assert by_the_clock == [("InquiryReminded", "jp", "confidential"), ("InquiryOverdue", "jp", "confidential")]
    # A restart: what was told is not told again, and nothing is left to tell.
    async with at_work(running):
        await asyncio.sleep(0.2)
    assert len(running.events()) == 5
    stored = (await stores.streams.load([INQUIRY_STREAM]))[INQUIRY_STREAM]
    assert stored["intents"] == []
    assert stored["state"]["due_on"] >= agreed.isoformat()


async def test_a_question_answered_in_time_is_never_reminded_of(asking: Running) -> None:
    await asking.send(ask(wished_on=(TODAY + timedelta(days=30)).date()))
    await asking.send(answer(), originator="jp")
    stored = (await asking.stores.streams.load([INQUIRY_STREAM]))[INQUIRY_STREAM]
    assert (stored["intents"], stored.get("due")) == ([], None)


async def test_a_notice_is_reminded_of_and_overdue_by_the_clock_and_its_result_returned_late(
    notifying: Running,
) -> None:
    long_ago, wished_on = TODAY - timedelta(days=20), (TODAY - timedelta(days=2)).date()
    said = {"learned_at": long_ago, "result_wished_on": wished_on}
    await notifying.send(submit_notice(**said), sent=long_ago)
    await until_told(notifying, 3)
    opened, result = open_investigation(opened_on=long_ago.date()), return_result("none")
    await notifying.send(opened, result, originator="jp")
    notified, *by_the_clock, _, returned = notifying.events()
    assert notified == ("NoticeSubmitted", "jp", "confidential")
    assert by_the_clock == [("NoticeReminded", "jp", "confidential"), ("NoticeOverdue", "jp", "confidential")]
    assert returned == ("ResultReturned", "kg", "confidential")
    stored = (await notifying.stores.streams.load([NOTICE_STREAM]))[NOTICE_STREAM]
    assert stored["intents"] == []
    assert stored["state"]["conclusion"]["late"] is True


async def test_a_notice_that_wishes_its_result_later_is_reminded_of_that_day_alone(notifying: Running) -> None:
    soon, later = ((TODAY + timedelta(days=days)).date() for days in (10, 30))
    learned = {"learned_at": TODAY - timedelta(days=1)}
    await notifying.send(submit_notice(result_wished_on=soon, **learned))
    await notifying.send(correct_notice(2, result_wished_on=later, **learned))
    stored = (await notifying.stores.streams.load([NOTICE_STREAM]))[NOTICE_STREAM]
    assert [intent["id"] for intent in stored["intents"]] == ["reminder-2", "overdue-2"]


async def test_a_report_is_shared_corrected_acknowledged_and_withdrawn(stores: Stores) -> None:
    running = Running("reporting", misconduct_report(AGREEMENTS), REPORT_STREAM, stores)
    learned = {"learned_at": TODAY - timedelta(days=1)}
    await running.send(correct(2, **learned), submit(**learned))
    await running.send(acknowledge(2), originator="jp")
    await running.send(withdraw(), correct(3, **learned))
    assert running.events() == [
        ("MisconductReportCorrected", "jp", "confidential"),
        ("MisconductReportSubmitted", "jp", "confidential"),
        ("MisconductReportAcknowledged", "kg", "confidential"),
        ("MisconductReportWithdrawn", "jp", "confidential"),
        ("CommandRefused", "kg", "confidential"),
    ]
