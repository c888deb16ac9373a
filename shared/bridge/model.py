"""A bridge's two kinds of stream: what became of a message it accepted, and what it owes its national system."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Contract
from shared.contracts.consent import ConsentGranted
from shared.contracts.delivery import (
    DeliveryScheduled,
    MessageDelivered,
    MessageUndelivered,
    OutcomeRecorded,
    Publication,
)
from shared.contracts.held_consent import ConsentRecorded, ConsentUseRecorded, ConsentWithdrawalRecorded
from shared.errors import Problem

Outcome = Literal["pending", "applied", "refused"]


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Fate(_State):
    """What has become of one accepted message. Only ever added to, so the order of the news does not matter."""

    events: tuple[str, ...] = ()
    """Ids of the events merged."""
    applied: str | None = None
    refused: Problem | None = None
    delivered: MessageDelivered | None = None
    """The earliest of them: an edition's end also delivers what is removed by it."""
    undelivered: MessageUndelivered | None = None
    published: dict[str, Publication] = {}
    """By country; the latest."""

    @property
    def outcome(self) -> Outcome:
        """What the owning service decided. A message applied stays so, whatever was refused further on."""
        if self.applied is not None:
            return "applied"
        return "refused" if self.refused is not None else "pending"


def merge(fate: Fate, event: Contract) -> Fate:
    """The fate with one more piece of news; the same piece again changes nothing."""
    if not isinstance(event, OutcomeRecorded):
        raise TypeError(f"{type(event).__name__} is not an event of an accepted message")
    news = event.outcome
    if news.event_id in fate.events:
        return fate
    changes: dict[str, object] = {"events": (*fate.events, news.event_id)}
    for name in ("applied", "refused", "delivered", "undelivered"):
        told = getattr(news, name)
        if told is not None:
            changes[name] = told
    if news.delivered is not None and fate.delivered is not None:
        both = (fate.delivered, news.delivered)
        changes["delivered"] = min(both, key=lambda one: (one.receipt.received_at, one.receipt.receipt_number))
    if news.published is not None:
        known = fate.published.get(news.published.country)
        if known is None or known.at <= news.published.at:
            changes["published"] = fate.published | {news.published.country: news.published}
    return fate.model_copy(update=changes)


class HeldConsent(_State):
    """What a bridge knows of a consent that was given to its country (M3b)."""

    grant: ConsentGranted | None = None
    signature: str = ""
    """The originator's."""
    withdrawn_at: datetime | None = None
    used: bool = False
    """Whether something was disclosed under it."""

    def status_at(self, moment: datetime) -> Literal["unknown", "granted", "withdrawn", "expired", "used"]:
        """In the words of its case."""
        if self.grant is None:
            return "unknown"
        if self.withdrawn_at is not None and moment >= self.withdrawn_at:
            return "withdrawn"
        if moment >= self.grant.expires_at:
            return "expired"
        return "used" if self.used and self.grant.times == "once" else "granted"


class Deliveries(_State):
    """What goes to the national system about one matter."""

    open: dict[str, str] = {}
    """Delivery id → type of the event, of the deliveries under way."""
    delivered: int = 0
    undelivered: int = 0
    consent: HeldConsent | None = None
    """Where the matter is a consent."""


def evolve(state: Deliveries, event: Contract) -> Deliveries:
    """The state after a delivery has begun or come to its end."""
    match event:
        case DeliveryScheduled(delivery_id=delivery_id, event_type=event_type):
            return state.model_copy(update={"open": state.open | {delivery_id: event_type}})
        case MessageDelivered(delivery_id=delivery_id):
            return _closed(state, delivery_id, delivered=state.delivered + 1)
        case MessageUndelivered(delivery_id=delivery_id):
            return _closed(state, delivery_id, undelivered=state.undelivered + 1)
        case ConsentRecorded() | ConsentWithdrawalRecorded() | ConsentUseRecorded():
            return state.model_copy(update={"consent": _held(state.consent or HeldConsent(), event)})
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of a delivery")


def _held(consent: HeldConsent, event: ConsentRecorded | ConsentWithdrawalRecorded | ConsentUseRecorded) -> HeldConsent:
    """The consent after `event`; what is told again changes nothing."""
    match event:
        case ConsentRecorded():
            known = {"grant": event.grant, "signature": event.signature} if consent.grant is None else {}
            return consent.model_copy(update=known)
        case ConsentWithdrawalRecorded():
            earliest = min(event.withdrawn_at, consent.withdrawn_at or event.withdrawn_at)
            return consent.model_copy(update={"withdrawn_at": earliest})
        case ConsentUseRecorded():
            return consent.model_copy(update={"used": True})


def _closed(state: Deliveries, delivery_id: str, **counts: int) -> Deliveries:
    left = {key: kind for key, kind in state.open.items() if key != delivery_id}
    return state.model_copy(update={"open": left} | counts)
