"""The rules on consultations (M4.2), and on disputes, which are settled by one (M10b). Pure.

Days of a consultation are by the calendar of the side that opened the case, the day of an action item by its owner's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.inquiry.consultations.model import NEXT, ConsultationRecord, overdue_intent
from shared.agreements import Agreement, months_after
from shared.cases.rules import (
    FindAgreement,
    begins,
    deadline,
    missing,
    no_such_day,
    not_stated,
    not_the_openers,
    official,
    record_delivery,
    said,
    sent_at,
    shared,
    wrongly_sent,
)
from shared.contracts.base import Contract
from shared.contracts.case import InCase, RecordCaseDelivery, ReportDeadline
from shared.contracts.consultation import (
    CASES,
    KIND,
    ActionItem,
    ActionItemCompleted,
    ActionItemOverdue,
    AddAgendaItem,
    AgendaItemAdded,
    AgreeConsultationDate,
    AgreeMinutes,
    CancelConsultation,
    CompleteActionItem,
    ConsultationCancelled,
    ConsultationDateAgreed,
    ConsultationDateProposed,
    ConsultationHeld,
    ConsultationProposed,
    HoldConsultation,
    MinutesAgreed,
    MinutesProposed,
    NextConsultationDue,
    NextConsultationProposed,
    PositionStated,
    ProposeConsultation,
    ProposeConsultationDate,
    ProposeMinutes,
    ProposeNextConsultation,
    StatePosition,
    next_number,
)
from shared.messaging.decider import Context, Decided, Intent, Refusal

MOST_MONTHS = 60
"""Between two regular consultations; more is a slip of the pen."""
MOST_ITEMS = 9_999
"""Numbers of action items go no further."""
LONGEST_NUMBER = 90
"""Characters of a regular consultation's number, to which its schedule adds."""
AHEAD = 1
"""Months before its day in which the next consultation is proposed: time to agree on it."""


def decide(find: FindAgreement, state: ConsultationRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case ProposeNextConsultation():
            return propose_next(find, state, command, context)
        case ReportDeadline():
            return deadline_reached(find, state, command, context)
        case RecordCaseDelivery():
            return record_delivery(CASES, state, command, context)
        case InCase():
            agreement = not_stated(find, CASES, command, context, _clause(state, command))
            if isinstance(agreement, Refusal):
                return agreement
            return _stated(agreement, state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a consultation")


def _stated(agreement: Agreement, state: ConsultationRecord, command: InCase, context: Context) -> Decided | Refusal:
    """What a side says, once it is known to be its to say."""
    match command:
        case ProposeConsultation():
            return propose(agreement, state, command, context)
        case ProposeConsultationDate():
            return propose_date(agreement, state, command, context)
        case AgreeConsultationDate():
            return agree_date(agreement, state, command, context)
        case AddAgendaItem():
            return add_agenda_item(state, command, context)
        case StatePosition():
            return state_position(state, command, context)
        case HoldConsultation():
            return hold(agreement, state, command, context)
        case ProposeMinutes():
            return propose_minutes(agreement, state, command, context)
        case AgreeMinutes():
            return agree_minutes(agreement, state, command, context)
        case CompleteActionItem():
            return complete_action_item(agreement, state, command, context)
        case CancelConsultation():
            return cancel(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a statement in a consultation")


def propose(
    agreement: Agreement, state: ConsultationRecord, command: ProposeConsultation, context: Context
) -> Decided | Refusal:
    """M4.2, M10b: a side proposes a consultation, regular or ad hoc, or raises a dispute, with an agenda and a day."""
    clause = _clause(state, command)
    if state.proposal is not None:
        detail = "A consultation with this number was proposed before."
        return Refusal("already-asked", detail, clause=clause, state=state.status, pointer="/number")
    refusal = (
        _wrong_schedule(command, clause)
        or _wrong_dispute(command)
        or _wrong_agenda(command)
        or _day_over(agreement, command, command.on, clause, context)
    )
    if refusal is not None:
        return refusal
    return official(ConsultationProposed(**dict(command), **shared(context)))


def propose_date(
    agreement: Agreement, state: ConsultationRecord, command: ProposeConsultationDate, context: Context
) -> Decided | Refusal:
    """M4.2: until a day is agreed either side may propose another; the last one proposed stands."""
    refusal = _not_in(state, "proposed") or _day_over(agreement, command, command.on, state.clause, context)
    if refusal is not None:
        return refusal
    return official(ConsultationDateProposed(**dict(command), **_spoken(context)))


def agree_date(
    agreement: Agreement, state: ConsultationRecord, command: AgreeConsultationDate, context: Context
) -> Decided | Refusal:
    """M4.2: a day is agreed when one side agrees to what the other proposed last. It names the day, so that nobody
    agrees to another one that was proposed meanwhile.
    """
    refusal = _not_in(state, "proposed")
    if refusal is not None:
        return refusal
    standing = state.proposed_date
    if standing is None or command.on != standing.on:
        detail = f"The day proposed last is {None if standing is None else standing.on}, not {command.on}."
        return _told(state, "another-date", detail, "/on")
    refusal = _own(state, standing.by, context) or _day_over(agreement, command, command.on, state.clause, context)
    if refusal is not None:
        return refusal
    return official(ConsultationDateAgreed(**dict(command), **_spoken(context)))


def add_agenda_item(state: ConsultationRecord, command: AddAgendaItem, context: Context) -> Decided | Refusal:
    """M4.2: until the two have met, either side may add to the agenda."""
    refusal = _not_in(state, "proposed", "date-agreed")
    if refusal is not None:
        return refusal
    if not said(command.text):
        return missing("It says what is to be spoken of.", "/text", state.clause)
    return official(AgendaItemAdded(**dict(command), **_spoken(context)))


def state_position(state: ConsultationRecord, command: StatePosition, context: Context) -> Decided | Refusal:
    """M10b, M4.2: until the two have met, either side may say where it stands; what it says last counts."""
    refusal = _not_in(state, "proposed", "date-agreed")
    if refusal is not None:
        return refusal
    if not said(command.position):
        return missing("It says where the side stands.", "/position", state.clause)
    return official(PositionStated(**dict(command), **_spoken(context)))


def hold(
    agreement: Agreement, state: ConsultationRecord, command: HoldConsultation, context: Context
) -> Decided | Refusal:
    """M4.2: a consultation is held on the day agreed, or after it where it had to wait, and told afterwards.

    Of a regular schedule the clock then proposes the next, a month before its day. M10b: a dispute is spoken of when
    both sides have said where they stand.
    """
    refusal = _not_in(state, "date-agreed") or _one_sided(state, command)
    if refusal is not None:
        return refusal
    if state.agreed_on is not None and command.held_on < state.agreed_on:
        detail = f"It was agreed for {state.agreed_on}; {command.held_on} is before it."
        return _told(state, "dates-reversed", detail, "/held_on")
    zone = agreement.parties[command.country].zone
    if command.held_on > sent_at(context).astimezone(zone).date():
        return _told(state, "dates-reversed", f"It was told before {command.held_on} came.", "/held_on")
    next_on = None if state.every_months is None else months_after(command.held_on, state.every_months)
    held = ConsultationHeld(**dict(command), next_on=next_on, **shared(context))
    asked = [] if next_on is None else [deadline(NEXT, begins(months_after(next_on, -AHEAD), zone))]
    return official(held, intents=asked)


def propose_minutes(
    agreement: Agreement, state: ConsultationRecord, command: ProposeMinutes, context: Context
) -> Decided | Refusal:
    """M4.2: either side proposes minutes with what each has to do; the last ones proposed stand until both agree.

    A digest is of one text: what it says does not change from one proposal to the next, so an agreement to it is to
    what its sender has read.
    """
    refusal = (
        _not_in(state, "held")
        or _wrong_outcome(state, command)
        or _wrong_action_items(agreement, command.action_items, state.clause)
    )
    if refusal is not None:
        return refusal
    digest = command.minutes.digest
    if state.minutes and state.minutes[-1].minutes.digest == digest:
        detail = f"The minutes {digest} were proposed by {state.minutes[-1].by}; they stand."
        return _told(state, "already-proposed", detail, "/minutes/digest")
    told = (command.action_items, command.outcome)
    if any(one.minutes.digest == digest and (one.action_items, one.outcome) != told for one in state.minutes):
        detail = f"The minutes {digest} were proposed before, with other action items or another outcome."
        return _told(state, "already-proposed", detail, "/minutes/digest")
    return official(MinutesProposed(**dict(command), **_spoken(context)))


def agree_minutes(
    agreement: Agreement, state: ConsultationRecord, command: AgreeMinutes, context: Context
) -> Decided | Refusal:
    """M4.2: minutes are agreed when one side agrees to what the other proposed last, by the same digest. From then on
    the clock watches what each has to do.
    """
    refusal = _not_in(state, "held")
    if refusal is not None:
        return refusal
    if not state.minutes:
        return _told(state, "wrong-state", "No minutes were proposed.", "/digest")
    standing = state.minutes[-1]
    if command.digest != standing.minutes.digest:
        detail = f"The minutes proposed last are {standing.minutes.digest}; it agrees to {command.digest}."
        return _told(state, "another-text", detail, "/digest")
    refusal = _own(state, standing.by, context)
    if refusal is not None:
        return refusal
    watched = [_watched(agreement, item) for item in standing.action_items]
    return official(MinutesAgreed(**dict(command), **_spoken(context)), intents=watched)


def complete_action_item(
    agreement: Agreement, state: ConsultationRecord, command: CompleteActionItem, context: Context
) -> Decided | Refusal:
    """M4.2: an action item is done when its owner says so. Late is taken, and recorded as late; the last one closes
    the case.
    """
    refusal = _not_in(state, "minutes-agreed", "closed")
    if refusal is not None:
        return refusal
    item = next((one for one in state.action_items if one.item == command.item), None)
    if item is None:
        return _told(state, "no-such-item", f"The minutes have no action item {command.item}.", "/item")
    if item.owner != context.message.originator:
        detail = f"Action item {item.item} is {item.owner}'s to do."
        return _told(state, "wrong-party", detail, "/item")
    if item not in state.to_do:
        return _told(state, "already-done", f"Action item {item.item} was done before.", "/item")
    if not said(command.text):
        return missing("It says what was done.", "/text", state.clause)
    late = sent_at(context) >= _over(agreement, item)
    completed = ActionItemCompleted(**dict(command), late=late, **_spoken(context))
    asked = overdue_intent(item.item)
    return official(completed, closes=[asked] if asked in state.waiting else [])


def cancel(state: ConsultationRecord, command: CancelConsultation, context: Context) -> Decided | Refusal:
    """M4.2, M3a: until the two have met, either side may say that it does not consult, and why. A regular schedule
    ends with it: to keep the schedule and change the day, another day is proposed. M10b: a dispute is not over because
    the other side will not speak of it.
    """
    refusal = _not_in(state, "proposed", "date-agreed")
    if refusal is None and state.dispute is not None:
        refusal = not_the_openers(command.country, context, state.clause)
    if refusal is not None:
        return refusal
    if not said(command.ground):
        return missing("Who cancels says why.", "/ground", state.clause)
    return official(ConsultationCancelled(**dict(command), **_spoken(context)))


def propose_next(
    find: FindAgreement, state: ConsultationRecord, command: ProposeNextConsultation, context: Context
) -> Decided | Refusal:
    """M4.2: a regular schedule proposes the next consultation by itself, for the side that set the schedule; the other
    agrees to the day or proposes another. Asked again it changes nothing.
    """
    agreement = wrongly_sent(find, KIND, command.country, command.number, context, "M4.2")
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_openers(command.country, context, "M4.2")
    if refusal is not None:
        return refusal
    if state.proposal is not None:
        return Decided()
    return official(NextConsultationProposed(**dict(command), recorded_at=context.now))


def deadline_reached(
    find: FindAgreement, state: ConsultationRecord, command: ReportDeadline, context: Context
) -> Decided:
    """M4.2: the next of a regular schedule falls due; both sides are told of an action item whose day has passed.

    A report on a deadline that is closed changes nothing.
    """
    if command.intent_id not in state.waiting or state.proposal is None:
        return Decided()
    if command.intent_id == NEXT:
        return _next_due(find(context.message.agreement), state, command)
    item = next(one for one in state.to_do if overdue_intent(one.item) == command.intent_id)
    overdue = ActionItemOverdue(
        country=state.proposal.country,
        number=state.proposal.number,
        item=item.item,
        owner=item.owner,
        due_on=item.due_on,
        recorded_at=command.reached_at,
    )
    return official(overdue, closes=[command.intent_id])


def _next_due(agreement: Agreement | None, state: ConsultationRecord, command: ReportDeadline) -> Decided:
    """M4.2, M10a: the next is proposed, unless the agreement has ended meanwhile."""
    proposal, held = state.proposal, state.held
    if agreement is None or proposal is None or held is None or held.next_on is None or proposal.every_months is None:
        return Decided(closes=[NEXT])
    if not agreement.takes_new_sharing(command.reached_at.astimezone(agreement.parties[proposal.country].zone).date()):
        return Decided(closes=[NEXT])
    due = NextConsultationDue(
        country=proposal.country,
        number=proposal.number,
        title=proposal.title,
        agenda=proposal.agenda,
        on=held.next_on,
        every_months=proposal.every_months,
        next_number=next_number(proposal.number),
        recorded_at=command.reached_at,
    )
    return official(due, closes=[NEXT])


def _clause(state: ConsultationRecord, command: InCase) -> str:
    """Under which the command is given: a proposal says so itself."""
    if isinstance(command, ProposeConsultation):
        return "M10b" if command.occasion == "dispute" else "M4.2"
    return state.clause


def _wrong_schedule(command: ProposeConsultation, clause: str) -> Refusal | None:
    """M4.2: a regular consultation says how often, any other is held once."""
    months = command.every_months
    if command.occasion != "regular":
        if months is None:
            return None
        detail = "What is not regular has no schedule."
        return Refusal("wrong-form", detail, clause=clause, pointer="/every_months")
    if months is None:
        return missing("A regular consultation says every how many months.", "/every_months", clause)
    if not 1 <= months <= MOST_MONTHS:
        detail = f"It is every 1 to {MOST_MONTHS} months, not every {months}."
        return Refusal("wrong-form", detail, clause=clause, pointer="/every_months")
    if len(command.number) > LONGEST_NUMBER:
        detail = f"The schedule adds to the number, which has {len(command.number)} characters of {LONGEST_NUMBER}."
        return Refusal("too-large", detail, clause=clause, pointer="/number")
    return None


def _wrong_dispute(command: ProposeConsultation) -> Refusal | None:
    """M10b: a dispute is about a clause, and the side that raises it says where it stands."""
    dispute = command.dispute
    if command.occasion != "dispute":
        if dispute is None:
            return None
        detail = "What is in dispute is spoken of on the occasion of a dispute."
        return Refusal("wrong-form", detail, clause="M4.2", pointer="/dispute")
    if dispute is None:
        return missing("It says what is in dispute.", "/dispute", "M10b")
    if not dispute.clause.strip():
        return missing("It names the clause in dispute.", "/dispute/clause", "M10b")
    if not said(dispute.position):
        return missing("It says where the side stands that raises it.", "/dispute/position", "M10b")
    return None


def _one_sided(state: ConsultationRecord, command: HoldConsultation) -> Refusal | None:
    """M10b: the side that raised it has said where it stands by raising it; the other says so before the two meet."""
    if state.dispute is None or any(one.by != command.country for one in state.positions):
        return None
    detail = "The other side has not said where it stands."
    return Refusal("no-position", detail, clause="M10b", state=state.status)


def _wrong_outcome(state: ConsultationRecord, command: ProposeMinutes) -> Refusal | None:
    """M10b: the minutes of a dispute say whether it is settled, and no others do."""
    if state.dispute is None and command.outcome is not None:
        return _told(state, "wrong-form", "Nothing was in dispute.", "/outcome")
    if state.dispute is not None and command.outcome is None:
        return missing("It says whether the dispute is settled.", "/outcome", "M10b")
    return None


def _wrong_agenda(command: ProposeConsultation) -> Refusal | None:
    """M4.2 (a) to (f): there is something to speak of; in a dispute there is that."""
    if not command.agenda and command.dispute is None:
        return missing("It says what is to be spoken of.", "/agenda", "M4.2")
    for place, item in enumerate(command.agenda):
        if not said(item.text):
            return missing("It says what is to be spoken of.", f"/agenda/{place}/text", "M4.2")
    return None


def _wrong_action_items(agreement: Agreement, items: Sequence[ActionItem], clause: str) -> Refusal | None:
    """M4.2: an action item has a number of its own, an owner, a day and something to do."""
    for place, item in enumerate(items):
        at = f"/action_items/{place}"
        if not 1 <= item.item <= MOST_ITEMS or item.item in [one.item for one in items[:place]]:
            detail = f"Action items are counted from 1 on, each once; {item.item} is not."
            return Refusal("wrong-form", detail, clause=clause, pointer=f"{at}/item")
        if item.owner not in agreement.parties:
            detail = f"{item.owner} is no party to agreement {agreement.id}."
            return Refusal("wrong-party", detail, clause=clause, pointer=f"{at}/owner")
        refusal = no_such_day(item.due_on, f"{at}/due_on", clause)
        if refusal is not None:
            return refusal
        if not said(item.text):
            return missing("It says what is to be done.", f"{at}/text", clause)
    return None


def _day_over(agreement: Agreement, command: InCase, day: date, clause: str, context: Context) -> Refusal | None:
    """M4.2: a day to meet on is one to come, or today, where the side is that opened the case."""
    refusal = no_such_day(day, "/on", clause)
    if refusal is not None:
        return refusal
    if begins(day + timedelta(days=1), agreement.parties[command.country].zone) > sent_at(context):
        return None
    return Refusal("dates-reversed", f"{day} was over when it was said.", clause=clause, pointer="/on")


def _own(state: ConsultationRecord, proposed_by: str, context: Context) -> Refusal | None:
    """M4.2: both sides agree, so none to what it proposed itself."""
    if context.message.originator != proposed_by:
        return None
    return Refusal("own-proposal", f"{proposed_by} proposed it itself.", clause=state.clause, state=state.status)


def _not_in(state: ConsultationRecord, *statuses: str) -> Refusal | None:
    """What is said in a consultation fits how far it has come."""
    if state.proposal is None:
        return Refusal("no-such-case", "No such consultation was proposed.", clause=state.clause, state="unknown")
    if state.status in statuses:
        return None
    return Refusal("wrong-state", f"The consultation is {state.status}.", clause=state.clause, state=state.status)


def _told(state: ConsultationRecord, slug: str, detail: str, pointer: str) -> Refusal:
    return Refusal(slug, detail, clause=state.clause, state=state.status, pointer=pointer)


def _over(agreement: Agreement, item: ActionItem) -> datetime:
    """The first moment after the item's day, where its owner is."""
    return begins(item.due_on + timedelta(days=1), agreement.parties[item.owner].zone)


def _watched(agreement: Agreement, item: ActionItem) -> Intent:
    intent_id = overdue_intent(item.item)
    return deadline(intent_id, _over(agreement, item), clock=f"clock/{intent_id}")


def _spoken(context: Context) -> dict[str, Any]:
    """The members of an event that either side may cause."""
    return {**shared(context), "by": context.message.originator}
