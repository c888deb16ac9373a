"""What goes to a national system goes in groups, has a receipt each, and is in the ledger before it is reported."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.bridge_jp.app import BRIDGE as JP
from shared.bridge.delivery import Delivery
from shared.bridge.entries import verify_chain
from shared.bridge.evidence import Evidence, content_digest, digest, evidence_of
from shared.bridge.handing_over import OverHttp
from shared.clock import rfc3339
from shared.contracts.delivery import DeliverMessage, RecordDelivery
from shared.contracts.sending_organization import AccreditSendingOrganization, SendingOrganizationAccredited
from shared.messaging.decider import Due, Result
from shared.security.jws import sign
from shared.telemetry.spans import Spans, read_spans
from tests.bridge_builders import (
    AGREEMENTS,
    PARTY_KEYS,
    TRACEPARENT,
    Border,
    message,
    private_keys,
    public_keys,
    running,
)
from tests.organization_builders import organization, permit

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)

National = Callable[[httpx.Request], httpx.Response]


def due(number: int = 1, *, attempt: int = 1, data: dict[str, Any] | None = None, **envelope: Any) -> Due:
    """A delivery that is owed: an accreditation sent by the other side under receipt-<number>."""
    event = SendingOrganizationAccredited(
        organization=organization(registration_number=f"0120320241{number:04}"), permit=permit(), recorded_at=NOW
    )
    matter = f"sending-organization/kg/0120320241{number:04}"
    delivery = DeliverMessage(
        event_id=f"e-{number}",
        event_type="SendingOrganizationAccredited",
        event_source=f"/registry/{matter}",
        event_subject=matter,
        event_sequence=number,
        data=event.model_dump(mode="json") if data is None else data,
    )
    command = AccreditSendingOrganization(organization=event.organization, permit=event.permit)
    signed = Evidence(
        f"M-{number}", "sha-256:0", f"receipt-{number}", rfc3339(NOW), "kg", content_digest(command)
    ).payload()
    attributes = {"correlationid": f"receipt-{number}", "evidence": sign(signed, PARTY_KEYS["kg"])} | envelope
    return Due(
        stream=f"delivery/{matter}",
        id=f"e-{number}",
        kind="deliver",
        addressee="national/jp",
        attempt=attempt,
        due=NOW,
        data=delivery.model_dump(mode="json"),
        message=message(actor="submitter:ministry@kg", **attributes),
    )


class Receiver:
    """A national system that keeps what it got and answers each member alike every time."""

    def __init__(self) -> None:
        self.groups: list[list[dict[str, Any]]] = []
        self.refuse: set[str] = set()
        self.numbers: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/messages"
        group = orjson.loads(request.content)["messages"]
        self.groups.append(group)
        return httpx.Response(200, json={"receipts": [self.receipt(member["delivery_id"]) for member in group]})

    def receipt(self, delivery_id: str) -> dict[str, Any]:
        number = self.numbers.setdefault(delivery_id, f"N-{len(self.numbers) + 1}")
        refused = delivery_id in self.refuse
        return {
            "delivery_id": delivery_id,
            "receipt_number": number,
            "status": "refused" if refused else "accepted",
            "reason": "記載不備" if refused else None,
            "received_at": "2026-01-15T18:00:01+09:00",
        }


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border(bridge=JP)) as border:
        yield border


def handler(border: Border, national: National) -> Delivery:
    client = httpx.AsyncClient(transport=httpx.MockTransport(national), base_url="http://national")
    return Delivery(
        JP, OverHttp(client), border.ledger, AGREEMENTS, public_keys, private_keys("jp"), border.spans, border.clock
    )


def reports(results: list[Result]) -> dict[str, RecordDelivery | None]:
    """By delivery id; None for what is to be tried again."""
    found: dict[str, RecordDelivery | None] = {}
    for result in results:
        assert result.command is None or isinstance(result.command, RecordDelivery)
        found[result.due.id] = result.command
    return found


async def test_a_receipt_is_told_when_its_copy_is_where_no_lost_database_can_take_it(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = asyncio.Event()
    monkeypatch.setattr(border.ledger, "in_kafka", there.wait)
    delivering = asyncio.create_task(handler(border, Receiver())([due(1)]))
    while not await border.entries():  # noqa: ASYNC110 - the ledger has no event for it
        await asyncio.sleep(0.01)
    assert not delivering.done()
    there.set()
    assert reports(await delivering).keys() == {"e-1"}


async def test_a_group_is_handed_over_at_once_with_a_receipt_for_each_member(border: Border) -> None:
    receiver = Receiver()
    told = reports(await handler(border, receiver)([due(1), due(2)]))
    ((first, second),) = receiver.groups
    assert (first["delivery_id"], first["type"], first["sequence"]) == ("e-1", "SendingOrganizationAccredited", 1)
    assert first["subject"] == "sending-organization/kg/01203202410001"
    assert first["document"]["文書種別"] == "送出機関認定通知"
    assert first["document"]["発信国文書番号"] == "M-1"
    assert first["traceparent"][3:35] == TRACEPARENT[3:35]
    assert second["delivery_id"] == "e-2"
    report = told["e-1"]
    assert report is not None
    assert report.delivered is not None
    assert report.delivered.receipt.receipt_number == "N-1"


async def test_the_receipt_is_signed_and_stands_in_the_ledger(border: Border) -> None:
    receiver = Receiver()
    told = reports(await handler(border, receiver)([due(1)]))["e-1"]
    (batch,) = await border.batches.page(0, 10)
    (entry,) = batch.entries
    assert (entry.direction, entry.message_id, entry.receipt.status) == ("out", "e-1", "delivered")
    assert (entry.receipt.receipt_id, entry.correlationid) == ("N-1", "receipt-1")
    assert json.loads(entry.original) == receiver.groups[0][0]["document"]
    assert told is not None
    assert told.delivered is not None
    keys = public_keys("jp")
    assert keys is not None
    assert verify_chain([batch], keys) == []
    assert evidence_of("jp", told.delivered.signature, keys) == Evidence(
        message_id="e-1",
        digest=digest(receiver.groups[0][0]["document"]),
        receipt_id="N-1",
        received_at="2026-01-15T09:00:01.000000Z",
        party="jp",
    )
    sender = public_keys("kg")
    assert sender is not None
    assert entry.evidence is not None
    assert evidence_of("kg", entry.evidence, sender).message_id == "M-1"


async def test_a_second_attempt_reports_what_the_ledger_has(border: Border) -> None:
    """Killed between ledger and report: what has its receipt is not handed over again, however long ago that was."""
    receiver = Receiver()
    deliver = handler(border, receiver)
    first = reports(await deliver([due(1)]))["e-1"]
    border.clock.move(timedelta(minutes=5))
    again = reports(await deliver([due(1, attempt=2)]))["e-1"]
    assert first is not None
    assert again is not None
    assert again.delivered == first.delivered
    assert len(await border.entries()) == 1
    assert [member["delivery_id"] for group in receiver.groups for member in group] == ["e-1"]


async def test_a_refusal_by_the_national_system_is_reported_with_its_reason(border: Border) -> None:
    receiver = Receiver()
    receiver.refuse = {"e-2"}
    told = reports(await handler(border, receiver)([due(1), due(2)]))
    refused = told["e-2"]
    assert refused is not None
    assert refused.problem is not None
    assert (refused.problem.slug, refused.problem.detail) == ("refused-by-national-system", "記載不備")
    delivered = told["e-1"]
    assert delivered is not None
    assert delivered.delivered is not None
    assert {entry.receipt.status for entry in await border.entries()} == {"delivered", "refused"}


async def test_what_the_guard_withholds_is_not_handed_over_and_its_content_not_kept(border: Border) -> None:
    receiver = Receiver()
    told = reports(await handler(border, receiver)([due(1, classification="protected"), due(2)]))
    assert [member["delivery_id"] for group in receiver.groups for member in group] == ["e-2"]
    withheld = told["e-1"]
    assert withheld is not None
    assert withheld.problem is not None
    assert withheld.problem.slug == "withheld"
    (entry,) = [entry for entry in await border.entries() if entry.message_id == "e-1"]
    assert (entry.receipt.status, entry.original) == ("withheld", b"")


async def test_where_all_is_withheld_the_national_system_is_not_asked(border: Border) -> None:
    receiver = Receiver()
    await handler(border, receiver)([due(1, evidence=None)])
    assert receiver.groups == []


def answering(status: int, **content: Any) -> National:
    return lambda _: httpx.Response(status, **content)


def failing(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("told to be slow")


GOOD = {"delivery_id": "e-1", "receipt_number": "N-1", "status": "accepted", "received_at": "2026-01-15T09:00:00Z"}


@pytest.mark.parametrize(
    "national",
    [
        failing,
        answering(500),
        answering(404, json={"receipts": [GOOD]}),
        answering(200, text="<html></html>"),
        answering(200, json=[]),
        answering(200, json={"receipts": 7}),
        answering(200, json={"receipts": []}),
        answering(200, json={"receipts": [GOOD | {"delivery_id": "e-9"}]}),
        answering(200, json={"receipts": [GOOD | {"received_at": "yesterday"}]}),
        answering(200, json={"receipts": [GOOD | {"received_at": "2026-01-15T09:00:00"}]}),
        answering(200, json={"receipts": [GOOD | {"status": "perhaps"}]}),
        answering(200, json={"receipts": [{name: GOOD[name] for name in ("delivery_id", "status")}]}),
    ],
)
async def test_an_answer_that_is_no_receipt_for_it_is_not_taken(border: Border, national: National) -> None:
    (result,) = await handler(border, national)([due(1)])
    assert (result.command, bool(result.detail)) == (None, True)
    assert await border.entries() == []


async def test_a_member_without_a_receipt_is_tried_again_and_the_others_are_done(border: Border) -> None:
    def drops_one(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"receipts": [GOOD]})

    told = reports(await handler(border, drops_one)([due(1), due(2)]))
    assert told["e-1"] is not None
    assert told["e-2"] is None


async def test_a_document_that_cannot_be_translated_holds_up_no_other(border: Border) -> None:
    told = reports(await handler(border, Receiver())([due(1, data={"organization": 7}), due(2)]))
    assert told["e-1"] is None
    assert told["e-2"] is not None


async def test_a_large_group_goes_in_several(border: Border, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bridge.handing_over.MAX_GROUP_BYTES", 2_000)
    receiver = Receiver()
    told = reports(await handler(border, receiver)([due(number) for number in range(1, 8)]))
    assert all(report is not None for report in told.values())
    assert len(receiver.groups) > 1
    sent = [member["delivery_id"] for group in receiver.groups for member in group]
    assert sent == [f"e-{number}" for number in range(1, 8)]


async def test_a_receipt_for_what_was_not_handed_over_yet_is_not_taken(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bridge.handing_over.MAX_GROUP_BYTES", 1)

    def answers_for_both_then_fails(request: httpx.Request) -> httpx.Response:
        (member,) = orjson.loads(request.content)["messages"]
        if member["delivery_id"] != "e-1":
            return httpx.Response(500)
        return httpx.Response(200, json={"receipts": [GOOD, GOOD | {"delivery_id": "e-2"}]})

    told = reports(await handler(border, answers_for_both_then_fails)([due(1), due(2)]))
    assert told["e-1"] is not None
    assert told["e-2"] is None


async def test_each_attempt_is_a_span_that_is_written_before_the_other_side_can_build_on_it(tmp_path: Path) -> None:
    async with running(Border(bridge=JP, spans=Spans("bridge-jp", tmp_path))) as border:
        seen: list[str] = []

        def looking(request: httpx.Request) -> httpx.Response:
            seen.append((tmp_path / "bridge-jp.jsonl").read_text())
            return Receiver()(request)

        await handler(border, looking)([due(1)])
    receiver_parent = [span["span_id"] for span in read_spans(seen[0].encode().splitlines())]
    spans = list(read_spans((tmp_path / "bridge-jp.jsonl").read_bytes().splitlines()))
    last = {span["span_id"]: span for span in spans}
    (deliver,) = [span for span in last.values() if span["name"] == "deliver SendingOrganizationAccredited"]
    assert deliver["span_id"] in receiver_parent
    assert (deliver["trace_id"], deliver["parent_id"]) == (TRACEPARENT[3:35], TRACEPARENT[36:52])
    assert (deliver["kind"], deliver["status"]) == ("client", "ok")
    assert deliver["attributes"]["kakehashi.outcome"] == "delivered"


async def test_nothing_is_reported_that_the_ledger_does_not_have() -> None:
    border = Border(bridge=JP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await handler(border, Receiver())([due(1)])
    await border.client.aclose()
