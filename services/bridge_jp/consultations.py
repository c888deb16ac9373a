"""Consultations (M4.2) and disputes (M10b) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.consultation import (
    CASES,
    ActionItemCompleted,
    ActionItemOverdue,
    AgendaItemAdded,
    ConsultationCancelled,
    ConsultationDateAgreed,
    ConsultationDateProposed,
    ConsultationHeld,
    ConsultationProposed,
    MinutesAgreed,
    MinutesProposed,
    NextConsultationProposed,
    PositionStated,
)

CONSULTATIONS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ConsultationProposed: "協議提案",
            ConsultationDateProposed: "協議日提案",
            ConsultationDateAgreed: "協議日合意",
            AgendaItemAdded: "協議議題追加",
            PositionStated: "立場表明",
            ConsultationHeld: "協議実施",
            MinutesProposed: "議事録提案",
            MinutesAgreed: "議事録合意",
            ActionItemCompleted: "対応事項完了",
            ConsultationCancelled: "協議中止",
            ActionItemOverdue: "対応事項期限経過",
            NextConsultationProposed: "次回協議提案",
        },
        members={
            "occasion": "開催区分",
            "agenda": "議題",
            "on": "協議日",
            "every_months": "開催間隔月数",
            "dispute": "紛争",
            "clause": "条項",
            "position": "立場",
            "outcome": "結果",
            "held_on": "実施日",
            "next_on": "次回協議日",
            "minutes": "議事録",
            "action_items": "対応事項",
            "digest": "議事録ハッシュ値",
            "item": "事項番号",
            "owner": "担当国",
            "due_on": "対応期限",
            "previous": "前回案件番号",
        },
        values={
            "regular": "定期",
            "ad-hoc": "随時",
            "dispute": "紛争",
            "policy": "制度",
            "intermediaries": "仲介者",
            "screening-and-corrective-measures": "審査及び是正措置",
            "tests": "試験",
            "residence-management": "在留管理",
            "other": "その他",
            "settled": "解決",
            "not-settled": "未解決",
        },
    ),
)
