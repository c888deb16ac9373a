"""A bridge tells the news of a message to the one who sent it, once, and hands on what its country is to have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.bridge.decisions import decide_delivery, react, record_outcome
from shared.bridge.model import Deliveries, Fate, evolve, merge
from shared.contracts.base import Contract
from shared.contracts.common import CommandRefused
from shared.contracts.delivery import (
    Delivered,
    DeliverMessage,
    DeliveryScheduled,
    MessageDelivered,
    MessageUndelivered,
    NationalReceipt,
    OutcomeRecorded,
    Publication,
    RecordDelivery,
    RecordOutcome,
)
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import SendingOrganizationAccredited
from shared.errors import problem
from shared.messaging.decider import Command, Context, Decided
from shared.messaging.envelope import Message
from tests.bridge_builders import BRIDGES, message
from tests.organization_builders import organization, permit

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
MATTER = "sending-organization/kg/01410199810177"
REFUSED = problem("not-accredited", "No accreditation of it was ever recorded.", clause="M7.4")

accredited = SendingOrganizationAccredited(organization=organization(), permit=permit(), recorded_at=NOW)
published = RegisterEntryPublished(
    publisher="jp",
    register_name="sending-organizations",
    entry="kg-01410199810177",
    revision=1,
    change="accredited",
    published_at=NOW,
    url="https://register.example/jp/1",
)
refused = CommandRefused(command_id="receipt-1", command_type="RevokeSendingOrganization", problem=REFUSED)


def delivered(
    country: str = "jp", event_type: str = "SendingOrganizationAccredited", *, number: str = "N-1", at: datetime = NOW
) -> MessageDelivered:
    return MessageDelivered(
        country=country,
        event_id="e-1",
        event_type=event_type,
        delivery_id="e-1",
        receipt=NationalReceipt(receipt_number=number, received_at=at),
        digest="sha-256:0",
        signature="a.b.c",
    )


def undelivered() -> MessageUndelivered:
    return MessageUndelivered(
        country="jp", event_id="e-1", event_type="SendingOrganizationAccredited", delivery_id="e-1", problem=REFUSED
    )


def reaction(country: str, event: Contract, **envelope: Any) -> list[Command]:
    bridge = next(bridge for bridge in BRIDGES if bridge.country == country)
    return list(react(country, bridge.deliverable, event, message(type=type(event).__name__, **envelope)))


def outcome(commands: list[Command]) -> RecordOutcome:
    (found,) = [command for command in commands if command.subject == "receipt/receipt-1"]
    assert isinstance(found.data, RecordOutcome)
    return found.data


def deliveries(commands: list[Command]) -> list[str]:
    """Streams of what is to be delivered."""
    return [command.subject for command in commands if isinstance(command.data, DeliverMessage)]


def context(**envelope: Any) -> Context:
    return Context(message(**envelope), NOW)


# -- reactions ----------------------------------------------------------------------------------------------------


def test_what_the_other_side_has_sent_is_delivered_in_the_order_of_its_matter() -> None:
    (command,) = reaction("jp", accredited)
    assert (command.topic, command.subject) == ("bridge-jp.commands.v1", f"delivery/{MATTER}")
    assert isinstance(command.data, DeliverMessage)
    assert command.data.event_id == message().id
    assert SendingOrganizationAccredited.model_validate(command.data.data) == accredited


def test_the_sender_of_a_matter_learns_that_it_was_applied_and_gets_nothing_delivered() -> None:
    commands = reaction("kg", accredited)
    assert outcome(commands).applied == "SendingOrganizationAccredited"
    assert deliveries(commands) == []


def test_what_is_for_another_country_is_left_alone() -> None:
    assert reaction("jp", accredited, addressee="xa") == []


def test_a_refusal_goes_onto_the_receipt_and_to_the_sender() -> None:
    commands = reaction("kg", refused, addressee="kg")
    assert outcome(commands).refused == REFUSED
    assert deliveries(commands) == [f"delivery/{MATTER}"]
    assert reaction("jp", refused, addressee="kg") == []


def test_a_publication_goes_onto_the_receipt_and_to_the_originator() -> None:
    entry = "register-entry/jp/sending-organizations/kg-01410199810177"
    commands = reaction("kg", published, addressee="kg", subject=entry)
    assert outcome(commands).published == Publication(country="jp", at=NOW, url=published.url)
    assert deliveries(commands) == [f"delivery/{entry}"]
    assert reaction("jp", published, addressee="kg", subject=entry) == []


@pytest.mark.parametrize("event", [delivered(), undelivered()])
def test_the_end_of_a_delivery_goes_onto_the_receipt_and_to_the_sender(event: Contract) -> None:
    commands = reaction("kg", event, addressee="kg", subject=f"delivery/{MATTER}")
    found = outcome(commands)
    assert event in (found.delivered, found.undelivered)
    assert deliveries(commands) == [f"delivery/{MATTER}"]


@pytest.mark.parametrize(
    "event",
    [
        delivered(country="kg", event_type="MessageDelivered"),
        delivered(country="kg", event_type="RegisterEntryPublished"),
        delivered(country="jp", event_type="MessageDelivered"),
    ],
    ids=["own receipt of a receipt", "own receipt of a confirmation", "the other side's receipt of a receipt"],
)
def test_no_receipt_is_told_about_a_receipt(event: MessageDelivered) -> None:
    for country in ("kg", "jp"):
        assert reaction(country, event, addressee="kg", subject=f"delivery/{MATTER}") == []


def test_what_was_never_a_message_of_ours_has_no_receipt_to_go_onto() -> None:
    assert reaction("kg", accredited, correlationid=None) == []


@pytest.mark.parametrize("event", [accredited, refused, published, delivered(), undelivered()])
@pytest.mark.parametrize("addressee", ["jp", "kg"])
def test_a_reaction_never_has_two_commands_for_one_stream(event: Contract, addressee: str) -> None:
    for country in ("jp", "kg"):
        subjects = [command.subject for command in reaction(country, event, addressee=addressee)]
        assert len(subjects) == len(set(subjects))


# -- the fate of a message ----------------------------------------------------------------------------------------


def after(*news: RecordOutcome) -> Fate:
    fate = Fate()
    for one in news:
        decided = record_outcome(fate, one, context(addressee="kg"))
        for event in decided.events:
            fate = merge(fate, event)
    return fate


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_deliveries_for_one_message_its_receipt_tells_the_earliest_in_whatever_order_they_are_heard_of(
    first: int,
) -> None:
    both = [delivered(number=f"N-{place}", at=NOW + timedelta(seconds=place)) for place in range(2)]
    news = [RecordOutcome(event_id=f"e-{place}", delivered=both[place]) for place in (first, 1 - first)]
    assert after(*news).delivered == both[0]


NEWS = (
    RecordOutcome(event_id="e-1", applied="SendingOrganizationAccredited"),
    RecordOutcome(event_id="e-2", published=Publication(country="jp", at=NOW, url="https://a.example")),
    RecordOutcome(event_id="e-3", delivered=delivered()),
)


def test_news_may_come_in_any_order_and_twice() -> None:
    first, second, third = NEWS
    told = after(first, second, third)
    again = after(third, first, third, second, first)
    assert told.model_copy(update={"events": ()}) == again.model_copy(update={"events": ()})
    assert (told.outcome, told.delivered) == ("applied", delivered())


def test_a_repetition_of_news_makes_no_event() -> None:
    assert record_outcome(after(*NEWS), NEWS[0], context()).events == ()


def test_nothing_heard_is_pending_and_a_refusal_is_final() -> None:
    assert Fate().outcome == "pending"
    assert after(RecordOutcome(event_id="e", refused=REFUSED)).outcome == "refused"


def test_the_latest_publication_in_a_country_stands() -> None:
    later = Publication(country="jp", at=NOW.replace(hour=10), url="https://b.example")
    fate = after(RecordOutcome(event_id="e-9", published=later), NEWS[1])
    assert fate.published["jp"] == later


# -- a delivery ---------------------------------------------------------------------------------------------------

DELIVER = DeliverMessage(
    event_id="e-1",
    event_type="SendingOrganizationAccredited",
    event_source=f"/registry/{MATTER}",
    event_subject=MATTER,
    event_sequence=1,
    data=accredited.model_dump(mode="json"),
)
REPORT = RecordDelivery(
    intent_id="e-1",
    attempt=1,
    delivered=Delivered(
        receipt=NationalReceipt(receipt_number="N-1", received_at=NOW), digest="sha-256:0", signature="a.b.c"
    ),
)


def decided(state: Deliveries, command: Contract, envelope: Message | None = None) -> tuple[Decided, Deliveries]:
    found = decide_delivery("jp", state, command, Context(envelope or message(), NOW))
    for event in found.events:
        state = evolve(state, event)
    return found, state


def test_a_delivery_is_owed_under_the_events_own_id() -> None:
    found, state = decided(Deliveries(), DELIVER)
    (intent,) = found.intents
    assert (intent.id, intent.kind, intent.addressee) == ("e-1", "deliver", "national/jp")
    assert found.events == [DeliveryScheduled(delivery_id="e-1", event_type=DELIVER.event_type)]
    assert state.open == {"e-1": DELIVER.event_type}


def test_the_originator_is_told_of_the_receipt() -> None:
    _, owed = decided(Deliveries(), DELIVER)
    found, state = decided(owed, REPORT)
    assert found.events == [delivered()]
    assert (found.closes, found.addressee) == (["e-1"], "kg")
    assert (state.open, state.delivered) == ({}, 1)


def test_the_originator_is_told_why_not() -> None:
    _, owed = decided(Deliveries(), DELIVER)
    found, state = decided(owed, RecordDelivery(intent_id="e-1", attempt=2, problem=REFUSED))
    assert found.events == [undelivered()]
    assert (found.closes, found.addressee, state.undelivered) == (["e-1"], "kg", 1)


def test_a_report_on_a_delivery_that_has_ended_changes_nothing() -> None:
    _, owed = decided(Deliveries(), DELIVER)
    _, ended = decided(owed, REPORT)
    found, state = decided(ended, REPORT)
    assert (found, state) == (Decided(), ended)


def test_a_report_that_says_nothing_is_a_defect() -> None:
    _, owed = decided(Deliveries(), DELIVER)
    with pytest.raises(ValueError, match="neither"):
        decided(owed, RecordDelivery(intent_id="e-1", attempt=1))


def test_only_its_own_commands_are_a_streams() -> None:
    with pytest.raises(TypeError):
        record_outcome(Fate(), DELIVER, context())
    with pytest.raises(TypeError):
        decided(Deliveries(), NEWS[0])
    with pytest.raises(TypeError):
        merge(Fate(), delivered())
    with pytest.raises(TypeError):
        evolve(Deliveries(), OutcomeRecorded(outcome=NEWS[0]))
