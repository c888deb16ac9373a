"""A stand-in for a national system keeps what it received, answers a repeat alike, and fails as it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.ports import free_ports
from deploy.national.app import GROUP, create_app
from deploy.national.records import Delivery, Records
from shared.clock import FixedClock
from shared.telemetry.spans import Spans, read_spans

TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"


def delivery(delivery_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id,
        "type": "Happened",
        "subject": "matter/1",
        "sequence": 1,
        "traceparent": TRACEPARENT,
        "document": {"name": "Бүркүт"},
    } | changes


@asynccontextmanager
async def standin(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    with closing(Records(folder / "state", "xa")) as records, closing(Spans("national-xa", folder / "traces")) as spans:
        transport = httpx.ASGITransport(create_app("xa", records, spans, FixedClock()))
        async with httpx.AsyncClient(transport=transport, base_url="http://national.test") as client:
            yield client


async def post(client: httpx.AsyncClient, *deliveries: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.post("/v1/messages", json={"messages": deliveries})
    assert answer.status_code == 200
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


async def told_to(client: httpx.AsyncClient, mode: str, seconds: float = 0) -> None:
    assert (await client.put("/control", json={"mode": mode, "seconds": seconds})).status_code == 200


async def test_each_member_of_a_group_gets_a_receipt_of_its_own(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        receipts = await post(client, delivery("a"), delivery("b"))
    assert [receipt["delivery_id"] for receipt in receipts] == ["a", "b"]
    assert [receipt["status"] for receipt in receipts] == ["accepted", "accepted"]
    assert len({receipt["receipt_number"] for receipt in receipts}) == 2


async def test_a_repeat_gets_the_same_receipt_and_is_counted_apart(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        first = await post(client, delivery("a"))
        assert (await post(client, delivery("b"), delivery("a")))[1:] == first
        items = (await client.get("/received")).json()["items"]
    assert [(item["number"], item["delivery"]["delivery_id"], item["repeats"]) for item in items] == [
        (1, "a", 1),
        (2, "b", 0),
    ]


async def test_a_delivery_twice_in_one_group_is_recorded_once(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        first, second = await post(client, delivery("a"), delivery("a"))
        assert first == second
        assert (await client.get("/received")).json()["total"] == 1


async def test_what_was_received_can_be_read_on_from_any_place(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await post(client, *(delivery(str(number)) for number in range(5)))
        page = (await client.get("/received", params={"after": 1, "limit": 2})).json()
        assert [item["number"] for item in page["items"]] == [2, 3]
        assert page["next"] == 3
        assert (await client.get("/received", params={"after": 3})).json()["next"] is None


async def test_a_line_cut_short_by_a_crash_is_forgotten_and_the_rest_is_kept(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        kept = await post(client, delivery("a"))
        await post(client, delivery("a"))
    path = tmp_path / "state/received.jsonl"
    path.write_bytes(path.read_bytes() + b'{"delivery":{"deliv')
    async with standin(tmp_path) as client:
        assert await post(client, delivery("a")) == kept
        await post(client, delivery("b"))
        items = (await client.get("/received")).json()["items"]
    assert [(item["delivery"]["delivery_id"], item["repeats"]) for item in items] == [("a", 2), ("b", 0)]


def test_what_a_full_disk_did_not_take_was_not_received(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    first, second = (Delivery.model_validate(delivery(name)) for name in "ab")
    with closing(Records(tmp_path, "xa")) as records:
        records.take([first], FixedClock().now())
        with monkeypatch.context() as full:
            full.setattr(os, "write", lambda file, content: write(file, content[: len(content) // 2]))
            with pytest.raises(OSError, match="No space"):
                records.take([second], FixedClock().now())
        assert (records.total, records.known("b")) == (1, False)
        records.take([second], FixedClock().now())
    with closing(Records(tmp_path, "xa")) as records:
        assert [record.delivery.delivery_id for record in records.after(0, 10)] == ["a", "b"]


async def test_a_receipt_ends_the_trace_with_a_span_of_the_standin(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await post(client, delivery("a"))
        (span,) = read_spans((tmp_path / "traces/national-xa.jsonl").read_bytes().splitlines())
    assert (span["name"], span["kind"], span["service"]) == ("receive", "server", "national-xa")
    assert (span["trace_id"], span["parent_id"], span["remote_parent"]) == ("a" * 32, "b" * 16, False)
    assert span["attributes"]["kakehashi.receipt"] == "XA-0000001"


async def test_told_to_err_it_records_nothing(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "error")
        assert (await client.post("/v1/messages", json={"messages": [delivery("a")]})).status_code == 500
        assert (await client.get("/received")).json()["total"] == 0


async def test_told_to_answer_wrongly_it_has_recorded_and_a_repeat_gets_the_receipt(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "wrong")
        answer = await client.post("/v1/messages", json={"messages": [delivery("a")]})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        await told_to(client, "ok")
        assert (await post(client, delivery("a")))[0]["receipt_number"] == "XA-0000001"


async def test_told_to_answer_twice_it_records_once_and_repeats_itself(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "twice")
        receipts = await post(client, delivery("a"), delivery("b"))
        assert [receipt["delivery_id"] for receipt in receipts] == ["a", "b", "b", "a"]
        assert (await client.get("/received")).json()["total"] == 2


async def test_told_to_stray_it_answers_for_what_nobody_asked_about(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "stray")
        assert [receipt["delivery_id"] for receipt in await post(client, delivery("a"))] == ["not-a"]
        await told_to(client, "ok")
        assert [receipt["delivery_id"] for receipt in await post(client, delivery("a"))] == ["a"]


async def test_told_to_drop_members_it_handles_every_other_new_one(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "drop-members")
        first = await post(client, *(delivery(name) for name in "abcd"))
        assert [receipt["delivery_id"] for receipt in first] == ["a", "c"]
        assert [receipt["delivery_id"] for receipt in await post(client, delivery("b"), delivery("d"))] == ["b"]


async def test_told_to_refuse_it_says_why_and_keeps_to_it(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "refuse")
        (refused,) = await post(client, delivery("a"))
        assert (refused["status"], refused["reason"]) == ("refused", "Told to refuse.")
        await told_to(client, "ok")
        assert await post(client, delivery("a")) == [refused]


async def test_told_to_be_slow_it_answers_after_the_seconds_named(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        await told_to(client, "slow", 0.2)
        begun = time.monotonic()
        await post(client, delivery("a"))
        assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("control", [{"mode": "asleep"}, {"mode": "slow", "seconds": -1}, {"pace": "slow"}])
async def test_what_it_cannot_be_told_is_refused(tmp_path: Path, control: dict[str, Any]) -> None:
    async with standin(tmp_path) as client:
        assert (await client.put("/control", json=control)).status_code == 422
        assert (await client.get("/control")).json() == {"mode": "ok", "seconds": 0}


async def test_a_group_that_is_too_large_is_refused_as_a_whole(tmp_path: Path) -> None:
    async with standin(tmp_path) as client:
        group = [delivery(str(number)) for number in range(GROUP + 1)]
        assert (await client.post("/v1/messages", json={"messages": group})).status_code == 413
        assert (await client.get("/received")).json()["total"] == 0


class Process:
    """The stand-in as it really runs."""

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "deploy.national", "--country", "xa", "--port", str(port)]
        self._process = subprocess.Popen([*command, "--state", str(folder)], env=os.environ)
        deadline = time.monotonic() + 20
        while not self._ready():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    messages = {"messages": [delivery("a"), delivery("b")]}
    before = Process(tmp_path)
    try:
        told = httpx.post(f"{before.url}/v1/messages", json=messages).json()
    finally:
        before.kill()
    after = Process(tmp_path)
    try:
        assert httpx.post(f"{after.url}/v1/messages", json=messages).json() == told
        assert httpx.get(f"{after.url}/received").json()["total"] == 2
    finally:
        after.kill()


def test_told_to_be_down_it_breaks_the_connection_off(tmp_path: Path) -> None:
    running = Process(tmp_path)
    try:
        httpx.put(f"{running.url}/control", json={"mode": "down"})
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(f"{running.url}/v1/messages", json={"messages": [delivery("a")]})
        assert httpx.get(f"{running.url}/received").json()["total"] == 0
    finally:
        running.kill()
