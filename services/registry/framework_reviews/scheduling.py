"""Has the reviews of all agreements scheduled: nobody hands them in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.agreements import Agreements
from shared.clock import Clock, rfc3339
from shared.contracts.framework_review import ScheduleReview, stream_of
from shared.messaging.envelope import Message, derived_id
from shared.messaging.publisher import BrokerUnavailable, Publisher
from shared.security.tokens import Actor

EVERY = 3600.0
"""Seconds between two times that it is asked for; asked again, nothing changes."""
PAUSE = 5.0
"""Seconds until the broker is tried again."""


def commands(service: str, agreements: Agreements, clock: Clock) -> Sequence[Message]:
    """One to the stream of each agreement whose file speaks of reviews, in the name of its first party."""
    now = rfc3339(clock.now())
    asked = []
    for agreement in agreements:
        if agreement.reviews is None:
            continue
        stream = stream_of(agreement.id)
        originator, addressee = agreement.parties
        command = Message(
            id=derived_id(stream, now),
            source=f"/{service}/agreements",
            type=ScheduleReview.__name__,
            subject=stream,
            time=now,
            data=ScheduleReview().model_dump_json().encode(),
            agreement=agreement.id,
            originator=originator,
            addressee=addressee,
            actor=str(Actor(sub=service, role="service")),
        )
        asked.append(command)
    return asked


def scheduling(
    service: str, topic: str, agreements: Agreements, publisher: Publisher, clock: Clock
) -> Callable[[], Awaitable[None]]:
    """A task for as long as the service runs."""

    async def schedule() -> None:
        while True:
            try:
                await publisher.publish(topic, commands(service, agreements, clock))
                await asyncio.sleep(EVERY)
            except BrokerUnavailable:
                await asyncio.sleep(PAUSE)

    return schedule
