"""What reporting makes of the registry's events and of its own: all matters together, since a service has one reactor
for each topic. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.reporting.notices import reactions as notices
from services.reporting.resemblances import reactions as resemblances
from shared.contracts.base import Contract
from shared.messaging.decider import Command, Reactor
from shared.messaging.envelope import Message


def reactors(commands_topic: str) -> Sequence[Reactor]:
    """Follows the registry for decisions that name a notice and for organizations that are new or have changed, and
    reports for whom they name.
    """
    of_the_registry = {**notices.OF_THE_REGISTRY, **resemblances.OF_THE_REGISTRY}
    return [
        Reactor("registry.events.v1", of_the_registry, partial(react_to_registry, commands_topic)),
        Reactor(
            "reporting.events.v1", resemblances.OF_REPORTING, partial(resemblances.react_to_reporting, commands_topic)
        ),
    ]


def react_to_registry(commands_topic: str, event: Contract, message: Message) -> Sequence[Command]:
    """What each matter asks for that has a use for the event."""
    name = type(event).__name__
    noticed = notices.react(commands_topic, event, message) if name in notices.OF_THE_REGISTRY else ()
    entered = (
        resemblances.react_to_registry(commands_topic, event, message) if name in resemblances.OF_THE_REGISTRY else ()
    )
    return [*noticed, *entered]
