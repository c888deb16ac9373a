"""Consents (M3b) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.consent import (
    CASES,
    ConsentAsked,
    ConsentExpired,
    ConsentGranted,
    ConsentRefused,
    ConsentWithdrawn,
    DisclosedUnderConsent,
)

CONSENTS: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ConsentAsked: "提供同意依頼",
            ConsentGranted: "提供同意",
            ConsentRefused: "提供不同意",
            ConsentWithdrawn: "提供同意撤回",
            DisclosedUnderConsent: "第三者提供",
            ConsentExpired: "提供同意期限経過",
        },
        members={
            "record": "対象情報",
            "recipient": "提供先",
            "purpose": "利用目的",
            "expires_at": "同意期限",
            "times": "提供回数",
        },
        values={"once": "一回", "many": "複数回"},
    ),
)
