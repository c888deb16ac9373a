"""Inquiry: the rules of each matter, its topics, its deadlines and its read API put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.inquiry.consents import decisions as consents
from services.inquiry.consents.model import ConsentRecord
from services.inquiry.consents.model import evolve as evolve_consent
from services.inquiry.consultations import decisions as consultations
from services.inquiry.consultations.model import ConsultationRecord
from services.inquiry.consultations.model import evolve as evolve_consultation
from services.inquiry.consultations.reactions import react as propose_next
from services.inquiry.cooperation_requests import decisions as cooperation_requests
from services.inquiry.cooperation_requests.model import CooperationRequestRecord
from services.inquiry.cooperation_requests.model import evolve as evolve_cooperation_request
from services.inquiry.inquiries import decisions as inquiries
from services.inquiry.inquiries.model import InquiryRecord
from services.inquiry.inquiries.model import evolve as evolve_inquiry
from services.inquiry.residence_matters import decisions as residence_matters
from services.inquiry.residence_matters.model import ResidenceMatterRecord
from services.inquiry.residence_matters.model import evolve as evolve_residence_matter
from services.inquiry.return_assistance import decisions as return_assistance_rules
from services.inquiry.return_assistance.model import ReturnAssistanceRecord
from services.inquiry.return_assistance.model import evolve as evolve_return_assistance
from shared.agreements import Agreements
from shared.cases.api import router as cases_router
from shared.cases.deadlines import reporting
from shared.cases.deciding import case_decider
from shared.cases.deliveries import delivery_reactors
from shared.cases.rules import DEADLINE
from shared.contracts import consent as consenting
from shared.contracts import consultation as meetings
from shared.contracts import cooperation_request as cooperation
from shared.contracts import inquiry as questions
from shared.contracts import residence_matter as residence
from shared.contracts import return_assistance as returning
from shared.contracts.base import Contract
from shared.messaging.decider import Decider, Reactor
from shared.service import Runtime, Service
from shared.settings import Settings

NAME = "inquiry"
COMMANDS_TOPIC = "inquiry.commands.v1"
SHARED: Mapping[str, tuple[type[Contract], ...]] = {
    questions.KIND: questions.SHARED,
    cooperation.KIND: cooperation.CASES.shared,
    meetings.KIND: meetings.CASES.shared,
    returning.KIND: returning.CASES.shared,
    residence.KIND: residence.CASES.shared,
    consenting.KIND: consenting.CASES.shared,
}
"""Events of which it is recorded when the other side's national system received them, by kind of case."""


def inquiry(agreements: Agreements) -> Decider[InquiryRecord]:
    """The decider of inquiries under these agreements."""
    return case_decider(agreements, questions.KIND, questions.COMMANDS, InquiryRecord, inquiries.decide, evolve_inquiry)


def cooperation_request(agreements: Agreements) -> Decider[CooperationRequestRecord]:
    """The decider of cooperation requests under these agreements."""
    return case_decider(
        agreements,
        cooperation.KIND,
        cooperation.CASES.commands,
        CooperationRequestRecord,
        cooperation_requests.decide,
        evolve_cooperation_request,
    )


def consultation(agreements: Agreements) -> Decider[ConsultationRecord]:
    """The decider of consultations under these agreements."""
    return case_decider(
        agreements,
        meetings.KIND,
        (*meetings.CASES.commands, meetings.ProposeNextConsultation),
        ConsultationRecord,
        consultations.decide,
        evolve_consultation,
    )


def return_assistance(agreements: Agreements) -> Decider[ReturnAssistanceRecord]:
    """The decider of return assistance under these agreements."""
    return case_decider(
        agreements,
        returning.KIND,
        returning.CASES.commands,
        ReturnAssistanceRecord,
        return_assistance_rules.decide,
        evolve_return_assistance,
    )


def residence_matter(agreements: Agreements) -> Decider[ResidenceMatterRecord]:
    """The decider of residence matters under these agreements."""
    return case_decider(
        agreements,
        residence.KIND,
        residence.CASES.commands,
        ResidenceMatterRecord,
        residence_matters.decide,
        evolve_residence_matter,
    )


def consent(agreements: Agreements) -> Decider[ConsentRecord]:
    """The decider of consents under these agreements."""
    return case_decider(
        agreements, consenting.KIND, consenting.CASES.commands, ConsentRecord, consents.decide, evolve_consent
    )


SCHEDULES = Reactor(
    "inquiry.events.v1", {meetings.NextConsultationDue.__name__: meetings.NextConsultationDue}, propose_next
)
"""What regular consultations ask for by themselves."""


def deciders(agreements: Agreements) -> Sequence[Decider[Any]]:
    """The deciders of every kind of case."""
    return [
        inquiry(agreements),
        cooperation_request(agreements),
        consultation(agreements),
        return_assistance(agreements),
        residence_matter(agreements),
        consent(agreements),
    ]


def build(runtime: Runtime[Settings]) -> Service:
    """The service as the kernel runs it."""
    agreements = runtime.agreements
    return Service(
        name=NAME,
        deciders=deciders(agreements),
        reactors=[*delivery_reactors(agreements, SHARED, COMMANDS_TOPIC), SCHEDULES],
        handlers={DEADLINE: reporting(runtime.clock)},
        routers=[cases_router(deciders(agreements), runtime.streams, agreements, runtime.clock)],
        description="What either side has asked the other, what is answered, and what is due or overdue.",
    )
