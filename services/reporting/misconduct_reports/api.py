"""What operators of the parties may read of misconduct reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.reporting.listing import Agreement, Before, Country, Limit, Page, ReportItem, of_report
from services.reporting.misconduct_reports.model import MisconductReportRecord, found
from services.reporting.model import Status
from shared.cases.listing import Case, Cases, Operator
from shared.contracts.misconduct_report import Category, Urgency


class MisconductReportItem(ReportItem):
    """A report in a list."""

    categories: tuple[Category, ...]
    urgency: Urgency | None
    """Of a violation of human rights."""
    subjects: tuple[dict[str, str], ...]
    """Their names by language tag."""


class MisconductReportResource(MisconductReportItem):
    """A report with all that is recorded of it, the steps of its history in order."""

    record: MisconductReportRecord


def router(reports: Cases[MisconductReportRecord]) -> APIRouter:
    """The routes. A report is seen by operators of the two parties to its agreement, and by nobody else (M3b)."""
    api = APIRouter(prefix="/v1", tags=["reporting"])

    @api.get("/misconduct-reports")
    async def misconduct_reports(
        asking: Operator,
        agreement: Agreement = None,
        country: Country = None,
        status: Annotated[Status | None, Query(description="Only with this status.")] = None,
        category: Annotated[Category | None, Query(description="Only in this category, whatever else.")] = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> Page[MisconductReportItem]:
        """M4.1: reports from and to the operator's country."""
        items = [
            item
            for item in map(_item, await reports.of(asking, agreement))
            if country in (None, item.country)
            and status in (None, item.status)
            and (category is None or category in item.categories)
        ]
        return Page[MisconductReportItem].of(items, before, limit)

    @api.get("/misconduct-reports/{agreement}/{report_id:path}")
    async def misconduct_report(asking: Operator, agreement: str, report_id: str) -> MisconductReportResource:
        """M4.1: one report, with its revisions and receipts, what the other side did about it, and its history."""
        case = await reports.get(asking, agreement, report_id)
        return MisconductReportResource(**_item(case).model_dump(), record=case.record)

    return api


def _item(case: Case[MisconductReportRecord]) -> MisconductReportItem:
    latest = case.record.latest
    findings = None if latest is None else latest.report.findings
    return MisconductReportItem(
        **of_report(case),
        categories=() if findings is None else tuple(each.category for each in found(findings)),
        urgency=None if findings is None or findings.human_rights is None else findings.human_rights.urgency,
        subjects=() if latest is None else tuple(subject.names for subject in latest.report.subjects),
    )
