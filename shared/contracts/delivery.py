"""What bridges tell themselves and each other: deliveries to national systems, and the fate of accepted messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.contracts.base import Contract
from shared.errors import Problem, problem

RECEIPT = "receipt"
DELIVERY = "delivery"


def receipt_stream(receipt_id: str) -> str:
    """A bridge's stream of what became of the message it accepted under this receipt."""
    return f"{RECEIPT}/{receipt_id}"


def delivery_stream(subject: str) -> str:
    """A bridge's stream of what goes to its national system about one matter, in order.

    `subject` is the matter's stream; a delivery's own stream stands for the matter it delivers.
    """
    return f"{DELIVERY}/{subject.removeprefix(f'{DELIVERY}/')}"


class NationalReceipt(Contract):
    """What a national system answered to one delivery."""

    receipt_number: str
    received_at: datetime


class DeliverMessage(Contract):
    """An event of the core is to reach this country's national system."""

    event_id: str
    event_type: str
    event_source: str
    event_subject: str
    event_sequence: int
    data: dict[str, Any]


class DeliveryScheduled(Contract):
    """A bridge owes its national system this event from now on, until it is delivered or undelivered."""

    delivery_id: str
    event_type: str


class Delivered(Contract):
    """A delivery with its receipt, as it stands signed in the ledger of the bridge that delivered it."""

    receipt: NationalReceipt
    digest: str
    """Of the canonical bytes of the national document delivered."""
    signature: str
    """The bridge's JWS over delivery id, digest, receipt number, the time of receipt and its country."""


class RecordDelivery(Contract):
    """The worker's report on a delivery: how it was delivered, or the problem with which it was refused or withheld."""

    intent_id: str
    attempt: int
    delivered: Delivered | None = None
    problem: Problem | None = None


class MessageDelivered(Contract):
    """The national system at `country` has a message and gave a receipt for it."""

    country: str
    event_id: str
    event_type: str
    delivery_id: str
    receipt: NationalReceipt
    digest: str
    signature: str
    """See Delivered."""


class MessageUndelivered(Contract):
    """A message did not pass this bridge: withheld by the egress guard, or refused by the national system."""

    country: str
    event_id: str
    event_type: str
    delivery_id: str
    problem: Problem


class Publication(Contract):
    """Where and since when a country's public page shows what a message said."""

    country: str
    at: datetime
    url: str


class RecordOutcome(Contract):
    """One thing that became of an accepted message; exactly one of the fields after `event_id` is set."""

    event_id: str
    applied: str | None = None
    """Type of the event that the owning service recorded."""
    refused: Problem | None = None
    delivered: MessageDelivered | None = None
    undelivered: MessageUndelivered | None = None
    published: Publication | None = None


class OutcomeRecorded(Contract):
    """The fate of an accepted message has one more entry."""

    outcome: RecordOutcome


# -- examples -----------------------------------------------------------------------------------------------------

_EVENT = {"event_id": "7d6f0a52-0000-5000-8000-000000000001", "event_type": "SendingOrganizationRevoked"}
_DELIVERED = Delivered(
    receipt=NationalReceipt(receipt_number="XB-000417", received_at=datetime(2026, 1, 6, 9, 0, 4, tzinfo=UTC)),
    digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    signature="eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoieGItMSJ9.eyJkaWdlc3QiOiJzaGEtMjU2OjZlMzQifQ.c2lnbmF0dXJl",
)
_MESSAGE = MessageDelivered(country="xb", delivery_id=_EVENT["event_id"], **_EVENT, **dict(_DELIVERED))

EXAMPLES: tuple[Contract, ...] = (
    DeliverMessage(
        **_EVENT,
        event_source="/registry/sending-organization/xa/01410199810177",
        event_subject="sending-organization/xa/01410199810177",
        event_sequence=3,
        data={
            "country": "xa",
            "registration_number": "01410199810177",
            "effective_on": "2026-01-12",
            "ground": {"ru": "Взимание незаконных платежей"},
            "decision_number": "31-О",
            "recorded_at": "2026-01-06T09:00:01Z",
        },
    ),
    DeliveryScheduled(delivery_id=_EVENT["event_id"], event_type=_EVENT["event_type"]),
    RecordDelivery(intent_id="delivery", attempt=1, delivered=_DELIVERED),
    _MESSAGE,
    MessageUndelivered(
        country="xb",
        delivery_id=_EVENT["event_id"],
        **_EVENT,
        problem=problem("withheld", "Its evidence does not hold.", clause="M3b"),
    ),
    RecordOutcome(event_id=_EVENT["event_id"], delivered=_MESSAGE),
    OutcomeRecorded(outcome=RecordOutcome(event_id=_EVENT["event_id"], applied=_EVENT["event_type"])),
)
"""One of each command and event."""
