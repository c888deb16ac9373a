"""Rules that the matters of reporting share (M4.1, M5.3, M7.3). Pure. `clause` is the matter's own.

Nothing of what is reported is public, whatever its message says of itself. Revisions and withdrawals may arrive in any
order: each is shared as it comes, the highest revision counts, and a withdrawal ends the matter for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from services.reporting.model import ReportRecord, RevisedRecord
from shared.agreements import Agreement
from shared.cases.rules import (
    FindAgreement,
    missing,
    not_the_openers,
    not_the_others,
    said,
    sent_at,
    wrong_attachments,
    wrongly_sent,
)
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, RecordCaseDelivery
from shared.contracts.report import Acknowledgement, Correction, Declining, Measure, Report, Withdrawal
from shared.messaging.decider import Context, Decided, Intent, Refusal

# -- what is decided ----------------------------------------------------------------------------------------------


def confidential(event: Contract, *, closes: Iterable[str] = (), intents: Iterable[Intent] = ()) -> Decided:
    """M3b: for the two sides alone; not even a message that calls itself public makes it so."""
    return Decided(events=[event], closes=tuple(closes), intents=tuple(intents), classification="confidential")


def acknowledged(agreement: Agreement, command: Acknowledgement, context: Context) -> dict[str, Any]:
    """What an event says of an acknowledgement beside the command: the members of `Acknowledged`."""
    return {
        "by": agreement.other(command.country),
        "receipt_id": context.message.correlationid or "",
        "acknowledged_at": sent_at(context),
        "recorded_at": context.now,
    }


def superseded_by(state: RevisedRecord[Any], revision: int) -> int | None:
    """The higher revision that overtook this one: it goes over too, so that its receipt is answered like any other."""
    latest = state.latest
    return latest.number if latest is not None and latest.number > revision else None


def record_delivery(state: RevisedRecord[Any], command: RecordCaseDelivery, context: Context) -> Decided:
    """M4.1: when the other side's national system received it is known to both. The same news again changes nothing."""
    known = state.shared_under(command.receipt_id)
    if known is None or known.received_at is not None or known.undelivered is not None:
        return Decided()
    about = {
        "receipt_id": command.receipt_id,
        "event_type": command.event_type,
        "country": command.country,
        "recorded_at": context.now,
    }
    if command.problem is not None:
        return confidential(CaseMessageUndelivered(**about, problem=command.problem))
    receipt = {"receipt_number": command.receipt_number, "received_at": command.received_at}
    return confidential(CaseMessageDelivered.model_validate(about | receipt))


# -- what keeps it from being decided -----------------------------------------------------------------------------


def not_a_correction(command: Correction, clause: str) -> Refusal | None:
    """A correction counts from 2 on."""
    if command.revision >= 2:
        return None
    detail = f"A correction is revision 2 or higher, not {command.revision}; 1 is the report as submitted."
    return Refusal("wrong-form", detail, clause=clause, pointer="/revision")


def not_shared(
    find: FindAgreement,
    kind: str,
    clause: str,
    state: RevisedRecord[Any],
    report: Report,
    revision: int,
    context: Context,
) -> Agreement | Refusal:
    """The agreement under which this revision of the report goes over, or why it does not, whatever it says."""
    agreement = wrongly_sent(find, kind, report.country, report.number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_openers(report.country, context, clause) or is_withdrawn(state, clause)
    if refusal is not None:
        return refusal
    if state.revision(revision) is not None:
        detail = f"Revision {revision} was shared before."
        return Refusal("used-revision", detail, clause=clause, state=state.status)
    return agreement


def not_withdrawn(
    find: FindAgreement, kind: str, clause: str, state: RevisedRecord[Any], command: Withdrawal, context: Context
) -> Refusal | None:
    """Who has reported may take it back, once. A withdrawal that overtook its report ends it before it begins."""
    agreement = wrongly_sent(find, kind, command.country, command.number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    return not_the_openers(command.country, context, clause) or is_withdrawn(state, clause)


def not_replied(
    find: FindAgreement, kind: str, clause: str, state: RevisedRecord[Any], country: str, number: str, context: Context
) -> Agreement | Refusal:
    """The agreement under which the other side speaks to it: to what was shared with it, and not taken back."""
    agreement = wrongly_sent(find, kind, country, number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_others(country, context, clause) or is_withdrawn(state, clause)
    if refusal is not None:
        return refusal
    if state.latest is None:
        return Refusal("no-such-case", "Nothing of it was shared.", clause=clause, state="unknown")
    return agreement


def not_acknowledged(
    find: FindAgreement,
    kind: str,
    clause: str,
    state: ReportRecord[Any, Any, Any],
    command: Acknowledgement,
    context: Context,
) -> Agreement | Refusal:
    """The agreement under which the other side takes note, of each revision once, also after it has closed the report:
    a correction may come after that, and its sender is to know that it was read.
    """
    agreement = not_replied(find, kind, clause, state, command.country, command.number, context)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = never_shared(state, command.revision, "/revision", clause)
    if refusal is not None:
        return refusal
    if command.revision <= state.acknowledged:
        detail = f"It was acknowledged up to revision {state.acknowledged}."
        return Refusal("already-acknowledged", detail, clause=clause, state=state.status, pointer="/revision")
    return agreement


def is_withdrawn(state: RevisedRecord[Any], clause: str) -> Refusal | None:
    """After a withdrawal nothing is shared or said to it any more, whenever it was written."""
    if state.withdrawal is None:
        return None
    when = state.withdrawal.shared.shared_at
    return Refusal("withdrawn", f"It was withdrawn on {when:%Y-%m-%d}.", clause=clause, state="withdrawn")


def never_shared(state: RevisedRecord[Any], revision: int, pointer: str, clause: str) -> Refusal | None:
    """The other side speaks of a revision only once it was shared."""
    if state.revision(revision) is not None:
        return None
    shared_ones = ", ".join(str(each.number) for each in state.revisions)
    detail = f"Revision {revision} was not shared; shared were {shared_ones}."
    return Refusal("no-such-revision", detail, clause=clause, state=state.status, pointer=pointer)


# -- what it says -------------------------------------------------------------------------------------------------


def wrong_report(report: Report, at: str, clause: str, shared_at: datetime) -> Iterator[Refusal]:
    """What any report lacks, or has in a wrong form. `at` points to it within the command."""
    if report.learned_at > shared_at:
        detail = "It was learned after it was shared."
        yield Refusal("dates-reversed", detail, clause=clause, pointer=f"{at}/learned_at")
    if not said(report.summary):
        yield missing("It says what happened.", f"{at}/summary", clause)
    yield from wrong_attachments(report.evidence, f"{at}/evidence", clause)


def wrong_measure(measure: Measure, told: Collection[int], today: date, clause: str, status: str) -> Iterator[Refusal]:
    """What any measure lacks, or has in a wrong form. `told`: the numbers of those told before. `today`: where it was
    taken, when it was handed in.
    """
    if measure.number < 1:
        detail = "Measures are counted from 1 on."
        yield Refusal("wrong-form", detail, clause=clause, pointer="/measure/number")
    if measure.number in told:
        detail = f"Measure {measure.number} was told before."
        yield Refusal("used-number", detail, clause=clause, state=status, pointer="/measure/number")
    if measure.taken_on > today:
        detail = "It was taken after it was told."
        yield Refusal("dates-reversed", detail, clause=clause, pointer="/measure/taken_on")
    if not said(measure.text):
        yield missing("It says what was done.", "/measure/text", clause)


def by_no_law(command: Declining, status: str) -> Refusal | None:
    """M3a: cooperation stays within the law in force, and whoever declines it says which law that is."""
    if command.legal_basis.strip():
        return None
    detail = "Who declines names the provision that forbids a decision."
    return Refusal("missing-field", detail, clause="M3a", state=status, pointer="/legal_basis")


def day_there(agreement: Agreement, country: str, context: Context) -> date:
    """The day on which the message was handed in, by the calendar of the side that replies to `country`'s case."""
    return sent_at(context).astimezone(agreement.parties[agreement.other(country)].zone).date()
