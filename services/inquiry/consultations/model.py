"""A consultation: what it is about, the day, the minutes and what is to be done by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from shared.cases.model import Fact, Outline, StatedRecord, after, delivered
from shared.contracts.base import Contract
from shared.contracts.consultation import (
    ActionItem,
    ActionItemCompleted,
    ActionItemOverdue,
    AgendaItem,
    AgendaItemAdded,
    ConsultationCancelled,
    ConsultationDateAgreed,
    ConsultationDateProposed,
    ConsultationHeld,
    ConsultationProposed,
    Dispute,
    MinutesAgreed,
    MinutesProposed,
    NextConsultationDue,
    NextConsultationProposed,
    Outcome,
    PositionStated,
)

Status = Literal["unknown", "proposed", "date-agreed", "held", "minutes-agreed", "closed", "cancelled"]
"""`minutes-agreed`: some action item is not done. The last two end it. `unknown`: nothing was proposed."""

NEXT = "next"
"""Id of the intent by which the clock proposes the next consultation of a regular schedule."""


def overdue_intent(item: int) -> str:
    """Id of the intent by which the clock is asked about an action item."""
    return f"overdue-{item}"


class ProposedDate(Fact):
    """The day that was proposed last, and by whom."""

    on: date
    by: str


class ConsultationRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    proposal: ConsultationProposed | NextConsultationProposed | None = None
    """The latter where the clock proposed it, by a regular schedule."""
    proposed_date: ProposedDate | None = None
    agreed_on: date | None = None
    added: tuple[AgendaItemAdded, ...] = ()
    positions: tuple[PositionStated, ...] = ()
    """One of each side at most, as it was stated last; of a dispute the first was stated with it."""
    held: ConsultationHeld | None = None
    minutes: tuple[MinutesProposed, ...] = ()
    """As proposed one after the other: the last stand."""
    agreement: MinutesAgreed | None = None
    completions: tuple[ActionItemCompleted, ...] = ()
    found_overdue: tuple[int, ...] = ()
    """Action items that the clock found not done after their day; kept for good."""
    cancellation: ConsultationCancelled | None = None
    next_number: str | None = None
    """Of the case of the next consultation, once it is proposed."""

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.proposal is None else self.proposal.title

    @property
    def dispute(self) -> Dispute | None:
        """What it is to settle (M10b), if anything."""
        return self.proposal.dispute if isinstance(self.proposal, ConsultationProposed) else None

    @property
    def clause(self) -> str:
        """Under which it takes place."""
        return "M4.2" if self.dispute is None else "M10b"

    @property
    def outcome(self) -> Outcome | None:
        """Of a dispute, once both sides are agreed on the minutes."""
        return None if self.agreement is None else self.minutes[-1].outcome

    @property
    def agenda(self) -> tuple[AgendaItem, ...]:
        """As proposed, and what was added."""
        proposed = () if self.proposal is None else self.proposal.agenda
        return (*proposed, *(AgendaItem(topic=one.topic, text=one.text) for one in self.added))

    @property
    def every_months(self) -> int | None:
        """Of a regular consultation."""
        return None if self.proposal is None else self.proposal.every_months

    @property
    def action_items(self) -> tuple[ActionItem, ...]:
        """That both sides are agreed on."""
        return () if self.agreement is None else self.minutes[-1].action_items

    @property
    def to_do(self) -> tuple[ActionItem, ...]:
        """The action items that are not done."""
        done = {one.item for one in self.completions}
        return tuple(one for one in self.action_items if one.item not in done)

    @property
    def due_on(self) -> date | None:
        """The day agreed or proposed until it was held; then the first by which something is to be done."""
        if self.status in ("proposed", "date-agreed"):
            return self.agreed_on or (None if self.proposed_date is None else self.proposed_date.on)
        return min((one.due_on for one in self.to_do), default=None)

    @property
    def overdue(self) -> bool:
        """Whether an action item is owed and late now."""
        return any(one.item in self.found_overdue for one in self.to_do)

    @property
    def outline(self) -> Outline:
        """What the clock proposed is proposed once that is recorded: no message went over before the other side's."""
        outline = super().outline
        if not isinstance(self.proposal, NextConsultationProposed):
            return outline
        return outline.model_copy(update={"shared_at": self.proposal.recorded_at, "received_at": None})

    @property
    def answer_by(self) -> date | None:
        """The day proposed first: until it is over the other side says whether and when it consults."""
        return None if self.proposal is None else self.proposal.on

    @property
    def accepted_at(self) -> datetime | None:
        """When a day was agreed, or before that the other side said that it does not consult."""
        agreed = [one.shared_at for one in self.went_over if one.event == ConsultationDateAgreed.__name__]
        ending = self.cancellation
        refused = [] if ending is None or ending.by == ending.country else [ending.shared_at]
        return min([*agreed, *refused], default=None)

    @property
    def answered_at(self) -> datetime | None:
        """The same. What comes of the consultation is owed by both."""
        return self.accepted_at

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet."""
        items = tuple(overdue_intent(one.item) for one in self.to_do if one.item not in self.found_overdue)
        next_asked = self.held is not None and self.held.next_on is not None and self.next_number is None
        return (*items, NEXT) if next_asked else items


def evolve(state: ConsultationRecord, event: Contract) -> ConsultationRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    changes: dict[str, Any]
    match event:
        case ConsultationProposed() | NextConsultationProposed():
            day = ProposedDate(on=event.on, by=event.country)
            changes = {"status": "proposed", "proposal": event, "proposed_date": day}
        case ConsultationDateProposed():
            changes = {"proposed_date": ProposedDate(on=event.on, by=event.by)}
        case ConsultationDateAgreed():
            changes = {"status": "date-agreed", "agreed_on": event.on}
        case AgendaItemAdded():
            changes = {"added": (*state.added, event)}
        case PositionStated():
            others = (one for one in state.positions if one.by != event.by)
            changes = {"positions": (*others, event)}
        case ConsultationHeld():
            changes = {"status": "held", "held": event}
        case MinutesProposed():
            changes = {"minutes": (*state.minutes, event)}
        case MinutesAgreed():
            status = "minutes-agreed" if state.minutes[-1].action_items else "closed"
            changes = {"status": status, "agreement": event}
        case ActionItemCompleted():
            open_after = [one for one in state.to_do if one.item != event.item]
            status = "minutes-agreed" if open_after else "closed"
            changes = {"status": status, "completions": (*state.completions, event)}
        case ConsultationCancelled():
            changes = {"status": "cancelled", "cancellation": event}
        case ActionItemOverdue():
            changes = {"found_overdue": (*state.found_overdue, event.item)}
        case NextConsultationDue():
            changes = {"next_number": event.next_number}
        case _:
            return delivered(state, event)
    return after(state, event, changes)
