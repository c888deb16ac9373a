"""Notice of a side's wish to end the cooperation (M10a), which ends six months after it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import CaseKind, InCase, Sharing, Statement

KIND: Final = "termination-notice"


class _Notice(InCase):
    given_on: date
    """The day of the notice, by the calendar of the side that gives it."""
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag; none is needed."""


class _Acknowledgement(InCase):
    reference: str | None = None
    """The acknowledging side's own number for the case."""
    note: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class GiveTerminationNotice(_Notice):
    """M10a: a side wishes to end the cooperation."""


class AcknowledgeTerminationNotice(_Acknowledgement):
    """M10a: the other side has taken note of it."""


class TerminationNoticeGiven(_Notice, Sharing):
    """A side wishes to end the cooperation."""

    ends_on: date
    """The first day without the agreement."""
    ends_at: datetime
    """Its first moment, where the side is that gave notice."""


class TerminationNoticeAcknowledged(_Acknowledgement, Sharing):
    """The other side has taken note."""


class AgreementEnded(InCase):
    """The cooperation has ended. For both sides: nothing new is shared, secrecy goes on, open cases can be closed."""

    ended_on: date
    recorded_at: datetime


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="registry.commands.v1",
    statements=(
        Statement(GiveTerminationNotice, TerminationNoticeGiven, "opener"),
        Statement(AcknowledgeTerminationNotice, TerminationNoticeAcknowledged, "other"),
    ),
    by_the_clock=(AgreementEnded,),
    to_both_sides=(AgreementEnded,),
)

# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "T-2031/1"}
_NOTICE = GiveTerminationNotice(
    **_CASE, given_on=date(2031, 8, 31), ground={"en": "The scheme is replaced by another."}
)
_ACKNOWLEDGEMENT = AcknowledgeTerminationNotice(**_CASE, reference="07-12/62", note={"ru": "Принято к сведению."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _NOTICE,
    _ACKNOWLEDGEMENT,
    TerminationNoticeGiven(
        **dict(_NOTICE), ends_on=date(2032, 2, 29), ends_at=datetime(2032, 2, 28, 15, 0, tzinfo=UTC), **_SHARED
    ),
    TerminationNoticeAcknowledged(**dict(_ACKNOWLEDGEMENT), **_SHARED),
    AgreementEnded(**_CASE, ended_on=date(2032, 2, 29), recorded_at=_MOMENT),
)
"""One of each command and event."""
