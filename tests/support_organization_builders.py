"""Builders for support organizations, as a register's editions tell the registry of them. Names are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.registry.support_organizations.decisions import decide
from services.registry.support_organizations.model import SupportOrganizationRecord, evolve
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.support_organization import (
    AmendSupportOrganization,
    Office,
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
    RemoveSupportOrganization,
    ResumeSupportOrganization,
    SpokenLanguage,
    SupportOrganization,
    SuspendSupportOrganization,
    register_stream_of,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal
from shared.messaging.envelope import Message

NUMBER = "19登-000001"
STREAM = stream_of("jp", NUMBER)
REGISTER_STREAM = register_stream_of("jp")
NOW = datetime(2026, 8, 4, 0, 30, tzinfo=UTC)
MAY, JUNE, AUGUST = date(2026, 5, 11), date(2026, 6, 8), date(2026, 8, 3)


def organization(**changes: Any) -> SupportOrganization:
    facts: dict[str, Any] = {
        "country": "jp",
        "registration_number": NUMBER,
        "registered_on": date(2019, 4, 26),
        "names": {"ja": "株式会社岩﨑サポート"},
        "main_office": Office(postal_code="100-8977", address="東京都千代田区霞が関１丁目１－１"),
        "phones": ("03-0000-0000",),
        "representatives": ("岩﨑　一郎",),
        "offices": (Office(name="本社", postal_code="100-8977", address="東京都千代田区霞が関１丁目１－１"),),
        "support_content": "全部",
        "planned_start_on": date(2019, 5, 7),
        "languages": (SpokenLanguage(name="英語", tag="en"), SpokenLanguage(name="キルギス語", tag="ky")),
        "languages_text": "英語、キルギス語",
    }
    return SupportOrganization(**facts | changes)


def suspended(**changes: Any) -> SupportOrganization:
    notice: dict[str, Any] = {
        "remarks": "２０２６年５月７日支援業務休止の届出",
        "status": "suspended",
        "suspended_on": date(2026, 5, 7),
    }
    return organization(**notice | changes)


def register(edition: date = MAY, **changes: Any) -> RegisterSupportOrganization:
    return RegisterSupportOrganization(organization=organization(**changes), edition_date=edition)


def amend(edition: date = JUNE, **changes: Any) -> AmendSupportOrganization:
    moved = {"main_office": Office(postal_code="540-0008", address="大阪府大阪市中央区大手前４丁目１－６７")}
    return AmendSupportOrganization(organization=organization(**moved | changes), edition_date=edition)


def suspend(edition: date = JUNE, **changes: Any) -> SuspendSupportOrganization:
    return SuspendSupportOrganization(organization=suspended(**changes), edition_date=edition)


def resume(edition: date = AUGUST, **changes: Any) -> ResumeSupportOrganization:
    return ResumeSupportOrganization(organization=organization(**changes), edition_date=edition)


def remove(edition: date = AUGUST, number: str = NUMBER, place: int | None = None) -> RemoveSupportOrganization:
    return RemoveSupportOrganization(country="jp", registration_number=number, edition_date=edition, place=place)


def edition(on: date, *numbers: str, **changes: Any) -> RecordSupportOrganizationEdition:
    facts: dict[str, Any] = {"country": "jp", "edition_date": on, "registration_numbers": numbers}
    return RecordSupportOrganizationEdition(**facts | changes)


def context(now: datetime = NOW, **envelope: Any) -> Context:
    """Of a command that the register's own country sends the other side."""
    attributes: dict[str, Any] = {
        "id": "5b0c1f0e-0000-4000-8000-000000000002",
        "source": "/bridge-jp/ledger",
        "type": "RegisterSupportOrganization",
        "subject": STREAM,
        "time": rfc3339(now),
        "data": b"{}",
        "agreement": "jp-kg",
        "originator": "jp",
        "addressee": "kg",
    }
    return Context(Message(**attributes | envelope), now)


def told(state: SupportOrganizationRecord, decided: Decided | Refusal) -> SupportOrganizationRecord:
    """The state after a decision: a refusal leaves it as it is."""
    for event in decided.events if isinstance(decided, Decided) else ():
        state = evolve(state, event)
    return state


def record_after(*commands: Contract, now: datetime = NOW) -> SupportOrganizationRecord:
    """The record of an organization that these commands were taken for, in this order. Fails where one is refused."""
    state = SupportOrganizationRecord()
    for command in commands:
        decided = decide(state, command, context(now))
        assert isinstance(decided, Decided), decided
        state = told(state, decided)
    return state
