"""What a country declares to have a bridge: its code, the messages its national system hands in and those it takes.

All else is the kit's. Translations are pure functions between national documents and contracts; a country's formats,
identifiers, calendar and scripts are in them and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import MessageDelivered, MessageUndelivered
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
    SendingOrganizationRevoked,
)
from shared.errors import Problem

REGISTRY_COMMANDS: Final = "registry.commands.v1"

CORE_EVENTS: Final[Mapping[str, Sequence[type[Contract]]]] = {
    "registry.events.v1": (
        SendingOrganizationAccredited,
        SendingOrganizationAmended,
        SendingOrganizationRevoked,
        CommandRefused,
    ),
    "publication.events.v1": (RegisterEntryPublished, CommandRefused),
}
"""Events of the core that a bridge has a use for, by topic."""

BRIDGE_EVENTS: Final[Sequence[type[Contract]]] = (MessageDelivered, MessageUndelivered, CommandRefused)
"""Those of another country's bridge."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a national message comes to: a command to its owner, under the agreement with `destination`."""

    command: Contract
    topic: str
    """The owner's command topic."""
    subject: str
    """The owner's stream."""
    destination: str
    """The other party, by its code."""
    pointer: str = ""
    """Where in the national message the destination stands."""
    classification: str = "official"


@dataclass(frozen=True, slots=True)
class Translation:
    """The outcome of translating a national message: the matter, or the errors for which there is none."""

    matter: Matter | None
    problems: Sequence[Problem] = ()
    """Errors where there is no matter; warnings only where there is one."""


@dataclass(frozen=True, slots=True)
class About:
    """What a translation outward may tell beside the event itself."""

    delivery_id: str
    subject: str
    """The stream that emitted the event."""
    originator: str
    receipt_id: str
    """Under which the originator's bridge accepted the message at the beginning."""
    message_id: str
    """The originator's own id of that message."""


Inward = Callable[[Document], Translation]
Outward = Callable[[Any, About], Document]


@dataclass(frozen=True, slots=True)
class Bridge:
    """One country's declaration."""

    country: str
    """ISO 3166-1 alpha-2, lower case."""
    inward: Mapping[str, Inward] = field(default_factory=dict)
    """Translations by the national type of message."""
    outward: Mapping[type[Contract], Outward] = field(default_factory=dict)
    """Translations by the event; what stands here is delivered to the national system."""
    id_field: str = "message_id"
    """The national field that holds the sender's id of a message."""
    type_field: str = "message_type"
    """The national field that holds its type."""

    @property
    def service(self) -> str:
        """The service's name."""
        return service_of(self.country)

    @property
    def deliverable(self) -> frozenset[str]:
        """CloudEvents types of the events that are delivered."""
        return frozenset(event.__name__ for event in self.outward)


def service_of(country: str) -> str:
    """The name of a country's bridge."""
    return f"bridge-{country}"
