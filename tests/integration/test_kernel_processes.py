"""The kernel in processes of its own on a real broker and database: killed, stopped, thrown out, told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from joserfc.jwk import KeySet
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.ports import free_ports
from deploy.local.process import Process
from shared.clock import SystemClock
from shared.messaging.processor import Processor
from shared.messaging.publisher import BrokerUnavailable, Publisher, make_producer, partition_of
from shared.security.keys import make_key, write_public
from shared.security.tokens import Actor, TokenIssuer
from shared.store.mongo import Database, MongoParked, MongoStreams
from shared.telemetry.spans import Spans
from tests.kernel.conftest import RecordingPublisher
from tests.kernel.counting import Topic, command, counter
from tests.unit.test_metrics import families, told

PARTITIONS = 4
TOPICS = ["counting.commands.v1", "counting.events.v1", "counting.parked.v1"]


@dataclass
class Counting:
    """The counting service: instances of it, what is put in, and what has come out."""

    bootstrap: str
    mongodb_uri: str
    folder: Path
    database: str = field(default_factory=lambda: f"counting_{uuid.uuid4().hex[:8]}")
    instances: list[Process] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = make_key("issuer")
        write_public(KeySet([self._key]), self.folder / "issuer.json")

    def token(self, role: Any = "operator") -> dict[str, str]:
        issued = TokenIssuer(self._key).issue(Actor(sub="someone", role=role))
        return {"Authorization": f"Bearer {issued}"}

    async def start(self, instance: str) -> Process:
        (port,) = free_ports(1)
        root = Path(__file__).parents[2]
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "MONGODB_URI": self.mongodb_uri,
            "KAKEHASHI_DATABASE": self.database,
            "KAKEHASHI_INSTANCE": instance,
            "KAKEHASHI_HTTP_PORT": str(port),
            "KAKEHASHI_AGREEMENTS": str(root / "deploy" / "agreements"),
            "KAKEHASHI_ISSUER_KEYS": str(self.folder / "issuer.json"),
            "KAKEHASHI_PARTY_KEYS": str(self.folder),
            "KAKEHASHI_TRACES": str(self.folder / "traces"),
            "PYTHONPATH": str(root),
        }
        log = self.folder / f"counting-{len(self.instances)}.log"
        process = Process(
            "counting", [sys.executable, "-m", "tests.kernel.counting_service"], log=log, environment=environment
        )
        process.start()
        self.instances.append(process)
        self.ports.append(port)
        await self.until_ready(port)
        return process

    async def until_ready(self, port: int) -> None:
        async with httpx.AsyncClient() as client, asyncio.timeout(60):
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)

    async def events(self) -> dict[str, list[tuple[int, str, dict[str, Any]]]]:
        """All events so far by stream, as their receivers keep them: each sequence once, older ones left out."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        await consumer.start()
        places = [TopicPartition("counting.events.v1", number) for number in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        seen: defaultdict[str, list[tuple[int, str, dict[str, Any]]]] = defaultdict(list)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = dict(record.headers)
                    entry = (int(headers["ce_sequence"]), headers["ce_type"].decode(), orjson.loads(record.value))
                    kept = seen[record.key.decode().removeprefix("counter/")]
                    if not kept or kept[-1][0] < entry[0]:
                        kept.append(entry)
        await consumer.stop()
        return dict(seen)

    async def amounts(self) -> dict[str, list[int]]:
        return {
            stream: [data["amount"] for _, kind, data in events if kind == "Added"]
            for stream, events in (await self.events()).items()
        }

    async def until_amounts(self, expected: dict[str, list[int]], seconds: float = 60) -> None:
        """Waits until the streams named have come out as expected, for good."""
        for _ in range(int(seconds * 2)):
            found = await self.amounts()
            if all(found.get(stream) == amounts for stream, amounts in expected.items()):
                return
            await asyncio.sleep(0.5)
        wrong = {stream: (found.get(stream), amounts) for stream, amounts in expected.items()}
        raise AssertionError({stream: pair for stream, pair in wrong.items() if pair[0] != pair[1]})


@pytest.fixture(scope="module")
async def counting(
    kafka_bootstrap: str, mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Counting]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in TOPICS])
    yield Counting(kafka_bootstrap, mongodb_uri, tmp_path_factory.mktemp("counting"))
    await admin.delete_topics(TOPICS)
    await admin.close()


@pytest.fixture(autouse=True)
def stopped_afterwards(counting: Counting) -> Iterator[None]:
    yield
    for process in counting.instances:
        process.kill()


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    made = make_producer(kafka_bootstrap, "test")
    await made.start()
    yield made
    await made.stop()


def load(prefix: str, streams: int, count: int, start: int = 1) -> tuple[list[Any], dict[str, list[int]]]:
    """Commands round robin over streams, and what must come out of each."""
    messages, expected = [], defaultdict(list)
    for number in range(start, start + count):
        stream = f"{prefix}-{number % streams}"
        messages.append(command(stream, number, 1000 + number))
        expected[stream].append(1000 + number)
    return messages, dict(expected)


async def send(producer: AIOKafkaProducer, messages: Sequence[Any]) -> None:
    await Publisher(producer).publish("counting.commands.v1", messages)


async def test_what_was_written_but_not_published_is_published_by_the_next_process_though_its_record_is_gone(
    counting: Counting,
) -> None:
    database = Database(counting.mongodb_uri, counting.database)
    record = Topic(partition=partition_of(b"counter/left-over", PARTITIONS)).record(command("left-over", 1, 7))
    publisher = RecordingPublisher()
    publisher.down = True
    killed = Processor(
        "counting",
        [counter()],
        streams=await MongoStreams.open(database),
        parked=await MongoParked.open(database),
        publisher=publisher,  # type: ignore[arg-type]
        spans=Spans("counting", None),
        clock=SystemClock(),
    )
    with pytest.raises(BrokerUnavailable):
        await killed.process([record])
    database.close()
    await counting.start("a")
    await counting.until_amounts({"left-over": [7]})


async def test_killing_the_service_at_any_moment_loses_doubles_and_reorders_nothing(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    messages, expected = load("killed", 60, 6000)
    process = await counting.start("one")
    for part in range(6):
        await send(producer, messages[part * 1000 : (part + 1) * 1000])
        await asyncio.sleep(0.05 * part)
        process.kill()
        process = await counting.start("one")
    await counting.until_amounts(expected)


async def test_a_zombie_that_was_thrown_out_and_wakes_up_harms_nothing(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    first, _ = await counting.start("one"), await counting.start("two")
    messages, expected = load("zombie", 40, 4000)
    sending = asyncio.create_task(send(producer, messages[:2000]))
    await asyncio.sleep(0.15)
    assert first.pid is not None
    os.kill(first.pid, signal.SIGSTOP)
    await sending
    # Longer than the session: its partitions are given to the other.
    await asyncio.sleep(9)
    await send(producer, messages[2000:])
    os.kill(first.pid, signal.SIGCONT)
    await counting.until_amounts(expected)


async def test_instances_that_come_and_go_under_load_change_nothing(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    messages, expected = load("scaled", 40, 4000)
    first = await counting.start("one")
    await send(producer, messages[:1000])
    second = await counting.start("two")
    await send(producer, messages[1000:2000])
    first.stop()
    await send(producer, messages[2000:3000])
    await counting.start("three")
    second.stop()
    await send(producer, messages[3000:])
    await counting.until_amounts(expected)


async def test_poisoned_records_are_parked_and_redriven_by_an_operator(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    await counting.start("one")
    good = [command("poisoned", number, number) for number in (501, 502)]
    headers = [(name, value.encode()) for name, value in good[0].headers()]
    key = good[0].subject.encode()
    await send(producer, [command("beside", 503, 503)])
    for value, broken in ((b"{}", [*headers, ("ce_actor", None)]), (None, headers)):
        await producer.send_and_wait("counting.commands.v1", value, key=key, headers=broken)
    await send(producer, [*good, command("beside", 504, 504)])
    await counting.until_amounts({"beside": [503, 504]})

    url = f"http://127.0.0.1:{counting.ports[-1]}"
    async with httpx.AsyncClient(base_url=url, headers=counting.token()) as client:
        waiting = [item for item in (await client.get("/v1/parked")).json()["items"] if item["stream"] == key.decode()]
        assert [item["problem"]["slug"] for item in waiting] == [
            "null-header",
            "no-body",
            "stream-blocked",
            "stream-blocked",
        ]
        shown = (await client.get(f"/v1/parked/{waiting[0]['parked_id']}")).json()
        assert ["ce_actor", None] in shown["record"]["headers"]
        refused = await client.post(f"/v1/parked/{waiting[1]['parked_id']}/skip", json={"reason": "not a message"})
        assert (refused.status_code, refused.json()["slug"]) == (409, "stream-blocked")
        for item in waiting[:2]:
            for _ in range(100):
                done = await client.post(f"/v1/parked/{item['parked_id']}/skip", json={"reason": "not a message"})
                if done.status_code == 202:
                    break
                await asyncio.sleep(0.1)
            assert done.status_code == 202, done.text
        await counting.until_amounts({"poisoned": [501, 502]})
        settled = (await client.get(f"/v1/parked/{waiting[0]['parked_id']}")).json()["settled"]
        assert (settled["how"], settled["by"], settled["why"]) == ("skipped", "operator:someone@-", "not a message")


@pytest.mark.parametrize(
    ("headers", "status", "slug"),
    [({}, 401, "no-token"), ({"Authorization": "Bearer x.y.z"}, 401, "bad-token"), (None, 403, "wrong-role")],
)
async def test_only_an_operator_may_look_at_parked_messages(
    counting: Counting, headers: dict[str, str] | None, status: int, slug: str
) -> None:
    await counting.start("one")
    async with httpx.AsyncClient() as client:
        sent = counting.token("submitter") if headers is None else headers
        answer = await client.get(f"http://127.0.0.1:{counting.ports[-1]}/v1/parked", headers=sent)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_metrics_count_messages_by_outcome(counting: Counting, producer: AIOKafkaProducer) -> None:
    await counting.start("one")
    await send(producer, [command("measured", 601, 7), command("measured", 601, 7)])
    await counting.until_amounts({"measured": [7]})
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{counting.ports[-1]}") as client:
        assert (await client.get("/livez")).status_code == 200
        metrics = (await client.get("/metrics")).text
    for outcome in ("applied", "duplicate"):
        labels = f'{{outcome="{outcome}",service="counting",topic="counting.commands.v1"}}'
        assert f"kakehashi_messages_total{labels}" in metrics


async def test_a_running_service_shows_the_metrics_of_the_page_and_no_others(counting: Counting) -> None:
    await counting.start("one")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{counting.ports[-1]}") as client:
        shown = (await client.get("/metrics")).text
    assert families(shown) == {name: kind for name, (kind, _) in told().items()}


async def test_a_running_service_tells_what_waits_for_an_operator(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    await counting.start("one")
    await send(producer, [command("waiting", 701, 13), command("waiting", 702, 1)])
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{counting.ports[-1]}") as client:
        parked = 0
        for _ in range(60):
            answer = await client.get("/v1/parked?limit=1000", headers=counting.token())
            parked = len(answer.json()["items"])
            shown = (await client.get("/metrics")).text
            wanted = {f'kakehashi_parked_messages{{service="counting"}} {parked}.0'}
            wanted |= {'kakehashi_held_editions{service="counting"} 2.0'}
            if parked >= 2 and wanted <= set(shown.splitlines()):
                return
            await asyncio.sleep(0.5)
    raise AssertionError((parked, [line for line in shown.splitlines() if "parked" in line or "held" in line]))


async def test_each_partition_is_told_of_by_the_instance_that_has_it(
    counting: Counting, producer: AIOKafkaProducer
) -> None:
    await counting.start("one")
    await counting.start("two")
    messages, expected = load("behind", 20, 400)
    await send(producer, messages)
    await counting.until_amounts(expected)
    shared: list[dict[str, float]] = []
    for _ in range(60):
        shared = [await lag(port) for port in counting.ports[-2:]]
        if sorted([*shared[0], *shared[1]]) == ["0", "1", "2", "3"] and all(shared):
            break
        await asyncio.sleep(0.5)
    # None by both, none by neither; and when all is done nothing is behind.
    assert sorted([*shared[0], *shared[1]]) == ["0", "1", "2", "3"]
    assert {records for one in shared for records in one.values()} == {0.0}


async def lag(port: int) -> dict[str, float]:
    """Records behind, by partition, as an instance tells it."""
    async with httpx.AsyncClient() as client:
        shown = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return {
        sample.labels["partition"]: sample.value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
        if sample.name == "kakehashi_consumer_lag_records"
    }


async def test_a_service_told_to_end_does_so_cleanly(counting: Counting) -> None:
    process = await counting.start("one")
    assert process.pid is not None
    os.kill(process.pid, signal.SIGTERM)
    for _ in range(300):
        if not process.running:
            break
        await asyncio.sleep(0.05)
    assert process.exit_code == 0
