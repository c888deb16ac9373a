"""The rules on acceptance by field. Dates are compared with dates in the command and the record, never with today.

What is told of another day or in other words stands in place of what was told before, from its day on, and takes
nothing out of the history. That day may be earlier than the one told before, and not later: a suspension that is put
off is withdrawn and announced anew, and a resumption that is put off is followed by a suspension from its day on. So
it stays true that on each day the version recorded last among those in effect holds.

What is said again changes nothing, and only its sender is told so; under another agreement it is passed on, since
another partner has not heard it yet.
"""

from __future__ import annotations

from datetime import date

from services.registry.field_acceptance.model import FieldAcceptanceRecord, version_of
from services.registry.rules import wrong_party, wrong_stream
from shared.cases.rules import missing, said
from shared.contracts.base import Contract
from shared.contracts.field_acceptance import (
    Change,
    FieldAcceptanceResumed,
    FieldAcceptanceSuspended,
    FieldAcceptanceUnchanged,
    FieldSuspension,
    FieldSuspensionWithdrawn,
    ResumeFieldAcceptance,
    SuspendFieldAcceptance,
    WithdrawFieldSuspension,
    stream_of,
)
from shared.contracts.fields_of_work import list_on
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M8.1"


def decide(state: FieldAcceptanceRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case SuspendFieldAcceptance():
            return suspend(state, command, context)
        case ResumeFieldAcceptance():
            return resume(state, command, context)
        case WithdrawFieldSuspension():
            return withdraw(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to acceptance in a field")


def suspend(state: FieldAcceptanceRecord, command: SuspendFieldAcceptance, context: Context) -> Decided | Refusal:
    """M8.1: a country may suspend acceptance in a field for a time, once the needed workforce is secured.

    A suspension that has no end yet is corrected by one from the same day or an earlier one; a second beside it is
    refused.
    """
    suspension = command.suspension
    day = suspension.suspended_from
    refusal = _not_to_be_heard(suspension.country, suspension.field, context) or _not_listed(
        suspension.field, day, "/suspension/field"
    )
    if refusal is not None:
        return refusal
    if not said(suspension.ground):
        return missing("It says why no more workers are accepted.", "/suspension/ground", CLAUSE)
    before = list(state.suspensions)
    corrected = before.pop().suspension if before and before[-1].resumption is None else None
    if corrected is not None and day > corrected.suspended_from:
        return Refusal(
            "acceptance-suspended",
            f"It is suspended from {corrected.suspended_from} on, without an end.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/suspension/suspended_from",
        )
    end = before[-1].resumption if before else None
    if end is not None and day < end.resumed_on:
        return Refusal(
            "dates-reversed",
            f"The suspension before it ends on {end.resumed_on}, after {day}.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/suspension/suspended_from",
        )
    suspended = FieldAcceptanceSuspended(
        suspension=suspension, agreement=context.message.agreement, recorded_at=context.now
    )
    return _told(state, suspended, context)


def resume(state: FieldAcceptanceRecord, command: ResumeFieldAcceptance, context: Context) -> Decided | Refusal:
    """M8.1: a field that was suspended accepts workers again from the day named on; one that was not cannot resume.

    A resumption that was told already is corrected by one on the same day or an earlier one.
    """
    day = command.resumption.resumed_on
    refusal = _not_to_be_heard(command.country, command.field, context) or _not_listed(command.field, day, "/field")
    if refusal is not None:
        return refusal
    last = state.suspensions[-1] if state.suspensions else None
    end = last.resumption if last is not None else None
    if last is None or (end is not None and day > end.resumed_on):
        return Refusal(
            "acceptance-not-suspended",
            f"The last suspension ends on {end.resumed_on}." if end is not None else "No suspension stands.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/resumption/resumed_on",
        )
    if day < last.suspension.suspended_from:
        return Refusal(
            "dates-reversed",
            f"The suspension begins on {last.suspension.suspended_from}, after {day}.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/resumption/resumed_on",
        )
    resumed = FieldAcceptanceResumed(
        country=command.country,
        field=command.field,
        resumption=command.resumption,
        suspension=last.suspension,
        agreement=context.message.agreement,
        recorded_at=context.now,
    )
    return _told(state, resumed, context)


def withdraw(state: FieldAcceptanceRecord, command: WithdrawFieldSuspension, context: Context) -> Decided | Refusal:
    """M8.1: a suspension is withdrawn before its first day. What has begun is ended by a resumption.

    Whether it has begun is asked of the day on which it was withdrawn, as its country states it.
    """
    refusal = _not_to_be_heard(command.country, command.field, context)
    if refusal is not None:
        return refusal
    day, first = command.withdrawal.withdrawn_on, command.suspended_from
    withdrawing = _to_withdraw(state, command)
    if withdrawing is None:
        return Refusal(
            "acceptance-not-suspended",
            f"There is no suspension from {first} on that could be withdrawn.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/suspended_from",
        )
    if day >= first:
        return Refusal(
            "suspension-begun",
            f"It has begun on {first}; {day} is not before that.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/withdrawal/withdrawn_on",
        )
    withdrawn = FieldSuspensionWithdrawn(
        country=command.country,
        field=command.field,
        suspended_from=first,
        withdrawal=command.withdrawal,
        suspension=withdrawing,
        agreement=context.message.agreement,
        recorded_at=context.now,
    )
    return _told(state, withdrawn, context)


def _to_withdraw(state: FieldAcceptanceRecord, command: WithdrawFieldSuspension) -> FieldSuspension | None:
    """The last suspension, if it is the one named; or the one whose withdrawal is told again."""
    latest = state.latest.acceptance if state.latest is not None else None
    told_again = latest if latest is not None and latest.withdrawal == command.withdrawal else None
    for one in (told_again, *state.suspensions[-1:]):
        if one is not None and one.suspension.suspended_from == command.suspended_from:
            return one.suspension
    return None


def _told(state: FieldAcceptanceRecord, event: Change, context: Context) -> Decided:
    """M8.1: both countries publish it, so it is public."""
    again = state.latest is not None and state.latest.says_the_same_as(version_of(event))
    if again and context.message.agreement in state.told:
        suspension = event.suspension
        unchanged = FieldAcceptanceUnchanged(country=suspension.country, field=suspension.field)
        return Decided([unchanged], addressee=context.message.originator, classification="official")
    return Decided([event], classification="public")


def _not_to_be_heard(country: str, field: str, context: Context) -> Refusal | None:
    return wrong_stream(stream_of(country, field), context, CLAUSE) or wrong_party(country, context, CLAUSE)


def _not_listed(field: str, day: date, pointer: str) -> Refusal | None:
    """A field has to be on the list that holds on the day from which something is to be so."""
    listed = list_on(day)
    if listed is not None and listed.has(field):
        return None
    told = "no list is known of that day" if listed is None else f"the list since {listed.since} does not have it"
    return Refusal("no-such-field", f"{field} on {day}: {told}.", clause=CLAUSE, pointer=pointer)
