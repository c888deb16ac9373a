"""Test-fraud reports: impersonation, forged or altered certificates and other cheating in tests (M5.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment
from shared.contracts.report import (
    Acknowledged,
    Acknowledgement,
    Corrected,
    Correction,
    ProtectedPerson,
    Report,
    Submitted,
    Withdrawal,
    Withdrawn,
)
from shared.contracts.sealed import Sealed
from shared.contracts.sending_organization import Identifier

KIND = "test-fraud-report"

Fraud = Literal["impersonation", "forged_certificate", "altered_certificate", "other"]
"""M5.3, in its order."""
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


COMMANDS: tuple[type[Contract], ...] = (
    SubmitTestFraudReport,
    CorrectTestFraudReport,
    WithdrawTestFraudReport,
    AcknowledgeTestFraudReport,
)
SHARED: tuple[type[Contract], ...] = (TestFraudReportSubmitted, TestFraudReportCorrected, TestFraudReportWithdrawn)
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
)
"""One of each command and event."""
