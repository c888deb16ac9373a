"""The rules on inquiries. Whether an answer is late is asked of its receipt, never of the moment it is decided."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord
from shared.cases.rules import (
    LAST_DAY,
    FindAgreement,
    deadlines,
    moments,
    not_the_openers,
    not_the_others,
    sent_at,
    wrongly_sent,
)
from shared.contracts.base import Contract
from shared.contracts.case import CaseMessageDelivered, CaseMessageUndelivered, RecordCaseDelivery, ReportDeadline
from shared.contracts.inquiry import (
    KIND,
    AnswerInquiry,
    AskInquiry,
    DeclineInquiry,
    Inquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
    Topic,
)
from shared.messaging.decider import Context, Decided, Refusal


def decide(find: FindAgreement, state: InquiryRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case AskInquiry():
            return ask(find, state, command, context)
        case AnswerInquiry():
            return answer(find, state, command, context)
        case DeclineInquiry():
            return decline(find, state, command, context)
        case ReportDeadline():
            return deadline_reached(state, command, context)
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to an inquiry")


def ask(find: FindAgreement, state: InquiryRecord, command: AskInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: a side asks, wishing the answer by a day: the other is reminded before it, both are told after it.

    The day is over when it is over where the answer has to come from.
    """
    inquiry = command.inquiry
    clause = _clause(inquiry.topic)
    agreement = wrongly_sent(find, KIND, inquiry.country, inquiry.number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    refusal = not_the_openers(inquiry.country, context, clause) or _wrong_questions(inquiry, clause)
    if refusal is not None:
        return refusal
    if state.inquiry is not None:
        detail = "An inquiry with this number was asked before."
        return Refusal("already-asked", detail, clause=clause, state=state.status, pointer="/inquiry/number")
    asked_at = sent_at(context)
    zone = agreement.parties[agreement.other(inquiry.country)].zone
    if inquiry.wished_on >= LAST_DAY:
        # The day after it is not in the calendar.
        detail = f"{inquiry.wished_on} is no day to answer by."
        return Refusal("no-such-date", detail, clause=clause, pointer="/inquiry/wished_on")
    remind_at, overdue_at = moments(inquiry.wished_on, zone, agreement.reminder_days, asked_at)
    if overdue_at <= asked_at:
        detail = f"It was asked after {inquiry.wished_on} was over."
        return Refusal("dates-reversed", detail, clause=clause, pointer="/inquiry/wished_on")
    asked = InquiryAsked(
        inquiry=inquiry,
        remind_at=remind_at,
        overdue_at=overdue_at,
        receipt_id=context.message.correlationid or "",
        asked_at=asked_at,
        recorded_at=context.now,
    )
    intents = deadlines({REMINDER: remind_at, OVERDUE: overdue_at})
    return Decided(events=[asked], intents=intents, classification=_class(context))


def answer(find: FindAgreement, state: InquiryRecord, command: AnswerInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: the side asked answers, question by question or as a whole; each question is answered once.

    A late answer is better than none: it is taken, and recorded as late.
    """
    inquiry = _theirs(find, state, command.country, command.number, context)
    if isinstance(inquiry, Refusal):
        return inquiry
    clause = _clause(inquiry.topic)
    numbers = tuple(each.question for each in command.answers)
    if not numbers and not _said(command.whole):
        return Refusal("missing-field", "It answers nothing.", clause=clause, pointer="/answers")
    for place, each in enumerate(command.answers):
        if not _said(each.text):
            return Refusal("missing-field", "The answer is empty.", clause=clause, pointer=f"/answers/{place}/text")
    refusal = _not_open(state, numbers, "/answers", clause)
    if refusal is not None:
        return refusal
    answered = state.open if _said(command.whole) else numbers
    still_open = tuple(number for number in state.open if number not in answered)
    answered_at = sent_at(context)
    event = InquiryAnswered(
        country=command.country,
        number=command.number,
        answers=command.answers,
        whole=command.whole,
        reference=command.reference,
        attachments=command.attachments,
        answered=answered,
        open=still_open,
        late=_late(state, answered_at),
        receipt_id=context.message.correlationid or "",
        answered_at=answered_at,
        recorded_at=context.now,
    )
    return Decided(events=[event], closes=() if still_open else state.waiting, classification=_class(context))


def decline(find: FindAgreement, state: InquiryRecord, command: DeclineInquiry, context: Context) -> Decided | Refusal:
    """M3a: cooperation stays within the law in force: what may not be answered is declined, and by which provision."""
    inquiry = _theirs(find, state, command.country, command.number, context)
    if isinstance(inquiry, Refusal):
        return inquiry
    if not command.legal_basis.strip():
        detail = "Who declines names the provision that forbids an answer."
        return Refusal("missing-field", detail, clause="M3a", state=state.status, pointer="/legal_basis")
    refusal = _not_open(state, command.questions, "/questions", "M3a")
    if refusal is not None:
        return refusal
    declined = command.questions or state.open
    still_open = tuple(number for number in state.open if number not in declined)
    declined_at = sent_at(context)
    event = InquiryDeclined(
        country=command.country,
        number=command.number,
        questions=command.questions,
        legal_basis=command.legal_basis,
        ground=command.ground,
        reference=command.reference,
        declined=declined,
        open=still_open,
        late=_late(state, declined_at),
        receipt_id=context.message.correlationid or "",
        declined_at=declined_at,
        recorded_at=context.now,
    )
    return Decided(events=[event], closes=() if still_open else state.waiting, classification=_class(context))


def deadline_reached(state: InquiryRecord, command: ReportDeadline, context: Context) -> Decided:
    """M6.4, M7.6: as long as something is open, the side asked is reminded, and both are told when the day has passed.

    A report on a deadline that is closed, or was reported before, changes nothing.
    """
    if state.inquiry is None or command.intent_id not in state.waiting:
        return Decided()
    told = InquiryReminded if command.intent_id == REMINDER else InquiryOverdue
    event = told(
        country=state.inquiry.country,
        number=state.inquiry.number,
        open=state.open,
        wished_on=state.inquiry.wished_on,
        recorded_at=command.reached_at,
    )
    return Decided(events=[event], closes=[command.intent_id], classification=_class(context))


def record_delivery(state: InquiryRecord, command: RecordCaseDelivery, context: Context) -> Decided:
    """M6.4, M7.6: when the side asked received the inquiry is known to both. The same news again changes nothing."""
    known = state.received_at is not None or state.undelivered is not None
    if state.inquiry is None or command.receipt_id != state.receipt_id or known:
        return Decided()
    about = {
        "receipt_id": command.receipt_id,
        "event_type": command.event_type,
        "country": command.country,
        "recorded_at": context.now,
    }
    if command.problem is not None:
        event: Contract = CaseMessageUndelivered(**about, problem=command.problem)
    else:
        receipt = {"receipt_number": command.receipt_number, "received_at": command.received_at}
        event = CaseMessageDelivered.model_validate(about | receipt)
    return Decided(events=[event], classification=_class(context))


def _class(context: Context) -> str:
    """M3b: what two governments ask each other is official, or confidential where it says so; public never."""
    return "confidential" if context.message.classification in ("confidential", "protected") else "official"


def _clause(topic: Topic) -> str:
    return "M6.4" if topic == "acceptance" else "M7.6"


def _theirs(
    find: FindAgreement, state: InquiryRecord, country: str, number: str, context: Context
) -> Inquiry | Refusal:
    """The inquiry that a reply is to: one that was asked, by the other side, with something open in it."""
    clause = "M6.4" if state.inquiry is None else _clause(state.inquiry.topic)
    agreement = wrongly_sent(find, KIND, country, number, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    if state.inquiry is None:
        return Refusal("no-such-case", "No such inquiry was asked.", clause=clause, state="unknown")
    refusal = not_the_others(country, context, clause)
    if refusal is not None:
        return refusal
    if not state.open:
        return Refusal("already-answered", "Nothing of it is open any more.", clause=clause, state=state.status)
    return state.inquiry


def _not_open(state: InquiryRecord, numbers: tuple[int, ...], pointer: str, clause: str) -> Refusal | None:
    """Only what was asked is answered or declined, and once."""
    for place, number in enumerate(numbers):
        part = state.part(number)
        at = f"{pointer}/{place}"
        if part is None:
            asked = ", ".join(str(each.question.number) for each in state.parts)
            detail = f"There is no question {number}; asked were {asked}."
            return Refusal("no-such-question", detail, clause=clause, state=state.status, pointer=at)
        if part.outcome != "open":
            detail = f"Question {number} was {part.outcome} before."
            return Refusal("already-answered", detail, clause=clause, state=state.status, pointer=at)
        if number in numbers[:place]:
            detail = f"Question {number} is answered twice in it."
            return Refusal("already-answered", detail, clause=clause, state=state.status, pointer=at)
    return None


def _wrong_questions(inquiry: Inquiry, clause: str) -> Refusal | None:
    """An inquiry asks something, and each question can be answered by its number."""
    if not inquiry.questions:
        return Refusal("missing-field", "It asks nothing.", clause=clause, pointer="/inquiry/questions")
    counted = Counter(question.number for question in inquiry.questions)
    for place, question in enumerate(inquiry.questions):
        at = f"/inquiry/questions/{place}"
        if not _said(question.text):
            return Refusal("missing-field", "The question is empty.", clause=clause, pointer=f"{at}/text")
        if counted[question.number] > 1:
            detail = f"There are {counted[question.number]} questions {question.number}."
            return Refusal("wrong-form", detail, clause=clause, pointer=f"{at}/number")
    return None


def _said(text: dict[str, str]) -> bool:
    return any(each.strip() for each in text.values())


def _late(state: InquiryRecord, moment: datetime) -> bool:
    return state.overdue_at is not None and moment >= state.overdue_at
