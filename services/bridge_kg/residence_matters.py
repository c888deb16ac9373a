"""Residence matters (M8.2) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
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
            ResidenceMatterRaised: "residence-matter",
            ResidenceMatterAnswered: "residence-answer",
            ResidenceMatterDeclined: "residence-refusal",
            ResidenceMatterClosed: "residence-closing",
        },
        members={"concerning": "предмет", "residence_status": "статус_пребывания", "worker": "работник"},
        values={
            "contract": "договор",
            "performance": "исполнение",
            "living-conditions": "условия проживания",
            "dependants": "супруг и дети",
            "ssw-1": "SSW-1",
            "ssw-2": "SSW-2",
        },
    ),
)
