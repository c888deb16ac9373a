"""The rules on cooperation requests (M5.2). Pure."""

from __future__ import annotations

from datetime import timedelta

from services.inquiry.cooperation_requests.model import OVERDUE, CooperationRequestRecord
from shared.cases.rules import (
    FindAgreement,
    begins,
    deadline,
    missing,
    no_such_day,
    not_stated,
    official,
    record_delivery,
    said,
    sent_at,
    shared,
)
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery, ReportDeadline
from shared.contracts.cooperation_request import (
    CASES,
    AcceptCooperation,
    CompleteCooperation,
    CooperationAccepted,
    CooperationCompleted,
    CooperationDeclined,
    CooperationOverdue,
    CooperationRequested,
    CooperationRequestWithdrawn,
    DeclineCooperation,
    RequestCooperation,
    WithdrawCooperationRequest,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(
    find: FindAgreement, state: CooperationRequestRecord, command: Contract, context: Context
) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case RequestCooperation():
            return request(find, state, command, context)
        case AcceptCooperation():
            return accept(find, state, command, context)
        case DeclineCooperation():
            return decline(find, state, command, context)
        case CompleteCooperation():
            return complete(find, state, command, context)
        case WithdrawCooperationRequest():
            return withdraw(find, state, command, context)
        case ReportDeadline():
            return deadline_reached(state, command)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a cooperation request")


def request(
    find: FindAgreement, state: CooperationRequestRecord, command: RequestCooperation, context: Context
) -> Decided | Refusal:
    """M5.2: a side asks the other for cooperation in tests, language education and related projects."""
    agreement = not_stated(find, CASES, command, context, "M5.2")
    if isinstance(agreement, Refusal):
        return agreement
    if state.request is not None:
        detail = "A request with this number was made before."
        return Refusal("already-asked", detail, clause="M5.2", state=state.status, pointer="/number")
    if not said(command.text):
        return missing("It says what is asked.", "/text", "M5.2")
    if command.session is not None and command.test is None:
        return missing("A session is one of a test, which it names.", "/test", "M5.2")
    return official(CooperationRequested(**dict(command), **shared(context)))


def accept(
    find: FindAgreement, state: CooperationRequestRecord, command: AcceptCooperation, context: Context
) -> Decided | Refusal:
    """M5.2: the side asked cooperates as far as possible: in full, or in the part that it names."""
    agreement = not_stated(find, CASES, command, context, "M5.2")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_in(state, "requested")
    if refusal is not None:
        return refusal
    if command.extent == "part" and not said(command.text):
        return missing("What is accepted in part says which part.", "/text", "M5.2")
    overdue_at = None
    if command.done_by is not None:
        refusal = no_such_day(command.done_by, "/done_by", "M5.2")
        if refusal is not None:
            return refusal
        zone = agreement.parties[agreement.other(command.country)].zone
        overdue_at = begins(command.done_by + timedelta(days=1), zone)
        if overdue_at <= sent_at(context):
            detail = f"It was accepted after {command.done_by} was over."
            return Refusal("dates-reversed", detail, clause="M5.2", pointer="/done_by")
    accepted = CooperationAccepted(**dict(command), overdue_at=overdue_at, **shared(context))
    return official(accepted, intents=[] if overdue_at is None else [deadline(OVERDUE, overdue_at)])


def decline(
    find: FindAgreement, state: CooperationRequestRecord, command: DeclineCooperation, context: Context
) -> Decided | Refusal:
    """M5.2, M3a: what cannot be done is declined, and the ground is said; nothing accepted is declined any more."""
    agreement = not_stated(find, CASES, command, context, "M5.2")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_in(state, "requested")
    if refusal is not None:
        return refusal
    if not said(command.ground):
        return missing("Who declines says why.", "/ground", "M5.2")
    return official(CooperationDeclined(**dict(command), **shared(context)))


def complete(
    find: FindAgreement, state: CooperationRequestRecord, command: CompleteCooperation, context: Context
) -> Decided | Refusal:
    """M5.2: what was accepted is done. Late is better than not at all: it is taken, and recorded as late."""
    agreement = not_stated(find, CASES, command, context, "M5.2")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_in(state, "accepted", "partly-accepted")
    if refusal is not None:
        return refusal
    if not said(command.text):
        return missing("It says what was done.", "/text", "M5.2")
    overdue_at = None if state.acceptance is None else state.acceptance.overdue_at
    late = overdue_at is not None and sent_at(context) >= overdue_at
    return official(CooperationCompleted(**dict(command), late=late, **shared(context)), closes=state.waiting)


def withdraw(
    find: FindAgreement, state: CooperationRequestRecord, command: WithdrawCooperationRequest, context: Context
) -> Decided | Refusal:
    """M5.2: the side that asked may need it no more, as long as it is not done."""
    agreement = not_stated(find, CASES, command, context, "M5.2")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = _not_in(state, "requested", "accepted", "partly-accepted")
    if refusal is not None:
        return refusal
    return official(CooperationRequestWithdrawn(**dict(command), **shared(context)), closes=state.waiting)


def deadline_reached(state: CooperationRequestRecord, command: ReportDeadline) -> Decided:
    """M5.2: both sides are told when the day has passed. A report on a deadline that is closed changes nothing."""
    acceptance = state.acceptance
    if acceptance is None or acceptance.done_by is None or command.intent_id not in state.waiting:
        return Decided()
    overdue = CooperationOverdue(
        country=acceptance.country,
        number=acceptance.number,
        done_by=acceptance.done_by,
        recorded_at=command.reached_at,
    )
    return official(overdue, closes=[command.intent_id])


def _not_in(state: CooperationRequestRecord, *statuses: str) -> Refusal | None:
    """What is said to a request fits how far it has come."""
    if state.request is None:
        return Refusal("no-such-case", "No such request was made.", clause="M5.2", state="unknown")
    if state.status in statuses:
        return None
    detail = f"The request is {state.status}."
    return Refusal("wrong-state", detail, clause="M5.2", state=state.status)
