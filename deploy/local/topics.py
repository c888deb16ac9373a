"""Brings a broker's topics in line with their declaration."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from shared.topics import Topic

REPLICAS = 3
"""Of each topic, on a cluster that has so many brokers."""


class WrongTopicError(Exception):
    """Topics that are there already and are not as declared. Says which, and what is different."""


async def ensure_topics(bootstrap_servers: str, topics: Sequence[Topic]) -> Sequence[str]:
    """Creates the topics that are missing and returns their names.

    Raises WrongTopicError for one that differs, which is left as it is; KafkaError if the broker does not answer.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=15_000)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            brokers = len((await admin.describe_cluster())["brokers"])
            await _create(admin, missing, min(REPLICAS, brokers))
        found = [topic for topic in topics if topic.name in there]
        if found and (different := await _differences(admin, found)):
            raise WrongTopicError("\n".join(different))
        return [topic.name for topic in missing]
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replicas: int) -> None:
    new = [NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.settings)) for topic in topics]
    answer = await admin.create_topics(new)
    for name, code, message in answer.topic_errors:
        if code:
            raise for_code(code)(f"{name}: {message}")
    names = [topic.name for topic in topics]
    until = time.monotonic() + 15
    # The answer comes before every broker knows them.
    while any(each["error_code"] for each in await admin.describe_topics(names)):
        if time.monotonic() > until:
            raise KafkaError(f"the topics made are not there after 15 s: {', '.join(names)}")
        await asyncio.sleep(0.1)


async def _differences(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> Sequence[str]:
    described = {each["topic"]: each for each in await admin.describe_topics([topic.name for topic in topics])}
    settings = await _settings(admin, topics)
    different = []
    for topic in topics:
        partitions = len(described[topic.name]["partitions"])
        if partitions != topic.partitions:
            different.append(f"topic {topic.name} has {partitions} partitions; declared are {topic.partitions}")
        for name, value in topic.settings.items():
            has = settings[topic.name].get(name)
            if has != value:
                different.append(f"topic {topic.name} has {name}={has}; declared is {value}")
    return different


async def _settings(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> Mapping[str, Mapping[str, str]]:
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, dict.fromkeys(topic.settings)) for topic in topics
    ]
    found: dict[str, Mapping[str, Any]] = {}
    for answer in await admin.describe_configs(resources):
        for _, _, _, name, entries in answer.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found
