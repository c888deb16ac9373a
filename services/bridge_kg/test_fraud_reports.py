"""Test-fraud reports (M5.3) in the ministry's words. The layout is assumed; see cases.py."""

from __future__ import annotations

from typing import Final

from services.bridge_kg.cases import LAYOUT, PERSONS, REVISIONS
from shared.bridge.test_fraud_reports import TestFraudReportWords, test_fraud_reports

TEST_FRAUD_REPORTS: Final = test_fraud_reports(
    LAYOUT,
    REVISIONS,
    PERSONS,
    TestFraudReportWords(
        report="test-fraud-report",
        correction="test-fraud-report-correction",
        withdrawal="test-fraud-report-withdrawal",
        acknowledgement="test-fraud-report-acknowledgement",
        assessment="test-fraud-report-assessment",
        measure="test-fraud-report-measure",
        closing="test-fraud-report-closing",
        refusal="test-fraud-report-refusal",
        opener="сообщившая_страна",
        number="номер",
        fraud="вид_обмана",
        description="описание_обмана",
        test="экзамен",
        session="номер_сессии",
        certificates="сертификаты",
        certificate_number="номер",
        issuer="кем_выдан",
        concerned="причастные",
        concerned_as_received="причастные_как_получено",
        frauds={
            "подмена кандидата": "impersonation",
            "поддельный сертификат": "forged_certificate",
            "измененный сертификат": "altered_certificate",
            "иное": "other",
        },
        measure_kinds={
            "аннулирование": "annulment",
            "отстранение от экзаменов": "exclusion",
            "передача в правоохранительные органы": "referral",
            "иное": "other",
        },
        concerns={
            "кандидат": "candidate",
            "подставное лицо": "impersonator",
            "владелец сертификата": "holder",
            "иное": "other",
        },
    ),
)
