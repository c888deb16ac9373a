"""The kernel's rules, each with what happens when it is broken. Every test runs on the fake store and a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shared.contracts.common import RedriveParked, SkipParked
from shared.messaging.decider import Compacted, Context, Decided, Decider, Refusal
from shared.messaging.envelope import Message, read
from shared.messaging.processor import _PARTS, MAX_EVENT_BYTES, MAX_STREAM_BYTES, REDRIVEN_AT_ONCE
from shared.messaging.publisher import BrokerUnavailable
from shared.messaging.retrying import Retrying, Stopped
from shared.store.base import Encoded, StoreUnavailable, mark_of, place_of
from tests.kernel.conftest import Kernel
from tests.kernel.counting import Add, Added, Counter, Remind, Topic, command, counter, decide


async def test_a_command_becomes_an_event_in_its_own_trace_and_context(kernel: Kernel) -> None:
    traceparent = f"00-{'a' * 32}-{'b' * 16}-01"
    sent = command("a", 7, 5, traceparent=traceparent, actor="submitter:ministry@xx", evidence="jws")
    await kernel.processor().process(Topic().records(sent))
    headers = {name: value.decode() for name, value in kernel.publisher.sent[0].headers}
    assert headers["ce_source"] == "/counting/counter/a"
    assert headers["ce_causationid"] == sent.id
    assert headers["ce_correlationid"] == "receipt-7"
    assert headers["ce_actor"] == "submitter:ministry@xx"
    assert headers["ce_evidence"] == "jws"
    assert headers["traceparent"][3:35] == "a" * 32
    assert headers["traceparent"][36:52] != "b" * 16


async def test_two_messages_of_one_stream_in_a_batch_are_applied_one_after_the_other(kernel: Kernel) -> None:
    await kernel.processor().process(Topic().records(command("a", 1, 1), command("a", 2, 2), command("a", 3, 3)))
    assert kernel.publisher.amounts("a") == [1, 2, 3]
    stored = await kernel.stored("a")
    assert (stored["version"], stored["state"]["total"], stored["sequence"]) == (1, 6, 3)


async def test_a_repeated_message_changes_nothing(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    await processor.process(topic.records(command("a", 1, 5), command("a", 1, 5)))
    await processor.process(topic.records(command("a", 1, 5)))
    await kernel.processor().process(topic.records(command("a", 1, 5)))
    assert kernel.publisher.amounts("a") == [5]
    assert (await kernel.stored("a"))["version"] == 1


async def test_sources_are_counted_apart(kernel: Kernel) -> None:
    messages = [command("a", 5, 1, source="/one"), command("a", 5, 2, source="/two"), command("a", 4, 9, source="/one")]
    await kernel.processor().process(Topic().records(*messages))
    assert kernel.publisher.amounts("a") == [1, 2]


async def test_a_refused_command_stays_refused_when_it_is_repeated_later(kernel: Kernel) -> None:
    topic = Topic()
    refused = command("a", 1, -5)
    await kernel.processor().process(topic.records(refused))
    await kernel.processor().process(topic.records(command("a", 1, 10, source="/other")))
    await kernel.processor().process(topic.records(refused))
    assert [kind for _, kind, _ in kernel.publisher.events("a")] == ["CommandRefused", "Added"]
    assert (await kernel.stored("a"))["state"]["total"] == 10


async def test_a_refusal_tells_the_sender_slug_clause_and_state(kernel: Kernel) -> None:
    await kernel.processor().process(Topic().records(command("a", 1, -5, addressee="yy")))
    (_, kind, told), *_ = kernel.publisher.events("a")
    assert kind == "CommandRefused"
    assert told["problem"]["slug"] == "not-accredited"
    assert (told["problem"]["clause"], told["problem"]["state"]) == ("M7.4", "empty")
    assert dict(kernel.publisher.sent[0].headers)["ce_addressee"] == b"xx"


async def test_what_was_written_but_not_published_goes_out_first_when_a_newer_message_arrives(kernel: Kernel) -> None:
    topic = Topic()
    first = topic.record(command("a", 1, 1))
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process([first])
    kernel.publisher.down = False
    await kernel.processor().process([first, topic.record(command("a", 2, 2))])
    assert kernel.publisher.amounts("a") == [1, 2]


async def test_what_was_written_but_not_published_goes_out_though_its_record_is_skipped(kernel: Kernel) -> None:
    record = Topic().record(command("a", 1, 1))
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process([record])
    kernel.publisher.down = False
    await kernel.processor().process([record])
    assert kernel.publisher.amounts("a") == [1]


async def test_the_same_process_tries_a_batch_again_without_doing_anything_twice(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    await processor.process(topic.records(command("a", 1, 1)))
    records = topic.records(command("a", 2, 2), command("a", 3, 3))
    kernel.publisher.down = True
    for _ in range(3):
        with pytest.raises(BrokerUnavailable):
            await processor.process(records)
    kernel.publisher.down = False
    await processor.process(records)
    assert kernel.publisher.amounts("a") == [1, 2, 3]
    assert (await kernel.stored("a"))["state"]["total"] == 6


async def test_a_sweep_publishes_what_no_redelivery_would(kernel: Kernel) -> None:
    topic = Topic()
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process(topic.records(command("a", 1, 1), command("b", 2, 2)))
    kernel.publisher.down = False
    restarted = kernel.processor()
    restarted.committed(0, 0)
    assert await restarted.sweep(0) == 2
    assert (kernel.publisher.amounts("a"), kernel.publisher.amounts("b")) == ([1], [2])


async def test_a_sweep_leaves_alone_what_is_committed_and_other_partitions(kernel: Kernel) -> None:
    await kernel.processor().process(Topic().records(command("a", 1, 1)))
    await kernel.processor().process(Topic(partition=1).records(command("b", 2, 2)))
    restarted = kernel.processor()
    restarted.committed(0, 1)
    assert await restarted.sweep(0) == 0


async def test_acknowledged_events_leave_the_outbox_with_the_next_write(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    for number in range(1, 4):
        await processor.process(topic.records(command("a", number, number)))
    assert len((await kernel.stored("a"))["outbox"]) == 1
    assert len(kernel.publisher.sent) == 3


async def test_a_stream_loaded_anew_is_not_published_again_when_its_offset_was_committed(kernel: Kernel) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 1)))
    restarted = kernel.processor()
    restarted.committed(0, 1)
    await restarted.process(topic.records(command("a", 2, 2)))
    assert len(kernel.publisher.sent) == 2


class _Meddling:
    """Streams behind which another writer is quicker, once."""

    def __init__(self, kernel: Kernel, meddle: Any) -> None:
        self._streams, self._meddle = kernel.stores.streams, meddle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._streams, name)

    async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
        meddle, self._meddle = self._meddle, None
        if meddle is not None:
            await meddle()
        return await self._streams.write(new, changed)


@pytest.mark.parametrize("existing", [False, True])
async def test_a_stream_that_another_writer_changed_is_decided_again_on_what_is_there(
    kernel: Kernel, existing: bool
) -> None:
    topic = Topic()
    if existing:
        await kernel.processor().process(topic.records(command("a", 1, 1)))

    async def meddle() -> None:
        await kernel.processor().process(topic.records(command("a", 2, 100, source="/other")))

    loser = kernel.processor(streams=_Meddling(kernel, meddle))
    await loser.process(topic.records(command("a", 3, 5), command("a", 4, 6), command("b", 5, 7)))
    before = [1] if existing else []
    assert kernel.publisher.amounts("a") == [*before, 100, 5, 6]
    assert kernel.publisher.amounts("b") == [7]
    assert (await kernel.stored("a"))["state"]["total"] == sum(before) + 111


async def test_a_loser_whose_message_the_other_writer_has_applied_publishes_nothing_of_its_own(kernel: Kernel) -> None:
    topic = Topic()
    record = topic.record(command("a", 1, 5))

    async def meddle() -> None:
        await kernel.processor().process([record])

    await kernel.processor(streams=_Meddling(kernel, meddle)).process([record])
    ids = {dict(sent.headers)["ce_id"] for sent in kernel.publisher.sent}
    assert len(ids) == 1
    assert kernel.publisher.amounts("a") == [5]


async def test_a_write_that_the_driver_sent_twice_has_won(kernel: Kernel) -> None:
    class Twice(_Meddling):
        async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
            assert await self._streams.write(new, changed) == set()
            return await self._streams.write(new, changed)

    topic, processor = Topic(), kernel.processor(streams=Twice(kernel, None))
    await processor.process(topic.records(command("a", 1, 5)))
    await processor.process(topic.records(command("a", 2, 6)))
    assert kernel.publisher.amounts("a") == [5, 6]
    assert (await kernel.stored("a"))["version"] == 2


async def test_a_zombie_with_a_stale_cache_neither_undoes_nor_repeats_what_its_successor_did(kernel: Kernel) -> None:
    topic = Topic()
    zombie, successor = kernel.processor(), kernel.processor()
    await zombie.process(topic.records(command("a", 1, 1)))
    fetched = topic.record(command("a", 2, 2))
    await successor.process([fetched, topic.record(command("a", 3, 3))])
    await zombie.process([fetched])
    assert kernel.publisher.amounts("a") == [1, 2, 3]
    stored = await kernel.stored("a")
    assert (stored["state"]["total"], stored["positions"][0]["sequence"]) == (6, 3)


async def test_unreadable_records_between_good_ones_are_parked_and_harm_nobody(kernel: Kernel) -> None:
    topic = Topic()
    good = command("a", 1, 1)
    headers = [(name, value.encode()) for name, value in good.headers()]
    records = [
        topic.record(good),
        topic.raw(b"counter/null-header", b"{}", [*headers, ("ce_actor", None)]),
        topic.raw(b"counter/null-value", None, headers),
        topic.raw(None, b"{}", headers),
        topic.raw(b"\xff\xfe", b"{}", headers),
        topic.raw(b"counter/not-utf-8", b"{}", [("ce_id", b"\xff")]),
        topic.raw(b"counter/bare", b"{}", []),
        topic.raw(b"counter/other-subject", good.data, headers),
        topic.record(command("b", 2, 2)),
    ]
    await kernel.processor().process(records)
    assert (kernel.publisher.amounts("a"), kernel.publisher.amounts("b")) == ([1], [2])
    slugs = [document["problem"]["slug"] for document in await kernel.stores.parked.unsettled(100)]
    assert slugs == [
        "null-header",
        "no-body",
        "no-key",
        "no-key",
        "not-cloudevents",
        "not-cloudevents",
        "not-cloudevents",
    ]


@pytest.mark.parametrize(
    ("poison", "slug"),
    [
        (b'{"amount": 13}', "rule-failed"),
        (b'{"amount": "many"}', "not-the-contract"),
        (b'{"amount": 1', "not-the-contract"),
        (b"\xff\xfe", "not-the-contract"),
    ],
)
async def test_what_no_rule_can_take_is_parked_with_its_reason(kernel: Kernel, poison: bytes, slug: str) -> None:
    await kernel.processor().process(Topic().records(command("a", 1)._replace(data=poison), command("b", 2, 2)))
    (document,) = await kernel.stores.parked.of_stream("counter/a")
    assert document["problem"]["slug"] == slug
    assert document["record"]["value"] == poison
    assert kernel.publisher.amounts("b") == [2]
    assert [sent.key for sent in kernel.publisher.sent if sent.topic == "counting.parked.v1"] == [b"counter/a"]


async def test_a_parked_message_blocks_its_stream_and_redriving_replays_all_in_order(kernel: Kernel) -> None:
    topic, broken = Topic(), kernel.processor()
    await broken.process(topic.records(command("a", 1, 1), command("a", 2, 13), command("a", 3, 3), command("b", 4, 4)))
    await broken.process(topic.records(command("a", 5, 5)))
    assert (kernel.publisher.amounts("a"), kernel.publisher.amounts("b")) == ([1], [4])
    assert len(await kernel.stores.parked.of_stream("counter/a")) == 3

    mended = kernel.processor(counter(_mended))
    traceparent = f"00-{'c' * 32}-{'d' * 16}-01"
    redrive = command("a", None, data=RedriveParked(), actor="operator:o@xx", traceparent=traceparent)
    await mended.process(topic.records(redrive, command("a", 6, 6)))
    assert kernel.publisher.amounts("a") == [1, 13, 3, 5, 6]
    assert await kernel.stores.parked.of_stream("counter/a") == []
    assert "parked" not in await kernel.stored("a")
    (settled,) = [data for _, kind, data in kernel.publisher.events("a") if kind == "ParkedMessagesRedriven"]
    assert (len(settled["applied"]), settled["remaining"]) == (3, 0)
    recorded = [
        dict(sent.headers) for sent in kernel.publisher.sent if b"ParkedMessagesRedriven" in dict(sent.headers).values()
    ]
    assert [headers["traceparent"][3:35] for headers in recorded] == [b"c" * 32]
    document = await kernel.stores.parked.get("counting.commands.v1/0/1@0")
    assert document is not None
    assert (document["settled"]["how"], document["settled"]["by"]) == ("redriven", "operator:o@xx")


def _mended(state: Counter, command: Any, context: Context) -> Decided | Refusal:
    if isinstance(command, Add) and command.amount == 13:
        return Decided([Added(amount=13)])
    return decide(state, command, context)


async def test_redriving_what_still_fails_leaves_everything_parked_in_order(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    await processor.process(topic.records(command("a", 1, 13), command("a", 2, 2)))
    await processor.process(topic.records(command("a", None, data=RedriveParked())))
    waiting = await kernel.stores.parked.of_stream("counter/a")
    assert [document["record"]["offset"] for document in waiting] == [0, 1]
    await processor.process(topic.records(command("a", 3, 3)))
    assert kernel.publisher.amounts("a") == []


async def test_very_many_parked_messages_are_redriven_by_one_order_portion_by_portion(kernel: Kernel) -> None:
    """In one write they would make a document too large, and the rest would be refused for it."""
    topic, processor = Topic(), kernel.processor()
    count = 2 * REDRIVEN_AT_ONCE + 200
    await processor.process(topic.records(command("a", 1, 13), *(command("a", n) for n in range(2, count + 1))))
    mended, orders, portions = kernel.processor(counter(_mended)), [command("a", None, data=RedriveParked())], 0
    while orders:
        late = command("a", count + 1 + portions)
        before = len(kernel.publisher.sent)
        # Orders that come twice, and messages that come meanwhile, overtake nothing.
        await mended.process(topic.records(orders[0], late, orders[0]._replace(id="another")))
        sent = [record for record in kernel.publisher.sent[before:] if record.topic == "counting.commands.v1"]
        orders = [read(topic.raw(record.key, record.value, record.headers)) for record in sent]
        portions += 1
    assert portions == 3
    assert kernel.publisher.amounts("a") == [13, *[1] * (count - 1 + portions)]
    sequences = [sequence for sequence, kind, _ in kernel.publisher.events("a") if kind == "Added"]
    assert len(sequences) == count + portions
    assert await kernel.stores.parked.of_stream("counter/a") == []
    assert (await kernel.stored("a"))["positions"][0]["sequence"] == count + portions


async def test_an_order_takes_as_many_bytes_as_fit_a_write(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    large = [command("a", n, data=Add(amount=1, padding="x" * 800_000)) for n in range(2, 12)]
    await processor.process(topic.records(command("a", 1, 13), *large))
    mended, taken = kernel.processor(counter(_unpadded)), 0
    order: Message | None = command("a", None, data=RedriveParked())
    while order is not None:
        before = len(kernel.publisher.sent)
        await mended.process(topic.records(order))
        sent = [record for record in kernel.publisher.sent[before:] if record.topic == "counting.commands.v1"]
        order = read(topic.raw(sent[0].key, sent[0].value, sent[0].headers)) if sent else None
        taken += 1
    assert taken > 2
    assert [kind for _, kind, _ in kernel.publisher.events("a") if kind == "CommandRefused"] == []
    assert len(kernel.publisher.amounts("a")) == 11


def _unpadded(state: Counter, command: Any, context: Context) -> Decided | Refusal:
    """As large commands as there may be, and a state that stays small."""
    return Decided([Added(amount=command.amount, padding="")])


async def test_skipping_passes_over_one_message_with_a_recorded_reason(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    await processor.process(topic.records(command("a", 1, 13), command("a", 2, 2), command("a", 3, 3)))
    skip = SkipParked(parked_id="counting.commands.v1/0/0@0", reason="an unlucky number")
    await processor.process(topic.records(command("a", None, data=skip, actor="operator:o@xx")))
    assert kernel.publisher.amounts("a") == [2, 3]
    document = await kernel.stores.parked.get("counting.commands.v1/0/0@0")
    assert document is not None
    assert (document["settled"]["how"], document["settled"]["why"]) == ("skipped", "an unlucky number")
    await processor.process(topic.records(command("a", 1, 13)))
    assert await kernel.stores.parked.of_stream("counter/a") == []


async def test_a_skip_stops_at_an_older_message_that_still_fails(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor()
    await processor.process(topic.records(command("a", 1, 13), command("a", 2, 2)))
    skip = SkipParked(parked_id="counting.commands.v1/0/1@0", reason="the wrong one")
    await processor.process(topic.records(command("a", None, data=skip)))
    assert len(await kernel.stores.parked.of_stream("counter/a")) == 2
    assert kernel.publisher.amounts("a") == []


async def test_parking_and_redriving_in_one_batch_comes_to_the_same(kernel: Kernel) -> None:
    topic = Topic()
    redrive = command("a", None, data=RedriveParked())
    records = topic.records(command("a", 1, 13), command("a", 2, 2), redrive, command("a", 3, 3))
    await kernel.processor().process(records)
    assert len(await kernel.stores.parked.of_stream("counter/a")) == 3
    await kernel.processor(counter(_mended)).process(topic.records(redrive))
    assert kernel.publisher.amounts("a") == [13, 2, 3]


async def test_a_crash_after_parking_parks_the_same_again_with_the_same_reasons(kernel: Kernel) -> None:
    records = Topic().records(command("a", 1, 13), command("a", 2, 2))
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process(records)
    kernel.publisher.down = False
    await kernel.processor().process(records)
    slugs = [document["problem"]["slug"] for document in await kernel.stores.parked.of_stream("counter/a")]
    assert slugs == ["rule-failed", "stream-blocked"]


async def test_a_crash_between_blocking_the_stream_and_parking_the_message_keeps_its_reason(kernel: Kernel) -> None:
    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(kernel.stores.parked, name)

        async def add(self, _: Any) -> None:
            raise StoreUnavailable("killed here")

    records = Topic().records(command("a", 1, 13), command("a", 2, 2))
    with pytest.raises(StoreUnavailable):
        await kernel.processor(parked=Failing()).process(records)
    assert await kernel.stores.parked.of_stream("counter/a") == []
    await kernel.processor().process(records)
    slugs = [document["problem"]["slug"] for document in await kernel.stores.parked.of_stream("counter/a")]
    assert slugs == ["rule-failed", "stream-blocked"]


async def test_a_skipped_message_stays_skipped_when_it_is_delivered_again(kernel: Kernel) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 13)))
    skip = SkipParked(parked_id="counting.commands.v1/0/0@0", reason="an unlucky number")
    await kernel.processor().process(topic.records(command("a", None, data=skip)))
    await kernel.processor(counter(_mended)).process(topic.records(command("a", 1, 13), command("a", 2, 2)))
    assert kernel.publisher.amounts("a") == [2]


async def test_a_settled_message_delivered_again_after_a_rewind_blocks_nothing(kernel: Kernel) -> None:
    topic = Topic()
    unreadable = topic.raw(b"counter/a", None, [])
    await kernel.processor().process([unreadable])
    skip = SkipParked(parked_id="counting.commands.v1/0/0@0", reason="not a message")
    await kernel.processor().process(topic.records(command("a", None, data=skip)))
    await kernel.processor().process([unreadable, topic.record(command("a", 1, 1))])
    assert await kernel.stores.parked.of_stream("counter/a") == []
    assert kernel.publisher.amounts("a") == [1]


async def test_a_message_without_a_sequence_delivered_again_after_a_rewind_changes_nothing(kernel: Kernel) -> None:
    records = Topic().records(command("a", None, 1), command("a", 1, 2), command("a", None, 3))
    for _ in range(2):
        await kernel.processor().process(records)
    assert kernel.publisher.amounts("a") == [1, 2, 3]
    assert (await kernel.stored("a"))["state"]["total"] == 6


async def test_a_rewind_while_a_stream_is_blocked_parks_nothing_that_came_before(kernel: Kernel) -> None:
    records = Topic().records(command("a", None, 1), command("a", 1, 13), command("a", None, 3))
    for _ in range(2):
        await kernel.processor().process(records)
    waiting = await kernel.stores.parked.of_stream("counter/a")
    assert [document["record"]["offset"] for document in waiting] == [1, 2]
    redrive = Topic()
    redrive.skip(3)
    await kernel.processor(counter(_mended)).process(redrive.records(command("a", None, data=RedriveParked())))
    assert kernel.publisher.amounts("a") == [1, 13, 3]


async def test_an_order_delivered_again_after_a_rewind_is_not_given_twice(kernel: Kernel) -> None:
    """Else it would add an event, and all later ones would be counted differently from how they were received."""
    topic = Topic()
    records = topic.records(command("a", 1, 13), command("a", None, data=RedriveParked()), command("a", 2, 2))
    await kernel.processor().process(records[:1])
    await kernel.processor(counter(_mended)).process(records[1:])
    before = await kernel.stored("a")
    await kernel.processor(counter(_mended)).process(records)
    assert await kernel.stored("a") == before
    assert await kernel.stores.parked.of_stream("counter/a") == []


async def test_a_crash_between_an_order_and_settling_what_it_let_go_settles_it_later(kernel: Kernel) -> None:
    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(kernel.stores.parked, name)

        async def settle(self, _: Any) -> None:
            raise StoreUnavailable("killed here")

    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 13), command("a", 2, 2), command("a", 3, 13)))
    skip = SkipParked(parked_id="counting.commands.v1/0/0@0", reason="an unlucky number")
    order = topic.records(command("a", None, data=skip, actor="operator:o@xx"))
    with pytest.raises(StoreUnavailable):
        await kernel.processor(parked=Failing()).process(order)
    await kernel.processor().process(order)
    waiting = await kernel.stores.parked.of_stream("counter/a")
    assert [document["record"]["offset"] for document in waiting] == [2]
    skipped, redriven = [await kernel.stores.parked.get(f"counting.commands.v1/0/{number}@0") for number in (0, 1)]
    assert skipped is not None
    assert redriven is not None
    assert (skipped["settled"]["how"], skipped["settled"]["why"]) == ("skipped", "an unlucky number")
    assert (redriven["settled"]["how"], redriven["settled"]["by"]) == ("redriven", "operator:o@xx")


async def test_a_rule_sees_the_messages_own_time_so_that_a_replay_decides_alike(kernel: Kernel) -> None:
    moments = []

    def watched(state: Counter, command: Any, context: Context) -> Decided | Refusal:
        moments.append(context.now)
        return decide(state, command, context)

    sent = command("a", 1)._replace(time="2026-01-14T12:00:00.5Z")
    await kernel.processor(counter(watched)).process(Topic().records(sent))
    assert moments == [datetime(2026, 1, 14, 12, 0, 0, 500_000, tzinfo=UTC)]


@pytest.mark.parametrize("time", ["yesterday", "2026-01-14T12:00:00"])
async def test_a_time_that_is_none_is_parked(kernel: Kernel, time: str) -> None:
    await kernel.processor().process(Topic().records(command("a", 1)._replace(time=time), command("b", 2, 2)))
    (document,) = await kernel.stores.parked.unsettled(100)
    assert (document["stream"], document["problem"]["slug"]) == ("counter/a", "not-cloudevents")


@pytest.mark.parametrize("kept", [0, 2])
async def test_where_the_broker_has_lost_records_what_comes_at_their_places_is_new(kernel: Kernel, kept: int) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(*(command(f"s{number}", None, 1) for number in range(1200))))
    await kernel.processor().process(Topic(partition=1).records(command("other", None, 1)))
    restarted = kernel.processor()

    async def end() -> int:
        return kept

    restarted.committed(0, kept)
    kernel.publisher.sent.clear()
    assert await restarted.mend(0, end) == 1200 - kept
    assert await restarted.mend(0, end) == 0
    assert {record.key for record in kernel.publisher.sent} == {b"counter/s%d" % number for number in range(kept, 1200)}
    again = Topic()
    again.skip(kept)
    await restarted.process(again.records(command("s1100", None, 2)))
    assert list(dict.fromkeys(kernel.publisher.amounts("s1100"))) == [1, 2]
    assert (await kernel.stored("other"))["mark"] == mark_of(1, 0)


def compacted() -> Decider[Any]:
    """Counters whose total anyone may read."""
    return replace(counter(), compacted=Compacted("totals.v1", lambda state: Added(amount=state.total)))


def totals(kernel: Kernel) -> list[bytes | None]:
    return [record.value for record in kernel.publisher.sent if record.topic == "totals.v1"]


async def test_what_anyone_may_read_of_a_stream_is_published_with_each_write_that_changes_it(kernel: Kernel) -> None:
    refused, nothing_more = command("a", 1, -1), command("a", 3, 0)
    records = Topic().records(refused, command("a", 2, 5), nothing_more, command("a", 4, 2))
    await kernel.processor(compacted()).process(records)
    assert [orjson.loads(total or b"")["amount"] for total in totals(kernel)] == [5, 7]
    assert {record.key for record in kernel.publisher.sent if record.topic == "totals.v1"} == {b"counter/a"}


async def test_what_anyone_may_read_is_published_again_where_the_broker_has_lost_it(kernel: Kernel) -> None:
    """Also where the last write of the stream had no need to publish it."""
    processor, topic = kernel.processor(compacted()), Topic()
    await processor.process(topic.records(command("a", 1, 5)))
    await processor.process(topic.records(command("a", 2, 0)))
    kernel.publisher.sent.clear()
    restarted = kernel.processor(compacted())

    async def end() -> int:
        return 0

    assert await restarted.mend(0, end) == 1
    assert [orjson.loads(total or b"")["amount"] for total in totals(kernel)] == [5]
    # And once more where it is lost a second time, with the stream as it was since.
    kernel.publisher.sent.clear()
    third = kernel.processor(compacted())
    assert await third.mend(0, end) == 0
    assert await third.sweep(1, anew=True) == 0
    assert await third.sweep(0) == 0
    assert await third.sweep(0, anew=True) == 1
    assert [orjson.loads(total or b"")["amount"] for total in totals(kernel)] == [5]
    await third.process(Topic().records(command("a", None, 3)))
    assert orjson.loads(totals(kernel)[-1] or b"")["amount"] == 8


async def test_a_compacted_record_that_cannot_be_made_is_no_obstacle_to_the_events_of_any_stream(
    kernel: Kernel,
) -> None:
    await kernel.processor().process(Topic().records(command("a", 1, 5), command("b", 1, 6)))
    kernel.publisher.sent.clear()

    def fails(state: Counter) -> Added:
        if state.total == 5:
            raise ArithmeticError("five")
        return Added(amount=state.total)

    broken = replace(counter(), compacted=Compacted("totals.v1", fails))
    assert await kernel.processor(broken).sweep(0) == 2
    assert (kernel.publisher.amounts("a"), kernel.publisher.amounts("b")) == ([5], [6])
    assert [orjson.loads(total or b"")["amount"] for total in totals(kernel)] == [6]


async def test_what_is_parked_stays_before_what_comes_on_a_broker_that_lost_its_disk(kernel: Kernel) -> None:
    before = Topic()
    before.skip(100)
    await kernel.processor().process(before.records(command("a", 7, 13), command("a", 8, 8)))
    await kernel.processor().process(before.records(command("skipped", 1, 13)))
    skip = SkipParked(parked_id="counting.commands.v1/0/102@0", reason="an unlucky number")
    await kernel.processor().process(before.records(command("skipped", None, data=skip)))
    restarted, lost = kernel.processor(), Topic()

    async def end() -> int:
        return 0

    await restarted.mend(0, end, anew=True)
    await restarted.sweep(0, anew=True)
    lost.skip(50)
    await restarted.process(lost.records(command("a", 9, 9)))
    lost.skip(51)
    # At the place of the one that was skipped, another one that fails.
    at_its_place = lost.record(command("other", 1, 13))._replace(timestamp=1)
    assert at_its_place.offset == 102
    await restarted.process([at_its_place])
    assert await kernel.stores.parked.streams() == {"counter/a", "counter/other"}
    order = lost.records(command("a", None, data=RedriveParked()))
    await kernel.processor(counter(_mended)).process(order)
    assert kernel.publisher.amounts("a")[-3:] == [13, 8, 9]
    assert await kernel.stores.parked.streams() == {"counter/other"}


async def test_whatever_comes_before_the_marks_are_mended_is_new_too(kernel: Kernel) -> None:
    topic = Topic()
    topic.skip(100)
    await kernel.processor().process(topic.records(command("a", None, 5), command("b", None, 1)))
    restarted = kernel.processor()

    async def end() -> int:
        return 101

    assert await restarted.mend(0, end, anew=True) == 2
    again = Topic()
    again.skip(3)
    await restarted.process(again.records(command("a", None, 7)))
    assert (await kernel.stored("a"))["state"]["total"] == 12


async def test_what_is_applied_while_the_end_is_asked_is_not_taken_for_lost(kernel: Kernel) -> None:
    processor, records, ends = kernel.processor(), Topic().records(*(command("a", n) for n in (1, 2, 3))), [1, 3, 3]
    await processor.process(records)

    async def end() -> int:
        return ends.pop(0)

    assert await processor.mend(0, end) == 0
    assert (await kernel.stored("a"))["mark"] == mark_of(0, 2)


async def test_an_event_too_large_is_refused_once_and_for_all(kernel: Kernel) -> None:
    topic = Topic()
    large = command("a", 1, data=Add(amount=1, padding="x" * MAX_EVENT_BYTES))
    await kernel.processor().process(topic.records(large, command("a", 2, 2)))
    await kernel.processor().process(topic.records(large))
    kinds = [(kind, data.get("problem", {}).get("slug")) for _, kind, data in kernel.publisher.events("a")]
    assert kinds == [("CommandRefused", "too-large"), ("Added", None)]


async def test_a_stream_that_would_grow_too_large_refuses_what_would_make_it_so_and_takes_the_rest(
    kernel: Kernel,
) -> None:
    topic, processor = Topic(), kernel.processor()
    step = MAX_EVENT_BYTES - 1000
    sequence = 0
    for _ in range(MAX_STREAM_BYTES // step + 2):
        sequence += 1
        await processor.process(topic.records(command("a", sequence, data=Add(amount=1, padding="x" * step))))
    await processor.process(topic.records(command("a", sequence + 1, 5), command("b", sequence + 2, 6)))
    kinds = [kind for _, kind, _ in kernel.publisher.events("a")]
    assert "CommandRefused" in kinds
    assert kinds.index("CommandRefused") >= MAX_STREAM_BYTES // step - 2
    assert kinds[-1] == "Added"
    assert kernel.publisher.amounts("b") == [6]


async def test_a_cache_is_full_by_what_its_streams_have_to_be_done(kernel: Kernel) -> None:
    """While an addressee is away a stream may have very many intents."""
    processor, topic = kernel.processor(cached_streams=20), Topic()
    for number in range(60):
        await processor.process(topic.records(command(f"s{number % 6}", number, data=Remind(seconds=60))))
        cached = processor._cache.values()
        assert processor._weight == sum(1 + len(stream.intents) for stream in cached) <= 20
    assert 0 < len(cached) < 6


async def test_a_cache_too_small_for_the_load_changes_nothing_but_speed(kernel: Kernel) -> None:
    topic, processor = Topic(), kernel.processor(cached_streams=2)
    for sequence in range(1, 41):
        await processor.process(topic.records(command(f"s{sequence % 5}", sequence, 100 + sequence)))
    for stream in range(5):
        expected = [100 + sequence for sequence in range(1, 41) if sequence % 5 == stream]
        assert kernel.publisher.amounts(f"s{stream}") == expected


# -- batches that follow each other closely -------------------------------------------------------------------------


class _Gated:
    """Streams whose writes wait until they are let through, and then fail as often as told."""

    def __init__(self, kernel: Kernel) -> None:
        self._streams = kernel.stores.streams
        self.gate, self.arrived, self.failures, self.waiting = asyncio.Event(), asyncio.Event(), 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._streams, name)

    async def write(self, new: Sequence[Encoded], changed: Sequence[Encoded]) -> set[str]:
        self.waiting += 1
        self.arrived.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("told to fail")
        return await self._streams.write(new, changed)

    async def first_write(self) -> None:
        """Waits for one, and long enough for another to come that should not."""
        await self.arrived.wait()
        await asyncio.sleep(0.05)


async def test_a_batch_begun_before_the_last_is_written_sees_what_that_decided(kernel: Kernel) -> None:
    topic, streams = Topic(), _Gated(kernel)
    processor = kernel.processor(streams=streams)
    first = asyncio.create_task(processor.process(topic.records(command("a", 1, 1))))
    second = asyncio.create_task(processor.process(topic.records(command("a", 2, 2))))
    await streams.first_write()
    assert streams.waiting == 1
    streams.gate.set()
    await asyncio.gather(first, second)
    assert kernel.publisher.amounts("a") == [1, 2]
    assert (await kernel.stored("a"))["state"]["total"] == 3


@pytest.mark.parametrize("sizes", [(100, 1), (1, 100), (100, 400)])
async def test_batches_dealt_into_different_parts_do_not_overtake_each_other(
    kernel: Kernel, sizes: tuple[int, int]
) -> None:
    topic, streams = Topic(), _Gated(kernel)
    processor = kernel.processor(streams=streams)
    first, second = (
        topic.records(*(command(f"s{number}", sequence, sequence) for number in range(size)))
        for sequence, size in enumerate(sizes, 1)
    )
    running = [asyncio.create_task(processor.process(first))]
    writes_of_the_first = min(_PARTS, 1 + sizes[0] // 50)
    for _ in range(1000):
        if streams.waiting == writes_of_the_first:
            break
        await asyncio.sleep(0.01)
    running.append(asyncio.create_task(processor.process(second)))
    await streams.first_write()
    assert streams.waiting == writes_of_the_first
    streams.gate.set()
    await asyncio.gather(*running)
    assert kernel.publisher.amounts("s0") == [1, 2]


async def test_a_batch_does_not_overtake_one_that_failed(kernel: Kernel) -> None:
    topic, streams = Topic(), _Gated(kernel)
    streams.failures = 1
    processor = kernel.processor(streams=streams)
    records = [topic.records(command("a", number, number)) for number in (1, 2)]
    running = [asyncio.create_task(processor.process(batch)) for batch in records]
    await streams.first_write()
    streams.gate.set()
    assert all(isinstance(end, StoreUnavailable) for end in await asyncio.gather(*running, return_exceptions=True))
    for batch in records:
        await processor.process(batch)
    assert kernel.publisher.amounts("a") == [1, 2]


async def test_a_part_that_fails_is_tried_again_before_what_follows_it(kernel: Kernel) -> None:
    topic, streams = Topic(), _Gated(kernel)
    streams.failures = 2
    processor = kernel.processor(streams=streams, until_done=Retrying("counting").until_done)
    running = [
        asyncio.create_task(processor.process(topic.records(command("a", number, number)))) for number in (1, 2, 3)
    ]
    streams.gate.set()
    await asyncio.gather(*running)
    assert kernel.publisher.amounts("a") == [1, 2, 3]


async def test_what_is_given_up_at_the_end_is_not_overtaken(kernel: Kernel) -> None:
    topic, streams, retrying = Topic(), _Gated(kernel), Retrying("counting")
    processor = kernel.processor(streams=streams, until_done=retrying.until_done)
    records = [topic.records(command("a", number, number)) for number in (1, 2)]
    running = [asyncio.create_task(processor.process(batch)) for batch in records]
    await streams.first_write()
    streams.failures = 1
    retrying.stop()
    streams.gate.set()
    assert all(isinstance(end, Stopped) for end in await asyncio.gather(*running, return_exceptions=True))
    assert kernel.publisher.sent == []
    for batch in records:
        await kernel.processor().process(batch)
    assert kernel.publisher.amounts("a") == [1, 2]


async def test_a_sweep_goes_in_turn_so_that_the_last_word_stays_the_last(kernel: Kernel) -> None:
    """Records of a compacted topic have no sequence: what is sent last is what is kept."""
    topic, streams = Topic(), _Gated(kernel)
    streams.gate.set()
    processor = kernel.processor(streams=streams)
    await processor.process(topic.records(command("a", 1, 1)))
    streams.gate.clear()
    streams.arrived.clear()
    running = asyncio.create_task(processor.process(topic.records(command("a", 2, 2))))
    await streams.first_write()
    sweeping = asyncio.create_task(processor.sweep(0))
    following = asyncio.create_task(processor.process(topic.records(command("a", 3, 3))))
    await asyncio.sleep(0.05)
    sent_meanwhile = len(kernel.publisher.sent)
    streams.gate.set()
    await asyncio.gather(running, sweeping, following)
    assert sent_meanwhile == 1
    assert [orjson.loads(record.value or b"")["amount"] for record in kernel.publisher.sent] == [1, 2, 2, 3]


# -- what cannot be stored -------------------------------------------------------------------------------------------


async def test_a_sequence_beyond_what_can_be_stored_is_unreadable(kernel: Kernel) -> None:
    await kernel.processor().process(Topic().records(command("a", 1 << 63, 1), command("b", 1, 2)))
    (parked,) = await kernel.stores.parked.of_stream("counter/a")
    assert parked["problem"]["slug"] == "not-cloudevents"
    assert kernel.publisher.amounts("b") == [2]


async def test_a_decision_that_cannot_be_stored_is_parked_and_harms_nobody(kernel: Kernel) -> None:
    await kernel.processor().process(
        Topic().records(command("a", 1, 1), command("a", 2, 1 << 64), command("a", 3, 3), command("b", 1, 2))
    )
    parked = await kernel.stores.parked.of_stream("counter/a")
    assert [document["problem"]["slug"] for document in parked] == ["rule-failed", "stream-blocked"]
    assert (kernel.publisher.amounts("a"), kernel.publisher.amounts("b")) == ([1], [2])


async def test_any_number_of_refusals_to_a_full_stream_is_told(kernel: Kernel) -> None:
    topic, processor, room, number = Topic(), kernel.processor(), MAX_STREAM_BYTES, 0
    while room > 30_000:
        # The document holds the padding twice: in the state, and in the event still to be published.
        large = Add(amount=1, padding="x" * min(800_000, (room - 5_000) // 2))
        await processor.process(topic.records(command("a", number := number + 1, data=large)))
        room -= len(large.padding)
    full = [command("a", number + more, data=Add(amount=1, padding="x" * 20_000)) for more in range(1, 41)]
    async with asyncio.timeout(60):
        await kernel.processor().process(topic.records(*full))
    refused = [data for _, kind, data in kernel.publisher.events("a") if kind == "CommandRefused"]
    assert len(refused) == 40


async def test_whether_a_message_is_too_large_does_not_depend_on_what_came_with_it(kernel: Kernel) -> None:
    padding = "x" * (MAX_EVENT_BYTES - 50_000)

    def spoken(state: Counter, command: Any, context: Context) -> Decided | Refusal:
        return Decided([Added(amount=command.amount, padding=padding)])

    terse = replace(counter(spoken), evolve=lambda state, event: Counter(total=state.total + 1))
    await kernel.processor(terse).process(Topic().records(*(command("a", number, number) for number in range(1, 13))))
    assert kernel.publisher.amounts("a") == list(range(1, 13))


# -- where a stream stands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("committed", "swept"), [(5, 1), (6, 0)])
async def test_a_mark_says_from_which_offset_on_the_outbox_is_acknowledged(
    kernel: Kernel, committed: int, swept: int
) -> None:
    topic = Topic()
    topic.skip(5)
    await kernel.processor().process(topic.records(command("a", 1, 1)))
    restarted = kernel.processor()
    restarted.committed(0, committed)
    assert await restarted.sweep(0) == swept


async def test_a_record_taken_out_of_parking_does_not_set_the_mark_back(kernel: Kernel) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 13), command("a", 2, 2)))
    topic.skip(5)
    await kernel.processor(counter(_mended)).process(topic.records(command("a", None, data=RedriveParked())))
    assert place_of((await kernel.stored("a"))["mark"]) == (0, 7)


async def test_partitions_that_change_hands_are_seen_afresh(kernel: Kernel) -> None:
    """Another instance has written meanwhile, and what was acknowledged to us says nothing of its outboxes."""
    topic, ours = Topic(), kernel.processor()
    ours.committed(0, 100)
    await ours.process(topic.records(command("a", 1, 1)))
    theirs = topic.records(command("a", 2, 2))
    kernel.publisher.down = True
    with pytest.raises(BrokerUnavailable):
        await kernel.processor().process(theirs)
    kernel.publisher.down = False
    ours.forget()
    await ours.process(topic.records(command("a", 3, 3)))
    assert kernel.publisher.amounts("a") == [1, 2, 3]


async def test_a_skip_that_skipped_nothing_is_not_told_as_one(kernel: Kernel) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 13), command("a", 2, 2)))
    skip = SkipParked(parked_id="counting.commands.v1/0/1@0", reason="not this one")
    await kernel.processor().process(topic.records(command("a", None, data=skip)))
    assert [kind for _, kind, _ in kernel.publisher.events("a")] == ["ParkedMessagesRedriven"]


async def test_a_skip_sets_no_position_back(kernel: Kernel) -> None:
    topic = Topic()
    await kernel.processor().process(topic.records(command("a", 1, 13)))
    redrive = command("a", None, data=RedriveParked())
    await kernel.processor(counter(_mended)).process(topic.records(redrive, command("a", 2, 2)))
    await kernel.processor().process(topic.records(command("a", 3, 13), command("a", 1, 13, source="/other")))
    skip = SkipParked(parked_id="counting.commands.v1/0/3@0", reason="an unlucky number")
    await kernel.processor().process(topic.records(command("a", None, data=skip), command("a", 2, 2)))
    assert kernel.publisher.amounts("a") == [13, 2]
