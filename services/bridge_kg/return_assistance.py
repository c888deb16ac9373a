"""Return assistance (M8.3) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
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
            ReturnAssistanceRequested: "return-assistance-request",
            ReturnAssistanceAccepted: "return-assistance-acceptance",
            ReturnAssistanceDeclined: "return-assistance-refusal",
            ReturnProcedureBegun: "return-procedure",
            TravelDocumentIssued: "travel-document",
            DepartureConfirmed: "departure",
            ReturnAssistanceClosed: "return-assistance-closing",
            ReturnAssistanceOverdue: "return-assistance-overdue",
        },
        members={
            "wished_on": "желаемая_дата",
            "returning_person": "возвращающийся",
            "circumstances": "обстоятельства",
            "done_by": "срок_исполнения",
            "begun_on": "процедура_начата",
            "procedure": "процедура",
            "issued_on": "дата_выдачи",
            "valid_until": "действует_до",
            "travel_document": "свидетельство_на_возвращение",
            "document_number": "номер_документа",
            "departed_on": "дата_выезда",
        },
        values={},
    ),
)
