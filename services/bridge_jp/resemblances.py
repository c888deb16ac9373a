"""Resemblances between organizations and those who were reported (M1) in Japan's words. The layout is assumed; see
cases.py.
"""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT
from shared.bridge.resemblances import ResemblanceWords, resemblances

RESEMBLANCES: Final = resemblances(
    LAYOUT,
    ResemblanceWords(
        organization_found="類似機関通知",
        applicant_found="類似申請機関通知",
        organization="機関",
        register="登録簿",
        country="所在国",
        number="登録番号",
        report="通報",
        report_kind="区分",
        report_country="通報国",
        report_number="通報番号",
        known_as="登録上の表示",
        reported_as="通報上の表示",
        names="名称",
        identifiers="識別番号",
        registers={
            "送出機関": "sending-organization",
            "登録支援機関": "support-organization",
            "特定技能所属機関": "accepting-organization",
        },
        report_kinds={"不正行為通報": "misconduct-report", "不適正行為通知": "notice"},
    ),
)
