"""Resemblances between organizations and those who were reported (M1) in the ministry's words. The layout is assumed;
see cases.py.
"""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT
from shared.bridge.resemblances import ResemblanceWords, resemblances

RESEMBLANCES: Final = resemblances(
    LAYOUT,
    ResemblanceWords(
        organization_found="organization-resemblance",
        applicant_found="applicant-resemblance",
        organization="организация",
        register="реестр",
        country="страна",
        number="регистрационный_номер",
        report="сообщение",
        report_kind="вид",
        report_country="сообщившая_страна",
        report_number="номер",
        known_as="значится_как",
        reported_as="назван_как",
        names="наименования",
        identifiers="номера",
        registers={
            "направляющие организации": "sending-organization",
            "организации поддержки": "support-organization",
            "принимающие организации": "accepting-organization",
        },
        report_kinds={
            "сообщение о нарушении": "misconduct-report",
            "уведомление о ненадлежащем поведении": "notice",
        },
    ),
)
