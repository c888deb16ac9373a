"""A national system's own topics on a real broker: every record is answered, and its offset follows its receipt."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.bridge.delivery import Delivery
from shared.bridge.handing_over import OverKafka
from shared.bridge.kit import Bridge, BridgeFeatures
from shared.bridge.national_topics import Inbound, Outbound
from shared.contracts.delivery import RecordDelivery
from shared.contracts.misconduct_report import MisconductReportSubmitted
from shared.messaging.publisher import BrokerUnavailable
from shared.store.base import StoreUnavailable
from tests.bridge_builders import Border, fixture, private_keys, public_keys, running
from tests.contract.bridge.examples import INSIDE
from tests.contract.bridge.fake_country import FAKE, FAKE_AGREEMENTS
from tests.contract.bridge.test_borders import due_for

ACTOR = "submitter:national-topic@xa"


class Nation:
    """A national system at its two topics, and the bridge behind them."""

    def __init__(self, bootstrap: str, country: str, border: Border) -> None:
        self.bootstrap, self.country, self.border = bootstrap, country, border
        self.outbound = Outbound(bootstrap, country, "bridge-xa")
        self.tasks: list[asyncio.Task[None]] = []
        self.seen: list[Any] = []

    def start(self) -> None:
        self.outbound = Outbound(self.bootstrap, self.country, "bridge-xa")
        inbound = Inbound(
            self.bootstrap, self.country, f"bridge-{self.country}", self.border.desk, self.outbound, actor=ACTOR
        )
        self.tasks = [asyncio.create_task(self.outbound.run()), asyncio.create_task(inbound.run())]

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def send(self, value: bytes | None, **headers: str) -> None:
        sent = [(name.replace("_", "-"), text.encode()) for name, text in headers.items()]
        await self.producer.send_and_wait(f"national.{self.country}.inbound.v1", value, key=b"k", headers=sent)

    async def receipts(self, count: int) -> list[dict[str, Any]]:
        """The first so many records of the outbound topic."""
        async with asyncio.timeout(60):
            while len(self.seen) < count:
                self.seen.append(await self.consumer.getone())
        return [json.loads(record.value) for record in self.seen[:count]]

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[Nation]:
        topics = [f"national.{self.country}.{way}.v1" for way in ("inbound", "outbound")]
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(topic, 1, 1) for topic in topics])
        await admin.close()
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        self.consumer = AIOKafkaConsumer(topics[1], bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await self.producer.start()
        await self.consumer.start()
        self.start()
        try:
            yield self
        finally:
            await self.stop()
            await self.producer.stop()
            await self.consumer.stop()


@pytest.fixture
async def nation(kafka_bootstrap: str) -> AsyncIterator[Nation]:
    # Topics of its own for each test.
    country = "xa" + uuid.uuid4().hex[:8]
    border = Border(bridge=FAKE, agreements=FAKE_AGREEMENTS)
    async with running(border), Nation(kafka_bootstrap, country, border).connected() as nation:
        yield nation


def licence(message_id: str, **changes: Any) -> bytes:
    return json.dumps(fixture("xa", "licence") | {"message_id": message_id} | changes).encode()


async def test_a_record_is_taken_and_answered_in_the_outbound_topic(nation: Nation) -> None:
    await nation.send(licence("XA/1"), traceparent=f"00-{'c' * 32}-{'d' * 16}-01")
    (receipt,) = await nation.receipts(1)
    assert (receipt["status"], receipt["items"][0]["message_id"], receipt["actor"]) == ("accepted", "XA/1", ACTOR)
    headers = {name: value.decode() for name, value in nation.seen[0].headers}
    assert headers == {
        "content-type": "application/json",
        "kind": "receipt",
        "record": f"national.{nation.country}.inbound.v1/0/0",
    }
    (entry,) = await nation.border.entries()
    assert entry.original == licence("XA/1")
    assert entry.traceparent is not None
    assert entry.traceparent[3:35] == "c" * 32


async def test_a_list_has_its_media_type_in_a_header(nation: Nation) -> None:
    await nation.send(licence("XA/1") + b"\n" + licence("XA/2"), content_type="application/x-ndjson")
    (receipt,) = await nation.receipts(1)
    assert receipt["counts"]["accepted"] == 2


async def test_a_poisoned_record_is_answered_with_a_rejection_and_harms_nobody_else(nation: Nation) -> None:
    bodies = [b"{", "機関".encode("cp932"), None, b"", licence("XA/1", name=""), licence("XA/2")]
    for body in bodies:
        await nation.send(body)
    await nation.send(b"x", content_type="image/png")
    receipts = await nation.receipts(7)
    assert [(one["status"], one["problems"][0]["slug"] if one["problems"] else "") for one in receipts] == [
        ("rejected", "not-json"),
        ("rejected", "not-utf-8"),
        ("rejected", "no-body"),
        ("rejected", "not-json"),
        ("rejected", "missing-field"),
        ("accepted", ""),
        ("rejected", "unsupported-media-type"),
    ]


async def test_a_defect_of_ours_with_one_record_is_told_and_the_next_is_taken(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = nation.border.desk.hand_in

    async def defect(body: bytes, *args: Any, **how: Any) -> Any:
        if b"XA/1" in body:
            raise ZeroDivisionError
        return await taken(body, *args, **how)

    monkeypatch.setattr(nation.border.desk, "hand_in", defect)
    await nation.send(licence("XA/1"))
    await nation.send(licence("XA/2"))
    receipts = await nation.receipts(2)
    assert [one["problems"][0]["slug"] if one["problems"] else "" for one in receipts] == ["internal-error", ""]


async def test_a_record_whose_offset_was_not_committed_is_a_duplicate_the_next_time(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = asyncio.Event()
    commit = Inbound._commit

    async def killed(*_: Any) -> None:
        await asyncio.Event().wait()

    async def seen(*how: Any) -> None:
        await commit(*how)
        committed.set()

    with monkeypatch.context() as dying:
        dying.setattr(Inbound, "_commit", killed)
        await nation.send(licence("XA/1"))
        (first,) = await nation.receipts(1)
        await nation.stop()
    monkeypatch.setattr(Inbound, "_commit", seen)
    nation.start()
    again = (await nation.receipts(2))[1]
    assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])
    await committed.wait()
    await nation.stop()
    nation.start()
    await nation.send(licence("XA/2"))
    assert (await nation.receipts(3))[2]["items"][0]["message_id"] == "XA/2"


async def test_one_that_is_stopped_in_the_moment_of_a_commit_stops(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = AIOKafkaConsumer.commit

    async def stopped_meanwhile(consumer: AIOKafkaConsumer, *how: Any) -> None:
        await commit(consumer, *how)
        # Behind what wakes the one that waits for this commit.
        asyncio.get_running_loop().call_soon(nation.tasks[1].cancel)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", stopped_meanwhile)
    await nation.send(licence("XA/1"))
    async with asyncio.timeout(30):
        await asyncio.wait(nation.tasks[1:])


async def test_with_the_ledger_away_a_record_waits_for_its_turn(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bridge.national_topics._PAUSE", 0.05)
    taken, failures = nation.border.desk.hand_in, iter([True, True])

    async def away_at_first(*args: Any, **how: Any) -> Any:
        if next(failures, False):
            raise StoreUnavailable("told to be away")
        return await taken(*args, **how)

    monkeypatch.setattr(nation.border.desk, "hand_in", away_at_first)
    await nation.send(licence("XA/1"))
    await nation.send(licence("XA/2"))
    receipts = await nation.receipts(2)
    assert [one["items"][0]["message_id"] for one in receipts] == ["XA/1", "XA/2"]


async def test_with_the_outbound_topic_away_the_receipt_waits_and_says_what_became_of_the_record(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bridge.national_topics._PAUSE", 0.05)
    written, failures = nation.outbound.write, iter([True, True])

    async def away_at_first(*args: Any) -> Any:
        if next(failures, False):
            raise BrokerUnavailable("told to be away")
        return await written(*args)

    monkeypatch.setattr(nation.outbound, "write", away_at_first)
    await nation.send(licence("XA/1"))
    (receipt,) = await nation.receipts(1)
    assert receipt["status"] == "accepted"


async def test_a_delivery_is_a_record_and_its_place_the_receipt(nation: Nation) -> None:
    bridge = Bridge(country="xa", matters=FAKE.matters, features=BridgeFeatures(handing_over="kafka"))
    border = nation.border
    deliver = Delivery(
        bridge,
        OverKafka(nation.outbound),
        border.ledger,
        FAKE_AGREEMENTS,
        public_keys,
        private_keys("xa"),
        border.spans,
        border.clock,
    )
    results = await _until_open(deliver, [due_for(bridge, MisconductReportSubmitted, number) for number in (1, 2)])
    documents = await nation.receipts(2)
    assert [document["victims"] for document in documents] == [INSIDE["/report/affected_persons"]] * 2
    headers = {name: value.decode() for name, value in nation.seen[0].headers}
    assert (headers["kind"], headers["delivery-id"]) == ("delivery", "e-1")
    numbers = []
    for result in results:
        assert isinstance(result.command, RecordDelivery)
        assert result.command.delivered is not None
        numbers.append(result.command.delivered.receipt.receipt_number)
    assert numbers == [f"national.{nation.country}.outbound.v1/0/{place}" for place in (0, 1)]


async def _until_open(deliver: Delivery, due: list[Any]) -> Any:
    async with asyncio.timeout(60):
        results = await deliver(due)
        while any(result.command is None for result in results):
            await asyncio.sleep(0.1)
            results = await deliver(due)
    return results


async def test_with_the_broker_away_a_delivery_is_tried_again() -> None:
    class Away:
        name = "national.xa.outbound.v1"

        async def write(self, records: Any) -> Any:
            raise BrokerUnavailable("told to be away")

    async with running(Border(bridge=FAKE, agreements=FAKE_AGREEMENTS)) as border:
        deliver = Delivery(
            FAKE,
            OverKafka(Away()),
            border.ledger,
            FAKE_AGREEMENTS,
            public_keys,
            private_keys("xa"),
            border.spans,
            border.clock,
        )
        (result,) = await deliver([due_for(FAKE, MisconductReportSubmitted)])
        assert result.command is None
        assert "could not be written" in result.detail
        assert await border.entries() == []
