"""An inquiry: its numbered questions, what was said to each, and the day by which it was wished."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.cases.model import CaseRecord, Fact, Outline, Step
from shared.contracts.base import Contract
from shared.contracts.case import Attachment, CaseMessageDelivered, CaseMessageUndelivered
from shared.contracts.inquiry import (
    Inquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
    Question,
)
from shared.errors import Problem

Status = Literal["unknown", "asked", "partly-answered", "answered", "declined"]
"""`partly-answered`: some questions are answered or declined, others are open. `answered`: none is open. `declined`:
none is open, and none was answered. `unknown`: nothing was asked."""

REMINDER = "reminder"
OVERDUE = "overdue"
"""Ids of the intents by which the clock is asked; each opens once in an inquiry."""


class Part(Fact):
    """A question and what became of it."""

    question: Question
    outcome: Literal["open", "answered", "declined"] = "open"
    text: dict[str, str] = Field(default_factory=dict)
    """The answer, by language tag; empty while it is open, and where it is declined."""
    legal_basis: str | None = None
    """Of a refusal to answer (M3a)."""
    ground: dict[str, str] = Field(default_factory=dict)
    settled_at: datetime | None = None
    """When the answering side's bridge accepted the answer or the refusal."""
    late: bool = False


class InquiryRecord(CaseRecord):
    """The stream's state."""

    inquiry: Inquiry | None = None
    receipt_id: str | None = None
    asked_at: datetime | None = None
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
    overdue_since: datetime | None = None
    """When the clock found questions open after the wished day; kept for good."""

    @property
    def open(self) -> tuple[int, ...]:
        """Numbers of the questions that are neither answered nor declined."""
        return tuple(part.question.number for part in self.parts if part.outcome == "open")

    @property
    def status(self) -> Status:
        outcomes = {part.outcome for part in self.parts}
        if not outcomes:
            return "unknown"
        if "open" in outcomes:
            return "asked" if outcomes == {"open"} else "partly-answered"
        return "answered" if "answered" in outcomes else "declined"

    @property
    def outline(self) -> Outline:
        settled = [part.settled_at for part in self.parts if part.settled_at is not None]
        return Outline(
            status=self.status,
            title={} if self.inquiry is None else self.inquiry.title,
            due_on=None if self.inquiry is None else self.inquiry.wished_on,
            closed=not self.open,
            shared_at=self.asked_at,
            received_at=self.received_at,
            # Nothing but an answer says yet that it is taken on.
            accepted_at=min(settled, default=None),
            answered_at=None if self.open else max(settled, default=None),
        )

    @property
    def overdue(self) -> bool:
        """Whether an answer is owed and late now."""
        return self.overdue_since is not None and bool(self.open)

    @property
    def late(self) -> bool:
        """Whether some answer or refusal came after the wished day."""
        return any(part.late for part in self.parts)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Ids of the intents that the clock has not reported yet; none once nothing is open."""
        if not self.open:
            return ()
        reminder = REMINDER if self.remind_at is not None and self.reminded_at is None else None
        overdue = OVERDUE if self.overdue_since is None else None
        return tuple(each for each in (reminder, overdue) if each is not None)

    def part(self, question: int) -> Part | None:
        return next((part for part in self.parts if part.question.number == question), None)


def evolve(state: InquiryRecord, event: Contract) -> InquiryRecord:
    """The state after `event`. Raises TypeError for an event that is none of this stream's."""
    match event:
        case InquiryAsked(inquiry=inquiry):
            changes: dict[str, object] = {
                "inquiry": inquiry,
                "receipt_id": event.receipt_id,
                "asked_at": event.asked_at,
                "remind_at": event.remind_at,
                "overdue_at": event.overdue_at,
                "parts": tuple(Part(question=question) for question in inquiry.questions),
            }
            parts = tuple(question.number for question in inquiry.questions)
            return _after(state, event, event.recorded_at, changes, event.receipt_id, parts)
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
            return _after(state, event, event.recorded_at, changes, event.receipt_id, event.answered)
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
            return _after(state, event, event.recorded_at, changes, event.receipt_id, event.declined)
        case InquiryReminded():
            return _after(state, event, event.recorded_at, {"reminded_at": event.recorded_at}, None, event.open)
        case InquiryOverdue():
            return _after(state, event, event.recorded_at, {"overdue_since": event.recorded_at}, None, event.open)
        case CaseMessageDelivered():
            changes = {"received_at": event.received_at, "receipt_number": event.receipt_number}
            return _after(state, event, event.recorded_at, changes, event.receipt_id)
        case CaseMessageUndelivered():
            return _after(state, event, event.recorded_at, {"undelivered": event.problem}, event.receipt_id)
        case _:
            raise TypeError(f"{type(event).__name__} is not an event of an inquiry")


def _settled(
    parts: tuple[Part, ...], outcomes: dict[int, dict[str, object]], settled: dict[str, object]
) -> tuple[Part, ...]:
    return tuple(
        part.model_copy(update=outcomes[part.question.number] | settled) if part.question.number in outcomes else part
        for part in parts
    )


def _after(
    state: InquiryRecord,
    event: Contract,
    recorded_at: datetime,
    changes: dict[str, object],
    receipt_id: str | None,
    parts: tuple[int, ...] = (),
) -> InquiryRecord:
    step = Step(event=type(event).__name__, recorded_at=recorded_at, receipt_id=receipt_id, parts=parts)
    return state.model_copy(update=changes | {"history": (*state.history, step)})
