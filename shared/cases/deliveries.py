"""How a case learns that the other side has received what was shared: from the events of the bridges. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from shared.agreements import Agreements
from shared.contracts.base import Contract
from shared.contracts.case import RecordCaseDelivery
from shared.contracts.delivery import DELIVERY, MessageDelivered, MessageUndelivered
from shared.messaging.decider import Command, Reactor
from shared.messaging.envelope import Message


def delivery_reactors(
    agreements: Agreements, shared: Mapping[str, Collection[type[Contract]]], commands_topic: str
) -> Sequence[Reactor]:
    """Follows the bridge of each party (M2: its channel) for receipts of the events `shared`, by kind of case.

    One reactor a bridge for all kinds, since a service has one for each topic.
    """
    channels = sorted({party.contact_point.channel for agreement in agreements for party in agreement.parties.values()})
    names = {kind: {event.__name__ for event in events} for kind, events in shared.items()}
    react = partial(react_to_delivery, names, commands_topic)
    events: dict[str, type[Contract]] = {event.__name__: event for event in (MessageDelivered, MessageUndelivered)}
    return [Reactor(f"{channel}.events.v1", events, react) for channel in channels]


def react_to_delivery(
    shared: Mapping[str, Collection[str]], commands_topic: str, event: Contract, message: Message
) -> Sequence[Command]:
    """The case that was delivered, or not, is told. Raises TypeError for another event."""
    if not isinstance(event, MessageDelivered | MessageUndelivered):
        raise TypeError(f"{type(event).__name__} says nothing of a delivery")
    stream = message.subject.removeprefix(f"{DELIVERY}/")
    kind = stream.partition("/")[0]
    if event.event_type not in shared.get(kind, ()) or message.correlationid is None:
        return []
    about = {"receipt_id": message.correlationid, "event_type": event.event_type, "country": event.country}
    if isinstance(event, MessageUndelivered):
        report = RecordCaseDelivery(**about, problem=event.problem)
    else:
        receipt = event.receipt
        report = RecordCaseDelivery(**about, receipt_number=receipt.receipt_number, received_at=receipt.received_at)
    return [Command(commands_topic, stream, report)]
