"""A dropped file is taken when it is whole, once, and answered beside it; what a crash interrupts is taken again."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.bridge.file_drop import FileDrop
from shared.clock import FixedClock
from shared.store.base import StoreUnavailable
from tests.bridge_builders import Border, fixture, running
from tests.contract.bridge.fake_country import FAKE, FAKE_AGREEMENTS

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
EDITION = b"edition 2026-08-03\nA-1|One|\nA-2|Two|\n"


def licence(message_id: str, **changes: Any) -> bytes:
    return json.dumps(fixture("xa", "licence") | {"message_id": message_id} | changes).encode()


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border(bridge=FAKE, agreements=FAKE_AGREEMENTS, clock=FixedClock(NOW))) as border:
        yield border


@pytest.fixture
def drop(border: Border, tmp_path: Path) -> FileDrop:
    for name in ("incoming", "working", "accepted", "held", "rejected"):
        (tmp_path / name).mkdir()
    return FileDrop(FAKE, border.desk, tmp_path, actor="submitter:registry-office@xa", settled=0)


def put(folder: Path, name: str, content: bytes) -> Path:
    """As a careful writer does: under another name, renamed when it is whole."""
    unfinished = folder / "incoming" / f".{name}"
    unfinished.write_bytes(content)
    return unfinished.rename(folder / "incoming" / name)


async def looked(drop: FileDrop) -> int:
    """Two looks, so that what stands still is seen to."""
    return await drop.look() + await drop.look()


def receipt(folder: Path, where: str, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / where / f"{name}.receipt.json").read_text())
    return told


async def test_a_file_is_accepted_with_its_receipt_beside_it(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    put(tmp_path, "one.json", licence("XA/1"))
    assert await looked(drop) == 1
    assert (tmp_path / "accepted" / "one.json").read_bytes() == licence("XA/1")
    told = receipt(tmp_path, "accepted", "one.json")
    assert (told["status"], told["actor"]) == ("accepted", "submitter:registry-office@xa")
    assert [entry.actor for entry in await border.entries()] == ["submitter:registry-office@xa"]
    assert list((tmp_path / "incoming").iterdir()) == list((tmp_path / "working").iterdir()) == []


async def test_each_kind_of_file_is_known_by_its_ending(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    put(tmp_path, "a.JSON", licence("XA/1"))
    put(tmp_path, "b.jsonl", licence("XA/2") + b"\n" + licence("XA/3"))
    put(tmp_path, "c.csv", b"message_id,message_type,for,number,name,from\nXA/4,licence,xb,000001,N,2026-01-01\n")
    put(tmp_path, "d.reg", EDITION)
    assert await looked(drop) == 4
    assert receipt(tmp_path, "accepted", "b.jsonl")["counts"]["accepted"] == 2
    assert receipt(tmp_path, "accepted", "c.csv")["items"][0]["message_id"] == "XA/4"
    assert receipt(tmp_path, "accepted", "d.reg")["items"][0]["edition"]["rows"] == 2


@pytest.mark.parametrize(
    ("name", "content", "slug"),
    [
        ("cut.json", licence("XA/1")[:40], "not-json"),
        ("cp932.json", "機関".encode("cp932"), "not-utf-8"),
        ("empty.csv", b"", "no-messages"),
        ("notes.txt", b"hello", "unsupported-media-type"),
        ("large.json", b" " * 8_000_001, "too-large"),
        ("large.reg", b"x" * 2_000_001, "too-large"),
        ("headless.reg", b"A-1|One|\n", "missing-header"),
        ("wrong.json", licence("XA/1", name=""), "missing-field"),
    ],
)
async def test_what_cannot_be_taken_is_rejected_and_told_why(
    border: Border, drop: FileDrop, tmp_path: Path, name: str, content: bytes, slug: str
) -> None:
    put(tmp_path, name, content)
    await looked(drop)
    told = receipt(tmp_path, "rejected", name)
    assert (told["status"], told["problems"][0]["slug"]) == ("rejected", slug)
    assert (tmp_path / "rejected" / name).read_bytes() == content


async def test_one_bad_file_does_not_hold_up_the_next(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    put(tmp_path, "1.json", b"{")
    put(tmp_path, "2.json", licence("XA/2"))
    await looked(drop)
    assert (tmp_path / "accepted" / "2.json").exists()


async def test_a_held_edition_goes_where_an_operator_finds_it(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    put(tmp_path, "1.reg", EDITION)
    await looked(drop)
    put(tmp_path, "2.reg", b"edition 2026-08-10\nA-1|One|\n")
    await looked(drop)
    assert receipt(tmp_path, "held", "2.reg")["status"] == "held"


async def test_the_same_file_again_is_a_duplicate_with_a_receipt_of_its_own(
    border: Border, drop: FileDrop, tmp_path: Path
) -> None:
    for _ in range(2):
        put(tmp_path, "one.json", licence("XA/1"))
        await looked(drop)
    first, again = receipt(tmp_path, "accepted", "one.json"), receipt(tmp_path, "accepted", "one-2.json")
    assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])


# -- never half ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [".one.json", "one.json.part", "one.tmp"])
async def test_what_is_named_as_unfinished_is_left_alone(
    border: Border, drop: FileDrop, tmp_path: Path, name: str
) -> None:
    (tmp_path / "incoming" / name).write_bytes(licence("XA/1"))
    assert await looked(drop) == 0


async def test_a_file_that_is_still_written_is_left_until_it_stands_still(
    border: Border, drop: FileDrop, tmp_path: Path
) -> None:
    path, whole = tmp_path / "incoming" / "one.json", licence("XA/1")
    with path.open("wb") as file:
        for piece in (whole[:20], whole[20:40], whole[40:]):
            file.write(piece)
            file.flush()
            assert await drop.look() == 0
    assert await looked(drop) == 1
    assert receipt(tmp_path, "accepted", "one.json")["status"] == "accepted"


async def test_a_file_that_changed_a_moment_ago_is_given_time(border: Border, tmp_path: Path, drop: FileDrop) -> None:
    patient = FileDrop(FAKE, border.desk, tmp_path, actor="submitter:x@xa", settled=60)
    path = put(tmp_path, "one.json", licence("XA/1"))
    assert await looked(patient) == 0
    os.utime(path, (time.time() - 61, time.time() - 61))
    assert await looked(patient) == 1


async def test_a_file_that_its_writer_has_locked_is_left_alone(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    path = put(tmp_path, "one.json", licence("XA/1"))
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert await looked(drop) == 0
    assert await looked(drop) == 1


async def test_a_file_written_to_after_it_was_taken_is_put_back_and_read_whole(
    border: Border, drop: FileDrop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = put(tmp_path, "one.json", licence("XA/1")[:40]), licence("XA/1")
    late = path.open("ab")
    copy = shutil.copyfile

    def and_then_the_rest(source: Any, goal: Any) -> Any:
        made = copy(source, goal)
        if not late.closed and late.tell() < len(whole):
            late.write(whole[40:])
            late.flush()
        return made

    monkeypatch.setattr("shared.bridge.file_drop.shutil.copyfile", and_then_the_rest)
    await looked(drop)
    late.close()
    assert await border.entries() == []
    await looked(drop)
    assert (tmp_path / "accepted" / "one.json").read_bytes() == whole


# -- crashes and instances ----------------------------------------------------------------------------------------


async def test_what_a_crash_left_is_taken_again_and_recorded_once(
    border: Border, drop: FileDrop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    put(tmp_path, "one.json", licence("XA/1"))
    with monkeypatch.context() as dying:
        dying.setattr(FileDrop, "_put_away", crash)
        with pytest.raises(KeyboardInterrupt):
            await looked(drop)
    assert len(await border.entries()) == 1
    later = FileDrop(FAKE, border.desk, tmp_path, actor="submitter:registry-office@xa", settled=0)
    assert await later.take_up_again() == 1
    assert receipt(tmp_path, "accepted", "one.json")["status"] == "duplicate"
    assert len(await border.entries()) == 1


async def test_with_the_ledger_away_a_file_waits_and_is_answered_later(
    border: Border, drop: FileDrop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("told to be away")

    put(tmp_path, "one.json", licence("XA/1"))
    with monkeypatch.context() as outage:
        outage.setattr(border.desk, "hand_in", away)
        with pytest.raises(StoreUnavailable):
            await looked(drop)
    assert await drop.take_up_again() == 1
    assert receipt(tmp_path, "accepted", "one.json")["status"] == "accepted"


async def test_two_instances_on_one_folder_take_each_file_once(border: Border, drop: FileDrop, tmp_path: Path) -> None:
    other = FileDrop(FAKE, border.desk, tmp_path, actor="submitter:registry-office@xa", settled=0)
    for number in range(20):
        put(tmp_path, f"{number}.json", licence(f"XA/{number}"))
    await asyncio.gather(drop.look(), other.look())
    await asyncio.gather(drop.look(), other.look())
    receipts = list((tmp_path / "accepted").glob("*.receipt.json"))
    assert len(receipts) == 20
    assert {json.loads(path.read_text())["status"] for path in receipts} == {"accepted"}


async def test_the_folder_is_watched_from_start_to_stop(border: Border, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    watching = asyncio.create_task(
        FileDrop(FAKE, border.desk, folder, actor="submitter:registry-office@xa", settled=0).watch()
    )
    try:
        async with asyncio.timeout(30):
            while not (folder / "rejected").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            put(folder, "one.json", licence("XA/1"))
            while not (folder / "accepted" / "one.json").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
