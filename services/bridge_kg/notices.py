"""Notices of seemingly improper conduct (M7.3) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, REVISIONS
from shared.bridge.notices import NoticeWords, notices

NOTICES: Final = notices(
    LAYOUT,
    REVISIONS,
    NoticeWords(
        report="improper-conduct-notice",
        correction="improper-conduct-notice-correction",
        withdrawal="improper-conduct-notice-withdrawal",
        opening="investigation-opening",
        measure="investigation-measure",
        result="investigation-result",
        reminder="investigation-result-reminder",
        overdue="investigation-result-overdue",
        refusal="improper-conduct-notice-refusal",
        opener="уведомившая_страна",
        number="номер",
        organization="организация",
        accredited_by="аккредитовавшая_страна",
        registration_number="регистрационный_номер",
        organization_names="наименования",
        result_wished_on="желаемый_срок",
        remind_at="напоминание",
        overdue_at="просрочка_с",
        opened_on="дата_начала_проверки",
        findings="выводы",
        consequence="последствие",
        registry_case="номер_решения_в_реестре",
        late="после_срока",
        measure_kinds={"заслушивание": "hearing", "указание": "guidance", "надзор": "supervision"},
        consequences={
            "нет": "none",
            "указание": "guidance",
            "приостановление": "suspension",
            "отзыв": "revocation",
        },
        lateness={"да": True, "нет": False},
    ),
)
