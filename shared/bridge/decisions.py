"""What a bridge decides and what it reacts to: the same for every country, and nothing of the memorandum's rules.

News of its own country's messages goes onto the message's receipt and to its national system; what the other side has
sent to this country goes to its national system. Receipts are told to the one whose message was received, and not
about receipts, so that no news runs in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shared.bridge import consents
from shared.bridge.core_events import TO_BOTH_SIDES, UNSAID
from shared.bridge.model import Deliveries, Fate, evolve, merge
from shared.contracts.agreement_standing import RecordTerminationNotice, standing_stream
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import (
    DELIVERY,
    RECEIPT,
    DeliverMessage,
    DeliveryScheduled,
    MessageDelivered,
    MessageUndelivered,
    OutcomeRecorded,
    Publication,
    RecordDelivery,
    RecordOutcome,
    delivery_stream,
    receipt_stream,
)
from shared.contracts.held_consent import ConsentUseRecorded, RecordConsentUse
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.termination_notice import TerminationNoticeGiven
from shared.messaging.decider import Command, Context, Decided, Decider, Intent
from shared.messaging.envelope import Message

UNTOLD = frozenset(event.__name__ for event in UNSAID | {MessageDelivered, MessageUndelivered})
"""Events that say nothing of a country's: their own delivery is not told further."""


def record_outcome(fate: Fate, command: Contract, context: Context) -> Decided:
    """G2: each piece of news of a message is kept once. Raises TypeError for another command."""
    if not isinstance(command, RecordOutcome):
        raise TypeError(f"{type(command).__name__} is not a command to a receipt")
    if command.event_id in fate.events:
        return Decided()
    # For this country's own eyes.
    return Decided([OutcomeRecorded(outcome=command)], addressee=context.message.originator, classification="official")


def decide_delivery(country: str, state: Deliveries, command: Contract, context: Context) -> Decided:
    """Opens a delivery to the national system of `country`, or closes it. Raises TypeError for another command."""
    match command:
        case DeliverMessage():
            return _deliver(country, command, context)
        case RecordDelivery():
            return _record(country, state, command, context)
        case RecordConsentUse():
            return _used(country, state, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to a delivery")


def _deliver(country: str, command: DeliverMessage, context: Context) -> Decided:
    """G1: what this country is to have is owed until its national system gave a receipt, or it was told why not.

    The delivery id is the event's, the same at every attempt, so that the national system can tell a repetition.
    """
    scheduled = DeliveryScheduled(delivery_id=command.event_id, event_type=command.event_type)
    intent = Intent(command.event_id, "deliver", f"national/{country}", context.now, command)
    # M3b: in one decision, so that a consent which the national system has is one that its bridge knows.
    consent = consents.told(command, context)
    classification = "confidential" if consent else "official"
    return Decided([scheduled, *consent], intents=[intent], addressee=country, classification=classification)


def _used(country: str, state: Deliveries, context: Context) -> Decided:
    """M3b: a consent that is for once is used up with the first disclosure that its owner records."""
    if state.consent is not None and state.consent.used:
        return Decided()
    recorded = ConsentUseRecorded(recorded_at=context.now)
    return Decided([recorded], addressee=country, classification="confidential")


def _record(country: str, state: Deliveries, command: RecordDelivery, context: Context) -> Decided:
    """The originator learns what became of its message (G6). A report on a delivery that has ended changes nothing."""
    event_type = state.open.get(command.intent_id)
    if event_type is None:
        return Decided()
    about = {"country": country, "event_id": command.intent_id, "event_type": event_type}
    ended: Contract
    if command.delivered is not None:
        ended = MessageDelivered(**about, delivery_id=command.intent_id, **command.delivered.model_dump())
    elif command.problem is not None:
        ended = MessageUndelivered(**about, delivery_id=command.intent_id, problem=command.problem)
    else:
        raise ValueError(f"the report on {command.intent_id} says neither how it was delivered nor why not")
    return Decided([ended], closes=[command.intent_id], addressee=context.message.originator, classification="official")


def deciders(country: str) -> Sequence[Decider[Fate] | Decider[Deliveries]]:
    """The deciders of the bridge of `country`."""
    return (
        Decider(
            kind=RECEIPT,
            state=Fate,
            commands={RecordOutcome.__name__: RecordOutcome},
            initial=lambda _: Fate(),
            decide=record_outcome,
            evolve=merge,
        ),
        Decider(
            kind=DELIVERY,
            state=Deliveries,
            commands={command.__name__: command for command in (DeliverMessage, RecordDelivery, RecordConsentUse)},
            initial=lambda _: Deliveries(),
            decide=lambda state, command, context: decide_delivery(country, state, command, context),
            evolve=evolve,
        ),
    )


def react(country: str, deliverable: Collection[str], event: Contract, message: Message) -> Sequence[Command]:
    """What an event means to the bridge of `country`: news of its own message, something to deliver, both or nothing.

    `deliverable` are the types of event that its national system takes.
    """
    topic = f"bridge-{country}.commands.v1"
    commands = []
    own = message.originator == country
    if isinstance(event, TerminationNoticeGiven) and country in (message.originator, message.addressee):
        # M10a: both sides' guards go by it, whichever has given it.
        notice = RecordTerminationNotice(given_on=event.given_on)
        commands.append(Command(topic, standing_stream(message.agreement or ""), notice, addressee=country))
    commands += consents.used(country, event, message)
    if own and type(event) not in UNSAID:
        outcome = _outcome(country, event, message)
        if outcome is None:
            return commands
        if message.correlationid is not None:
            commands.append(Command(topic, receipt_stream(message.correlationid), outcome))
    to_us = message.addressee == country or (own and type(event) in TO_BOTH_SIDES)
    if to_us and message.type in deliverable:
        delivery = DeliverMessage(
            event_id=message.id,
            event_type=message.type,
            event_source=message.source,
            event_subject=message.subject,
            event_sequence=message.sequence or 0,
            data=event.model_dump(mode="json"),
        )
        commands.append(Command(topic, delivery_stream(message.subject), delivery, addressee=country))
    return commands


def _outcome(country: str, event: Contract, message: Message) -> RecordOutcome | None:
    """What an event says of this country's own message, None where it says nothing new."""
    match event:
        case CommandRefused():
            return RecordOutcome(event_id=message.id, refused=event.problem)
        case RegisterEntryPublished():
            at = Publication(country=event.publisher, at=event.published_at, url=event.url)
            return RecordOutcome(event_id=message.id, published=at)
        case MessageDelivered() | MessageUndelivered():
            if event.country == country or event.event_type in UNTOLD:
                return None
            if isinstance(event, MessageDelivered):
                return RecordOutcome(event_id=message.id, delivered=event)
            return RecordOutcome(event_id=message.id, undelivered=event)
        case _:
            return RecordOutcome(event_id=message.id, applied=message.type)
