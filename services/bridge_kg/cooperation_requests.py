"""Cooperation requests (M5.2) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
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
            CooperationRequested: "cooperation-request",
            CooperationAccepted: "cooperation-acceptance",
            CooperationDeclined: "cooperation-refusal",
            CooperationCompleted: "cooperation-completion",
            CooperationRequestWithdrawn: "cooperation-request-withdrawal",
            CooperationOverdue: "cooperation-overdue",
        },
        members={
            "test": "номер_экзамена",
            "session": "номер_сессии",
            "wished_on": "желаемая_дата",
            "extent": "объём_согласия",
            "done_by": "срок_исполнения",
        },
        values={
            "skill-test": "экзамен по навыкам",
            "language-test": "экзамен по японскому языку",
            "language-education": "обучение японскому языку",
            "related-project": "смежный проект",
            "full": "полностью",
            "part": "частично",
        },
    ),
)
