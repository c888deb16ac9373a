"""A misconduct report as both sides have it: its revisions, in one or more categories."""

from __future__ import annotations

from typing import NamedTuple

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
from shared.contracts.misconduct_report import (
    Category,
    Findings,
    MisconductAssessment,
    MisconductMeasure,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportClosed,
    MisconductReportCorrected,
    MisconductReportDeclined,
    MisconductReportMeasureTaken,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
)


class MisconductReportRecord(ReportRecord[MisconductReport, MisconductAssessment, MisconductMeasure]):
    """The stream's state."""

    @property
    def title(self) -> dict[str, str]:
        """The first subject's names."""
        return {} if self.latest is None or not self.latest.report.subjects else self.latest.report.subjects[0].names


class Found(NamedTuple):
    """One category of a report with what was found in it."""

    category: Category
    finding: Contract


def found(findings: Findings) -> tuple[Found, ...]:
    """The categories a report is in, in the memorandum's order."""
    named: tuple[tuple[Category, Contract | None], ...] = (
        ("property_control", findings.property_control),
        ("penalty_contract", findings.penalty_contract),
        ("human_rights", findings.human_rights),
        ("false_documents", findings.false_documents),
        ("opaque_fees", findings.opaque_fees),
    )
    return tuple(Found(category, finding) for category, finding in named if finding is not None)


def evolve(state: MisconductReportRecord, event: Contract) -> MisconductReportRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case MisconductReportSubmitted() | MisconductReportCorrected():
            return revised(state, event, Revision[MisconductReport].of(event, event.report))
        case MisconductReportWithdrawn():
            return withdrawn(state, event)
        case MisconductReportAcknowledged():
            return acknowledged(state, event)
        case MisconductReportAssessed(assessment=assessment, reference=reference):
            made = AssessmentRecord[MisconductAssessment](
                assessment=assessment, reference=reference, shared=shared_by(event)
            )
            return assessed(state, event, made)
        case MisconductReportMeasureTaken(measure=measure, reference=reference):
            taken = MeasureRecord[MisconductMeasure](measure=measure, reference=reference, shared=shared_by(event))
            return measure_taken(state, event, taken)
        case MisconductReportClosed():
            return closed(state, event)
        case MisconductReportDeclined():
            return declined(state, event)
        case CaseMessageDelivered() | CaseMessageUndelivered():
            return delivered(state, event)
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a misconduct report")
