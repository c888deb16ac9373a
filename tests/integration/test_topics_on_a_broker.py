"""The declared topics and a real broker's."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from deploy.local.topics import WrongTopicError, ensure_topics
from shared.topics import Topic


def topic(**changes: object) -> Topic:
    name = f"test-{uuid.uuid4().hex[:8]}.events.v1"
    declared = Topic(
        name=name, partitions=3, retention=timedelta(days=3), compacted=False, writers=("a",), readers=("b",)
    )
    return declared.model_copy(update=changes)


async def test_missing_topics_are_created_once(kafka_bootstrap: str) -> None:
    topics = [topic(), topic(retention=None, compacted=True)]
    assert list(await ensure_topics(kafka_bootstrap, topics)) == [each.name for each in topics]
    assert list(await ensure_topics(kafka_bootstrap, [*topics, one := topic()])) == [one.name]


async def test_a_topic_that_differs_is_told_and_left_as_it_is(kafka_bootstrap: str) -> None:
    there = topic()
    await ensure_topics(kafka_bootstrap, [there])
    for changes, told in (
        ({"partitions": 5}, "3 partitions; declared are 5"),
        ({"compacted": True}, "cleanup.policy=delete; declared is compact"),
        ({"retention": None}, "retention.ms=259200000; declared is -1"),
    ):
        with pytest.raises(WrongTopicError, match=f"topic {there.name} has {told}"):
            await ensure_topics(kafka_bootstrap, [there.model_copy(update=changes)])
    await ensure_topics(kafka_bootstrap, [there])
