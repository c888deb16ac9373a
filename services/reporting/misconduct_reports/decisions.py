"""The rules on misconduct reports (M4.1). What they share with other matters is in services/reporting/rules.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from services.reporting.handling import no_measure, not_assessed, not_closed, not_declined
from services.reporting.misconduct_reports.model import MisconductReportRecord, found
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
from shared.agreements import Agreement
from shared.cases.rules import (
    FindAgreement,
    missing,
    not_sealed,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.misconduct_report import (
    KIND,
    AcknowledgeMisconductReport,
    AssessMisconductReport,
    CloseMisconductReport,
    CorrectMisconductReport,
    DeclineMisconductReport,
    FalseDocuments,
    HumanRights,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportAssessed,
    MisconductReportClosed,
    MisconductReportCorrected,
    MisconductReportDeclined,
    MisconductReportMeasureTaken,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Money,
    OpaqueFees,
    PenaltyContract,
    PropertyControl,
    SubmitMisconductReport,
    TakeMeasureOnMisconductReport,
    WithdrawMisconductReport,
)
from shared.messaging.decider import Context, Decided, Refusal

_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def decide(
    find: FindAgreement, state: MisconductReportRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case SubmitMisconductReport():
            return submit(find, state, command, context)
        case CorrectMisconductReport():
            return correct(find, state, command, context)
        case WithdrawMisconductReport():
            return withdraw(find, state, command, context)
        case AcknowledgeMisconductReport():
            return acknowledge(find, state, command, context)
        case AssessMisconductReport():
            return assess(find, state, command, context)
        case TakeMeasureOnMisconductReport():
            return take_measure(find, state, command, context)
        case CloseMisconductReport():
            return close(find, state, command, context)
        case DeclineMisconductReport():
            return decline(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a misconduct report")


def submit(
    find: FindAgreement, state: MisconductReportRecord, command: SubmitMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: what a side has learned of misconduct is shared at once, in one or more of the five categories."""
    refusal = _refused(find, state, command.report, 1, context)
    if refusal is not None:
        return refusal
    return confidential(
        MisconductReportSubmitted(**dict(command), superseded_by=superseded_by(state, 1), **shared(context))
    )


def correct(
    find: FindAgreement, state: MisconductReportRecord, command: CorrectMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: a correction or addition is the whole report anew, and waits for nothing: sharing is to be prompt.

    Nor does it end with the case: a side that has closed a report may have acted on what turns out to be wrong, so that
    a correction is then as necessary and useful to it as before. It is shared and recorded, and reopens nothing; under
    a new number nobody could tell what it corrects.
    """
    refusal = not_a_correction(command, "M4.1") or _refused(find, state, command.report, command.revision, context)
    if refusal is not None:
        return refusal
    overtaken = superseded_by(state, command.revision)
    return confidential(MisconductReportCorrected(**dict(command), superseded_by=overtaken, **shared(context)))


def withdraw(
    find: FindAgreement, state: MisconductReportRecord, command: WithdrawMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: who has reported may take it back. One that overtook its report is kept, and ends it before it begins.

    Also of a report that is closed, for the reason that `correct` gives.
    """
    refusal = not_withdrawn(find, KIND, "M4.1", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(MisconductReportWithdrawn(**dict(command), **shared(context)))


def acknowledge(
    find: FindAgreement, state: MisconductReportRecord, command: AcknowledgeMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: the other side takes note, of each revision once."""
    agreement = not_acknowledged(find, KIND, "M4.1", state, command, context)
    if isinstance(agreement, Refusal):
        return agreement
    return confidential(MisconductReportAcknowledged(**dict(command), **acknowledged(agreement, command, context)))


def assess(
    find: FindAgreement, state: MisconductReportRecord, command: AssessMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: the other side says which of the five categories it finds likely, of each revision once."""
    refusal = not_assessed(find, KIND, "M4.1", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(MisconductReportAssessed(**dict(command), **shared(context)))


def take_measure(
    find: FindAgreement, state: MisconductReportRecord, command: TakeMeasureOnMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: the other side tells what it has done about it, as often as it takes; each measure once."""
    refusal = no_measure(find, KIND, "M4.1", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(MisconductReportMeasureTaken(**dict(command), **shared(context)))


def close(
    find: FindAgreement, state: MisconductReportRecord, command: CloseMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: the other side says what came of the report, and closes it. It does so once."""
    refusal = not_closed(find, KIND, "M4.1", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(MisconductReportClosed(**dict(command), **shared(context)))


def decline(
    find: FindAgreement, state: MisconductReportRecord, command: DeclineMisconductReport, context: Context
) -> Decided | Refusal:
    """M3a: what its law forbids the other side to pursue it declines, and by which provision; that closes it too."""
    refusal = not_declined(find, KIND, "M4.1", state, command, context)
    if refusal is not None:
        return refusal
    return confidential(MisconductReportDeclined(**dict(command), **shared(context)))


def _refused(
    find: FindAgreement, state: MisconductReportRecord, report: MisconductReport, revision: int, context: Context
) -> Refusal | None:
    """M4.1: what keeps this revision of the report from being shared, if anything does."""
    agreement = not_shared(find, KIND, "M4.1", state, report, revision, context)
    if isinstance(agreement, Refusal):
        return agreement
    return next(_wrong(report, agreement, sent_at(context)), None)


def _wrong(report: MisconductReport, agreement: Agreement, shared_at: datetime) -> Iterator[Refusal]:
    """M4.1: what a report lacks, or has in a wrong form."""
    yield from wrong_report(report, "/report", "M4.1", shared_at)
    if (
        report.occurred_from is not None
        and report.occurred_to is not None
        and report.occurred_to < report.occurred_from
    ):
        yield _told("dates-reversed", "It ended before it began.", "/occurred_to")
    categories = found(report.findings)
    if not categories:
        detail = "It is in none of the five categories: property_control, penalty_contract, human_rights, "
        yield _told("no-category", f"{detail}false_documents, opaque_fees.", "/findings")
    for category, finding in categories:
        yield from _wrong_finding(finding, f"/findings/{category}")
    yield from _wrong_subjects(report, agreement)
    yield from not_sealed(report.affected_persons, "/report/affected_persons")


def _wrong_finding(finding: Contract, at: str) -> Iterator[Refusal]:
    """What each category needs."""
    match finding:
        case PropertyControl(takings=takings):
            yield from _property_control(finding, at)
            for number, taking in enumerate(takings):
                yield from _wrong_money(taking.value, f"{at}/takings/{number}/value")
        case PenaltyContract(terms=terms):
            yield from _penalty_contract(finding, at)
            for number, term in enumerate(terms):
                yield from _wrong_money(term.penalty, f"{at}/terms/{number}/penalty")
        case HumanRights():
            yield from _human_rights(finding, at)
        case FalseDocuments():
            yield from _false_documents(finding, at)
        case OpaqueFees(fees=fees):
            yield from _opaque_fees(finding, at)
            for number, fee in enumerate(fees):
                yield from _wrong_money(fee.charged, f"{at}/fees/{number}/charged")


def _property_control(finding: PropertyControl, at: str) -> Iterator[Refusal]:
    """M4.1a: what was taken or is controlled, and from whom by role."""
    if not finding.takings:
        yield _missing("It says what was taken or is controlled.", f"{at}/takings", "M4.1a")
    for number, taking in enumerate(finding.takings):
        if not taking.what.strip():
            yield _missing("It says what was taken or is controlled.", f"{at}/takings/{number}/what", "M4.1a")


def _penalty_contract(finding: PenaltyContract, at: str) -> Iterator[Refusal]:
    """M4.1b: the terms by which money or property is to change hands unjustly."""
    if not finding.terms:
        yield _missing("It gives the terms of the contract.", f"{at}/terms", "M4.1b")
    for number, term in enumerate(finding.terms):
        if not term.text.strip():
            yield _missing("It gives the term.", f"{at}/terms/{number}/text", "M4.1b")


def _human_rights(finding: HumanRights, at: str) -> Iterator[Refusal]:
    """M4.1c: what was done, and how those affected may be approached without being harmed."""
    if not finding.acts:
        yield _missing("It says what was done.", f"{at}/acts", "M4.1c")
    contact = finding.safe_contact
    if contact is None:
        yield _missing("It says whether those affected may be contacted.", f"{at}/safe_contact", "M4.1c")
    elif contact.rule == "as-noted" and not (contact.note or "").strip():
        yield _missing("It says what to keep to in contacting them.", f"{at}/safe_contact/note", "M4.1c")


def _false_documents(finding: FalseDocuments, at: str) -> Iterator[Refusal]:
    """M4.1d: which document, and for which permission or visa."""
    if not finding.documents:
        yield _missing("It names the documents.", f"{at}/documents", "M4.1d")
    for number, document in enumerate(finding.documents):
        for member in ("kind", "procedure"):
            if not getattr(document, member).strip():
                yield _missing(f"It gives the {member}.", f"{at}/documents/{number}/{member}", "M4.1d")


def _opaque_fees(finding: OpaqueFees, at: str) -> Iterator[Refusal]:
    """M4.1e: the fees item by item, and what was explained of them."""
    if not finding.fees:
        yield _missing("It itemises the fees.", f"{at}/fees", "M4.1e")
    for number, fee in enumerate(finding.fees):
        if not fee.item.strip():
            yield _missing("It says what the fee was for.", f"{at}/fees/{number}/item", "M4.1e")
    if not (finding.explained or "").strip():
        yield _missing("It says what was explained, if only that nothing was.", f"{at}/explained", "M4.1e")


def _wrong_money(money: Money | None, at: str) -> Iterator[Refusal]:
    if money is None:
        return
    if money.amount < 0:
        yield _told("wrong-form", "An amount is a number from 0 on.", f"{at}/amount")
    if not _CURRENCY.fullmatch(money.currency):
        yield _told("wrong-form", "A currency is three capital letters (ISO 4217).", f"{at}/currency")


def _wrong_subjects(report: MisconductReport, agreement: Agreement) -> Iterator[Refusal]:
    """M4.1: who is said to have done it, persons or corporations in either country."""
    if not report.subjects:
        yield _missing("It says who is said to have done it.", "/subjects")
    for number, subject in enumerate(report.subjects):
        if subject.country not in agreement.parties:
            detail = f"{subject.country} is no party to agreement {agreement.id}."
            yield _told("wrong-party", detail, f"/subjects/{number}/country")
        named = any(name.strip() for name in subject.names.values())
        if not named and not any(identifier.value.strip() for identifier in subject.identifiers):
            yield _missing("A subject has a name or a number.", f"/subjects/{number}/names")


def _missing(detail: str, pointer: str, clause: str = "M4.1") -> Refusal:
    """Pointers are into the report, here and in `_told`."""
    return missing(detail, f"/report{pointer}", clause)


def _told(slug: str, detail: str, pointer: str) -> Refusal:
    return Refusal(slug, detail, clause="M4.1", pointer=f"/report{pointer}")
