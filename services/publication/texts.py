"""The languages the public pages are written in: a file each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.web.language import Language, languages_of, negotiate

__all__ = ["Language", "languages", "negotiate"]

FOLDER = Path(__file__).parent / "texts"


@cache
def languages() -> Mapping[str, Language]:
    """Every language there is a file for, by its tag."""
    return languages_of(FOLDER)
