"""Events that any service may emit."""

from __future__ import annotations

from shared.contracts.base import Contract
from shared.errors import Problem, problem


class CommandRefused(Contract):
    """A command was decided against; its sender is told why. Recorded, so that its repeat stays refused."""

    command_id: str
    command_type: str
    problem: Problem


class RedriveParked(Contract):
    """Replay the parked messages of the stream this is addressed to, oldest first, until one fails again."""

    reason: str | None = None


class SkipParked(Contract):
    """Replay the parked messages of the stream as RedriveParked does, but pass over one of them."""

    parked_id: str
    reason: str


class ParkedMessagesRedriven(Contract):
    """An operator had a stream's parked messages replayed."""

    applied: tuple[str, ...]
    """Ids of the parked messages that are settled now."""
    remaining: int


class ParkedMessageSkipped(Contract):
    """An operator had a parked message passed over."""

    parked_id: str
    reason: str


# -- examples -----------------------------------------------------------------------------------------------------

_PARKED = "registry.commands.v1/2/4711@1767690000000"

EXAMPLES: tuple[Contract, ...] = (
    CommandRefused(
        command_id="1c9b8f52-0000-4000-8000-000000000001",
        command_type="RevokeSendingOrganization",
        problem=problem("not-accredited", "No accreditation of it was ever recorded.", clause="M7.4", state="unknown"),
    ),
    RedriveParked(reason="The contract is known since the update."),
    SkipParked(parked_id=_PARKED, reason="The sender has sent it again, mended."),
    ParkedMessagesRedriven(applied=(_PARKED,), remaining=0),
    ParkedMessageSkipped(parked_id=_PARKED, reason="The sender has sent it again, mended."),
)
"""One of each command and event."""
