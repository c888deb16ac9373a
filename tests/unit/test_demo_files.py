"""The demonstration's files are what their generator writes, and bad only where they are meant to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.demo.documents import Prepared, histories
from deploy.demo.make import FOLDER, ORGANIZATIONS, files, made
from deploy.demo.organizations import okpo, organizations


def test_regenerating_the_files_gives_the_bytes_that_are_there() -> None:
    written = dict(made())
    there = {str(path.relative_to(FOLDER)) for path in (FOLDER / "data").rglob("*") if path.is_file()}
    assert there | {"manifest.yaml"} == set(written)
    for path, content in written.items():
        assert Path(FOLDER, path).read_bytes() == content, path


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


def _demonstrated() -> list[Prepared]:
    return [one for file in files() if file.expected == "accepted" for one in file.prepared]


@pytest.mark.parametrize(
    "messages", [_demonstrated(), [one for history in histories(50, series="X") for one in history]]
)
def test_each_accepted_message_is_known_by_texts_that_no_other_has(messages: list[Prepared]) -> None:
    for marks in ([frozenset(one.marks) for one in messages], [frozenset(one.page_marks) for one in messages]):
        assert len(set(marks)) == len(marks)


def test_thirty_organizations_are_accredited_and_some_amended_and_revoked() -> None:
    of_kind = [one.document["message_type"] for one in _demonstrated()]
    assert of_kind.count("accreditation") == ORGANIZATIONS == 30
    assert of_kind.count("amendment") >= 4
    assert of_kind.count("revocation") == 3
