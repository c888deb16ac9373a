"""An inquiry: its numbered questions, what was said to each, and the day by which the two sides want it answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from shared.cases.model import Fact, Outline, StatedRecord, after, delivered
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.inquiry import (
    FollowUpAsked,
    Inquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryClosed,
    InquiryDeclined,
    InquiryForwarded,
    InquiryOverdue,
    InquiryReminded,
    Question,
    ReplyDateAccepted,
    ReplyDateProposed,
)
from shared.errors import Problem

Status = Literal[
    "unknown", "asked", "counter-proposed", "accepted", "partly-answered", "answered", "declined", "closed"
]
"""`counter-proposed`: another day for the answer was proposed and none is agreed. `accepted`: a day is agreed.
`partly-answered`: some questions are answered or declined, others are open. `answered`: none is open, and nothing is
owed unless more is asked. `declined`: none is open, and none was answered. `closed`: no more is asked or answered.
`unknown`: nothing was asked."""

REMINDER = "reminder"
OVERDUE = "overdue"
"""Ids of the intents by which the clock is asked; from the second day on that an answer is due, numbered."""


class Part(Fact):
    """A question and what became of it."""

    question: Question
    outcome: Literal["open", "answered", "declined", "withdrawn"] = "open"
    """`withdrawn`: it was open when the side that asked closed the case."""
    authority: dict[str, str] = Field(default_factory=dict)
    """To whom the side asked has forwarded it, by language tag; empty where it has not."""
    text: dict[str, str] = Field(default_factory=dict)
    """The answer, by language tag; empty while it is open, and where it is declined."""
    legal_basis: str | None = None
    """Of a refusal to answer (M3a)."""
    ground: dict[str, str] = Field(default_factory=dict)
    settled_at: datetime | None = None
    """When the answering side's bridge accepted the answer or the refusal."""
    late: bool = False


class Proposal(Fact):
    """A day for the answer that one side proposes and the other has not accepted."""

    by: str
    """ISO 3166-1 alpha-2, lower case."""
    reply_on: date
    counter: bool = False
    """Whether it is another than the day wished."""


class InquiryRecord(StatedRecord):
    """The stream's state. What went over, beside the inquiry itself, are the statements that follow it."""

    inquiry: Inquiry | None = None
    receipt_id: str | None = None
    asked_at: datetime | None = None
    proposal: Proposal | None = None
    """The last one; None once a day is agreed."""
    agreed_on: date | None = None
    """The day that both sides agreed on; the one before holds until then."""
    due_on: date | None = None
    """The last day on which an answer is in time: the agreed day, else the wished one, or the next working day."""
    dues: int = 0
    """How many days there have been on which an answer was due: they number the intents."""
    remind_at: datetime | None = None
    overdue_at: datetime | None = None
    received_at: datetime | None = None
    """When the other side's national system received the inquiry."""
    receipt_number: str | None = None
    undelivered: Problem | None = None
    parts: tuple[Part, ...] = ()
    """In the order asked."""
    reference: str | None = None
    """The answering side's own number, as it gave it last."""
    attachments: tuple[Attachment, ...] = ()
    """Of all answers."""
    reminded_at: datetime | None = None
    """Of the day on which it is due now, as is `overdue_since`."""
    overdue_since: datetime | None = None
    """When the clock found questions open after the day; it stays when they are answered."""
    closed_at: datetime | None = None

    @property
    def open(self) -> tuple[int, ...]:
        """Numbers of the questions that are neither answered nor declined."""
        return tuple(part.question.number for part in self.parts if part.outcome == "open")

    @property
    def title(self) -> dict[str, str]:
        """By language tag."""
        return {} if self.inquiry is None else self.inquiry.title

    @property
    def status(self) -> Status:
        outcomes = {part.outcome for part in self.parts}
        if not outcomes:
            return "unknown"
        if self.closed_at is not None:
            return "closed"
        if outcomes == {"open"}:
            if self.agreed_on is not None:
                return "accepted"
            return "counter-proposed" if self.proposal is not None and self.proposal.counter else "asked"
        if "open" in outcomes:
            return "partly-answered"
        return "answered" if "answered" in outcomes else "declined"

    @property
    def outline(self) -> Outline:
        settled = [part.settled_at for part in self.parts if part.settled_at is not None]
        agreed = [one.shared_at for one in self.went_over if one.event == ReplyDateAccepted.__name__]
        return Outline(
            status=self.status,
            title={} if self.inquiry is None else self.inquiry.title,
            due_on=self.due_on,
            closed=not self.open,
            answer_by=self.due_on,
            shared_at=self.asked_at,
            received_at=self.received_at,
            accepted_at=min([*agreed, *settled], default=None),
            answered_at=None if self.open else max(settled, default=None),
            taken_back_at=None if self.open or not self.went_over else self.went_over[-1].shared_at,
        )

    @property
    def overdue(self) -> bool:
        """Whether an answer is owed and late now."""
        return self.overdue_since is not None and bool(self.open)

    @property
    def late(self) -> bool:
        """Whether some answer or refusal came after the day on which it was due."""
        return any(part.late for part in self.parts)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet; none once nothing is open."""
        if not self.open:
            return ()
        reminder = self.remind_at is not None and self.reminded_at is None
        return tuple(
            numbered(name, self.dues)
            for name, waits in ((REMINDER, reminder), (OVERDUE, self.overdue_since is None))
            if waits
        )

    def moves(self, due_on: date) -> bool:
        """Whether the clock is to be asked anew, for an answer due on that day."""
        return not self.open or due_on != self.due_on

    def part(self, question: int) -> Part | None:
        return next((part for part in self.parts if part.question.number == question), None)


def numbered(intent: str, due: int) -> str:
    """The id of an intent for the first, second or a later day on which an answer is due."""
    return intent if due == 1 else f"{intent}-{due}"


def evolve(state: InquiryRecord, event: Contract) -> InquiryRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case InquiryAsked(inquiry=inquiry):
            changes: dict[str, Any] = {
                "inquiry": inquiry,
                "receipt_id": event.receipt_id,
                "asked_at": event.asked_at,
                "parts": tuple(Part(question=question) for question in inquiry.questions),
                "proposal": Proposal(by=inquiry.country, reply_on=inquiry.wished_on),
            }
            parts = tuple(question.number for question in inquiry.questions)
            return after(state, event, changes | _due(state, event), parts)
        case InquiryAnswered():
            texts = {answer.question: answer.text for answer in event.answers}
            answers: dict[int, dict[str, object]] = {
                number: {"outcome": "answered", "text": texts.get(number, event.whole)} for number in event.answered
            }
            settled = {"settled_at": event.answered_at, "late": event.late}
            changes = {
                "parts": _settled(state.parts, answers, settled),
                "reference": event.reference or state.reference,
                "attachments": (*state.attachments, *event.attachments),
            }
            return after(state, event, changes, event.answered)
        case InquiryDeclined():
            refusal: dict[str, object] = {
                "outcome": "declined",
                "legal_basis": event.legal_basis,
                "ground": event.ground,
            }
            settled = {"settled_at": event.declined_at, "late": event.late}
            changes = {
                "parts": _settled(state.parts, dict.fromkeys(event.declined, refusal), settled),
                "reference": event.reference or state.reference,
            }
            return after(state, event, changes, event.declined)
        case InquiryReminded():
            return after(state, event, {"reminded_at": event.recorded_at}, event.open)
        case InquiryOverdue():
            return after(state, event, {"overdue_since": event.recorded_at}, event.open)
        case ReplyDateProposed():
            return after(state, event, {"proposal": Proposal(by=event.by, reply_on=event.reply_on, counter=True)})
        case ReplyDateAccepted():
            return after(state, event, {"proposal": None, "agreed_on": event.reply_on} | _due(state, event))
        case InquiryForwarded():
            forwarded = {number: {"authority": event.authority} for number in event.forwarded}
            return after(state, event, {"parts": _settled(state.parts, forwarded)}, event.forwarded)
        case FollowUpAsked():
            asked = zip(event.numbers, event.questions, strict=True)
            more = tuple(Part(question=Question(number=number, text=one.text)) for number, one in asked)
            changes = {
                "parts": (*state.parts, *more),
                "proposal": Proposal(by=event.country, reply_on=event.wished_on),
                "agreed_on": None,
            }
            return after(state, event, changes | _due(state, event), event.numbers)
        case InquiryClosed():
            withdrawn = {number: {"outcome": "withdrawn"} for number in event.withdrawn}
            changes = {"parts": _settled(state.parts, withdrawn), "proposal": None, "closed_at": event.shared_at}
            return after(state, event, changes, event.withdrawn)
        case CaseMessageDelivered() if event.receipt_id == state.receipt_id:
            return after(state, event, {"received_at": event.received_at, "receipt_number": event.receipt_number})
        case CaseMessageUndelivered() if event.receipt_id == state.receipt_id:
            return after(state, event, {"undelivered": event.problem})
        case _:
            return delivered(state, event)


def _due(state: InquiryRecord, event: InquiryAsked | ReplyDateAccepted | FollowUpAsked) -> dict[str, Any]:
    """What changes with the day on which an answer is due."""
    if not state.moves(event.due_on):
        return {}
    return {
        "due_on": event.due_on,
        "dues": state.dues + 1,
        "remind_at": event.remind_at,
        "overdue_at": event.overdue_at,
        "reminded_at": None,
        "overdue_since": None,
    }


def _settled(
    parts: tuple[Part, ...], outcomes: Mapping[int, Mapping[str, object]], settled: Mapping[str, object] | None = None
) -> tuple[Part, ...]:
    """The parts, those with an outcome changed by it and by what holds of all of them."""
    return tuple(
        part.model_copy(update={**outcomes[part.question.number], **(settled or {})})
        if part.question.number in outcomes
        else part
        for part in parts
    )
