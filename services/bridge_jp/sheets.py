"""Opens the one sheet of a workbook (xlsx), once it is clear that reading it ends well.

The reader of workbooks is quick and trusts what it is given: it makes room for all between the cells that are filled
and for as many texts as are announced, makes a copy of a shared text for each cell that has it, and takes a cell with
an error in it for an empty one. So a file of some kilobytes could take all memory there is. Every member is looked
through for that first, and what no office program writes is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from shared.bridge.unpacking import check_zip
from shared.errors import ProblemError, problem

MOST_UNPACKED: Final = 40_000_000
"""Bytes of all members together. The register of 11,500 has 12.5 MB; with this bound and the next ones reading and
comparing the largest workbook takes some 300 MB, and 400 MB together with an English one as large."""
MOST_COPIED: Final = 20_000_000
"""Bytes of shared texts, counted for each cell that has one; the register of 11,500 has 10 MB."""
MOST_ELSEWHERE: Final = 2_000_000
"""Bytes of a member that has neither cells nor shared texts."""
MOST_TEXTS: Final = 500_000
"""Shared ones, each counted once."""
MOST_MERGED: Final = 50_000

_ODD: Final = re.compile(
    rb"""[<:]c(?=[\s>])(?! +r="[A-Z][12]?[0-9]{1,4}"(?: +(?:s|t|cm|vm|ph)="\w*")* *>)"""
    rb"""(?!(?:\s+[\w:.-]+="[^"<>]*")*\s*/>)[^<>]{0,80}"""
)
"""A cell with something in it that is beyond column Z or row 29,999, or does not say where it is in the usual way."""
_SHARED: Final = re.compile(rb' t="s"(?:[^<>]*>\s*<(?:\w+:)?v>([0-9]{1,7})<)?')
"""A cell with a shared text, and the text's number."""
_TEXT: Final = re.compile(rb"[<:]si[\s/>]")
_ANNOUNCED: Final = re.compile(rb"""sst\s[^<]*uniqueCount\s*=\s*["']\s*\+?0*[1-9][0-9]{6,}""")
"""Millions of shared texts."""


def sheet_of(path: Path) -> CalamineSheet:
    """The only sheet that is shown.

    Blocks. Raises ProblemError `not-a-zip`, `unpacks-too-large`, `not-a-workbook`, `wrong-layout`.
    """
    check_zip(path, MOST_UNPACKED)
    _check_members(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
        visible = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        if len(visible) != 1:
            raise _wrong(f"It has {len(visible)} sheets, not one: {', '.join(visible)[:200]}.")
        return workbook.get_sheet_by_name(visible[0])
    except CalamineError as error:
        raise ProblemError(problem("not-a-workbook", f"It cannot be read as an xlsx workbook: {error}.")) from error


def _check_members(path: Path) -> None:
    texts: Sequence[int] = ()
    uses = Counter[bytes]()
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name, content = member.filename, archive.read(member)
            if b"sheetData" in content:
                uses.update(_uses_of_texts(name, content))
            if b"sst" in content and (found := _lengths_of_texts(name, content)):
                if texts:
                    raise _wrong(f"{name} is a second table of shared texts.")
                texts = found
            elif b"sheetData" not in content and len(content) > MOST_ELSEWHERE:
                raise _swells(f"{name} unpacks to {len(content)} bytes, and has neither cells nor texts.")
    copied = sum(texts[int(number)] * times for number, times in uses.items() if int(number) < len(texts))
    if copied > MOST_COPIED:
        raise _swells(f"The shared texts of all its cells have {copied} bytes; {MOST_COPIED} are taken.")


def _uses_of_texts(name: str, content: bytes) -> Sequence[bytes]:
    """Of each cell of a sheet that has a shared text, the text's number."""
    if odd := _ODD.search(content):
        where = odd[0].decode(errors="replace")
        raise _wrong(f"{name} has a cell beyond column Z or row 29,999, or one that does not say where it is: {where}.")
    if b't="e"' in content:
        raise _wrong(f"{name} has a cell with an error of a formula, such as #REF!.")
    if content.count(b"mergeCell") > MOST_MERGED:
        raise _swells(f"{name} has more than {MOST_MERGED} merged cells.")
    numbers: list[bytes] = _SHARED.findall(content)
    if b"" in numbers:
        raise _wrong(f"{name} has a cell with a shared text that does not say which.")
    return numbers


def _lengths_of_texts(name: str, content: bytes) -> Sequence[int]:
    """Of each shared text in a member, as many bytes as it may have, in order."""
    if _ANNOUNCED.search(content) or content.count(b"<si") + content.count(b":si") > MOST_TEXTS:
        raise _swells(f"{name} has more than {MOST_TEXTS} shared texts.")
    begin = [text.start() for text in _TEXT.finditer(content)]
    if begin and b"<!" in content:
        # A text in a comment is none, and others would be taken for those that follow.
        raise _wrong(f"{name} has a comment in the table of shared texts.")
    return [end - start for start, end in pairwise([*begin, len(content)])] if begin else []


def _wrong(detail: str) -> ProblemError:
    return ProblemError(problem("wrong-layout", detail))


def _swells(detail: str) -> ProblemError:
    return ProblemError(problem("unpacks-too-large", detail))
