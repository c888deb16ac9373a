"""Consultations (M4.2) and disputes (M10b) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, TERMS
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
            ConsultationProposed: "consultation-proposal",
            ConsultationDateProposed: "consultation-date-proposal",
            ConsultationDateAgreed: "consultation-date-agreement",
            AgendaItemAdded: "consultation-agenda-item",
            PositionStated: "consultation-position",
            ConsultationHeld: "consultation-held",
            MinutesProposed: "minutes-proposal",
            MinutesAgreed: "minutes-agreement",
            ActionItemCompleted: "action-item-completion",
            ConsultationCancelled: "consultation-cancellation",
            ActionItemOverdue: "action-item-overdue",
            NextConsultationProposed: "next-consultation-proposal",
        },
        members={
            "occasion": "вид_консультации",
            "agenda": "повестка",
            "on": "дата_консультации",
            "every_months": "периодичность_в_месяцах",
            "dispute": "спор",
            "clause": "положение",
            "position": "позиция",
            "outcome": "итог",
            "held_on": "дата_проведения",
            "next_on": "дата_следующей_консультации",
            "minutes": "протокол",
            "action_items": "поручения",
            "digest": "хэш_протокола",
            "item": "номер_поручения",
            "owner": "страна_исполнитель",
            "due_on": "срок_исполнения",
            "previous": "номер_предыдущего_дела",
        },
        values={
            "regular": "очередная",
            "ad-hoc": "внеочередная",
            "dispute": "по спору",
            "policy": "политика",
            "intermediaries": "посредники",
            "screening-and-corrective-measures": "проверка и меры по исправлению",
            "tests": "экзамены",
            "residence-management": "управление пребыванием",
            "other": "прочее",
            "settled": "урегулирован",
            "not-settled": "не урегулирован",
        },
    ),
)
