"""Editions as they are published, with one thing in them as a test wants it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from deploy.demo.edition_workbook import Cell, workbook
from deploy.demo.editions import MERGED, Registered, japanese_rows, organizations
from services.bridge_jp.languages import tag_of
from services.bridge_jp.support_organizations_edition import read_edition
from shared.bridge.snapshot import Row, Unread, Unreadable
from shared.contracts.support_organization import Office, SpokenLanguage, SupportOrganization
from shared.errors import ProblemError

STAMP = "２０２６年８月３日現在"
DAY = date(2026, 8, 3)


def rows(count: int = 3, stamp: str = STAMP) -> list[list[Cell]]:
    """Of so many organizations, to be changed: the first one's row is at index 8."""
    return list(japanese_rows(organizations(count), stamp))


def one(**cells: Cell) -> list[Cell]:
    """The row of an organization, with other cells where given by their column's letter."""
    usual: dict[str, Cell] = {
        "A": "19登-000001",
        "B": date(2019, 4, 26),
        "C": "株式会社かけはし",
        "D": "100-8977",
        "E": "東京都千代田区霞が関１丁目１－１",
        "F": "03-0000-0000",
        "G": "髙橋　一郎",
        "H": "本社",
        "I": "100-8977",
        "J": "東京都千代田区霞が関１丁目１－１",
        "K": "支援の全部",
        "L": date(2019, 5, 7),
        "M": "英語",
        "N": None,
    }
    return [cell for _, cell in sorted((usual | cells).items())]


def with_rows(*given: Sequence[Cell], stamp: str = STAMP) -> list[list[Cell]]:
    """The header, and then these."""
    return [*rows(1, stamp)[:8], *(list(row) for row in given)]


def written(path: Path, sheet: Sequence[Sequence[Cell]], merged: Sequence[str] = MERGED) -> Path:
    """The file of a sheet."""
    file = path / "edition.xlsx"
    file.write_bytes(workbook("登録支援機関登録簿", sheet, merged))
    return file


def read(file: Path) -> list[Row | Unreadable]:
    """Every row of a file, read."""
    return [row.read() if isinstance(row, Unread) else row for row in read_edition(file).rows]


def organization_of(row: Row | Unreadable) -> SupportOrganization:
    """What a row that could be read says."""
    assert isinstance(row, Row), row
    organization = row.parts["organization"]
    assert isinstance(organization, SupportOrganization)
    return organization


def told(file: Path) -> tuple[str, str]:
    """Slug and detail of what is wrong with a file as a whole."""
    try:
        read(file)
    except ProblemError as error:
        return error.problem.slug, error.problem.detail
    raise AssertionError("it was read")


def as_published(shown: Registered) -> SupportOrganization:
    """What the generator has put into an edition, as the contract has it."""
    return SupportOrganization(
        country="jp",
        registration_number=shown.number,
        registered_on=shown.registered_on,
        names={"ja": shown.name.text},
        main_office=Office(postal_code=shown.postal_code, address=shown.address),
        phones=shown.phones,
        representatives=shown.representatives,
        offices=tuple(
            Office(name=office.name, postal_code=office.postal_code, address=office.address) for office in shown.offices
        ),
        support_content=shown.support_content,
        planned_start_on=shown.planned_start_on,
        languages=tuple(SpokenLanguage(name=name, tag=tag_of(name)) for name in shown.languages),
        languages_text=shown.separator.join(shown.languages),
        remarks=shown.remarks,
        status="suspended" if shown.remarks else "registered",
        suspended_on=SUSPENDED_ON.get(shown.remarks or ""),
    )


SUSPENDED_ON = {
    "2021年11月18日支援業務の休止の届出": date(2021, 11, 18),
    "２０２６年５月７日支援業務休止の届出": date(2026, 5, 7),
    "２０２６年７月２１日支援業務休止の届出": date(2026, 7, 21),
}
"""The day that each of the generator's notices names, if any."""
