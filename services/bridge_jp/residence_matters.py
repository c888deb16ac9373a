"""Residence matters (M8.2) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.residence_matter import (
    CASES,
    ResidenceMatterAnswered,
    ResidenceMatterClosed,
    ResidenceMatterDeclined,
    ResidenceMatterRaised,
)

RESIDENCE_MATTERS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ResidenceMatterRaised: "在留事項照会",
            ResidenceMatterAnswered: "在留事項回答",
            ResidenceMatterDeclined: "在留事項回答拒否",
            ResidenceMatterClosed: "在留事項終了",
        },
        members={"concerning": "考慮事項", "residence_status": "在留資格", "worker": "対象者"},
        values={
            "contract": "契約",
            "performance": "履行状況",
            "living-conditions": "生活状況",
            "dependants": "配偶者・子",
            "ssw-1": "特定技能1号",
            "ssw-2": "特定技能2号",
        },
    ),
)
