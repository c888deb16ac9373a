"""Builders for commands about sending organizations, as the registry gets them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from services.registry.sending_organizations import decisions
from services.registry.sending_organizations.model import SendingOrganizationRecord, evolve
from shared.agreements import load_agreements
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    Application,
    CriterionResult,
    GiveGuidance,
    Guidance,
    Permit,
    RefuseApplication,
    ReinstateSendingOrganization,
    RenewSendingOrganization,
    ResumeSendingOrganization,
    RevokeSendingOrganization,
    ScreenApplication,
    SendingOrganization,
    SubmitApplication,
    SuspendSendingOrganization,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal
from shared.messaging.envelope import Message

NUMBER = "01203202410077"
STREAM = stream_of("kg", NUMBER)
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


decide = partial(decisions.decide, load_agreements(Path(__file__).parents[1] / "deploy" / "agreements").get)


def organization(**changes: Any) -> SendingOrganization:
    facts: dict[str, Any] = {
        "country": "kg",
        "registration_number": NUMBER,
        "names": {"ky": "«Ала-Тоо Эмгек» ЖЧК", "ru": "ОсОО «Ала-Тоо Эмгек»"},
    }
    return SendingOrganization(**facts | changes)


def permit(**changes: Any) -> Permit:
    facts: dict[str, Any] = {
        "number": "17/26",
        "destination": "jp",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
    }
    return Permit(**facts | changes)


def accredit(application_number: str | None = None, **changes: Any) -> AccreditSendingOrganization:
    """For 2026; `changes` are the permit's."""
    return AccreditSendingOrganization(
        organization=organization(), permit=permit(**changes), application_number=application_number
    )


def amend(effective_on: date = date(2026, 6, 1), **changes: Any) -> AmendSendingOrganization:
    """The address; `changes` are the permit's."""
    changed = organization(address="г. Ош, ул. Ленина, д. 312")
    return AmendSendingOrganization(organization=changed, permit=permit(**changes), effective_on=effective_on)


def revoke(effective_on: date = date(2026, 9, 1), registration_number: str = NUMBER) -> RevokeSendingOrganization:
    return RevokeSendingOrganization(
        country="kg",
        registration_number=registration_number,
        effective_on=effective_on,
        ground={"ru": "С работников взимались платежи без основания."},
    )


def renew(
    decided_on: date = date(2026, 12, 1),
    valid_to: date = date(2027, 12, 31),
    application_number: str | None = None,
) -> RenewSendingOrganization:
    """For another year."""
    return RenewSendingOrganization(
        country="kg",
        registration_number=NUMBER,
        decided_on=decided_on,
        decision_number="44-О",
        valid_to=valid_to,
        application_number=application_number,
    )


def suspend(effective_on: date = date(2026, 7, 1), why: str = "Проводится проверка.") -> SuspendSendingOrganization:
    return SuspendSendingOrganization(
        country="kg", registration_number=NUMBER, effective_on=effective_on, ground={"ru": why}
    )


def resume(effective_on: date = date(2026, 8, 1), why: str = "Нарушений не выявлено.") -> ResumeSendingOrganization:
    return ResumeSendingOrganization(
        country="kg", registration_number=NUMBER, effective_on=effective_on, ground={"ru": why}
    )


def reinstate(effective_on: date = date(2026, 11, 1)) -> ReinstateSendingOrganization:
    return ReinstateSendingOrganization(
        country="kg",
        registration_number=NUMBER,
        effective_on=effective_on,
        ground={"ru": "По решению суда."},
        decision_number="39-О",
    )


APPLICATION = "З-2026/17"
CRITERIA = (
    "lawful-business",
    "proper-selection",
    "no-property-control",
    "no-penalty-contracts",
    "human-rights",
    "true-documents",
    "transparent-fees",
)


def apply(**changes: Any) -> SubmitApplication:
    """For an accreditation."""
    facts: dict[str, Any] = {
        "organization": organization(),
        "destination": "jp",
        "number": APPLICATION,
        "purpose": "accreditation",
        "applied_on": date(2025, 12, 1),
    }
    return SubmitApplication(application=Application(**facts | changes))


def screen(
    *criteria: str, met: bool = True, screened_on: date = date(2025, 12, 15), application_number: str = APPLICATION
) -> ScreenApplication:
    """All criteria where none is named."""
    return ScreenApplication(
        country="kg",
        registration_number=NUMBER,
        application_number=application_number,
        screened_on=screened_on,
        results=tuple(CriterionResult(criterion=one, met=met, note="Проверено.") for one in criteria or CRITERIA),
    )


def refuse(application_number: str = APPLICATION, refused_on: date = date(2025, 12, 22)) -> RefuseApplication:
    return RefuseApplication(
        country="kg",
        registration_number=NUMBER,
        application_number=application_number,
        refused_on=refused_on,
        ground={"ru": "Не показан расчёт платежей."},
    )


def guide(number: str = "Р-2026/4", given_on: date = date(2026, 3, 10)) -> GiveGuidance:
    return GiveGuidance(
        country="kg",
        registration_number=NUMBER,
        guidance=Guidance(
            number=number, kind="written", given_on=given_on, text={"ru": "Знакомить работников с расчётом платежей."}
        ),
    )


def context(now: datetime = NOW, **envelope: Any) -> Context:
    """Of a command that the organization's own country sends the other side."""
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000001",
        "source": "/bridge-kg/ledger",
        "type": "AccreditSendingOrganization",
        "subject": STREAM,
        "time": rfc3339(now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": "kg",
        "addressee": "jp",
    }
    return Context(Message(**attributes | envelope), now)


def told(state: SendingOrganizationRecord, decided: Decided | Refusal) -> SendingOrganizationRecord:
    """The state after a decision: a refusal leaves it as it is."""
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state


def record_after(*commands: Contract, now: datetime = NOW) -> SendingOrganizationRecord:
    """The record of an organization that these commands were taken for, in this order. Fails where one is refused."""
    state = SendingOrganizationRecord()
    for command in commands:
        decided = decide(state, command, context(now))
        assert isinstance(decided, Decided), decided
        state = told(state, decided)
    return state
