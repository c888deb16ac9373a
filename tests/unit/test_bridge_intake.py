"""Every bad input is answered with a problem that says where and what to do, and nothing is half applied (issue §7)."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.bridge_jp.app import BRIDGE as JP
from shared.agreements import Agreements
from shared.bridge.api import LINGER_BYTES
from shared.bridge.batches import MemoryBatches
from shared.bridge.entries import Batch, verify_chain
from shared.bridge.model import Fate
from shared.bridge.reading import MAX_BODY_BYTES
from shared.contracts.delivery import Publication
from shared.errors import SLUGS, problem
from shared.telemetry.spans import Spans, read_spans
from tests.bridge_builders import (
    TRACEPARENT,
    Border,
    accreditation,
    agreement,
    fixture,
    public_keys,
    revocation,
    running,
)


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border()) as border:
        yield border


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer, which says where it is explained and what to do."""
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"] == f"/problems/{found['slug']}"
    assert found["status"] == answer.status_code
    assert found["title"] == SLUGS[found["slug"]].title
    assert found["detail"]
    assert found["action"]
    return found


async def nothing_happened(border: Border) -> bool:
    await border.ledger.publish_oldest()
    return not await border.entries() and not border.sender.sent


# -- good ones ----------------------------------------------------------------------------------------------------


async def test_a_message_is_recorded_signed_and_sent_on(border: Border) -> None:
    answer = await border.hand_in(accreditation(), traceparent=TRACEPARENT)
    assert answer.status_code == 202
    receipt = answer.json()
    assert (receipt["status"], receipt["messages"], receipt["problems"]) == ("accepted", 1, [])
    assert receipt["counts"] == {"accepted": 1, "duplicates": 0, "held": 0, "rejected": 0}
    assert receipt["actor"] == "submitter:ministry@kg"
    (item,) = receipt["items"]
    assert (item["receipt_id"], item["outcome"]) == (receipt["receipt_id"], "pending")
    assert answer.headers["location"] == f"/v1/receipts/{receipt['receipt_id']}"

    assert await border.ledger.publish_oldest() == 1
    (record,), (headers,) = border.sender.sent, border.sender.headers()
    assert (record.topic, record.key) == ("registry.commands.v1", b"sending-organization/kg/01410199810177")
    assert headers["ce_type"] == "AccreditSendingOrganization"
    assert headers["ce_source"] == "/bridge-kg/ledger"
    assert headers["ce_sequence"] == "1000"
    assert headers["ce_id"] == headers["ce_correlationid"] == receipt["receipt_id"]
    assert (headers["ce_agreement"], headers["ce_originator"], headers["ce_addressee"]) == ("jp-kg", "kg", "jp")
    assert headers["ce_actor"] == "submitter:ministry@kg"
    assert headers["ce_evidence"] == receipt["signature"]
    assert headers["traceparent"] == item["traceparent"]
    assert headers["traceparent"][3:35] == TRACEPARENT[3:35]
    assert headers["traceparent"] != TRACEPARENT


async def test_the_original_is_kept_byte_for_byte(border: Border) -> None:
    body = json.dumps(accreditation("A/1"), indent=3, ensure_ascii=False)
    await border.hand_in(body)
    answer = await border.get("/v1/messages/A/1/original")
    assert answer.content == body.encode()
    assert answer.headers["content-type"] == "application/json"


async def test_an_unknown_field_is_kept_out_and_told(border: Border) -> None:
    answer = await border.hand_in(accreditation(rating="AAA"))
    assert answer.status_code == 202
    (found,) = answer.json()["problems"]
    assert (found["slug"], found["severity"], found["pointer"]) == ("unknown-field", "warning", "/rating")
    await border.ledger.publish_oldest()
    assert b"AAA" not in (border.sender.sent[0].value or b"")


async def test_a_table_is_taken_row_by_row(border: Border) -> None:
    table = (
        "message_id,message_type,tin,permit.country,permit.number,revocation.effective_from,revocation.ground_ol\r\n"
        "R-1,revocation,01410199810177,JP,7/26,01.09.2026,Нарушение\r\n"
        "R-2,revocation,0141019981017,JP,8/26,01.09.2026,Нарушение\r\n"
        "R-3,revocation,02401199810064,JP,9/26,31.02.2026,Нарушение\r\n"
    )
    answer = await border.hand_in(table, "text/csv")
    assert answer.status_code == 202
    receipt = answer.json()
    assert (receipt["status"], receipt["counts"]["accepted"], receipt["counts"]["rejected"]) == ("accepted", 1, 2)
    assert [(found["slug"], found["row"], found["pointer"]) for found in receipt["problems"]] == [
        ("wrong-form", 3, "/tin"),
        ("no-such-date", 4, "/revocation/effective_from"),
    ]
    original = await border.get("/v1/messages/R-2/original")
    assert original.text.splitlines() == [table.splitlines()[0], table.splitlines()[2]]


async def test_a_list_has_a_receipt_of_its_own(border: Border) -> None:
    given = await border.hand_in([accreditation("A-1"), accreditation("A-2", tin="1")])
    again = await border.get(f"/v1/receipts/{given.json()['receipt_id']}")
    assert [(item["message_id"], item["status"]) for item in again.json()["items"]] == [
        ("A-1", "accepted"),
        ("A-2", "rejected"),
    ]
    assert again.json()["problems"][0]["pointer"] == "/1/tin"


async def test_the_accept_span_is_written_before_the_ledger(tmp_path: Path) -> None:
    """Whoever builds on a recorded message finds its span, wherever this process is killed."""

    class Looking(MemoryBatches):
        async def insert(self, batch: Batch) -> bool:
            (span,) = read_spans((tmp_path / "bridge-kg.jsonl").read_bytes().splitlines())
            assert span["span_id"] in (batch.entries[0].traceparent or "")
            assert (span["name"], span["kind"], span["parent_id"]) == ("accept accreditation", "server", "b" * 16)
            assert span["remote_parent"]
            return await super().insert(batch)

    async with running(Border(batches=Looking(), spans=Spans("bridge-kg", tmp_path))) as border:
        assert (await border.hand_in(accreditation(), traceparent=TRACEPARENT)).status_code == 202


# -- repetitions --------------------------------------------------------------------------------------------------


async def test_a_repetition_gets_the_original_receipt(border: Border) -> None:
    first = (await border.hand_in(accreditation())).json()
    border.clock.move(timedelta(days=400))
    reordered = dict(reversed(accreditation().items()))
    again = await border.hand_in(json.dumps(reordered, indent=4))
    assert again.status_code == 200
    repeated = again.json()
    assert repeated["status"] == "duplicate"
    for name in ("receipt_id", "digest", "signature", "received_at"):
        assert repeated[name] == first[name]
    assert repeated["items"][0]["traceparent"] == first["items"][0]["traceparent"]
    assert len(await border.entries()) == 1


async def test_a_repetition_of_a_rejected_message_is_rejected_with_the_same_receipt(border: Border) -> None:
    first = problem_of(await border.hand_in(accreditation(tin="1")))
    again = problem_of(await border.hand_in(accreditation(tin="1")))
    assert again["receipt_id"] == first["receipt_id"]
    assert again["slug"] == first["slug"] == "wrong-form"
    assert again["receipt"]["status"] == "duplicate"
    assert again["receipt"]["items"][0]["original_status"] == "rejected"


async def test_a_repetition_is_known_before_anything_else_is_asked_of_it() -> None:
    """Also after the agreement has ended, when the same message would be refused."""
    in_force, ends = ("in-force", date(2023, 7, 6)), ("ended", date(2026, 6, 1))
    async with running(Border(agreements=Agreements([agreement(in_force, ends)]))) as border:
        first = (await border.hand_in(accreditation("A-1"))).json()
        border.clock.move(timedelta(days=365))
        assert (await border.hand_in(accreditation("A-1"))).json()["receipt_id"] == first["receipt_id"]
        found = problem_of(await border.hand_in(accreditation("A-2")))
    assert (found["slug"], found["pointer"]) == ("not-in-force", "/permit/country")
    assert (found["clause"], found["state"]) == ("M10a", "ended")


async def test_a_case_that_is_open_can_be_closed_after_the_end() -> None:
    """M10a: nothing new is shared, and what was asked before is still answered."""
    in_force, ends = ("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 1))
    async with running(Border(agreements=Agreements([agreement(in_force, ends)]))) as border:
        assert (await border.hand_in(fixture("kg", "inquiry-answer"))).status_code == 202
        assert (await border.hand_in(fixture("kg", "cooperation-completion"))).status_code == 202
        for kind in ("inquiry", "misconduct-report-correction", "cooperation-request"):
            assert (
                problem_of(await border.hand_in(fixture("kg", kind) | {"message_id": kind}))["slug"] == "not-in-force"
            )


async def test_m3b_consents_go_on_after_the_end() -> None:
    """What was received in its time stays secret, so a consent is still asked for, answered and used."""
    ended = agreement(("in-force", date(2023, 7, 6)), ("ended", date(2026, 1, 1)))
    kinds = ("consent-request", "consent", "consent-refusal", "consent-withdrawal", "disclosure")
    async with running(Border(agreements=Agreements([ended]))) as border:
        await border.consented()
        for kind in kinds:
            answer = await border.hand_in(fixture("kg", kind) | {"message_id": kind})
            assert answer.status_code == 202, answer.text


async def test_before_it_is_in_force_nothing_passes_at_all() -> None:
    async with running(Border(agreements=Agreements([agreement(("in-force", date(2099, 1, 1)))]))) as border:
        found = problem_of(await border.hand_in(fixture("kg", "inquiry-answer")))
    assert (found["slug"], found["clause"], found["state"]) == ("not-in-force", "M10a", "not-yet-in-force")


async def test_a_used_id_with_another_content_is_a_conflict_with_both_digests(border: Border) -> None:
    first = (await border.hand_in(accreditation())).json()
    answer = await border.hand_in(accreditation(house="115"))
    assert answer.status_code == 409
    found = problem_of(answer)
    assert (found["slug"], found["pointer"]) == ("used-id", "/message_id")
    assert found["digests"]["recorded"] == first["digest"]
    assert found["digests"]["received"] not in (first["digest"], "")
    assert len(await border.entries()) == 1


async def test_of_two_messages_of_one_id_in_a_list_the_first_is_taken(border: Border) -> None:
    answer = await border.hand_in([accreditation("A"), accreditation("A"), accreditation("A", house="115")])
    receipt = answer.json()
    assert [item["status"] for item in receipt["items"]] == ["accepted", "duplicate", "rejected"]
    assert receipt["problems"][0]["slug"] == "used-id"
    assert receipt["problems"][0]["pointer"] == "/2/message_id"
    assert receipt["counts"] == {"accepted": 1, "duplicates": 1, "held": 0, "rejected": 1}


async def test_a_list_handed_in_twice_has_one_receipt(border: Border) -> None:
    sent = [accreditation("A-1"), accreditation("A-2", tin="1")]
    first, again = await border.hand_in(sent), await border.hand_in(sent)
    assert again.json()["receipt_id"] == first.json()["receipt_id"]
    assert again.json()["status"] == "duplicate"
    assert again.json()["counts"]["duplicates"] == 2


# -- bad ones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        ({"full_name_ol": None}, "missing-field", "/full_name_ol"),
        ({"stat_sub_code": "31824167"}, "wrong-check-digit", "/stat_sub_code"),
        ({"tin": "1410199810177"}, "wrong-form", "/tin"),
        ({"tin": "001410199810177"}, "wrong-form", "/tin"),
        ({"permit": {"valid_from": "31.02.2026"}}, "no-such-date", "/permit/valid_from"),
        ({"permit": {"country": "KR"}}, "no-agreement", "/permit/country"),
        ({"message_type": "accredit"}, "unknown-type", "/message_type"),
        ({"message_type": None}, "missing-field", "/message_type"),
        ({"message_type": ["accreditation"]}, "unknown-type", "/message_type"),
        ({"message_type": {"is": "accreditation"}}, "unknown-type", "/message_type"),
    ],
)
async def test_a_message_with_an_error_is_rejected_with_a_receipt(
    border: Border, changes: dict[str, Any], slug: str, pointer: str
) -> None:
    answer = await border.hand_in(accreditation(**changes))
    assert answer.status_code == 422
    found = problem_of(answer)
    assert (found["slug"], found["pointer"]) == (slug, pointer)
    assert found["receipt"]["status"] == "rejected"
    await border.ledger.publish_oldest()
    assert border.sender.sent == []
    recorded = await border.get(f"/v1/receipts/{found['receipt_id']}")
    assert recorded.json()["problems"][0]["slug"] == slug


@pytest.mark.parametrize("message_id", [None, "", 7, "а" * 3, "x" * 129, "a b", "\n"])
async def test_a_message_without_a_readable_id_has_no_identity(border: Border, message_id: object) -> None:
    document = accreditation() | {"message_id": message_id}
    found = problem_of(await border.hand_in(document))
    assert found["slug"] in ("missing-field", "wrong-form")
    assert found["pointer"] == "/message_id"
    assert found["receipt_id"] is None
    assert await nothing_happened(border)


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (json.dumps([accreditation()]).encode()[:-20], "not-json"),
        (b'{"full_name_ol": "' + "Голден".encode("cp1251") + b'"}', "not-utf-8"),
        (b"[" * 100_000, "too-deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too-deep"),
        (b"", "not-json"),
        (b"[]", "no-messages"),
        (b"7", "wrong-form"),
    ],
    ids=["truncated", "cp1251", "brackets", "nested", "empty", "empty list", "number"],
)
async def test_a_body_that_cannot_be_read_leaves_nothing_behind(border: Border, body: bytes, slug: str) -> None:
    assert problem_of(await border.hand_in(body))["slug"] == slug
    assert await nothing_happened(border)


async def test_a_list_that_ends_in_the_middle_is_not_taken_in_part(border: Border) -> None:
    body = json.dumps([accreditation("A-1"), accreditation("A-2")])
    found = problem_of(await border.hand_in(body[:-30]))
    assert found["slug"] == "not-json"
    assert "byte" in found["detail"]
    assert await nothing_happened(border)


async def test_another_media_type_is_refused(border: Border) -> None:
    assert problem_of(await border.hand_in(b"<a/>", "application/xml"))["slug"] == "unsupported-media-type"


MEGABYTE = 1_000_000


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_50_mb_is_refused(border: Border, announced: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * MEGABYTE

    headers = {"content-length": str(50 * MEGABYTE)} if announced else {}
    answer = await border.hand_in(chunks(), **headers)
    assert answer.status_code == 413
    assert problem_of(answer)["slug"] == "too-large"
    assert answer.headers["connection"] == "close"
    assert await nothing_happened(border)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_without_end_is_neither_kept_nor_read_to_its_end(border: Border, announced: bool) -> None:
    given = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1_000):
            given += 1
            yield b"x" * MEGABYTE

    headers = {"content-length": str(1_000 * MEGABYTE)} if announced else {}
    tracemalloc.start()
    try:
        answer = await border.hand_in(chunks(), **headers)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert problem_of(answer)["slug"] == "too-large"
    assert given * MEGABYTE <= MAX_BODY_BYTES + LINGER_BYTES + 2 * MEGABYTE
    assert most < 3 * MAX_BODY_BYTES


async def test_a_revocation_of_one_never_accredited_is_answered_with_the_refusal(border: Border) -> None:
    first = (await border.hand_in(revocation())).json()
    refused = problem("not-accredited", "No accreditation of it was ever recorded.", clause="M7.4")
    border.fates.known[first["receipt_id"]] = Fate(events=("e",), refused=refused)
    answer = await border.hand_in(revocation(), prefer="respond-async, wait=5")
    assert answer.status_code == 409
    found = problem_of(answer)
    assert (found["slug"], found["clause"]) == ("not-accredited", "M7.4")
    assert found["receipt_id"] == first["receipt_id"]


async def test_waiting_ends_when_the_time_is_over(border: Border) -> None:
    answer = await border.hand_in(accreditation(), prefer="wait=0.2")
    assert (answer.status_code, answer.json()["items"][0]["outcome"]) == (202, "pending")
    assert answer.headers["preference-applied"] == "wait=0.2"


async def test_a_receipt_tells_what_has_become_of_the_message(border: Border) -> None:
    receipt_id = (await border.hand_in(accreditation())).json()["receipt_id"]
    public = Publication(country="jp", at=border.clock.now(), url="https://register.example/jp/1")
    border.fates.known[receipt_id] = Fate(events=("e",), applied="X", published={"jp": public})
    (item,) = (await border.get(f"/v1/receipts/{receipt_id}")).json()["items"]
    assert item["outcome"] == "applied"
    assert item["published"]["jp"]["url"] == "https://register.example/jp/1"


# -- who is asking ------------------------------------------------------------------------------------------------


async def test_nobody_is_heard_without_a_token(border: Border) -> None:
    answer = await border.hand_in(accreditation(), token=None)
    assert (answer.status_code, problem_of(answer)["slug"]) == (401, "no-token")
    assert await nothing_happened(border)


async def test_a_token_of_the_other_country_is_refused(border: Border) -> None:
    answer = await border.hand_in(accreditation(), token=border.token(party="jp"))
    assert (answer.status_code, problem_of(answer)["slug"]) == (403, "wrong-party")
    assert await nothing_happened(border)


async def test_an_expired_token_is_refused(border: Border) -> None:
    token = border.token(lifetime=timedelta(minutes=5))
    border.clock.move(timedelta(minutes=6))
    answer = await border.hand_in(accreditation(), token=token)
    assert (answer.status_code, problem_of(answer)["slug"]) == (401, "expired-token")


@pytest.mark.parametrize("role", ["operator", "service"])
async def test_only_a_submitter_hands_in(border: Border, role: Any) -> None:
    answer = await border.hand_in(accreditation(), token=border.token(role=role))
    assert (answer.status_code, problem_of(answer)["slug"]) == (403, "wrong-role")


@pytest.mark.parametrize("path", ["/v1/receipts/x", "/v1/messages/x/original", "/v1/ledger"])
async def test_evidence_is_for_its_own_country(border: Border, path: str) -> None:
    answer = await border.get(path, border.token(party="jp"))
    assert problem_of(answer)["slug"] == "wrong-party"


@pytest.mark.parametrize("path", ["/v1/receipts/x", "/v1/messages/x/original"])
async def test_what_was_never_given_is_not_found(border: Border, path: str) -> None:
    assert problem_of(await border.get(path))["slug"] == "not-found"


async def test_a_country_that_hands_in_nothing_yet_says_so() -> None:
    async with running(Border(bridge=JP)) as border:
        found = problem_of(await border.hand_in({"文書番号": "J-1", "文書種別": "改善命令通知"}))
    assert (found["slug"], found["pointer"]) == ("unknown-type", "/文書種別")


# -- the ledger, from outside -------------------------------------------------------------------------------------


async def test_the_ledger_is_verified_offline_from_its_pages(border: Border) -> None:
    for number in range(5):
        await border.hand_in([accreditation(f"A-{number}"), accreditation(f"B-{number}", tin="1")])
    pages, after = [], 0
    while after is not None:
        page = (await border.get(f"/v1/ledger?after={after}&limit=2")).json()
        pages += page["batches"]
        after = page["next"]
    batches = [Batch.model_validate_json(json.dumps(page)) for page in pages]
    keys = public_keys("kg")
    assert keys is not None
    assert len(batches) == 5
    assert verify_chain(batches, keys) == []
