"""What the records of cases have in common: the steps they have taken, and what has gone over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, Sharing
from shared.errors import Problem


class Fact(BaseModel):
    """Something recorded of a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Step(Fact):
    """One thing that happened to a case."""

    event: str
    recorded_at: datetime
    receipt_id: str | None = None
    """Under which the message that led to it was accepted, where it was a message of a side."""
    parts: tuple[int, ...] = ()
    """Numbers of the revisions or questions it is about."""


class Outline(Fact):
    """What a matter says of one of its cases, so that it is listed, shown and measured beside those of all others.

    The other side owes what is asked for, unless it says otherwise. None stands for what has not happened, or is not
    of this matter.
    """

    status: str
    """In the words of the matter."""
    title: dict[str, str] = Field(default_factory=dict)
    """What it is about, by language tag (`und` for a number or a code)."""
    due_on: date | None = None
    """The last day on which what is owed is in time, by the calendar of the side that owes it."""
    closed: bool = False
    """Whether nothing is owed any more."""
    overdue: bool | None = None
    """Whether something is owed and late now; None where its day and the calendar say so."""
    owed_by_opener: bool = False
    """Whether it is the side that opened it."""
    measured: bool = True
    """Whether it counts how soon the side that owes it takes it on and answers."""
    answer_by: date | None = None
    """The day by which it counts as answered in time, by the same calendar: of the answer alone, unlike `due_on`."""
    learned_at: datetime | None = None
    """When the side that opened it learned of what it shares."""
    shared_at: datetime | None = None
    """When the first of it went over: its bridge accepted it."""
    received_at: datetime | None = None
    """When the other side's national system had the first of it."""
    accepted_at: datetime | None = None
    """When the other side took it on."""
    answered_at: datetime | None = None
    """When the other side had said all that was asked for, a refusal to answer included."""
    taken_back_at: datetime | None = None
    """When it came to its end without an answer; what was owed until then counts."""
    acted_at: datetime | None = None
    """When the other side first told what it makes of it or has done about it."""
    ended_at: datetime | None = None
    """When the other side told that it is done with it."""


class CaseRecord(Fact):
    """The state of a case's stream."""

    history: tuple[Step, ...] = ()
    """In the order recorded; empty as long as nothing but refusals came of it."""

    @property
    def outline(self) -> Outline:
        """What is said of it. Of every record with a history; each matter has its own."""
        raise NotImplementedError


class WentOver(Fact):
    """A statement on its way to the other side, and what came of it."""

    event: str
    receipt_id: str
    shared_at: datetime
    received_at: datetime | None = None
    """When the other side's national system received it."""
    receipt_number: str | None = None
    undelivered: Problem | None = None


LAST: Final = frozenset(
    {
        "acknowledged",
        "agreed",
        "answered",
        "cancelled",
        "closed",
        "completed",
        "declined",
        "departed",
        "done",
        "ended",
        "expired",
        "refused",
        "used",
        "withdrawn",
    }
)
"""The words by which matters say that nothing is owed any more."""


class StatedRecord(CaseRecord):
    """The state of a stream of statements (`shared.contracts.case.CaseKind`)."""

    measured: ClassVar[bool] = True
    """Whether the other side owes an answer, so that it counts how soon it takes the case on and answers."""

    went_over: tuple[WentOver, ...] = ()
    """In the order recorded."""

    @property
    def outline(self) -> Outline:
        """From its first statement and from what its own `status`, `title`, `due_on`, `overdue`, `answer_by`,
        `accepted_at` and `answered_at` say.
        """
        of: Any = self
        opening, last = (self.went_over[0], self.went_over[-1]) if self.went_over else (None, None)
        closed = of.status in LAST
        return Outline(
            status=of.status,
            title=getattr(of, "title", {}),
            due_on=getattr(of, "due_on", None),
            overdue=getattr(of, "overdue", None),
            closed=closed,
            measured=of.measured,
            answer_by=getattr(of, "answer_by", None),
            shared_at=None if opening is None else opening.shared_at,
            received_at=None if opening is None else opening.received_at,
            accepted_at=getattr(of, "accepted_at", None),
            answered_at=getattr(of, "answered_at", None),
            taken_back_at=last.shared_at if closed and last is not None else None,
        )


def first_shared_at(*statements: Sharing | None) -> datetime | None:
    """When the first of these went over; None where none was made."""
    return min((one.shared_at for one in statements if one is not None), default=None)


R = TypeVar("R", bound=StatedRecord)


def after(state: R, event: Any, changes: dict[str, Any] | None = None, parts: tuple[int, ...] = ()) -> R:
    """The state with these changes, and the event as a step of its history; a statement goes over.

    `event` is one with `recorded_at`; `parts` are the numbers that it is about.
    """
    name, receipt_id = type(event).__name__, getattr(event, "receipt_id", None)
    step = Step(event=name, recorded_at=event.recorded_at, receipt_id=receipt_id, parts=parts)
    update: dict[str, Any] = {"history": (*state.history, step), **(changes or {})}
    if isinstance(event, Sharing):
        over = WentOver(event=name, receipt_id=event.receipt_id, shared_at=event.shared_at)
        update["went_over"] = (*state.went_over, over)
    return state.model_copy(update=update)


def delivered(state: R, event: Contract) -> R:
    """After it became known what came of a statement. Raises TypeError for an event that does not say so."""
    match event:
        case CaseMessageDelivered():
            told: dict[str, Any] = {"received_at": event.received_at, "receipt_number": event.receipt_number}
        case CaseMessageUndelivered():
            told = {"undelivered": event.problem}
        case _:
            raise TypeError(f"{type(event).__name__} says nothing of a delivery")
    heard = tuple(one.model_copy(update=told) if one.receipt_id == event.receipt_id else one for one in state.went_over)
    return after(state, event, {"went_over": heard})
