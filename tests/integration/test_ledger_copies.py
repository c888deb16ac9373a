"""Copies of a ledger on a real broker: whatever was put there is had back, by its own bridge alone."""

from __future__ import annotations

import os
import uuid

import pytest
from joserfc.jwk import KeySet

from deploy.local.topics import ensure_topics
from shared.bridge.copies import PIECE_BYTES, Copies
from shared.bridge.entries import GENESIS, Batch, Entry, StoredReceipt
from shared.messaging.publisher import Publisher, make_producer
from shared.security.keys import make_key
from shared.security.own import NotOurs, OwnSeal
from shared.topics import Topic

OWN, OLDER, OTHER = make_key("kg"), make_key("kg"), make_key("jp")


def batch(number: int, size: int = 10) -> Batch:
    entry = Entry(
        number=number * 1000,
        message_id=f"m{number}",
        direction="in",
        digest="sha-256:0",
        original=os.urandom(size),
        media_type="application/json",
        receipt=StoredReceipt(receipt_id=f"r{number}", status="accepted"),
        submission=f"r{number}",
        received_at="2026-01-15T09:00:00.000000Z",
        party="kg",
        key_id="kg-1",
        signature="a.b.c",
        actor="submitter:ministry@kg",
    )
    return Batch(number=number, previous=GENESIS, hash=str(number), at=entry.received_at, entries=(entry,))


@pytest.fixture
async def service(kafka_bootstrap: str) -> str:
    service = f"bridge-{uuid.uuid4().hex[:8]}"
    topic = Topic(name=f"{service}.ledger.v1", partitions=1, retention=None, compacted=False, writers=(), readers=())
    await ensure_topics(kafka_bootstrap, [topic])
    return service


def copies(service: str, bootstrap: str, *keys: object) -> Copies:
    return Copies(service, bootstrap, OwnSeal(KeySet(list(keys))))  # type: ignore[arg-type]


async def send(bootstrap: str, *batches: tuple[Copies, Batch]) -> None:
    producer = make_producer(bootstrap, "test")
    await producer.start()
    for own, one in batches:
        await Publisher(producer).send(own.records(one))
    await producer.stop()


async def test_batches_are_had_back_from_any_number_on(kafka_bootstrap: str, service: str) -> None:
    own = copies(service, kafka_bootstrap, OWN)
    there = [batch(number, PIECE_BYTES * 2 if number in (3, 300) else 10) for number in range(1, 401)]
    await send(kafka_bootstrap, *((own, one) for one in there))
    for known in (0, 2, 3, 299, 300, 399, 400):
        found = [one async for one in own.after(known)]
        numbers = [one.number for one in found]
        assert numbers == list(range(numbers[0], 401))
        assert numbers[0] <= known + 1
        assert found == there[numbers[0] - 1 :]
    assert len([one async for one in own.after(400)]) < 200


async def test_an_empty_topic_gives_nothing(kafka_bootstrap: str, service: str) -> None:
    assert [one async for one in copies(service, kafka_bootstrap, OWN).after(0)] == []


async def test_pieces_of_two_instances_may_stand_between_each_other(kafka_bootstrap: str, service: str) -> None:
    own, large = copies(service, kafka_bootstrap, OWN), batch(1, PIECE_BYTES * 2)
    mine, theirs = own.records(large), own.records(large)
    producer = make_producer(kafka_bootstrap, "test")
    await producer.start()
    await Publisher(producer).send([record for pair in zip(mine, theirs, strict=True) for record in pair])
    await producer.stop()
    assert [one async for one in own.after(0)] == [large, large]


async def test_they_are_read_with_a_key_of_before_and_by_nobody_else(kafka_bootstrap: str, service: str) -> None:
    await send(kafka_bootstrap, (copies(service, kafka_bootstrap, OLDER), batch(1)))
    rolled = copies(service, kafka_bootstrap, OWN, OLDER)
    await send(kafka_bootstrap, (rolled, batch(2)))
    assert [one.number async for one in rolled.after(0)] == [1, 2]
    with pytest.raises(NotOurs):
        [one async for one in copies(service, kafka_bootstrap, OTHER).after(0)]


def test_what_was_changed_is_not_opened() -> None:
    seal = OwnSeal(KeySet([OWN]))
    sealed = bytearray(seal.seal(b"a ledger"))
    sealed[-1] ^= 1
    with pytest.raises(NotOurs):
        seal.open(seal.key_id, bytes(sealed))
