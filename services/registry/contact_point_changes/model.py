"""A change of a contact point, and whether the other side has taken note."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.contact_point_change import ContactPointAcknowledged, ContactPointChanged

Status = Literal["unknown", "told", "acknowledged"]
"""`unknown`: no change was told."""


class ContactPointChangeRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    change: ContactPointChanged | None = None
    acknowledgement: ContactPointAcknowledged | None = None

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.change is None else self.change.names

    @property
    def due_on(self) -> date | None:
        """The day from which the new one is used."""
        return None if self.change is None else self.change.effective_on

    @property
    def overdue(self) -> bool:
        """Never: nothing is owed by a day."""
        return False

    @property
    def accepted_at(self) -> datetime | None:
        """When the other side took note: no more is asked of it, by no day."""
        return first_shared_at(self.acknowledgement)

    @property
    def answered_at(self) -> datetime | None:
        """The same."""
        return self.accepted_at


def evolve(state: ContactPointChangeRecord, event: Contract) -> ContactPointChangeRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ContactPointChanged():
            return after(state, event, {"status": "told", "change": event})
        case ContactPointAcknowledged():
            return after(state, event, {"status": "acknowledged", "acknowledgement": event})
        case _:
            return delivered(state, event)
