"""The rules on improvement orders. Dates are compared with dates in the record, never with today.

What is said again changes nothing, and only its sender is told so; under another agreement it is passed on, since
another partner has not heard it yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.registry.improvement_orders.model import ImprovementOrderRecord
from services.registry.rules import wrong_party, wrong_stream
from shared.cases.rules import missing, said, wrong_attachments
from shared.contracts.base import Contract
from shared.contracts.improvement_order import (
    AmendImprovementOrder,
    ImprovementOrder,
    ImprovementOrderAmended,
    ImprovementOrderIssued,
    ImprovementOrderLifted,
    ImprovementOrderUnchanged,
    IssueImprovementOrder,
    LiftImprovementOrder,
    stream_of,
)
from shared.messaging.decider import Context, Decided, Refusal

CLAUSE = "M6.3a"


def decide(state: ImprovementOrderRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case IssueImprovementOrder():
            return issue(state, command, context)
        case AmendImprovementOrder():
            return amend(state, command, context)
        case LiftImprovementOrder():
            return lift(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to an improvement order")


def issue(state: ImprovementOrderRecord, command: IssueImprovementOrder, context: Context) -> Decided | Refusal:
    """M6.3a: a country notifies its partner of each improvement order it gives to an accepting organization."""
    order = command.order
    refusal = _not_to_be_heard(order.country, order.order_number, context) or next(_wrong(order), None)
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is not None and latest.lifting is not None:
        return _lifted(state)
    if latest is not None and latest.order != order:
        return Refusal(
            "already-issued",
            f"It was issued on {latest.order.ordered_on} with another content.",
            clause=CLAUSE,
            state=state.standing,
        )
    issued = ImprovementOrderIssued(order=order, agreement=context.message.agreement, recorded_at=context.now)
    return _told(state, issued, context, again=latest is not None)


def amend(state: ImprovementOrderRecord, command: AmendImprovementOrder, context: Context) -> Decided | Refusal:
    """M6.3a: the order is as the amendment says from its day on. It stays an order to the same organization."""
    order, day = command.order, command.amended_on
    refusal = _not_to_be_heard(order.country, order.order_number, context) or next(_wrong(order), None)
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is None:
        return _not_issued()
    if latest.lifting is not None:
        return _lifted(state)
    if order.subject.identifier != latest.order.subject.identifier:
        return Refusal(
            "another-subject",
            f"It was given to {latest.order.subject.identifier.value}, not to {order.subject.identifier.value}.",
            clause=CLAUSE,
            state=state.standing,
            pointer="/order/subject/identifier",
        )
    if day < order.ordered_on:
        return _before_it_was_given(order.ordered_on, day, "/amended_on")
    amended = ImprovementOrderAmended(
        order=order, amended_on=day, agreement=context.message.agreement, recorded_at=context.now
    )
    return _told(state, amended, context, again=(latest.order, latest.effective_on) == (order, day))


def lift(state: ImprovementOrderRecord, command: LiftImprovementOrder, context: Context) -> Decided | Refusal:
    """M6.3a: an order that was complied with or withdrawn holds no longer from the day named on; its history stays."""
    refusal = _not_to_be_heard(command.country, command.order_number, context)
    if refusal is not None:
        return refusal
    latest = state.latest
    if latest is None:
        return _not_issued()
    if latest.lifting is not None and latest.lifting != command.lifting:
        return _lifted(state)
    if command.lifting.lifted_on < latest.order.ordered_on:
        return _before_it_was_given(latest.order.ordered_on, command.lifting.lifted_on, "/lifting/lifted_on")
    lifted = ImprovementOrderLifted(
        country=command.country,
        order_number=command.order_number,
        lifting=command.lifting,
        order=latest.order,
        agreement=context.message.agreement,
        recorded_at=context.now,
    )
    return _told(state, lifted, context, again=latest.lifting is not None)


def _told(
    state: ImprovementOrderRecord,
    event: ImprovementOrderIssued | ImprovementOrderAmended | ImprovementOrderLifted,
    context: Context,
    *,
    again: bool,
) -> Decided:
    """M7.5: the other side publishes the orders it is told of, so they are public."""
    if again and context.message.agreement in state.told:
        order = event.order
        unchanged = ImprovementOrderUnchanged(country=order.country, order_number=order.order_number)
        return Decided([unchanged], addressee=context.message.originator, classification="official")
    return Decided([event], classification="public")


def _not_to_be_heard(country: str, order_number: str, context: Context) -> Refusal | None:
    return wrong_stream(stream_of(country, order_number), context, CLAUSE) or wrong_party(country, context, CLAUSE)


def _wrong(order: ImprovementOrder) -> Iterator[Refusal]:
    """M6.3a: an order says to whom it is given, by which law and what is ordered, by a day that comes after it."""
    if not order.subject.identifier.value.strip():
        yield missing("It names the organization by its corporate number.", "/order/subject/identifier", CLAUSE)
    if not any(one.strip() for one in order.articles):
        yield missing("It names the articles that it rests on.", "/order/articles", CLAUSE)
    if not said(order.measures):
        yield missing("It says what is ordered.", "/order/measures", CLAUSE)
    if order.deadline is not None and order.deadline < order.ordered_on:
        yield Refusal(
            "dates-reversed",
            f"It is to be complied with by {order.deadline}, before {order.ordered_on}.",
            clause=CLAUSE,
            pointer="/order/deadline",
        )
    yield from wrong_attachments(order.attachments, "/order/attachments", CLAUSE)


def _not_issued() -> Refusal:
    return Refusal("not-issued", "No such order was ever notified.", clause=CLAUSE, state="not-issued")


def _lifted(state: ImprovementOrderRecord) -> Refusal:
    lifted_on = state.latest.effective_on if state.latest is not None else None
    return Refusal("lifted", f"It holds no longer from {lifted_on} on.", clause=CLAUSE, state=state.standing)


def _before_it_was_given(ordered_on: date, day: date, pointer: str) -> Refusal:
    return Refusal(
        "dates-reversed", f"The order was given on {ordered_on}, after {day}.", clause=CLAUSE, pointer=pointer
    )
