"""Working days of countries. Pure: the same for the same release of the calendars.

Public holidays are those of the library `holidays`, by the country's code. A country of which it has none works from
Monday to Friday. Days of the year on which a country's offices are closed beside them are named by its agreements.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

DayOfYear = tuple[int, int]
"""Month and day."""

KNOWN: Final = frozenset(holidays.list_supported_countries(include_aliases=False))
"""Countries with a calendar, by ISO 3166-1 alpha-2. Asked here, so that calendars are loaded before the first rule."""


def is_working_day(country: str, day: date, closed: Collection[DayOfYear] = ()) -> bool:
    """Whether people work there on that day. `country` is ISO 3166-1 alpha-2, in lower case."""
    return (day.month, day.day) not in closed and _calendar(country).is_working_day(day)


def add_working_days(country: str, day: date, days: int, closed: Collection[DayOfYear] = ()) -> date:
    """The working day so many after that day, or before it where `days` is negative. With none it is the day itself,
    or the next working day where it is none.

    Raises OverflowError where the calendar ends before.
    """
    found, step = day, timedelta(days=1 if days >= 0 else -1)
    for _ in range(abs(days)):
        found = _working_day(country, found + step, step, closed)
    return _working_day(country, found, step, closed)


def _working_day(country: str, day: date, step: timedelta, closed: Collection[DayOfYear]) -> date:
    """The day itself, or else the first working day in steps from it."""
    while not is_working_day(country, day, closed):
        day += step
    return day


@lru_cache
def _calendar(country: str) -> holidays.HolidayBase:
    code = country.upper()
    return holidays.country_holidays(code) if code in KNOWN else holidays.HolidayBase()
