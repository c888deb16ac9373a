"""Which days countries work on, and how many of them lie between two days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.cases.terms import term
from shared.working_days import add_working_days, is_working_day
from tests.case_builders import AGREEMENTS

AGREEMENT = next(iter(AGREEMENTS))


@pytest.mark.parametrize(
    ("day", "jp", "kg"),
    [
        (date(2026, 3, 19), True, True),
        # The vernal equinox; the end of Ramadan.
        (date(2026, 3, 20), False, False),
        (date(2026, 3, 21), False, False),
        (date(2026, 1, 12), False, True),
        (date(2026, 1, 7), True, False),
        (date(2026, 8, 31), True, False),
        # A Wednesday in place of Constitution Day, a Sunday.
        (date(2026, 5, 6), False, False),
        # Between two holidays.
        (date(2026, 9, 22), False, True),
        (date(2028, 2, 29), True, True),
    ],
    ids=str,
)
def test_each_country_works_by_its_own_holidays(day: date, jp: bool, kg: bool) -> None:
    assert (is_working_day("jp", day), is_working_day("kg", day)) == (jp, kg)


def test_a_country_without_a_calendar_works_from_monday_to_friday() -> None:
    monday = date(2026, 1, 5)
    week = [is_working_day("xa", monday + timedelta(days=day)) for day in range(7)]
    assert week == [True] * 5 + [False] * 2
    assert is_working_day("xa", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("country", "day", "days", "found"),
    [
        ("jp", date(2026, 3, 19), 0, date(2026, 3, 19)),
        ("jp", date(2026, 3, 20), 0, date(2026, 3, 23)),
        ("jp", date(2026, 3, 23), -3, date(2026, 3, 17)),
        ("kg", date(2026, 3, 23), -3, date(2026, 3, 17)),
        ("jp", date(2026, 5, 1), 1, date(2026, 5, 7)),
        ("kg", date(2025, 12, 31), 1, date(2026, 1, 8)),
        ("xa", date(2025, 12, 31), 1, date(2026, 1, 1)),
        # Over the end of a month, of February in a leap year and in another, and of a year.
        ("jp", date(2026, 4, 1), -1, date(2026, 3, 31)),
        ("kg", date(2028, 2, 28), 1, date(2028, 2, 29)),
        ("kg", date(2028, 3, 1), -1, date(2028, 2, 29)),
        ("kg", date(2027, 3, 1), -1, date(2027, 2, 26)),
        ("jp", date(2027, 1, 4), -1, date(2026, 12, 31)),
    ],
    ids=str,
)
def test_working_days_are_counted_over_those_on_which_nobody_works(
    country: str, day: date, days: int, found: date
) -> None:
    assert add_working_days(country, day, days) == found


TURN_OF_THE_YEAR = AGREEMENT.parties["jp"].closed_days


@pytest.mark.parametrize(
    ("day", "days", "found"),
    [
        (date(2026, 12, 28), 0, date(2026, 12, 28)),
        (date(2026, 12, 29), 0, date(2027, 1, 4)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2027, 1, 4), -1, date(2026, 12, 28)),
        (date(2027, 1, 5), -3, date(2026, 12, 25)),
    ],
    ids=str,
)
def test_the_offices_of_an_agreements_party_are_closed_on_the_days_it_names(day: date, days: int, found: date) -> None:
    assert add_working_days("jp", day, days, TURN_OF_THE_YEAR) == found


def test_m6_4_an_answer_wished_while_offices_are_closed_is_due_when_they_open() -> None:
    since = datetime(2026, 12, 1, tzinfo=UTC)
    assert term(AGREEMENT, "jp", date(2026, 12, 30), since).due_on == date(2027, 1, 4)
    assert term(AGREEMENT, "kg", date(2026, 12, 30), since).due_on == date(2026, 12, 30)
