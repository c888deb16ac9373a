"""Inquiries (M6.4, M7.6) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
from shared.bridge.inquiries import InquiryWords, inquiries
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.inquiry import (
    CASES,
    FollowUpAsked,
    InquiryClosed,
    InquiryForwarded,
    ReplyDateAccepted,
    ReplyDateProposed,
)

INQUIRIES: Final = inquiries(
    LAYOUT,
    InquiryWords(
        inquiry="inquiry",
        answer="inquiry-answer",
        refusal="inquiry-refusal",
        reminder="inquiry-reminder",
        overdue="inquiry-overdue",
        asker="запросившая_страна",
        number="номер",
        text="текст",
        topic="предмет",
        title="заголовок",
        questions="вопросы",
        wished_on="желаемый_срок",
        attachments="приложения",
        question_text="текст",
        question_number="номер",
        answers="ответы",
        whole="общий_ответ",
        reference="исходящий_номер",
        legal_basis="правовое_основание",
        ground="причина",
        due_on="срок_ответа",
        remind_at="напоминание",
        overdue_at="просрочка_с",
        asked_at="запрошено",
        answered="отвечено",
        answered_at="передано",
        declined="отказано",
        open="открыто",
        late="после_срока",
        topics={"прием": "acceptance", "направление": "sending"},
        lateness={"да": True, "нет": False},
    ),
)

INQUIRY_STATEMENTS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ReplyDateProposed: "inquiry-reply-date-proposal",
            ReplyDateAccepted: "inquiry-reply-date-acceptance",
            InquiryForwarded: "inquiry-forwarding",
            FollowUpAsked: "inquiry-follow-up",
            InquiryClosed: "inquiry-closing",
        },
        members={
            "country": "запросившая_страна",
            "number": "номер",
            "text": "текст",
            "ground": "причина",
            "reply_on": "дата_ответа",
            "authority": "отвечающий_орган",
            "questions": "вопросы",
            "forwarded": "передано_вопросы",
            "wished_on": "желаемый_срок",
            "numbers": "номера_вопросов",
            "withdrawn": "снятые_вопросы",
            "due_on": "срок_ответа",
            "remind_at": "напоминание",
        },
        values={},
    ),
)
