"""Cases at the border: streams that carry the agreement, and news of the clock for whom it is meant."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.bridge.app import reactors
from shared.bridge.core_events import SAYS_THE_SAME
from shared.bridge.decisions import react
from shared.bridge.entries import StoredReceipt
from shared.bridge.intake import commanding
from shared.bridge.kit import Bridge, Matter
from shared.bridge.ledger import Draft
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.delivery import DeliverMessage, MessageDelivered, NationalReceipt, RecordOutcome
from shared.contracts.inquiry import InquiryAsked, InquiryOverdue, InquiryReminded, stream_of
from shared.contracts.misconduct_report import MisconductReportSubmitted
from shared.contracts.notice import NoticeOverdue, NoticeReminded
from shared.messaging.decider import Command
from tests.bridge_builders import message, public_keys
from tests.case_builders import (
    AGREEMENTS,
    INQUIRY_NUMBER,
    INQUIRY_STREAM,
    NOTICE_NUMBER,
    NOTICE_STREAM,
    NOW,
    ask,
    inquiry,
    report,
)

CLOCK: dict[str, Any] = {"country": "kg", "number": INQUIRY_NUMBER, "open": (1,), "due_on": date(2026, 3, 23)}
reminded = InquiryReminded(**CLOCK, recorded_at=NOW)
overdue = InquiryOverdue(**CLOCK, recorded_at=NOW)
asked = InquiryAsked(
    inquiry=inquiry(), due_on=date(2026, 3, 23), overdue_at=NOW, receipt_id="receipt-1", asked_at=NOW, recorded_at=NOW
)
TAKEN = {event.__name__ for event in (InquiryReminded, InquiryOverdue, InquiryAsked, MessageDelivered)}


def reaction(country: str, event: Contract, **envelope: Any) -> list[Command]:
    """Of the bridge of this country, whose national system takes everything, to news of kg's inquiry."""
    envelope = {"subject": INQUIRY_STREAM, "type": type(event).__name__} | envelope
    return list(react(country, TAKEN, event, message(**envelope)))


def told(commands: list[Command]) -> list[type[Contract]]:
    return [type(command.data) for command in commands]


def test_the_stream_of_a_case_carries_the_agreement_it_is_sent_under() -> None:
    matter = Matter(ask(), "inquiry.commands.v1", stream_of(AGREEMENT, "kg", INQUIRY_NUMBER), "jp")
    receipt = StoredReceipt(receipt_id="receipt-1", status="accepted")
    draft = Draft("sha-256:0", b"{}", "application/json", receipt, rfc3339(NOW), "submitter:m@kg")
    sent = commanding(draft, matter, "jp-kg", Bridge("kg"), public_keys)
    assert sent.command is not None
    assert sent.subject == sent.command.subject == INQUIRY_STREAM


def test_an_inquiry_goes_to_the_side_asked_and_onto_the_receipt_of_the_side_that_asks() -> None:
    assert told(reaction("jp", asked)) == [DeliverMessage]
    assert told(reaction("kg", asked)) == [RecordOutcome]


def test_a_reminder_goes_to_the_side_asked_alone() -> None:
    assert told(reaction("jp", reminded)) == [DeliverMessage]
    assert reaction("kg", reminded) == []


def test_that_it_is_overdue_goes_to_both_sides_and_onto_no_receipt() -> None:
    for country in ("jp", "kg"):
        (command,) = reaction(country, overdue)
        assert isinstance(command.data, DeliverMessage)
        assert command.addressee == country


def test_of_a_notice_it_is_told_alike() -> None:
    case = {"country": "kg", "number": NOTICE_NUMBER, "result_wished_on": date(2026, 3, 20), "recorded_at": NOW}
    taken = {"NoticeReminded", "NoticeOverdue"}

    def told_at(country: str, event: Contract) -> int:
        return len(react(country, taken, event, message(type=type(event).__name__, subject=NOTICE_STREAM)))

    assert (told_at("jp", NoticeReminded(**case)), told_at("kg", NoticeReminded(**case))) == (1, 0)
    assert (told_at("jp", NoticeOverdue(**case)), told_at("kg", NoticeOverdue(**case))) == (1, 1)


def test_a_national_system_that_takes_no_such_news_gets_none() -> None:
    for country in ("jp", "kg"):
        assert react(country, (), overdue, message(type="InquiryOverdue", subject=INQUIRY_STREAM)) == []


@pytest.mark.parametrize("event_type", ["InquiryReminded", "InquiryOverdue"])
def test_the_delivery_of_such_news_is_not_told_to_the_side_that_asked(event_type: str) -> None:
    receipt = NationalReceipt(receipt_number="JP-1", received_at=NOW)
    about = {"country": "jp", "event_id": "e", "event_type": event_type, "delivery_id": "e"}
    delivered = MessageDelivered(**about, receipt=receipt, digest="sha-256:0", signature="a.b.c")
    assert reaction("kg", delivered, addressee="kg") == []


def test_every_bridge_hears_of_cases() -> None:
    topics = {reactor.topic: set(reactor.events) for reactor in reactors(Bridge("kg"), AGREEMENTS)}
    assert {"InquiryOverdue", "InquiryAnswered", "CommandRefused"} <= topics["inquiry.events.v1"]
    assert {"MisconductReportSubmitted", "CommandRefused"} <= topics["reporting.events.v1"]


def test_an_event_has_all_that_its_command_had() -> None:
    for event, command in SAYS_THE_SAME.items():
        if event.__module__ in (InquiryAsked.__module__, MisconductReportSubmitted.__module__):
            assert set(command.model_fields) <= set(event.model_fields), event


def test_a_command_made_again_from_its_event_is_the_same_to_the_letter() -> None:
    event = MisconductReportSubmitted(
        report=report("property_control", "opaque_fees"), receipt_id="r", shared_at=NOW, recorded_at=NOW
    )
    command = SAYS_THE_SAME[MisconductReportSubmitted]
    again = command.model_validate_json(event.model_dump_json())
    assert again.model_dump_json() == command.model_validate({"report": event.report}).model_dump_json()
