"""Reactors at work: another service's events become commands on their owner's topic.

A reactor keeps no state: its command ids follow from the event's, its commands carry the event's source and sequence,
so a repetition is a duplicate to the stream that gets it. What it cannot read or trips over is parked under the
stream `reaction/<topic>/<key>`, with all that follow for the same key, and replayed in order.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from shared.clock import Clock, rfc3339
from shared.errors import Problem, problem
from shared.messaging.decider import Reactor
from shared.messaging.envelope import Record, Unreadable, derived_id, read, trace_of
from shared.messaging.publisher import Outgoing, Publisher, outgoing
from shared.messaging.records import StoredRecord, parked_document
from shared.store.base import Parked, mark_of
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import MESSAGES
from shared.telemetry.spans import Spans, format_traceparent

log = get_logger(__name__)

_OWN: Final = "reaction/"
"""The first part of a reaction's stream."""


class Reactions:
    """All reactors of one service. `process` may be called again with the same records, as after a crash."""

    def __init__(
        self,
        service: str,
        reactors: Sequence[Reactor],
        parked: Parked,
        publisher: Publisher,
        spans: Spans,
        clock: Clock,
    ) -> None:
        self._service = service
        self._reactors = {reactor.topic: reactor for reactor in reactors}
        self._parked = parked
        self._publisher = publisher
        self._spans = spans
        self._clock = clock
        # Keys that may be blocked: those found so at the start and those blocked since.
        self._blocked: set[str] | None = None

    @property
    def topics(self) -> list[str]:
        return list(self._reactors)

    def forget(self) -> None:
        """Call when partitions are assigned or revoked: another instance may have parked events meanwhile."""
        self._blocked = None

    async def gone(self, topic: str, partition: int) -> None:
        """Call where the broker has lost what was parked here: it comes before what is parked from now on."""
        await self._parked.gone(topic, partition)

    def owns(self, stream: str) -> bool:
        """Whether a parked message's stream is a reaction."""
        return stream.startswith(_OWN)

    async def process(self, records: Sequence[Record]) -> None:
        """Reacts to a batch; returns when all commands are in Kafka. Raises StoreUnavailable or BrokerUnavailable."""
        if self._blocked is None:
            self._blocked = {stream for stream in await self._parked.streams() if self.owns(stream)}
        blocked = self._blocked
        # What an earlier attempt could not write goes first: on a full disk attempts must not pile spans up.
        self._spans.flush()
        commands: list[Outgoing] = []
        outcomes: Counter[tuple[str, str]] = Counter()
        for record in records:
            stream = _stream_of(record)
            if stream in blocked:
                if await self._parked.of_stream(stream, 1):
                    await self._park(
                        record, stream, problem("stream-blocked", f"An earlier event of {stream} is parked.")
                    )
                    outcomes[record.topic, "parked"] += 1
                    continue
                blocked.discard(stream)
            found = self._react(record)
            if isinstance(found, Problem):
                blocked.add(stream)
                await self._park(record, stream, found)
                outcomes[record.topic, "parked"] += 1
            else:
                commands += found
                outcomes[record.topic, "applied" if found else "ignored"] += 1
        self._spans.flush()
        await self._publisher.send(commands)
        for (topic, outcome), count in outcomes.items():
            MESSAGES.labels(self._service, topic, outcome).inc(count)

    def _react(self, record: Record) -> list[Outgoing] | Problem:
        reactor = self._reactors[record.topic]
        try:
            message = read(record)
        except Unreadable as error:
            return error.problem
        contract = reactor.events.get(message.type)
        if contract is None:
            # Events are for whoever has a use for them.
            return []
        started = time.time_ns()
        trace_id, parent_id = trace_of(message.traceparent) or (self._spans.new_trace_id(), None)
        span_id = self._spans.new_span_id()
        try:
            commands = reactor.react(contract.model_validate_json(message.data), message)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            pointer = "/" + "/".join(str(part) for part in first["loc"])
            return problem("not-the-contract", first["msg"], pointer=pointer)
        except Exception as error:
            log.exception("a reactor failed", topic=record.topic, type=message.type, trace_id=trace_id)
            return problem("rule-failed", f"{type(error).__name__}: {error}")
        if not commands:
            return []
        if len({command.subject for command in commands}) != len(commands):
            return problem("rule-failed", f"{message.type} led to two commands for one stream.")
        now = rfc3339(self._clock.now())
        sent = []
        for number, command in enumerate(commands):
            envelope = message._replace(
                id=derived_id(message.id, f"{self._service}#{number}"),
                type=type(command.data).__name__,
                subject=command.subject,
                time=now,
                data=command.data.model_dump_json().encode(),
                addressee=command.addressee or message.addressee,
                classification=command.classification or message.classification,
                causationid=message.id,
                traceparent=format_traceparent(trace_id, span_id),
            )
            sent.append(outgoing(command.topic, envelope))
        attributes: dict[str, str | int | bool] = {
            "messaging.destination.name": record.topic,
            "messaging.message.id": message.id,
            "kakehashi.commands": len(sent),
        }
        name = f"react to {message.type}"
        self._spans.add(trace_id, span_id, parent_id, name, "consumer", started, time.time_ns(), attributes)
        return sent

    async def _park(self, record: Record, stream: str, found: Problem) -> None:
        """Keeps the record, unless it was settled before this redelivery."""
        log.warning("parked", stream=stream, slug=found.slug, detail=found.detail)
        await self._parked.add([parked_document(record, stream, None, found, self._clock.now())])

    async def redrive(self, stream: str, by: str, *, skip: str | None = None, why: str | None = None) -> int:
        """Replays what is parked under a reaction, oldest first, until one fails again; says how many were settled.

        Events that arrive meanwhile park behind, and are taken too.
        """
        settled = 0
        while waiting := await self._parked.of_stream(stream, 1):
            document, how = waiting[0], {"by": by, "at": self._clock.now(), "how": "redriven"}
            if skip is None and why:
                how["why"] = why
            if document["_id"] == skip:
                how |= {"how": "skipped", "why": why}
            else:
                commands = self._react(StoredRecord(**document["record"]))
                if isinstance(commands, Problem):
                    break
                self._spans.flush()
                await self._publisher.send(commands)
            await self._parked.settle({document["_id"]: how})
            settled += 1
        return settled


def _stream_of(record: Record) -> str:
    try:
        key = record.key.decode()
    except (AttributeError, UnicodeDecodeError):
        key = f"unreadable/{mark_of(record.partition, record.offset)}"
    return f"{_OWN}{record.topic}/{key}"
