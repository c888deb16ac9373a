"""Inquiries: what one side asks the other about acceptance (M6.4) or sending (M7.6), and what it answers by when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment

KIND = "inquiry"

Topic = Literal["acceptance", "sending"]
"""M6.4, M7.6: which side's part of the work is asked about."""


class Question(Contract):
    """One numbered part of an inquiry; each is answered or declined by its number."""

    number: int
    text: dict[str, str]
    """By language tag (BCP 47), as received."""


class Inquiry(Contract):
    """What one side asks."""

    country: str
    """Who asks: ISO 3166-1 alpha-2, lower case."""
    number: str
    """Its own number there; with `country` it names the case."""
    topic: Topic
    title: dict[str, str]
    """By language tag."""
    text: dict[str, str] = Field(default_factory=dict)
    """What the questions are about, by language tag."""
    questions: tuple[Question, ...] = ()
    """At least one, each number once, or the inquiry is refused."""
    wished_on: date
    """The last day on which the answer is in time, by the calendar of the side asked."""
    attachments: tuple[Attachment, ...] = ()


class Answer(Contract):
    """The answer to one question."""

    question: int
    text: dict[str, str]
    """By language tag."""


def stream_of(agreement: str, country: str, number: str) -> str:
    """Inquiry's stream of a case. `country` and `number` are those of the side that asks."""
    return case.stream_of(KIND, agreement, country, number)


class AskInquiry(Contract):
    """M6.4, M7.6: a side asks."""

    inquiry: Inquiry


class AnswerInquiry(Contract):
    """M6.4, M7.6: the side asked answers some questions by number, or with `whole` all that are still open."""

    country: str
    """Of the side that asks, as is `number`."""
    number: str
    answers: tuple[Answer, ...] = ()
    whole: dict[str, str] = Field(default_factory=dict)
    """By language tag; where given, one answer to every question that is open and not in `answers`."""
    reference: str | None = None
    """The answering side's own number for the case."""
    attachments: tuple[Attachment, ...] = ()


class DeclineInquiry(Contract):
    """M3a: the side asked may not answer by its law, the questions named or all that are open."""

    country: str
    number: str
    questions: tuple[int, ...] = ()
    """Empty for all that are open."""
    legal_basis: str
    """The provision, as that side cites it. Needed, or the refusal to answer is itself refused."""
    ground: dict[str, str] = Field(default_factory=dict)
    """In words, by language tag."""
    reference: str | None = None


class InquiryAsked(Contract):
    """An inquiry is put to the other side."""

    inquiry: Inquiry
    remind_at: datetime | None = None
    """When the side asked will be reminded; None where it is asked so late that there is no time for it."""
    overdue_at: datetime
    """The first moment after the wished day."""
    receipt_id: str
    """Under which the asking side's bridge accepted it."""
    asked_at: datetime
    """When that bridge accepted it."""
    recorded_at: datetime


class InquiryAnswered(Contract):
    """Some or all questions are answered. Addressed to the side that asked."""

    country: str
    number: str
    answers: tuple[Answer, ...] = ()
    whole: dict[str, str] = Field(default_factory=dict)
    reference: str | None = None
    attachments: tuple[Attachment, ...] = ()
    answered: tuple[int, ...]
    """Numbers of the questions that this answers, one by one or as a whole."""
    open: tuple[int, ...]
    """Numbers of the questions neither answered nor declined by now; with none it is final."""
    late: bool
    """Whether it was handed in after the wished day."""
    receipt_id: str
    answered_at: datetime
    """When the answering side's bridge accepted it."""
    recorded_at: datetime


class InquiryDeclined(Contract):
    """Some or all questions will not be answered, and by which law. Addressed to the side that asked."""

    country: str
    number: str
    questions: tuple[int, ...] = ()
    legal_basis: str
    ground: dict[str, str] = Field(default_factory=dict)
    reference: str | None = None
    declined: tuple[int, ...]
    """Numbers of the questions that this declines."""
    open: tuple[int, ...]
    late: bool
    receipt_id: str
    declined_at: datetime
    recorded_at: datetime


class InquiryReminded(Contract):
    """The wished day is near and questions are open. Addressed to the side asked."""

    country: str
    number: str
    open: tuple[int, ...]
    wished_on: date
    recorded_at: datetime


class InquiryOverdue(Contract):
    """The wished day has passed and questions are open. For both sides."""

    country: str
    number: str
    open: tuple[int, ...]
    wished_on: date
    recorded_at: datetime


COMMANDS: tuple[type[Contract], ...] = (AskInquiry, AnswerInquiry, DeclineInquiry)
SHARED: tuple[type[Contract], ...] = (InquiryAsked,)
"""Events of which the case is told when the other side's national system received them."""
# -- examples -----------------------------------------------------------------------------------------------------

_INQUIRY = Inquiry(
    country="xa",
    number="07-12/131",
    topic="acceptance",
    title={"ru": "О приёме работников в сфере ухода"},
    text={"ru": "Просим разъяснить порядок."},
    questions=(
        Question(number=1, text={"ru": "Сколько работников принято?"}),
        Question(number=2, text={"ru": "Какие экзамены признаются?"}),
    ),
    wished_on=date(2026, 2, 13),
)
_CASE = {"country": "xa", "number": "07-12/131"}
_ANSWER = AnswerInquiry(
    **_CASE, answers=(Answer(question=1, text={"ja": "二百三名である。"}),), reference="入管通第52号"
)
_DECLINING = DeclineInquiry(
    **_CASE,
    questions=(2,),
    legal_basis="行政機関の保有する情報の公開に関する法律第5条",
    ground={"ja": "公にすることができない。"},
)
_ASKED_AT = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
_OVERDUE_AT = datetime(2026, 2, 13, 15, 0, tzinfo=UTC)
_RECEIPT = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "recorded_at": _ASKED_AT}
_OPEN = {**_CASE, "open": (2,), "wished_on": _INQUIRY.wished_on}

EXAMPLES: tuple[Contract, ...] = (
    AskInquiry(inquiry=_INQUIRY),
    _ANSWER,
    _DECLINING,
    InquiryAsked(
        inquiry=_INQUIRY,
        remind_at=datetime(2026, 2, 9, 15, 0, tzinfo=UTC),
        overdue_at=_OVERDUE_AT,
        asked_at=_ASKED_AT,
        **_RECEIPT,
    ),
    InquiryAnswered(**dict(_ANSWER), answered=(1,), open=(2,), late=False, answered_at=_ASKED_AT, **_RECEIPT),
    InquiryDeclined(**dict(_DECLINING), declined=(2,), open=(), late=False, declined_at=_ASKED_AT, **_RECEIPT),
    InquiryReminded(**_OPEN, recorded_at=datetime(2026, 2, 9, 15, 0, tzinfo=UTC)),
    InquiryOverdue(**_OPEN, recorded_at=_OVERDUE_AT),
)
"""One of each command and event."""
