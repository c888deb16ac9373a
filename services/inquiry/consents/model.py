"""A consent that was asked for, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from shared.cases.model import StatedRecord, after, delivered, first_shared_at
from shared.contracts.base import Contract
from shared.contracts.consent import (
    ConsentAsked,
    ConsentExpired,
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosedUnderConsent,
)

Status = Literal["unknown", "asked", "granted", "refused", "withdrawn", "expired", "used"]
"""`used`: once, and it was for once. `unknown`: nothing was asked."""

EXPIRY = "expiry"
"""Id of the intent by which the clock is asked."""


class ConsentRecord(StatedRecord):
    """The stream's state."""

    status: Status = "unknown"
    request: ConsentAsked | None = None
    grant: ConsentGranted | None = None
    refusal: ConsentRefused | None = None
    withdrawal: ConsentWithdrawn | None = None
    disclosures: tuple[DisclosedUnderConsent, ...] = ()
    expired_since: datetime | None = None
    """When the clock found it run out; kept for good."""

    @property
    def title(self) -> dict[str, str]:
        """It has none: record, recipient and purpose are what it is about."""
        return {}

    @property
    def open(self) -> bool:
        """Whether the other side has still to say something to it."""
        return self.status == "asked"

    @property
    def due_on(self) -> date | None:
        """The memorandum sets no day for it."""
        return None

    @property
    def overdue(self) -> bool:
        """Never: there is no day."""
        return False

    @property
    def accepted_at(self) -> datetime | None:
        """When it was granted or refused: nothing is said before."""
        return first_shared_at(self.grant, self.refusal)

    @property
    def answered_at(self) -> datetime | None:
        """The same. What becomes of the consent later is no part of the answer."""
        return self.accepted_at

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet."""
        return (EXPIRY,) if self.status == "granted" else ()


def evolve(state: ConsentRecord, event: Contract) -> ConsentRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case ConsentAsked():
            return after(state, event, {"status": "asked", "request": event})
        case ConsentGranted():
            return after(state, event, {"status": "granted", "grant": event})
        case ConsentRefused():
            return after(state, event, {"status": "refused", "refusal": event})
        case ConsentWithdrawn():
            return after(state, event, {"status": "withdrawn", "withdrawal": event})
        case DisclosedUnderConsent():
            used = state.status == "granted" and state.grant is not None and state.grant.times == "once"
            told = {"status": "used" if used else state.status, "disclosures": (*state.disclosures, event)}
            return after(state, event, told)
        case ConsentExpired():
            return after(state, event, {"status": "expired", "expired_since": event.recorded_at})
        case _:
            return delivered(state, event)
