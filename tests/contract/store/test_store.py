"""What every store does, the fake and each real server there is: the kernel relies on each of these sentences."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import pytest

from deploy.local.database import kinds_here
from shared.store.base import Claims, Encoded, Parked, Streams, gone, mark_of, owed, place_of
from shared.store.memory import MemoryClaims, MemoryParked, MemoryStreams
from shared.store.mongo import Database, MongoClaims, MongoParked, MongoStreams

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@dataclass
class Store:
    streams: Streams
    parked: Parked
    claims: Claims


@pytest.fixture(params=["memory", *kinds_here()])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield Store(MemoryStreams(), MemoryParked(), MemoryClaims())
        return
    uri = request.getfixturevalue("mongodb_of_kind")(request.param)
    database = Database(uri, f"store_{uuid.uuid4().hex[:12]}")
    await database.check()
    yield Store(await MongoStreams.open(database), await MongoParked.open(database), await MongoClaims.open(database))
    await database.drop()
    database.close()


def encoded(key: str, version: int, batch: str = "one", **fields: Any) -> Encoded:
    document = {"_id": key, "version": version, "batch": batch, "mark": 0, "state": {"n": version}, **fields}
    return Encoded(key, version, batch, bson.encode(document))


# -- streams --------------------------------------------------------------------------------------------------------


async def test_what_is_written_is_what_is_loaded(store: Store) -> None:
    fields: dict[str, Any] = {
        "outbox": [{"value": b"\x00\xff", "headers": {"content-type": "x"}}],
        "owed": owed("deliver national/xx", NOON),
        "mark": mark_of(3, 7),
    }
    assert await store.streams.write([encoded("a", 1, **fields)], []) == set()
    loaded = await store.streams.load(["a", "nowhere"])
    assert set(loaded) == {"a"}
    assert {name: loaded["a"][name] for name in fields} == fields


async def test_a_new_stream_loses_to_one_that_is_there_and_only_it(store: Store) -> None:
    await store.streams.write([encoded("b", 1, "theirs")], [])
    writes = [encoded(key, 1, "ours") for key in "abc"]
    assert await store.streams.write(writes, []) == {"b"}
    loaded = await store.streams.load(["a", "b", "c"])
    assert [loaded[key]["batch"] for key in "abc"] == ["ours", "theirs", "ours"]


async def test_a_changed_stream_loses_when_its_version_is_not_the_one_loaded(store: Store) -> None:
    await store.streams.write([encoded(key, 1, "first") for key in "abc"], [])
    assert await store.streams.write([], [encoded("b", 2, "theirs")]) == set()
    assert await store.streams.write([], [encoded(key, 2, "ours") for key in "abc"]) == {"b"}
    loaded = await store.streams.load(["a", "b", "c"])
    assert [(loaded[key]["batch"], loaded[key]["version"]) for key in "abc"] == [
        ("ours", 2),
        ("theirs", 2),
        ("ours", 2),
    ]


async def test_a_write_repeated_by_the_driver_has_won(store: Store) -> None:
    assert await store.streams.write([encoded("a", 1)], []) == set()
    assert await store.streams.write([encoded("a", 1)], []) == set()
    assert await store.streams.write([], [encoded("a", 2, "two")]) == set()
    assert await store.streams.write([], [encoded("a", 2, "two")]) == set()
    assert (await store.streams.load(["a"]))["a"]["version"] == 2


async def test_new_and_changed_streams_are_written_in_one_call(store: Store) -> None:
    await store.streams.write([encoded("a", 1)], [])
    assert await store.streams.write([encoded("b", 1, "two")], [encoded("a", 2, "two")]) == set()
    loaded = await store.streams.load(["a", "b"])
    assert (loaded["a"]["version"], loaded["b"]["version"]) == (2, 1)


async def test_marks_are_found_by_partition_and_from_an_offset_on(store: Store) -> None:
    places = [(0, 5), (0, 6), (0, 9), (1, 1)]
    await store.streams.write([encoded(f"{p}-{o}", 1, mark=mark_of(p, o)) for p, o in places], [])
    found = await store.streams.marked(mark_of(0, 6), mark_of(1, 0), 10)
    assert [place_of(document["mark"]) for document in found] == [(0, 6), (0, 9)]
    assert len(await store.streams.marked(mark_of(0, 0), mark_of(9, 0), 2)) == 2


async def test_what_is_due_is_found_by_place_oldest_first_and_streams_without_intents_never(store: Store) -> None:
    hour = timedelta(hours=1)
    owes = {
        "late": owed("deliver national/xx", NOON),
        "early": owed("deliver national/xx", NOON - hour),
        "future": owed("deliver national/xx", NOON + hour),
        "longer": owed("deliver national/xxx", NOON - 2 * hour),
        "another kind": owed("remind national/xx", NOON + 2 * hour),
    }
    await store.streams.write([encoded(key, 1, owed=text) for key, text in owes.items()] + [encoded("none", 1)], [])

    async def due(place: str, limit: int = 10) -> list[str]:
        return [document["_id"] for document in await store.streams.due(place, NOON, limit)]

    assert await due("deliver national/xx") == ["early", "late"]
    assert await due("deliver national/xx", 1) == ["early"]
    assert await due("deliver national/xxx") == ["longer"]
    assert await due("remind national/xx") == await due("deliver national/x") == []
    assert await store.streams.places() == {
        "deliver national/xx": NOON - hour,
        "deliver national/xxx": NOON - 2 * hour,
        "remind national/xx": NOON + 2 * hour,
    }
    await store.streams.write([], [encoded("early", 2, "two"), encoded("longer", 2, "two")])
    assert await due("deliver national/xx") == ["late"]
    assert list(await store.streams.places()) == ["deliver national/xx", "remind national/xx"]


async def test_a_document_of_eight_megabytes_is_kept(store: Store) -> None:
    await store.streams.write([encoded("a", 1, padding="x" * 8_000_000)], [])
    assert len((await store.streams.load(["a"]))["a"]["padding"]) == 8_000_000


async def test_streams_are_listed_by_the_beginning_of_their_ids_page_by_page(store: Store) -> None:
    ids = [
        "case/a-b/aa-1",
        "case/a-b/aa-В",
        "case/a-b/aa-入",
        "case/a-b/aa-\U00020bb7",
        "case/a-bb/aa-1",
        "cas",
        "other/x",
    ]
    await store.streams.write([encoded(key, 1) for key in ids], [])
    assert await store.streams.under("case/a-b/", "", 10) == [{"_id": key, "state": {"n": 1}} for key in ids[:4]]
    first = await store.streams.under("case/a-b/", "", 3)
    rest = await store.streams.under("case/a-b/", first[-1]["_id"], 3)
    assert [document["_id"] for document in first + rest] == ids[:4]
    assert await store.streams.under("case/b/", "", 10) == []


# -- parked ---------------------------------------------------------------------------------------------------------


def parked(key: str, stream: str, order: int) -> dict[str, Any]:
    return {"_id": key, "stream": stream, "order": order, "record": {"value": b"\xff", "key": None}, "parked_at": NOON}


async def test_parked_messages_are_kept_once_and_found_in_order(store: Store) -> None:
    await store.parked.add([parked("p2", "a", 2), parked("p1", "a", 1), parked("p3", "b", 3)])
    await store.parked.add([parked("p1", "changed", 9), parked("p4", "a", 4)])
    assert [document["_id"] for document in await store.parked.of_stream("a")] == ["p1", "p2", "p4"]
    listed = await store.parked.unsettled(3)
    assert [document["_id"] for document in listed] == ["p1", "p2", "p3"]
    assert all("value" not in document["record"] for document in listed)
    assert [document["_id"] for document in await store.parked.of_stream("a", 2)] == ["p1", "p2"]
    assert await store.parked.get("p1") == parked("p1", "a", 1)
    assert await store.parked.get("p9") is None


async def test_settled_ones_are_kept_but_wait_no_longer(store: Store) -> None:
    await store.parked.add([parked("p1", "a", 1), parked("p2", "a", 2)])
    await store.parked.settle({"p1": {"how": "skipped", "by": "operator:o@xx", "at": NOON}})
    assert [document["_id"] for document in await store.parked.of_stream("a")] == ["p2"]
    assert [document["_id"] for document in await store.parked.unsettled(10)] == ["p2"]
    assert await store.parked.count() == 1
    kept = await store.parked.get("p1")
    assert kept is not None
    assert kept["settled"]["how"] == "skipped"
    assert await store.parked.settled(["p1", "p2", "p3"]) == ["p1"]
    await store.parked.add([parked("p1", "a", 1)])
    assert [document["_id"] for document in await store.parked.of_stream("a")] == ["p2"]


async def test_settling_nothing_and_adding_nothing_is_fine(store: Store) -> None:
    await store.parked.add([])
    await store.parked.settle({})
    assert await store.parked.unsettled(10) == []
    assert await store.parked.count() == 0


# -- claims ---------------------------------------------------------------------------------------------------------


async def test_an_intent_is_claimed_by_one_worker_until_its_lease_runs_out(store: Store) -> None:
    later = NOON + timedelta(seconds=60)
    assert await store.claims.claim(["i1", "i2"], "w1", NOON, later) == {"i1": 1, "i2": 1}
    assert await store.claims.claim(["i1", "i3"], "w2", NOON, later) == {"i3": 1}
    after = later + timedelta(seconds=1)
    assert await store.claims.claim(["i1", "i2"], "w2", after, after + timedelta(seconds=60)) == {"i1": 2, "i2": 2}
    assert await store.claims.claim(["i1"], "w1", after, after + timedelta(seconds=60)) == {}


async def test_a_lease_from_before_the_clock_went_back_is_over(store: Store) -> None:
    ahead = NOON + timedelta(hours=1)
    await store.claims.claim(["i1"], "w1", ahead, ahead + timedelta(seconds=20))
    assert await store.claims.claim(["i1"], "w2", NOON, NOON + timedelta(seconds=20)) == {"i1": 2}
    assert await store.claims.claim(["i1"], "w1", NOON, NOON + timedelta(seconds=20)) == {}


async def test_a_released_intent_can_be_claimed_from_then_on_with_the_next_attempt_number(store: Store) -> None:
    later = NOON + timedelta(seconds=60)
    await store.claims.claim(["i1", "i2"], "w1", NOON, later)
    await store.claims.release(["i1"], "w1", NOON + timedelta(seconds=2))
    await store.claims.release(["i2"], "w9", NOON)
    soon = NOON + timedelta(seconds=3)
    assert await store.claims.claim(["i1", "i2"], "w2", soon, later) == {"i1": 2}


async def test_a_forgotten_intent_leaves_nothing_behind(store: Store) -> None:
    await store.claims.claim(["i1"], "w1", NOON, NOON + timedelta(seconds=60))
    await store.claims.forget(["i1", "never-seen"])
    await store.claims.forget([])
    assert await store.claims.claim(["i1"], "w2", NOON, NOON + timedelta(seconds=60)) == {"i1": 1}


async def test_the_stores_clock_is_a_present_one(store: Store) -> None:
    first = await store.claims.now()
    assert first.tzinfo is not None
    assert abs((first - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize(("partition", "offset"), [(0, 0), (0, 7), (3, 0), (4095, (1 << 48) - 1)])
def test_a_mark_of_a_place_that_is_gone_keeps_its_partition_and_comes_before_all(partition: int, offset: int) -> None:
    assert place_of(mark_of(partition, offset)) == (partition, offset)
    lost = gone(mark_of(partition, offset))
    assert place_of(lost) == (partition, -1)
    assert -(1 << 63) <= gone(mark_of(partition, 0)) <= lost < gone(mark_of(partition + 1, 0)) < mark_of(0, 0)
