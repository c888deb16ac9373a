"""A proposed amendment, and who has signed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from shared.cases.model import StatedRecord, after, delivered
from shared.contracts.amendment import AmendmentProposed, AmendmentSigned, AmendmentWithdrawn
from shared.contracts.base import Contract

Status = Literal["unknown", "proposed", "signed", "agreed", "withdrawn"]
"""`signed`: by one side. `agreed`: by both; it is in force from its day on. `unknown`: nothing was proposed."""


class AmendmentRecord(StatedRecord):
    """The stream's state."""

    # Written consent (M9) is given when a side has come to it, and nobody owes it.
    measured: ClassVar[bool] = False

    status: Status = "unknown"
    proposal: AmendmentProposed | None = None
    signatures: Mapping[str, AmendmentSigned] = Field(default_factory=dict)
    """By the side that signed."""
    withdrawal: AmendmentWithdrawn | None = None

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.proposal is None else self.proposal.title

    @property
    def in_force_on(self) -> date | None:
        """The first day on which the agreement is as amended; None until both have signed."""
        return next((one.in_force_on for one in self.signatures.values() if one.in_force_on is not None), None)

    @property
    def due_on(self) -> date | None:
        """The day from which it holds, or is to hold."""
        return self.in_force_on or (None if self.proposal is None else self.proposal.effective_on)

    @property
    def overdue(self) -> bool:
        """Never: nothing is owed by a day."""
        return False


def evolve(state: AmendmentRecord, event: Contract) -> AmendmentRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case AmendmentProposed():
            return after(state, event, {"status": "proposed", "proposal": event})
        case AmendmentSigned():
            status = "signed" if event.in_force_on is None else "agreed"
            return after(state, event, {"status": status, "signatures": {**state.signatures, event.by: event}})
        case AmendmentWithdrawn():
            return after(state, event, {"status": "withdrawn", "withdrawal": event})
        case _:
            return delivered(state, event)
