"""The rules on return assistance (M8.3). Pure."""

from __future__ import annotations

from datetime import date, timedelta

from services.inquiry.return_assistance.model import OVERDUE, ReturnAssistanceRecord
from services.inquiry.rules import confidential, not_in, not_yet
from shared.agreements import Agreement
from shared.cases.rules import (
    FindAgreement,
    begins,
    deadline,
    missing,
    no_such_day,
    not_stated,
    record_delivery,
    said,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import InCase, RecordCaseDelivery, ReportDeadline
from shared.contracts.return_assistance import (
    CASES,
    AcceptReturnAssistance,
    BeginReturnProcedure,
    CloseReturnAssistance,
    ConfirmDeparture,
    DeclineReturnAssistance,
    DepartureConfirmed,
    IssueTravelDocument,
    RequestReturnAssistance,
    ReturnAssistanceAccepted,
    ReturnAssistanceClosed,
    ReturnAssistanceDeclined,
    ReturnAssistanceOverdue,
    ReturnAssistanceRequested,
    ReturnProcedureBegun,
    TravelDocumentIssued,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M8.3"
UNDER_WAY = ("accepted", "procedure-begun", "document-issued")


def decide(
    find: FindAgreement, state: ReturnAssistanceRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case RequestReturnAssistance():
            return request(find, state, command, context)
        case AcceptReturnAssistance():
            return accept(find, state, command, context)
        case DeclineReturnAssistance():
            return decline(find, state, command, context)
        case BeginReturnProcedure():
            return begin(find, state, command, context)
        case IssueTravelDocument():
            return issue(find, state, command, context)
        case ConfirmDeparture():
            return confirm_departure(find, state, command, context)
        case CloseReturnAssistance():
            return close(find, state, command, context)
        case ReportDeadline():
            return deadline_reached(state, command)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to return assistance")


def request(
    find: FindAgreement, state: ReturnAssistanceRecord, command: RequestReturnAssistance, context: Context
) -> Decided | Refusal:
    """M8.3: the side where a person is asks the other for procedures for a smooth return; who it is goes sealed."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    if state.request is not None:
        detail = "Assistance was requested with this number before."
        return Refusal("already-asked", detail, clause=CLAUSE, state=state.status, pointer="/number")
    if not said(command.title):
        return missing("It says what is asked, without a name.", "/title", CLAUSE)
    if command.returning_person is None:
        return missing("It says, sealed, who is to return.", "/returning_person", CLAUSE)
    return confidential(ReturnAssistanceRequested(**dict(command), **shared(context)))


def accept(
    find: FindAgreement, state: ReturnAssistanceRecord, command: AcceptReturnAssistance, context: Context
) -> Decided | Refusal:
    """M8.3: the side asked says by which day it endeavours to have a document issued; the clock watches that day."""
    agreement = _fitting(find, state, command, context, "requested")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = no_such_day(command.done_by, "/done_by", CLAUSE)
    if refusal is not None:
        return refusal
    overdue_at = begins(command.done_by + timedelta(days=1), agreement.parties[agreement.other(command.country)].zone)
    if overdue_at <= sent_at(context):
        detail = f"It was accepted after {command.done_by} was over."
        return Refusal("dates-reversed", detail, clause=CLAUSE, pointer="/done_by")
    accepted = ReturnAssistanceAccepted(**dict(command), overdue_at=overdue_at, **shared(context))
    return confidential(accepted, intents=[deadline(OVERDUE, overdue_at)])


def decline(
    find: FindAgreement, state: ReturnAssistanceRecord, command: DeclineReturnAssistance, context: Context
) -> Decided | Refusal:
    """M8.3, M3a: an endeavour may fail, after it was accepted too; the ground is said. A document issued stays so."""
    agreement = _fitting(find, state, command, context, "requested", "accepted", "procedure-begun")
    if isinstance(agreement, Refusal):
        return agreement
    if not said(command.ground):
        return missing("Who declines says why.", "/ground", CLAUSE)
    return confidential(ReturnAssistanceDeclined(**dict(command), **shared(context)), closes=state.waiting)


def begin(
    find: FindAgreement, state: ReturnAssistanceRecord, command: BeginReturnProcedure, context: Context
) -> Decided | Refusal:
    """M8.3: the embassy has begun a procedure; there may be several, one after the other."""
    agreement = _fitting(find, state, command, context, "accepted", "procedure-begun")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_there_yet(agreement, agreement.other(command.country), command.begun_on, "/begun_on", context)
    if refusal is not None:
        return refusal
    if not said(command.procedure):
        return missing("It says which procedure has begun.", "/procedure", CLAUSE)
    return confidential(ReturnProcedureBegun(**dict(command), **shared(context)))


def issue(
    find: FindAgreement, state: ReturnAssistanceRecord, command: IssueTravelDocument, context: Context
) -> Decided | Refusal:
    """M8.3: a travel document is issued, its number sealed; one that ran out before departure is replaced. Late is
    better than not at all: it is taken, and recorded as late.
    """
    agreement = _fitting(find, state, command, context, *UNDER_WAY)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_there_yet(agreement, agreement.other(command.country), command.issued_on, "/issued_on", context)
    if refusal is not None:
        return refusal
    if command.valid_until < command.issued_on:
        detail = f"It is valid until {command.valid_until} and was issued on {command.issued_on}."
        return Refusal("dates-reversed", detail, clause=CLAUSE, pointer="/valid_until")
    if command.travel_document is None:
        return missing("It says, sealed, the document's number.", "/travel_document", CLAUSE)
    overdue_at = None if state.acceptance is None else state.acceptance.overdue_at
    late = not state.documents and overdue_at is not None and sent_at(context) >= overdue_at
    return confidential(TravelDocumentIssued(**dict(command), late=late, **shared(context)), closes=state.waiting)


def confirm_departure(
    find: FindAgreement, state: ReturnAssistanceRecord, command: ConfirmDeparture, context: Context
) -> Decided | Refusal:
    """M8.3: the side from where the person leaves says when; with a document of another kind too, if one was found."""
    agreement = _fitting(find, state, command, context, *UNDER_WAY)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_there_yet(agreement, command.country, command.departed_on, "/departed_on", context)
    return refusal or confidential(DepartureConfirmed(**dict(command), **shared(context)), closes=state.waiting)


def close(
    find: FindAgreement, state: ReturnAssistanceRecord, command: CloseReturnAssistance, context: Context
) -> Decided | Refusal:
    """M8.3: the side that asked closes the case; before the departure it says why."""
    agreement = _fitting(find, state, command, context, "requested", *UNDER_WAY, "departed")
    if isinstance(agreement, Refusal):
        return agreement
    if state.departure is None and not said(command.ground):
        return missing("No departure was confirmed: it says why nothing more is needed.", "/ground", CLAUSE)
    return confidential(ReturnAssistanceClosed(**dict(command), **shared(context)), closes=state.waiting)


def deadline_reached(state: ReturnAssistanceRecord, command: ReportDeadline) -> Decided:
    """M8.3: both sides are told when the day has passed. A report on a deadline that is closed changes nothing."""
    acceptance = state.acceptance
    if acceptance is None or command.intent_id not in state.waiting:
        return Decided()
    overdue = ReturnAssistanceOverdue(
        country=acceptance.country,
        number=acceptance.number,
        done_by=acceptance.done_by,
        recorded_at=command.reached_at,
    )
    return confidential(overdue, closes=[command.intent_id])


def _fitting(
    find: FindAgreement, state: ReturnAssistanceRecord, command: InCase, context: Context, *statuses: str
) -> Agreement | Refusal:
    """What is said after the request is that side's to say, and fits how far the case has come."""
    agreement = not_stated(find, CASES, command, context, CLAUSE)
    if isinstance(agreement, Refusal):
        return agreement
    return not_in(state.status, CLAUSE, *statuses) or agreement


def _not_there_yet(agreement: Agreement, country: str, day: date, pointer: str, context: Context) -> Refusal | None:
    return not_yet(day, agreement.parties[country].zone, context, pointer, CLAUSE)
