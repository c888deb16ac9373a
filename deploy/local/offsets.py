"""The offsets of the services' consumer groups: read, kept with a backup, set back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupIdNotFound, KafkaError, for_code

from deploy.local.layout import agreements_folder, topics_file
from shared.agreements import load_agreements
from shared.topics import load_topics

Offsets = Mapping[str, Mapping[str, Mapping[int, int]]]
"""By group, topic and partition: the next record that it is to read."""

_EMPTY_WITHIN: Final = 40.0
"""Seconds after which a group whose members are gone is empty: their sessions have to run out."""
_LOADED_WITHIN: Final = 30.0
_COORDINATOR_LOG: Final = logging.getLogger("aiokafka.consumer.group_coordinator")


class GroupInUseError(Exception):
    """A consumer group still has members: its offsets cannot be set."""


def groups_of(service: str) -> Sequence[str]:
    """A service's consumer groups: `<service>` for its commands, `<service>.<topic>` for the topics it follows, and a
    bridge's `<service>.national` for what its national system writes."""
    topics = load_topics(topics_file(), load_agreements(agreements_folder()).countries)
    followed = [topic.name for topic in topics if service in topic.readers]
    return [service, f"{service}.national", *(f"{service}.{topic}" for topic in followed)]


async def committed(bootstrap: str, services: Sequence[str]) -> Offsets:
    """How far the groups of these services are. Raises KafkaError."""
    until = time.monotonic() + _LOADED_WITHIN
    while True:
        try:
            return await _committed(bootstrap, services)
        except KafkaError as error:
            # A broker that has just started does not know its groups yet.
            if not error.retriable or time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)


async def _committed(bootstrap: str, services: Sequence[str]) -> Offsets:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found: dict[str, dict[str, dict[int, int]]] = {}
        for group in [group for service in services for group in groups_of(service)]:
            coordinator = await admin.find_coordinator(group)
            # A coordinator that still loads its groups lists some of them or none, and the client takes its refusal to
            # tell offsets for there being none. Only of a description does one learn of it.
            for answer in await admin.describe_consumer_groups([group], coordinator):
                for error_code, *_ in answer.groups:
                    if error_code and for_code(error_code) is not GroupIdNotFound:
                        raise for_code(error_code)(group)
            for place, offset in (await admin.list_consumer_group_offsets(group, coordinator)).items():
                found.setdefault(group, {}).setdefault(place.topic, {})[place.partition] = offset.offset
        return found
    finally:
        await admin.close()


async def at(bootstrap: str, offsets: Offsets, moment: datetime) -> Offsets:
    """The same groups' offsets of the first records from `moment` on, where they are beyond those now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        wanted = {
            TopicPartition(topic, partition): int(moment.timestamp() * 1000)
            for topics in offsets.values()
            for topic, partitions in topics.items()
            for partition in partitions
        }
        found = await consumer.offsets_for_times(wanted) if wanted else {}
        first = {place: None if record is None else record.offset for place, record in found.items()}

        def earlier(topic: str, partition: int, now: int) -> int:
            offset = first[TopicPartition(topic, partition)]
            return now if offset is None else min(now, offset)

        return {
            group: {
                topic: {partition: earlier(topic, partition, now) for partition, now in partitions.items()}
                for topic, partitions in topics.items()
            }
            for group, topics in offsets.items()
        }
    finally:
        await consumer.stop()


async def set_back(bootstrap: str, now: Offsets, wanted: Offsets) -> None:
    """Sets the groups of `now` to what `wanted` says, to the beginning where it says nothing of a partition.

    Waits until their members' sessions have run out. Raises GroupInUseError.
    """
    for group, topics in now.items():
        asked = wanted.get(group, {})
        offsets = {
            TopicPartition(topic, partition): asked.get(topic, {}).get(partition, 0)
            for topic, partitions in topics.items()
            for partition in partitions
        }
        if offsets:
            await _commit(bootstrap, group, offsets)


async def _commit(bootstrap: str, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    until = time.monotonic() + _EMPTY_WITHIN
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        # The broker refuses as long as the group has members; the client would print each refusal.
        _COORDINATOR_LOG.setLevel(logging.CRITICAL)
        while True:
            try:
                await consumer.commit(dict(offsets))
            except KafkaError as error:
                if time.monotonic() > until:
                    detail = f"Consumers are still at work in {group}, or it cannot be set: {error!r}"
                    raise GroupInUseError(detail) from error
                await asyncio.sleep(0.5)
            else:
                return
    finally:
        _COORDINATOR_LOG.setLevel(logging.NOTSET)
        await consumer.stop()
