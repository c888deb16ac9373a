"""Inquiries (M6.4, M7.6) both ways: what the ministry asks and answers, and what it is told of. Pure.

The layout is assumed; see cases.py. What one side hands in the other is given in the same layout; what the clock says
of a day by which an answer is wished has a layout of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.bridge_kg.cases import (
    BEGINNING,
    LONGEST,
    VERSION,
    attachments,
    in_bishkek,
    opened,
    parse_day,
    replied,
    written_attachments,
)
from services.bridge_kg.dates import format_date
from services.bridge_kg.documents import headed, present
from services.bridge_kg.translation import COUNTRY
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.kit import About, Matter, Translation, Translations
from shared.bridge.reading import Document
from shared.contracts.base import Contract
from shared.contracts.case import AGREEMENT
from shared.contracts.inquiry import (
    Answer,
    AnswerInquiry,
    AskInquiry,
    DeclineInquiry,
    Inquiry,
    InquiryAnswered,
    InquiryAsked,
    InquiryDeclined,
    InquiryOverdue,
    InquiryReminded,
    Question,
    Topic,
    stream_of,
)

COMMANDS: Final = "inquiry.commands.v1"
INQUIRY, ANSWER, REFUSAL = "inquiry", "inquiry-answer", "inquiry-refusal"
TOPICS: Final[Mapping[str, Topic]] = {"прием": "acceptance", "направление": "sending"}


# -- in -----------------------------------------------------------------------------------------------------------


def asked(document: Document) -> Translation:
    """M7.6, M6.4: questions to the other side, with the day by which an answer is wished."""
    fields = Fields(document)
    destination, number = opened(fields, "запросившая_страна")
    text = fields.by_language("текст", longest=LONGEST)
    questions = _questions(fields, text)
    inquiry = Inquiry(
        country=COUNTRY,
        number=number,
        topic=fields.required("предмет", one_of(TOPICS), "acceptance"),
        title=fields.by_language("заголовок", required=True),
        text=text if fields.given("вопросы") else {},
        questions=questions,
        wished_on=fields.required("желаемый_срок", parse_day, BEGINNING.date()),
        attachments=attachments(fields.sections("приложения")),
    )
    return _translation(fields, AskInquiry(inquiry=inquiry), COUNTRY, number, destination)


def answered(document: Document) -> Translation:
    """M6.4, M7.6: answers by question, or one to all that are open, or both."""
    fields = Fields(document)
    country, number = replied(fields, "запросившая_страна")
    answers = [
        (one, Answer(question=_question_number(one), text=one.by_language("текст", required=True, longest=LONGEST)))
        for one in fields.sections("ответы")
    ]
    for one, _ in answers:
        one.finish()
    whole = fields.by_language("общий_ответ", longest=LONGEST)
    if not fields.given("ответы") and not fields.given("общий_ответ"):
        fields.tell("missing-field", "ответы", "Neither ответы nor общий_ответ is there.")
    command = AnswerInquiry(
        country=country,
        number=number,
        answers=tuple(answer for _, answer in answers),
        whole=whole,
        reference=fields.text("исходящий_номер"),
        attachments=attachments(fields.sections("приложения")),
    )
    return _translation(fields, command, country, number, country)


def declined(document: Document) -> Translation:
    """M3a: questions that the law forbids to answer, or all that are open where none are named; and which law."""
    fields = Fields(document)
    country, number = replied(fields, "запросившая_страна")
    questions = fields.sections("вопросы")
    command = DeclineInquiry(
        country=country,
        number=number,
        questions=tuple(_question_number(one) for one in questions),
        legal_basis=fields.required("правовое_основание", as_is, ""),
        ground=fields.by_language("причина", longest=LONGEST),
        reference=fields.text("исходящий_номер"),
    )
    for one in questions:
        one.finish()
    return _translation(fields, command, country, number, country)


def _translation(fields: Fields, command: Contract, opener: str, number: str, destination: str) -> Translation:
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    pointer = "/страна_получатель" if opener == COUNTRY else "/запросившая_страна"
    matter = Matter(command, COMMANDS, stream_of(AGREEMENT, opener, number), destination, pointer=pointer)
    return Translation(matter, fields.problems)


def _questions(fields: Fields, text: Mapping[str, str]) -> tuple[Question, ...]:
    """Those that are numbered; an inquiry without numbers is one question."""
    if not fields.given("вопросы"):
        if not text:
            fields.tell("missing-field", "вопросы", "Neither вопросы nor текст is there.")
        return (Question(number=1, text=dict(text)),)
    sections = fields.sections("вопросы", required=True)
    questions = tuple(
        Question(number=_question_number(one), text=one.by_language("текст", required=True, longest=LONGEST))
        for one in sections
    )
    for place, one in enumerate(sections):
        if questions[place].number in [each.number for each in questions[:place]]:
            one.tell("wrong-form", "номер", f"There is a question {questions[place].number} before.")
        one.finish()
    return questions


def _question_number(fields: Fields) -> int:
    return fields.number("номер", required=True) or 0


# -- out ----------------------------------------------------------------------------------------------------------


def inquiry(event: InquiryAsked, about: About) -> Document:
    """M6.4: the other side asks."""
    asked = event.inquiry
    return headed(INQUIRY, about) | {
        "версия": VERSION,
        "страна_получатель": COUNTRY.upper(),
        "запросившая_страна": asked.country.upper(),
        "номер": asked.number,
        "предмет": name_of(TOPICS, asked.topic),
        "заголовок": asked.title,
        **present({"текст": asked.text}),
        "вопросы": [{"номер": one.number, "текст": one.text} for one in asked.questions],
        "желаемый_срок": format_date(asked.wished_on),
        **present(
            {
                "приложения": written_attachments(asked.attachments),
                "напоминание": event.remind_at and in_bishkek(event.remind_at),
            }
        ),
        "просрочка_с": in_bishkek(event.overdue_at),
        "запрошено": in_bishkek(event.asked_at),
        "записано": in_bishkek(event.recorded_at),
    }


def answer(event: InquiryAnswered, about: About) -> Document:
    """M7.6: the other side answers, and what is still open."""
    return _reply(ANSWER, event, about) | {
        **present(
            {
                "ответы": [{"номер": one.question, "текст": one.text} for one in event.answers],
                "общий_ответ": event.whole,
                "приложения": written_attachments(event.attachments),
            }
        ),
        "отвечено": list(event.answered),
        "передано": in_bishkek(event.answered_at),
    }


def refusal(event: InquiryDeclined, about: About) -> Document:
    """M3a: the other side may not answer, and by which law."""
    return _reply(REFUSAL, event, about) | {
        **present({"вопросы": [{"номер": number} for number in event.questions], "причина": event.ground}),
        "правовое_основание": event.legal_basis,
        "отказано": list(event.declined),
        "передано": in_bishkek(event.declined_at),
    }


def reminder(event: InquiryReminded, about: About) -> Document:
    """M6.4: the wished day is near, and this country has not answered all."""
    return _by_the_clock("inquiry-reminder", event, about)


def overdue(event: InquiryOverdue, about: About) -> Document:
    """M6.4, M7.6: the wished day has passed, and not all is answered."""
    return _by_the_clock("inquiry-overdue", event, about)


def _reply(kind: str, event: InquiryAnswered | InquiryDeclined, about: About) -> dict[str, Any]:
    return headed(kind, about) | {
        "версия": VERSION,
        "запросившая_страна": event.country.upper(),
        "номер": event.number,
        **present({"исходящий_номер": event.reference}),
        "открыто": list(event.open),
        "после_срока": "да" if event.late else "нет",
        "записано": in_bishkek(event.recorded_at),
    }


def _by_the_clock(kind: str, event: InquiryReminded | InquiryOverdue, about: About) -> Document:
    return headed(kind, about) | {
        "запросившая_страна": event.country.upper(),
        "номер": event.number,
        "открыто": list(event.open),
        "желаемый_срок": format_date(event.wished_on),
        "записано": in_bishkek(event.recorded_at),
    }


_RECEIPT: Final = {"/receipt_id": "The head has it in receipt_id."}

INQUIRIES = Translations(
    inward={INQUIRY: asked, ANSWER: answered, REFUSAL: declined},
    outward={
        InquiryAsked: inquiry,
        InquiryAnswered: answer,
        InquiryDeclined: refusal,
        InquiryReminded: reminder,
        InquiryOverdue: overdue,
    },
    lost_outward={InquiryAsked: _RECEIPT, InquiryAnswered: _RECEIPT, InquiryDeclined: _RECEIPT},
    same_layout={InquiryAsked: INQUIRY, InquiryAnswered: ANSWER, InquiryDeclined: REFUSAL},
)
