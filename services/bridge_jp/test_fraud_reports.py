"""Test-fraud reports (M5.3) in Japan's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_jp.cases import LAYOUT, PERSONS, REVISIONS
from shared.bridge.test_fraud_reports import TestFraudReportWords, test_fraud_reports

TEST_FRAUD_REPORTS: Final = test_fraud_reports(
    LAYOUT,
    REVISIONS,
    PERSONS,
    TestFraudReportWords(
        report="試験不正通報",
        correction="試験不正通報訂正",
        withdrawal="試験不正通報取下げ",
        acknowledgement="試験不正通報受領確認",
        assessment="試験不正通報評価",
        measure="試験不正通報措置",
        closing="試験不正通報終結",
        refusal="試験不正通報対応拒否",
        opener="通報国",
        number="通報番号",
        fraud="不正の種別",
        description="不正の内容",
        test="試験コード",
        session="試験回番号",
        certificates="証明書",
        certificate_number="証明書番号",
        issuer="発行者",
        concerned="関係者",
        concerned_as_received="関係者（原文）",
        frauds={
            "替え玉受験": "impersonation",
            "証明書偽造": "forged_certificate",
            "証明書変造": "altered_certificate",
            "その他": "other",
        },
        measure_kinds={
            "合格取消": "annulment",
            "受験停止": "exclusion",
            "捜査機関への通報": "referral",
            "その他": "other",
        },
        concerns={"受験者": "candidate", "替え玉": "impersonator", "証明書名義人": "holder", "その他": "other"},
    ),
)
