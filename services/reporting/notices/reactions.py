"""How a notice learns what became of its organization in the registry: from the registry's own events. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.contracts.base import Contract
from shared.contracts.notice import KIND, RecordRegistryDecision, RegistryDecision
from shared.contracts.sending_organization import SendingOrganizationRevoked, SendingOrganizationSuspended
from shared.messaging.decider import Command
from shared.messaging.envelope import Message

OF_THE_REGISTRY: Final[Mapping[str, type[Contract]]] = {
    event.__name__: event for event in (SendingOrganizationSuspended, SendingOrganizationRevoked)
}
"""Decisions that may name a notice."""


def react(commands_topic: str, event: Contract, message: Message) -> Sequence[Command]:
    """M7.3: the notice that a suspension or revocation names is told of it. Raises TypeError for another event."""
    if not isinstance(event, SendingOrganizationSuspended | SendingOrganizationRevoked):
        raise TypeError(f"{type(event).__name__} is no decision on a sending organization")
    if event.case is None or message.agreement is None:
        return []
    decision = RegistryDecision(
        country=event.country,
        registration_number=event.registration_number,
        consequence="revocation" if isinstance(event, SendingOrganizationRevoked) else "suspension",
        effective_on=event.effective_on,
        decision_number=event.decision_number,
        recorded_at=event.recorded_at,
    )
    stream = f"{KIND}/{message.agreement}/{event.case}"
    # What the registry publishes is public; that there was a notice is not.
    return [Command(commands_topic, stream, RecordRegistryDecision(decision=decision), classification="confidential")]
