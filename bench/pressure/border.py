"""Two bridges with a core that is played: events are put into its topics at a pace, whatever becomes of them.

What a national system's absence does, it does to the bridges; the core behind them does not notice. So the core is left
out, and tens of thousands of deliveries come to be owed in minutes.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from bench.pressure.stack import Stack
from bench.pressure.traffic import CONFIRMED, DELIVERED, Received
from deploy.demo.documents import FROM, PAGES, TO, accreditation
from deploy.demo.organizations import organizations
from services.bridge_kg.app import BRIDGE
from shared.bridge.evidence import Evidence, content_digest
from shared.clock import rfc3339
from shared.contracts.base import Contract
from shared.contracts.publication import RegisterEntryPublished
from shared.contracts.sending_organization import (
    AccreditSendingOrganization,
    AmendSendingOrganization,
    SendingOrganizationAccredited,
    SendingOrganizationAmended,
)
from shared.messaging.envelope import Message
from shared.messaging.publisher import Outgoing, Publisher, make_producer, outgoing
from shared.security.jws import sign
from shared.security.keys import signing_key

EACH = 4
"""Events of an organization, one after the other."""
PUBLISHED_EVERY = 5
"""To so many events for the receiver comes one for the sender: the traffic to the other side."""
TICK = 0.1
"""Seconds between two portions."""


@dataclass
class Core:
    """Plays the registry and publication towards the bridges."""

    stack: Stack
    client: httpx.AsyncClient
    emitted: int = 0
    """Events for the receiver."""
    published: dict[str, float] = field(default_factory=dict)
    """Unix time of each event for the sender, by the message id that it is about."""

    def __post_init__(self) -> None:
        self.receiver, self.sender = (Received(self.stack.url(f"national-{country}")) for country in (TO, FROM))
        self.told: dict[str, float] = {}
        """Unix time at which the sender's national system had each publication."""
        self.receipts = 0
        """Receipts of the receiver's national system told to the sender's."""
        self._key = signing_key(self.stack.state.private_keys(FROM))
        self._events = self._history()

    async def emit(self, count: int, pace: float) -> None:
        """Emits so many events for the receiver, `pace` a second, and some for the sender."""
        producer = make_producer(self.stack.kafka.bootstrap, "pressure")
        await producer.start()
        publisher, begun, before = Publisher(producer), time.monotonic(), self.emitted
        while (done := self.emitted - before) < count:
            wanted = min(count, int((time.monotonic() - begun) * pace) + 1) - done
            portion = list(itertools.islice(self._events, max(0, wanted)))
            self.emitted += len(portion)
            records = [outgoing("registry.events.v1", message) for message in portion]
            records += [self._publication(message) for message in portion[::PUBLISHED_EVERY]]
            await publisher.send(records)
            await asyncio.sleep(TICK)
        await producer.stop()

    def _history(self) -> Iterator[Message]:
        """Organizations without end, a few at a time side by side, each with its events in order."""
        number = itertools.count(1)
        for seed in itertools.count(1):
            for organization in organizations(80_000, seed):
                matter = BRIDGE.inward["accreditation"](accreditation("B", organization).document).matter
                assert matter is not None
                command = matter.command
                assert isinstance(command, AccreditSendingOrganization)
                held, permit = command.organization, command.permit
                now, day = datetime.now(UTC), permit.valid_from
                amend = AmendSendingOrganization(organization=held, permit=permit, effective_on=day)
                accredited = SendingOrganizationAccredited(organization=held, permit=permit, recorded_at=now)
                amended = SendingOrganizationAmended(
                    organization=held, permit=permit, effective_on=day, recorded_at=now
                )
                subject = f"{matter.subject}/{seed}"
                yield self._event(next(number), subject, 1, command, accredited)
                for sequence in range(2, EACH + 1):
                    yield self._event(next(number), subject, sequence, amend, amended)

    def _event(self, number: int, subject: str, sequence: int, command: Contract, event: Contract) -> Message:
        message_id, receipt_id, now = f"m-{number}", f"r-{number}", rfc3339(datetime.now(UTC))
        signed = Evidence(message_id, f"sha-256:{number:064x}", receipt_id, now, FROM, content_digest(command))
        return Message(
            id=f"{type(event).__name__}-{number}",
            source=f"/registry/{subject}",
            type=type(event).__name__,
            subject=subject,
            time=now,
            data=event.model_dump_json().encode(),
            sequence=sequence,
            agreement="jp-kg",
            originator=FROM,
            addressee=TO,
            classification="public",
            correlationid=receipt_id,
            evidence=sign(signed.payload(), self._key),
            traceparent=f"00-{number:032x}-{number:016x}-01",
        )

    def _publication(self, about: Message) -> Outgoing:
        message_id = f"m-{about.id.rpartition('-')[2]}"
        entry = RegisterEntryPublished(
            publisher=PAGES[0],
            register_name="sending-organizations",
            entry=about.subject,
            revision=about.sequence or 1,
            change="amended",
            published_at=datetime.now(UTC),
            url="http://127.0.0.1/",
        )
        self.published[message_id] = time.time()
        return outgoing(
            "publication.events.v1",
            about._replace(
                id=f"{about.id}/published",
                source=f"/publication/{about.subject}",
                type=type(entry).__name__,
                data=entry.model_dump_json().encode(),
                addressee=FROM,
            ),
        )

    async def settle(self, *, receipts: bool, seconds: float) -> None:
        """Waits until the sender knows all that is published and, where wanted, delivered. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                for at, delivery in await self.sender.read_on(self.client):
                    kind, message_id = (delivery["document"][name] for name in ("document_type", "message_id"))
                    if kind == CONFIRMED:
                        self.told[message_id] = at
                    self.receipts += kind == DELIVERED
                if len(self.told) == len(self.published) and (not receipts or self.receipts == self.emitted):
                    return
                await asyncio.sleep(0.5)

    def delays(self, since: int, until: int) -> Sequence[float]:
        """Seconds until the sender's national system had each publication, from number `since` to `until`."""
        chosen = itertools.islice(self.published.items(), since, until)
        return [self.told[message_id] - at for message_id, at in chosen]
