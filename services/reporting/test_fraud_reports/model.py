"""A test-fraud report as both sides have it: its revisions, and how far each has come."""

from __future__ import annotations

from services.reporting.model import (
    AssessmentRecord,
    MeasureRecord,
    ReportRecord,
    Revision,
    acknowledged,
    assessed,
    closed,
    declined,
    delivered,
    measure_taken,
    revised,
    shared_by,
    withdrawn,
)
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.test_fraud_report import (
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
)


class TestFraudReportRecord(ReportRecord[TestFraudReport, TestFraudAssessment, TestFraudMeasure]):
    """The stream's state."""

    @property
    def title(self) -> dict[str, str]:
        """The test, and its session."""
        if self.latest is None:
            return {}
        test = self.latest.report.test
        return {"und": " · ".join(filter(None, (test.test, test.session)))}


def evolve(state: TestFraudReportRecord, event: Contract) -> TestFraudReportRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case TestFraudReportSubmitted() | TestFraudReportCorrected():
            return revised(state, event, Revision[TestFraudReport].of(event, event.report))
        case TestFraudReportWithdrawn():
            return withdrawn(state, event)
        case TestFraudReportAcknowledged():
            return acknowledged(state, event)
        case TestFraudReportAssessed(assessment=assessment, reference=reference):
            made = AssessmentRecord[TestFraudAssessment](
                assessment=assessment, reference=reference, shared=shared_by(event)
            )
            return assessed(state, event, made)
        case TestFraudReportMeasureTaken(measure=measure, reference=reference):
            taken = MeasureRecord[TestFraudMeasure](measure=measure, reference=reference, shared=shared_by(event))
            return measure_taken(state, event, taken)
        case TestFraudReportClosed():
            return closed(state, event)
        case TestFraudReportDeclined():
            return declined(state, event)
        case CaseMessageDelivered() | CaseMessageUndelivered():
            return delivered(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a test-fraud report")
