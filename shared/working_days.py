"""Working days of countries. Pure: the same for the same release of the calendars.

Public holidays are those of the library `holidays`, by the country's code. A country of which it has none works from
Monday to Friday.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import holidays

KNOWN: Final = frozenset(holidays.list_supported_countries(include_aliases=False))
"""Countries with a calendar, by ISO 3166-1 alpha-2. Asked here, so that calendars are loaded before the first rule."""


def is_working_day(country: str, day: date) -> bool:
    """Whether people work there on that day. `country` is ISO 3166-1 alpha-2, in lower case."""
    return _calendar(country).is_working_day(day)


def add_working_days(country: str, day: date, days: int) -> date:
    """The working day so many after that day, or before it where `days` is negative. With none it is the day itself,
    or the next working day where it is none.

    Raises OverflowError where the calendar ends before.
    """
    return _calendar(country).get_nth_working_day(day, days)


@lru_cache
def _calendar(country: str) -> holidays.HolidayBase:
    code = country.upper()
    return holidays.country_holidays(code) if code in KNOWN else holidays.HolidayBase()
