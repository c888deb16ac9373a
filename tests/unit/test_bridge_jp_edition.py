"""An edition of the register of support organizations is read as it is published, or fails saying where and why."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.edition_workbook import Cell, Text, packed, workbook
from deploy.demo.editions import FIRST_DAY, MERGED, SECOND_DAY, both, english, following, japanese, organizations
from services.bridge_jp import sheets, support_organizations_edition
from services.bridge_jp.support_organizations_edition import read_edition
from shared.bridge.evidence import content_digest, digest
from shared.bridge.snapshot import Row, Unread, Unreadable
from shared.contracts.support_organization import Office, SupportOrganization
from tests.edition_builders import DAY, as_published, one, organization_of, read, rows, told, with_rows, written


def organization(folder: Path, *given: list[Cell]) -> SupportOrganization:
    """What the only organization of a sheet comes to."""
    (row,) = read(written(folder, with_rows(*given)))
    return organization_of(row)


def errors(folder: Path, *given: list[Cell]) -> list[tuple[int, str, str | None]]:
    """Row, slug and column of what is wrong with the only organization of a sheet."""
    (row,) = read(written(folder, with_rows(*given)))
    assert isinstance(row, Unreadable)
    return [(found.row or 0, found.slug, found.pointer) for found in row.problems]


def office(name: str, address: str) -> list[Cell]:
    return [*[None] * 7, name, "530-0001", address, *[None] * 4]


# -- as published -------------------------------------------------------------------------------------------------


def test_all_that_was_written_is_read(tmp_path: Path) -> None:
    shown = organizations(400)
    file = tmp_path / "edition.xlsx"
    file.write_bytes(japanese(shown, FIRST_DAY))
    edition = read_edition(file)
    assert edition.day == FIRST_DAY
    assert [organization_of(row) for row in read(file)] == [as_published(each) for each in shown]


def test_the_edition_has_what_makes_the_real_one_hard() -> None:
    shown = organizations(400)
    text = "\n".join(each.name.text for each in shown)
    assert sum(each.name.text == "株式会社ネクスト" for each in shown) == 3
    assert sum("キルギス語" in each.languages for each in shown) == 12
    assert max(len(each.offices) for each in shown) == 11
    assert any(each.phone_as_number for each in shown)
    assert any(len(each.phones) == 3 for each in shown)
    assert any(len(each.representatives) == 2 for each in shown)
    assert any(each.name.readings for each in shown)
    assert {each.separator for each in shown} == {"・", "、", "･", "\n"}
    assert all(character in text for character in "𠮷𣘺刘吴强麴\ufa11\uf9dc\ufa4f\ufa10㈱ー‐\n（")
    assert sum(each.remarks is not None for each in shown) == 3


def test_furigana_is_no_part_of_a_name(tmp_path: Path) -> None:
    name = Text("株式会社東京支援", ((4, 6, "トウキョウ"), (6, 8, "シエン")))
    file = written(tmp_path, with_rows(one(C=name)))
    with zipfile.ZipFile(file) as archive:
        assert "<rPh" in archive.read("xl/sharedStrings.xml").decode()
    assert organization_of(read(file)[0]).names == {"ja": "株式会社東京支援"}


def test_a_name_in_two_runs_of_letters_is_one(tmp_path: Path) -> None:
    assert organization(tmp_path, one(C=Text("株式会社東京", bold_to=4))).names == {"ja": "株式会社東京"}


@pytest.mark.parametrize(
    "name",
    [
        "𠮷田　花子　（よしだ行政書士事務所）",
        "\ufa4f\uf9dc\ufa10\ufa11髙",
        "㈱ｺﾝｻﾙﾀﾝﾄ＆カンパニー",
        "社会福祉法人\n架橋会",
        " 前後に空白 ",
    ],
)
def test_a_legal_name_is_kept_character_for_character(tmp_path: Path, name: str) -> None:
    assert organization(tmp_path, one(C=name)).names == {"ja": name}


def test_further_offices_stand_on_rows_of_their_own(tmp_path: Path) -> None:
    read_as = organization(
        tmp_path,
        one(H="①本社", J="①東京都千代田区霞が関１丁目１－１"),
        office("②大阪支店", "②大阪府大阪市北区梅田１"),
        office("⑪ 札幌支店", "⑪北海道札幌市"),
    )
    assert read_as.offices == (
        Office(name="本社", postal_code="100-8977", address="東京都千代田区霞が関１丁目１－１"),
        Office(name="大阪支店", postal_code="530-0001", address="大阪府大阪市北区梅田１"),
        Office(name="札幌支店", postal_code="530-0001", address="北海道札幌市"),
    )


def test_an_organization_may_have_no_office_of_its_own(tmp_path: Path) -> None:
    assert organization(tmp_path, one(H=None, I=None, J=None)).offices == ()


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        (452228533, ("0452228533",)),
        ("045-222-8533", ("045-222-8533",)),
        ("０４５－２２２ー８５３３", ("０４５－２２２ー８５３３",)),
        ("03-0000-0001\n03-0000-0002、0120-000-003\n", ("03-0000-0001", "03-0000-0002", "0120-000-003")),
        (None, ()),
    ],
)
def test_telephone_numbers(tmp_path: Path, cell: Cell, phones: tuple[str, ...]) -> None:
    assert organization(tmp_path, one(F=cell)).phones == phones


@pytest.mark.parametrize(
    ("cell", "representatives"),
    [
        ("髙橋　一郎", ("髙橋　一郎",)),
        ("髙橋　一郎\n𠮷田　花子", ("髙橋　一郎", "𠮷田　花子")),
        ("代表取締役\n髙橋　一郎", ("代表取締役\n髙橋　一郎",)),
        ("代表理事\n髙橋　一郎、理事長\n𠮷田　花子", ("代表理事\n髙橋　一郎", "理事長\n𠮷田　花子")),
        (None, ()),
    ],
)
def test_representatives(tmp_path: Path, cell: Cell, representatives: tuple[str, ...]) -> None:
    assert organization(tmp_path, one(G=cell)).representatives == representatives


@pytest.mark.parametrize("day", [date(2021, 5, 17), 44333, "2021年5月17日", "令和３年５月１７日", "2021/5/17"])
def test_a_date_is_a_date_in_whatever_way_it_is_kept(tmp_path: Path, day: Cell) -> None:
    assert organization(tmp_path, one(B=day)).registered_on == date(2021, 5, 17)


def test_a_postal_code_typed_as_a_number_has_its_zeros_again(tmp_path: Path) -> None:
    assert organization(tmp_path, one(D=600000)).main_office.postal_code == "0600000"


@pytest.mark.parametrize("number", ["１９登－０００００１", "19登‐000001", "19登ー000001", " 19登-000001\n"])
def test_a_registration_number_is_a_key_in_one_form(tmp_path: Path, number: str) -> None:
    assert organization(tmp_path, one(A=number)).registration_number == "19登-000001"


@pytest.mark.parametrize(
    ("remarks", "status", "since"),
    [
        ("2021年11月18日支援業務の休止の届出", "suspended", date(2021, 11, 18)),
        ("２０２６年５月７日支援業務休止の届出", "suspended", date(2026, 5, 7)),
        ("令和８年５月７日付け支援業務の休止の届出", "suspended", date(2026, 5, 7)),
        ("支援業務の休止の届出", "suspended", None),
        ("2026年13月1日支援業務の休止の届出", "suspended", None),
        ("2021年11月18日支援業務の休止の届出\n2022年4月1日支援業務の再開の届出", "registered", None),
        ("2022年4月1日再開の届出、2023年6月1日休止の届出", "suspended", date(2023, 6, 1)),
        ("名称変更（旧：株式会社休止）", "registered", None),
        (None, "registered", None),
    ],
)
def test_whether_it_is_suspended_stands_in_the_remarks(
    tmp_path: Path, remarks: str | None, status: str, since: date | None
) -> None:
    read_as = organization(tmp_path, one(N=remarks))
    assert (read_as.status, read_as.suspended_on, read_as.remarks) == (status, since, remarks)


def test_languages_are_as_published_and_tagged_where_they_are_one(tmp_path: Path) -> None:
    read_as = organization(tmp_path, one(M="ビルマ語・ミャンマー語、ｷﾙｷﾞｽ語･インド語\nクメール語"))
    assert [(one.name, one.tag) for one in read_as.languages] == [
        ("ビルマ語", "my"),
        ("ミャンマー語", "my"),
        ("ｷﾙｷﾞｽ語", "ky"),
        ("インド語", None),
        ("クメール語", "km"),
    ]
    assert read_as.languages_text == "ビルマ語・ミャンマー語、ｷﾙｷﾞｽ語･インド語\nクメール語"


def test_the_same_name_is_no_reason_to_take_two_for_one(tmp_path: Path) -> None:
    file = written(tmp_path, with_rows(one(), one(A="20登-003454")))
    assert [organization_of(row).registration_number for row in read(file)] == ["19登-000001", "20登-003454"]


@pytest.mark.parametrize("digits", ["wide", "narrow", "era"])
def test_the_date_of_the_edition_is_in_the_sheet(tmp_path: Path, digits: str) -> None:
    file = tmp_path / "edition.xlsx"
    file.write_bytes(japanese(organizations(1), SECOND_DAY, digits=digits))
    assert read_edition(file).day == SECOND_DAY


def test_empty_rows_and_cells_of_spaces_mean_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, with_rows([None] * 14, one(N=" "), [" ", *[None] * 13], office("②支店", "②大阪府"), []))
    (row,) = read(file)
    assert len(organization_of(row).offices) == 2
    assert organization_of(row).remarks is None


# -- both editions ------------------------------------------------------------------------------------------------


def test_the_english_names_are_joined_by_number_and_not_by_row(tmp_path: Path) -> None:
    shown = organizations(60)
    file = tmp_path / "editions.zip"
    file.write_bytes(both(shown, DAY))
    found = [organization_of(row) for row in read(file)]
    assert [each.names for each in found] == [{"ja": each.name.text, "en": each.name_english} for each in shown]
    assert [each.name_english for each in shown] != sorted(each.name_english for each in shown)


def test_whom_the_english_edition_does_not_have_has_a_japanese_name_alone(tmp_path: Path) -> None:
    shown = organizations(5)
    file = tmp_path / "editions.zip"
    file.write_bytes(packed({"ja.xlsx": japanese(shown, DAY), "en.xlsx": english(shown[:4], DAY)}))
    assert [set(organization_of(row).names) for row in read(file)] == [{"ja", "en"}] * 4 + [{"ja"}]


@pytest.mark.parametrize(
    "members",
    [
        {"a.xlsx": japanese(organizations(1), DAY)},
        {"a.xlsx": japanese(organizations(1), DAY), "b.xlsx": japanese(organizations(2), DAY)},
        {"a.xlsx": english(organizations(1), DAY), "b.xlsx": english(organizations(1), DAY)},
    ],
    ids=["one", "two in Japanese", "two in English"],
)
def test_an_archive_has_one_of_each(tmp_path: Path, members: dict[str, bytes]) -> None:
    file = tmp_path / "editions.zip"
    file.write_bytes(packed(members))
    assert told(file)[0] == "wrong-layout"


def pair(folder: Path, stamp: str) -> Path:
    """An archive of the Japanese edition of DAY and of the English one with something else in its first cell."""
    first = organizations(1)
    other = folder / "en.xlsx"
    other.write_bytes(english(first, DAY))
    changed(other, "xl/sharedStrings.xml", lambda xml: xml.replace(f"As of {DAY:%B} {DAY.day}.{DAY.year}", stamp))
    file = folder / "editions.zip"
    file.write_bytes(packed({"ja.xlsx": japanese(first, DAY), "en.xlsx": other.read_bytes()}))
    return file


@pytest.mark.parametrize("stamp", ["As of Aug. 3, 2026", "As of  August 3 2026 ", "As of AUGUST 03.2026."])
def test_the_day_of_the_english_edition_in_other_words(tmp_path: Path, stamp: str) -> None:
    assert read_edition(pair(tmp_path, stamp)).day == DAY


def test_the_english_edition_is_of_the_same_day(tmp_path: Path) -> None:
    assert told(pair(tmp_path, "As of July 6.2026")) == (
        "two-editions",
        "The Japanese workbook is of 2026-08-03, the English one of 2026-07-06.",
    )


@pytest.mark.parametrize("stamp", ["As of today", "As of Augustus 2026", "As of Foo 3.2026", "As of June 31.2026"])
def test_an_english_edition_whose_day_cannot_be_read(tmp_path: Path, stamp: str) -> None:
    assert told(pair(tmp_path, stamp))[0] == "no-edition-date"


def test_a_row_without_the_english_edition_begins_as_the_row_with_it(tmp_path: Path) -> None:
    shown = organizations(3)
    alone, together = tmp_path / "edition.xlsx", tmp_path / "editions.zip"
    alone.write_bytes(japanese(shown, DAY))
    together.write_bytes(both(shown, DAY))
    pairs = zip(read_edition(alone).rows, read_edition(together).rows, strict=True)
    for row, both_rows in pairs:
        assert isinstance(row, Unread)
        assert isinstance(both_rows, Unread)
        assert both_rows.source.startswith(row.source)
        assert both_rows.source != row.source


# -- a row that cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "slug", "column"),
    [
        ({"A": None}, "missing-field", "/A"),
        ({"A": "19-000001"}, "wrong-form", "/A"),
        ({"A": 19}, "wrong-form", "/A"),
        ({"B": None}, "missing-field", "/B"),
        ({"B": "2021年2月30日"}, "no-such-date", "/B"),
        ({"B": "昨年"}, "wrong-form", "/B"),
        ({"B": date(2019, 3, 31)}, "wrong-form", "/B"),
        ({"B": 4}, "wrong-form", "/B"),
        ({"C": None}, "missing-field", "/C"),
        ({"C": "長" * 4_001}, "too-large", "/C"),
        ({"C": date(2021, 5, 17)}, "wrong-form", "/C"),
        ({"L": "未定"}, "wrong-form", "/L"),
        ({"O": "余計"}, "wrong-form", "/O"),
    ],
)
def test_a_wrong_cell_is_told_with_its_row_and_column(
    tmp_path: Path, cells: dict[str, Any], slug: str, column: str
) -> None:
    assert errors(tmp_path, one(**cells)) == [(9, slug, column)]


def test_all_that_is_wrong_with_a_row_is_told_at_once(tmp_path: Path) -> None:
    assert errors(tmp_path, one(A="x", B="y", C=None)) == [
        (9, "wrong-form", "/A"),
        (9, "missing-field", "/C"),
        (9, "wrong-form", "/B"),
    ]


def test_an_office_with_something_beside_it_makes_its_organization_unreadable(tmp_path: Path) -> None:
    stray = office("②支店", "②大阪府")
    stray[12] = "ロシア語"
    assert errors(tmp_path, one(), stray) == [(10, "wrong-form", "/M")]


def test_an_unreadable_row_is_its_own_and_keeps_its_number_where_that_can_be_read(tmp_path: Path) -> None:
    sheet = with_rows(one(), one(A="20登-003454", B="?"), office("②支店", "②"), one(A="?"), one(A="21登-005826"))
    found = read(written(tmp_path, sheet))
    assert [(type(row), row.subject, row.row) for row in found] == [
        (Row, "19登-000001", 9),
        (Unreadable, "20登-003454", 10),
        (Unreadable, None, 12),
        (Row, "21登-005826", 13),
    ]


# -- an edition that cannot be read -------------------------------------------------------------------------------


def changed(file: Path, member: str, change: Callable[[str], str]) -> Path:
    """With one member of the workbook as the change has it."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    after = change(members[member])
    assert after != members[member]
    file.write_bytes(packed(members | {member: after}))
    return file


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    file = tmp_path / "edition.xlsx"
    file.write_bytes(b"PK\x03\x04 and no more")
    assert told(file)[0] == "not-a-zip"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(tmp_path: Path, part: float) -> None:
    file = written(tmp_path, rows(50))
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    assert told(file)[0] == "not-a-zip"


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    file = tmp_path / "edition.xlsx"
    file.write_bytes(packed({"readme.txt": "no workbook"}))
    assert told(file)[0] == "not-a-workbook"


def test_a_workbook_whose_sheet_is_no_xml(tmp_path: Path) -> None:
    file = changed(written(tmp_path, rows()), "xl/worksheets/sheet1.xml", lambda xml: xml[:400] + "<<&>")
    assert told(file)[0] in ("not-a-workbook", "wrong-layout")


def test_an_archive_that_swells_is_left_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = changed(written(tmp_path, rows()), "xl/styles.xml", lambda xml: xml + " " * 41_000_000)
    assert file.stat().st_size < 1_000_000
    monkeypatch.setattr(sheets, "CalamineWorkbook", None)
    assert told(file)[0] == "unpacks-too-large"


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="9999999"><c><v>1</v></c></row>',
        "<row><c r = 'AA1'><v>1</v></c></row>",
        '<row><c t="n" r="A100000" s="1"><v>1</v></c></row>',
        '<row r="30000"><c r="A30000"><v>1</v></c></row>',
        '<row r="9"><c><v>1</v></c></row>',
        '<row r="9"><x:c\n s="2" r="A9"><v>1</v></x:c></row>',
        '<row r="9"><c r="A9" t = "s"><v>1</v></c></row>',
        """<row r="9"><c r="A9" t='s'><v>1</v></c></row>""",
        '<row r="9"><c r="A9" t="s"><f>1</f><v>1</v></c></row>',
    ],
)
def test_a_far_cell_that_would_take_all_memory_is_found_before_it_does(
    tmp_path: Path, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, rows())
    changed(file, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("</sheetData>", f"{cell}</sheetData>"))
    monkeypatch.setattr(sheets, "CalamineWorkbook", None)
    assert told(file)[0] == "wrong-layout"


def swelling(folder: Path, what: str) -> Path:
    """A workbook of some kilobytes that would take very much memory."""
    file = written(folder, rows())
    texts, sheet = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
    if what == "texts announced":
        return changed(file, texts, lambda xml: xml.replace('uniqueCount="', 'uniqueCount="9999999'))
    if what == "merged cells":
        many = '<mergeCell ref="A1"/>' * 60_000
        return changed(file, sheet, lambda xml: xml.replace("<mergeCells ", f"{many}<mergeCells "))
    if what == "texts":
        return changed(file, texts, lambda xml: xml.replace("</sst>", "<si/>" * 600_000 + "</sst>"))
    if what == "what is not looked at":
        return changed(file, "xl/styles.xml", lambda xml: xml + "<xf/>" * 500_000)
    assert what == "a text in many cells"
    changed(file, texts, lambda xml: xml.replace("<si>", f"<si><t>{'x' * 100_000}</t></si><si>", 1))
    cells = '<row r="9">' + '<c r="A9" t="s"><v>0</v></c>' * 250 + "</row>"
    return changed(file, sheet, lambda xml: xml.replace("</sheetData>", cells + "</sheetData>"))


@pytest.mark.parametrize(
    "what", ["texts", "texts announced", "a text in many cells", "merged cells", "what is not looked at"]
)
def test_a_workbook_that_would_take_much_memory_is_left_before_it_is_read(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = swelling(tmp_path, what)
    monkeypatch.setattr(sheets, "CalamineWorkbook", None)
    assert told(file)[0] == "unpacks-too-large"


@pytest.mark.parametrize(
    "strings", ["<!-- <si></si> --></sst>", "<![CDATA[<si></si>]]></sst>"], ids=["comment", "character data"]
)
def test_texts_that_could_be_miscounted_are_refused(tmp_path: Path, strings: str) -> None:
    file = changed(written(tmp_path, rows()), "xl/sharedStrings.xml", lambda xml: xml.replace("</sst>", strings))
    assert told(file)[0] == "wrong-layout"


def test_a_second_table_of_texts(tmp_path: Path) -> None:
    file = changed(written(tmp_path, rows()), "xl/styles.xml", lambda xml: xml + "<sst><si></si></sst>")
    assert told(file)[0] == "wrong-layout"


MEASURED = """
import sys
from pathlib import Path
from services.bridge_jp.support_organizations_edition import read_edition
from shared.bridge.comparing import scan
from shared.errors import ProblemError
try:
    told = len(scan(read_edition(Path(sys.argv[1])), {"xx": {}}).shown)
except ProblemError as error:
    told = error.problem.slug
print(told, next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def measured(file: Path) -> tuple[str, int]:
    """What a process of its own says of a file, and the megabytes that it has had at the most."""
    ended = subprocess.run([sys.executable, "-c", MEASURED, file], capture_output=True, text=True, check=True)
    told, kilobytes = ended.stdout.split()
    return told, int(kilobytes) // 1_000


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for the memory")
def test_reading_takes_little_memory_of_a_file_that_swells_and_of_the_largest_that_is_taken(tmp_path: Path) -> None:
    swollen = changed(
        written(tmp_path, rows()),
        "xl/sharedStrings.xml",
        lambda xml: xml.replace("</sst>", "<si><t>a</t></si>" * 10_500_000 + "</sst>"),
    )
    assert swollen.stat().st_size < 1_000_000
    told, megabytes = measured(swollen)
    assert (told, megabytes < 150) == ("unpacks-too-large", True)

    def filled(xml: str) -> str:
        numbers = ((row, f"{19 + row % 8}登-{row:06}") for row in range(9, 30_000))
        cells = "".join(
            f'<row r="{row}"><c r="A{row}" t="str"><v>{number}</v></c><c r="B{row}"><v>44333</v></c>'
            f'<c r="C{row}" t="str"><v>𠮷{"x" * 500}</v></c><c r="N{row}" t="str"><v>{"x" * 500}</v></c></row>'
            for row, number in numbers
        )
        return xml[: xml.index('<row r="9"')] + cells + xml[xml.index("</sheetData>") :]

    largest = changed(written(tmp_path, rows()), "xl/worksheets/sheet1.xml", filled)
    told, megabytes = measured(largest)
    assert (told, megabytes < 300) == ("29991", True), megabytes


def test_cells_far_away_that_have_a_look_and_nothing_in_them_do_no_harm(tmp_path: Path) -> None:
    far = '<row r="1048576" s="2" customFormat="1"/>'
    file = changed(
        written(tmp_path, rows()),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace("</row>", '<c r="AZ1" s="2"/></row>', 1).replace("</sheetData>", f"{far}</sheetData>"),
    )
    assert len(read(file)) == 3


def test_a_cell_with_an_error_in_it(tmp_path: Path) -> None:
    """It would be taken for an empty one."""
    file = changed(
        written(tmp_path, with_rows(one(E=1))),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace('<c r="E9" s="2"><v>1<', '<c r="E9" s="2" t="e"><v>#REF!<'),
    )
    assert told(file)[0] == "wrong-layout"


def test_a_cell_with_an_error_in_it_wherever_in_the_file_it_stands(tmp_path: Path) -> None:
    """Also where it is cut in two by whoever reads a megabyte at a time."""
    error = '<c r="E9" t="e"><v>#REF!</v></c>'

    def at_the_boundary(xml: str) -> str:
        place = xml.index("<sheetData>")
        missing = (1 << 20) - len(xml[:place].encode()) - len("<sheetData><row>") - error.index("t=") - 2
        return xml.replace("<sheetData>", " " * missing + f"<sheetData><row>{error}</row>")

    file = changed(written(tmp_path, rows()), "xl/worksheets/sheet1.xml", at_the_boundary)
    assert told(file)[0] == "wrong-layout"
    with zipfile.ZipFile(file) as archive:
        assert archive.read("xl/worksheets/sheet1.xml")[(1 << 20) - 2 :].startswith(b't="e"')


def test_very_many_offices(tmp_path: Path) -> None:
    sheet = with_rows(one(), *[office("②支店", "②大阪府")] * 101)
    assert told(written(tmp_path, sheet)) == (
        "wrong-layout",
        "Row 110 is one office more than the 100 that row 9 may have.",
    )


def test_a_second_sheet(tmp_path: Path) -> None:
    file = changed(
        written(tmp_path, rows()),
        "xl/workbook.xml",
        lambda xml: xml.replace("</sheets>", '<sheet name="もう一つ" sheetId="2" r:id="rId1"/></sheets>'),
    )
    assert told(file) == ("wrong-layout", "It has 2 sheets, not one: 登録支援機関登録簿, もう一つ.")


@pytest.mark.parametrize(
    ("row", "column", "heading", "detail"),
    [
        (2, "A", "番号", "Over column A stands '登録支援機関登録簿2026年8月3日現在番号', not 登録番号."),
        (2, "B", "有効期限", "Over column B stands '有効期限', not 登録年月日."),
        (2, "E", None, "Over column E stands '', not 所在地 or 住所."),
        (2, "N", "メールアドレス", "Over column N stands 'メールアドレス', not 備考."),
        (2, "O", "法人番号", "Column O is headed '法人番号'; only A to N are known."),
        (7, "J", "電話", "Over column J stands '電話', not 所在地 or 住所."),
        (7, "A", "19登-000001", "19登-000001 stands in A8; the organizations begin below row 8."),
    ],
)
def test_a_header_that_is_not_as_known(tmp_path: Path, row: int, column: str, heading: str | None, detail: str) -> None:
    sheet = rows()
    place = ord(column) - ord("A")
    sheet[row] = [*sheet[row], *[None] * (place + 1 - len(sheet[row]))]
    sheet[row][place] = heading
    assert told(written(tmp_path, sheet)) == ("wrong-layout", detail)


def test_a_missing_header(tmp_path: Path) -> None:
    assert told(written(tmp_path, rows()[8:]))[0] == "wrong-layout"


def test_a_row_of_the_header_that_is_missing(tmp_path: Path) -> None:
    sheet = rows()
    del sheet[4]
    assert told(written(tmp_path, sheet)) == (
        "wrong-layout",
        f"{sheet[7][0]} stands in A8; the organizations begin below row 8.",
    )


def test_a_row_too_many_in_the_header(tmp_path: Path) -> None:
    sheet = rows()
    sheet.insert(4, [None] * 14)
    slug, detail = told(written(tmp_path, sheet))
    assert slug == "wrong-layout"
    assert "column J" in detail


def test_a_merged_cell_that_is_gone(tmp_path: Path) -> None:
    merged = [one for one in MERGED if not one.startswith("H")]
    slug, detail = told(written(tmp_path, rows(), merged))
    assert slug == "wrong-layout"
    assert detail.startswith("H to J are not merged under one heading")


def test_a_sheet_with_nothing_in_it(tmp_path: Path) -> None:
    assert told(written(tmp_path, []))[0] == "wrong-layout"


def test_an_edition_without_organizations(tmp_path: Path) -> None:
    assert told(written(tmp_path, with_rows())) == ("empty-edition", "Nothing stands below row 8.")


def test_an_office_without_an_organization(tmp_path: Path) -> None:
    slug, detail = told(written(tmp_path, with_rows(office("②支店", "②大阪府"), one())))
    assert (slug, detail) == ("wrong-layout", "Row 9 has an office before there is any organization.")


@pytest.mark.parametrize(
    ("stamp", "detail"),
    [
        ("登録支援機関", "found: none"),
        ("2026年8月現在", "found: none"),
        ("2026年2月30日現在", "2026年2月30日 is not in the calendar."),
        ("2026年8月3日現在 （2026年7月6日現在から更新）", "found: 2026年7月6日, 2026年8月3日"),
    ],
)
def test_an_edition_without_one_date(tmp_path: Path, stamp: str, detail: str) -> None:
    slug, found = told(written(tmp_path, rows(stamp=stamp)))
    assert slug == "no-edition-date"
    assert detail in found


# -- what is not read again ---------------------------------------------------------------------------------------


def test_a_row_that_moved_is_the_same_row(tmp_path: Path) -> None:
    before, after = (
        list(read_edition(written(tmp_path, sheet)).rows)
        for sheet in (with_rows(one(), one(A="20登-003454")), with_rows(one(A="20登-003454")))
    )
    assert isinstance(before[1], Unread)
    assert isinstance(after[0], Unread)
    assert before[1].source == after[0].source
    assert (before[1].row, after[0].row) == (10, 9)


@pytest.mark.parametrize("column", "BCDEFGHIJKLMN")
def test_a_row_in_which_any_cell_has_changed_is_another(tmp_path: Path, column: str) -> None:
    other: Cell = date(2019, 4, 27) if column in "BL" else "別"
    sources = [
        [row.source for row in read_edition(written(tmp_path, sheet)).rows if isinstance(row, Unread)]
        for sheet in (with_rows(one()), with_rows(one(**{column: other})))
    ]
    assert sources[0] != sources[1]


def test_an_office_more_makes_another_row(tmp_path: Path) -> None:
    sources = [
        [row.source for row in read_edition(written(tmp_path, sheet)).rows if isinstance(row, Unread)]
        for sheet in (with_rows(one()), with_rows(one(), office("②支店", "②大阪府")))
    ]
    assert sources[0] != sources[1]


def test_what_rows_come_to_is_counted_up_with_every_change_of_it(tmp_path: Path) -> None:
    """If this fails, the same row comes to something else than before: count READING up and put the new digest here.

    Otherwise rows that stand in the file as before would never be sent anew.
    """
    file = tmp_path / "edition.xlsx"
    file.write_bytes(japanese(organizations(400), FIRST_DAY))
    all_of_it = digest([content_digest(organization_of(row)) for row in read(file)])
    assert (support_organizations_edition.READING, all_of_it) == (
        1,
        "sha-256:0d490ad451e1f195dd5dc4b35bdca0df3affab9f73042ef39c84c9a27b76c148",
    )


def test_the_edition_after_differs_in_what_it_says_it_does() -> None:
    before = organizations(400)
    after = following(before)
    old, new = ({each.number: each for each in shown} for shown in (before, after.organizations))
    assert new.keys() - old.keys() == set(after.registered)
    assert old.keys() - new.keys() == set(after.removed)
    changed = {number for number in old.keys() & new.keys() if old[number] != new[number]}
    assert changed == {*after.amended, *after.suspended, *after.resumed}
    told = (after.registered, after.amended, after.suspended, after.resumed, after.removed)
    assert [len(each) for each in told] == [4, 8, 2, 1, 4]


def test_an_edition_is_the_same_bytes_each_time() -> None:
    assert japanese(organizations(30), FIRST_DAY) == japanese(organizations(30), FIRST_DAY)
    assert workbook("x", [["a"]]) == workbook("x", [["a"]])
