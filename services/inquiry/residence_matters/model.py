"""A residence matter and what came of it. Of the person it holds what is sealed, and cannot open it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.residence_matter import (
    ResidenceMatterAnswered,
    ResidenceMatterClosed,
    ResidenceMatterDeclined,
    ResidenceMatterRaised,
)

Status = Literal["unknown", "raised", "answered", "declined", "closed"]
"""The last two end it. `unknown`: nothing was raised."""


class ResidenceMatterRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    matter: ResidenceMatterRaised | None = None
    answers: tuple[ResidenceMatterAnswered, ...] = ()
    """In the order given; each adds to those before."""
    refusal: ResidenceMatterDeclined | None = None
    closing: ResidenceMatterClosed | None = None

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.matter is None else self.matter.title

    @property
    def open(self) -> bool:
        """Whether the other side has still to say something to it."""
        return self.status == "raised"

    @property
    def due_on(self) -> date | None:
        """The memorandum sets no day for it, nor does the side that raises it."""
        return None

    @property
    def overdue(self) -> bool:
        """Never: there is no day."""
        return False

    @property
    def accepted_at(self) -> datetime | None:
        """When it was first answered, or declined: nothing is said before."""
        return first_shared_at(*self.answers, self.refusal)

    @property
    def answered_at(self) -> datetime | None:
        """The same: later answers add to the first."""
        return self.accepted_at


def evolve(state: ResidenceMatterRecord, event: Contract) -> ResidenceMatterRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ResidenceMatterRaised():
            return after(state, event, {"status": "raised", "matter": event})
        case ResidenceMatterAnswered():
            return after(state, event, {"status": "answered", "answers": (*state.answers, event)})
        case ResidenceMatterDeclined():
            return after(state, event, {"status": "declined", "refusal": event})
        case ResidenceMatterClosed():
            return after(state, event, {"status": "closed", "closing": event})
        case _:
            return delivered(state, event)
