"""Inquiry: the rules of each matter, its topics, its deadlines and its read API put together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.inquiry.inquiries import api as inquiries_api
from services.inquiry.inquiries import decisions as inquiries
from services.inquiry.inquiries.model import InquiryRecord
from services.inquiry.inquiries.model import evolve as evolve_inquiry
from shared.agreements import Agreements
from shared.cases.deadlines import reporting
from shared.cases.deliveries import delivery_reactors
from shared.cases.listing import Cases
from shared.cases.rules import DEADLINE
from shared.contracts import inquiry as questions
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.messaging.decider import Decider
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "inquiry"
COMMANDS_TOPIC = "inquiry.commands.v1"
SHARED: Mapping[str, tuple[type[Contract], ...]] = {
    questions.KIND: questions.SHARED,
}
"""Events of which it is recorded when the other side's national system received them, by kind of case."""


def inquiry(agreements: Agreements) -> Decider[InquiryRecord]:
    """The decider of inquiries under these agreements."""
    return Decider(
        kind=questions.KIND,
        state=InquiryRecord,
        commands=_named(*questions.COMMANDS),
        initial=lambda _: InquiryRecord(),
        decide=partial(inquiries.decide, agreements.get),
        evolve=evolve_inquiry,
    )


def _named(*commands: type[Contract]) -> Mapping[str, type[Contract]]:
    """By their types; every case is told of its deliveries, and by the clock of its deadlines."""
    every: tuple[type[Contract], ...] = (*commands, RecordCaseDelivery, ReportDeadline)
    return {command.__name__: command for command in every}


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=[inquiry(agreements)],
        reactors=delivery_reactors(agreements, SHARED, COMMANDS_TOPIC),
        handlers={DEADLINE: reporting(runtime.clock)},
        routers=[inquiries_api.router(Cases(runtime.streams, agreements, questions.KIND, InquiryRecord))],
        description="What either side has asked the other, what is answered, and what is due or overdue.",
    )
