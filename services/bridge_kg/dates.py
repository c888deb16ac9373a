"""Dates as Kyrgyz authorities write them: dd.mm.yyyy (formats.md B3)."""

from __future__ import annotations

import re
from datetime import date

from shared.bridge.fields import WrongValue

_FORM = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


def parse_date(text: str) -> date:
    """The day. Raises WrongValue: `wrong-form` for another way of writing, `no-such-date` for 31.02.2026."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise WrongValue("wrong-form", f"{text!r} is not a date as dd.mm.yyyy.")
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        raise WrongValue("no-such-date", f"{text} is not in the calendar.") from error


def format_date(day: date) -> str:
    """dd.mm.yyyy, with all four digits of the year."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"
