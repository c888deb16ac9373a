"""What operators of the parties may read of test-fraud reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.reporting.listing import Agreement, Before, Country, Limit, Page, ReportItem, of_report
from services.reporting.model import Status
from services.reporting.test_fraud_reports.model import TestFraudReportRecord
from shared.cases.listing import Case, Cases, Operator
from shared.contracts.test_fraud_report import Fraud, TestSession


class TestFraudReportItem(ReportItem):
    """A report in a list. Of one of which nothing but a withdrawal has arrived neither fraud nor test are known."""

    fraud: Fraud | None
    test: TestSession | None


class TestFraudReportResource(TestFraudReportItem):
    """A report with all that is recorded of it, the steps of its history in order."""

    record: TestFraudReportRecord


def router(reports: Cases[TestFraudReportRecord]) -> APIRouter:
    """The routes. A report is seen by operators of the two parties to its agreement, and by nobody else (M3b)."""
    api = APIRouter(prefix="/v1", tags=["reporting"])

    @api.get("/test-fraud-reports")
    async def test_fraud_reports(
        asking: Operator,
        agreement: Agreement = None,
        country: Country = None,
        status: Annotated[Status | None, Query(description="Only with this status.")] = None,
        fraud: Annotated[Fraud | None, Query(description="Only of this kind.")] = None,
        test: Annotated[str | None, Query(description="Only about the test of this identifier.")] = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> Page[TestFraudReportItem]:
        """M5.3: reports from and to the operator's country."""
        items = [
            item
            for item in map(_item, await reports.of(asking, agreement))
            if country in (None, item.country)
            and status in (None, item.status)
            and fraud in (None, item.fraud)
            and (test is None or (item.test is not None and item.test.test == test))
        ]
        return Page[TestFraudReportItem].of(items, before, limit)

    @api.get("/test-fraud-reports/{agreement}/{report_id:path}")
    async def test_fraud_report(asking: Operator, agreement: str, report_id: str) -> TestFraudReportResource:
        """M5.3: one report, with its revisions and receipts, what the other side did about it, and its history."""
        case = await reports.get(asking, agreement, report_id)
        return TestFraudReportResource(**_item(case).model_dump(), record=case.record)

    return api


def _item(case: Case[TestFraudReportRecord]) -> TestFraudReportItem:
    report = None if case.record.latest is None else case.record.latest.report
    return TestFraudReportItem(
        **of_report(case),
        fraud=None if report is None else report.fraud,
        test=None if report is None else report.test,
    )
