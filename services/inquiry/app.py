"""Inquiry: its rules, its topics, its deadlines and its read API put together."""

from __future__ import annotations

from functools import partial

from services.inquiry import api
from services.inquiry.deadlines import reporting
from services.inquiry.decisions import DEADLINE, decide
from services.inquiry.model import InquiryRecord, evolve
from shared.agreements import Agreements
from shared.cases.deliveries import delivery_reactors
from shared.cases.listing import Cases
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.inquiry import (
    KIND,
    AnswerInquiry,
    AskInquiry,
    DeclineInquiry,
    InquiryAsked,
    ReportDeadline,
)
from shared.messaging.decider import Decider
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "inquiry"
COMMANDS_TOPIC = "inquiry.commands.v1"


def inquiry(agreements: Agreements) -> Decider[InquiryRecord]:
    """The decider of inquiries under these agreements."""
    return Decider(
        kind=KIND,
        state=InquiryRecord,
        commands={
            command.__name__: command
            for command in (AskInquiry, AnswerInquiry, DeclineInquiry, ReportDeadline, RecordCaseDelivery)
        },
        initial=lambda _: InquiryRecord(),
        decide=partial(decide, agreements.get),
        evolve=evolve,
    )


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=[inquiry(agreements)],
        reactors=delivery_reactors(agreements, {KIND: [InquiryAsked]}, COMMANDS_TOPIC),
        handlers={DEADLINE: reporting(runtime.clock)},
        routers=[api.router(Cases(runtime.streams, agreements, KIND, InquiryRecord))],
        description="What either side has asked the other, what is answered, and what is due or overdue.",
    )
