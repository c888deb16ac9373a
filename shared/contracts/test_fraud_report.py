"""Test-fraud reports: impersonation, forged or altered certificates and other cheating in tests (M5.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

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

KIND = "test-fraud-report"

Fraud = Literal["impersonation", "forged_certificate", "altered_certificate", "other"]
"""M5.3, in its order."""
MeasureKind = Literal["annulment", "exclusion", "referral", "other"]
"""Taken on a report: a result or certificate annulled, someone excluded from tests, `referral` to the police or a
prosecutor."""
Concern = Literal["candidate", "impersonator", "holder", "other"]
"""In what way a person is concerned: who was to sit the test, who sat it instead, whose name the certificate bears."""


class TestSession(Contract):
    """Which test it is about, by the numbers of the side that conducts it."""

    test: str
    """The test's identifier. Needed, or the report is refused."""
    session: str | None = None
    """The number of one session of it; needed where someone was impersonated, for that happened in one."""


class Certificate(Contract):
    """A certificate that was forged or altered, or was got by cheating."""

    number: str
    """As it stands there."""
    issuer: str | None = None
    """Who is said to have issued it, as it stands there."""


class PersonConcerned(ProtectedPerson):
    """Someone who cheated, or in whose name it was done."""

    role: Concern


class PersonsConcerned(Contract):
    """What is sealed in a report's `persons_concerned`: this as JSON."""

    persons: tuple[PersonConcerned, ...]


class TestFraudReport(Report):
    """All that one side shares of a fraud."""

    fraud: Fraud
    description: str | None = None
    """In what way; needed where the fraud is `other`."""
    test: TestSession
    certificates: tuple[Certificate, ...] = ()
    """At least one where one was forged or altered."""
    persons_concerned: Sealed | None = None
    """PersonsConcerned, for the other side's bridge alone to open."""


class TestFraudAssessment(Assessment):
    """Which fraud the other side finds likely."""

    likely: tuple[Fraud, ...] = ()


class TestFraudMeasure(Measure):
    """Something that was done about a fraud."""

    kind: MeasureKind


def stream_of(agreement: str, country: str, number: str) -> str:
    """Reporting's stream of a report. `country` and `number` are the reporting side's."""
    return case.stream_of(KIND, agreement, country, number)


# -- commands -----------------------------------------------------------------------------------------------------


class SubmitTestFraudReport(Contract):
    """M5.3: a side shares what it has learned. This is revision 1."""

    report: TestFraudReport


class CorrectTestFraudReport(Correction):
    """M5.3: a further revision of a report."""

    report: TestFraudReport


class WithdrawTestFraudReport(Withdrawal):
    """M5.3: the reporting side takes the report back."""


class AcknowledgeTestFraudReport(Acknowledgement):
    """M5.3: the other side has taken note of a report."""


class AssessTestFraudReport(AssessmentTold):
    """M5.3: the other side says what it finds likely of a report."""

    assessment: TestFraudAssessment


class TakeMeasureOnTestFraudReport(MeasureTold):
    """M5.3: the other side has done something about it."""

    measure: TestFraudMeasure


class CloseTestFraudReport(Closing):
    """M5.3: the other side says what came of a report, and closes it."""


class DeclineTestFraudReport(ReportDeclining):
    """M3a: the other side may not go on with a report by its law."""


# -- events -------------------------------------------------------------------------------------------------------


class TestFraudReportSubmitted(Submitted):
    """M5.3: a report is shared with the other side."""

    report: TestFraudReport


class TestFraudReportCorrected(Corrected):
    """M5.3: a report's further revision is shared with the other side."""

    report: TestFraudReport


class TestFraudReportWithdrawn(Withdrawn):
    """M5.3: a report is taken back."""


class TestFraudReportAcknowledged(Acknowledged):
    """M5.3: the other side has taken note of a report."""


class TestFraudReportAssessed(AssessmentTold, Sharing):
    """M5.3: the other side has assessed a report. This and what follows is addressed to the side whose report it is."""

    assessment: TestFraudAssessment


class TestFraudReportMeasureTaken(MeasureTold, Sharing):
    """M5.3: the other side has done something about it."""

    measure: TestFraudMeasure


class TestFraudReportClosed(Closing, Sharing):
    """M5.3: the other side has closed a report."""


class TestFraudReportDeclined(ReportDeclining, Sharing):
    """M3a: the other side does not go on with a report, and by which law; it is closed."""


COMMANDS: tuple[type[Contract], ...] = (
    SubmitTestFraudReport,
    CorrectTestFraudReport,
    WithdrawTestFraudReport,
    AcknowledgeTestFraudReport,
    AssessTestFraudReport,
    TakeMeasureOnTestFraudReport,
    CloseTestFraudReport,
    DeclineTestFraudReport,
)
SHARED: tuple[type[Contract], ...] = (
    TestFraudReportSubmitted,
    TestFraudReportCorrected,
    TestFraudReportWithdrawn,
    TestFraudReportAssessed,
    TestFraudReportMeasureTaken,
    TestFraudReportClosed,
    TestFraudReportDeclined,
)
"""Events that go to the other side."""

# -- examples -----------------------------------------------------------------------------------------------------

CONCERNED = PersonsConcerned(
    persons=(
        PersonConcerned(
            role="candidate",
            names={"ky": "Асанов Үсөн Бакыт уулу", "ja": "アサノフ　ウセン"},
            born_on=date(2001, 5, 17),
            identifiers=(Identifier(scheme="xc.personal-number", value="21705200100123"),),
            contact="+996 555 000 111",
        ),
        PersonConcerned(role="impersonator", names={"ky": "Токтогулов Эркин"}),
    )
)
"""What is sealed in the examples."""
_REPORT = TestFraudReport(
    country="xa",
    number="ТЕСТ-2026/7",
    learned_at=datetime(2026, 1, 12, 3, 30, tzinfo=UTC),
    summary={"ru": "Вместо кандидата экзамен сдал другой человек.", "ja": "受験者とは別の者が受験した。"},
    evidence=(
        Attachment(
            title="Фото с экзамена",
            digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            media_type="image/jpeg",
            size=212_904,
        ),
    ),
    fraud="impersonation",
    description="По фотографии на входе.",
    test=TestSession(test="JFT-Basic", session="2025-11-БИШ-03"),
    certificates=(Certificate(number="JFT-2512-004417", issuer="国際交流基金"),),
    persons_concerned="eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.a2V5.aXY.Y2lwaGVy.dGFn",
)
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_CORRECTION = CorrectTestFraudReport(
    report=_REPORT, revision=2, nature="addition", reason={"ru": "Получено фото с экзамена."}
)
_WITHDRAWAL = WithdrawTestFraudReport(country="xa", number="ТЕСТ-2026/7", ground={"ru": "Личность подтверждена."})
_ACKNOWLEDGEMENT = AcknowledgeTestFraudReport(
    country="xa", number="ТЕСТ-2026/7", revision=2, reference="入管試第4号", note={"ja": "合格を保留しました。"}
)
_CASE = {"country": "xa", "number": "ТЕСТ-2026/7"}
_ASSESSING = AssessTestFraudReport(
    **_CASE,
    reference="入管試第5号",
    assessment=TestFraudAssessment(revision=2, likely=("impersonation",), text={"ja": "顔写真が一致しない。"}),
)
_MEASURE = TakeMeasureOnTestFraudReport(
    **_CASE,
    reference="入管試第6号",
    measure=TestFraudMeasure(number=1, kind="annulment", taken_on=date(2026, 1, 14), text={"ja": "合格を取り消した。"}),
)
_CLOSING = CloseTestFraudReport(
    **_CASE, reference="入管試第7号", revision=2, measures=1, outcome="confirmed", text={"ja": "替え玉受験と認めた。"}
)
_DECLINING = DeclineTestFraudReport(
    **_CASE,
    reference="入管試第8号",
    revision=2,
    measures=1,
    legal_basis="刑事訴訟法 第47条",
    ground={"ja": "捜査中の事件に関するため。"},
)
_RECEIPT_ID = "1c9b8f52-0000-4000-8000-000000000001"
_SHARED = {"receipt_id": _RECEIPT_ID, "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    SubmitTestFraudReport(report=_REPORT),
    _CORRECTION,
    _WITHDRAWAL,
    _ACKNOWLEDGEMENT,
    TestFraudReportSubmitted(report=_REPORT, superseded_by=2, **_SHARED),
    TestFraudReportCorrected(**dict(_CORRECTION), superseded_by=3, **_SHARED),
    TestFraudReportWithdrawn(**dict(_WITHDRAWAL), **_SHARED),
    TestFraudReportAcknowledged(
        **dict(_ACKNOWLEDGEMENT), by="xb", receipt_id=_RECEIPT_ID, acknowledged_at=_MOMENT, recorded_at=_MOMENT
    ),
    _ASSESSING,
    _MEASURE,
    _CLOSING,
    _DECLINING,
    TestFraudReportAssessed(**dict(_ASSESSING), **_SHARED),
    TestFraudReportMeasureTaken(**dict(_MEASURE), **_SHARED),
    TestFraudReportClosed(**dict(_CLOSING), **_SHARED),
    TestFraudReportDeclined(**dict(_DECLINING), **_SHARED),
)
"""One of each command and event."""
