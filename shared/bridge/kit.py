"""What a country declares to have a bridge: its code, the messages its national system hands in and those it takes.

All else is the kit's. Translations are pure functions between national documents and contracts; a country's formats,
identifiers, calendar and scripts are in them and nowhere else: one file a matter, each ending in `Translations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from shared.bridge.matter import Matter, Translation
from shared.bridge.reading import MEDIA_TYPES, Document
from shared.bridge.snapshot import SnapshotRegister
from shared.contracts.base import Contract
from shared.contracts.consent import DisclosedUnderConsent

__all__ = [
    "REGISTRY_COMMANDS",
    "About",
    "Bridge",
    "BridgeFeatures",
    "Document",
    "Inward",
    "Matter",
    "Outward",
    "Translation",
    "Translations",
    "present",
    "service_of",
]

REGISTRY_COMMANDS: Final = "registry.commands.v1"

Channel = Literal["http", "file-drop", "kafka"]


@dataclass(frozen=True, slots=True)
class BridgeFeatures:
    """By which channels a national system is reached. Where they lead is in the bridge's settings."""

    handing_in: frozenset[Channel] = frozenset({"http"})
    """`http`: POST /v1/messages; `file-drop`: a watched folder; `kafka`: `national.<cc>.inbound.v1`."""
    handing_over: Literal["http", "kafka"] = "http"
    """`http`: POST to the national system; `kafka`: `national.<cc>.outbound.v1`."""


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
    opened: Mapping[str, Any] = field(default_factory=dict)
    """By sealed member of the event, as a pointer: what was in it. This country may read it, and nobody before."""


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of a national document without those that have nothing in them."""
    return {name: value for name, value in members.items() if value}


Inward = Callable[[Document], Translation]
Outward = Callable[[Any, About], Document]
Losses = Mapping[str, str]
"""Pointer → why it goes no further. A pointer as RFC 6901 has it, with `*` for any index of a list or any language;
it stands for everything below it too."""


@dataclass(frozen=True, slots=True)
class Translations:
    """One matter both ways: what a file of a country's folder comes to."""

    inward: Mapping[str, Inward] = field(default_factory=dict)
    """By the national type of message."""
    outward: Mapping[type[Contract], Outward] = field(default_factory=dict)
    """By the event; what stands here is delivered to the national system."""
    lost_inward: Mapping[str, Losses] = field(default_factory=dict)
    """National type → its fields that are read, or skipped, and do not reach the command."""
    lost_outward: Mapping[type[Contract], Losses] = field(default_factory=dict)
    """Event → its members that the national document has no place for."""
    same_layout: Mapping[type[Contract], str] = field(default_factory=dict)
    """Event → the national type whose layout its document has. The conformance suite reads the document back by that
    type's inward translation and compares member by member."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """One country's declaration. Raises ValueError where two matters claim the same."""

    country: str
    """ISO 3166-1 alpha-2, lower case."""
    matters: Sequence[Translations] = ()
    registers: Sequence[SnapshotRegister] = ()
    """Registers that it hands in as editions."""
    features: BridgeFeatures = field(default_factory=BridgeFeatures)
    id_field: str = "message_id"
    """The national field that holds the sender's id of a message."""
    type_field: str = "message_type"
    """The national field that holds its type."""
    inward: Mapping[str, Inward] = field(init=False)
    """Of all matters."""
    outward: Mapping[type[Contract], Outward] = field(init=False)

    def __post_init__(self) -> None:
        inward = [one for matter in self.matters for one in matter.inward.items()]
        outward = [one for matter in self.matters for one in matter.outward.items()]
        object.__setattr__(self, "inward", dict(inward))
        object.__setattr__(self, "outward", dict(outward))
        media_types = [*MEDIA_TYPES, *(register.media_type for register in self.registers)]
        for claims in ([kind for kind, _ in inward], [event for event, _ in outward], media_types):
            if len(set(claims)) < len(claims):
                raise ValueError(f"{self.country}: claimed twice among {claims}")

    @property
    def disclosing(self) -> str | None:
        """The type of message that tells of a disclosure under a consent (M3b), where it takes one."""
        kinds = (matter.same_layout.get(DisclosedUnderConsent) for matter in self.matters)
        return next((kind for kind in kinds if kind is not None), None)

    @property
    def service(self) -> str:
        """The service's name."""
        return service_of(self.country)

    @property
    def deliverable(self) -> frozenset[str]:
        """CloudEvents types of the events that are delivered."""
        return frozenset(event.__name__ for event in self.outward)

    def register_of(self, media_type: str) -> SnapshotRegister | None:
        """The register whose editions come as this media type, parameters aside."""
        kind = media_type.partition(";")[0].strip().lower()
        return next((register for register in self.registers if register.media_type == kind), None)


def service_of(country: str) -> str:
    """The name of a country's bridge."""
    return f"bridge-{country}"
