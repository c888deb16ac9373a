"""The view on a real broker: whole before it says ready, up with what comes, alive while the broker is away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.topics import ensure_topics
from services.publication.view import RegisterView, follow
from shared.contracts.publication import REGISTER_TOPIC, RegisterEntry, stream_of
from shared.topics import Topic
from tests.register_builders import entry, plausible, revoked, version

TOPIC = Topic(name=REGISTER_TOPIC, partitions=4, retention=None, compacted=True, writers=(), readers=())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Kafka]:
    """A broker of the test's own, to be stopped and started."""
    kafka = Kafka(tmp_path / "kafka", *free_ports(2), log=tmp_path / "kafka.log")
    kafka.start()
    try:
        kafka.wait_until_ready()
        yield kafka
    finally:
        kafka.kill()


@contextlib.asynccontextmanager
async def following(view: RegisterView, bootstrap: str) -> AsyncIterator[None]:
    task = asyncio.create_task(follow(view, bootstrap))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def publish(bootstrap: str, *entries: RegisterEntry) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for one in entries:
            key = stream_of(one.publisher, one.register_name, one.id).encode()
            await producer.send(REGISTER_TOPIC, one.model_dump_json().encode(), key)
        await producer.flush()


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not so within {seconds} s")


def entries_of(view: RegisterView) -> int:
    return len(view.register("jp", "sending-organizations").edition.rows)


async def test_the_view_is_whole_before_it_is_ready_and_survives_the_broker_being_away(broker: Kafka) -> None:
    early = RegisterView()
    async with following(early, broker.bootstrap):
        # The topic is not there yet: a stack may start in any order.
        await asyncio.sleep(0.5)
        assert not early.ready
        await ensure_topics(broker.bootstrap, [TOPIC])
        await until(lambda: early.ready)
        assert entries_of(early) == 0

        await publish(broker.bootstrap, *plausible(700))
        await until(lambda: entries_of(early) == 700)

        late = RegisterView()
        counts_when_ready: list[int] = []
        async with following(late, broker.bootstrap):
            await until(lambda: late.ready)
            counts_when_ready.append(entries_of(late))
        assert counts_when_ready == [700]
        digests = {view.register("jp", "sending-organizations").edition.digest for view in (early, late)}
        assert len(digests) == 1

        broker.kill()
        await asyncio.sleep(1.5)
        assert early.ready
        assert entries_of(early) == 700
        broker.start()
        await asyncio.to_thread(broker.wait_until_ready)
        await publish(broker.bootstrap, entry(version(0), revoked(version(0))))
        register = early.register("jp", "sending-organizations")
        known = entry(version(0)).id
        await until(lambda: (row := register.get(known)) is not None and row.entry.revision == 2)
        assert entries_of(early) == 700
