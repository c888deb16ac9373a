"""Inquiries (M6.4, M7.6) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT
from shared.bridge.inquiries import InquiryWords, inquiries

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
