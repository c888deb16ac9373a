"""One contender on one load: its topics filled, its work timed, in a process of its own."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.contenders import Place, bare, kernel, plain
from bench.loads import hot_streams, messages, new_streams
from shared.messaging.consumers import tune_garbage_collection
from shared.messaging.publisher import Publisher, make_producer, outgoing

PARTITIONS = 4

Contender = Callable[[Place, int], Awaitable[float]]


async def fill(place: Place, streams: Iterator[str], first_sequence: int) -> int:
    """Puts a message for each stream into the place's command topic; says how many."""
    producer = make_producer(place.bootstrap, "bench-fill")
    await producer.start()
    publisher, count, group = Publisher(producer), 0, []
    for message in messages(streams, first_sequence):
        group.append(outgoing(place.commands, message))
        count += 1
        if len(group) == 2000:
            await publisher.send(group)
            group = []
    await publisher.send(group)
    await producer.stop()
    place.filled += count
    return count


async def make_topics(place: Place) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=place.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in place.topics])
    await admin.close()


def measure_apart(name: str, load: str, bootstrap: str, mongodb_uri: str, traces: Path, count: int) -> float:
    """What `measure` gives, in a process of its own: no contender works in a heap that another has used."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(_measured, name, load, bootstrap, mongodb_uri, traces, count).result()


def _measured(name: str, load: str, bootstrap: str, mongodb_uri: str, traces: Path, count: int) -> float:
    return asyncio.run(measure(name, load, bootstrap, mongodb_uri, traces, count))


async def measure(name: str, load: str, bootstrap: str, mongodb_uri: str, traces: Path, count: int) -> float:
    """Messages a second of one contender on one load, on topics and a database of its own."""
    contenders: dict[str, Contender] = {
        "bare": functools.partial(bare, existing=load != "new"),
        "kernel": kernel,
        "plain": plain,
    }
    contender = contenders[name]
    place = Place(f"{load}-{name}-{time.time_ns()}", bootstrap, mongodb_uri, traces)
    await make_topics(place)
    if load == "existing":
        before = await fill(place, new_streams(place.name, count), 1)
        await contender(place, before)
    streams = hot_streams(place.name, count) if load == "hot" else new_streams(place.name, count)
    filled = await fill(place, streams, 1 + count)
    tune_garbage_collection()
    seconds = await contender(place, filled)
    database = place.database()
    await database.drop()
    database.close()
    return filled / seconds
