"""By when something in a case is due, in the working days of the side that owes it. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from shared.agreements import Agreement
from shared.cases.rules import begins
from shared.working_days import add_working_days


class Term(NamedTuple):
    """By when something is due, and when that is told."""

    due_on: date
    """The last day on which it is in time."""
    remind_at: datetime | None
    """None where there is no time left for it."""
    overdue_at: datetime
    """The first moment after the day."""


def term(agreement: Agreement, side: str, day: date, since: datetime) -> Term:
    """M6.4, M7.6: when what a side is to do by a day is due, agreed at `since`: by its own working days and clocks.

    A day on which nobody works there is taken, and stands for the next working day. `day` is before LAST_DAY.
    """
    zone, closed = agreement.parties[side].zone, agreement.parties[side].closed_days
    due_on = add_working_days(side, day, 0, closed)
    remind_at = begins(add_working_days(side, due_on, -agreement.reminder_days, closed), zone)
    overdue_at = begins(due_on + timedelta(days=1), zone)
    return Term(due_on, remind_at if remind_at > since else None, overdue_at)
