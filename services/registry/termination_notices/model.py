"""A notice to end the cooperation, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.termination_notice import (
    AgreementEnded,
    TerminationNoticeAcknowledged,
    TerminationNoticeGiven,
)

Status = Literal["unknown", "given", "acknowledged", "ended"]
"""`unknown`: no notice was given. `ended`: the day has come, acknowledged or not."""

END = "end"
"""Id of the intent by which the clock is asked."""


class TerminationNoticeRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    notice: TerminationNoticeGiven | None = None
    acknowledgement: TerminationNoticeAcknowledged | None = None
    ended: AgreementEnded | None = None

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.notice is None else self.notice.ground

    @property
    def due_on(self) -> date | None:
        """The first day without the agreement."""
        return None if self.notice is None else self.notice.ends_on

    @property
    def overdue(self) -> bool:
        """Never: it ends by itself."""
        return False

    @property
    def accepted_at(self) -> datetime | None:
        """When the other side took note: no more is asked of it, by no day."""
        return first_shared_at(self.acknowledgement)

    @property
    def answered_at(self) -> datetime | None:
        """The same."""
        return self.accepted_at


def evolve(state: TerminationNoticeRecord, event: Contract) -> TerminationNoticeRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case TerminationNoticeGiven():
            return after(state, event, {"status": "given", "notice": event})
        case TerminationNoticeAcknowledged():
            status = "ended" if state.ended is not None else "acknowledged"
            return after(state, event, {"status": status, "acknowledgement": event})
        case AgreementEnded():
            return after(state, event, {"status": "ended", "ended": event})
        case _:
            return delivered(state, event)
