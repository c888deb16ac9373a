"""The declaration of topics."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.layout import topics_file
from shared.topics import Topic, TopicsError, load_topics

COUNTRIES = ["aa", "bb", "cc"]


@pytest.fixture
def declared() -> dict[str, Topic]:
    return {topic.name: topic for topic in load_topics(topics_file(), COUNTRIES)}


def load(folder: Path, content: str) -> list[Topic]:
    path = folder / "topics.yaml"
    path.write_text(content)
    return list(load_topics(path, COUNTRIES))


def test_events_are_kept_for_ever(declared: dict[str, Topic]) -> None:
    events = [topic for name, topic in declared.items() if name.endswith(".events.v1")]
    assert events
    assert {topic.settings["retention.ms"] for topic in events} == {"-1"}


def test_only_the_public_register_is_compacted(declared: dict[str, Topic]) -> None:
    assert [name for name, topic in declared.items() if topic.compacted] == ["publication.register.v1"]
    assert declared["publication.register.v1"].settings["cleanup.policy"] == "compact"


def test_each_country_has_the_topics_of_its_bridge(declared: dict[str, Topic]) -> None:
    for country in COUNTRIES:
        commands = declared[f"bridge-{country}.commands.v1"]
        assert commands.writers == commands.readers == (f"bridge-{country}",)
        bridges = ("bridge-aa", "bridge-bb", "bridge-cc")
        assert declared[f"bridge-{country}.events.v1"].readers == ("registry", "reporting", "inquiry", *bridges)


def test_each_service_writes_what_it_has_parked_and_nobody_else_does(declared: dict[str, Topic]) -> None:
    for name, topic in declared.items():
        if name.endswith(".parked.v1"):
            assert topic.writers == (name.split(".")[0],)


def test_no_topic_is_written_by_two_but_commands(declared: dict[str, Topic]) -> None:
    shared = [name for name, topic in declared.items() if len(topic.writers) > 1]
    assert all(name.endswith(".commands.v1") for name in shared)


def test_retention_is_told_in_days(tmp_path: Path) -> None:
    (topic,) = load(tmp_path, "a.events.v1: {partitions: 1, retention: P3D, writers: [a], readers: []}")
    assert topic.retention == timedelta(days=3)
    assert topic.settings["retention.ms"] == str(3 * 24 * 3600 * 1000)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "a.events.v1: {partitions: 0, retention: forever, writers: [a], readers: []}",
        "a.events.v1: {partitions: 1, retention: eternity, writers: [a], readers: []}",
        "a.events: {partitions: 1, retention: forever, writers: [a], readers: []}",
        "a.events.v1: {partitions: 1, retention: forever, writers: [a], readers: [], colour: red}",
        "a: [",
    ],
)
def test_a_wrong_declaration_is_refused_with_its_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(TopicsError, match=r"topics\.yaml"):
        load(tmp_path, content)
