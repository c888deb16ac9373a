"""The rules on inquiries. Whether an answer is late is asked of its receipt, never of the moment it is decided.

The day by which it is wished is the asking side's first proposal. Either side may propose another as long as something
is open; the day that there was holds until the other side has accepted the new one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.inquiry.inquiries.model import OVERDUE, REMINDER, InquiryRecord, numbered
from shared.agreements import Agreement
from shared.cases import rules
from shared.cases.rules import (
    FindAgreement,
    begins,
    deadlines,
    missing,
    no_such_day,
    not_stated,
    not_the_openers,
    not_the_others,
    said,
    sent_at,
    shared,
    wrong_attachments,
    wrongly_sent,
)
from shared.cases.terms import Term, term
from shared.contracts.base import Contract
from shared.contracts.case import (
    CaseMessageDelivered,
    CaseMessageUndelivered,
    InCase,
    RecordCaseDelivery,
    ReportDeadline,
)
from shared.contracts.inquiry import (
    CASES,
    KIND,
    AcceptReplyDate,
    AnswerInquiry,
    AskFollowUp,
    AskInquiry,
    CloseInquiry,
    DeclineInquiry,
    FollowUpAsked,
    ForwardInquiry,
    Inquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryClosed,
    InquiryDeclined,
    InquiryForwarded,
    InquiryOverdue,
    InquiryReminded,
    ProposeReplyDate,
    ReplyDateAccepted,
    ReplyDateProposed,
    Topic,
)
from shared.messaging.decider import Context, Decided, Intent, Refusal


def decide(find: FindAgreement, state: InquiryRecord, command: Contract, context: Context) -> Decided | Refusal:
    """The rule for the command. Raises TypeError for a command that is none of this stream's."""
    match command:
        case AskInquiry():
            return ask(find, state, command, context)
        case AnswerInquiry():
            return answer(find, state, command, context)
        case DeclineInquiry():
            return decline(find, state, command, context)
        case ProposeReplyDate():
            return propose(find, state, command, context)
        case AcceptReplyDate():
            return accept(find, state, command, context)
        case ForwardInquiry():
            return forward(find, state, command, context)
        case AskFollowUp():
            return follow_up(find, state, command, context)
        case CloseInquiry():
            return close(find, state, command, context)
        case ReportDeadline():
            return deadline_reached(state, command, context)
        case RecordCaseDelivery():
            return record_delivery(state, command, context)
        case _:
            raise TypeError(f"{type(command).__name__} is not a command to an inquiry")


def ask(find: FindAgreement, state: InquiryRecord, command: AskInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: a side asks, wishing the answer by a day: the other is reminded before it, both are told after it.

    The day is over when it is over where the answer has to come from. One on which nobody works there is taken, and
    stands for the next working day.
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
    due = _due(agreement, inquiry.country, inquiry.wished_on, context, clause, "/inquiry/wished_on")
    if isinstance(due, Refusal):
        return due
    asked = InquiryAsked(
        inquiry=inquiry,
        **due._asdict(),
        receipt_id=context.message.correlationid or "",
        asked_at=sent_at(context),
        recorded_at=context.now,
    )
    return Decided(events=[asked], intents=_deadlines(state, due), classification=_class(context))


def answer(find: FindAgreement, state: InquiryRecord, command: AnswerInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: the side asked answers, question by question or as a whole; each question is answered once.

    A late answer is better than none: it is taken, and recorded as late.
    """
    inquiry = _theirs(find, state, command.country, command.number, context)
    if isinstance(inquiry, Refusal):
        return inquiry
    clause = _clause(inquiry.topic)
    numbers = tuple(each.question for each in command.answers)
    if not numbers and not said(command.whole):
        return Refusal("missing-field", "It answers nothing.", clause=clause, pointer="/answers")
    for place, each in enumerate(command.answers):
        if not said(each.text):
            return Refusal("missing-field", "The answer is empty.", clause=clause, pointer=f"/answers/{place}/text")
    wrong = next(wrong_attachments(command.attachments, "/attachments", clause), None)
    refusal = wrong or _not_open(state, numbers, "/answers", clause)
    if refusal is not None:
        return refusal
    answered = state.open if said(command.whole) else numbers
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


def propose(
    find: FindAgreement, state: InquiryRecord, command: ProposeReplyDate, context: Context
) -> Decided | Refusal:
    """M6.4, M7.6: either side proposes another day for the answer, and both may go on until one accepts.

    Nothing moves by a proposal alone, so that nobody puts off by itself what it owes.
    """
    found = _case(find, state, command, context)
    if isinstance(found, Refusal):
        return found
    agreement, clause = found
    refusal = _nothing_open(state, clause)
    if refusal is not None:
        return refusal
    due = _due(agreement, command.country, command.reply_on, context, clause, "/reply_on")
    if isinstance(due, Refusal):
        return due
    event = ReplyDateProposed(**dict(command), by=context.message.originator or "", **shared(context))
    return Decided(events=[event], classification=_class(context))


def accept(find: FindAgreement, state: InquiryRecord, command: AcceptReplyDate, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: a side accepts the day that the other proposed last, as it was wished or otherwise; nobody accepts
    its own.

    The day is named, so that nobody accepts one that has been proposed meanwhile. The clock is asked anew if it moves.
    """
    found = _case(find, state, command, context)
    if isinstance(found, Refusal):
        return found
    agreement, clause = found
    refusal = _nothing_open(state, clause)
    if refusal is not None:
        return refusal
    proposal, at = state.proposal, {"clause": clause, "state": state.status, "pointer": "/reply_on"}
    if proposal is None:
        return Refusal("wrong-state", f"{state.agreed_on} is agreed, and no other day is proposed.", **at)
    if proposal.by == context.message.originator:
        return Refusal("own-proposal", f"{proposal.by} has proposed {proposal.reply_on} itself.", **at)
    if proposal.reply_on != command.reply_on:
        return Refusal("another-date", f"{proposal.by} has proposed {proposal.reply_on}.", **at)
    due = _due(agreement, command.country, command.reply_on, context, clause, "/reply_on")
    if isinstance(due, Refusal):
        return due
    by = context.message.originator or ""
    event = ReplyDateAccepted(**dict(command), **due._asdict(), by=by, **shared(context))
    if not state.moves(due.due_on):
        return Decided(events=[event], classification=_class(context))
    return Decided(events=[event], closes=state.waiting, intents=_deadlines(state, due), classification=_class(context))


def forward(find: FindAgreement, state: InquiryRecord, command: ForwardInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: the side asked tells which other authority of its own answers, all that is open or some of it.

    What is owed, and by when, stays as it was.
    """
    found = _case(find, state, command, context)
    if isinstance(found, Refusal):
        return found
    _, clause = found
    refusal = _nothing_open(state, clause) or _not_open(state, command.questions, "/questions", clause)
    if refusal is not None:
        return refusal
    if not said(command.authority):
        return missing("It says which authority answers.", "/authority", clause)
    event = InquiryForwarded(**dict(command), forwarded=command.questions or state.open, **shared(context))
    return Decided(events=[event], classification=_class(context))


def follow_up(find: FindAgreement, state: InquiryRecord, command: AskFollowUp, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: once all is answered or declined, the side that asked may ask further, by a day of its own.

    Not before: there is one day by which an answer is due in a case, and what is open has its own already.
    """
    found = _case(find, state, command, context)
    if isinstance(found, Refusal):
        return found
    agreement, clause = found
    if state.open:
        detail = f"Questions {', '.join(map(str, state.open))} are open; more may be asked once they are answered."
        return Refusal("wrong-state", detail, clause=clause, state=state.status, pointer="/questions")
    if not command.questions:
        return missing("It asks nothing.", "/questions", clause)
    for place, question in enumerate(command.questions):
        if not said(question.text):
            return missing("The question is empty.", f"/questions/{place}/text", clause)
    due = _due(agreement, command.country, command.wished_on, context, clause, "/wished_on")
    if isinstance(due, Refusal):
        return due
    last = max(part.question.number for part in state.parts)
    numbers = tuple(range(last + 1, last + 1 + len(command.questions)))
    event = FollowUpAsked(**dict(command), **due._asdict(), numbers=numbers, **shared(context))
    return Decided(events=[event], intents=_deadlines(state, due), classification=_class(context))


def close(find: FindAgreement, state: InquiryRecord, command: CloseInquiry, context: Context) -> Decided | Refusal:
    """M6.4, M7.6: the side that asked closes the case; what is open then is owed no more."""
    found = _case(find, state, command, context)
    if isinstance(found, Refusal):
        return found
    event = InquiryClosed(**dict(command), withdrawn=state.open, **shared(context))
    return Decided(events=[event], closes=state.waiting, classification=_class(context))


def deadline_reached(state: InquiryRecord, command: ReportDeadline, context: Context) -> Decided:
    """M6.4, M7.6: as long as something is open, the side asked is reminded, and both are told when the day has passed.

    A report on a deadline that is closed, or was reported before, changes nothing.
    """
    if state.inquiry is None or state.due_on is None or command.intent_id not in state.waiting:
        return Decided()
    reminds = command.intent_id == numbered(REMINDER, state.dues)
    told = InquiryReminded if reminds else InquiryOverdue
    event = told(
        country=state.inquiry.country,
        number=state.inquiry.number,
        open=state.open,
        due_on=state.due_on,
        recorded_at=command.reached_at,
    )
    # The message that led to the deadline may have come from either side.
    asked = context.message.addressee
    if context.message.originator != state.inquiry.country:
        asked = context.message.originator
    return Decided(
        events=[event],
        closes=[command.intent_id],
        addressee=asked if reminds else None,
        classification=_class(context),
    )


def record_delivery(state: InquiryRecord, command: RecordCaseDelivery, context: Context) -> Decided:
    """M6.4, M7.6: when the other side received the inquiry, or a statement that followed it, is known to both. The
    same news again changes nothing.
    """
    if command.receipt_id != state.receipt_id:
        known = rules.record_delivery(CASES, state, command, context)
        return replace(known, classification=_class(context)) if known.events else known
    if state.received_at is not None or state.undelivered is not None:
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


def _due(agreement: Agreement, country: str, day: date, context: Context, clause: str, pointer: str) -> Term | Refusal:
    """When an answer to an inquiry of this country is due, wished or agreed by that day; refused if it is over."""
    refusal = no_such_day(day, pointer, clause)
    if refusal is not None:
        return refusal
    asked, since = agreement.other(country), sent_at(context)
    if begins(day + timedelta(days=1), agreement.parties[asked].zone) <= since:
        return Refusal("dates-reversed", f"{day} was over when it was sent.", clause=clause, pointer=pointer)
    return term(agreement, asked, day, since)


def _deadlines(state: InquiryRecord, due: Term) -> list[Intent]:
    """What the clock is asked for the next day on which an answer is due."""
    moments = {REMINDER: due.remind_at, OVERDUE: due.overdue_at}
    return deadlines({numbered(name, state.dues + 1): moment for name, moment in moments.items()})


def _case(
    find: FindAgreement, state: InquiryRecord, command: InCase, context: Context
) -> tuple[Agreement, str] | Refusal:
    """Agreement and clause under which a side says something of an inquiry that was asked and is not closed."""
    clause = "M6.4" if state.inquiry is None else _clause(state.inquiry.topic)
    agreement = not_stated(find, CASES, command, context, clause)
    if isinstance(agreement, Refusal):
        return agreement
    if state.inquiry is None:
        return Refusal("no-such-case", "No such inquiry was asked.", clause=clause, state="unknown")
    if state.status == "closed":
        return Refusal("wrong-state", "The inquiry is closed.", clause=clause, state="closed")
    return agreement, clause


def _nothing_open(state: InquiryRecord, clause: str) -> Refusal | None:
    if state.open:
        return None
    return Refusal("already-answered", "Nothing of it is open any more.", clause=clause, state=state.status)


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
    return _nothing_open(state, clause) or state.inquiry


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
            detail = f"Question {number} is in it twice."
            return Refusal("already-answered", detail, clause=clause, state=state.status, pointer=at)
    return None


def _wrong_questions(inquiry: Inquiry, clause: str) -> Refusal | None:
    """An inquiry asks something, and each question can be answered by its number."""
    if not inquiry.questions:
        return Refusal("missing-field", "It asks nothing.", clause=clause, pointer="/inquiry/questions")
    counted = Counter(question.number for question in inquiry.questions)
    for place, question in enumerate(inquiry.questions):
        at = f"/inquiry/questions/{place}"
        if not said(question.text):
            return Refusal("missing-field", "The question is empty.", clause=clause, pointer=f"{at}/text")
        if counted[question.number] > 1:
            detail = f"There are {counted[question.number]} questions {question.number}."
            return Refusal("wrong-form", detail, clause=clause, pointer=f"{at}/number")
    return None


def _late(state: InquiryRecord, moment: datetime) -> bool:
    return state.overdue_at is not None and moment >= state.overdue_at
