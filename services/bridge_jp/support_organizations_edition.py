"""Reads an edition of the register of support organizations (登録支援機関登録簿) as it is published: a workbook of one
sheet (formats.md A1).

Columns are known by their place, and by words that must stand over them; the exact wording of the headers is not
verified. What is not as known fails, with its cell: a workbook that is laid out anew must not be misread. Texts are
kept as published; only keys, numbers and dates are brought into one form.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from unicodedata import normalize

import orjson
from python_calamine import CalamineSheet

from services.bridge_jp.identifiers import is_registration_number, parse_registration_number
from services.bridge_jp.languages import languages_of
from services.bridge_jp.sheets import MOST_UNPACKED, sheet_of
from services.bridge_jp.support_organizations import COUNTRY, parts_of
from services.bridge_jp.wareki import parse_date
from shared.bridge.fields import WrongValue
from shared.bridge.snapshot import Edition, Row, Unread, Unreadable
from shared.bridge.unpacking import check_zip
from shared.contracts.support_organization import Office, SupportOrganization
from shared.errors import Problem, ProblemError, problem

T = TypeVar("T")

READING: Final = 1
"""To be counted up with every change of what a row comes to, that of languages included: rows that stand in the file as
before are not read again, so that without it they would stay as they were."""
HEADER_ROWS: Final = 8
"""Title, stamp and headers in two levels; the organizations begin below."""
COLUMNS: Final = "ABCDEFGHIJKLMN"
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": ("登録番号",),
    "B": ("登録年月日",),
    "C": ("氏名", "名称"),
    "E": ("所在地", "住所"),
    "F": ("電話番号",),
    "J": ("所在地", "住所"),
    "M": ("言語",),
    "N": ("備考",),
}
"""Column → words of which one at least stands over it."""
BEGINNING: Final = date(2019, 4, 1)
"""The system's first day; nobody was registered before."""
LONGEST: Final = 4_000
"""Characters of a cell."""
MOST_OFFICES: Final = 100
"""Of an organization, beside its first; eleven were seen."""

_OFFICES: Final = (7, 9)
"""The columns H to J, counted from 0, which are under one heading."""
_DAY: Final = r"(?:[0-9]{4}|(?:令和|平成|R|H)[0-9元]{1,2})年[0-9]{1,2}月[0-9]{1,2}日"
_STAMP: Final = re.compile(rf"({_DAY})現在")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""How the names of months begin in English."""
_ENGLISH_STAMP: Final = re.compile(r"As of\s+([A-Za-z]{3,})[\s.]*([0-9]{1,2})[\s.,]*([0-9]{4})\.?")
_NOTICE: Final = re.compile("(休止|再開)の?届出?")
_CIRCLED: Final = re.compile("^[\u2460-\u2473]\\s*")
_TITLE: Final = re.compile(r"\S*(?:取締役|理事|理事長|社員|代表者|代表|会長|社長|所長)\s*")
"""What may stand on a line of its own above a representative's name."""

_Cells = Sequence[Any]
_Names = Mapping[str, str] | None
"""English names by registration number; None where no English edition came."""


def read_edition(path: Path) -> Edition:
    """The edition in a file: the Japanese workbook, or a zip archive of it and the English one.

    Blocks. Raises ProblemError, as iterating the rows does: `not-a-zip`, `unpacks-too-large`, `not-a-workbook`,
    `wrong-layout`, `no-edition-date`, `two-editions`, `empty-edition`. Of the English edition only the names are
    taken, by registration number, since its rows stand in another order.
    """
    check_zip(path, 2 * MOST_UNPACKED)
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        inside = [name for name in archive.namelist() if name.lower().endswith(".xlsx")]
        if not inside:
            return _japanese(sheet_of(path), None)
        if len(inside) != 2:
            raise _wrong(f"The archive holds {len(inside)} workbooks, not the Japanese and the English one.")
        sheets = [sheet_of(Path(archive.extract(name, folder))) for name in inside]
    english = [_is_english(sheet) for sheet in sheets]
    if sum(english) != 1:
        raise _wrong(f"Of {inside[0]} and {inside[1]} one is to be the English edition: 'As of' stands in its A1.")
    names = sheets[english.index(True)]
    edition = _japanese(sheets[english.index(False)], _english_names(names))
    if (day := _english_date(names)) != edition.day:
        detail = f"The Japanese workbook is of {edition.day}, the English one of {day}."
        raise ProblemError(problem("two-editions", detail))
    return edition


# -- the workbook -------------------------------------------------------------------------------------------------


def _is_english(sheet: CalamineSheet) -> bool:
    return _first_cell(sheet).startswith("As of")


def _english_date(sheet: CalamineSheet) -> date:
    first = _first_cell(sheet)
    stamp = _ENGLISH_STAMP.fullmatch(first)
    try:
        if stamp is not None:
            return date(int(stamp[3]), MONTHS.index(stamp[1][:3].lower()) + 1, int(stamp[2]))
    except ValueError:
        pass
    raise _no_date(f"A1 of the English edition is to be a date such as 'As of April 15.2026'; it is {first[:50]!r}.")


def _first_cell(sheet: CalamineSheet) -> str:
    first = next(sheet.iter_rows(), [""])[0]
    return first.strip() if isinstance(first, str) else ""


def _english_names(sheet: CalamineSheet) -> Mapping[str, str]:
    """Name by registration number; a row whose number cannot be read names nobody."""
    names = {}
    for cells in islice(sheet.iter_rows(), HEADER_ROWS, None):
        number, name = _text(cells[0]), _text(cells[2]) if len(cells) > 2 else None
        try:
            names[parse_registration_number(number or "")] = name
        except WrongValue:
            continue
    if not names:
        raise _wrong("No row of the English edition begins with a registration number.")
    return {number: name for number, name in names.items() if name is not None}


def _japanese(sheet: CalamineSheet, english: _Names) -> Edition:
    rows = sheet.iter_rows()
    header = [list(row) for row in islice(rows, HEADER_ROWS)]
    _check_header(header, sheet.merged_cell_ranges or [])
    return Edition(_edition_date(header), _organizations(rows, english))


def _check_header(header: Sequence[_Cells], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    if len(header) < HEADER_ROWS or len(header[0]) < len(COLUMNS):
        raise _wrong(f"It has {len(header)} rows and {len(header[0]) if header else 0} columns at the most.")
    over = ["".join(_plain(row[column]) for row in header) for column in range(len(header[0]))]
    for place, heading in enumerate(over):
        letter = _letter(place)
        wanted = HEADINGS.get(letter, ("",))
        if place >= len(COLUMNS) and heading:
            raise _wrong(f"Column {letter} is headed {heading[:30]!r}; only A to N are known.")
        if not any(word in heading for word in wanted):
            raise _wrong(f"Over column {letter} stands {heading[:30]!r}, not {' or '.join(wanted)}.")
    for number, row in enumerate(header, start=1):
        if re.fullmatch("[0-9]{2}登.[0-9]{6}", _plain(row[0])):
            raise _wrong(f"{row[0]} stands in A{number}; the organizations begin below row {HEADER_ROWS}.")
    for (top, left), (bottom, right) in merged:
        if (left, right) == _OFFICES and top <= bottom < HEADER_ROWS:
            return
    raise _wrong(
        "H to J are not merged under one heading (支援業務を行う事務所) in rows 1 to 8; columns may have moved."
    )


def _edition_date(header: Iterable[_Cells]) -> date:
    text = " ".join(_plain(cell) for row in header for cell in row)
    stamps = set(_STAMP.findall(text))
    if len(stamps) != 1:
        found = ", ".join(sorted(stamps)) or "none"
        raise _no_date(f"Rows 1 to {HEADER_ROWS} are to have one date such as 2026年8月3日現在; found: {found}.")
    try:
        return parse_date(stamps.pop())
    except WrongValue as error:
        raise _no_date(str(error)) from error


def _wrong(detail: str) -> ProblemError:
    return ProblemError(problem("wrong-layout", detail))


def _no_date(detail: str) -> ProblemError:
    return ProblemError(problem("no-edition-date", detail))


# -- the rows -----------------------------------------------------------------------------------------------------


def _organizations(rows: Iterator[_Cells], english: _Names) -> Iterator[Row | Unread | Unreadable]:
    """Each organization with the rows of its further offices, in which the first seven columns are empty."""
    head: tuple[int, _Cells] | None = None
    offices: list[tuple[int, _Cells]] = []
    for number, cells in enumerate(rows, start=HEADER_ROWS + 1):
        filled = [place for place, cell in enumerate(cells) if cell != "" and not _is_blank(cell)]
        if not filled:
            continue
        if filled[0] < _OFFICES[0]:
            if head is not None:
                yield _unread(*head, offices, english)
            head, offices = (number, cells), []
        elif head is None:
            raise _wrong(f"Row {number} has an office before there is any organization.")
        elif len(offices) == MOST_OFFICES:
            raise _wrong(f"Row {number} is one office more than the {MOST_OFFICES} that row {head[0]} may have.")
        else:
            offices.append((number, cells))
    if head is None:
        raise ProblemError(problem("empty-edition", f"Nothing stands below row {HEADER_ROWS}."))
    yield _unread(*head, offices, english)


def _unread(row: int, cells: _Cells, more: Sequence[tuple[int, _Cells]], english: _Names) -> Unread | Unreadable | Row:
    """An organization with what it was made of, wherever in the file that stands."""

    def read() -> Row | Unreadable:
        return _organization(row, cells, more, english)

    number = cells[0]
    if not (isinstance(number, str) and is_registration_number(number)):
        return read()
    source = _digest([READING, cells, [further for _, further in more]])
    if english is not None:
        # Apart, so that a row is known again where no English edition came.
        source += _digest([english.get(number)])
    return Unread(number, row, source, read)


def _digest(parts: Sequence[Any]) -> str:
    return hashlib.sha256(orjson.dumps(parts, default=repr)).hexdigest()


class _Line:
    """The cells of a row, and what is wrong with them."""

    def __init__(self, number: int, cells: _Cells, problems: list[Problem]) -> None:
        self._number = number
        self._cells = cells
        self.problems = problems

    def text(self, column: int) -> str | None:
        """As published; None where it is blank."""
        return self._read(column, _text, None)

    def required(self, column: int, parse: Callable[[Any], T | None], otherwise: T) -> T:
        value = self._read(column, parse, otherwise)
        if value is None:
            self.tell("missing-field", column, f"{COLUMNS[column]}{self._number} is empty.")
            return otherwise
        return value

    def optional(self, column: int, parse: Callable[[Any], T | None]) -> T | None:
        return self._read(column, parse, None)

    def nothing_beside(self, columns: range) -> None:
        """An error for each cell outside these columns that has something in it."""
        for column, cell in enumerate(self._cells):
            if column not in columns and not _is_blank(cell):
                self.tell("wrong-form", column, f"{_letter(column)}{self._number} is to be empty, and has {cell!r}.")

    def tell(self, slug: str, column: int, detail: str) -> None:
        self.problems.append(problem(slug, detail, pointer=f"/{_letter(column)}", row=self._number))

    def _read(self, column: int, parse: Callable[[Any], T | None], otherwise: T | None) -> T | None:
        try:
            return parse(self._cells[column])
        except WrongValue as error:
            self.tell(error.slug, column, f"{COLUMNS[column]}{self._number}: {error}")
            return otherwise


def _organization(row: int, cells: _Cells, more: Sequence[tuple[int, _Cells]], english: _Names) -> Row | Unreadable:
    problems: list[Problem] = []
    line = _Line(row, cells, problems)
    number = line.required(0, _registration_number, "")
    name = line.required(2, _text, "")
    remarks, languages = line.text(13), line.text(12)
    suspended, since = _standing(remarks)
    lines = [line, *(_Line(place, further, problems) for place, further in more)]
    line.nothing_beside(range(len(COLUMNS)))
    for further in lines[1:]:
        further.nothing_beside(range(_OFFICES[0], _OFFICES[1] + 1))
    name_english = (english or {}).get(number)
    organization = SupportOrganization(
        country=COUNTRY,
        registration_number=number,
        registered_on=line.required(1, _registered_on, BEGINNING),
        names={"ja": name} if name_english is None else {"ja": name, "en": name_english},
        main_office=Office(postal_code=line.optional(3, _postal_code), address=line.text(4)),
        phones=line.optional(5, _phones) or (),
        representatives=line.optional(6, _representatives) or (),
        offices=tuple(office for office in map(_office, lines) if office is not None),
        support_content=line.text(10),
        planned_start_on=line.optional(11, _date),
        languages=languages_of(languages) if languages is not None else (),
        languages_text=languages,
        remarks=remarks,
        status="suspended" if suspended else "registered",
        suspended_on=since,
    )
    if problems:
        return Unreadable(row, problems, subject=number or None)
    return Row(number, row, parts_of(organization), name=name)


def _office(line: _Line) -> Office | None:
    """Without the circled digit by which offices are counted; they are in order."""
    name, address = (_CIRCLED.sub("", line.text(column) or "") or None for column in (7, 9))
    postal_code = line.optional(8, _postal_code)
    if name is None and postal_code is None and address is None:
        return None
    return Office(name=name, postal_code=postal_code, address=address)


def _standing(remarks: str | None) -> tuple[bool, date | None]:
    """Whether the last notice in the remarks is one of suspension (休止), and its date if it has one."""
    if remarks is None:
        return False, None
    text = _plain(remarks)
    notices = list(_NOTICE.finditer(text))
    if not notices or notices[-1][1] != "休止":
        return False, None
    days = re.findall(_DAY, text[notices[-2].end() if len(notices) > 1 else 0 : notices[-1].start()])
    try:
        return True, parse_date(days[-1]) if days else None
    except WrongValue:
        # The notice stands as text in the remarks; only its date is not known.
        return True, None


# -- the cells ----------------------------------------------------------------------------------------------------


def _is_blank(cell: Any) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _text(cell: Any) -> str | None:
    """A cell's text, kept as it is; what was typed as a number has its digits."""
    if isinstance(cell, str):
        if len(cell) > LONGEST:
            raise WrongValue("too-large", f"it has {len(cell)} characters; {LONGEST} are taken.")
        return cell if cell.strip() else None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    raise WrongValue("wrong-form", f"{cell!r} is no text.")


def _registration_number(cell: Any) -> str | None:
    text = _text(cell)
    return None if text is None else parse_registration_number(text)


def _date(cell: Any) -> date | None:
    """A day: a date, the serial number of one, or as text."""
    if isinstance(cell, datetime):
        cell = cell.date() if cell.time() == datetime.min.time() else cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    if isinstance(cell, float) and cell.is_integer() and 60 < cell < 2_958_466:
        return _BEFORE_SERIAL_1 + timedelta(days=int(cell))
    if isinstance(cell, str):
        return parse_date(cell) if cell.strip() else None
    raise WrongValue("wrong-form", f"{cell!r} is neither a date nor the serial number of one.")


_BEFORE_SERIAL_1: Final = date(1899, 12, 30)
"""Serial numbers from 61 (1900-03-01) on count from here; those below count a day that never was."""


def _registered_on(cell: Any) -> date | None:
    day = _date(cell)
    if day is not None and day < BEGINNING:
        raise WrongValue("wrong-form", f"{day} is before the register began, on {BEGINNING}.")
    return day


def _postal_code(cell: Any) -> str | None:
    """Seven digits; the zeros that it began with are lost where it was typed as a number."""
    text = _text(cell)
    return f"{text:0>7}" if isinstance(cell, float) else text


def _phones(cell: Any) -> tuple[str, ...]:
    """One a line, or with 、 between; typed as a number it has lost its leading 0."""
    text = _text(cell)
    if text is None:
        return ()
    if isinstance(cell, float):
        return (f"0{text}",)
    return tuple(part.strip() for part in re.split("[\n、]", text) if part.strip())


def _representatives(cell: Any) -> tuple[str, ...]:
    """One a line, or with 、 between; a title on a line of its own belongs to the name below it."""
    names: list[str] = []
    title = ""
    for part in re.split("[\n、]", _text(cell) or ""):
        if not part.strip():
            continue
        if _TITLE.fullmatch(part):
            title = f"{title}{part}\n"
            continue
        names.append(title + part.strip())
        title = ""
    return (*names, title.strip()) if title else tuple(names)


def _plain(cell: Any) -> str:
    """For looking words up: one width, no white space. Never stored."""
    return re.sub(r"\s", "", normalize("NFKC", cell)) if isinstance(cell, str) else ""


def _letter(column: int) -> str:
    return chr(ord("A") + column)
