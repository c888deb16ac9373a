"""The rules on test-fraud reports (M5.3). What they share with other matters is in services/reporting/rules.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.reporting.handling import no_measure, not_assessed, not_closed, not_declined
from services.reporting.rules import (
    acknowledged,
    confidential,
    not_a_correction,
    not_acknowledged,
    not_shared,
    not_withdrawn,
    record_delivery,
    superseded_by,
    wrong_report,
)
from services.reporting.test_fraud_reports.model import TestFraudReportRecord
from shared.cases.rules import (
    FindAgreement,
    missing,
    not_sealed,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.test_fraud_report import (
    KIND,
    AcknowledgeTestFraudReport,
    AssessTestFraudReport,
    CloseTestFraudReport,
    CorrectTestFraudReport,
    DeclineTestFraudReport,
    SubmitTestFraudReport,
    TakeMeasureOnTestFraudReport,
    TestFraudReport,
    TestFraudReportAcknowledged,
    TestFraudReportAssessed,
    TestFraudReportClosed,
    TestFraudReportCorrected,
    TestFraudReportDeclined,
    TestFraudReportMeasureTaken,
    TestFraudReportSubmitted,
    TestFraudReportWithdrawn,
    WithdrawTestFraudReport,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(find: FindAgreement, state: TestFraudReportRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case SubmitTestFraudReport():
            return submit(find, state, command, context)
        case CorrectTestFraudReport():
            return correct(find, state, command, context)
        case WithdrawTestFraudReport():
            return withdraw(find, state, command, context)
        case AcknowledgeTestFraudReport():
            return acknowledge(find, state, command, context)
        case AssessTestFraudReport():
            return assess(find, state, command, context)
        case TakeMeasureOnTestFraudReport():
            return take_measure(find, state, command, context)
        case CloseTestFraudReport():
            return close(find, state, command, context)
        case DeclineTestFraudReport():
            return decline(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a test-fraud report")


def submit(
    find: FindAgreement, state: TestFraudReportRecord, command: SubmitTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: what a side has learned of cheating in a test is shared at once."""
    refusal = _refused(find, state, command.report, 1, context)
    if refusal is not None:
        return refusal
    return confidential(
        TestFraudReportSubmitted(**dict(command), superseded_by=superseded_by(state, 1), **shared(context))
    )


def correct(
    find: FindAgreement, state: TestFraudReportRecord, command: CorrectTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: a correction or addition is the whole report anew, and waits for nothing.

    After the manner of M4.1 it is shared and recorded also when the report is closed, and reopens nothing.
    """
    refusal = not_a_correction(command, "M5.3") or _refused(find, state, command.report, command.revision, context)
    if refusal is not None:
        return refusal
    overtaken = superseded_by(state, command.revision)
    return confidential(TestFraudReportCorrected(**dict(command), superseded_by=overtaken, **shared(context)))


def withdraw(
    find: FindAgreement, state: TestFraudReportRecord, command: WithdrawTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: who has reported may take it back, also before the report arrives, and when it is closed."""
    refusal = not_withdrawn(find, KIND, "M5.3", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(TestFraudReportWithdrawn(**dict(command), **shared(context)))


def acknowledge(
    find: FindAgreement, state: TestFraudReportRecord, command: AcknowledgeTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: the other side takes note, of each revision once."""
    agreement = not_acknowledged(find, KIND, "M5.3", state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    return confidential(TestFraudReportAcknowledged(**dict(command), **acknowledged(agreement, command, context)))


def assess(
    find: FindAgreement, state: TestFraudReportRecord, command: AssessTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: the other side says which fraud it finds likely, of each revision once."""
    refusal = not_assessed(find, KIND, "M5.3", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(TestFraudReportAssessed(**dict(command), **shared(context)))


def take_measure(
    find: FindAgreement, state: TestFraudReportRecord, command: TakeMeasureOnTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: the other side tells what it has done about it, as often as it takes; each measure once."""
    refusal = no_measure(find, KIND, "M5.3", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(TestFraudReportMeasureTaken(**dict(command), **shared(context)))


def close(
    find: FindAgreement, state: TestFraudReportRecord, command: CloseTestFraudReport, context: Context
) -> Decided | Refusal:
    """M5.3: the other side says what came of the report, and closes it. It does so once."""
    refusal = not_closed(find, KIND, "M5.3", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(TestFraudReportClosed(**dict(command), **shared(context)))


def decline(
    find: FindAgreement, state: TestFraudReportRecord, command: DeclineTestFraudReport, context: Context
) -> Decided | Refusal:
    """M3a: what its law forbids the other side to pursue it declines, and by which provision; that closes it too."""
    refusal = not_declined(find, KIND, "M5.3", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(TestFraudReportDeclined(**dict(command), **shared(context)))


def _refused(
    find: FindAgreement, state: TestFraudReportRecord, report: TestFraudReport, revision: int, context: Context
) -> Refusal | None:
    """M5.3: what keeps this revision of the report from being shared, if anything does."""
    agreement = not_shared(find, KIND, "M5.3", state, report, revision, context)
    if isinstance(agreement, Refusal):
        return agreement
    return next(_wrong(report, sent_at(context)), None)


def _wrong(report: TestFraudReport, shared_at: datetime) -> Iterator[Refusal]:
    """M5.3: what a report lacks, or has in a wrong form."""
    yield from wrong_report(report, "/report", "M5.3", shared_at)
    yield from _wrong_fraud(report)
    for number, certificate in enumerate(report.certificates):
        if not certificate.number.strip():
            yield missing("A certificate is named by its number.", f"/report/certificates/{number}/number", "M5.3")
    yield from not_sealed(report.persons_concerned, "/report/persons_concerned")


def _wrong_fraud(report: TestFraudReport) -> Iterator[Refusal]:
    """M5.3: what each kind of fraud needs, so that the side that conducts the test can find the case."""
    if not report.test.test.strip():
        yield missing("It names the test.", "/report/test/test", "M5.3")
    match report.fraud:
        case "impersonation":
            if not (report.test.session or "").strip():
                yield missing("It names the session in which someone was impersonated.", "/report/test/session", "M5.3")
        case "forged_certificate" | "altered_certificate":
            if not report.certificates:
                yield missing("It names the certificates.", "/report/certificates", "M5.3")
        case "other":
            if not (report.description or "").strip():
                yield missing("Of other cheating it says in what it consisted.", "/report/description", "M5.3")
