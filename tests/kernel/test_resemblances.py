"""Resemblances in the real kernel: from the registry's events and reporting's own to what national systems are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from services.reporting.app import COMMANDS_TOPIC, misconduct_report, reported_subjects, resemblance
from services.reporting.reactions import reactors
from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.contracts.sending_organization import SendingOrganizationAccredited
from shared.messaging.envelope import Message, read
from shared.messaging.processor import Processor
from shared.messaging.publisher import outgoing
from shared.messaging.reactions import Reactions
from shared.telemetry.spans import Spans
from tests.bridge_builders import message
from tests.case_builders import AGREEMENTS, NOW, REPORT_STREAM, context, correct, subject, submit, withdraw
from tests.kernel.conftest import RecordingPublisher, Stores
from tests.kernel.counting import FakeRecord, Topic
from tests.organization_builders import organization, permit

FOUND = ("ResemblanceFound", "ApplicantResemblanceFound")


class Reporting:
    """The service's deciders and reactors; all that is read is read twice, as after a crash."""

    def __init__(self, stores: Stores) -> None:
        self.publisher, spans = RecordingPublisher(), Spans("reporting", None)
        self.processor = Processor(
            "reporting",
            [misconduct_report(AGREEMENTS), reported_subjects(), resemblance()],
            streams=stores.streams,
            parked=stores.parked,
            publisher=self.publisher,  # type: ignore[arg-type]
            spans=spans,
            clock=FixedClock(NOW),
        )
        self.reactions = Reactions(
            "reporting",
            reactors(COMMANDS_TOPIC),
            stores.parked,
            self.publisher,  # type: ignore[arg-type]
            spans,
            FixedClock(NOW),
        )
        self.parked = stores.parked
        self.topics: dict[str, Topic] = {}
        self.read = self.handed = 0

    async def hand_in(self, command: Contract) -> None:
        """Of the sending country's bridge, about its report."""
        self.handed += 1
        sent = context(REPORT_STREAM).message._replace(id=f"command-{self.handed}", sequence=self.handed)
        await self._arrives(COMMANDS_TOPIC, sent, command)

    async def hear(self, event: Contract, sequence: int) -> None:
        """Of the registry, about one organization."""
        await self._arrives("registry.events.v1", message(id=f"event-{sequence}", sequence=sequence), event)

    async def _arrives(self, topic: str, envelope: Message, data: Contract) -> None:
        told = envelope._replace(type=type(data).__name__, data=data.model_dump_json().encode())
        await self.publisher.send([outgoing(topic, told)])
        while self.read < len(self.publisher.sent):
            sent = self.publisher.sent[self.read]
            self.read += 1
            known = read(FakeRecord(sent.topic, 0, 0, sent.key, sent.value, sent.headers))
            record = self.topics.setdefault(sent.topic, Topic(sent.topic)).record(known)
            for _ in range(2):
                if sent.topic == COMMANDS_TOPIC:
                    await self.processor.process([record])
                elif sent.topic in self.reactions.topics:
                    await self.reactions.process([record])

    def found(self) -> Sequence[Message]:
        """Each event once, as its subscribers keep it."""
        told = [r for r in self.publisher.sent if r.topic == "reporting.events.v1"]
        every = [read(FakeRecord(r.topic, 0, 0, r.key, r.value, r.headers)) for r in told]
        return list({one.id: one for one in every if one.type in FOUND}.values())


def accredited(name: str) -> SendingOrganizationAccredited:
    known = organization(names={"ky-Latn": name})
    return SendingOrganizationAccredited(organization=known, permit=permit(), recorded_at=NOW)


def named(name: str) -> dict[str, Any]:
    return {"subjects": (subject(names={"ru": name}, identifiers=()),)}


@pytest.mark.parametrize("reported_first", [True, False])
async def test_m1_a_resemblance_is_told_once_to_whom_the_message_went_that_completed_it(
    stores: Stores, reported_first: bool
) -> None:
    reporting = Reporting(stores)
    if reported_first:
        await reporting.hand_in(submit(**named("ОсОО «Жол Ачык»")))
    await reporting.hear(accredited("Jol Achyk LLC"), 1)
    if not reported_first:
        await reporting.hand_in(submit(**named("ОсОО «Жол Ачык»")))
    await reporting.hear(accredited("Jol Achyk LLC"), 2)
    (found,) = reporting.found()
    assert (found.type, found.originator, found.addressee) == ("ResemblanceFound", "kg", "jp")
    assert (found.classification, found.agreement) == ("confidential", "jp-kg")
    assert found.correlationid == "receipt-1"
    assert not await reporting.parked.streams()


async def test_m1_a_corrected_or_withdrawn_report_is_compared_as_it_now_is(stores: Stores) -> None:
    reporting = Reporting(stores)
    await reporting.hand_in(submit(**named("ОсОО «Жол Ачык»")))
    await reporting.hand_in(correct(2, **named("ОсОО «Башка Ат»")))
    await reporting.hear(accredited("Jol Achyk LLC"), 1)
    assert reporting.found() == []
    await reporting.hear(accredited("Bashka At LLC"), 2)
    assert len(reporting.found()) == 1
    await reporting.hand_in(withdraw())
    other = accredited("Bashka At").model_copy(
        update={"organization": organization(registration_number="02602199510022", names={"ru": "Башка Ат"})}
    )
    await reporting.hear(other, 3)
    assert len(reporting.found()) == 1
    assert not await reporting.parked.streams()
