"""Inquiries (M6.4, M7.6) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
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
        due_on="回答期限",
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

INQUIRY_STATEMENTS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ReplyDateProposed: "照会回答期日提案",
            ReplyDateAccepted: "照会回答期日受諾",
            InquiryForwarded: "照会移送通知",
            FollowUpAsked: "追加照会",
            InquiryClosed: "照会終結",
        },
        members={
            "country": "照会国",
            "number": "照会番号",
            "reply_on": "回答期日",
            "authority": "回答機関",
            "questions": "質問",
            "forwarded": "移送した質問",
            "wished_on": "回答希望日",
            "numbers": "質問番号",
            "withdrawn": "取り下げた質問",
            "due_on": "回答期限",
            "remind_at": "督促予定日時",
        },
        values={},
    ),
)
