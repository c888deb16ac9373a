"""Test-fraud reports (M5.3) both ways, in a country's words: what its authorities report of it. Pure.

How they are shared, corrected and withdrawn is in revisions.py, what is said to them in handling.py, how persons
concerned are protected in persons.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.bridge.case_layout import LONGEST, CaseLayout
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.handling import ReportContracts, Reports, ReportWords
from shared.bridge.kit import About, Translations, present
from shared.bridge.persons import PersonWords, ProtectedPersons
from shared.bridge.reading import Document
from shared.bridge.revisions import RevisionWords, Said
from shared.contracts.test_fraud_report import (
    AcknowledgeTestFraudReport,
    AssessTestFraudReport,
    Certificate,
    CloseTestFraudReport,
    Concern,
    CorrectTestFraudReport,
    DeclineTestFraudReport,
    Fraud,
    PersonsConcerned,
    SubmitTestFraudReport,
    TakeMeasureOnTestFraudReport,
    TestFraudAssessment,
    TestFraudMeasure,
    TestFraudReport,
    TestFraudReportAcknowledged,
    TestFraudReportAssessed,
    TestFraudReportClosed,
    TestFraudReportCorrected,
    TestFraudReportDeclined,
    TestFraudReportMeasureTaken,
    TestFraudReportSubmitted,
    TestFraudReportWithdrawn,
    TestSession,
    WithdrawTestFraudReport,
    stream_of,
)

CONCERNED: Final = "/report/persons_concerned"
CONTRACTS: Final = ReportContracts(
    report=TestFraudReport,
    assessment=TestFraudAssessment,
    measure=TestFraudMeasure,
    member="report",
    stream_of=stream_of,
    submit=SubmitTestFraudReport,
    correct=CorrectTestFraudReport,
    withdraw=WithdrawTestFraudReport,
    take_measure=TakeMeasureOnTestFraudReport,
    decline=DeclineTestFraudReport,
    acknowledge=AcknowledgeTestFraudReport,
    assess=AssessTestFraudReport,
    close=CloseTestFraudReport,
    submitted=TestFraudReportSubmitted,
    corrected=TestFraudReportCorrected,
    withdrawn=TestFraudReportWithdrawn,
    measure_taken=TestFraudReportMeasureTaken,
    declined=TestFraudReportDeclined,
    acknowledged=TestFraudReportAcknowledged,
    assessed=TestFraudReportAssessed,
    closed=TestFraudReportClosed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFraudReportWords(ReportWords):
    """What a country calls the fields of a report by what they hold, and what may stand in them."""

    fraud: str
    description: str
    test: str
    session: str
    certificates: str
    certificate_number: str
    issuer: str
    concerned: str
    concerned_as_received: str

    frauds: Mapping[str, Fraud]
    concerns: Mapping[str, Concern]


def test_fraud_reports(
    layout: CaseLayout, common: RevisionWords, persons: PersonWords, words: TestFraudReportWords
) -> Translations:
    """The matter in a country's layout and words."""
    concerned = ProtectedPersons(
        layout=layout,
        words=persons,
        persons=words.concerned,
        as_received=words.concerned_as_received,
        roles=words.concerns,
        contract=PersonsConcerned,
    )
    reports = _TestFraudReports(words, concerned)
    return Reports(
        layout=layout,
        common=common,
        words=words,
        contracts=CONTRACTS,
        kinds=words.frauds,
        read=reports.read,
        written=reports.written,
    ).translations()


@dataclass(frozen=True, slots=True)
class _TestFraudReports:
    words: TestFraudReportWords
    concerned: ProtectedPersons

    def read(self, fields: Fields, document: Document) -> Said:
        """M5.3: which fraud, in which test, with which certificates; persons concerned apart."""
        fraud = fields.required(self.words.fraud, one_of(self.words.frauds), None)
        members = {
            "fraud": fraud or "other",
            "description": fields.text(self.words.description, required=fraud == "other", longest=LONGEST),
            "test": TestSession(
                test=fields.required(self.words.test, as_is, ""),
                session=fields.text(self.words.session, required=fraud == "impersonation"),
            ),
            "certificates": self._certificates(fields, fraud),
        }
        concerned = self.concerned.read(fields, document)
        return Said(members=members, protected={} if concerned is None else {CONCERNED: concerned})

    def _certificates(self, fields: Fields, fraud: Fraud | None) -> tuple[Certificate, ...]:
        needed = fraud in ("forged_certificate", "altered_certificate")
        sections = fields.sections(self.words.certificates, required=needed)
        certificates = tuple(
            Certificate(
                number=one.required(self.words.certificate_number, as_is, ""), issuer=one.text(self.words.issuer)
            )
            for one in sections
        )
        for one in sections:
            one.finish()
        return certificates

    def written(self, report: TestFraudReport, about: About) -> Mapping[str, Any]:
        """M5.3: the other side's report, persons concerned opened."""
        words = self.words
        return {
            words.fraud: name_of(words.frauds, report.fraud),
            words.test: report.test.test,
            **present(
                {
                    words.description: report.description,
                    words.session: report.test.session,
                    words.certificates: [
                        {words.certificate_number: one.number, **present({words.issuer: one.issuer})}
                        for one in report.certificates
                    ],
                }
            ),
            **self.concerned.written(about.opened.get(CONCERNED)),
        }
