"""Return assistance (M8.3) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, TERMS
from shared.bridge.statements import CaseTerms, statements
from shared.contracts.return_assistance import (
    CASES,
    DepartureConfirmed,
    ReturnAssistanceAccepted,
    ReturnAssistanceClosed,
    ReturnAssistanceDeclined,
    ReturnAssistanceOverdue,
    ReturnAssistanceRequested,
    ReturnProcedureBegun,
    TravelDocumentIssued,
)

RETURN_ASSISTANCE: Final = statements(
    LAYOUT,
    CASES,
    TERMS
    | CaseTerms(
        documents={
            ReturnAssistanceRequested: "帰国支援要請",
            ReturnAssistanceAccepted: "帰国支援受諾",
            ReturnAssistanceDeclined: "帰国支援拒否",
            ReturnProcedureBegun: "帰国手続開始",
            TravelDocumentIssued: "渡航証明書発給",
            DepartureConfirmed: "出国確認",
            ReturnAssistanceClosed: "帰国支援終了",
            ReturnAssistanceOverdue: "帰国支援期限経過",
        },
        members={
            "wished_on": "希望日",
            "returning_person": "帰国者",
            "circumstances": "事情",
            "done_by": "実施期限",
            "begun_on": "手続開始日",
            "procedure": "手続",
            "issued_on": "発給日",
            "valid_until": "有効期限",
            "travel_document": "渡航証明書",
            "document_number": "証明書番号",
            "departed_on": "出国日",
        },
        values={},
    ),
)
