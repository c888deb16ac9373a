"""Reviews of an agreement's framework (M9), which fall due by themselves as its agreement file says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from shared.contracts.base import Contract

KIND: Final = "framework-review"


def stream_of(agreement: str) -> str:
    """The registry's stream of an agreement's reviews."""
    return f"{KIND}/{agreement}"


class ScheduleReview(Contract):
    """M9: the next review is to fall due on the day that the agreement file states. No side hands it in."""


class ReviewScheduled(Contract):
    """M9: the next review falls due on this day, when it has begun on both sides."""

    due_on: date
    recorded_at: datetime


class ReviewDue(Contract):
    """M9: the framework is to be reviewed from this day on. For both sides.

    No message of a side stands behind it: each bridge sees in its own copy of the agreement file that it is so.
    """

    agreement: str
    due_on: date
    next_on: date
    """When the review after it falls due."""
    recorded_at: datetime


_MOMENT = datetime(2031, 7, 5, 18, 0, tzinfo=UTC)

EXAMPLES: tuple[Contract, ...] = (
    ScheduleReview(),
    ReviewScheduled(due_on=date(2031, 7, 6), recorded_at=_MOMENT),
    ReviewDue(agreement="xa-xb", due_on=date(2031, 7, 6), next_on=date(2033, 7, 6), recorded_at=_MOMENT),
)
"""One of each command and event."""
