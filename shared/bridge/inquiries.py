"""Inquiries (M6.4, M7.6) both ways, in a country's words: what its authorities ask, answer and are told. Pure.

The layout is assumed; see case_layout.py. What one side hands in the other is given in the same layout; what the clock
says of a day on which an answer is due has a layout of its own. What else is said in a case (`CASES` in the contract)
is translated member by member, as statements.py has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.bridge.case_layout import BEGINNING, LONGEST, VERSION, CaseLayout
from shared.bridge.fields import Fields, as_is, name_of, one_of
from shared.bridge.kit import About, Matter, Translation, Translations, present
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryWords:
    """What a country calls the five documents, their fields by what they hold, and what may stand in them."""

    inquiry: str
    answer: str
    refusal: str
    reminder: str
    overdue: str

    asker: str
    number: str
    text: str
    topic: str
    title: str
    questions: str
    wished_on: str
    attachments: str
    question_text: str
    question_number: str
    answers: str
    whole: str
    reference: str
    legal_basis: str
    ground: str
    due_on: str
    remind_at: str
    overdue_at: str
    asked_at: str
    answered: str
    answered_at: str
    declined: str
    open: str
    late: str

    topics: Mapping[str, Topic]
    lateness: Mapping[str, bool]


def inquiries(layout: CaseLayout, words: InquiryWords) -> Translations:
    """The matter in a country's layout and words."""
    asking = _Inquiries(layout, words)
    return Translations(
        inward={words.inquiry: asking.asked, words.answer: asking.answered, words.refusal: asking.declined},
        outward={
            InquiryAsked: asking.inquiry,
            InquiryAnswered: asking.answer,
            InquiryDeclined: asking.refusal,
            InquiryReminded: asking.reminder,
            InquiryOverdue: asking.overdue,
        },
        lost_outward={InquiryAsked: layout.lost, InquiryAnswered: layout.lost, InquiryDeclined: layout.lost},
        same_layout={
            InquiryAsked: words.inquiry,
            InquiryAnswered: words.answer,
            InquiryDeclined: words.refusal,
        },
    )


@dataclass(frozen=True, slots=True)
class _Inquiries:
    layout: CaseLayout
    words: InquiryWords

    # -- in -----------------------------------------------------------------------------------------------------------

    def asked(self, document: Document) -> Translation:
        """M7.6, M6.4: questions to the other side, with the day by which an answer is wished."""
        fields = Fields(document)
        destination, number = self.layout.opened(fields, self.words.asker, self.words.number)
        text = fields.by_language(self.words.text, longest=LONGEST)
        questions = self._questions(fields, text)
        inquiry = Inquiry(
            country=self.layout.country,
            number=number,
            topic=fields.required(self.words.topic, one_of(self.words.topics), "acceptance"),
            title=fields.by_language(self.words.title, required=True),
            text=text if fields.given(self.words.questions) else {},
            questions=questions,
            wished_on=fields.required(self.words.wished_on, self.layout.parse_day, BEGINNING.date()),
            attachments=self.layout.attachments(fields.sections(self.words.attachments)),
        )
        return self._translation(fields, AskInquiry(inquiry=inquiry), self.layout.country, number, destination)

    def answered(self, document: Document) -> Translation:
        """M6.4, M7.6: answers by question, or one to all that are open, or both."""
        fields = Fields(document)
        country, number = self.layout.replied(fields, self.words.asker, self.words.number)
        answers = [
            (
                one,
                Answer(
                    question=self._question_number(one),
                    text=one.by_language(self.words.question_text, required=True, longest=LONGEST),
                ),
            )
            for one in fields.sections(self.words.answers)
        ]
        for one, _ in answers:
            one.finish()
        whole = fields.by_language(self.words.whole, longest=LONGEST)
        if not fields.given(self.words.answers) and not fields.given(self.words.whole):
            fields.tell(
                "missing-field", self.words.answers, f"Neither {self.words.answers} nor {self.words.whole} is there."
            )
        command = AnswerInquiry(
            country=country,
            number=number,
            answers=tuple(answer for _, answer in answers),
            whole=whole,
            reference=fields.text(self.words.reference),
            attachments=self.layout.attachments(fields.sections(self.words.attachments)),
        )
        return self._translation(fields, command, country, number, country)

    def declined(self, document: Document) -> Translation:
        """M3a: questions that the law forbids to answer, or all that are open where none are named; and which law."""
        fields = Fields(document)
        country, number = self.layout.replied(fields, self.words.asker, self.words.number)
        questions = fields.sections(self.words.questions)
        command = DeclineInquiry(
            country=country,
            number=number,
            questions=tuple(self._question_number(one) for one in questions),
            legal_basis=fields.required(self.words.legal_basis, as_is, ""),
            ground=fields.by_language(self.words.ground, longest=LONGEST),
            reference=fields.text(self.words.reference),
        )
        for one in questions:
            one.finish()
        return self._translation(fields, command, country, number, country)

    def _translation(
        self, fields: Fields, command: Contract, opener: str, number: str, destination: str
    ) -> Translation:
        fields.finish()
        if fields.errors:
            return Translation(None, fields.problems)
        pointer = f"/{self.layout.words.destination if opener == self.layout.country else self.words.asker}"
        matter = Matter(command, COMMANDS, stream_of(AGREEMENT, opener, number), destination, pointer=pointer)
        return Translation(matter, fields.problems)

    def _questions(self, fields: Fields, text: Mapping[str, str]) -> tuple[Question, ...]:
        """Those that are numbered; an inquiry without numbers is one question."""
        if not fields.given(self.words.questions):
            if not text:
                fields.tell(
                    "missing-field",
                    self.words.questions,
                    f"Neither {self.words.questions} nor {self.words.text} is there.",
                )
            return (Question(number=1, text=dict(text)),)
        sections = fields.sections(self.words.questions, required=True)
        questions = tuple(
            Question(
                number=self._question_number(one),
                text=one.by_language(self.words.question_text, required=True, longest=LONGEST),
            )
            for one in sections
        )
        for place, one in enumerate(sections):
            if questions[place].number in [each.number for each in questions[:place]]:
                one.tell(
                    "wrong-form", self.words.question_number, f"There is a question {questions[place].number} before."
                )
            one.finish()
        return questions

    def _question_number(self, fields: Fields) -> int:
        return fields.number(self.words.question_number, required=True) or 0

    # -- out ----------------------------------------------------------------------------------------------------------

    def inquiry(self, event: InquiryAsked, about: About) -> Document:
        """M6.4: the other side asks."""
        asked = event.inquiry
        return self.layout.headed(self.words.inquiry, about) | {
            self.layout.words.version: VERSION,
            self.layout.words.destination: self.layout.country.upper(),
            self.words.asker: asked.country.upper(),
            self.words.number: asked.number,
            self.words.topic: name_of(self.words.topics, asked.topic),
            self.words.title: asked.title,
            **present({self.words.text: asked.text}),
            self.words.questions: [
                {self.words.question_number: one.number, self.words.question_text: one.text} for one in asked.questions
            ],
            self.words.wished_on: self.layout.written_day(asked.wished_on),
            self.words.due_on: self.layout.written_day(event.due_on),
            **present(
                {
                    self.words.attachments: self.layout.written_attachments(asked.attachments),
                    self.words.remind_at: event.remind_at and self.layout.written_moment(event.remind_at),
                }
            ),
            self.words.overdue_at: self.layout.written_moment(event.overdue_at),
            self.words.asked_at: self.layout.written_moment(event.asked_at),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def answer(self, event: InquiryAnswered, about: About) -> Document:
        """M7.6: the other side answers, and what is still open."""
        return self._reply(self.words.answer, event, about) | {
            **present(
                {
                    self.words.answers: [
                        {self.words.question_number: one.question, self.words.question_text: one.text}
                        for one in event.answers
                    ],
                    self.words.whole: event.whole,
                    self.words.attachments: self.layout.written_attachments(event.attachments),
                }
            ),
            self.words.answered: list(event.answered),
            self.words.answered_at: self.layout.written_moment(event.answered_at),
        }

    def refusal(self, event: InquiryDeclined, about: About) -> Document:
        """M3a: the other side may not answer, and by which law."""
        return self._reply(self.words.refusal, event, about) | {
            **present(
                {
                    self.words.questions: [{self.words.question_number: number} for number in event.questions],
                    self.words.ground: event.ground,
                }
            ),
            self.words.legal_basis: event.legal_basis,
            self.words.declined: list(event.declined),
            self.words.answered_at: self.layout.written_moment(event.declined_at),
        }

    def reminder(self, event: InquiryReminded, about: About) -> Document:
        """M6.4: the day on which it is due is near, and this country has not answered all."""
        return self._by_the_clock(self.words.reminder, event, about)

    def overdue(self, event: InquiryOverdue, about: About) -> Document:
        """M6.4, M7.6: the day on which it was due has passed, and not all is answered."""
        return self._by_the_clock(self.words.overdue, event, about)

    def _reply(self, kind: str, event: InquiryAnswered | InquiryDeclined, about: About) -> dict[str, Any]:
        return self.layout.headed(kind, about) | {
            self.layout.words.version: VERSION,
            self.words.asker: event.country.upper(),
            self.words.number: event.number,
            **present({self.words.reference: event.reference}),
            self.words.open: list(event.open),
            self.words.late: name_of(self.words.lateness, event.late),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }

    def _by_the_clock(self, kind: str, event: InquiryReminded | InquiryOverdue, about: About) -> Document:
        return self.layout.headed(kind, about) | {
            self.words.asker: event.country.upper(),
            self.words.number: event.number,
            self.words.open: list(event.open),
            self.words.due_on: self.layout.written_day(event.due_on),
            self.layout.words.recorded_at: self.layout.written_moment(event.recorded_at),
        }
