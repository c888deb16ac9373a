"""Looking into a packed file before anything parses it: that it is whole, and that it does not swell."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

from shared.errors import ProblemError, problem

MOST_MEMBERS: Final = 1_000
_CHUNK: Final = 1 << 20


def check_zip(path: Path, most: int) -> None:
    """Unpacks a zip archive to nowhere, counting: what its directory says is not believed.

    Raises ProblemError `not-a-zip` for what is no archive, cut off, damaged or encrypted; `unpacks-too-large` as soon
    as it has unpacked to more than `most` bytes. Takes some 5 ms a megabyte unpacked, and one megabyte of memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise _swells(f"It has {len(members)} members; {MOST_MEMBERS} are taken.")
            left = most
            for member in members:
                with archive.open(member) as unpacked:
                    while chunk := unpacked.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise _swells(f"It unpacks to more than {most} bytes.")
    # RuntimeError: encrypted; NotImplementedError: packed in a way no office program uses.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        detail = f"It is no whole zip archive, as a workbook is: {error}."
        raise ProblemError(problem("not-a-zip", detail)) from error


def _swells(detail: str) -> ProblemError:
    return ProblemError(problem("unpacks-too-large", detail))
