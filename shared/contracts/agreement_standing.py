"""What a bridge keeps of an agreement of which notice was given (M10a), whatever the agreement's file says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from shared.contracts.base import Contract

KIND: Final = "agreement-standing"


def standing_stream(agreement: str) -> str:
    """A bridge's stream of what it knows of an agreement."""
    return f"{KIND}/{agreement}"


class RecordTerminationNotice(Contract):
    """M10a: a side has given notice."""

    given_on: date


class TerminationNoticeRecorded(Contract):
    """M10a: from this day on notice is given; the earliest that was given counts."""

    given_on: date
    recorded_at: datetime


EXAMPLES: tuple[Contract, ...] = (
    RecordTerminationNotice(given_on=date(2031, 8, 31)),
    TerminationNoticeRecorded(given_on=date(2031, 8, 31), recorded_at=datetime(2031, 8, 31, 9, 0, tzinfo=UTC)),
)
"""One of each command and event."""
