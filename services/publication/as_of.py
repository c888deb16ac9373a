"""Which day is asked about, and as known when: what `on` and `known` mean in a publishing country's calendar. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Literal, NamedTuple

from shared.clock import rfc3339

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""The days that may be asked about: before the first nothing was registered, after the last nothing is."""

Reason = Literal["no-date", "no-moment", "out-of-range", "future"]

# RFC 3339, narrower than what Python reads.
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class AsOf(NamedTuple):
    """A register on a day, as known at a moment."""

    day: date
    known: datetime | None
    """None: by all that is known now."""
    asked: Mapping[str, str]
    """The parameters as they were sent, to be sent on; empty where it is today that is shown, as known now."""

    @property
    def told(self) -> Mapping[str, str | None]:
        """The day as `on`, and as known when as `known`, for the answer to name them."""
        return {"on": self.day.isoformat(), "known": rfc3339(self.known) if self.known is not None else None}


class WrongDayError(Exception):
    """A parameter that names no day which could be answered for."""

    def __init__(self, parameter: Literal["on", "known"], reason: Reason, value: str) -> None:
        super().__init__(parameter, reason, value)
        self.parameter: Literal["on", "known"] = parameter
        self.reason: Reason = reason
        self.value = value


def as_of(on: str, known: str, now: datetime, zone: tzinfo) -> AsOf:
    """M7.1: the day D that is asked about, and the moment K as known at which.

    `on` is a date, `known` a date or a moment with its offset from UTC; a date means the end of that day in `zone`, and
    the present one is as known now. Empty they are the present day and moment. Raises WrongDayError.
    """
    today = now.astimezone(zone).date()
    day = _date("on", "no-date", on) if on else today
    if not known or known == today.isoformat():
        moment = None
    elif _MOMENT.fullmatch(known):
        moment = _moment(known)
        if moment > now:
            raise WrongDayError("known", "future", known)
    else:
        known_day = _date("known", "no-moment", known)
        if known_day > today:
            raise WrongDayError("known", "future", known)
        moment = datetime.combine(known_day, time.max, tzinfo=zone)
    if day == today and moment is None:
        return AsOf(day, moment, {})
    return AsOf(day, moment, {name: value for name, value in (("on", on), ("known", known)) if value})


def _date(parameter: Literal["on", "known"], reason: Reason, value: str) -> date:
    if not _DATE.fullmatch(value):
        raise WrongDayError(parameter, reason, value)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise WrongDayError(parameter, reason, value) from None
    if not EARLIEST <= day <= LATEST:
        raise WrongDayError(parameter, "out-of-range", value)
    return day


def _moment(value: str) -> datetime:
    # The day first: what lies outside the years there are has no moment in UTC.
    _date("known", "no-moment", value[:10])
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise WrongDayError("known", "no-moment", value) from None
