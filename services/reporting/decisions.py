"""The rules on misconduct reports. Nothing of a report is public, whatever its message says of itself.

Revisions and withdrawals may arrive in any order: each is shared as it comes, the highest revision counts, and a
withdrawal ends the report for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from services.reporting.model import MisconductReportRecord, found
from shared.agreements import Agreement
from shared.cases.rules import FindAgreement, not_the_openers, not_the_others, sent_at, wrongly_sent
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, RecordCaseDelivery
from shared.contracts.misconduct_report import (
    KIND,
    AcknowledgeMisconductReport,
    CorrectMisconductReport,
    FalseDocuments,
    HumanRights,
    MisconductReport,
    MisconductReportAcknowledged,
    MisconductReportCorrected,
    MisconductReportSubmitted,
    MisconductReportWithdrawn,
    Money,
    OpaqueFees,
    PenaltyContract,
    PropertyControl,
    SubmitMisconductReport,
    WithdrawMisconductReport,
)
from shared.messaging.decider import Context, Decided, Refusal

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DIGEST: Final = re.compile(r"sha-256:[0-9a-f]{64}")
_COMPACT_JWE: Final = re.compile(r"[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


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
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a misconduct report")


def submit(
    find: FindAgreement, state: MisconductReportRecord, command: SubmitMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: what a side has learned of misconduct is shared at once, in one or more of the five categories."""
    report = command.report
    refusal = _refused(find, state, report, 1, context)
    if refusal is not None:
        return refusal
    latest = state.latest
    return _confidential(
        MisconductReportSubmitted(
            report=report,
            # Corrections overtook it: it goes over too, so that its receipt is answered like any other.
            superseded_by=None if latest is None else latest.number,
            receipt_id=context.message.correlationid or "",
            shared_at=sent_at(context),
            recorded_at=context.now,
        )
    )


def correct(
    find: FindAgreement, state: MisconductReportRecord, command: CorrectMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: a correction or addition is the whole report anew, and waits for nothing: sharing is to be prompt."""
    report = command.report
    if command.revision < 2:
        detail = f"A correction is revision 2 or higher, not {command.revision}; 1 is the report as submitted."
        return Refusal("wrong-form", detail, clause="M4.1", pointer="/revision")
    refusal = _refused(find, state, report, command.revision, context)
    if refusal is not None:
        return refusal
    latest = state.latest
    return _confidential(
        MisconductReportCorrected(
            report=report,
            revision=command.revision,
            nature=command.nature,
            reason=command.reason,
            superseded_by=latest.number if latest is not None and latest.number > command.revision else None,
            receipt_id=context.message.correlationid or "",
            shared_at=sent_at(context),
            recorded_at=context.now,
        )
    )


def withdraw(
    find: FindAgreement, state: MisconductReportRecord, command: WithdrawMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: who has reported may take it back. One that overtook its report is kept, and ends it before it begins."""
    agreement = wrongly_sent(find, KIND, command.country, command.number, context, "M4.1")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_openers(command.country, context, "M4.1") or _withdrawn(state)
    if refusal is not None:
        return refusal
    return _confidential(
        MisconductReportWithdrawn(
            country=command.country,
            number=command.number,
            ground=command.ground,
            receipt_id=context.message.correlationid or "",
            shared_at=sent_at(context),
            recorded_at=context.now,
        )
    )


def acknowledge(
    find: FindAgreement, state: MisconductReportRecord, command: AcknowledgeMisconductReport, context: Context
) -> Decided | Refusal:
    """M4.1: the other side takes note, of each revision once. Promptness ends here, not with a machine's receipt."""
    agreement = wrongly_sent(find, KIND, command.country, command.number, context, "M4.1")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_others(command.country, context, "M4.1") or _withdrawn(state)
    if refusal is not None:
        return refusal
    if state.latest is None:
        return Refusal("no-such-case", "No such report was shared.", clause="M4.1", state="unknown")
    if state.revision(command.revision) is None:
        detail = f"Revision {command.revision} was not shared; the latest is {state.latest.number}."
        return Refusal("no-such-revision", detail, clause="M4.1", state=state.status, pointer="/revision")
    if command.revision <= state.acknowledged:
        detail = f"It was acknowledged up to revision {state.acknowledged}."
        return Refusal("already-acknowledged", detail, clause="M4.1", state=state.status, pointer="/revision")
    return _confidential(
        MisconductReportAcknowledged(
            country=command.country,
            number=command.number,
            revision=command.revision,
            by=agreement.other(command.country),
            reference=command.reference,
            note=command.note,
            receipt_id=context.message.correlationid or "",
            acknowledged_at=sent_at(context),
            recorded_at=context.now,
        )
    )


def record_delivery(state: MisconductReportRecord, command: RecordCaseDelivery, context: Context) -> Decided:
    """M4.1: when the other side's national system received it is known to both. The same news again changes nothing."""
    shared = state.shared_under(command.receipt_id)
    if shared is None or shared.received_at is not None or shared.undelivered is not None:
        return Decided()
    about = {
        "receipt_id": command.receipt_id,
        "event_type": command.event_type,
        "country": command.country,
        "recorded_at": context.now,
    }
    if command.problem is not None:
        return _confidential(CaseMessageUndelivered(**about, problem=command.problem))
    receipt = {"receipt_number": command.receipt_number, "received_at": command.received_at}
    return _confidential(CaseMessageDelivered.model_validate(about | receipt))


def _confidential(event: Contract) -> Decided:
    """M3b, M4.1: for the two sides alone; not even a message that calls itself public makes a report so."""
    return Decided(events=[event], classification="confidential")


def _refused(
    find: FindAgreement, state: MisconductReportRecord, report: MisconductReport, revision: int, context: Context
) -> Refusal | None:
    """M4.1: what keeps this revision of the report from being shared, if anything does."""
    agreement = wrongly_sent(find, KIND, report.country, report.number, context, "M4.1")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_openers(report.country, context, "M4.1") or _withdrawn(state)
    if refusal is not None:
        return refusal
    if state.revision(revision) is not None:
        detail = f"Revision {revision} of this report was shared before."
        return Refusal("used-revision", detail, clause="M4.1", state=state.status)
    return next(_wrong(report, agreement, sent_at(context)), None)


def _withdrawn(state: MisconductReportRecord) -> Refusal | None:
    """M4.1: after a withdrawal nothing of the report is shared any more, whenever it was written."""
    if state.withdrawal is None:
        return None
    when = state.withdrawal.shared.shared_at
    return Refusal("withdrawn", f"The report was withdrawn on {when:%Y-%m-%d}.", clause="M4.1", state="withdrawn")


def _wrong(report: MisconductReport, agreement: Agreement, shared_at: datetime) -> Iterator[Refusal]:
    """M4.1: what a report lacks, or has in a wrong form, in the order of its members."""
    if report.learned_at > shared_at:
        yield _told("dates-reversed", "It was learned after it was shared.", "/learned_at")
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
    if not any(text.strip() for text in report.summary.values()):
        yield _missing("A report says what happened.", "/summary")
    if report.affected_persons is not None and not _COMPACT_JWE.fullmatch(report.affected_persons):
        detail = "Affected persons go over sealed to the other side's key, and this is no compact JWE."
        yield _told("not-sealed", detail, "/affected_persons", "M3b")
    for number, attachment in enumerate(report.evidence):
        if not _DIGEST.fullmatch(attachment.digest):
            detail = "A digest is `sha-256:` and 64 hexadecimal digits."
            yield _told("wrong-form", detail, f"/evidence/{number}/digest")


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
    return _told("missing-field", detail, pointer, clause)


def _told(slug: str, detail: str, pointer: str, clause: str = "M4.1") -> Refusal:
    """Pointers are into the report."""
    return Refusal(slug, detail, clause=clause, pointer=f"/report{pointer}")
