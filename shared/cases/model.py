"""What the records of cases have in common: the steps they have taken, and what has gone over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

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


class CaseRecord(Fact):
    """The state of a case's stream."""

    history: tuple[Step, ...] = ()
    """In the order recorded; empty as long as nothing but refusals came of it."""


class WentOver(Fact):
    """A statement on its way to the other side, and what came of it."""

    event: str
    receipt_id: str
    shared_at: datetime
    received_at: datetime | None = None
    """When the other side's national system received it."""
    receipt_number: str | None = None
    undelivered: Problem | None = None


class StatedRecord(CaseRecord):
    """The state of a stream of statements (`shared.contracts.case.CaseKind`)."""

    went_over: tuple[WentOver, ...] = ()
    """In the order recorded."""


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
