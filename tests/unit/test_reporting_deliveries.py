"""How a case learns that the other side has it: from the receipts that the bridges tell of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.inquiry.app import COMMANDS_TOPIC as INQUIRY_COMMANDS
from services.reporting.app import COMMANDS_TOPIC, SHARED
from shared.cases.deliveries import delivery_reactors
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, NationalReceipt, delivery_stream
from shared.contracts.inquiry import KIND as INQUIRY
from shared.contracts.inquiry import InquiryAsked
from shared.messaging.decider import Command
from tests.bridge_builders import message
from tests.case_builders import AGREEMENTS, FRAUD_STREAM, INQUIRY_STREAM, NOTICE_STREAM, REPORT_STREAM, refused_there

MOMENT = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


def delivered(event_type: str = "MisconductReportSubmitted") -> MessageDelivered:
    receipt = NationalReceipt(receipt_number="JP-77", received_at=MOMENT)
    about = {"country": "jp", "event_id": "e-1", "event_type": event_type, "delivery_id": "e-1"}
    return MessageDelivered(**about, receipt=receipt, digest="sha-256:0", signature="a.b.c")


def asked_of(event: Contract, stream: str = REPORT_STREAM, **envelope: Any) -> list[Command]:
    """What reporting asks of itself on this event of the bridge of jp."""
    (reactor,) = [
        reactor
        for reactor in delivery_reactors(AGREEMENTS, SHARED, COMMANDS_TOPIC)
        if reactor.topic == "bridge-jp.events.v1"
    ]
    envelope = {"subject": delivery_stream(stream), "correlationid": "receipt-1"} | envelope
    return list(reactor.react(event, message(**envelope)))


def test_the_bridges_of_all_parties_are_followed() -> None:
    for reactors in (
        delivery_reactors(AGREEMENTS, SHARED, COMMANDS_TOPIC),
        delivery_reactors(AGREEMENTS, {INQUIRY: [InquiryAsked]}, INQUIRY_COMMANDS),
    ):
        assert [reactor.topic for reactor in reactors] == ["bridge-jp.events.v1", "bridge-kg.events.v1"]
        assert all(set(reactor.events) == {"MessageDelivered", "MessageUndelivered"} for reactor in reactors)


def test_a_receipt_of_the_other_sides_national_system_is_told_to_the_case() -> None:
    assert asked_of(delivered()) == [
        Command(
            COMMANDS_TOPIC,
            REPORT_STREAM,
            RecordCaseDelivery(
                receipt_id="receipt-1",
                event_type="MisconductReportSubmitted",
                country="jp",
                receipt_number="JP-77",
                received_at=MOMENT,
            ),
        )
    ]


def test_why_there_is_none_is_told_too() -> None:
    about = {"country": "jp", "event_id": "e-1", "event_type": "MisconductReportCorrected", "delivery_id": "e-1"}
    (command,) = asked_of(MessageUndelivered(**about, problem=refused_there()))
    assert isinstance(command.data, RecordCaseDelivery)
    assert (command.data.problem, command.data.received_at) == (refused_there(), None)


def test_every_kind_of_case_hears_of_its_own_events_alone() -> None:
    (command,) = asked_of(delivered("TestFraudReportCorrected"), stream=FRAUD_STREAM)
    assert command.subject == FRAUD_STREAM
    assert asked_of(delivered("TestFraudReportCorrected")) == []
    assert asked_of(delivered("MisconductReportCorrected"), stream=FRAUD_STREAM) == []
    for event in ("Assessed", "MeasureTaken", "Closed", "Declined"):
        (command,) = asked_of(delivered(f"MisconductReport{event}"))
        assert command.subject == REPORT_STREAM
    for event in ("NoticeSubmitted", "InvestigationOpened", "MeasureTaken", "ResultReturned", "NoticeDeclined"):
        (command,) = asked_of(delivered(event), stream=NOTICE_STREAM)
        assert command.subject == NOTICE_STREAM


@pytest.mark.parametrize("event_type", ["MisconductReportAcknowledged", "CommandRefused", "InquiryAsked"])
def test_what_is_no_sharing_of_a_report_is_passed_over(event_type: str) -> None:
    assert asked_of(delivered(event_type)) == []


def test_other_matters_are_passed_over() -> None:
    assert asked_of(delivered(), stream=INQUIRY_STREAM) == []
    assert asked_of(delivered(), correlationid=None) == []


def test_an_event_that_tells_of_no_delivery_is_a_defect() -> None:
    refused = CommandRefused(command_id="1", command_type="x", problem=refused_there())
    with pytest.raises(TypeError):
        asked_of(refused)
