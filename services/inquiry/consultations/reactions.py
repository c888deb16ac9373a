"""What follows from a regular schedule: the next consultation is proposed, in a case of its own."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contracts.base import Contract
from shared.contracts.consultation import CASES, NextConsultationDue, ProposeNextConsultation
from shared.messaging.decider import Command
from shared.messaging.envelope import Message


def react(event: Contract, message: Message) -> Sequence[Command]:
    """M4.2: the proposal that has fallen due. Raises TypeError for another event."""
    if not isinstance(event, NextConsultationDue):
        raise TypeError(f"{type(event).__name__} proposes nothing")
    proposal = ProposeNextConsultation(
        country=event.country,
        number=event.next_number,
        title=event.title,
        agenda=event.agenda,
        on=event.on,
        every_months=event.every_months,
        previous=event.number,
    )
    stream = CASES.stream(message.agreement or "", event.country, event.next_number)
    return [Command(CASES.commands_topic, stream, proposal)]
