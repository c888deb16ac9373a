"""A cooperation request and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.cooperation_request import (
    CooperationAccepted,
    CooperationCompleted,
    CooperationDeclined,
    CooperationOverdue,
    CooperationRequested,
    CooperationRequestWithdrawn,
)

Status = Literal["unknown", "requested", "accepted", "partly-accepted", "declined", "done", "withdrawn"]
"""The last three end it. `unknown`: nothing was requested."""

OVERDUE = "overdue"
"""Id of the intent by which the clock is asked."""


class CooperationRequestRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    request: CooperationRequested | None = None
    acceptance: CooperationAccepted | None = None
    refusal: CooperationDeclined | None = None
    completion: CooperationCompleted | None = None
    withdrawal: CooperationRequestWithdrawn | None = None
    overdue_since: datetime | None = None
    """When the clock found it not done after its day; kept for good."""

    @property
    def open(self) -> bool:
        """Whether the other side has still to say something to it."""
        return self.status in ("requested", "accepted", "partly-accepted")

    @property
    def due_on(self) -> date | None:
        """The day by which it is done, else the day by which it is wished."""
        if self.acceptance is not None and self.acceptance.done_by is not None:
            return self.acceptance.done_by
        return None if self.request is None else self.request.wished_on

    @property
    def overdue(self) -> bool:
        """Whether it is owed and late now."""
        return self.overdue_since is not None and self.open

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.request is None else self.request.title

    @property
    def answer_by(self) -> date | None:
        """The day by which it is to be done or declined."""
        return self.due_on

    @property
    def accepted_at(self) -> datetime | None:
        """When it was accepted or declined."""
        return first_shared_at(self.acceptance, self.refusal)

    @property
    def answered_at(self) -> datetime | None:
        """When it was done or declined."""
        return first_shared_at(self.refusal, self.completion)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet."""
        asked = self.acceptance is not None and self.acceptance.overdue_at is not None
        return (OVERDUE,) if asked and self.open and self.overdue_since is None else ()


def evolve(state: CooperationRequestRecord, event: Contract) -> CooperationRequestRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case CooperationRequested():
            return after(state, event, {"status": "requested", "request": event})
        case CooperationAccepted():
            status = "accepted" if event.extent == "full" else "partly-accepted"
            return after(state, event, {"status": status, "acceptance": event})
        case CooperationDeclined():
            return after(state, event, {"status": "declined", "refusal": event})
        case CooperationCompleted():
            return after(state, event, {"status": "done", "completion": event})
        case CooperationRequestWithdrawn():
            return after(state, event, {"status": "withdrawn", "withdrawal": event})
        case CooperationOverdue():
            return after(state, event, {"overdue_since": event.recorded_at})
        case _:
            return delivered(state, event)
