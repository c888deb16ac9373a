"""The rules on reviews of the framework (M9). Pure. What a review comes to is an amendment, or nothing."""

from __future__ import annotations

from datetime import date, datetime

from services.registry.framework_reviews.model import FrameworkReviewRecord, intent_of
from shared.agreements import Agreement
from shared.cases.rules import FindAgreement, begins, deadline, official
from shared.contracts.base import Contract
from shared.contracts.case import ReportDeadline
from shared.contracts.framework_review import ReviewDue, ReviewScheduled, ScheduleReview
from shared.messaging.decider import Context, Decided, Intent


def decide(find: FindAgreement, state: FrameworkReviewRecord, command: Contract, context: Context) -> Decided:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    agreement = find(context.message.agreement)
    match command:
        case ScheduleReview():
            return schedule(agreement, state, context)
        case ReportDeadline():
            return fall_due(agreement, state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a framework's reviews")


def schedule(agreement: Agreement | None, state: FrameworkReviewRecord, context: Context) -> Decided:
    """M9: the next review by the agreement file is waited for; asked again, nothing changes.

    One whose day came while nobody worked is still waited for. A file that states other days stands in place of what
    it stated before, from the next review on.
    """
    if agreement is None or agreement.reviews is None:
        return Decided()
    waiting = state.waiting_for
    if waiting is not None and agreement.reviews.on_or_after(waiting) == waiting:
        return Decided()
    due_on = agreement.reviews.on_or_after(_day(agreement, context.now))
    scheduled = ReviewScheduled(due_on=due_on, recorded_at=context.now)
    closes = () if waiting is None else (intent_of(waiting),)
    return official(scheduled, closes=closes, intents=[_asked(agreement, due_on)])


def fall_due(agreement: Agreement | None, state: FrameworkReviewRecord, command: ReportDeadline) -> Decided:
    """M9, M10a: both sides are told when the day has come, and the one after it is waited for; not after the agreement
    has ended. The same report again changes nothing.
    """
    due_on = state.waiting_for
    if due_on is None or command.intent_id != intent_of(due_on):
        return Decided()
    if agreement is None or agreement.reviews is None:
        return Decided(closes=[command.intent_id])
    if not agreement.takes_new_sharing(_day(agreement, command.reached_at)):
        return Decided(closes=[command.intent_id])
    next_on = agreement.reviews.after(due_on)
    due = ReviewDue(agreement=agreement.id, due_on=due_on, next_on=next_on, recorded_at=command.reached_at)
    return official(due, closes=[command.intent_id], intents=[_asked(agreement, next_on)])


def _day(agreement: Agreement, moment: datetime) -> date:
    """The day that has begun on both sides."""
    return min(moment.astimezone(party.zone).date() for party in agreement.parties.values())


def _asked(agreement: Agreement, day: date) -> Intent:
    return deadline(intent_of(day), max(begins(day, party.zone) for party in agreement.parties.values()))
