"""How far consumer groups are, asked of a broker that has just started: it never passes for having none."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import NotCoordinatorForGroupError
from aiokafka.structs import OffsetAndMetadata

from deploy.local import offsets
from deploy.local.offsets import committed, groups_of

PLACE = TopicPartition("registry.commands.v1", 2)
LOADING, NOT_COORDINATOR, NOT_FOUND = 14, 16, 69


class Admin:
    """A broker's client as aiokafka has it: while groups are loaded it lists none, and tells no offsets."""

    answers: list[int]
    """What it says of each group it is asked to describe, the last one for good."""

    def __init__(self, **_: Any) -> None:
        pass

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def list_consumer_groups(self) -> list[tuple[str, str]]:
        return [] if self.loading else [("registry", "consumer")]

    async def find_coordinator(self, group: str) -> int:
        return 1

    async def describe_consumer_groups(self, groups: Sequence[str], coordinator: int) -> list[Any]:
        error = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [SimpleNamespace(groups=[(error, groups[0], "Empty")])]

    async def list_consumer_group_offsets(self, group: str, coordinator: int) -> dict[TopicPartition, Any]:
        there = group == "registry" and not self.loading
        return {PLACE: OffsetAndMetadata(17, "")} if there else {}

    @property
    def loading(self) -> bool:
        return len(self.answers) > 1


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> type[Admin]:
    monkeypatch.setattr(offsets, "AIOKafkaAdminClient", Admin)
    return Admin


@pytest.mark.parametrize("answers", [[0], [LOADING, LOADING, 0], [NOT_COORDINATOR, 0], [NOT_FOUND]])
async def test_a_coordinator_that_still_loads_is_asked_again(admin: type[Admin], answers: list[int]) -> None:
    admin.answers = answers
    assert await committed("broker", ["registry"]) == {"registry": {PLACE.topic: {PLACE.partition: 17}}}


async def test_one_that_never_loads_is_an_error_and_not_no_offsets(
    admin: type[Admin], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsets, "_LOADED_WITHIN", 0.3)
    admin.answers = [NOT_COORDINATOR]
    with pytest.raises(NotCoordinatorForGroupError):
        await committed("broker", ["registry"])


def test_the_groups_of_a_service_are_for_its_commands_and_for_each_topic_it_follows() -> None:
    found = groups_of("bridge-jp")
    assert {"bridge-jp", "bridge-jp.national", "bridge-jp.registry.events.v1", "bridge-jp.bridge-kg.events.v1"} <= {
        *found
    }
    assert "bridge-jp.publication.commands.v1" not in found
