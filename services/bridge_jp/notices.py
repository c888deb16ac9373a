"""Notices of seemingly improper conduct (M7.3) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, REVISIONS
from shared.bridge.notices import NoticeWords, notices

NOTICES: Final = notices(
    LAYOUT,
    REVISIONS,
    NoticeWords(
        report="不適正行為通知",
        correction="不適正行為通知訂正",
        withdrawal="不適正行為通知取下げ",
        opening="調査開始通知",
        measure="調査措置通知",
        result="調査結果通知",
        reminder="調査結果督促通知",
        overdue="調査結果期限経過通知",
        refusal="不適正行為通知対応拒否",
        opener="通知国",
        number="通知番号",
        organization="対象機関",
        accredited_by="認定国",
        registration_number="登録番号",
        organization_names="名称",
        result_wished_on="結果希望日",
        remind_at="督促予定日時",
        overdue_at="期限経過日時",
        opened_on="調査開始日",
        findings="調査結果",
        consequence="処分",
        registry_case="登録簿処分番号",
        late="期限後",
        measure_kinds={"聴聞": "hearing", "指導": "guidance", "監督": "supervision"},
        consequences={
            "処分なし": "none",
            "指導": "guidance",
            "認定停止": "suspension",
            "認定取消": "revocation",
        },
        lateness={"該当": True, "非該当": False},
    ),
)
