"""How a notice learns what became of its organization in the registry: from the registry's own events. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from shared.contracts.base import Contract
from shared.contracts.notice import KIND, RecordRegistryDecision, RegistryDecision
from shared.contracts.sending_organization import SendingOrganizationRevoked
from shared.messaging.decider import Command, Reactor
from shared.messaging.envelope import Message


def registry_reactor(commands_topic: str) -> Reactor:
    """Follows the registry for decisions that name a notice."""
    events: dict[str, type[Contract]] = {SendingOrganizationRevoked.__name__: SendingOrganizationRevoked}
    return Reactor("registry.events.v1", events, partial(react, commands_topic))


def react(commands_topic: str, event: Contract, message: Message) -> Sequence[Command]:
    """M7.3: the notice that a revocation names is told of it. Raises TypeError for another event."""
    if not isinstance(event, SendingOrganizationRevoked):
        raise TypeError(f"{type(event).__name__} is no decision on a sending organization")
    if event.case is None or message.agreement is None:
        return []
    decision = RegistryDecision(
        country=event.country,
        registration_number=event.registration_number,
        consequence="revocation",
        effective_on=event.effective_on,
        decision_number=event.decision_number,
        recorded_at=event.recorded_at,
    )
    stream = f"{KIND}/{message.agreement}/{event.case}"
    # What the registry publishes is public; that there was a notice is not.
    return [Command(commands_topic, stream, RecordRegistryDecision(decision=decision), classification="confidential")]
