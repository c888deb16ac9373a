"""A request for return assistance and what came of it. Of the person it holds what is sealed, and cannot open it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.return_assistance import (
    DepartureConfirmed,
    ReturnAssistanceAccepted,
    ReturnAssistanceClosed,
    ReturnAssistanceDeclined,
    ReturnAssistanceOverdue,
    ReturnAssistanceRequested,
    ReturnProcedureBegun,
    TravelDocumentIssued,
)

Status = Literal[
    "unknown", "requested", "accepted", "procedure-begun", "document-issued", "departed", "declined", "closed"
]
"""The last two end it. `unknown`: nothing was requested."""

OVERDUE = "overdue"
"""Id of the intent by which the clock is asked."""


class ReturnAssistanceRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    request: ReturnAssistanceRequested | None = None
    acceptance: ReturnAssistanceAccepted | None = None
    refusal: ReturnAssistanceDeclined | None = None
    procedures: tuple[ReturnProcedureBegun, ...] = ()
    documents: tuple[TravelDocumentIssued, ...] = ()
    """A later one replaces the one before."""
    departure: DepartureConfirmed | None = None
    closing: ReturnAssistanceClosed | None = None
    overdue_since: datetime | None = None
    """When the clock found no document issued after its day; kept for good."""

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.request is None else self.request.title

    @property
    def open(self) -> bool:
        """Whether the other side has still something to do."""
        return self.status in ("requested", "accepted", "procedure-begun")

    @property
    def due_on(self) -> date | None:
        """The day by which it is done, else the day by which it is wished."""
        if self.acceptance is not None:
            return self.acceptance.done_by
        return None if self.request is None else self.request.wished_on

    @property
    def overdue(self) -> bool:
        """Whether the day has passed and it is still not done."""
        return self.open and self.overdue_since is not None

    @property
    def answer_by(self) -> date | None:
        """The day by which a document is to be issued, or the request declined."""
        return self.due_on

    @property
    def accepted_at(self) -> datetime | None:
        """When it was accepted or declined."""
        return first_shared_at(self.acceptance, self.refusal)

    @property
    def answered_at(self) -> datetime | None:
        """When the first document was issued, or it was declined; a departure before that leaves nothing to do."""
        return first_shared_at(*self.documents, self.refusal)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet."""
        return (OVERDUE,) if self.acceptance is not None and self.open and self.overdue_since is None else ()


def evolve(state: ReturnAssistanceRecord, event: Contract) -> ReturnAssistanceRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ReturnAssistanceRequested():
            return after(state, event, {"status": "requested", "request": event})
        case ReturnAssistanceAccepted():
            return after(state, event, {"status": "accepted", "acceptance": event})
        case ReturnAssistanceDeclined():
            return after(state, event, {"status": "declined", "refusal": event})
        case ReturnProcedureBegun():
            return after(state, event, {"status": "procedure-begun", "procedures": (*state.procedures, event)})
        case TravelDocumentIssued():
            return after(state, event, {"status": "document-issued", "documents": (*state.documents, event)})
        case DepartureConfirmed():
            return after(state, event, {"status": "departed", "departure": event})
        case ReturnAssistanceClosed():
            return after(state, event, {"status": "closed", "closing": event})
        case ReturnAssistanceOverdue():
            return after(state, event, {"overdue_since": event.recorded_at})
        case _:
            return delivered(state, event)
