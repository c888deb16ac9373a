"""Editions and orders at Japan's border: handed in as published, sent on as what has changed, with a receipt."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.edition_workbook import workbook
from deploy.demo.editions import FIRST_DAY, MERGED, SECOND_DAY, both, following, japanese, japanese_rows, organizations
from services.bridge_jp.app import BRIDGE
from services.console.span_files import SpanFiles
from shared.clock import FixedClock
from shared.contracts.support_organization import RecordSupportOrganizationEdition
from shared.telemetry.spans import Spans
from tests.bridge_builders import Border, fixture, running

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
FIRST = organizations(120)
SECOND = following(FIRST)


@pytest.fixture
async def border() -> AsyncIterator[Border]:
    async with running(Border(bridge=BRIDGE, clock=FixedClock(NOW))) as border:
        yield border


async def hand_in(border: Border, body: bytes, media_type: str = XLSX) -> dict[str, Any]:
    """What the receipt says once everything is sent on."""
    answer = (await border.hand_in(body, media_type)).json()
    async with asyncio.timeout(60):
        while await border.standings.of_status("received", "open"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    receipt_id = answer.get("receipt", answer)["receipt_id"]
    receipt: dict[str, Any] = (await border.get(f"/v1/receipts/{receipt_id}")).json()
    return receipt


async def sent(border: Border) -> list[Any]:
    """The messages sent on so far."""
    entries = []
    after = 0
    while page := await border.batches.page(after, 100):
        entries += [entry for batch in page for entry in batch.entries]
        after = page[-1].number
    return [entry.command.restore() for entry in entries if entry.command]


async def test_an_edition_is_one_message_to_the_console_whatever_it_brings(tmp_path: Path) -> None:
    """Of the spans that an edition leaves behind: one is the edition's, and one of each of its commands."""
    spans = Spans("bridge-jp", tmp_path)
    async with running(Border(bridge=BRIDGE, clock=FixedClock(NOW), spans=spans)) as border:
        receipt = await hand_in(border, japanese(FIRST, FIRST_DAY))
        spans.flush()
        latest = await SpanFiles(tmp_path, ["bridge-jp", "bridge-kg"]).latest("bridge-jp", 500)
    assert [message.receipt_id for message, _ in latest] == [receipt["receipt_id"]]


async def test_the_first_edition_goes_on_whole_and_the_next_by_what_has_changed(border: Border) -> None:
    receipt = await hand_in(border, japanese(FIRST, FIRST_DAY))
    assert receipt["items"][0]["edition"]["day"] == FIRST_DAY.isoformat()
    first = await sent(border)
    assert Counter(one.type for one in first) == {
        "RegisterSupportOrganization": 120,
        "RecordSupportOrganizationEdition": 1,
    }
    await hand_in(border, japanese(SECOND.organizations, SECOND_DAY))
    second = (await sent(border))[len(first) :]
    assert Counter(one.type for one in second) == {
        "RegisterSupportOrganization": len(SECOND.registered),
        "AmendSupportOrganization": len(SECOND.amended),
        "SuspendSupportOrganization": len(SECOND.suspended),
        "ResumeSupportOrganization": len(SECOND.resumed),
        "RecordSupportOrganizationEdition": 1,
    }
    end = RecordSupportOrganizationEdition.model_validate_json(second[-1].data)
    assert end.edition_date == SECOND_DAY
    assert end.registration_numbers == tuple(sorted(one.number for one in SECOND.organizations))
    assert end.complete
    assert {(one.addressee, one.agreement, one.originator) for one in [*first, *second]} == {("kg", "jp-kg", "jp")}


async def test_the_digest_is_the_same_whether_the_bridge_remembers_or_not(border: Border) -> None:
    await hand_in(border, japanese(FIRST, FIRST_DAY))
    await hand_in(border, japanese(SECOND.organizations, SECOND_DAY))
    async with running(Border(bridge=BRIDGE, clock=FixedClock(NOW))) as forgetful:
        await hand_in(forgetful, japanese(SECOND.organizations, SECOND_DAY))
        ends = [
            RecordSupportOrganizationEdition.model_validate_json((await sent(one))[-1].data)
            for one in (border, forgetful)
        ]
    assert ends[0] == ends[1]


async def test_the_same_edition_again_sends_nothing(border: Border) -> None:
    edition = japanese(FIRST, FIRST_DAY)
    first = await hand_in(border, edition)
    before = len(await sent(border))
    again = await hand_in(border, edition)
    assert again["receipt_id"] == first["receipt_id"]
    assert len(await sent(border)) == before


async def test_a_row_that_cannot_be_read_leaves_its_organization_and_is_told(border: Border) -> None:
    await hand_in(border, japanese(FIRST, FIRST_DAY))
    before = len(await sent(border))
    rows = list(japanese_rows(FIRST, "２０２６年８月３日現在"))
    place = next(place for place, row in enumerate(rows) if row[0] == FIRST[50].number)
    rows[place][1] = "来年"
    receipt = await hand_in(border, workbook("登録簿", rows, MERGED))
    assert receipt["status"] == "accepted"
    (found,) = receipt["items"][0]["problems"]
    assert (found["slug"], found["row"], found["pointer"]) == ("wrong-form", place + 1, "/B")
    (end,) = (await sent(border))[before:]
    assert FIRST[50].number in RecordSupportOrganizationEdition.model_validate_json(end.data).registration_numbers


async def test_an_edition_that_lost_a_fifth_of_its_rows_waits_for_an_operator(border: Border) -> None:
    await hand_in(border, japanese(FIRST, FIRST_DAY))
    before = len(await sent(border))
    receipt = await hand_in(border, japanese(FIRST[:96], SECOND_DAY))
    assert receipt["status"] == "held"
    assert len(await sent(border)) == before


async def test_both_editions_in_one_archive_give_names_in_both_languages(border: Border) -> None:
    await hand_in(border, both(FIRST[:3], FIRST_DAY), "application/zip")
    names = [one.data.decode() for one in (await sent(border))[:3]]
    assert all(shown.name_english in text for shown, text in zip(FIRST, names, strict=False))


async def test_an_edition_without_the_english_one_leaves_english_names_as_they_are(border: Border) -> None:
    await hand_in(border, both(FIRST, FIRST_DAY), "application/zip")
    first = await sent(border)
    await hand_in(border, japanese(SECOND.organizations, SECOND_DAY))
    second = (await sent(border))[len(first) :]
    changed = {*SECOND.registered, *SECOND.amended, *SECOND.suspended, *SECOND.resumed}
    assert {one.subject.rpartition("/")[2] for one in second[:-1]} == changed
    digests = [RecordSupportOrganizationEdition.model_validate_json(one.data).digest for one in (first[-1], second[-1])]
    # The same organizations in an archive of both: those that changed get their English names back, and nobody else.
    await hand_in(border, both(SECOND.organizations, SECOND_DAY), "application/zip")
    third = (await sent(border))[len(first) + len(second) :]
    assert {one.subject.rpartition("/")[2] for one in third[:-1]} == changed
    assert all('"en"' in one.data.decode() for one in third[:-1])
    digests.append(RecordSupportOrganizationEdition.model_validate_json(third[-1].data).digest)
    assert len(set(digests)) == 3
    # And then again the Japanese workbook alone: it says nothing new.
    await hand_in(border, japanese(SECOND.organizations[::-1], SECOND_DAY))
    assert len(await sent(border)) == len(first) + len(second) + len(third)


async def test_an_edition_in_another_layout_is_rejected_and_says_where(border: Border) -> None:
    rows = list(japanese_rows(FIRST[:3], "２０２６年８月３日現在"))
    rows[2][13] = "電子メール"
    receipt = await hand_in(border, workbook("登録簿", rows, MERGED))
    assert receipt["status"] == "rejected"
    (found,) = receipt["items"][0]["problems"]
    assert found["slug"] == "wrong-layout"
    assert "column N" in found["detail"]
    assert await sent(border) == []


async def test_a_longer_remark_on_one_who_is_suspended_is_an_amendment(border: Border) -> None:
    await hand_in(border, japanese(FIRST, FIRST_DAY))
    before = len(await sent(border))
    suspended = next(one for one in FIRST if one.remarks)
    longer = [replace(one, remarks=f"{one.remarks}（再提出）") if one is suspended else one for one in FIRST]
    await hand_in(border, japanese(longer, SECOND_DAY))
    assert [one.type for one in (await sent(border))[before:]] == [
        "AmendSupportOrganization",
        "RecordSupportOrganizationEdition",
    ]


async def test_an_order_goes_on_and_a_wrong_number_comes_back(border: Border) -> None:
    order = fixture("jp", "改善命令")
    assert (await border.hand_in(order)).status_code == 202
    assert [(one.type, one.subject) for one in await sent(border)] == [
        ("IssueImprovementOrder", "improvement-order/jp/入管庁在改 第12号")
    ]
    wrong = order | {"文書番号": "ISA-2026/0413", "対象機関": order["対象機関"] | {"法人番号": "8000012050002"}}
    answer = (await border.hand_in(wrong)).json()
    assert "wrong-check-digit" in str(answer)
    assert len(await sent(border)) == 1
