"""Inquiries: what one side asks the other about acceptance (M6.4) or sending (M7.6), and what it answers by when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

from pydantic import Field

from shared.contracts import case
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseKind, InCase, Party, Sharing, Statement

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
    """The day by which an answer is wished, by the calendar of the side asked: the asking side's first proposal."""
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
    due_on: date
    """The last day on which the answer is in time: the wished day or, where the side asked does not work on it, its
    next working day."""
    remind_at: datetime | None = None
    """When the side asked will be reminded; None where it is asked so late that there is no time for it."""
    overdue_at: datetime
    """The first moment after the day on which it is due."""
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
    """Whether it was handed in after the day on which it was due."""
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
    """The day on which the answer is due is near and questions are open. Addressed to the side asked."""

    country: str
    number: str
    open: tuple[int, ...]
    due_on: date
    recorded_at: datetime


class InquiryOverdue(Contract):
    """The day on which the answer was due has passed and questions are open. For both sides."""

    country: str
    number: str
    open: tuple[int, ...]
    due_on: date
    recorded_at: datetime


# -- what either side says of it before and after the answer ------------------------------------------------------


class _ProposedDate(InCase):
    reply_on: date
    """The day by which the answer is to be given, by the calendar of the side asked."""
    ground: dict[str, str] = Field(default_factory=dict)
    """Why, by language tag."""


class _AcceptedDate(InCase):
    reply_on: date
    """As the other side has proposed it last."""


class _Forwarding(InCase):
    authority: dict[str, str]
    """Who answers within the country that is asked: its name by language tag."""
    questions: tuple[int, ...] = ()
    """Numbers of the questions; empty for all that are open."""


class FurtherQuestion(Contract):
    """One question of a follow-up."""

    text: dict[str, str]
    """By language tag."""


class _FollowUp(InCase):
    questions: tuple[FurtherQuestion, ...]
    """At least one. They are numbered on from the highest number that there is."""
    wished_on: date
    """As in `Inquiry`."""


class _Closing(InCase):
    ground: dict[str, str] = Field(default_factory=dict)
    """By language tag."""


class _Due(Contract):
    due_on: date
    """The last day on which the answer is in time: the day named, or the next working day of the side asked."""
    remind_at: datetime | None = None
    overdue_at: datetime


class ProposeReplyDate(_ProposedDate):
    """M6.4, M7.6: a side proposes another day for the answer than is wished, agreed, or proposed by the other."""


class AcceptReplyDate(_AcceptedDate):
    """M6.4, M7.6: a side agrees to the day that the other has proposed last. By it the side asked accepts an inquiry
    as it was wished, if it has nothing else to propose.
    """


class ForwardInquiry(_Forwarding):
    """M6.4, M7.6: another authority of the side asked answers."""


class AskFollowUp(_FollowUp):
    """M6.4, M7.6: the answers have led to further questions."""


class CloseInquiry(_Closing):
    """M6.4, M7.6: the side that asked has what it needs, or needs it no more."""


class ReplyDateProposed(_ProposedDate, Sharing):
    """A day is proposed; until the other side accepts it, the day that there was holds."""

    by: Party


class ReplyDateAccepted(_AcceptedDate, _Due, Sharing):
    """Both sides agree on the day; it holds from now on."""

    by: Party


class InquiryForwarded(_Forwarding, Sharing):
    """Another authority answers the questions named."""

    forwarded: tuple[int, ...]
    """Numbers of the questions."""


class FollowUpAsked(_FollowUp, _Due, Sharing):
    """Further questions are put in the same case."""

    numbers: tuple[int, ...]
    """Of the questions, in their order."""


class InquiryClosed(_Closing, Sharing):
    """Nothing more is asked or answered in this case."""

    withdrawn: tuple[int, ...] = ()
    """Numbers of the questions that were open, and are no longer to be answered."""


CASES: Final = CaseKind(
    kind=KIND,
    commands_topic="inquiry.commands.v1",
    statements=(
        Statement(ProposeReplyDate, ReplyDateProposed, "either"),
        Statement(AcceptReplyDate, ReplyDateAccepted, "either"),
        Statement(ForwardInquiry, InquiryForwarded, "other"),
        Statement(AskFollowUp, FollowUpAsked, "opener"),
        Statement(CloseInquiry, InquiryClosed, "opener", ends=True),
    ),
)
"""Beside asking, answering, declining and the clock, which are older and have a layout of their own."""

COMMANDS: tuple[type[Contract], ...] = (AskInquiry, AnswerInquiry, DeclineInquiry, *CASES.commands)
SHARED: tuple[type[Contract], ...] = (InquiryAsked, *CASES.shared)
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
_OLDER_CASE = {"country": "xa", "number": "07-12/131"}
_ANSWER = AnswerInquiry(
    **_OLDER_CASE, answers=(Answer(question=1, text={"ja": "二百三名である。"}),), reference="入管通第52号"
)
_DECLINING = DeclineInquiry(
    **_OLDER_CASE,
    questions=(2,),
    legal_basis="行政機関の保有する情報の公開に関する法律第5条",
    ground={"ja": "公にすることができない。"},
)
_ASKED_AT = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
_OVERDUE_AT = datetime(2026, 2, 13, 15, 0, tzinfo=UTC)
_RECEIPT = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "recorded_at": _ASKED_AT}
_OPEN = {**_OLDER_CASE, "open": (2,), "due_on": _INQUIRY.wished_on}

_CASE = {"country": "xa", "number": "2026/В-7"}
_PROPOSAL = ProposeReplyDate(
    **_CASE, reply_on=date(2031, 4, 26), ground={"en": "The figures of the fiscal year are needed."}
)
_ACCEPTANCE = AcceptReplyDate(**_CASE, reply_on=date(2031, 4, 26))
_FORWARDING = ForwardInquiry(
    **_CASE, authority={"en": "Ministry of Health, Labour and Welfare", "ja": "厚生労働省"}, questions=(2, 3)
)
_FOLLOW_UP = AskFollowUp(
    **_CASE,
    questions=(FurtherQuestion(text={"ru": "С какого дня?"}), FurtherQuestion(text={"ru": "По всем областям?"})),
    wished_on=date(2031, 5, 16),
)
_CLOSING = CloseInquiry(**_CASE, ground={"ru": "Ответ получен."})
_MOMENT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_SHARED = {"receipt_id": "1c9b8f52-0000-4000-8000-000000000001", "shared_at": _MOMENT, "recorded_at": _MOMENT}
_DUE = {
    "due_on": date(2031, 4, 28),
    "remind_at": datetime(2031, 4, 22, 15, 0, tzinfo=UTC),
    "overdue_at": datetime(2031, 4, 28, 15, 0, tzinfo=UTC),
}
_DUE_LATER = {
    "due_on": date(2031, 5, 16),
    "remind_at": datetime(2031, 5, 12, 15, 0, tzinfo=UTC),
    "overdue_at": datetime(2031, 5, 16, 15, 0, tzinfo=UTC),
}

STATED_EXAMPLES: tuple[Contract, ...] = (
    _PROPOSAL,
    _ACCEPTANCE,
    _FORWARDING,
    _FOLLOW_UP,
    _CLOSING,
    ReplyDateProposed(**dict(_PROPOSAL), by="xb", **_SHARED),
    ReplyDateAccepted(**dict(_ACCEPTANCE), by="xa", **_DUE, **_SHARED),
    InquiryForwarded(**dict(_FORWARDING), forwarded=(2, 3), **_SHARED),
    FollowUpAsked(**dict(_FOLLOW_UP), numbers=(4, 5), **_DUE_LATER, **_SHARED),
    InquiryClosed(**dict(_CLOSING), withdrawn=(5,), **_SHARED),
)
"""One of each command and event of `CASES`."""

EXAMPLES: tuple[Contract, ...] = (
    *STATED_EXAMPLES,
    AskInquiry(inquiry=_INQUIRY),
    _ANSWER,
    _DECLINING,
    InquiryAsked(
        inquiry=_INQUIRY,
        remind_at=datetime(2026, 2, 9, 15, 0, tzinfo=UTC),
        due_on=_INQUIRY.wished_on,
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
