"""What holds of deadlines in working days on whatever day, in both time zones, over months, years and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.cases.terms import term
from shared.working_days import add_working_days, is_working_day
from tests.case_builders import AGREEMENTS

AGREEMENT = next(iter(AGREEMENTS))
countries = st.sampled_from(["jp", "kg", "xa"])
sides = st.sampled_from(sorted(AGREEMENT.parties))
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)


@given(countries, days, st.integers(-20, 20))
def test_so_many_working_days_lie_between(country: str, day: date, count: int) -> None:
    found = add_working_days(country, day, count)
    assert is_working_day(country, found)
    step = timedelta(days=1 if count >= 0 else -1)
    passed = [day + step * n for n in range(1, abs((found - day).days) + 1)]
    worked = sum(is_working_day(country, each) for each in passed)
    assert worked == abs(count) if count else worked == (found != day)


@given(sides, days)
@example("jp", date(2028, 2, 29))
@example("kg", date(2028, 2, 29))
@example("jp", date(2026, 12, 31))
@example("kg", date(2026, 12, 31))
@example("kg", date(2027, 2, 28))
def test_a_term_ends_at_the_midnight_that_ends_its_day_where_the_answer_comes_from(side: str, day: date) -> None:
    due = term(AGREEMENT, side, day, LONG_AGO)
    zone = AGREEMENT.parties[side].zone
    # Neither country puts its clocks forward: nine and six hours.
    hours = {"jp": 9, "kg": 6}[side]
    assert due.overdue_at == datetime.combine(due.due_on + timedelta(days=1), time.min, UTC) - timedelta(hours=hours)
    assert (due.overdue_at - timedelta(seconds=1)).astimezone(zone).date() == due.due_on
    assert due.due_on >= day
    closed = AGREEMENT.parties[side].closed_days
    assert is_working_day(side, due.due_on, closed)
    assert not any(is_working_day(side, day + timedelta(days=n), closed) for n in range((due.due_on - day).days))


@given(sides, days)
def test_the_reminder_comes_as_many_working_days_before(side: str, day: date) -> None:
    due = term(AGREEMENT, side, day, LONG_AGO)
    assert due.remind_at is not None
    first = due.remind_at.astimezone(AGREEMENT.parties[side].zone)
    assert first.time() == time.min
    between = [first.date() + timedelta(days=n) for n in range((due.due_on - first.date()).days)]
    closed = AGREEMENT.parties[side].closed_days
    assert sum(is_working_day(side, each, closed) for each in between) == AGREEMENT.reminder_days


@given(sides, days, st.integers(-60, 10), st.integers(0, 86_399))
def test_nobody_is_reminded_at_a_moment_that_has_passed(side: str, day: date, before: int, second: int) -> None:
    since = datetime.combine(day + timedelta(days=before), time.min, UTC) + timedelta(seconds=second)
    due = term(AGREEMENT, side, day, since)
    assert due.remind_at is None or since < due.remind_at < due.overdue_at
    assert due.overdue_at == term(AGREEMENT, side, day, LONG_AGO).overdue_at
