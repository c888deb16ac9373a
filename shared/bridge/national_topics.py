"""A national system's own topics: `national.<cc>.inbound.v1` for what it hands in, `outbound.v1` for what it gets.

An inbound record is a submission as on HTTP: the body in the value, its media type in the header `content-type` (JSON
without one), a `traceparent` if there is one. Each is answered by a receipt on the outbound topic; its offset is
committed when the ledger has it and the receipt is in Kafka. Who may write there is said by the broker's ACLs, and by
whom a record is, by the bridge's settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from shared.bridge.desk import Desk
from shared.bridge.handing_over import RECEIPT, Written
from shared.bridge.reading import JSON
from shared.errors import ProblemError, problem
from shared.messaging.publisher import BrokerUnavailable, make_producer
from shared.store.base import StoreUnavailable
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

TIMEOUT: Final = 10.0
"""Seconds for the brokers to acknowledge."""
MAX_RECEIPT_BYTES: Final = 900_000
TOGETHER: Final = 100
"""Records taken before the offsets are committed."""
_PAUSE: Final = 2.0

Found = TypeVar("Found")


def inbound_of(country: str) -> str:
    """The topic into which a national system writes."""
    return f"national.{country}.inbound.v1"


def outbound_of(country: str) -> str:
    """The topic from which a national system reads."""
    return f"national.{country}.outbound.v1"


class Outbound:
    """The topic a national system reads. `run` runs from start to stop; before, nothing can be written."""

    def __init__(self, bootstrap_servers: str, country: str, client_id: str) -> None:
        self.name = outbound_of(country)
        self._bootstrap = bootstrap_servers
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None

    async def run(self) -> None:
        """Keeps the producer, until cancelled."""
        async with _started(make_producer(self._bootstrap, f"{self._client_id}-national")) as producer:
            self._producer = producer
            try:
                await asyncio.Event().wait()
            finally:
                self._producer = None

    async def write(self, records: Sequence[tuple[str, bytes, Mapping[str, str]]]) -> Sequence[Written | None]:
        """Writes records (key, value, headers) in order; where each stands, None for one not acknowledged in time.

        Raises BrokerUnavailable where nothing could be sent.
        """
        producer = self._producer
        if producer is None:
            raise BrokerUnavailable("the national topic is not open yet")
        try:
            async with asyncio.timeout(TIMEOUT):
                sent = [
                    await producer.send(
                        self.name, value, key=key.encode(), headers=[(name, text.encode()) for name, text in of.items()]
                    )
                    for key, value, of in records
                ]
                found = await asyncio.gather(*sent, return_exceptions=True)
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailable(repr(error)) from error
        return [None if isinstance(one, BaseException) else _written(one) for one in found]


class Inbound:
    """The topic a national system writes. `run` runs from start to stop."""

    def __init__(
        self, bootstrap_servers: str, country: str, service: str, desk: Desk, outbound: Outbound, *, actor: str
    ) -> None:
        self._bootstrap = bootstrap_servers
        self._topic = inbound_of(country)
        self._service = service
        self._desk = desk
        self._outbound = outbound
        self._actor = actor

    async def run(self) -> None:
        """Takes records until cancelled. A record that cannot be taken is answered and passed; with the ledger or the
        broker away, the records wait."""
        consumer = AIOKafkaConsumer(
            self._topic,
            bootstrap_servers=self._bootstrap,
            group_id=f"{self._service}.national",
            client_id=self._service,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        async with _started(consumer):
            while True:
                for place, records in (await consumer.getmany(timeout_ms=1_000, max_records=TOGETHER)).items():
                    await self._patiently(records)
                    await self._commit(consumer, place, records[-1].offset + 1)

    async def _patiently(self, records: Sequence[Any]) -> None:
        """Takes and answers each record. What was told once is kept until it is written: taken again, an accepted
        record would be answered as a duplicate."""
        for record in records:
            receipt = await _until_there(partial(self._told, record))
            await _until_there(partial(self._answer, record, receipt))

    async def _told(self, record: Any) -> Mapping[str, Any]:
        """The receipt. Raises StoreUnavailable."""
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None}
        try:
            if record.value is None:
                raise ProblemError(problem("no-body", "The record has no value."))
            handed = await self._desk.hand_in(
                record.value,
                headers.get("content-type", JSON),
                actor=self._actor,
                traceparent=headers.get("traceparent"),
            )
            return handed.receipt.shown()
        except ProblemError as error:
            found = error.problem
        except StoreUnavailable:
            raise
        except Exception:
            # A defect of ours with this one record: told to its sender, and no obstacle to the next.
            log.exception("a national record failed", place=_place(record))
            found = problem("internal-error", "Something failed here; nothing of it was recorded.")
        told = found.model_dump(mode="json", exclude_none=True)
        return {"receipt_id": None, "status": "rejected", "problems": [told]}

    async def _answer(self, record: Any, receipt: Mapping[str, Any]) -> None:
        """Raises BrokerUnavailable."""
        headers = {"content-type": JSON, "kind": RECEIPT, "record": _place(record)}
        told = orjson.dumps(receipt)
        if len(told) > MAX_RECEIPT_BYTES:
            # Of a very long list: what became of each is asked for by its receipt id.
            told = orjson.dumps({**receipt, "items": [], "problems": []})
        key = (record.key or b"").decode("utf-8", "replace") or _place(record)
        (written,) = await self._outbound.write([(key, told, headers)])
        if written is None:
            raise BrokerUnavailable("the receipt was not acknowledged")

    async def _commit(self, consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                await consumer.commit({place: offset})
        except (KafkaError, TimeoutError) as error:
            # What is taken again is a duplicate.
            log.warning("commit failed", error=repr(error))


async def _until_there(attempt: Callable[[], Awaitable[Found]]) -> Found:
    """What the attempt returns, made again while the ledger or the broker is away."""
    while True:
        try:
            return await attempt()
        except (StoreUnavailable, BrokerUnavailable) as error:
            log.warning("national records wait", error=str(error), seconds=_PAUSE)
            await asyncio.sleep(_PAUSE)


@asynccontextmanager
async def _started(client: Any) -> AsyncIterator[Any]:
    """The client, started as soon as the broker is there, and stopped within a bounded time."""
    while True:
        try:
            await client.start()
            break
        except (KafkaError, OSError) as error:
            log.warning("national topics wait", error=repr(error), seconds=_PAUSE)
            await asyncio.sleep(_PAUSE)
    try:
        yield client
    finally:
        try:
            async with asyncio.timeout(TIMEOUT):
                await client.stop()
        except (KafkaError, TimeoutError) as error:
            log.warning("did not stop in time", error=repr(error))


def _written(metadata: Any) -> Written:
    at = datetime.fromtimestamp(metadata.timestamp / 1000, UTC)
    return Written(metadata.partition, metadata.offset, at)


def _place(record: Any) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"
