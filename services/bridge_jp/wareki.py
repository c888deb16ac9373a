"""Dates as Japanese authorities write them: western or by era, in digits of any width or kanji (formats.md A7)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from shared.bridge.fields import WrongValue


class Era(NamedTuple):
    """Its years count from `before` + 1; its first day is that of the era before it no longer."""

    name: str
    letter: str
    before: int
    begins: date


ERAS: Final = (
    Era("令和", "R", 2018, date(2019, 5, 1)),
    Era("平成", "H", 1988, date(1989, 1, 8)),
    Era("昭和", "S", 1925, date(1926, 12, 25)),
    Era("大正", "T", 1911, date(1912, 7, 30)),
    # It began in 1868; days before 1873 are those of another calendar.
    Era("明治", "M", 1867, date(1873, 1, 1)),
)
"""The latest first."""

_ERA = "(?P<era>令和|平成|昭和|大正|明治|[RHSTM])?"
_KANJI = "[0-9〇一二三四五六七八九十百千]{1,7}"
_IN_WORDS = re.compile(rf"{_ERA} ?(?P<year>元|{_KANJI}) ?年 ?(?P<month>{_KANJI}) ?月 ?(?P<day>{_KANJI}) ?日")
_IN_SIGNS = re.compile(rf"{_ERA}(?P<year>[0-9]{{1,4}})(?P<by>[./-])(?P<month>[0-9]{{1,2}})(?P=by)(?P<day>[0-9]{{1,2}})")
_DIGITS: Final = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}


def parse_date(text: str) -> date:
    """The day: `2026年8月3日`, `２０２６/８/３`, `2026-08-03`, `令和八年八月三日`, `令和元年5月1日`, `R8.8.3`.

    Raises WrongValue: `wrong-form` for another way of writing, `no-such-date` for a day that is not in the calendar or
    not in the era named.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _IN_WORDS.fullmatch(plain) or _IN_SIGNS.fullmatch(plain)
    if found is None:
        raise WrongValue("wrong-form", f"{text[:30]!r} is not a date such as 2026年8月3日, 令和8年8月3日 or R8.8.3.")
    year, month, day = (_number(found[part]) for part in ("year", "month", "day"))
    era = next((era for era in ERAS if found["era"] in (era.name, era.letter)), None)
    if era is None and (year < 1000 or found["year"] == "元"):
        raise WrongValue("wrong-form", f"{text!r} names no era, and its year has fewer than four digits.")
    try:
        meant = date(year + (era.before if era else 0), month, day)
    except ValueError as error:
        raise WrongValue("no-such-date", f"{text} is not in the calendar.") from error
    if era is not None and era_of(meant) is not era:
        raise WrongValue("no-such-date", f"{text} would be {meant.isoformat()}, which is not in {era.name}.")
    return meant


def era_of(day: date) -> Era | None:
    """None before 1873."""
    return next((era for era in ERAS if era.begins <= day), None)


def _number(text: str) -> int:
    """Of digits of either kind: 31, 三十一, 二〇二六; 元 is the first year."""
    if text == "元":
        return 1
    whole, digits = 0, 0
    for character in text:
        if character in _UNITS:
            whole, digits = whole + max(digits, 1) * _UNITS[character], 0
        else:
            digits = digits * 10 + (_DIGITS[character] if character in _DIGITS else int(character))
    return whole + digits
