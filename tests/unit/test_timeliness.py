"""How soon each side shares, takes on and answers: what counts, for whom, in which month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.console.plots import HEIGHT, months_until, plot
from shared.cases.model import Outline
from shared.cases.timeliness import Indicators, Tally, indicators, of_case, tallied

ZONES = {"xa": ZoneInfo("Asia/Bishkek"), "xb": ZoneInfo("Asia/Tokyo")}
SHARED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = SHARED + timedelta(days=30)


def told(now: datetime = LATER, kind: str = "inquiry", **of: Any) -> dict[str, Indicators]:
    """By side, what one case opened by xa comes to."""
    outline = Outline(**{"status": "asked", "shared_at": SHARED, **of})
    return {one.side: one for one in indicators(of_case(kind, "xa", "xb", outline, ZONES, now))}


def after(**time: float) -> datetime:
    return SHARED + timedelta(**time)


def test_what_did_not_go_over_counts_for_nobody() -> None:
    assert told(shared_at=None, learned_at=SHARED) == {}


def test_the_time_from_knowing_to_sharing_is_the_openers() -> None:
    found = told(learned_at=SHARED - timedelta(hours=36), measured=False)
    assert (list(found), found["xa"].days_to_share) == (["xa"], 1.5)


@pytest.mark.parametrize(
    ("accepted_at", "now", "share"),
    [
        (after(days=7), LATER, 1.0),
        (after(days=7, seconds=1), LATER, 0.0),
        (None, after(days=7), None),
        (None, after(days=7, seconds=1), 0.0),
    ],
)
def test_is_taken_on_in_time_within_seven_days(
    accepted_at: datetime | None, now: datetime, share: float | None
) -> None:
    found = told(now, accepted_at=accepted_at)
    assert (found["xb"].accepted_in_time if found else None) == share


def test_what_was_taken_back_counts_against_nobody() -> None:
    assert told(closed=True, answer_by=date(2026, 3, 5)) == {}


def test_what_was_taken_back_in_time_counts_against_nobody_and_later_against_who_was_late() -> None:
    in_time = told(closed=True, answer_by=date(2026, 3, 5), taken_back_at=after(days=2))
    assert in_time == {}
    late = told(closed=True, answer_by=date(2026, 3, 5), taken_back_at=after(days=8))["xb"]
    assert (late.answered_in_time, late.accepted_in_time, late.days_to_answer) == (0.0, 0.0, None)
    taken_on = told(closed=True, accepted_at=after(days=1), answer_by=date(2026, 3, 5), taken_back_at=after(days=8))
    assert (taken_on["xb"].answered_in_time, taken_on["xb"].accepted_in_time) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("answered_at", "share"),
    [
        # The last second of 10 March in Tokyo, where the answer comes from, and the next.
        (datetime(2026, 3, 10, 14, 59, 59, tzinfo=UTC), 1.0),
        (datetime(2026, 3, 10, 15, 0, tzinfo=UTC), 0.0),
    ],
)
def test_is_answered_in_time_by_the_calendar_of_the_side_that_answers(answered_at: datetime, share: float) -> None:
    found = told(accepted_at=answered_at, answered_at=answered_at, answer_by=date(2026, 3, 10), closed=True)
    assert found["xb"].answered_in_time == share


def test_what_is_overdue_and_open_is_not_answered_in_time() -> None:
    found = told(accepted_at=SHARED, answer_by=date(2026, 3, 10))
    assert (found["xb"].answered_in_time, found["xb"].days_to_answer) == (0.0, None)
    assert told(after(days=1), accepted_at=SHARED, answer_by=date(2026, 3, 10))["xb"].answered_in_time is None


def test_what_the_opener_owes_counts_for_the_opener() -> None:
    assert list(told(accepted_at=after(days=1), owed_by_opener=True)) == ["xa"]


def test_the_mean_is_of_all_that_was_answered_and_kinds_add_up() -> None:
    found: list[Tally] = []
    for days, kind in ((1, "inquiry"), (3, "inquiry"), (8, "notice")):
        outline = Outline(status="answered", shared_at=SHARED, answered_at=after(days=days), closed=True)
        found += of_case(kind, "xa", "xb", outline, ZONES, LATER)
    assert [(one.kind, one.answered) for one in tallied(found)] == [("inquiry", 2), ("notice", 1)]
    assert [one.days_to_answer for one in indicators(found)] == [4.0]
    assert [one.days_to_answer for one in indicators(found, "inquiry")] == [2.0]
    assert indicators(found, "dispute") == []


def test_counts_in_the_month_it_went_over_where_the_side_is() -> None:
    # 1 April in Tokyo, still 31 March in Bishkek.
    moment = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
    found = told(shared_at=moment, learned_at=moment, accepted_at=moment)
    assert {side: one.month for side, one in found.items()} == {"xa": "2026-03", "xb": "2026-04"}


def test_a_plot_has_a_bar_where_there_is_a_value_and_none_leaves_it() -> None:
    months = months_until("2026-02", 3)
    assert months == ["2025-12", "2026-01", "2026-02"]
    drawn = plot({("xa", "2026-01"): 0.5, ("xb", "2026-01"): 0.0, ("xa", "2026-02"): None}, ["xa", "xb"], months)
    assert [(bar.side, bar.month, bar.height) for bar in drawn.bars] == [(0, "2026-01", 75.0), (1, "2026-01", 1.5)]
    assert all(bar.top + bar.height == HEIGHT for bar in drawn.bars)
    assert plot({("xa", "2026-01"): 2.2}, ["xa"], months).most == 3.0
