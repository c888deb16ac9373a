"""An example of every event that a bridge may have to deliver. A further matter adds its own to `EVENTS`.

In the examples `kg` (or `xa`) opened the matter and `jp` (or `xb`) is the other side; `placed` puts a bridge's own
country and its partner there instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from services.bridge_kg.app import BRIDGE
from shared.agreements import Agreements
from shared.bridge.core_events import CASE_KINDS
from shared.bridge.kit import About, Bridge
from shared.contracts import (
    amendment,
    consent,
    consultation,
    contact_point_change,
    cooperation_request,
    field_acceptance,
    framework_review,
    improvement_order,
    inquiry,
    notice,
    resemblance,
    residence_matter,
    return_assistance,
    support_organization,
    termination_notice,
    test_catalogue,
    test_fraud_report,
)
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered, NationalReceipt
from shared.contracts.inquiry import (
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
)
from shared.contracts.misconduct_report import (
    AffectedPerson,
    AffectedPersons,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportClosed,
    MisconductReportCorrected,
    MisconductReportDeclined,
    MisconductReportMeasureTaken,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
)
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sealed import sealed_members
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    Application,
    ApplicationRefused,
    ApplicationScreened,
    ApplicationSubmitted,
    CriterionResult,
    Guidance,
    GuidanceGiven,
    Identifier,
    SendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationReinstated,
    SendingOrganizationRenewed,
    SendingOrganizationResumed,
    SendingOrganizationRevoked,
    SendingOrganizationSuspended,
)
from shared.errors import problem
from tests import case_builders as cases
from tests.bridge_builders import fixture

MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
DUE_ON = date(2026, 3, 23)
DELIVERY_ID = "7d6f0a52-0000-5000-8000-000000000001"
RECEIPT_ID = "1c9b8f52-0000-4000-8000-000000000001"
MESSAGE_ID = "MTSOM-2026/000101"

AFFECTED = AffectedPersons(
    persons=(
        AffectedPerson(
            role="worker",
            names={"ky": "Асанов Үсөн Бакыт уулу", "ja": "アサノフ　ウセン"},
            born_on=datetime(2001, 5, 17, tzinfo=UTC).date(),
            identifiers=(Identifier(scheme="kg.pin", value="21705200100123"),),
            contact="+996 555 000 111",
        ),
    )
)
INSIDE: Final[Mapping[str, Any]] = {
    "/report/affected_persons": AFFECTED.model_dump(mode="json"),
    "/report/persons_concerned": test_fraud_report.CONCERNED.model_dump(mode="json"),
    "/returning_person": return_assistance.RETURNING.model_dump(mode="json"),
    "/worker": residence_matter.WORKER.model_dump(mode="json"),
    "/travel_document": return_assistance.TRAVEL_DOCUMENT.model_dump(mode="json"),
}
"""What is in sealed members, wherever they occur."""


def _sending_organizations() -> list[Contract]:
    matter = BRIDGE.inward["accreditation"](fixture("kg", "accreditation")).matter
    assert matter is not None
    command = matter.command
    assert isinstance(command, AccreditSendingOrganization)
    organization, permit = command.organization, command.permit
    decision: dict[str, Any] = {
        "country": "kg",
        "registration_number": "01410199810177",
        "effective_on": permit.valid_from,
        "decision_number": "31-О",
        "recorded_at": MOMENT,
    }
    renewed = {"valid_to": date(2027, 12, 31), "decided_on": date(2026, 12, 1), "decision_number": "44-О"}
    return [
        SendingOrganizationAccredited(organization=organization, permit=permit, recorded_at=MOMENT),
        SendingOrganizationAmended(
            organization=organization, permit=permit, effective_on=permit.valid_from, recorded_at=MOMENT
        ),
        SendingOrganizationRenewed(
            **decision | renewed | {"effective_on": date(2027, 1, 1)},
            organization=organization,
            permit=permit.model_copy(update=renewed),
        ),
        SendingOrganizationSuspended(
            **decision,
            ground={"ky": "Текшерүү жүрүп жатат", "ru": "Проводится проверка"},
            case="jp-入管通第3号",
        ),
        SendingOrganizationResumed(**decision, ground={"ky": "Текшерүү бүттү", "ru": "Проверка завершена"}),
        SendingOrganizationRevoked(
            **decision,
            ground={"ky": "Мыйзамсыз төлөм алган", "ru": "Взимание незаконных платежей"},
            case="jp-入管通第3号",
        ),
        SendingOrganizationReinstated(
            **decision,
            ground={"ky": "Соттун чечими менен", "ru": "По решению суда"},
            organization=organization,
            permit=permit,
        ),
        *_inside(organization),
    ]


def _inside(organization: SendingOrganization) -> list[Contract]:
    """What stays with the country whose organization it is."""
    application = Application(
        organization=organization,
        destination="jp",
        number="З-2026/17",
        purpose="accreditation",
        applied_on=date(2025, 12, 1),
    )
    named: dict[str, Any] = {"country": "kg", "registration_number": organization.registration_number}
    about_it = named | {"application_number": application.number, "recorded_at": MOMENT}
    guidance = Guidance(
        number="Р-2026/4", kind="written", given_on=date(2026, 3, 10), text={"ru": "Знакомить с расчётом."}
    )
    return [
        ApplicationSubmitted(
            application=application, criteria=("human-rights",), criteria_since=date(2023, 7, 6), recorded_at=MOMENT
        ),
        ApplicationScreened(
            **about_it,
            screened_on=date(2025, 12, 15),
            results=(CriterionResult(criterion="human-rights", met=False, note="Жалобы."),),
        ),
        ApplicationRefused(**about_it, refused_on=date(2025, 12, 22), ground={"ru": "Жалобы."}),
        GuidanceGiven(**named, guidance=guidance, recorded_at=MOMENT),
    ]


def _cases() -> list[Contract]:
    ends: dict[str, Any] = {"receipt_id": RECEIPT_ID, "recorded_at": MOMENT}
    shared: dict[str, Any] = ends | {"shared_at": MOMENT}
    report = cases.report(*cases.FINDINGS)
    asked, answered = cases.inquiry(), cases.answer(1)
    declined, corrected = cases.decline(3), cases.correct()
    case: dict[str, Any] = {"country": "kg", "number": cases.INQUIRY_NUMBER}
    return [
        MisconductReportSubmitted(report=report, superseded_by=2, **shared),
        MisconductReportCorrected(**dict(corrected), superseded_by=3, **shared),
        MisconductReportWithdrawn(**dict(cases.withdraw()), **shared),
        MisconductReportAcknowledged(**dict(cases.acknowledge()), by="jp", acknowledged_at=MOMENT, **ends),
        MisconductReportAssessed(**dict(cases.assess(likely=("property_control", "opaque_fees"))), **shared),
        MisconductReportMeasureTaken(**dict(cases.take_report_measure()), **shared),
        MisconductReportClosed(**dict(cases.close(measures=1)), **shared),
        MisconductReportDeclined(**dict(cases.decline_report(measures=1)), **shared),
        InquiryAsked(inquiry=asked, due_on=DUE_ON, remind_at=MOMENT, overdue_at=MOMENT, asked_at=MOMENT, **ends),
        InquiryAnswered(**dict(answered), answered=(1,), open=(2,), late=False, answered_at=MOMENT, **ends),
        InquiryDeclined(**dict(declined), declined=(3,), open=(2,), late=True, declined_at=MOMENT, **ends),
        InquiryReminded(**case, open=(2,), due_on=DUE_ON, recorded_at=MOMENT),
        InquiryOverdue(**case, open=(2,), due_on=DUE_ON, recorded_at=MOMENT),
    ]


def _news() -> list[Contract]:
    delivery = {"country": "jp", "event_id": "e-1", "event_type": "SendingOrganizationAccredited", "delivery_id": "e-1"}
    receipt = NationalReceipt(receipt_number="JP-000001", received_at=MOMENT)
    return [
        MessageDelivered(**delivery, receipt=receipt, digest="sha-256:0", signature="a.b.c"),
        MessageUndelivered(**delivery, problem=problem("withheld", "Its evidence does not hold.", clause="M3b")),
        RegisterEntryPublished(
            publisher="jp",
            register_name="sending-organizations",
            entry="kg-01410199810177",
            revision=1,
            change="accredited",
            published_at=MOMENT,
            url="https://register.example/jp/sending-organizations/kg-01410199810177",
        ),
        CommandRefused(
            command_id=RECEIPT_ID,
            command_type="RevokeSendingOrganization",
            problem=problem("not-accredited", "No accreditation of it was ever recorded.", clause="M7.4"),
        ),
    ]


SHARED: Final[Mapping[type[Contract], Contract]] = {
    type(event): event
    for event in [
        *_sending_organizations(),
        *_cases(),
        *support_organization.EXAMPLES,
        *improvement_order.EXAMPLES,
        *field_acceptance.EXAMPLES,
        *test_catalogue.EXAMPLES,
        *test_fraud_report.EXAMPLES,
        *notice.EXAMPLES,
        *resemblance.EXAMPLES,
        *inquiry.STATED_EXAMPLES,
        *cooperation_request.EXAMPLES,
        *consultation.EXAMPLES,
        *contact_point_change.EXAMPLES,
        *termination_notice.EXAMPLES,
        *amendment.EXAMPLES,
        *framework_review.EXAMPLES,
        *return_assistance.EXAMPLES,
        *residence_matter.EXAMPLES,
        *consent.EXAMPLES,
    ]
}
"""What one side tells the other."""
REPLIES: Final = frozenset(
    {
        MisconductReportAcknowledged,
        MisconductReportAssessed,
        MisconductReportMeasureTaken,
        MisconductReportClosed,
        MisconductReportDeclined,
        test_fraud_report.TestFraudReportAcknowledged,
        test_fraud_report.TestFraudReportAssessed,
        test_fraud_report.TestFraudReportMeasureTaken,
        test_fraud_report.TestFraudReportClosed,
        test_fraud_report.TestFraudReportDeclined,
        notice.InvestigationOpened,
        notice.MeasureTaken,
        notice.ResultReturned,
        notice.NoticeDeclined,
        InquiryAnswered,
        InquiryDeclined,
        *(one.event for kind in CASE_KINDS for one in kind.statements if one.by == "other"),
    }
)
"""Of these, what is told to the side that opened the matter."""
NEWS: Final[Mapping[type[Contract], Contract]] = {type(event): event for event in _news()}
"""What has become of a country's own messages."""
EVENTS: Final[Mapping[type[Contract], Contract]] = {**SHARED, **NEWS}


def placed(event: Contract, opener: str, other: str) -> Contract:
    """The event between these two countries."""
    countries = {"kg": opener, "xa": opener, "jp": other, "xb": other}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: moved(member) for name, member in value.items()}
        if isinstance(value, list):
            return [moved(member) for member in value]
        return countries.get(value, value) if isinstance(value, str) else value

    return type(event).model_validate(moved(event.model_dump(mode="json")))


def partner_of(bridge: Bridge, agreements: Agreements) -> str:
    return next(one.other(bridge.country) for one in agreements if bridge.country in one.parties)


def example_for(bridge: Bridge, agreements: Agreements, event: type[Contract]) -> Contract:
    """The example as this country gets it: of its own matter if it is news or a reply, else of its partner's."""
    partner = partner_of(bridge, agreements)
    if event in NEWS or event in REPLIES:
        return placed(EVENTS[event], bridge.country, partner)
    return placed(SHARED[event], partner, bridge.country)


def as_handed_in_by(bridge: Bridge, agreements: Agreements, event: type[Contract]) -> Contract:
    """The example as this country would cause it, by handing something in."""
    partner = partner_of(bridge, agreements)
    opener, other = (partner, bridge.country) if event in REPLIES else (bridge.country, partner)
    return placed(SHARED[event], opener, other)


def about(event: Contract, opener: str) -> About:
    """What a translation outward is told beside the example."""
    inside = {pointer: INSIDE[pointer] for pointer in sealed_members(type(event))}
    subject = "sending-organization/kg/01410199810177"
    return About(DELIVERY_ID, subject, opener, RECEIPT_ID, MESSAGE_ID, opened=inside)
