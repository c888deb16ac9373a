"""Every instance's own copy of what is public, kept by reading the whole compacted topic and then following it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from services.publication.register import Register
from shared.contracts.publication import REGISTER_TOPIC, RegisterEntry
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
RECORDS_AT_ONCE = 200
"""Few enough that requests are answered between two portions."""


class RegisterView:
    """The registers of every publishing country, by country and register name.

    `ready` once everything that was in the topic when reading began has been taken in, and from then on: a view that
    Kafka cannot reach goes on serving what it has.
    """

    def __init__(self) -> None:
        self._registers: dict[tuple[str, str], Register] = {}
        self.ready = False

    def register(self, publisher: str, register_name: str) -> Register:
        """The register, empty where nothing was published in it."""
        return self._registers.setdefault((publisher, register_name), Register())

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """Takes in one record of the topic. What is none of ours is logged and passed over; never raises."""
        try:
            kind, publisher, register_name, entry_id = (key or b"").decode().split("/", 3)
            if kind != "register-entry":
                raise ValueError(kind)
            if value is None:
                self.register(publisher, register_name).remove(entry_id)
                return
            entry = RegisterEntry.model_validate_json(value)
            if (entry.publisher, entry.register_name, entry.id) != (publisher, register_name, entry_id):
                raise ValueError("the value is another entry's")
        except (ValueError, ValidationError) as error:
            log.error("not a register entry", topic=REGISTER_TOPIC, key=repr(key), error=str(error))
            return
        self.register(publisher, register_name).put(entry)


async def follow(view: RegisterView, bootstrap_servers: str) -> None:
    """Keeps the view up with the topic until cancelled. Kafka may come late, go away and come back."""
    positions: dict[TopicPartition, int] = {}
    pause = FIRST_PAUSE
    while True:
        # Without a group: every instance reads every partition, and no offset is committed.
        consumer = AIOKafkaConsumer(
            REGISTER_TOPIC,
            bootstrap_servers=bootstrap_servers,
            group_id=None,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        try:
            await consumer.start()
            pause = FIRST_PAUSE
            await _read(consumer, view, positions)
        except (KafkaError, OSError) as error:
            log.warning("register topic out of reach", error=repr(error), retry_in=pause)
        finally:
            # Without a broker it may wait for ever.
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_PAUSE):
                    await consumer.stop()
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _read(consumer: AIOKafkaConsumer, view: RegisterView, positions: dict[TopicPartition, int]) -> None:
    """Reads on from `positions`, which it keeps. Returns when the topic's partitions are others than at first."""
    partitions = consumer.assignment()
    for partition in partitions & positions.keys():
        consumer.seek(partition, positions[partition])
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions) if partitions else {}
    while consumer.assignment() == partitions:
        if ends and not view.ready and all([await consumer.position(p) >= end for p, end in ends.items()]):
            view.ready = True
            log.info("register view is up to date", partitions=len(ends))
        for partition, records in (await consumer.getmany(timeout_ms=500, max_records=RECORDS_AT_ONCE)).items():
            for record in records:
                view.take(record.key, record.value)
            positions[partition] = records[-1].offset + 1
        await asyncio.sleep(0)
