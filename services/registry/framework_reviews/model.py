"""The reviews of an agreement's framework: the one to come, and those that fell due."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.framework_review import ReviewDue, ReviewScheduled


class FrameworkReviewRecord(BaseModel):
    """The stream's state."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    waiting_for: date | None = None
    """The day of the next one; None before any was scheduled."""
    fallen_due: tuple[ReviewDue, ...] = ()
    """Oldest first."""


def intent_of(day: date) -> str:
    """Id of the intent by which the clock is asked of the review on this day."""
    return f"review-{day}"


def evolve(state: FrameworkReviewRecord, event: Contract) -> FrameworkReviewRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ReviewScheduled():
            return state.model_copy(update={"waiting_for": event.due_on})
        case ReviewDue():
            fallen_due = (*state.fallen_due, event)
            return state.model_copy(update={"waiting_for": event.next_on, "fallen_due": fallen_due})
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a framework's reviews")
