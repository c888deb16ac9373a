"""A register that comes in editions: what changed is sent once, in order, whatever crashes; what looks wrong waits."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.agreements import Agreements
from shared.bridge.comparing import MAX_PROBLEMS, Scan, scan
from shared.bridge.entries import verify_chain
from shared.bridge.evidence import content_digest, evidence_of
from shared.bridge.ledger import MAX_ENTRIES
from shared.bridge.memory import Known, Told
from shared.bridge.snapshot import Edition, Row, Unreadable
from shared.bridge.unpacking import check_zip
from shared.clock import FixedClock
from shared.contracts.publication import entry_of
from shared.contracts.support_organization import (
    RecordSupportOrganizationEdition,
    RegisterSupportOrganization,
)
from shared.errors import ProblemError, problem
from shared.merkle import Tree, told
from shared.store.base import StoreUnavailable
from tests.bridge_builders import AGREEMENTS, Border, public_keys, running
from tests.contract.bridge.fake_country import FAKE, FAKE_AGREEMENTS, REGISTER, REGISTER_TYPE, read_register

Stores = dict[str, Any]


def edition(day: str, *rows: str) -> bytes:
    return "\n".join([f"edition {day}", *rows, ""]).encode()


def organizations(count: int, first: int = 1) -> list[str]:
    return [f"A-{number:05}|Organization {number}|" for number in range(first, first + count)]


AUGUST = edition("2026-08-03", "A-1|One|", "A-2|Two|", "A-3|Three|suspended")


def fake(**changes: Any) -> Border:
    """The fake country's, some weeks after the editions here."""
    usual: dict[str, Any] = {
        "bridge": FAKE,
        "agreements": FAKE_AGREEMENTS,
        "clock": FixedClock(datetime(2026, 9, 1, 9, 0, tzinfo=UTC)),
    }
    return Border(**usual | changes)


@pytest.fixture
async def border(stores: Stores) -> AsyncIterator[Border]:
    async with running(fake(**stores)) as border:
        yield border


async def hand_in(border: Border, body: bytes, *, to_the_end: bool = True) -> dict[str, Any]:
    """The receipt, and in it where the edition stands once it is sent."""
    answer = await border.hand_in(body, REGISTER_TYPE)
    told = answer.json()
    receipt: dict[str, Any] = told.get("receipt", told) | {"http": answer.status_code, "slug": told.get("slug")}
    if to_the_end:
        await settled(border)
        later = (await border.get(f"/v1/receipts/{receipt['receipt_id']}")).json()
        receipt["items"][0]["edition"] = later["items"][0]["edition"]
    return receipt


async def settled(border: Border) -> None:
    """Until nothing that was let in is left to be sent."""
    async with asyncio.timeout(60):
        while await border.standings.of_status("received", "open"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def all_entries(border: Border) -> list[Any]:
    found: list[Any] = []
    after = 0
    while page := await border.batches.page(after, 100):
        found += [entry for batch in page for entry in batch.entries]
        after = page[-1].number
    return found


async def commands(border: Border, since: int = 0) -> list[tuple[str, str]]:
    """Type and subject of what was sent on, in order."""
    messages = [entry.command.restore() for entry in (await all_entries(border))[since:] if entry.command]
    return [(message.type, message.subject.rpartition("/")[2]) for message in messages]


# -- what is sent -------------------------------------------------------------------------------------------------


async def test_a_first_edition_registers_everyone_and_ends_with_the_whole(border: Border) -> None:
    receipt = await hand_in(border, AUGUST)
    assert (receipt["http"], receipt["status"]) == (202, "accepted")
    assert receipt["items"][0]["edition"] == {
        "register": "support-organizations",
        "day": "2026-08-03",
        "standing": "done",
        "rows": 3,
        "unreadable": 0,
        "counts": {"xb": {"known": 0, "new": 3, "changed": 0, "removed": 0, "missing": 0}},
        "decision": None,
    }
    assert await commands(border) == [
        ("RegisterSupportOrganization", "A-1"),
        ("RegisterSupportOrganization", "A-2"),
        ("RegisterSupportOrganization", "A-3"),
        ("RecordSupportOrganizationEdition", "xa"),
    ]


async def test_a_later_edition_sends_what_changed_and_nothing_else(border: Border) -> None:
    await hand_in(border, edition("2026-08-03", *organizations(30), "A-2|Two|", "A-3|Three|suspended", "A-4|Four|"))
    before = len(await all_entries(border))
    receipt = await hand_in(
        border, edition("2026-08-10", *organizations(29), "A-2|Two!|", "A-3|Three|", "A-4|Four|suspended", "A-5|Five|")
    )
    assert receipt["items"][0]["edition"]["counts"] == {
        "xb": {"known": 33, "new": 1, "changed": 3, "removed": 1, "missing": 1}
    }
    assert await commands(border, since=before) == [
        ("AmendSupportOrganization", "A-2"),
        ("ResumeSupportOrganization", "A-3"),
        ("SuspendSupportOrganization", "A-4"),
        ("RegisterSupportOrganization", "A-5"),
        ("RemoveSupportOrganization", "A-00030"),
        ("RecordSupportOrganizationEdition", "xa"),
    ]


async def test_one_that_comes_back_is_registered_anew(border: Border) -> None:
    rows = organizations(20)
    await hand_in(border, edition("2026-08-01", *rows))
    await hand_in(border, edition("2026-08-02", *rows[1:]))
    before = len(await all_entries(border))
    await hand_in(border, edition("2026-08-03", *rows))
    assert (await commands(border, since=before))[0] == ("RegisterSupportOrganization", "A-00001")


async def test_the_digest_of_what_a_partner_was_sent_can_be_asked_for(border: Border, tmp_path: Path) -> None:
    later = edition("2026-08-10", *organizations(40), "A-2|Two!|", "A-3|Three|suspended")
    for body in (edition("2026-08-03", *organizations(41), "A-2|Two|", "A-3|Three|"), later):
        await hand_in(border, body)
    (tmp_path / "later").write_bytes(later)
    rows = [row for row in read_register(tmp_path / "later").rows if isinstance(row, Row)]
    expected = Tree({entry_of("xa", row.subject): content_digest(row.parts["organization"]) for row in rows})
    url, token = "/v1/registers/support-organizations.digest", border.token("operator")
    assert (await border.get(f"{url}?partner=xb", token)).json() == told(expected, [""]).model_dump()
    deeper = (await border.get(f"{url}?partner=xb&under=a&under=ffff", token)).json()
    assert deeper["subtrees"] == [expected.subtree(under).model_dump() for under in ("a", "ffff")]
    nobody = await border.get(f"{url}?partner=zz", token)
    assert (nobody.json()["entries"], nobody.json()["digest"]) == (0, Tree().digest)


@pytest.mark.parametrize(
    ("query", "role", "status"),
    [
        ("support-organizations.digest?partner=xb", "submitter", 403),
        ("support-organizations.digest?partner=xb&under=xyz", "operator", 400),
        ("support-organizations.digest", "operator", 400),
        ("friends.digest?partner=xb", "operator", 404),
    ],
)
async def test_a_digest_that_cannot_be_told_is_a_problem(border: Border, query: str, role: Any, status: int) -> None:
    answer = await border.get(f"/v1/registers/{query}", border.token(role))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_each_command_goes_to_the_partner_under_the_agreement_signed_with_its_content(border: Border) -> None:
    receipt = await hand_in(border, AUGUST)
    keys = public_keys("xa")
    assert keys is not None
    for entry in (await all_entries(border))[1:]:
        message = entry.command.restore()
        assert (message.agreement, message.originator, message.addressee) == ("xa-xb", "xa", "xb")
        assert message.correlationid == entry.receipt.receipt_id
        assert entry.submission == receipt["receipt_id"]
        contract: Any = (
            RecordSupportOrganizationEdition if message.type.startswith("Record") else RegisterSupportOrganization
        )
        signed = evidence_of("xa", message.evidence or "", keys)
        assert signed.content == content_digest(contract.model_validate_json(message.data))
    assert verify_chain(await border.batches.page(0, 100), keys) == []


async def test_changes_go_in_order_in_batches_of_the_ledger_and_never_in_one_outbox(border: Border) -> None:
    await hand_in(border, edition("2026-08-03", *organizations(1_200)))
    batches = await border.batches.page(0, 100)
    assert max(len(batch.entries) for batch in batches) <= MAX_ENTRIES
    assert len(batches) >= 4
    subjects = [subject for kind, subject in await commands(border) if kind.startswith("Register")]
    assert subjects == sorted(subjects)
    assert len(subjects) == 1_200


async def test_a_bridge_that_lost_its_memory_sends_all_and_ends_with_the_same_whole(border: Border) -> None:
    rows = organizations(20)
    await hand_in(border, edition("2026-08-03", *rows))
    await hand_in(border, edition("2026-08-10", *rows[1:], "A-x|New|"))
    forgetful = fake()
    async with running(forgetful):
        await hand_in(forgetful, edition("2026-08-10", *rows[1:], "A-x|New|"))
        assert len(await commands(forgetful)) == 21
        ends = [(await all_entries(one))[-1].command.data for one in (border, forgetful)]
    assert ends[0] == ends[1]


# -- the same, and older ------------------------------------------------------------------------------------------


async def test_the_same_file_again_gets_the_original_receipt(border: Border) -> None:
    first = await hand_in(border, AUGUST)
    count = len(await all_entries(border))
    again = await hand_in(border, AUGUST)
    assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])
    assert again["items"][0]["original_status"] == "accepted"
    assert len(await all_entries(border)) == count


async def test_another_file_that_shows_the_same_edition_is_the_same(border: Border) -> None:
    first = await hand_in(border, AUGUST)
    saved_again = edition("2026-08-03", "A-3|Three|suspended", "A-2|Two|", "A-1|One|")
    again = await hand_in(border, saved_again)
    assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])


async def test_a_correction_of_the_same_day_is_taken(border: Border) -> None:
    await hand_in(border, AUGUST)
    receipt = await hand_in(border, AUGUST.replace(b"Two", b"Too"))
    assert receipt["status"] == "accepted"
    assert ("AmendSupportOrganization", "A-2") in await commands(border)


async def test_an_older_edition_after_a_newer_is_refused_and_refused_the_same_way_again(border: Border) -> None:
    await hand_in(border, AUGUST)
    count = len(await commands(border))
    older = edition("2026-07-27", "A-1|One|")
    first, again = await hand_in(border, older), await hand_in(border, older)
    assert (first["http"], first["slug"], first["status"]) == (409, "older-edition", "rejected")
    assert (again["http"], again["slug"], again["status"]) == (409, "older-edition", "duplicate")
    assert again["receipt_id"] == first["receipt_id"]
    assert len(await commands(border)) == count


@pytest.mark.parametrize(
    ("zone", "day", "status"),
    [("UTC", "2026-09-01", "accepted"), ("UTC", "2026-09-02", "rejected"), ("Asia/Tokyo", "2026-09-02", "accepted")],
)
async def test_an_edition_is_not_of_a_day_that_has_not_come_where_it_is_published(
    stores: Stores, zone: str, day: str, status: str
) -> None:
    agreement = FAKE_AGREEMENTS.get("xa-xb")
    assert agreement is not None
    there = agreement.parties["xa"].model_copy(update={"time_zone": zone})
    agreements = Agreements([agreement.model_copy(update={"parties": agreement.parties | {"xa": there}})])
    late = FixedClock(datetime(2026, 9, 1, 20, 0, tzinfo=UTC))
    async with running(fake(agreements=agreements, clock=late, **stores)) as border:
        assert (await hand_in(border, edition(day, *organizations(3))))["status"] == status


async def test_an_edition_of_the_future_stays_rejected_and_does_not_stand_before_the_right_ones(
    stores: Stores,
) -> None:
    border = fake(**stores)
    async with running(border):
        mistyped = edition("2062-08-03", *organizations(20))
        first = await hand_in(border, mistyped)
        assert (first["http"], first["slug"], first["status"]) == (422, "future-edition", "rejected")
        assert (await hand_in(border, edition("2026-08-03", *organizations(20))))["status"] == "accepted"
        border.clock.move(timedelta(days=15_000))
        again = await hand_in(border, mistyped)
        assert (again["slug"], again["receipt_id"]) == ("future-edition", first["receipt_id"])


# -- rows that cannot be read -------------------------------------------------------------------------------------


async def test_an_unreadable_row_leaves_its_organization_as_it_was_and_is_told(border: Border) -> None:
    rows = organizations(200)
    await hand_in(border, edition("2026-08-03", *rows))
    before = len(await all_entries(border))
    receipt = await hand_in(border, edition("2026-08-10", *rows[:6], "A-00007||", *rows[7:]))
    assert receipt["status"] == "accepted"
    assert [(found["slug"], found["row"]) for found in receipt["problems"]] == [("row-unreadable", 8)]
    assert await commands(border, since=before) == [("RecordSupportOrganizationEdition", "xa")]
    assert "A-00007" in json.loads((await all_entries(border))[-1].command.data)["registration_numbers"]


async def test_a_row_nobody_can_attribute_keeps_everyone_in_who_is_missing(border: Border) -> None:
    """It might be the row of any of them."""
    rows = organizations(200)
    await hand_in(border, edition("2026-08-03", *rows))
    before = len(await all_entries(border))
    receipt = await hand_in(border, edition("2026-08-10", *rows[:6], "?-00007|Organization 7|", *rows[8:]))
    assert [found["slug"] for found in receipt["problems"]] == ["row-unreadable", "removal-withheld"]
    assert receipt["items"][0]["edition"]["counts"]["xb"] | {"known": 0} == {
        "known": 0,
        "new": 0,
        "changed": 0,
        "removed": 0,
        "missing": 2,
    }
    assert await commands(border, since=before) == [("RecordSupportOrganizationEdition", "xa")]
    end = json.loads((await all_entries(border))[-1].command.data)
    assert (len(end["registration_numbers"]), end["complete"]) == (200, False)


async def test_of_two_rows_about_the_same_organization_neither_counts(border: Border) -> None:
    rows = organizations(300)
    await hand_in(border, edition("2026-08-03", *rows))
    before = len(await all_entries(border))
    receipt = await hand_in(border, edition("2026-08-10", *rows, "A-00007|Another name|"))
    assert [(found["slug"], found["row"]) for found in receipt["problems"]] == [("subject-twice", 302)]
    assert await commands(border, since=before) == [("RecordSupportOrganizationEdition", "xa")]


async def test_another_file_that_shows_others_illegibly_is_another_edition(border: Border) -> None:
    rows = organizations(300)
    await hand_in(border, edition("2026-08-03", *rows))
    first = await hand_in(border, edition("2026-08-10", *rows[2:], "A-00001||"))
    before = len(await all_entries(border))
    second = await hand_in(border, edition("2026-08-10", *rows[2:], "A-00002||"))
    assert (first["status"], second["status"]) == ("accepted", "accepted")
    assert ("RemoveSupportOrganization", "A-00001") in await commands(border, since=before)


def test_whom_an_edition_shows_illegibly_and_whether_they_are_known_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "edition.reg"
    contents = set()
    for illegible in ("A-9||", "A-8||", "?||"):
        path.write_bytes(edition("2026-08-10", *organizations(3), illegible))
        contents.add(scan(read_register(path), {"xb": {}}).content)
    assert len(contents) == 3


def test_every_row_that_cannot_be_read_is_told_before_any_has_two_problems() -> None:
    rows = [
        Unreadable(row, [problem("wrong-form", f"{number}") for number in range(4)], f"A-{row}")
        for row in range(2, 602)
    ]
    found = scan(Edition(date(2026, 8, 3), rows), {})
    assert (len(found.problems), found.wrong) == (MAX_PROBLEMS, 2_400)
    assert {one.row for one in found.problems} == set(range(2, 602))


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"", "missing-header"),
        (b"A-1|One|\n", "missing-header"),
        (b"edition 2026-13-01\n", "no-such-date"),
        ("edition 2026-08-03\nA-1|機関|\n".encode("cp932"), "not-utf-8"),
    ],
)
async def test_an_edition_that_cannot_be_read_is_rejected_the_same_way_each_time(
    border: Border, body: bytes, slug: str
) -> None:
    first, again = await hand_in(border, body), await hand_in(border, body)
    assert (first["slug"], first["status"]) == (slug, "rejected")
    assert (again["slug"], again["receipt_id"]) == (slug, first["receipt_id"])
    assert await commands(border) == []


async def test_an_edition_for_nobody_is_rejected(stores: Stores) -> None:
    async with running(fake(agreements=AGREEMENTS, **stores)) as border:
        assert (await hand_in(border, AUGUST))["slug"] == "no-agreement"


# -- held ---------------------------------------------------------------------------------------------------------


async def held(border: Border) -> dict[str, Any]:
    """An edition without a fifth of those known."""
    rows = organizations(100)
    await hand_in(border, edition("2026-08-03", *rows))
    return await hand_in(border, edition("2026-08-10", *rows[:80], "A-x|New|"))


def operator(border: Border, party: str = "") -> dict[str, str]:
    return {"authorization": f"Bearer {border.token('operator', party=party)}"}


async def say(
    border: Border, receipt_id: str, word: str, reason: str = "Checked by telephone.", party: str = ""
) -> Any:
    return await border.client.post(
        f"/v1/held/{receipt_id}/{word}", json={"reason": reason}, headers=operator(border, party)
    )


@pytest.mark.parametrize(("kept", "standing"), [(90, "done"), (89, "held")])
async def test_one_that_would_remove_more_than_a_tenth_is_held(border: Border, kept: int, standing: str) -> None:
    rows = organizations(100)
    await hand_in(border, edition("2026-08-03", *rows))
    receipt = await hand_in(border, edition("2026-08-10", *rows[:kept]))
    assert receipt["items"][0]["edition"]["standing"] == standing


@pytest.mark.parametrize(("unreadable", "standing"), [(2, "done"), (3, "held")])
async def test_one_with_more_than_a_hundredth_of_its_rows_unreadable_is_held(
    border: Border, unreadable: int, standing: str
) -> None:
    rows = organizations(200 - unreadable)
    receipt = await hand_in(border, edition("2026-08-10", *rows, *(f"A-9{n}||" for n in range(unreadable))))
    assert receipt["items"][0]["edition"]["standing"] == standing


async def test_a_held_edition_changes_nothing_and_tells_an_operator_what_it_would(border: Border) -> None:
    receipt = await held(border)
    assert (receipt["http"], receipt["status"]) == (202, "held")
    assert [found["slug"] for found in receipt["problems"]] == ["held"]
    assert len(await commands(border)) == 101
    listed = (await border.client.get("/v1/held", headers=operator(border))).json()["items"]
    assert [(one["id"], one["register"], one["day"]) for one in listed] == [
        (receipt["receipt_id"], "support-organizations", "2026-08-10")
    ]
    shown = (await border.client.get(f"/v1/held/{receipt['receipt_id']}", headers=operator(border))).json()
    assert shown["would_change"] == {"xb": {"known": 100, "new": 1, "changed": 0, "removed": 20, "missing": 20}}
    listed = shown["listed"]["xb"]
    assert listed["missing"][0] == {"subject": "A-00081", "name": "Organization 81"}
    assert (listed["new"], listed["changed"]) == ([{"subject": "A-x", "name": "New"}], [])
    assert (len(listed["missing"]), shown["complete"]) == (20, True)


async def test_of_very_many_the_first_are_listed_and_all_are_counted(border: Border) -> None:
    await hand_in(border, edition("2026-08-03", *organizations(2_400)))
    changed = [row.replace("Organization", "Company") for row in organizations(150)]
    later = edition("2026-08-10", *changed, *organizations(150, first=9_001), "?||")
    receipt = await hand_in(border, later)
    shown = (await border.client.get(f"/v1/held/{receipt['receipt_id']}", headers=operator(border))).json()
    assert shown["would_change"]["xb"] == {"known": 2400, "new": 150, "changed": 150, "removed": 0, "missing": 2250}
    assert not shown["complete"]
    listed = shown["listed"]["xb"]
    assert {kind: len(subjects) for kind, subjects in listed.items()} == {"new": 100, "changed": 100, "missing": 1000}
    assert listed["changed"][0] == {"subject": "A-00001", "name": "Company 1"}


async def test_the_name_of_one_whose_row_was_only_written_anew_is_known_afterwards(border: Border) -> None:
    memory = border.memory
    await memory.remember("r", "xb", 1, {"A-1": Told({"organization": "x"}, "as it was", "One")})
    known = await memory.of("r", "xb")
    assert known["A-1"].name == "One"
    found = Scan(date(2026, 8, 3), shown={"A-1": {"organization": "x"}}, sources={"A-1": "otherwise"})
    assert found.rewritten(known)["A-1"] == Told({"organization": "x"}, "otherwise", "One")


async def test_a_confirmed_edition_is_sent_and_who_confirmed_it_and_why_is_in_the_ledger(border: Border) -> None:
    receipt = await held(border)
    answer = await say(border, receipt["receipt_id"], "confirm")
    assert answer.status_code == 200, answer.text
    await settled(border)
    sent = await commands(border)
    assert sent[101] == ("RegisterSupportOrganization", "A-x")
    assert [subject for kind, subject in sent if kind.startswith("Remove")] == [f"A-000{n}" for n in range(81, 100)] + [
        "A-00100"
    ]
    entry = next(one for one in await all_entries(border) if one.message_id.endswith("/decision"))
    assert entry.actor == "operator:ministry@xa"
    assert json.loads(entry.original)["reason"] == "Checked by telephone."
    shown = (await border.get(f"/v1/receipts/{receipt['receipt_id']}")).json()
    assert shown["items"][0]["edition"]["decision"]["decision"] == "confirm"
    assert (await border.client.get("/v1/held", headers=operator(border))).json()["items"] == []


async def test_a_rejected_edition_changes_nothing_and_stays_rejected(border: Border) -> None:
    receipt = await held(border)
    await say(border, receipt["receipt_id"], "reject")
    again = await hand_in(border, edition("2026-08-10", *organizations(80), "A-x|New|"))
    assert (again["status"], again["items"][0]["edition"]["standing"]) == ("duplicate", "rejected")
    assert len(await commands(border)) == 101


async def test_the_first_word_counts(border: Border) -> None:
    receipt = await held(border)
    first = await say(border, receipt["receipt_id"], "reject", "No.")
    same = await say(border, receipt["receipt_id"], "reject", "No, again.")
    other = await say(border, receipt["receipt_id"], "confirm", "Yes.")
    assert same.json() == first.json()
    assert (other.status_code, other.json()["slug"]) == (409, "already-decided")


async def test_a_held_edition_is_not_confirmed_after_a_later_one(border: Border) -> None:
    receipt = await held(border)
    await hand_in(border, edition("2026-08-17", *organizations(100)))
    answer = await say(border, receipt["receipt_id"], "confirm")
    assert (answer.status_code, answer.json()["slug"]) == (409, "older-edition")
    assert (await say(border, receipt["receipt_id"], "reject")).status_code == 200


async def test_a_held_edition_is_compared_anew_when_it_is_confirmed(border: Border) -> None:
    receipt = await held(border)
    await hand_in(border, edition("2026-08-09", *organizations(100), "A-y|Came in between|"))
    before = len(await all_entries(border))
    await say(border, receipt["receipt_id"], "confirm")
    await settled(border)
    assert ("RemoveSupportOrganization", "A-y") in await commands(border, since=before)


async def test_only_an_operator_of_the_country_has_a_word(border: Border) -> None:
    receipt = await held(border)
    submitter = {"authorization": f"Bearer {border.token()}"}
    for headers, slug in ((submitter, "wrong-role"), (operator(border, "xb"), "wrong-party"), ({}, "no-token")):
        for method, path in (("GET", ""), ("GET", "/x"), ("POST", f"/{receipt['receipt_id']}/confirm")):
            answer = await border.client.request(method, f"/v1/held{path}", json={"reason": "x"}, headers=headers)
            assert answer.json()["slug"] == slug
    for reason in ("", " ", "  a  ", "ab\n"):
        assert (await say(border, receipt["receipt_id"], "confirm", reason)).status_code == 400
    assert (await say(border, "none", "confirm")).status_code == 404
    assert len(await border.editions.held()) == 1


# -- originals ----------------------------------------------------------------------------------------------------


async def test_the_original_is_kept_byte_for_byte_also_of_what_was_rejected(border: Border) -> None:
    large = edition("2026-08-03", *organizations(10)) + b"\n" * 1_500_000
    for body in (large, b"no edition"):
        receipt = await hand_in(border, body, to_the_end=False)
        message_id = receipt["items"][0]["message_id"]
        assert (await border.get(f"/v1/messages/{message_id}/original")).content == body


# -- crashes ------------------------------------------------------------------------------------------------------


class CrashError(Exception):
    """Where a process ends."""


class Forgetting:
    """A memory that ends the process when it is told something for the nth time, before or after it is kept."""

    def __init__(self, memory: Any, times: int, *, kept: bool) -> None:
        self._memory, self._times, self._kept = memory, times, kept

    async def of(self, register: str, destination: str) -> Any:
        return await self._memory.of(register, destination)

    async def remember(self, register: str, destination: str, order: int, sent: dict[str, Told]) -> None:
        self._times -= 1
        if self._times < 0 and not self._kept:
            raise CrashError
        await self._memory.remember(register, destination, order, sent)
        if self._times < 0:
            raise CrashError


def begun_again(border: Border, **changes: Any) -> Border:
    """Another process on the same stores."""
    return fake(
        batches=border.batches,
        standings=border.standings,
        originals=border.originals,
        memory=changes.get("memory", border.memory),
    )


@pytest.mark.parametrize("kept", [False, True], ids=["before it was remembered", "after"])
@pytest.mark.parametrize("times", [0, 1, 2])
async def test_an_edition_cut_off_by_a_crash_is_brought_to_its_end_and_nothing_is_sent_twice(
    stores: Stores, times: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bridge.editions.MAX_ENTRIES", 50)
    untouched = fake(**stores)
    dying = begun_again(untouched, memory=Forgetting(untouched.memory, times, kept=kept))
    async with running(dying):
        await hand_in(dying, edition("2026-08-03", *organizations(120)), to_the_end=False)
    assert [one.status for one in await untouched.standings.of_register(REGISTER.name)] == ["open"]
    async with running(begun_again(untouched)) as later:
        await settled(later)
        sent = await commands(later)
        assert sent == [("RegisterSupportOrganization", f"A-{n:05}") for n in range(1, 121)] + [
            ("RecordSupportOrganizationEdition", "xa")
        ]
        keys = public_keys("xa")
        assert keys is not None
        assert verify_chain(await later.batches.page(0, 100), keys) == []


async def test_the_edition_under_way_is_sent_whole_before_the_next_is_compared(stores: Stores) -> None:
    untouched = fake(**stores)
    rows = organizations(60)
    dying = begun_again(untouched, memory=Forgetting(untouched.memory, 0, kept=False))
    async with running(dying):
        await hand_in(dying, edition("2026-08-03", *rows), to_the_end=False)
    async with running(begun_again(untouched)) as later:
        receipt = await hand_in(later, edition("2026-08-10", *rows, "A-x|New|"))
        assert receipt["items"][0]["edition"]["counts"]["xb"]["new"] == 1
        assert (await commands(later))[60:] == [
            ("RecordSupportOrganizationEdition", "xa"),
            ("RegisterSupportOrganization", "A-x"),
            ("RecordSupportOrganizationEdition", "xa"),
        ]


async def test_an_edition_that_never_came_into_the_ledger_is_taken_when_it_comes_again(stores: Stores) -> None:
    border = fake(**stores)

    class Away:
        """A ledger out of reach."""

        async def record(self, *_: Any) -> Sequence[Any]:
            raise StoreUnavailable("told to be away")

    async with running(border):
        ledger, border.editions._ledger = border.editions._ledger, Away()  # type: ignore[assignment]
        assert (await border.hand_in(AUGUST, REGISTER_TYPE)).status_code == 503
        border.editions._ledger = ledger
        receipt = await hand_in(border, AUGUST)
        assert (receipt["status"], receipt["items"][0]["edition"]["standing"]) == ("accepted", "done")
        assert len(await commands(border)) == 4


async def test_a_word_recorded_and_not_acted_on_is_acted_on_by_the_next_process(stores: Stores) -> None:
    border = fake(**stores)
    async with running(border):
        receipt = await held(border)
        standing = await border.editions.standing(receipt["receipt_id"])
        assert standing is not None
        await say(border, receipt["receipt_id"], "confirm")
        await settled(border)
        before = await commands(border)
        # As it was before: the word is in the ledger alone.
        later = await border.editions.standing(receipt["receipt_id"])
        assert later is not None
        await border.standings.put(standing.model_copy(update={"revision": later.revision + 1}))
    async with running(begun_again(border)) as again:
        async with asyncio.timeout(60):
            while await again.editions.waiting() or await again.standings.of_status("open"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await commands(again) == before


async def test_an_edition_that_the_ledger_has_and_a_restored_database_has_not_is_brought_to_its_end(
    stores: Stores,
) -> None:
    border = fake(**stores)
    async with running(border):
        first = await hand_in(border, AUGUST)
        sent = await commands(border)
    restored = fake(batches=border.batches)
    async with running(restored):
        again = await hand_in(restored, AUGUST)
        assert (again["status"], again["receipt_id"]) == ("duplicate", first["receipt_id"])
        assert await commands(restored) == sent
        assert len(await restored.memory.of(REGISTER.name, "xb")) == 3
        message_id = again["items"][0]["message_id"]
        assert (await restored.get(f"/v1/messages/{message_id}/original")).content == AUGUST


def restored(border: Border) -> Border:
    """Of which the ledger alone is left."""
    return fake(batches=border.batches)


async def waiting(border: Border) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await border.client.get("/v1/held", headers=operator(border))).json()["items"]
    return found


@pytest.mark.parametrize("word", ["confirm", "reject"])
async def test_a_held_edition_whose_standing_was_lost_is_decided_when_it_is_handed_in_again(
    stores: Stores, word: str
) -> None:
    border = fake(**stores)
    async with running(border):
        first = await held(border)
    async with running(restored(border)) as later:
        rows = organizations(100)
        await hand_in(later, edition("2026-08-03", *rows))
        again = await hand_in(later, edition("2026-08-10", *rows[:80], "A-x|New|"))
        assert (again["receipt_id"], again["items"][0]["edition"]["standing"]) == (first["receipt_id"], "held")
        (listed,) = await waiting(later)
        assert listed["why"] == [first["problems"][0]["detail"]]
        shown = await later.client.get(f"/v1/held/{first['receipt_id']}", headers=operator(later))
        assert (shown.status_code, shown.json()["would_change"]["xb"]["removed"]) == (200, 20)
        assert (await say(later, first["receipt_id"], word)).status_code == 200
        await settled(later)
        assert len(await waiting(later)) == 0
        removed = [subject for kind, subject in await commands(later) if kind.startswith("Remove")]
        assert len(removed) == (20 if word == "confirm" else 0)


async def test_a_word_on_a_lost_edition_is_found_again_and_does_not_bring_back_what_is_past(stores: Stores) -> None:
    border = fake(**stores)
    confirmed = edition("2026-08-10", *organizations(80), "A-x|New|")
    last = edition("2026-08-17", *organizations(85))
    async with running(border):
        first = await held(border)
        await say(border, first["receipt_id"], "confirm")
        await settled(border)
        await hand_in(border, last)
        sent = await commands(border)
    async with running(restored(border)) as later:
        await hand_in(later, last)
        again = await hand_in(later, confirmed)
        async with asyncio.timeout(60):
            while await later.editions.waiting():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        standing = await later.editions.standing(again["receipt_id"])
        assert standing is not None
        assert (standing.status, standing.decision and standing.decision.decision) == ("done", "confirm")
        known = await later.memory.of(REGISTER.name, "xb")
        assert ("A-x" in known, len(known)) == (False, 85)
        assert set(await commands(later)) == set(sent) | {("RegisterSupportOrganization", subject) for subject in known}


async def test_the_first_edition_that_finds_nothing_remembered_waits_for_an_operator(stores: Stores) -> None:
    border = fake(**stores)
    async with running(border):
        await hand_in(border, edition("2026-08-03", *organizations(50)))
        last = await hand_in(border, edition("2026-08-10", *organizations(52)))
    async with running(restored(border)) as later:
        cut_off = await hand_in(later, edition("2026-08-17", *organizations(10)))
        assert cut_off["status"] == "held"
        (told,) = cut_off["problems"]
        assert "nothing is remembered here: 2" in told["detail"]
        assert last["items"][0]["digest"] in told["detail"]
        # The file it asks for makes it good: what this one would do is seen as before.
        assert (await hand_in(later, edition("2026-08-10", *organizations(52))))["status"] == "duplicate"
        (waits,) = await waiting(later)
        assert waits["would_change"] == {"xb": {"known": 52, "new": 0, "changed": 0, "removed": 42, "missing": 42}}
        assert (await hand_in(later, edition("2026-08-18", *organizations(11))))["problems"][0]["detail"].startswith(
            "41 of the 52 that xb has are not in it"
        )
        assert (await hand_in(later, edition("2026-08-09", *organizations(52))))["slug"] == "older-edition"
        assert (await hand_in(later, edition("2026-08-19", *organizations(53))))["status"] == "accepted"


async def test_one_that_is_confirmed_with_nothing_remembered_goes_out_in_full_and_the_next_by_what_it_changes(
    stores: Stores,
) -> None:
    border = fake(**stores)
    async with running(border):
        await hand_in(border, edition("2026-08-03", *organizations(50)))
    async with running(restored(border)) as later:
        before = len(await all_entries(later))
        receipt = await hand_in(later, edition("2026-08-10", *organizations(51)))
        assert receipt["status"] == "held"
        await say(later, receipt["receipt_id"], "confirm")
        await settled(later)
        assert len(await commands(later, since=before)) == 51 + 1
        before = len(await all_entries(later))
        assert (await hand_in(later, edition("2026-08-17", *organizations(52))))["status"] == "accepted"
        assert len(await commands(later, since=before)) == 1 + 1


async def test_two_instances_that_get_the_same_edition_send_it_once(stores: Stores) -> None:
    one = fake(**stores)
    other = begun_again(one)
    async with running(one), running(other):
        receipts = await asyncio.gather(*(hand_in(border, AUGUST) for border in (one, other)))
        await settled(one)
        assert len({receipt["receipt_id"] for receipt in receipts}) == 1
        assert len(await commands(one)) == 4


async def test_a_slow_instance_does_not_bring_back_what_a_later_edition_has_sent(stores: Stores) -> None:
    memory = fake(**stores).memory
    newer, older = Told({"organization": "new"}), Told({"organization": "old"})
    await memory.remember("r", "xb", 2000, {"A-1": newer, "A-2": Told({})})
    await memory.remember("r", "xb", 1000, {"A-1": older, "A-2": older})
    known = await memory.of("r", "xb")
    assert {subject: dict(one.digests) for subject, one in known.items()} == {"A-1": {"organization": "new"}, "A-2": {}}


# -- what goes in is bounded --------------------------------------------------------------------------------------


def test_rows_are_read_as_they_come_and_only_what_changed_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "edition.reg"
    path.write_bytes(edition("2026-08-03", *organizations(50)))
    first = scan(read_register(path), {"xb": {}})
    known = {subject: Known(digests, 1) for subject, digests in first.shown.items()}
    path.write_bytes(edition("2026-08-10", *organizations(49), "A-00050|Another|"))
    assert list(scan(read_register(path), {"xb": known}).rows) == ["A-00050"]


def packed(path: Path, size: int, times: int = 1) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            with archive.open(f"{number}.xml", "w", force_zip64=True) as member:
                for _ in range(size // 1_000_000):
                    member.write(b"\0" * 1_000_000)
    return path


def test_a_zip_that_unpacks_within_bounds_is_let_through(tmp_path: Path) -> None:
    check_zip(packed(tmp_path / "good.zip", 3_000_000, times=3), most=10_000_000)


def refused(path: Path, most: int = 10_000_000) -> str:
    with pytest.raises(ProblemError) as raised:
        check_zip(path, most)
    return raised.value.problem.slug


def test_a_zip_bomb_is_refused_whatever_its_directory_says(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", 300_000_000)
    assert bomb.stat().st_size < 1_000_000
    assert refused(bomb) == "unpacks-too-large"
    # Its directory says that the one member has ten bytes.
    content = bytearray(bomb.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    bomb.write_bytes(content)
    assert refused(bomb) in ("unpacks-too-large", "not-a-zip")


def test_many_members_that_swell_together_are_refused(tmp_path: Path) -> None:
    assert refused(packed(tmp_path / "many.zip", 2_000_000, times=6)) == "unpacks-too-large"


@pytest.mark.parametrize("left", [0, 100, 2_000])
def test_what_is_no_whole_zip_is_refused(tmp_path: Path, left: int) -> None:
    path = packed(tmp_path / "cut.zip", 3_000_000)
    path.write_bytes(path.read_bytes()[:left])
    assert refused(path) == "not-a-zip"


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "damaged.zip", 3_000_000)
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    assert refused(path) == "not-a-zip"
