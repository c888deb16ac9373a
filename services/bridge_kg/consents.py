"""Consents (M3b) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
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
            ConsentAsked: "consent-request",
            ConsentGranted: "consent",
            ConsentRefused: "consent-refusal",
            ConsentWithdrawn: "consent-withdrawal",
            DisclosedUnderConsent: "disclosure",
            ConsentExpired: "consent-expiry",
        },
        members={
            "record": "сведения",
            "recipient": "получатель_сведений",
            "purpose": "цель",
            "expires_at": "согласие_до",
            "times": "кратность",
        },
        values={"once": "однократно", "many": "многократно"},
    ),
)
