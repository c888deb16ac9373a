"""Reactors: commands that repeat harmlessly, and what cannot be reacted to waits without holding up other keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from shared.clock import FixedClock
from shared.contracts.base import Contract
from shared.messaging.decider import Command, Reactor
from shared.messaging.envelope import Message, derived_id
from shared.messaging.publisher import BrokerUnavailable
from shared.messaging.reactions import Reactions
from shared.telemetry.spans import Spans
from tests.kernel.conftest import Kernel
from tests.kernel.counting import Added, Topic, command

EVENTS = "counting.events.v1"


def event(stream: str, sequence: int, amount: int) -> Message:
    return command(stream, sequence, source=f"/counting/counter/{stream}", data=Added(amount=amount))


def react(occurred: Contract, message: Message) -> Sequence[Command]:
    assert isinstance(occurred, Added)
    if occurred.amount == 13:
        raise ArithmeticError("thirteen")
    if occurred.amount == 0:
        return []
    follower = message.subject.replace("counter/", "follower/")
    return [Command("following.commands.v1", follower, occurred)] * (2 if occurred.amount == 2 else 1)


def follow(occurred: Contract, message: Message) -> Sequence[Command]:
    assert isinstance(occurred, Added)
    return [Command("following.commands.v1", message.subject.replace("counter/", "follower/"), occurred)]


def reactions(kernel: Kernel, rule: Any = react) -> Reactions:
    reactor = Reactor(EVENTS, {"Added": Added}, rule)
    return Reactions(
        "following",
        [reactor],
        kernel.stores.parked,
        kernel.publisher,  # type: ignore[arg-type]
        Spans("following", None),
        FixedClock(),
    )


def sent(kernel: Kernel, stream: str) -> list[dict[str, str]]:
    return [
        {name: value.decode() for name, value in record.headers}
        for record in kernel.publisher.sent
        if record.key == f"follower/{stream}".encode()
    ]


async def test_an_event_becomes_a_command_that_can_be_recognised_when_it_is_repeated(kernel: Kernel) -> None:
    record = Topic(EVENTS).record(event("a", 7, 5)._replace(traceparent=f"00-{'a' * 32}-{'b' * 16}-01"))
    await reactions(kernel).process([record])
    await reactions(kernel).process([record])
    first, second = sent(kernel, "a")
    assert first["ce_id"] == second["ce_id"] == derived_id(event("a", 7, 5).id, "following#0")
    assert (first["ce_source"], first["ce_sequence"]) == ("/counting/counter/a", "7")
    assert (first["ce_type"], first["ce_correlationid"], first["traceparent"][3:35]) == ("Added", "receipt-7", "a" * 32)


async def test_events_nobody_asked_for_are_passed_over(kernel: Kernel) -> None:
    await reactions(kernel).process(Topic(EVENTS).records(event("a", 1, 0), event("a", 2, 1)._replace(type="Other")))
    assert kernel.publisher.sent == []
    assert await kernel.stores.parked.unsettled(10) == []


async def test_what_trips_a_reactor_waits_with_its_followers_while_other_keys_go_on(kernel: Kernel) -> None:
    topic = Topic(EVENTS)
    working = reactions(kernel)
    await working.process(topic.records(event("a", 1, 1), event("a", 2, 13), event("a", 3, 3), event("b", 1, 4)))
    await reactions(kernel).process(topic.records(event("a", 4, 4), event("b", 2, 5)))
    assert [headers["ce_sequence"] for headers in sent(kernel, "a")] == ["1"]
    assert [headers["ce_sequence"] for headers in sent(kernel, "b")] == ["1", "2"]
    waiting = await kernel.stores.parked.of_stream(f"reaction/{EVENTS}/counter/a")
    slugs = [document["problem"]["slug"] for document in waiting]
    assert slugs == ["rule-failed", "stream-blocked", "stream-blocked"]

    assert await reactions(kernel, follow).redrive(waiting[0]["stream"], "operator:o@xx") == 3
    assert [headers["ce_sequence"] for headers in sent(kernel, "a")] == ["1", "2", "3", "4"]
    await working.process(topic.records(event("a", 5, 6)))
    assert [headers["ce_sequence"] for headers in sent(kernel, "a")][-1] == "5"


async def test_skipping_passes_over_one_and_replays_the_rest(kernel: Kernel) -> None:
    working = reactions(kernel)
    await working.process(Topic(EVENTS).records(event("a", 1, 13), event("a", 2, 3)))
    stream = f"reaction/{EVENTS}/counter/a"
    oldest = (await kernel.stores.parked.of_stream(stream))[0]["_id"]
    assert await working.redrive(stream, "operator:o@xx", skip=oldest, why="unlucky") == 2
    assert [headers["ce_sequence"] for headers in sent(kernel, "a")] == ["2"]
    skipped = await kernel.stores.parked.get(oldest)
    assert skipped is not None
    assert (skipped["settled"]["how"], skipped["settled"]["why"]) == ("skipped", "unlucky")


async def test_two_commands_for_one_stream_would_look_like_a_duplicate_and_are_parked_instead(kernel: Kernel) -> None:
    await reactions(kernel).process(Topic(EVENTS).records(event("a", 1, 2)))
    (document,) = await kernel.stores.parked.unsettled(10)
    assert "two commands for one stream" in document["problem"]["detail"]


async def test_a_batch_is_tried_again_whole_when_the_broker_is_away(kernel: Kernel) -> None:
    records = Topic(EVENTS).records(event("a", 1, 1), event("b", 1, 3))
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await reactions(kernel).process(records)
    kernel.publisher.down = False
    await reactions(kernel).process(records)
    assert len(kernel.publisher.sent) == 2


async def test_an_instance_that_takes_a_partition_over_lets_nothing_overtake_what_another_has_parked(
    kernel: Kernel,
) -> None:
    topic = Topic(EVENTS)
    ours, theirs = reactions(kernel), reactions(kernel)
    await ours.process(topic.records(event("other", 1, 1)))
    await theirs.process(topic.records(event("a", 1, 1), event("a", 2, 13)))
    ours.forget()
    await ours.process(topic.records(event("a", 3, 3)))
    await reactions(kernel, follow).redrive(f"reaction/{EVENTS}/counter/a", "operator:o@xx")
    assert [headers["ce_sequence"] for headers in sent(kernel, "a")] == ["1", "2", "3"]
