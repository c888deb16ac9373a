"""Inquiries (M6.4, M7.6) both ways: what Japan's authorities ask and answer, and what they are told of. Pure.

The layout is assumed; see cases.py. What one side hands in the other is given in the same layout; what the clock says
of a day by which an answer is wished has a layout of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.bridge_jp.cases import (
    BEGINNING,
    LONGEST,
    VERSION,
    attachments,
    in_japan,
    opened,
    parse_day,
    replied,
    written_attachments,
)
from services.bridge_jp.documents import headed, present
from services.bridge_jp.translation import COUNTRY
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
INQUIRY, ANSWER, REFUSAL = "照会", "照会回答", "照会回答拒否"
TOPICS: Final[Mapping[str, Topic]] = {"受入れ": "acceptance", "送出し": "sending"}


# -- in -----------------------------------------------------------------------------------------------------------


def asked(document: Document) -> Translation:
    """M7.6, M6.4: questions to the other side, with the day by which an answer is wished."""
    fields = Fields(document)
    destination, number = opened(fields, "照会国", "照会番号")
    text = fields.by_language("本文", longest=LONGEST)
    questions = _questions(fields, text)
    inquiry = Inquiry(
        country=COUNTRY,
        number=number,
        topic=fields.required("主題", one_of(TOPICS), "acceptance"),
        title=fields.by_language("件名", required=True),
        text=text if fields.given("質問") else {},
        questions=questions,
        wished_on=fields.required("回答希望日", parse_day, BEGINNING.date()),
        attachments=attachments(fields.sections("添付")),
    )
    return _translation(fields, AskInquiry(inquiry=inquiry), COUNTRY, number, destination)


def answered(document: Document) -> Translation:
    """M6.4, M7.6: answers by question, or one to all that are open, or both."""
    fields = Fields(document)
    country, number = replied(fields, "照会国", "照会番号")
    answers = [
        (one, Answer(question=_question_number(one), text=one.by_language("内容", required=True, longest=LONGEST)))
        for one in fields.sections("回答")
    ]
    for one, _ in answers:
        one.finish()
    whole = fields.by_language("一括回答", longest=LONGEST)
    if not fields.given("回答") and not fields.given("一括回答"):
        fields.tell("missing-field", "回答", "Neither 回答 nor 一括回答 is there.")
    command = AnswerInquiry(
        country=country,
        number=number,
        answers=tuple(answer for _, answer in answers),
        whole=whole,
        reference=fields.text("回答整理番号"),
        attachments=attachments(fields.sections("添付")),
    )
    return _translation(fields, command, country, number, country)


def declined(document: Document) -> Translation:
    """M3a: questions that the law forbids to answer, or all that are open where none are named; and which law."""
    fields = Fields(document)
    country, number = replied(fields, "照会国", "照会番号")
    questions = fields.sections("質問")
    command = DeclineInquiry(
        country=country,
        number=number,
        questions=tuple(_question_number(one) for one in questions),
        legal_basis=fields.required("根拠法令", as_is, ""),
        ground=fields.by_language("拒否理由", longest=LONGEST),
        reference=fields.text("回答整理番号"),
    )
    for one in questions:
        one.finish()
    return _translation(fields, command, country, number, country)


def _translation(fields: Fields, command: Contract, opener: str, number: str, destination: str) -> Translation:
    fields.finish()
    if fields.errors:
        return Translation(None, fields.problems)
    pointer = "/通知先国" if opener == COUNTRY else "/照会国"
    matter = Matter(command, COMMANDS, stream_of(AGREEMENT, opener, number), destination, pointer=pointer)
    return Translation(matter, fields.problems)


def _questions(fields: Fields, text: Mapping[str, str]) -> tuple[Question, ...]:
    """Those that are numbered; an inquiry without numbers is one question."""
    if not fields.given("質問"):
        if not text:
            fields.tell("missing-field", "質問", "Neither 質問 nor 本文 is there.")
        return (Question(number=1, text=dict(text)),)
    sections = fields.sections("質問", required=True)
    questions = tuple(
        Question(number=_question_number(one), text=one.by_language("内容", required=True, longest=LONGEST))
        for one in sections
    )
    for place, one in enumerate(sections):
        if questions[place].number in [each.number for each in questions[:place]]:
            one.tell("wrong-form", "番号", f"There is a question {questions[place].number} before.")
        one.finish()
    return questions


def _question_number(fields: Fields) -> int:
    return fields.number("番号", required=True) or 0


# -- out ----------------------------------------------------------------------------------------------------------


def inquiry(event: InquiryAsked, about: About) -> Document:
    """M6.4: the other side asks."""
    asked = event.inquiry
    return headed(INQUIRY, about) | {
        "様式版": VERSION,
        "通知先国": COUNTRY.upper(),
        "照会国": asked.country.upper(),
        "照会番号": asked.number,
        "主題": name_of(TOPICS, asked.topic),
        "件名": asked.title,
        **present({"本文": asked.text}),
        "質問": [{"番号": one.number, "内容": one.text} for one in asked.questions],
        "回答希望日": asked.wished_on.isoformat(),
        **present(
            {
                "添付": written_attachments(asked.attachments),
                "督促予定日時": event.remind_at and in_japan(event.remind_at),
            }
        ),
        "期限経過日時": in_japan(event.overdue_at),
        "照会日時": in_japan(event.asked_at),
        "記録日時": in_japan(event.recorded_at),
    }


def answer(event: InquiryAnswered, about: About) -> Document:
    """M7.6: the other side answers, and what is still open."""
    return _reply(ANSWER, event, about) | {
        **present(
            {
                "回答": [{"番号": one.question, "内容": one.text} for one in event.answers],
                "一括回答": event.whole,
                "添付": written_attachments(event.attachments),
            }
        ),
        "回答済み": list(event.answered),
        "回答日時": in_japan(event.answered_at),
    }


def refusal(event: InquiryDeclined, about: About) -> Document:
    """M3a: the other side may not answer, and by which law."""
    return _reply(REFUSAL, event, about) | {
        **present({"質問": [{"番号": number} for number in event.questions], "拒否理由": event.ground}),
        "根拠法令": event.legal_basis,
        "拒否した質問": list(event.declined),
        "回答日時": in_japan(event.declined_at),
    }


def reminder(event: InquiryReminded, about: About) -> Document:
    """M6.4: the wished day is near, and this country has not answered all."""
    return _by_the_clock("照会督促通知", event, about)


def overdue(event: InquiryOverdue, about: About) -> Document:
    """M6.4, M7.6: the wished day has passed, and not all is answered."""
    return _by_the_clock("照会期限経過通知", event, about)


def _reply(kind: str, event: InquiryAnswered | InquiryDeclined, about: About) -> dict[str, Any]:
    return headed(kind, about) | {
        "様式版": VERSION,
        "照会国": event.country.upper(),
        "照会番号": event.number,
        **present({"回答整理番号": event.reference}),
        "未回答": list(event.open),
        "期限後": "該当" if event.late else "非該当",
        "記録日時": in_japan(event.recorded_at),
    }


def _by_the_clock(kind: str, event: InquiryReminded | InquiryOverdue, about: About) -> Document:
    return headed(kind, about) | {
        "照会国": event.country.upper(),
        "照会番号": event.number,
        "未回答": list(event.open),
        "回答希望日": event.wished_on.isoformat(),
        "記録日時": in_japan(event.recorded_at),
    }


_RECEIPT: Final = {"/receipt_id": "The head has it in 受付番号."}

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
