"""Writes a workbook as an office program saves one: shared strings with readings in them, styles, merged cells.

By hand, since what matters here is what the libraries hide: phonetic runs (`rPh`), rich text, the same text once.
The same sheet gives the same members.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MIDNIGHT: Final = (2026, 1, 1, 0, 0, 0)
_BEFORE_THE_FIRST_DAY: Final = date(1899, 12, 30)
DATE_STYLE: Final = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the reading that was typed to get it: kana of a part of it, by where that begins and ends."""

    text: str
    readings: tuple[tuple[int, int, str], ...] = ()
    bold_to: int = 0
    """Characters at its beginning that are set in bold: it is kept in two runs then."""


Cell = Text | str | int | date | None
"""A date is kept as its serial number and shown as a date; an int as a number."""


def serial(day: date) -> int:
    """The number that a spreadsheet keeps a day as."""
    return (day - _BEFORE_THE_FIRST_DAY).days


def workbook(sheet_name: str, rows: Iterable[Sequence[Cell]], merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet; `merged` are ranges such as `A3:A8`."""
    strings = _Strings()
    sheet = io.StringIO()
    sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>')
    for number, row in enumerate(rows, start=1):
        sheet.write(f'<row r="{number}">')
        for column, cell in enumerate(row):
            sheet.write(_cell(f"{chr(ord('A') + column)}{number}", cell, strings))
        sheet.write("</row>")
    sheet.write("</sheetData>")
    if merged:
        ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
        sheet.write(f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>')
    sheet.write('<phoneticPr fontId="1"/></worksheet>')
    return packed(
        {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": (
                f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
                f'<sheet name="{escape(sheet_name)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _relations(
                "worksheet", "worksheets/sheet1.xml", "styles", "styles.xml", "sharedStrings", "sharedStrings.xml"
            ),
            "xl/styles.xml": _styles(),
            "xl/sharedStrings.xml": strings.document(),
            "xl/worksheets/sheet1.xml": sheet.getvalue(),
        }
    )


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """Members in a zip archive, dated alike whenever it is made."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _MIDNIGHT), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _Strings:
    """The table of shared strings: a text that occurs often is kept once, with its reading."""

    def __init__(self) -> None:
        self._places: dict[Text, int] = {}
        self._used = 0

    def place(self, text: Text) -> int:
        self._used += 1
        return self._places.setdefault(text, len(self._places))

    def document(self) -> str:
        items = "".join(f"<si>{_runs(text)}{_readings(text)}</si>" for text in self._places)
        return f'{_XML}<sst xmlns="{_MAIN}" count="{self._used}" uniqueCount="{len(self._places)}">{items}</sst>'


def _cell(place: str, cell: Cell, strings: _Strings) -> str:
    if cell is None:
        return f'<c r="{place}" s="2"/>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="{DATE_STYLE}"><v>{serial(cell)}</v></c>'
    if isinstance(cell, int):
        return f'<c r="{place}" s="2"><v>{cell}</v></c>'
    text = Text(cell) if isinstance(cell, str) else cell
    return f'<c r="{place}" s="2" t="s"><v>{strings.place(text)}</v></c>'


def _runs(text: Text) -> str:
    if not text.bold_to:
        return _t(text.text)
    bold, rest = text.text[: text.bold_to], text.text[text.bold_to :]
    return f"<r><rPr><b/></rPr>{_t(bold)}</r><r>{_t(rest)}</r>"


def _readings(text: Text) -> str:
    runs = "".join(f'<rPh sb="{begin}" eb="{end}">{_t(kana)}</rPh>' for begin, end, kana in text.readings)
    return f'{runs}<phoneticPr fontId="1"/>' if runs else ""


def _t(text: str) -> str:
    """What looks like an escaped character is escaped itself."""
    text = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return f'<t xml:space="preserve">{escape(text)}</t>'


def _content_types() -> str:
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/styles.xml": "styles",
        "/xl/sharedStrings.xml": "sharedStrings",
    }
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in parts.items()
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*kinds_and_targets: str) -> str:
    pairs = zip(kinds_and_targets[::2], kinds_and_targets[1::2], strict=True)
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'


def _styles() -> str:
    """0: as it comes; 1: a date; 2: text that breaks its lines."""
    wrapped = '<xf numFmtId="0" applyAlignment="1"><alignment wrapText="1"/></xf>'
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}">'
        '<fonts count="2"><font><sz val="11"/></font><font><sz val="6"/></font></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
        f'<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>{wrapped}</cellXfs></styleSheet>'
    )
