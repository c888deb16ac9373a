"""The ledger on each store: every message once, in one chain, published in order, whoever writes and whatever fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import KeySet

from shared.bridge.batches import Batches, MemoryBatches
from shared.bridge.entries import GENESIS, Batch, Entry, StoredReceipt, batch_hash, verify_chain
from shared.bridge.evidence import digest
from shared.bridge.ledger import (
    KEPT_AT_HAND,
    MAX_ENTRIES,
    MAX_ORIGINALS_BYTES,
    Draft,
    Ledger,
    LedgerBroken,
    Recorded,
    Submission,
)
from shared.clock import FixedClock
from shared.messaging.publisher import Outgoing
from shared.store.base import StoreUnavailable
from shared.telemetry.spans import Spans
from tests.bridge_builders import PARTY_KEYS, RecordingSender, message, public_keys


def ledger_on(batches: Batches, sender: RecordingSender) -> Ledger:
    return Ledger(
        batches, party="kg", key=PARTY_KEYS["kg"], sender=sender, spans=Spans("test", None), clock=FixedClock()
    )


@contextlib.asynccontextmanager
async def writing(*ledgers: Ledger) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(ledger.write()) for ledger in ledgers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


_receipts = iter(range(1, 1_000_000))


def submission(message_id: str, content: Any = None, subject: str = "matter/1", size: int = 100) -> Submission:
    """One that is accepted; its receipt id is new each time, as a bridge's is."""

    def draft() -> Draft:
        receipt_id = f"r-{next(_receipts)}"
        return Draft(
            digest=digest({"id": message_id, "content": content}),
            original=b"x" * size if size > 1_000 else b"",
            media_type="application/json",
            receipt=StoredReceipt(receipt_id=receipt_id, status="accepted"),
            received_at="2026-01-15T09:00:00.000000Z",
            actor="submitter:ministry@kg",
            topic="registry.commands.v1",
            command=message(id=receipt_id, subject=subject, source="/bridge-kg/ledger"),
        )

    return Submission(message_id, size, draft)


def rejected(message_id: str) -> Submission:
    accepted = submission(message_id).draft()
    receipt = StoredReceipt(receipt_id=accepted.receipt.receipt_id, status="rejected")
    return Submission(message_id, 100, lambda: replace(accepted, receipt=receipt, topic=None, command=None))


async def recorded(ledger: Ledger, *submissions: Submission) -> list[Recorded]:
    return await ledger.record("in", submissions)


async def chain_of(batches: Batches) -> list[Batch]:
    found: list[Batch] = []
    while page := await batches.page(len(found), 100):
        found += page
    return found


def broken(batches: Sequence[Batch]) -> list[str]:
    keys = public_keys("kg")
    assert keys is not None
    return [f"{one.batch}/{one.message_id}: {one.detail}" for one in verify_chain(batches, keys)]


def as_received(sender: RecordingSender) -> dict[str, list[int]]:
    """What a receiver makes of the records: per subject, what is not newer than the last is passed over."""
    applied: dict[str, list[int]] = {}
    for headers in sender.headers():
        subject = applied.setdefault(headers["ce_subject"], [])
        if not subject or int(headers["ce_sequence"]) > subject[-1]:
            subject.append(int(headers["ce_sequence"]))
    return applied


async def test_many_at_once_make_few_batches_in_one_chain(batches: Batches) -> None:
    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        results = await asyncio.gather(*(recorded(ledger, submission(f"m{number}")) for number in range(300)))
    assert all(one.fresh for (one,) in results)
    chain = await chain_of(batches)
    assert sum(len(batch.entries) for batch in chain) == 300
    assert len(chain) < 30
    assert broken(chain) == []
    numbers = [entry.number for batch in chain for entry in batch.entries]
    assert numbers == sorted(set(numbers))


async def test_instances_share_one_ledger_without_gap_or_double(batches: Batches) -> None:
    """Each hands in what the others do too: whoever comes first records it."""
    ledgers = [ledger_on(batches, RecordingSender()) for _ in range(3)]
    async with writing(*ledgers):
        results = await asyncio.gather(
            *(recorded(ledger, submission(f"m{number}")) for number in range(40) for ledger in ledgers)
        )
    chain = await chain_of(batches)
    assert [batch.number for batch in chain] == list(range(1, len(chain) + 1))
    assert sorted(entry.message_id for batch in chain for entry in batch.entries) == sorted(
        f"m{number}" for number in range(40)
    )
    assert sum(one.fresh for (one,) in results) == 40
    assert broken(chain) == []
    receipts: dict[str, set[str]] = {}
    for (one,) in results:
        receipts.setdefault(one.entry.message_id, set()).add(one.entry.receipt.receipt_id)
    assert all(len(given) == 1 for given in receipts.values())


async def test_whoever_loses_a_number_looks_again_whether_the_message_is_known() -> None:
    class Overtaken(MemoryBatches):
        """Between the look and the write of this one, another instance records the same message."""

        overtake = True

        async def insert(self, batch: Batch) -> bool:
            if self.overtake:
                self.overtake = False
                await recorded(faster, submission("m"))
            return await super().insert(batch)

    batches = Overtaken()
    seen_by_the_other = MemoryBatches()
    seen_by_the_other.stored = batches.stored
    slower, faster = ledger_on(batches, RecordingSender()), ledger_on(seen_by_the_other, RecordingSender())
    async with writing(slower, faster):
        first, second = await recorded(slower, submission("m"), submission("n"))
    assert (first.fresh, second.fresh) == (False, True)
    chain = await chain_of(batches)
    assert [[entry.message_id for entry in batch.entries] for batch in chain] == [["m"], ["n"]]
    assert broken(chain) == []


async def test_a_later_instance_reads_on_where_the_ledger_ends(batches: Batches) -> None:
    first, later = ledger_on(batches, RecordingSender()), ledger_on(batches, RecordingSender())
    async with writing(first, later):
        for number in range(37):
            await recorded(first, submission(f"m{number}"))
        await recorded(later, submission("late"))
        await recorded(first, submission("first again"))
    chain = await chain_of(batches)
    assert [entry.message_id for batch in chain[-2:] for entry in batch.entries] == ["late", "first again"]
    assert broken(chain) == []


async def test_a_known_message_is_not_drafted(batches: Batches) -> None:
    def not_asked() -> Draft:
        raise AssertionError("a repetition was looked into")

    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        (first,) = await recorded(ledger, submission("m"))
        (again,) = await recorded(ledger, Submission("m", 100, not_asked))
    assert again == Recorded(first.entry.model_copy(update={"command": None}), fresh=False)


async def test_a_defect_with_one_message_is_its_own(batches: Batches) -> None:
    def defect() -> Draft:
        raise ZeroDivisionError

    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        good, bad = asyncio.create_task(recorded(ledger, submission("good"))), Submission("bad", 100, defect)
        with pytest.raises(ZeroDivisionError):
            await recorded(ledger, bad)
        assert (await good)[0].fresh
        assert (await recorded(ledger, submission("bad")))[0].fresh


async def test_batches_keep_within_entries_and_bytes() -> None:
    batches = MemoryBatches()
    ledger = ledger_on(batches, RecordingSender())
    small = [submission(f"s{number}") for number in range(MAX_ENTRIES + 1)]
    large = [submission(f"l{number}", size=250_000) for number in range(20)]
    async with writing(ledger):
        await recorded(ledger, *small, *large)
    chain = await chain_of(batches)
    assert max(len(batch.entries) for batch in chain) <= MAX_ENTRIES
    assert max(sum(len(entry.original) for entry in batch.entries) for batch in chain) <= MAX_ORIGINALS_BYTES
    assert sum(len(batch.entries) for batch in chain) == MAX_ENTRIES + 21


# -- publishing ---------------------------------------------------------------------------------------------------


async def test_commands_are_published_in_the_order_of_their_receipts(batches: Batches) -> None:
    sender = RecordingSender()
    ledger = ledger_on(batches, sender)
    async with writing(ledger):
        for number in range(5):
            await recorded(ledger, submission(f"a{number}"), submission(f"b{number}", subject="matter/2"))
        while await ledger.publish_oldest():
            pass
    assert sender.sequences() == sorted(set(sender.sequences()))
    assert len(sender.sent) == 10
    assert await batches.unpublished(100) == []


async def test_what_a_crash_left_unpublished_is_published_before_what_is_newer(batches: Batches) -> None:
    dead, alive = RecordingSender(), RecordingSender()
    dead.down = True
    killed, other = ledger_on(batches, dead), ledger_on(batches, alive)
    async with writing(killed, other):
        (older,) = await recorded(killed, submission("older"))
        (newer,) = await recorded(other, submission("newer"))
        while await other.publish_oldest():
            pass
    assert alive.sequences() == [older.entry.number, newer.entry.number]
    ((_, command), *_) = (await chain_of(batches))[0].commands()
    assert command.evidence == older.entry.signature


async def test_two_publishers_never_make_a_receiver_pass_over_a_message(batches: Batches) -> None:
    """Each publishes what the other wrote as well; the receiver sees repetitions, and nothing out of order."""
    topic = RecordingSender()
    ledgers = [ledger_on(batches, topic) for _ in range(2)]
    async with writing(*ledgers):
        for number in range(12):
            ledger = ledgers[number % 2]
            await recorded(ledger, submission(f"m{number}"))
            if number % 3 == 0:
                await asyncio.gather(*(one.publish_oldest() for one in ledgers))
        while await ledgers[0].publish_oldest():
            pass
    entries = [entry for batch in await chain_of(batches) for entry in batch.entries]
    assert as_received(topic) == {"matter/1": [entry.number for entry in entries]}


async def test_the_publisher_runs_on_its_own_and_survives_a_broker_that_is_away(batches: Batches) -> None:
    sender = RecordingSender()
    sender.down = True
    ledger = ledger_on(batches, sender)
    publishing = asyncio.create_task(ledger.publish())
    async with writing(ledger):
        await recorded(ledger, submission("m"))
        await asyncio.sleep(0.3)
        assert await batches.unpublished(100) == [1]
        sender.down = False
        for _ in range(250):
            if not await batches.unpublished(100):
                break
            await asyncio.sleep(0.02)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    assert len(sender.sent) == 1


async def test_what_cannot_be_published_yet_is_not_kept_in_memory() -> None:
    sender, batches = RecordingSender(), MemoryBatches()
    sender.down = True
    ledger = ledger_on(batches, sender)
    async with writing(ledger):
        for number in range(3 * KEPT_AT_HAND):
            await recorded(ledger, submission(f"m{number}"))
        assert len(ledger._recent) == KEPT_AT_HAND
        sender.down = False
        while await ledger.publish_oldest():
            pass
    assert len(sender.sent) == 3 * KEPT_AT_HAND
    assert sender.sequences() == sorted(sender.sequences())
    assert ledger._recent == {}


# -- copies, and a database restored from a backup ----------------------------------------------------------------


class Kept:
    """Copies of batches, as a topic has them: in the order sent, some twice."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def copied(self, batch: Batch) -> list[Outgoing]:
        self.batches.append(batch)
        return [Outgoing("bridge-kg.ledger.v1", str(batch.number).encode(), b"sealed", [("ce_sequence", b"0")], 0)]

    async def after(self, number: int) -> AsyncIterator[Batch]:
        """As Copies has it: from before that number on, the last ones in any case."""
        for batch in self.batches:
            if batch.number >= min(number, self.batches[-1].number) - 1:
                yield batch


def copied_ledger(batches: Batches, sender: RecordingSender, kept: Kept) -> Ledger:
    return Ledger(
        batches,
        party="kg",
        key=PARTY_KEYS["kg"],
        sender=sender,
        spans=Spans("test", None),
        clock=FixedClock(),
        copied=kept.copied,
    )


def kg_keys() -> KeySet:
    keys = public_keys("kg")
    assert keys is not None
    return keys


async def test_a_batch_without_commands_is_copied_too_and_a_copy_goes_out_before_the_commands() -> None:
    sender, kept, batches = RecordingSender(), Kept(), MemoryBatches()
    ledger = copied_ledger(batches, sender, kept)
    async with writing(ledger):
        await recorded(ledger, submission("m"))
        await recorded(ledger, rejected("n"))
        while await ledger.publish_oldest():
            pass
    assert [record.topic for record in sender.sent] == [
        "bridge-kg.ledger.v1",
        "bridge-kg.ledger.v1",
        "registry.commands.v1",
    ]
    assert [batch.number for batch in kept.batches] == [1, 2]


async def test_what_is_recorded_is_in_kafka_when_its_copy_is_and_what_comes_later_is_not_waited_for() -> None:
    sender, kept, batches = RecordingSender(), Kept(), MemoryBatches()
    ledger = copied_ledger(batches, sender, kept)
    async with writing(ledger):
        await ledger.in_kafka()
        await recorded(ledger, submission("m"))
        waiting = asyncio.create_task(ledger.in_kafka())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await ledger.publish_oldest()
        await recorded(ledger, submission("n"))
        async with asyncio.timeout(1):
            await waiting
    assert kept.batches[-1].number == 1


async def test_a_ledger_restored_from_a_backup_goes_on_behind_what_others_have_seen(batches: Batches) -> None:
    """Under numbers given twice, receivers would pass over what is new; and receipts given would be forgotten."""
    sender, kept, whole = RecordingSender(), Kept(), MemoryBatches()
    ledger = copied_ledger(whole, sender, kept)
    async with writing(ledger):
        first = [await recorded(ledger, submission(f"m{number}")) for number in range(6)]
        while await ledger.publish_oldest():
            pass
    kept.batches += kept.batches[2:4]
    for batch in await whole.page(0, 3):
        await batches.insert(batch)

    restored = copied_ledger(batches, sender, kept)
    assert await restored.recover(kept.after(await restored.end()), kg_keys()) == (3, 0)
    async with writing(restored):
        again = [await recorded(restored, submission(f"m{number}")) for number in range(6)]
        (new,) = await recorded(restored, submission("new"))
        while await restored.publish_oldest():
            pass
    assert [one.entry.receipt for (one,) in again] == [one.entry.receipt for (one,) in first]
    assert new.fresh
    assert new.entry.number == 7000
    chain = await chain_of(batches)
    assert [batch.hash for batch in chain[:6]] == [batch.hash for batch in await whole.page(0, 6)]
    assert broken(chain) == []
    commands = RecordingSender()
    commands.sent = [record for record in sender.sent if record.topic == "registry.commands.v1"]
    assert as_received(commands) == {"matter/1": [number * 1000 for number in range(1, 8)]}


async def test_a_ledger_that_is_whole_takes_nothing_from_its_copies(batches: Batches) -> None:
    kept = Kept()
    ledger = copied_ledger(batches, RecordingSender(), kept)
    async with writing(ledger):
        for number in range(3):
            await recorded(ledger, submission(f"m{number}"))
        await ledger.publish_oldest()
    other = copied_ledger(batches, RecordingSender(), kept)
    assert await other.recover(kept.after(await other.end()), kg_keys()) == (0, 0)


@pytest.mark.parametrize("kept_copies", [0, 2])
async def test_what_the_broker_has_lost_is_published_again_in_order(batches: Batches, kept_copies: int) -> None:
    sender, kept = RecordingSender(), Kept()
    ledger = copied_ledger(batches, sender, kept)
    async with writing(ledger):
        for number in range(4):
            await recorded(ledger, submission(f"m{number}"))
        while await ledger.publish_oldest():
            pass
    del kept.batches[kept_copies:]
    sender.sent.clear()
    again = copied_ledger(batches, sender, kept)
    assert await again.recover(kept.after(await again.end()), kg_keys()) == (0, 4 - kept_copies)
    while await again.publish_oldest():
        pass
    assert [batch.number for batch in kept.batches] == [1, 2, 3, 4]
    commands = RecordingSender()
    commands.sent = [record for record in sender.sent if record.topic == "registry.commands.v1"]
    assert as_received(commands) == {"matter/1": [number * 1000 for number in range(1 + kept_copies, 5)]}
    assert broken(await chain_of(batches)) == []


@pytest.mark.parametrize("forged", ["signature", "chain", "another ledger's"])
async def test_a_copy_that_does_not_fit_is_not_believed(forged: str) -> None:
    kept, batches = Kept(), MemoryBatches()
    ledger = copied_ledger(batches, RecordingSender(), kept)
    async with writing(ledger):
        for number in range(3):
            await recorded(ledger, submission(f"m{number}"))
        await ledger.publish_oldest()
    if forged == "signature":
        kept.batches[2] = changed(kept.batches[2], rehash=True, digest="sha-256:0")
    elif forged == "chain":
        del kept.batches[1]
    else:
        kept.batches = (await written(4))[1:]
    restored = MemoryBatches()
    for batch in await batches.page(0, 1 if forged == "chain" else 2):
        await restored.insert(batch)
    again = copied_ledger(restored, RecordingSender(), kept)
    with pytest.raises(LedgerBroken):
        await again.recover(kept.after(await again.end()), kg_keys())


# -- a store that fails -------------------------------------------------------------------------------------------


class Failing(MemoryBatches):
    """Fails the next writes, before or after it has done them."""

    def __init__(self, before: int = 0, after: int = 0) -> None:
        super().__init__()
        self.before, self.after = before, after

    async def insert(self, batch: Batch) -> bool:
        if self.before:
            self.before -= 1
            raise StoreUnavailable("told to fail")
        inserted = await super().insert(batch)
        if self.after:
            self.after -= 1
            raise StoreUnavailable("told to fail")
        return inserted


@pytest.mark.parametrize("batches_failing", [lambda: Failing(before=2), lambda: Failing(after=1)])
async def test_a_short_outage_is_waited_out_and_the_message_is_new(batches_failing: Callable[[], Failing]) -> None:
    batches = batches_failing()
    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        (one,) = await recorded(ledger, submission("m"))
        assert one.fresh
        assert (await recorded(ledger, submission("n")))[0].fresh
        assert await ledger.publish_oldest() == 2
    assert broken(await chain_of(batches)) == []


async def test_a_long_outage_is_told_and_handing_in_again_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bridge.ledger._PAUSES", (0.01, None))
    batches = Failing(before=2)
    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        with pytest.raises(StoreUnavailable):
            await recorded(ledger, submission("m"))
        assert (await recorded(ledger, submission("m")))[0].fresh
    assert broken(await chain_of(batches)) == []


# -- what verification finds --------------------------------------------------------------------------------------


async def written(count: int = 3) -> list[Batch]:
    batches = MemoryBatches()
    ledger = ledger_on(batches, RecordingSender())
    async with writing(ledger):
        for number in range(count):
            await recorded(ledger, submission(f"m{number}"))
    return await chain_of(batches)


def changed(batch: Batch, rehash: bool = False, **changes: Any) -> Batch:
    """With its first entry changed, and the hash made to fit where wanted."""
    entry: Entry = batch.entries[0].model_copy(update=changes)
    fitting = batch_hash(batch.number, batch.previous, [entry]) if rehash else batch.hash
    return batch.model_copy(update={"entries": (entry,), "hash": fitting})


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"digest": "sha-256:0"}, "hash is not that of its content"),
        ({"received_at": "2020-01-01T00:00:00.000000Z"}, "signature is over something else"),
        ({"original": b'{"id": "another"}'}, "original does not have the digest"),
        ({"original": b"\xff"}, "original does not have the digest"),
        ({"signature": "a.b.c"}, "signature does not hold"),
        ({"party": "jp"}, "signature does not hold"),
        ({"number": 9}, "number is not that of its place"),
    ],
)
async def test_a_changed_entry_is_found(changes: dict[str, Any], detail: str) -> None:
    chain = await written()
    chain[1] = changed(chain[1], **changes)
    assert any(detail in found for found in broken(chain))


async def test_a_rewritten_batch_breaks_those_after_it() -> None:
    chain = await written()
    chain[1] = changed(chain[1], rehash=True, signature=chain[0].entries[0].signature)
    assert any(found.startswith("3/None: It does not hang on") for found in broken(chain))


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "submitter:another@kg"},
        {"subject": "matter/2"},
        {"traceparent": f"00-{'9' * 32}-{'9' * 16}-01"},
        {"media_type": "text/csv"},
        {"submission": "another"},
        {"receipt": StoredReceipt(receipt_id="r", status="rejected")},
    ],
)
async def test_nothing_of_an_entry_can_be_changed_and_the_chain_holds(changes: dict[str, Any]) -> None:
    chain = await written()
    chain[1] = changed(chain[1], **changes)
    assert "2/None: Its hash is not that of its content." in broken(chain)


@pytest.mark.parametrize(
    "changes",
    [{"topic": "reporting.commands.v1"}, {"data": b"another"}, {"attributes": {"id": "another"}}, None],
)
async def test_nor_of_the_command_that_follows_from_it(changes: dict[str, Any] | None) -> None:
    chain = await written()
    command = chain[1].entries[0].command
    assert command is not None
    chain[1] = changed(chain[1], command=command.model_copy(update=changes) if changes else None)
    assert broken(chain) == ["2/None: Its hash is not that of its content."]


async def test_a_missing_batch_is_found() -> None:
    chain = await written()
    assert broken([chain[0], chain[2]]) == [
        "3/None: Batch 2 should stand here.",
        "3/None: It does not hang on the batch before it.",
    ]


async def test_an_unbroken_chain_begins_at_the_beginning() -> None:
    chain = await written()
    assert chain[0].previous == GENESIS
    assert broken(chain) == []
    assert broken(chain[1:]) != []
