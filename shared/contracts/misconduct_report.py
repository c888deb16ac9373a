"""Misconduct reports: what intermediaries do to workers, shared promptly by whichever side learns of it (M4.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, Sharing
from shared.contracts.report import (
    Acknowledged,
    Acknowledgement,
    Assessment,
    AssessmentTold,
    Closing,
    Corrected,
    Correction,
    Measure,
    MeasureTold,
    ProtectedPerson,
    Report,
    ReportDeclining,
    Submitted,
    Withdrawal,
    Withdrawn,
)
from shared.contracts.sealed import Sealed
from shared.contracts.sending_organization import Identifier

KIND = "misconduct-report"

Category = Literal["property_control", "penalty_contract", "human_rights", "false_documents", "opaque_fees"]
"""M4.1a to M4.1e, in this order."""
Person = Literal["worker", "would-be-worker", "relative", "associate"]
"""From whom something was taken or asked: by role, never by name."""
Urgency = Literal["immediate", "urgent", "ordinary"]
Act = Literal["violence", "threats", "restriction-of-freedom", "other"]
ContactRule = Literal["do-not-contact", "through-sender-only", "as-noted"]
Falsity = Literal["forged", "altered", "false"]
MeasureKind = Literal["guidance", "warning", "sanction", "referral", "protection", "other"]
"""Taken on a report: `referral` to the police or a prosecutor, `protection` of those affected."""
Role = Literal["sending-organization", "accepting-organization", "support-organization", "intermediary", "other"]


class Money(Contract):
    """An amount of a currency."""

    amount: Decimal
    currency: str
    """ISO 4217, upper case."""


class Taking(Contract):
    """One thing that was collected or is controlled."""

    what: str
    """`deposit`, `passport`, `land title` …, in the reporter's words."""
    value: Money | None = None
    """None where it is no money and was not valued."""
    from_whom: Person


class PropertyControl(Contract):
    """M4.1a: deposits collected, or money or other property controlled, under whatever name."""

    takings: tuple[Taking, ...] = ()
    """At least one, or the report is refused."""


class Term(Contract):
    """One term of a contract that provides for a penalty or another unjust transfer."""

    text: str
    penalty: Money | None = None


class PenaltyContract(Contract):
    """M4.1b: contracts with penalties for non-performance, or otherwise an unjust transfer planned."""

    terms: tuple[Term, ...] = ()
    """At least one, or the report is refused."""
    concluded_on: date | None = None
    bound: Person = "worker"
    """Who is bound by it."""


class SafeContact(Contract):
    """Whether and how those affected may be approached without being harmed by it."""

    rule: ContactRule
    note: str | None = None
    """What to keep to; needed where the rule is `as-noted`."""


class HumanRights(Contract):
    """M4.1c: violence, threats, restriction of freedom or another violation of human rights. Urgent unless said."""

    acts: tuple[Act, ...] = ()
    """At least one, or the report is refused."""
    urgency: Urgency = "urgent"
    safe_contact: SafeContact | None = None
    """Needed, or the report is refused."""


class FalseDocument(Contract):
    """One document or picture that was used or provided."""

    kind: str
    """`language certificate`, `employment contract` …, in the reporter's words."""
    falsity: Falsity
    procedure: str
    """The permission or visa that was to be obtained with it."""


class FalseDocuments(Contract):
    """M4.1d: forged, altered or false documents or pictures, to obtain a permission or visa improperly."""

    documents: tuple[FalseDocument, ...] = ()
    """At least one, or the report is refused."""


class Fee(Contract):
    """One line of what was charged."""

    item: str
    charged: Money
    basis_shown: bool
    """Whether the basis of its calculation was shown."""


class OpaqueFees(Contract):
    """M4.1e: fees charged without showing their basis or without making amount and breakdown fully understood."""

    fees: tuple[Fee, ...] = ()
    """At least one, or the report is refused."""
    explained: str | None = None
    """What was explained to the one who paid, and how; needed, or the report is refused."""


class Findings(Contract):
    """What happened, by category. One or more of them; a report with none is refused."""

    property_control: PropertyControl | None = None
    penalty_contract: PenaltyContract | None = None
    human_rights: HumanRights | None = None
    false_documents: FalseDocuments | None = None
    opaque_fees: OpaqueFees | None = None


class Subject(Contract):
    """Who is said to have done it: a person or a corporation, in either country."""

    kind: Literal["person", "corporation"]
    country: str
    """Where it resides or is registered: a party to the agreement."""
    role: Role
    names: dict[str, str] = Field(default_factory=dict)
    """By language tag with script where needed (BCP 47), as received. Never derived."""
    identifiers: tuple[Identifier, ...] = ()
    """National numbers. A subject has a name or a number, or the report is refused."""
    address: str | None = None
    phones: tuple[str, ...] = ()


class AffectedPerson(ProtectedPerson):
    """Someone to whom it was done."""

    role: Person


class AffectedPersons(Contract):
    """What is sealed in a report's `affected_persons`: this as JSON."""

    persons: tuple[AffectedPerson, ...]


class MisconductReport(Report):
    """All that one side shares of a matter."""

    findings: Findings
    subjects: tuple[Subject, ...] = ()
    """At least one, or the report is refused."""
    occurred_from: date | None = None
    occurred_to: date | None = None
    place: str | None = None
    affected_persons: Sealed | None = None
    """AffectedPersons, for the other side's bridge alone to open."""


class MisconductAssessment(Assessment):
    """Which misconduct the other side finds likely."""

    likely: tuple[Category, ...] = ()


class MisconductMeasure(Measure):
    """Something that was done about misconduct."""

    kind: MeasureKind


def stream_of(agreement: str, country: str, number: str) -> str:
    """Reporting's stream of a report. `country` and `number` are the reporting side's."""
    return case.stream_of(KIND, agreement, country, number)


class SubmitMisconductReport(Contract):
    """M4.1: a side shares what it has learned. This is revision 1."""

    report: MisconductReport


class CorrectMisconductReport(Correction):
    """M4.1: a further revision of a report."""

    report: MisconductReport


class WithdrawMisconductReport(Withdrawal):
    """M4.1: the reporting side takes the report back."""


class AcknowledgeMisconductReport(Acknowledgement):
    """M4.1: the other side has taken note of a report."""


class AssessMisconductReport(AssessmentTold):
    """M4.1: the other side says what it finds likely of a report."""

    assessment: MisconductAssessment


class TakeMeasureOnMisconductReport(MeasureTold):
    """M4.1: the other side has done something about it."""

    measure: MisconductMeasure


class CloseMisconductReport(Closing):
    """M4.1: the other side says what came of a report, and closes it."""


class DeclineMisconductReport(ReportDeclining):
    """M3a: the other side may not go on with a report by its law."""


class MisconductReportSubmitted(Submitted):
    """M4.1: a report is shared with the other side."""

    report: MisconductReport


class MisconductReportCorrected(Corrected):
    """M4.1: a report's further revision is shared with the other side."""

    report: MisconductReport


class MisconductReportWithdrawn(Withdrawn):
    """M4.1: a report is taken back."""


class MisconductReportAcknowledged(Acknowledged):
    """M4.1: the other side has taken note of a report."""


class MisconductReportAssessed(AssessmentTold, Sharing):
    """M4.1: the other side has assessed a report. This and what follows is addressed to the side whose report it is."""

    assessment: MisconductAssessment


class MisconductReportMeasureTaken(MeasureTold, Sharing):
    """M4.1: the other side has done something about it."""

    measure: MisconductMeasure


class MisconductReportClosed(Closing, Sharing):
    """M4.1: the other side has closed a report."""


class MisconductReportDeclined(ReportDeclining, Sharing):
    """M3a: the other side does not go on with a report, and by which law; it is closed."""


COMMANDS: tuple[type[Contract], ...] = (
    SubmitMisconductReport,
    CorrectMisconductReport,
    WithdrawMisconductReport,
    AcknowledgeMisconductReport,
    AssessMisconductReport,
    TakeMeasureOnMisconductReport,
    CloseMisconductReport,
    DeclineMisconductReport,
)
SHARED: tuple[type[Contract], ...] = (
    MisconductReportSubmitted,
    MisconductReportCorrected,
    MisconductReportWithdrawn,
    MisconductReportAssessed,
    MisconductReportMeasureTaken,
    MisconductReportClosed,
    MisconductReportDeclined,
)
"""Events that go to the other side."""

# -- examples -----------------------------------------------------------------------------------------------------

_REPORT = MisconductReport(
    country="xa",
    number="07-12/118",
    learned_at=datetime(2026, 1, 5, 3, 30, tzinfo=UTC),
    summary={"ru": "С кандидатов собирают залог и требуют оплатить обучение без расчёта.", "en": "Deposits are taken."},
    evidence=(
        Attachment(
            title="Расписка",
            digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            media_type="image/jpeg",
            size=311_040,
        ),
    ),
    findings=Findings(
        property_control=PropertyControl(
            takings=(
                Taking(
                    what="залог", value=Money(amount=Decimal("150000"), currency="KGS"), from_whom="would-be-worker"
                ),
            )
        ),
        penalty_contract=PenaltyContract(
            terms=(Term(text="Штраф за расторжение", penalty=Money(amount=Decimal("500000"), currency="JPY")),),
            concluded_on=date(2025, 11, 20),
        ),
        human_rights=HumanRights(
            acts=("threats",), safe_contact=SafeContact(rule="as-noted", note="Звонить только вечером.")
        ),
        false_documents=FalseDocuments(
            documents=(FalseDocument(kind="language certificate", falsity="forged", procedure="status of residence"),)
        ),
        opaque_fees=OpaqueFees(
            fees=(Fee(item="обучение", charged=Money(amount=Decimal("80000"), currency="KGS"), basis_shown=False),),
            explained="Только устно, без разбивки.",
        ),
    ),
    subjects=(
        Subject(
            kind="corporation",
            country="xb",
            role="intermediary",
            names={"ja": "株式会社架空人材", "ja-Latn": "Kakū Jinzai K.K."},
            identifiers=(Identifier(scheme="xb.corporate-number", value="7000012050002"),),
        ),
    ),
    occurred_from=date(2025, 11, 1),
    occurred_to=date(2025, 12, 28),
    place="Бишкек",
    affected_persons="eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.d3JhcHBlZA.aXY.Y2lwaGVydGV4dA.dGFn",
)
_CASE = {"country": "xa", "number": "07-12/118"}
_CORRECTION = CorrectMisconductReport(
    report=_REPORT, revision=2, nature="addition", reason={"ru": "Добавлена расписка."}
)
_WITHDRAWAL = WithdrawMisconductReport(**_CASE, ground={"ru": "Сообщение не подтвердилось."})
_ACKNOWLEDGEMENT = AcknowledgeMisconductReport(
    **_CASE, revision=2, reference="入管通第41号", note={"ja": "調査を始めた。"}
)
_ASSESSING = AssessMisconductReport(
    **_CASE,
    reference="入管情第16号",
    assessment=MisconductAssessment(revision=2, likely=("property_control",), text={"ja": "供述と一致する。"}),
)
_MEASURE = TakeMeasureOnMisconductReport(
    **_CASE,
    reference="入管情第17号",
    measure=MisconductMeasure(number=1, kind="warning", taken_on=date(2026, 1, 14), text={"ja": "警告した。"}),
)
_CLOSING = CloseMisconductReport(
    **_CASE,
    reference="入管情第18号",
    revision=2,
    measures=1,
    outcome="confirmed",
    text={"ja": "保証金の徴収を認めた。"},
)
_DECLINING = DeclineMisconductReport(
    **_CASE,
    reference="入管情第19号",
    revision=2,
    measures=1,
    legal_basis="刑事訴訟法 第47条",
    ground={"ja": "捜査中の事件に関するため。"},
)
_ACCEPTED_AT = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
_RECEIPT = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "recorded_at": _ACCEPTED_AT}
_SHARED = {**_RECEIPT, "shared_at": _ACCEPTED_AT}

EXAMPLES: tuple[Contract, ...] = (
    SubmitMisconductReport(report=_REPORT),
    _CORRECTION,
    _WITHDRAWAL,
    _ACKNOWLEDGEMENT,
    MisconductReportSubmitted(report=_REPORT, superseded_by=2, **_SHARED),
    MisconductReportCorrected(**dict(_CORRECTION), superseded_by=3, **_SHARED),
    MisconductReportWithdrawn(**dict(_WITHDRAWAL), **_SHARED),
    MisconductReportAcknowledged(**dict(_ACKNOWLEDGEMENT), by="xb", acknowledged_at=_ACCEPTED_AT, **_RECEIPT),
    _ASSESSING,
    _MEASURE,
    _CLOSING,
    _DECLINING,
    MisconductReportAssessed(**dict(_ASSESSING), **_SHARED),
    MisconductReportMeasureTaken(**dict(_MEASURE), **_SHARED),
    MisconductReportClosed(**dict(_CLOSING), **_SHARED),
    MisconductReportDeclined(**dict(_DECLINING), **_SHARED),
)
"""One of each command and event."""
