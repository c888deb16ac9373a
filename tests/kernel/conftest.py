"""A processor on each store there is, with a publisher that records, fails and counts as told."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from shared.clock import FixedClock
from shared.messaging.decider import Decider
from shared.messaging.processor import Processor
from shared.messaging.publisher import BrokerUnavailable, Outgoing
from shared.store.base import Claims, Parked, Streams
from shared.store.memory import MemoryClaims, MemoryParked, MemoryStreams
from shared.store.mongo import Database, MongoClaims, MongoParked, MongoStreams
from shared.telemetry import logs
from shared.telemetry.spans import Spans
from tests.kernel.counting import counter


class RecordingPublisher:
    """Keeps what is sent in the order it was sent; `down` makes it fail before anything arrives."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.down = False

    async def partitions(self, topic: str) -> int:
        return 4

    async def send(self, records: Iterable[Outgoing]) -> None:
        arriving = list(records)
        if self.down:
            raise BrokerUnavailable("told to be down")
        self.sent += arriving

    async def publish(self, topic: str, messages: Iterable[Any]) -> None:
        await self.send([Outgoing(topic, m.subject.encode(), m.data, list(m.headers())) for m in messages])

    def events(self, stream: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Sequence, type and data of what a counter's subscribers saw, each sequence once, as they would keep it."""
        last, seen = 0, []
        for record in self.sent:
            if record.topic != "counting.events.v1" or record.key != f"counter/{stream}".encode():
                continue
            headers = dict(record.headers)
            sequence = int(headers["ce_sequence"])
            if sequence > last:
                last = sequence
                seen.append((sequence, headers["ce_type"].decode(), orjson.loads(record.value or b"null")))
        return seen

    def amounts(self, stream: str) -> list[int]:
        return [data["amount"] for _, kind, data in self.events(stream) if kind == "Added"]


@dataclass
class Stores:
    """One store, real or fake."""

    streams: Streams
    parked: Parked
    claims: Claims


@dataclass
class Kernel:
    """Everything of a processor that survives its process, and processors made upon it."""

    stores: Stores
    publisher: RecordingPublisher = field(default_factory=RecordingPublisher)
    clock: FixedClock = field(default_factory=FixedClock)

    def processor(self, decider: Decider[Any] | None = None, **options: Any) -> Processor:
        """A new process, with nothing in memory."""
        return Processor(
            "counting",
            [decider or counter()],
            streams=options.pop("streams", self.stores.streams),
            parked=options.pop("parked", self.stores.parked),
            publisher=self.publisher,  # type: ignore[arg-type]
            spans=Spans("counting", None),
            clock=self.clock,
            **options,
        )

    async def stored(self, stream: str) -> dict[str, Any]:
        return (await self.stores.streams.load([f"counter/{stream}"]))[f"counter/{stream}"]


@pytest.fixture(params=["memory", "real"])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryStreams(), MemoryParked(), MemoryClaims())
        return
    database = Database(request.getfixturevalue("mongodb_uri"), f"kernel_{uuid.uuid4().hex[:12]}")
    yield Stores(await MongoStreams.open(database), await MongoParked.open(database), await MongoClaims.open(database))
    await database.drop()
    database.close()


@pytest.fixture
def kernel(stores: Stores) -> Kernel:
    return Kernel(stores)


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """As in production, and so without the local variables that structlog shows by default."""
    logs.configure("tests")
