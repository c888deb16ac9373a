"""Inquiries (M6.4, M7.6) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT
from shared.bridge.inquiries import InquiryWords, inquiries

INQUIRIES: Final = inquiries(
    LAYOUT,
    InquiryWords(
        inquiry="照会",
        answer="照会回答",
        refusal="照会回答拒否",
        reminder="照会督促通知",
        overdue="照会期限経過通知",
        asker="照会国",
        number="照会番号",
        text="本文",
        topic="主題",
        title="件名",
        questions="質問",
        wished_on="回答希望日",
        attachments="添付",
        question_text="内容",
        question_number="番号",
        answers="回答",
        whole="一括回答",
        reference="回答整理番号",
        legal_basis="根拠法令",
        ground="拒否理由",
        remind_at="督促予定日時",
        overdue_at="期限経過日時",
        asked_at="照会日時",
        answered="回答済み",
        answered_at="回答日時",
        declined="拒否した質問",
        open="未回答",
        late="期限後",
        topics={"受入れ": "acceptance", "送出し": "sending"},
        lateness={"該当": True, "非該当": False},
    ),
)
