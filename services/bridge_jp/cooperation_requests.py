"""Cooperation requests (M5.2) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.cooperation_request import (
    CASES,
    CooperationAccepted,
    CooperationCompleted,
    CooperationDeclined,
    CooperationOverdue,
    CooperationRequested,
    CooperationRequestWithdrawn,
)

COOPERATION_REQUESTS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            CooperationRequested: "協力要請",
            CooperationAccepted: "協力受諾",
            CooperationDeclined: "協力拒否",
            CooperationCompleted: "協力完了",
            CooperationRequestWithdrawn: "協力要請取下げ",
            CooperationOverdue: "協力期限経過",
        },
        members={
            "test": "試験番号",
            "session": "試験回番号",
            "wished_on": "希望日",
            "extent": "受諾範囲",
            "done_by": "実施期限",
        },
        values={
            "skill-test": "技能試験",
            "language-test": "日本語試験",
            "language-education": "日本語教育",
            "related-project": "関連事業",
            "full": "全部",
            "part": "一部",
        },
    ),
)
