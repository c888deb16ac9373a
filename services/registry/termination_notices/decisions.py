"""The rules on ending the cooperation (M10a). Pure."""

from __future__ import annotations

from services.registry.termination_notices.model import END, TerminationNoticeRecord
from shared.agreements import ends_on
from shared.cases.rules import (
    LAST_DAY,
    FindAgreement,
    begins,
    deadline,
    not_stated,
    official,
    record_delivery,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.contracts.termination_notice import (
    CASES,
    AcknowledgeTerminationNotice,
    AgreementEnded,
    GiveTerminationNotice,
    TerminationNoticeAcknowledged,
    TerminationNoticeGiven,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(
    find: FindAgreement, state: TerminationNoticeRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case GiveTerminationNotice():
            return give(find, state, command, context)
        case AcknowledgeTerminationNotice():
            return acknowledge(find, state, command, context)
        case ReportDeadline():
            return end(state, command)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a notice of termination")


def give(
    find: FindAgreement, state: TerminationNoticeRecord, command: GiveTerminationNotice, context: Context
) -> Decided | Refusal:
    """M10a: the cooperation ends six calendar months after one side's notice: on the same day of that month, or the
    month's last. The day of the notice is not before the day on which it was handed in: nobody is left less time.
    """
    agreement = not_stated(find, CASES, command, context, "M10a")
    if isinstance(agreement, Refusal):
        return agreement
    if state.notice is not None:
        detail = "A notice with this number was given before."
        return Refusal("already-asked", detail, clause="M10a", state=state.status, pointer="/number")
    if command.given_on.year >= LAST_DAY.year:
        # The calendar ends before the six months do.
        return Refusal("no-such-date", f"{command.given_on} is no day for it.", clause="M10a", pointer="/given_on")
    zone = agreement.parties[command.country].zone
    handed_in = sent_at(context).astimezone(zone).date()
    if command.given_on < handed_in:
        detail = f"It is dated {command.given_on} and was handed in on {handed_in}."
        return Refusal("dates-reversed", detail, clause="M10a", pointer="/given_on")
    if agreement.state_on(command.given_on) not in ("in-force", "notice-given"):
        detail = f"Agreement {agreement.id} is not in force on {command.given_on}."
        return Refusal("not-in-force", detail, clause="M10a", pointer="/given_on")
    last = ends_on(command.given_on)
    ends_at = begins(last, zone)
    given = TerminationNoticeGiven(**dict(command), ends_on=last, ends_at=ends_at, **shared(context))
    return official(given, intents=[deadline(END, ends_at)])


def acknowledge(
    find: FindAgreement, state: TerminationNoticeRecord, command: AcknowledgeTerminationNotice, context: Context
) -> Decided | Refusal:
    """M10a: the other side has taken note, once. The months do not wait for it."""
    agreement = not_stated(find, CASES, command, context, "M10a")
    if isinstance(agreement, Refusal):
        return agreement
    if state.notice is None:
        return Refusal("no-such-case", "No such notice was given.", clause="M10a", state="unknown")
    if state.acknowledgement is not None:
        return Refusal("wrong-state", "The notice is acknowledged.", clause="M10a", state=state.status)
    return official(TerminationNoticeAcknowledged(**dict(command), **shared(context)))


def end(state: TerminationNoticeRecord, command: ReportDeadline) -> Decided:
    """M10a: both sides are told when the day has come. The same report again changes nothing."""
    notice = state.notice
    if notice is None or state.ended is not None or command.intent_id != END:
        return Decided()
    ended = AgreementEnded(
        country=notice.country, number=notice.number, ended_on=notice.ends_on, recorded_at=command.reached_at
    )
    return official(ended, closes=[END])
