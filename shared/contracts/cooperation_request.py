"""Cooperation requests (M5.2): what one side asks the other to do for tests, language education and such projects."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseKind, InCase, Sharing, Statement

KIND: Final = "cooperation-request"

Topic = Literal["skill-test", "language-test", "language-education", "related-project"]
"""M5.2: what cooperation is asked about."""
Extent = Literal["full", "part"]


class _Request(InCase):
    topic: Topic
    title: dict[str, str]
    """By language tag."""
    text: dict[str, str]
    """What is asked, by language tag."""
    test: str | None = None
    """Number of a test in the catalogue of the side that conducts it (M5.1)."""
    session: str | None = None
    """Number of a session of that test."""
    wished_on: date | None = None
    """The day by which it is wished."""
    attachments: tuple[Attachment, ...] = ()


class _Reply(InCase):
    reference: str | None = None
    """The replying side's own number for the case."""


class _Acceptance(_Reply):
    extent: Extent
    text: dict[str, str] = Field(default_factory=dict)
    """What will be done, by language tag; needed where it is a part."""
    done_by: date | None = None
    """The last day on which it is done in time, by the calendar of the side that accepts."""


class _Refusal(_Reply):
    ground: dict[str, str]
    """By language tag."""
    legal_basis: str | None = None
    """The provision, where it is the law that forbids it (M3a)."""


class _Completion(_Reply):
    text: dict[str, str]
    """What was done, by language tag."""
    attachments: tuple[Attachment, ...] = ()


class _Withdrawal(InCase):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


# -- commands -----------------------------------------------------------------------------------------------------


class RequestCooperation(_Request):
    """M5.2: a side asks for cooperation."""


class AcceptCooperation(_Acceptance):
    """M5.2: the side asked will do it, in full or in part."""


class DeclineCooperation(_Refusal):
    """M5.2, M3a: the side asked will not do it."""


class CompleteCooperation(_Completion):
    """M5.2: the side asked has done what it accepted."""


class WithdrawCooperationRequest(_Withdrawal):
    """M5.2: the side that asked needs it no more."""


# -- events -------------------------------------------------------------------------------------------------------


class CooperationRequested(_Request, Sharing):
    """Cooperation is asked for."""


class CooperationAccepted(_Acceptance, Sharing):
    """It will be done, in full or in part."""

    overdue_at: datetime | None = None
    """The first moment after the day by which it is done."""


class CooperationDeclined(_Refusal, Sharing):
    """It will not be done; the case is closed."""


class CooperationCompleted(_Completion, Sharing):
    """It is done; the case is closed."""

    late: bool = False
    """Whether it was told after the day by which it was to be done."""


class CooperationRequestWithdrawn(_Withdrawal, Sharing):
    """It is needed no more; the case is closed."""


class CooperationOverdue(InCase):
    """The day has passed and it is not done. For both sides."""

    done_by: date
    recorded_at: datetime


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(RequestCooperation, CooperationRequested, "opener"),
        Statement(AcceptCooperation, CooperationAccepted, "other"),
        Statement(DeclineCooperation, CooperationDeclined, "other"),
        Statement(CompleteCooperation, CooperationCompleted, "other"),
        Statement(WithdrawCooperationRequest, CooperationRequestWithdrawn, "opener", ends=True),
    ),
    by_the_clock=(CooperationOverdue,),
    to_both_sides=(CooperationOverdue,),
)

# -- examples -----------------------------------------------------------------------------------------------------

_CASE = {"country": "xa", "number": "R-2026/7"}
_SCAN = Attachment(
    title="Hall plan",
    digest="sha-256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    media_type="application/pdf",
    size=48_211,
)
_REQUEST = RequestCooperation(
    **_CASE,
    topic="skill-test",
    title={"en": "A hall for the nursing care test"},
    text={"en": "A hall with 120 seats, on two days in May, and staff to check identities at the door."},
    test="NC-2026",
    session="NC-2026-05-BISHKEK",
    wished_on=date(2031, 4, 30),
    attachments=(_SCAN,),
)
_ACCEPTANCE = AcceptCooperation(
    **_CASE,
    reference="07-12/44",
    extent="part",
    text={"ru": "Зал на 80 мест."},
    done_by=date(2031, 4, 24),
)
_REFUSAL = DeclineCooperation(
    **_CASE, reference="07-12/45", ground={"ru": "Зал занят."}, legal_basis="Закон о выборах, статья 24"
)
_COMPLETION = CompleteCooperation(**_CASE, reference="07-12/46", text={"ru": "Зал предоставлен."}, attachments=(_SCAN,))
_WITHDRAWAL = WithdrawCooperationRequest(**_CASE, ground={"en": "The test is held elsewhere."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}

EXAMPLES: tuple[Contract, ...] = (
    _REQUEST,
    _ACCEPTANCE,
    _REFUSAL,
    _COMPLETION,
    _WITHDRAWAL,
    CooperationRequested(**dict(_REQUEST), **_SHARED),
    CooperationAccepted(**dict(_ACCEPTANCE), overdue_at=datetime(2031, 4, 24, 18, 0, tzinfo=UTC), **_SHARED),
    CooperationDeclined(**dict(_REFUSAL), **_SHARED),
    CooperationCompleted(**dict(_COMPLETION), late=True, **_SHARED),
    CooperationRequestWithdrawn(**dict(_WITHDRAWAL), **_SHARED),
    CooperationOverdue(**_CASE, done_by=date(2031, 4, 24), recorded_at=_MOMENT),
)
"""One of each command and event."""
