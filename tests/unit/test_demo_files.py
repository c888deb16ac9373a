"""The demonstration's files are what their generator writes, and bad only where they are meant to be."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest

from deploy.demo import cases, editions, orders
from deploy.demo.documents import Prepared, histories
from deploy.demo.make import FOLDER, ORGANIZATIONS, made
from deploy.demo.manifest import ACCEPTED, Expected, load
from deploy.demo.organizations import okpo, organizations


def test_regenerating_the_files_gives_the_content_that_is_there() -> None:
    written = dict(made())
    there = {str(path.relative_to(FOLDER)) for path in (FOLDER / "data").rglob("*") if path.is_file()}
    assert there | {"manifest.yaml"} == set(written)
    for path, content in written.items():
        assert _unpacked(path, Path(FOLDER, path).read_bytes()) == _unpacked(path, content), path


def _unpacked(path: str, content: bytes) -> object:
    """Of a workbook, its members: two packers of the same may write other bytes."""
    if not path.endswith(".xlsx") or not zipfile.is_zipfile(io.BytesIO(content)):
        return content if not path.endswith("truncated.xlsx") else None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {member.filename: (member.file_size, member.CRC) for member in archive.infolist()}


@pytest.mark.parametrize("real", ["31824166", "24560761"])
def test_the_check_digit_is_that_of_real_numbers(real: str) -> None:
    assert okpo(real[:7]) == real


def test_no_two_organizations_are_alike() -> None:
    known = list(organizations(1_000))
    for field in (
        "tin",
        "okpo",
        "full_name_ky",
        "full_name_ru",
        "short_name_ky",
        "name_latin",
        "permit_number",
        "email",
    ):
        assert len({getattr(organization, field) for organization in known}) == len(known), field


def test_every_number_has_its_form() -> None:
    for organization in organizations(1_000):
        assert re.fullmatch(r"0(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)\d{2}\d{5}", organization.tin)
        assert organization.okpo == okpo(organization.okpo[:7])


MANIFEST = load()


def _demonstrated() -> list[Expected]:
    return [message for file in MANIFEST.files if file.expected == ACCEPTED for message in file.all_messages()]


def _endless() -> list[Prepared]:
    made = [one for history in histories(50, series="X") for one in history]
    made += [one for history in islice(orders.histories(series="X"), 20) for one in history]
    return made + [step.prepared() for case in islice(cases.endless(series="X"), 40) for step in case]


@pytest.mark.parametrize("messages", [_demonstrated(), _endless()])
def test_each_accepted_message_is_known_by_texts_that_no_other_has(messages: list[Expected | Prepared]) -> None:
    assert len({one.message_id for one in messages}) == len(messages)
    marks = [(one.event, frozenset(one.marks)) for one in messages]
    assert len(set(marks)) == len(marks)
    shown = [frozenset(one.page_marks) for one in messages if one.pages]
    assert len(set(shown)) == len(shown)


def test_the_demonstration_has_all_that_two_governments_send_each_other() -> None:
    events = Counter((message.to, message.event) for message in _demonstrated())
    assert events["jp", "SendingOrganizationAccredited"] == ORGANIZATIONS == 30
    assert events["jp", "SendingOrganizationAmended"] >= 4
    assert events["jp", "SendingOrganizationRevoked"] == 3
    assert events["kg", "SupportOrganizationRegistered"] >= editions.FEW == 400
    assert events["kg", "SupportOrganizationEditionRecorded"] == 2
    for change in ("Amended", "Suspended", "Resumed", "Removed"):
        assert events["kg", f"SupportOrganization{change}"]
    assert events["kg", "ImprovementOrderIssued"] == 2
    assert events["kg", "ImprovementOrderLifted"] == 1
    assert events["kg", "FieldAcceptanceSuspended"] == 3
    assert events["kg", "FieldAcceptanceResumed"] == events["kg", "FieldSuspensionWithdrawn"] == 1
    for country in ("jp", "kg"):
        assert events[country, "MisconductReportSubmitted"] >= len(cases.CATEGORIES)
        assert events[country, "MisconductReportAcknowledged"] >= len(cases.CATEGORIES) - 1
        assert events[country, "InquiryAsked"] >= 2
        assert events[country, "InquiryAnswered"] + events[country, "InquiryDeclined"] >= 2


def test_an_edition_leaves_what_the_one_before_it_showed_with_its_changes() -> None:
    first, second = (
        MANIFEST.register_after(file) for file in MANIFEST.files if file.edition and file.expected == ACCEPTED
    )
    assert first is not None
    assert second is not None
    (edition,) = (file.edition for file in MANIFEST.files if "20260803" in file.path.name)
    assert edition is not None
    changes = edition.changes
    assert second.shown.keys() == (first.shown.keys() | changes["registered"].keys()) - changes["removed"].keys()
    different = {number for number in second.shown if second.shown[number] != first.shown.get(number)}
    assert different == {*changes["registered"], *changes["amended"]}


def test_editions_without_end_change_what_they_say_they_change() -> None:
    days = list(islice(editions.endless(40, seed=1), 30))
    assert max(day for day, *_ in days) < editions.FIRST_DAY
    for (_, before, _), (_, after, told) in pairwise(days):
        was, now = {one.number: one for one in before}, {one.number: one for one in after}
        assert now.keys() - was.keys() == set(told.registered)
        assert was.keys() - now.keys() == set(told.removed)
        different = {number for number in now.keys() & was.keys() if now[number] != was[number]}
        assert different == {*told.amended, *told.suspended, *told.resumed}


def test_nothing_that_the_clock_or_the_public_would_tell_of_is_in_a_case() -> None:
    for message in _demonstrated():
        if message.event.startswith(("Misconduct", "Inquiry")):
            assert not message.pages
            assert message.page_marks
