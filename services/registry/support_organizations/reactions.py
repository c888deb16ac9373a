"""What follows from an edition: the organizations it does not have any more are removed, each in its own stream."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.base import Contract
from shared.contracts.support_organization import (
    RemoveSupportOrganization,
    SupportOrganizationEditionRecorded,
    stream_of,
)
from shared.messaging.decider import Command
from shared.messaging.envelope import Message

COMMANDS_TOPIC = "registry.commands.v1"


def react(event: Contract, message: Message) -> Sequence[Command]:
    """M6.3b: one removal for each organization that the edition before had. Raises TypeError for another event."""
    if not isinstance(event, SupportOrganizationEditionRecorded):
        raise TypeError(f"{type(event).__name__} removes nothing")
    return [
        Command(
            COMMANDS_TOPIC,
            stream_of(event.country, number),
            RemoveSupportOrganization(
                country=event.country,
                registration_number=number,
                edition_date=event.edition_date,
                place=event.place,
            ),
            # What a bridge asks for is official until the registry has decided it.
            classification="official",
        )
        for number in event.removed
    ]
