"""The border ledger at work: one writer that gathers what arrives into batches, and one publisher behind it.

A batch's number is its document's id, so of two bridge instances that write the same number one loses by the
duplicate key, reads on and tries the next: no transaction is needed. A message is looked up before anything else is
asked of it, and again after every lost race, so that it is recorded once however often and wherever it is handed in.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from joserfc.jwk import KeySet, OKPKey

from shared.bridge.batches import Batches
from shared.bridge.entries import (
    GENESIS,
    NUMBERS_PER_BATCH,
    Batch,
    Direction,
    Entry,
    StoredCommand,
    StoredReceipt,
    batch_hash,
    verify_chain,
)
from shared.bridge.evidence import Evidence
from shared.bridge.kit import service_of
from shared.clock import Clock, rfc3339
from shared.errors import CannotStart
from shared.messaging.envelope import Message
from shared.messaging.publisher import BrokerUnavailable, Outgoing, outgoing
from shared.messaging.retrying import count_retry
from shared.security.jws import sign
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger
from shared.telemetry.spans import Spans

log = get_logger(__name__)

MAX_ENTRIES: Final = 500
MAX_ORIGINALS_BYTES: Final = 3_000_000
"""Of one batch. Commands and receipts at most double it, and a document may have 16 MB."""
PUBLISHED_TOGETHER: Final = 100
PUBLISHED_BYTES: Final = 8_000_000
"""Batches sent to Kafka in one go: so many, or as many as have so much in them."""
MARKED_TOGETHER: Final = 1_000
KEPT_AT_HAND: Final = 16
"""Batches kept in memory to be published; while the broker is away, more are read again later."""
SWEEP_SECONDS: Final = 5.0
"""Between looks for batches that this or another instance left unpublished."""
_PAUSES: Final = (0.1, 0.5, 2.0, None)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an entry is to say, but for what the ledger adds: its number, the key, the signature."""

    digest: str
    original: bytes
    media_type: str
    receipt: StoredReceipt
    received_at: str
    actor: str
    submission: str | None = None
    """None where it came by itself."""
    subject: str | None = None
    traceparent: str | None = None
    correlationid: str | None = None
    evidence: str | None = None
    content: str | None = None
    """Digest of the command, to be signed with the rest."""
    topic: str | None = None
    command: Message | None = None
    """To be published to `topic`; its `sequence` and `evidence` are the ledger's to give."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A message to be recorded unless its id is known. `draft` is called at most once, and only if it is not."""

    message_id: str
    size: int
    """Bytes of the original."""
    draft: Callable[[], Draft]


class Recorded(NamedTuple):
    """An entry as it stands in the ledger; `fresh` where this call brought it there."""

    entry: Entry
    fresh: bool


class Recovered(NamedTuple):
    """Batches that the ledger got back from its copies, and those that the copies are to get back from the ledger."""

    added: int
    republished: int


class LedgerBroken(CannotStart):
    """A ledger and its copies do not belong together. Says where."""


class Sender(Protocol):
    """What the ledger uses of the publisher."""

    async def send(self, records: Iterable[Outgoing]) -> None: ...


@dataclass(slots=True)
class _Waiting:
    direction: Direction
    submission: Submission
    done: asyncio.Future[Recorded]
    draft: Draft | None = None
    signature: str = ""

    @property
    def key(self) -> tuple[Direction, str]:
        return self.direction, self.submission.message_id


class Ledger:
    """The ledger of one bridge. `write` and `publish` run beside, from start to stop, or nothing is recorded.

    `ordered` holds for messages handed over in one call, and for calls one after the other: they are recorded, and
    their commands published, in that order. `copied` makes the records of a batch's copy.
    """

    def __init__(
        self,
        batches: Batches,
        *,
        party: str,
        key: OKPKey,
        sender: Sender,
        spans: Spans,
        clock: Clock,
        copied: Callable[[Batch], Iterable[Outgoing]] | None = None,
    ) -> None:
        self._batches = batches
        self._party = party
        self._key = key
        self._sender = sender
        self._spans = spans
        self._clock = clock
        self._copied = copied
        self._head = (0, GENESIS)
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._written = asyncio.Event()
        self._published = asyncio.Event()
        self._recent: dict[int, Batch] = {}
        self._oldest: datetime | None = None

    async def record(self, direction: Direction, submissions: Sequence[Submission]) -> list[Recorded]:
        """Records what is new and finds what is known; returns when all of it is durable.

        Raises StoreUnavailable when the database stays away: some may be recorded then, and handing the same in again
        is right. Raises what a `draft` raised.
        """
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(direction, submission, loop.create_future()) for submission in submissions]
        self._queue.extend(waiting)
        self._arrived.set()
        results = await asyncio.gather(*(one.done for one in waiting), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, Recorded)]

    async def known(self, direction: Direction, message_ids: Sequence[str]) -> dict[str, Entry]:
        """Entries by message id, those there are, without originals and commands. Raises StoreUnavailable."""
        return await self._batches.find(direction, message_ids) if message_ids else {}

    async def recover(self, copies: AsyncIterator[Batch], keys: KeySet) -> Recovered:
        """Makes the ledger and its copies agree. Call before anything is written.

        What the copies have beyond the ledger's end is added: after a restored backup that is what was recorded since.
        What the ledger has beyond the copies' end is published again: a broker that lost them lost the commands too,
        and to receivers that had them they are repetitions. `copies` may begin before the end of the ledger, and
        begin so if they have that much. Raises LedgerBroken for a copy that does not hang on the ledger or is not
        signed by its country, StoreUnavailable, and what reading the copies raises.
        """
        found = copied = 0
        async for batch in copies:
            copied = max(copied, batch.number)
            last, previous = self._head
            if batch.number < last:
                continue
            if batch.number == last:
                if batch.hash != previous:
                    raise LedgerBroken(f"Batch {last} of the ledger is not the one whose copy is in Kafka.")
                continue
            broken = verify_chain([batch], keys, previous=previous, first=last + 1)
            # Commands may not have followed their copy.
            if broken or not await self._batches.insert(batch.model_copy(update={"unpublished": True})):
                detail = broken[0].detail if broken else "Another one has its number."
                raise LedgerBroken(f"The copy of batch {batch.number} does not fit the ledger: {detail}")
            self._head = (batch.number, batch.hash)
            found += 1
        lost = range(copied + 1, self._head[0] + 1)
        for begin in range(0, len(lost), MARKED_TOGETHER):
            await self._batches.lost(lost[begin : begin + MARKED_TOGETHER])
        return Recovered(found, len(lost))

    async def end(self) -> int:
        """The number of the last batch, 0 for none. Raises StoreUnavailable."""
        await self._read_on()
        return self._head[0]

    async def write(self) -> None:
        """Writes batches until cancelled: whatever has come in while the last one was written makes the next."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while group := self._next_group():
                try:
                    await self._patiently_write(group)
                except Exception as error:
                    if not isinstance(error, StoreUnavailable):
                        log.exception("a batch failed")
                    for one in group:
                        _settle(one, error)

    async def publish(self) -> None:
        """Publishes the commands of what was recorded until cancelled, again those that a crash left between."""
        pause = 0.1
        while True:
            try:
                if not await self.publish_oldest():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(SWEEP_SECONDS):
                            await self._written.wait()
                    self._written.clear()
                pause = 0.1
            except (StoreUnavailable, BrokerUnavailable) as error:
                log.warning("commands wait", error=str(error), seconds=pause)
                count_retry(service_of(self._party), error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, SWEEP_SECONDS)

    async def publish_oldest(self) -> int:
        """Publishes the oldest unpublished batches, whoever wrote them, in order; says how many.

        In order without exception: whoever sends a command to Kafka has sent those before it, or the receiver would
        take the later one for the newest it has seen and pass over the earlier.
        """
        numbers = await self._batches.unpublished(PUBLISHED_TOGETHER)
        if not numbers:
            self._oldest = None
            return 0
        batches: list[Batch] = []
        size = 0
        for number in numbers:
            batches.append(self._recent.get(number) or await self._load(number))
            size += sum(len(entry.original) for entry in batches[-1].entries)
            if size > PUBLISHED_BYTES:
                break
        numbers = [batch.number for batch in batches]
        self._oldest = datetime.fromisoformat(batches[0].at)
        if self._copied is not None:
            # Acknowledged first: no receiver has seen a number that the copies have not.
            copies = [await asyncio.to_thread(self._copied, batch) for batch in batches]
            await self._sender.send(record for copy in copies for record in copy)
        await self._sender.send(outgoing(topic, message) for batch in batches for topic, message in batch.commands())
        await self._batches.published(numbers)
        self._published.set()
        for number in list(self._recent):
            if number <= numbers[-1]:
                del self._recent[number]
        return len(numbers)

    async def in_kafka(self) -> None:
        """Returns when the copies of all that is recorded by now are in Kafka, whoever sent them.

        What is told to others before could be lost with the database, and they would know of something that the ledger
        does not. Raises StoreUnavailable.
        """
        last = self._head[0]
        while self._copied is not None:
            self._published.clear()
            waiting = await self._batches.unpublished(1)
            if not waiting or waiting[0] > last:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._published.wait()

    def unpublished_for(self) -> float:
        """Seconds for which the oldest batch has waited for its commands to be in Kafka; 0 if none does."""
        return 0.0 if self._oldest is None else max(0.0, (self._clock.now() - self._oldest).total_seconds())

    async def _load(self, number: int) -> Batch:
        (batch,) = await self._batches.page(number - 1, 1)
        return batch

    # -- one batch ------------------------------------------------------------------------------------------------

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._queue and len(group) < MAX_ENTRIES:
            size += self._queue[0].submission.size
            if group and size > MAX_ORIGINALS_BYTES:
                break
            group.append(self._queue.popleft())
        return group

    async def _patiently_write(self, group: Sequence[_Waiting]) -> None:
        for pause in _PAUSES:
            try:
                await self._write(group)
                return
            except StoreUnavailable as error:
                if pause is None:
                    raise
                log.warning("the ledger waits", error=str(error), seconds=pause)
                count_retry(service_of(self._party), error)
                # The write may have succeeded all the same.
                self._written.set()
                await asyncio.sleep(pause)

    async def _write(self, group: Sequence[_Waiting]) -> None:
        while True:
            known = await self._known(group)
            fresh = self._fresh(group, known)
            if fresh:
                self._spans.flush()
                batch = self._batch(fresh)
                if not await self._batches.insert(batch):
                    await self._read_on()
                    continue
                self._head = (batch.number, batch.hash)
                known |= {(entry.direction, entry.message_id): entry for entry in batch.entries}
                if len(self._recent) < KEPT_AT_HAND:
                    self._recent[batch.number] = batch
                self._written.set()
            for one in group:
                if not one.done.done():
                    entry = known[one.key]
                    ours = one.draft is not None and one.draft.receipt.receipt_id == entry.receipt.receipt_id
                    _settle(one, Recorded(entry, fresh=ours))
            return

    async def _known(self, group: Sequence[_Waiting]) -> dict[tuple[Direction, str], Entry]:
        known: dict[tuple[Direction, str], Entry] = {}
        directions: tuple[Direction, ...] = ("in", "out")
        for direction in directions:
            ids = [one.submission.message_id for one in group if one.direction == direction]
            if ids:
                found = await self._batches.find(direction, ids)
                known |= {(direction, message_id): entry for message_id, entry in found.items()}
        return known

    def _fresh(self, group: Sequence[_Waiting], known: dict[tuple[Direction, str], Entry]) -> list[_Waiting]:
        """The first of each message that is not known, drafted and signed; one that cannot be is settled so."""
        fresh: dict[tuple[Direction, str], _Waiting] = {}
        for one in group:
            if one.key in known or one.key in fresh or one.done.done():
                continue
            if one.draft is None:
                try:
                    one.draft = one.submission.draft()
                except Exception as error:
                    _settle(one, error)
                    continue
                signed = Evidence(
                    message_id=one.submission.message_id,
                    digest=one.draft.digest,
                    receipt_id=one.draft.receipt.receipt_id,
                    received_at=one.draft.received_at,
                    party=self._party,
                    content=one.draft.content or "",
                )
                one.signature = sign(signed.payload(), self._key)
            fresh[one.key] = one
        return list(fresh.values())

    def _batch(self, fresh: Sequence[_Waiting]) -> Batch:
        last, previous = self._head
        number = last + 1
        entries = tuple(
            self._entry(number * NUMBERS_PER_BATCH + place, one, one.draft)
            for place, one in enumerate(fresh)
            if one.draft is not None
        )
        return Batch(
            number=number,
            previous=previous,
            hash=batch_hash(number, previous, entries),
            at=rfc3339(self._clock.now()),
            entries=entries,
        )

    def _entry(self, number: int, one: _Waiting, draft: Draft) -> Entry:
        command = None
        if draft.command is not None and draft.topic is not None:
            signed = draft.command._replace(sequence=number, evidence=one.signature)
            command = StoredCommand.of(draft.topic, signed)
        return Entry(
            number=number,
            message_id=one.submission.message_id,
            direction=one.direction,
            digest=draft.digest,
            original=draft.original,
            media_type=draft.media_type,
            receipt=draft.receipt,
            submission=draft.submission or draft.receipt.receipt_id,
            received_at=draft.received_at,
            party=self._party,
            key_id=self._key.kid or "",
            signature=one.signature,
            actor=draft.actor,
            subject=draft.subject,
            traceparent=draft.traceparent,
            correlationid=draft.correlationid,
            evidence=draft.evidence,
            content=draft.content,
            command=command,
        )

    async def _read_on(self) -> None:
        """Finds the head anew, from the last one known: numbers have no gaps, so it takes a few looks."""
        low, step = self._head[0], 1
        while await self._batches.hash_of(low + step) is not None:
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            if await self._batches.hash_of(middle) is None:
                high = middle
            else:
                low = middle
        if low:
            self._head = (low, await self._batches.hash_of(low) or GENESIS)


def _settle(one: _Waiting, result: Recorded | Exception) -> None:
    """Tells whoever waits; one that has gone away is not told."""
    if one.done.done():
        return
    if isinstance(result, Recorded):
        one.done.set_result(result)
    else:
        one.done.set_exception(result)
