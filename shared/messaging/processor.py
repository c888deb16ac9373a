"""The kernel: one batch of records through parse, load, decide, write, publish, commit — top to bottom in this file.

Read `docs/kernel.md` for why each step is as it is. In short: a stream is one document, changed by one guarded write
together with the events still to be published; offsets are committed when those are acknowledged; so whatever a
crash interrupts is either not begun or found and finished at redelivery.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import bson
from bson.errors import BSONError
from pydantic import ValidationError

from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.common import (
    CommandRefused,
    ParkedMessageSkipped,
    ParkedMessagesRedriven,
    RedriveParked,
    SkipParked,
)
from shared.errors import Problem, problem
from shared.messaging.decider import Context, Decided, Decider, Intent, Refusal
from shared.messaging.envelope import Message, Record, Unreadable, context_of, derived_id, read, trace_of
from shared.messaging.publisher import Outgoing, Publisher, outgoing
from shared.messaging.records import StoredRecord, parked_copy, parked_document, parked_id
from shared.messaging.retrying import once
from shared.messaging.stream import Stream, Work
from shared.store.base import Document, Encoded, Parked, Streams, gone, mark_of, place_of
from shared.telemetry.logs import get_logger
from shared.telemetry.metrics import LOST_WRITES, MESSAGES
from shared.telemetry.spans import Spans, format_traceparent

log = get_logger(__name__)

T = TypeVar("T")

AT_ONCE: Final = datetime(1970, 1, 2, tzinfo=UTC)
"""From here on intents are due that are to be done at once; each millisecond is an offset of the log."""
MAX_EVENT_BYTES: Final = 900_000
MAX_STREAM_BYTES: Final = 8_000_000
"""Of a stream with the events of one message."""
MAX_WRITE_BYTES: Final = 14_000_000
"""Of a stream with the events of all its messages in a batch; what the server takes, less room for refusals."""

REDRIVEN_AT_ONCE: Final = 500
REDRIVEN_BYTES: Final = 2_000_000
"""Parked messages taken by one order; the rest by another that follows from it, so that no write grows too large."""
_HEADERS_BYTES: Final = 4_000
"""An event's headers and key, at most, the sender's signature included."""
_PARTS: Final = 2
"""Parts of a large batch, side by side."""

CONTROLS: Final[Mapping[str, type[Contract]]] = {"RedriveParked": RedriveParked, "SkipParked": SkipParked}


@dataclass(slots=True)
class _Entry:
    """A record, read: either `message` or `unreadable` is set."""

    record: Record
    stream: str
    message: Message | None
    unreadable: Problem | None = None

    @property
    def id(self) -> str:
        return parked_id(self.record)


class UntilDone(Protocol):
    """How failed work is tried again: see shared.messaging.retrying."""

    async def __call__(self, work: Callable[[], Awaitable[T]]) -> T: ...


class Processor:
    """Processes the batches of one service's command topic.

    `process` may be called with the next batch before it is through with the last, as long as it is called in the
    topic's order: a part of a batch begins when those parts of the last that may hold its streams are done. It may be
    called again with the same records after it raised, and after a crash by another process. It raises what
    `until_done` lets through, StoreUnavailable or BrokerUnavailable, never because of a record. `on_intents` is told
    after each part whether intents were opened and which were closed, as `<stream>#<id>`.
    """

    def __init__(
        self,
        service: str,
        deciders: Sequence[Decider[Any]],
        *,
        streams: Streams,
        parked: Parked,
        publisher: Publisher,
        spans: Spans,
        clock: Clock,
        cached_streams: int = 20_000,
        on_intents: Callable[[bool, Sequence[str]], None] = lambda opened, closed: None,
        until_done: UntilDone = once,
    ) -> None:
        self.service = service
        self.commands_topic = f"{service}.commands.v1"
        self.events_topic = f"{service}.events.v1"
        self.parked_topic = f"{service}.parked.v1"
        self._deciders = {decider.kind: decider for decider in deciders}
        self._streams = streams
        self._parked = parked
        self._publisher = publisher
        self._spans = spans
        self._clock = clock
        self._capacity = cached_streams
        self._on_intents = on_intents
        self._until_done = until_done
        self._latest: Sequence[asyncio.Task[Any]] = ()
        self._cache: OrderedDict[str, Stream] = OrderedDict()
        # Of the cache: streams and their intents, which may be many while an addressee is away.
        self._weight = 0
        self._committed: dict[int, int] = {}
        self._same_partitions: bool | None = None
        # Since when what a part of a batch, or a sweep, has to publish is not in Kafka: see unpublished_for.
        self._unpublished: dict[object, float] = {}
        # The moment at which the part of a batch in work is decided.
        self._now = clock.now()
        self._moment = b""

    # -- partitions -----------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Call when partitions are assigned or revoked: another instance may write these streams meanwhile."""
        self._uncache()
        self._committed.clear()
        # Another sweep begins, of what is ours then.
        self._unpublished = {part: since for part, since in self._unpublished.items() if not isinstance(part, tuple)}

    def _uncache(self) -> None:
        self._cache.clear()
        self._weight = 0

    def committed(self, partition: int, offset: int) -> None:
        """Call when the group's offset of a partition is known: outboxes of records below it are in Kafka."""
        self._committed[partition] = offset

    async def mend(self, partition: int, end_of: Callable[[], Awaitable[int]], *, anew: bool = False) -> int:
        """Call before a partition's sweep: sets back the marks at or beyond the topic's end, and says how many.

        There are such where the broker has lost records that were applied here. What comes at those places from now
        on is new, and what the streams had to publish is published again. `anew` where nothing was ever committed:
        if then any mark is beyond the end, no place is what it was, and all of them are gone; the sweep publishes.
        """
        if anew:
            await self._parked.gone(self.commands_topic, partition)
        mended, batch, stop = 0, uuid.uuid4().hex, mark_of(partition + 1, 0)
        everything = False
        while True:
            end = await end_of()
            found = await self._streams.marked(mark_of(partition, 0 if everything else end), stop, 500)
            if found and not everything:
                # Some may have been applied since: they are before the end as it is now.
                end = await end_of()
                found = [document for document in found if document["mark"] >= mark_of(partition, end)]
                if found and anew:
                    everything = True
                    continue
            if not found:
                return mended
            if not anew:
                await self._publisher.send([sent for document in found for sent in self._swept(document, partition)])
            back = [gone(one["mark"]) if everything or not end else mark_of(partition, end - 1) for one in found]
            writes = [_marked(document, mark, batch) for document, mark in zip(found, back, strict=True)]
            await self._streams.write([], writes)
            self._uncache()
            mended += len(writes)

    async def sweep(self, partition: int, *, anew: bool = False) -> int:
        """Publishes the outboxes written from records not committed yet; says how many streams had one.

        `anew` where nothing was ever committed there: then also those whose records are gone, for a broker that has
        lost its disk has lost what was published too.

        Redelivery does the same for each record that is still there; this is for those that are not. In turn with the
        batches: an outbox sent beside a newer one of its stream could leave the older public record as the last word.
        """
        start, stop = mark_of(partition, self._committed.get(partition, 0)), mark_of(partition + 1, 0)
        ranges = [(start, stop)]
        if anew:
            ranges.append((gone(mark_of(partition, 0)), gone(stop)))
        sweeping = asyncio.create_task(self._sweep_in_turn(partition, ranges, self._latest))
        self._latest = [sweeping]
        return await sweeping

    async def _sweep_in_turn(
        self, partition: int, ranges: Sequence[tuple[int, int]], before: Sequence[asyncio.Task[Any]]
    ) -> int:
        await _over(before)
        swept = 0
        for start, stop in ranges:
            swept += await self._until_done(partial(self._sweep, partition, start, stop))
        return swept

    async def _sweep(self, partition: int, start: int, stop: int) -> int:
        swept = 0
        while documents := await self._streams.marked(start, stop, 500):
            self._unpublished.setdefault(("sweep", partition), time.monotonic())
            await self._publisher.send([sent for document in documents for sent in self._swept(document, partition)])
            swept += len(documents)
            start = documents[-1]["mark"] + 1
        self._unpublished.pop(("sweep", partition), None)
        return swept

    def _swept(self, document: Document, partition: int) -> list[Outgoing]:
        """The outbox. With it the record in a compacted topic, which an earlier write may have sent: a broker that has
        lost what was applied here has lost that too."""
        outbox = [self._restored(stored, partition) for stored in document["outbox"]]
        decider = self._deciders.get(document["_id"].partition("/")[0])
        if decider is None or (compacted := decider.compacted) is None:
            return outbox
        try:
            record = compacted.record(decider.state.model_validate(document["state"]))
        except Exception:
            # A defect of ours with this one stream: no obstacle to the others.
            log.exception("a compacted record failed", stream=document["_id"])
            return outbox
        if record is not None and all(sent.topic != compacted.topic for sent in outbox):
            outbox.append(_compacted(compacted.topic, document["_id"], record, None))
        return outbox

    def unpublished_for(self) -> float:
        """Seconds for which the oldest write has waited for Kafka's acknowledgement of its outbox; 0 if none does.

        What a crash left over counts from the sweep that found it.
        """
        return time.monotonic() - min(self._unpublished.values()) if self._unpublished else 0.0

    # -- a batch --------------------------------------------------------------------------------------------------

    async def process(self, records: Sequence[Record]) -> None:
        """Takes a batch through to acknowledged publication; the caller commits its offsets afterwards.

        Streams are independent of each other, so the batch is dealt out by stream and its parts go side by side: one
        decides while another waits for the database or the broker.
        """
        parts: list[list[Record]] = [[] for _ in range(min(_PARTS, 1 + len(records) // 50))]
        for record in records:
            parts[hash(record.key) % len(parts)].append(record)
        before = self._latest
        # Of two batches dealt alike, a stream is in the same part of both.
        alike = len(before) == len(parts)
        self._latest = [
            asyncio.create_task(self._in_turn(part, before[number : number + 1] if alike else before))
            for number, part in enumerate(parts)
        ]
        # All are over before the batch is tried again.
        for result in await asyncio.gather(*self._latest, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _in_turn(self, records: Sequence[Record], before: Sequence[asyncio.Task[Any]]) -> None:
        await _over(before)
        if records:
            await self._until_done(lambda: self._process_part(records))

    async def _process_part(self, records: Sequence[Record]) -> None:
        if self._same_partitions is None:
            there = [await self._publisher.partitions(topic) for topic in (self.commands_topic, self.events_topic)]
            self._same_partitions = there[0] == there[1]
        # What an earlier attempt could not write goes first: on a full disk attempts must not pile spans up.
        self._spans.flush()
        batch = uuid.uuid4().hex
        passed, exact, done = set[str](), set[str](), dict[str, Stream]()
        entries = pending = [self._entry(record) for record in records]
        while pending:
            streams = await self._load(pending, exact)
            self._now = self._clock.now()
            self._moment = rfc3339(self._now).encode()
            for entry in pending:
                if not passed or entry.id not in passed:
                    stream = streams[entry.stream]
                    stream.work.outcomes.append(self._take(entry, stream))
            # Before anything refers to them: see shared.telemetry.spans.
            self._spans.flush()
            settled = await self._settled_before(streams.values())
            writes, unfit = list[Encoded](), set[str]()
            for stream in streams.values():
                if stream.changed and stream.id not in settled:
                    write = _encoded(stream, batch)
                    # Measured message by message already, it is as it has to be: refusals are stored, however many.
                    if write is not None and (stream.work.exact or len(write.raw) <= MAX_STREAM_BYTES):
                        writes.append(write)
                    else:
                        unfit.add(stream.id)
            lost = await self._write(writes)
            # Not in the cache while in work: what is decided again is loaded again.
            again = settled.keys() | unfit | lost
            done.update((key, stream) for key, stream in streams.items() if key not in again)
            passed.update(*settled.values())
            exact |= unfit
            pending = [entry for entry in pending if entry.stream in again]
        await self._keep_parked(done.values())
        part = mark_of(entries[0].record.partition, entries[0].record.offset)
        self._unpublished.setdefault(part, time.monotonic())
        await self._publish(entries, done)
        self._unpublished.pop(part, None)
        self._finish(done.values())

    def _entry(self, record: Record) -> _Entry:
        try:
            message = read(record)
        except Unreadable as error:
            # Without a key there is no stream to block: the record gets one of its own.
            return _Entry(record, error.stream or f"unreadable/{parked_id(record)}", None, error.problem)
        return _Entry(record, message.subject, message)

    async def _load(self, entries: Sequence[_Entry], exact: set[str]) -> dict[str, Stream]:
        """The streams the entries touch: taken out of the cache, or loaded with one query."""
        ids = {entry.stream for entry in entries}
        streams = {key: self._cache.pop(key) for key in ids if key in self._cache}
        for stream in streams.values():
            self._weight -= stream.weight
            stream.work = Work()
        missing = [key for key in ids if key not in streams]
        stored = await self._streams.load(missing) if missing else {}
        for key in missing:
            streams[key] = self._restore(key, stored.get(key))
            streams[key].work.exact = key in exact
        for key in {entry.stream for entry in entries if entry.message and entry.message.type in CONTROLS}:
            work = streams[key].work
            work.unsettled = await self._parked.of_stream(key, REDRIVEN_AT_ONCE + 1)
            work.cut = len(work.unsettled) > REDRIVEN_AT_ONCE
        return streams

    def _restore(self, key: str, stored: Document | None) -> Stream:
        decider = self._deciders.get(key.partition("/")[0])
        if stored is None:
            return Stream(key, decider, decider.initial(key) if decider else None)
        partition, offset = place_of(stored["mark"])
        return Stream(
            key,
            decider,
            state=decider.state.model_validate(stored["state"]) if decider else None,
            version=stored["version"],
            mark=stored["mark"],
            positions={position["source"]: position["sequence"] for position in stored["positions"]},
            sequence=stored["sequence"],
            outbox=[self._restored(outgoing, partition) for outgoing in stored["outbox"]],
            # The group's committed offset is the acknowledgement: it follows the publication.
            published=not stored["outbox"] or offset < self._committed.get(partition, 0),
            intents=stored["intents"] or (),
            parked=stored.get("parked"),
        )

    async def _settled_before(self, streams: Iterable[Stream]) -> dict[str, list[str]]:
        """Which messages, by stream, would be parked now but were parked and settled before their redelivery."""
        settled: dict[str, list[str]] = {}
        new = {key: stream.id for stream in streams for key in stream.work.new_parked}
        for key in await self._parked.settled(list(new)) if new else ():
            settled.setdefault(new[key], []).append(key)
        return settled

    async def _write(self, writes: Sequence[Encoded]) -> set[str]:
        """Writes what was decided; gives the ids of the streams that another writer had changed."""
        if not writes:
            return set()
        new = [write for write in writes if write.version == 1]
        lost = await self._streams.write(new, [write for write in writes if write.version > 1])
        if lost:
            LOST_WRITES.labels(self.service).inc(len(lost))
            log.warning("streams changed by another writer, deciding again", streams=len(lost))
        return lost

    async def _keep_parked(self, streams: Iterable[Stream]) -> None:
        """After the streams, which say that they are blocked: a crash in between parks the same again."""
        for stream in streams:
            if stream.work.new_parked:
                await self._parked.add(list(stream.work.new_parked.values()))
            if stream.work.settled:
                await self._parked.settle(stream.work.settled)

    async def _publish(self, entries: Sequence[_Entry], streams: Mapping[str, Stream]) -> None:
        """The whole outbox of each stream touched, oldest first, also where every record of it was skipped."""
        records: list[Outgoing] = []
        for stream in streams.values():
            if not stream.published:
                records += stream.outbox
        for entry in entries:
            if parked := streams[entry.stream].work.new_parked.get(entry.id):
                records.append(parked_copy(self.parked_topic, entry.record, parked))
        await self._publisher.send(records)

    def _finish(self, streams: Iterable[Stream]) -> None:
        outcomes: Counter[str] = Counter()
        opened, closed = False, list[str]()
        for stream in streams:
            for outcome in stream.work.outcomes:
                outcomes[outcome] += 1
            opened |= stream.work.opened
            closed += stream.work.closed
            stream.settle()
            self._cache[stream.id] = stream
            self._weight += stream.weight
        while self._weight > self._capacity:
            _, oldest = self._cache.popitem(last=False)
            self._weight -= oldest.weight
        for outcome, count in outcomes.items():
            MESSAGES.labels(self.service, self.commands_topic, outcome).inc(count)
        if opened or closed:
            self._on_intents(opened, closed)

    # -- a message ------------------------------------------------------------------------------------------------

    def _take(self, entry: _Entry, stream: Stream, *, again: bool = False) -> str:
        """Applies one message to its stream, in memory; gives the outcome. `again` if it comes out of parking."""
        message = entry.message
        if message is None:
            return self._park(
                entry, stream, entry.unreadable or problem("not-cloudevents", "No message could be read.")
            )
        started = time.time_ns()
        trace_id, parent_id = trace_of(message.traceparent) or (self._spans.new_trace_id(), None)
        span_id = self._spans.new_span_id()
        if message.type in CONTROLS:
            outcome = self._control(entry, message, stream, format_traceparent(trace_id, span_id))
        elif _repeated(message, stream) or (message.sequence is None and not again and _taken(entry, stream)):
            outcome = "duplicate"
        elif stream.parked is not None:
            known = stream.parked["id"] == entry.id
            blocked = problem("stream-blocked", f"Message {stream.parked['id']} of this stream is parked.")
            outcome = self._park(entry, stream, Problem(**stream.parked["problem"]) if known else blocked)
        else:
            outcome = self._decide(entry, message, stream, format_traceparent(trace_id, span_id))
        self._spans.add(
            trace_id,
            span_id,
            parent_id,
            f"process {message.type}",
            "consumer",
            started,
            time.time_ns(),
            {
                "messaging.destination.name": entry.record.topic,
                "messaging.destination.partition.id": str(entry.record.partition),
                "messaging.kafka.offset": entry.record.offset,
                "messaging.message.id": message.id,
                "cloudevents.event_subject": message.subject,
                "kakehashi.outcome": outcome,
            },
            failed=outcome == "parked",
        )
        return outcome

    def _decide(self, entry: _Entry, message: Message, stream: Stream, traceparent: str) -> str:
        decider = stream.decider
        contract = decider.commands.get(message.type) if decider else None
        if decider is None or contract is None:
            return self._park(entry, stream, problem("unknown-type", f"No rule takes {message.type}."))
        try:
            command = contract.model_validate_json(message.data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            pointer = "/" + "/".join(str(part) for part in first["loc"])
            return self._park(entry, stream, problem("not-the-contract", first["msg"], pointer=pointer))
        try:
            now = _moment_of(message)
        except ValueError:
            return self._park(entry, stream, problem("not-cloudevents", f"{message.time} is no time of a message."))
        try:
            decided = decider.decide(stream.state, command, Context(message, now))
            if isinstance(decided, Refusal):
                return self._refuse(entry, message, stream, decided, traceparent)
            state = stream.state
            for event in decided.events:
                state = decider.evolve(state, event)
            compacted = _changed_record(decider, stream, state, traceparent)
        except Exception as error:
            log.exception("a rule failed", stream=stream.id, command=message.type, trace_id=traceparent[3:35])
            return self._park(entry, stream, problem("rule-failed", f"{type(error).__name__}: {error}"))
        emitted = self._emit(entry, message, stream, decided, traceparent)
        emitted += compacted
        intents = stream.intents
        if decided.intents or decided.closes:
            intents = [
                *(intent for intent in stream.intents if intent["id"] not in decided.closes),
                *(_stored_intent(intent, entry, message, now, traceparent) for intent in decided.intents),
            ]
        if large := next((event for event in emitted if len(event.value or b"") > MAX_EVENT_BYTES), None):
            refusal = Refusal(
                "too-large", f"The event would have {len(large.value or b'')} bytes of {MAX_EVENT_BYTES}."
            )
            return self._refuse(entry, message, stream, refusal, traceparent)
        if stream.work.exact:
            alone = _encoded(replace(stream, state=state, outbox=emitted, intents=intents), "")
            if alone is None:
                return self._park(entry, stream, problem("rule-failed", "What was decided cannot be stored."))
            before = 0 if stream.published else sum(len(event.value or b"") + _HEADERS_BYTES for event in stream.outbox)
            if (size := len(alone.raw)) > MAX_STREAM_BYTES or size + before > MAX_WRITE_BYTES:
                refusal = Refusal("too-large", f"The stream would have {size} bytes of {MAX_STREAM_BYTES}.")
                return self._refuse(entry, message, stream, refusal, traceparent)
        stream.state, stream.intents = state, intents
        stream.work.opened |= bool(decided.intents)
        stream.work.closed += [f"{stream.id}#{intent}" for intent in decided.closes]
        self._applied(entry, message, stream, emitted)
        return "applied"

    def _refuse(
        self,
        entry: _Entry,
        message: Message,
        stream: Stream,
        refusal: Refusal,
        traceparent: str,
    ) -> str:
        """A refusal is applied too: told to the sender, and remembered, so that its repeat is a duplicate."""
        told = CommandRefused(command_id=message.id, command_type=message.type, problem=refusal.problem())
        decided = Decided(events=[told], addressee=message.originator)
        self._applied(entry, message, stream, self._emit(entry, message, stream, decided, traceparent))
        return "refused"

    def _applied(self, entry: _Entry, message: Message, stream: Stream, emitted: Sequence[Outgoing]) -> None:
        # Acknowledged events leave with this write.
        stream.outbox = [*([] if stream.published else stream.outbox), *emitted]
        stream.published = not stream.outbox
        stream.sequence += sum(event.topic == self.events_topic for event in emitted)
        if message.sequence is not None:
            stream.positions[message.source] = message.sequence
        self._changed(entry, stream)

    def _changed(self, entry: _Entry, stream: Stream) -> None:
        stream.changed = True
        mark = mark_of(entry.record.partition, entry.record.offset)
        # Never back within its partition: a record taken again, out of parking, is an older one.
        if mark > stream.mark or place_of(mark)[0] != place_of(stream.mark)[0]:
            stream.mark = mark

    def _emit(
        self, entry: _Entry, message: Message, stream: Stream, decided: Decided, traceparent: str
    ) -> list[Outgoing]:
        """What a decision sends out: its events, in the message's own context."""
        emitted: list[Outgoing] = []
        key, trace = stream.id.encode(), ("traceparent", traceparent.encode())
        context = context_of(entry.record)
        if decided.addressee or decided.classification:
            changed = {"ce_addressee": decided.addressee, "ce_classification": decided.classification}
            context = [header for header in context if not changed.get(header[0])]
            context += [(name, value.encode()) for name, value in changed.items() if value]
        source = f"/{self.service}/{stream.id}".encode()
        for number, event in enumerate(decided.events):
            headers = [
                *context,
                ("ce_id", derived_id(message.id, f"{stream.id}#{number}").encode()),
                ("ce_source", source),
                ("ce_type", type(event).__name__.encode()),
                ("ce_subject", key),
                ("ce_time", self._moment),
                ("ce_sequence", b"%d" % (stream.sequence + number + 1)),
                ("ce_causationid", message.id.encode()),
                trace,
            ]
            value = event.__pydantic_serializer__.to_json(event)
            emitted.append(Outgoing(self.events_topic, key, value, headers, self._own(entry.record.partition)))
        return emitted

    def _own(self, partition: int) -> int | None:
        # A stream's events stay in its own partition where the topics match, which spares hashing each key.
        return partition if self._same_partitions else None

    def _restored(self, stored: Document, partition: int) -> Outgoing:
        headers = list(stored["headers"].items())
        place = self._own(partition) if stored["topic"] == self.events_topic else None
        return Outgoing(stored["topic"], stored["key"].encode(), stored["value"], headers, place)

    # -- parking --------------------------------------------------------------------------------------------------

    def _park(self, entry: _Entry, stream: Stream, found: Problem) -> str:
        """Keeps the message for an operator and blocks its stream, so that nothing overtakes it."""
        document = parked_document(entry.record, stream.id, entry.message, found, self._now)
        if stream.parked is None:
            stream.parked = {"id": entry.id, "problem": document["problem"]}
        stream.work.new_parked[entry.id] = document
        if not stream.work.cut:
            stream.work.unsettled.append(document)
        self._changed(entry, stream)
        trace_id, _ = trace_of(entry.message.traceparent if entry.message else None) or (None, None)
        log.warning("parked", stream=stream.id, parked_id=entry.id, slug=found.slug, trace_id=trace_id)
        return "parked"

    def _control(self, entry: _Entry, message: Message, stream: Stream, traceparent: str) -> str:
        """An operator's redrive or skip: the stream's parked messages are taken in order until one parks again.

        Of very many the first are taken, and an order of the same operator's is sent for the others.
        """
        try:
            control = CONTROLS[message.type].model_validate_json(message.data)
        except ValidationError as error:
            log.warning("unreadable control message", stream=stream.id, error=str(error))
            return "ignored"
        # Taken again in one batch with their first parking: the latest word counts.
        how: Document = {"by": message.actor, "at": self._now, "how": "redriven"}
        if isinstance(control, RedriveParked) and control.reason:
            how["why"] = control.reason
        if _applied_at(entry, stream):
            # A crash may have come between that and settling what it let go.
            before = mark_of(entry.record.partition + 1, 0)
            if stream.parked is not None:
                # Its order as it is stored: its place may be gone.
                orders = {one["_id"]: one["order"] for one in stream.work.unsettled}
                before = orders.get(stream.parked["id"], _place_of(stream.parked["id"]))
            done = [one["_id"] for one in stream.work.unsettled if one["order"] < before]
            stream.work.settled |= {key: how | _skipped(control, key) for key in done}
            return "duplicate"
        waiting, stream.work.unsettled, stream.parked = stream.work.unsettled, [], None
        applied: list[str] = []
        size = 0
        goes_on = False
        for number, document in enumerate(waiting):
            # Behind the last one read there are others that it must not be taken before.
            if size > REDRIVEN_BYTES or (stream.work.cut and number == len(waiting) - 1):
                stream.parked = {"id": document["_id"], "problem": document["problem"]}
                stream.work.unsettled, goes_on = [*waiting[number:]], number > 0
                break
            record = StoredRecord(**document["record"])
            size += len(record.value or b"")
            if isinstance(control, SkipParked) and document["_id"] == control.parked_id:
                skipped = self._entry(record).message
                if skipped is not None and not _repeated(skipped, stream) and skipped.sequence is not None:
                    stream.positions[skipped.source] = skipped.sequence
                stream.work.settled[document["_id"]] = how | _skipped(control, document["_id"])
                continue
            if self._take(self._entry(record), stream, again=True) == "parked":
                stream.work.unsettled += waiting[number + 1 :]
                break
            stream.work.settled[document["_id"]] = how
            applied.append(document["_id"])
        events: list[Contract] = [ParkedMessagesRedriven(applied=tuple(applied), remaining=len(stream.work.unsettled))]
        if isinstance(control, SkipParked) and control.parked_id in stream.work.settled:
            events.insert(0, ParkedMessageSkipped(parked_id=control.parked_id, reason=control.reason))
        emitted = self._emit(entry, message, stream, Decided(events), traceparent)
        if goes_on:
            order = message._replace(
                id=derived_id(message.id, "the rest"),
                type=RedriveParked.__name__,
                data=RedriveParked(reason=how.get("why")).model_dump_json().encode(),
                traceparent=traceparent,
            )
            emitted.append(outgoing(self.commands_topic, order))
        self._applied(entry, message, stream, emitted)
        return "applied"


async def _over(before: Sequence[asyncio.Task[Any]]) -> None:
    """Waits for what is under way. Raises what it raised: what could not be done must not be overtaken."""
    if under_way := [part for part in before if not part.done()]:
        await asyncio.wait(under_way)
        for part in under_way:
            part.result()


def _changed_record(decider: Decider[Any], stream: Stream, state: Any, traceparent: str) -> list[Outgoing]:
    """The record that the stream has in a compacted topic, where the state to come changes it."""
    if decider.compacted is None:
        return []
    record = decider.compacted.record(state)
    if record == decider.compacted.record(stream.state):
        return []
    return [_compacted(decider.compacted.topic, stream.id, record, traceparent)]


def _marked(document: Document, mark: int, batch: str) -> Encoded:
    """The stored document with another mark, as its next version."""
    version = document["version"] + 1
    return Encoded(
        document["_id"], version, batch, bson.encode({**document, "version": version, "batch": batch, "mark": mark})
    )


def _compacted(topic: str, stream: str, record: Contract | None, traceparent: str | None) -> Outgoing:
    """A record of a compacted topic; None makes a tombstone."""
    headers = [("content-type", b"application/json")]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    value = None if record is None else record.model_dump_json().encode()
    return Outgoing(topic, stream.encode(), value, headers)


def _encoded(stream: Stream, batch: str) -> Encoded | None:
    """What is to be stored; None where something in it cannot be, such as a number beyond 64 bits."""
    try:
        return stream.encoded(batch)
    except (OverflowError, UnicodeError, BSONError) as error:
        log.warning("a stream cannot be stored", stream=stream.id, error=str(error))
        return None


def _repeated(message: Message, stream: Stream) -> bool:
    return message.sequence is not None and message.sequence <= stream.positions.get(message.source, -1)


def _applied_at(entry: _Entry, stream: Stream) -> bool:
    """Whether the stream has got as far as this record."""
    return stream.version > 0 and mark_of(entry.record.partition, entry.record.offset) <= stream.mark


def _taken(entry: _Entry, stream: Stream) -> bool:
    """Whether this very record was applied: so one without a sequence is known where offsets were rewound.

    Of a blocked stream that is what stands before the message that blocks it; what comes after is parked.
    """
    if stream.parked is not None:
        return mark_of(entry.record.partition, entry.record.offset) < _place_of(stream.parked["id"])
    return _applied_at(entry, stream)


def _place_of(id_of_parked: str) -> int:
    _, partition, place = id_of_parked.rsplit("/", 2)
    return mark_of(int(partition), int(place.partition("@")[0]))


def _skipped(control: Contract, parked_id: str) -> Document:
    """What is added to how a message was settled, if it is the one that an operator passes over."""
    if isinstance(control, SkipParked) and control.parked_id == parked_id:
        return {"how": "skipped", "why": control.reason}
    return {}


def _moment_of(message: Message) -> datetime:
    """What a rule takes for the present: when the message was made. So it decides alike whenever it is replayed."""
    moment = datetime.fromisoformat(message.time)
    if moment.tzinfo is None:
        raise ValueError(message.time)
    return moment


def _stored_intent(intent: Intent, entry: _Entry, message: Message, now: datetime, traceparent: str) -> Document:
    """An intent as stored, with the context in which it is to be acted on. `now` is what the decision took for it."""
    context = message._replace(traceparent=traceparent, causationid=message.id, data=b"", sequence=None)
    due = intent.due
    if due <= now:
        # At once, in the order of the log: by no clock, since the one that says now may be ahead of the worker's.
        due = AT_ONCE + timedelta(milliseconds=entry.record.offset)
    return {
        "id": intent.id,
        "kind": intent.kind,
        "addressee": intent.addressee,
        "due": due,
        "since": intent.due,
        # As bytes: a cached stream keeps its intents, and as objects they would have ten times the size.
        "data": intent.data.model_dump_json().encode(),
        "message": {name: value for name, value in context._asdict().items() if value is not None},
    }
