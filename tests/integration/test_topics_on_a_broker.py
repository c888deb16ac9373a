"""The declared topics and a real broker's."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest

from deploy.local.layout import agreements_folder, topics_file
from deploy.local.ports import free_ports
from deploy.local.topics import WrongTopicError, ensure_topics
from shared.agreements import load_agreements
from shared.topics import Topic, load_topics


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


def test_the_container_of_the_topics_makes_those_declared_and_a_second_run_finds_them(kafka_bootstrap: str) -> None:
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    argv = [sys.executable, "-m", "deploy.containers.topics"]
    declared = load_topics(topics_file(), load_agreements(agreements_folder()).countries)
    runs = [subprocess.run(argv, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    assert runs[1].stdout == f"{len(declared)} topics, 0 of them new\n"


def test_the_container_of_the_topics_says_that_kafka_is_away() -> None:
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_ports(1)[0]}"}
    argv = [sys.executable, "-m", "deploy.containers.topics"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
