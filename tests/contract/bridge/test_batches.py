"""Every store of a ledger's batches keeps the same promises."""

from __future__ import annotations

import pytest

from shared.bridge.batches import Batches
from shared.bridge.entries import GENESIS, Batch, Direction, Entry, ReceiptStatus, StoredCommand, StoredReceipt
from shared.errors import problem
from tests.bridge_builders import message


def entry(number: int, message_id: str, *, submission: str | None = None, direction: Direction = "in") -> Entry:
    status: ReceiptStatus = "accepted" if direction == "in" else "delivered"
    return Entry(
        number=number,
        message_id=message_id,
        direction=direction,
        digest=f"sha-256:{message_id}",
        original=b'{"\xd0\x96": "\xe9\xab\x99"}',
        media_type="application/json",
        receipt=StoredReceipt(
            receipt_id=f"r-{message_id}",
            status=status,
            problems=(problem("unknown-field", "x", pointer="/x", severity="warning"),),
        ),
        submission=submission or f"r-{message_id}",
        received_at="2026-01-15T09:00:00.000000Z",
        party="kg",
        key_id="kg-1",
        signature="a.b.c",
        actor="submitter:ministry@kg",
        command=StoredCommand.of("registry.commands.v1", message()) if direction == "in" else None,
    )


def batch(number: int, *entries: Entry, unpublished: bool = True) -> Batch:
    return Batch(
        number=number,
        previous=GENESIS,
        hash=f"sha-256:{number}-{entries[0].message_id}",
        at="2026-01-15T09:00:00.000000Z",
        entries=entries,
        unpublished=unpublished,
    )


async def test_a_batch_is_read_as_it_was_written(batches: Batches) -> None:
    written = batch(1, entry(1000, "a"), entry(1001, "b"))
    assert await batches.insert(written)
    assert await batches.page(0, 10) == [written]
    ((topic, command), _) = written.commands()
    assert (topic, command) == ("registry.commands.v1", message())


async def test_a_number_is_taken_once(batches: Batches) -> None:
    assert await batches.insert(batch(1, entry(1000, "a")))
    assert not await batches.insert(batch(1, entry(1000, "b")))
    assert await batches.hash_of(1) == "sha-256:1-a"
    assert await batches.find("in", ["b"]) == {}


async def test_a_batch_that_the_driver_sends_twice_is_there(batches: Batches) -> None:
    written = batch(1, entry(1000, "a"))
    assert await batches.insert(written)
    assert await batches.insert(written)


async def test_there_is_no_hash_of_a_number_not_written(batches: Batches) -> None:
    assert await batches.hash_of(1) is None


async def test_messages_are_found_by_their_ids_and_direction(batches: Batches) -> None:
    await batches.insert(batch(1, entry(1000, "a"), entry(1001, "b"), entry(1002, "c", direction="out")))
    await batches.insert(batch(2, entry(2000, "d")))
    found = await batches.find("in", ["a", "d", "c", "none"])
    assert {key: value.number for key, value in found.items()} == {"a": 1000, "d": 2000}
    assert found["a"].original == b""
    assert found["a"].command is None
    assert list(await batches.find("out", ["a", "c"])) == ["c"]


async def test_the_messages_of_many_batches_are_found_at_once(batches: Batches) -> None:
    for number in range(1, 13):
        entries = [entry(number * 1000 + place, f"m-{number}-{place}") for place in range(40)]
        await batches.insert(batch(number, *entries))
    wanted = [f"m-{number}-{place}" for number in range(1, 13) for place in range(0, 40, 3)]
    assert sorted(await batches.find("in", wanted)) == sorted(wanted)


async def test_a_whole_entry_has_its_original(batches: Batches) -> None:
    await batches.insert(batch(1, entry(1000, "a"), entry(1001, "b")))
    assert await batches.whole("in", "b") == entry(1001, "b")
    assert await batches.whole("out", "b") is None


@pytest.mark.parametrize("asked", ["r-a", "list"])
async def test_a_receipt_is_found_by_message_or_submission(batches: Batches, asked: str) -> None:
    await batches.insert(batch(1, entry(1000, "a", submission="list"), entry(1001, "x")))
    await batches.insert(batch(2, entry(2000, "b", submission="list"), entry(2001, "out", direction="out")))
    found = [one.message_id for one in await batches.of_receipt(asked)]
    assert found == (["a"] if asked == "r-a" else ["a", "b"])


async def test_a_receipt_of_the_other_side_is_none_of_ours(batches: Batches) -> None:
    await batches.insert(batch(1, entry(1000, "out", direction="out")))
    assert await batches.of_receipt("r-out") == []


async def test_pages_go_on_from_where_they_ended(batches: Batches) -> None:
    for number in range(1, 6):
        await batches.insert(batch(number, entry(number * 1000, f"m{number}")))
    assert [one.number for one in await batches.page(0, 3)] == [1, 2, 3]
    assert [one.number for one in await batches.page(3, 3)] == [4, 5]
    assert await batches.page(5, 3) == []


async def test_what_is_unpublished_is_told_oldest_first_until_it_is_published(batches: Batches) -> None:
    for number in (1, 2, 3):
        await batches.insert(batch(number, entry(number * 1000, f"m{number}"), unpublished=number != 2))
    assert await batches.unpublished(100) == [1, 3]
    await batches.published([1])
    assert await batches.unpublished(100) == [3]
    (first,) = await batches.page(0, 1)
    assert not first.unpublished
    await batches.lost([1, 2])
    assert await batches.unpublished(100) == [1, 2, 3]
