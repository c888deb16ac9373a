"""What operators of the parties may read of misconduct reports. What is sealed in them stays sealed here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.reporting.model import MisconductReportRecord, Promptness, Status, found
from shared.cases.listing import Case, Cases, Operator, page
from shared.clock import rfc3339
from shared.contracts.misconduct_report import Category, Urgency

Reports = Cases[MisconductReportRecord]


class ReportItem(BaseModel):
    """A report in a list."""

    agreement: str
    id: str
    country: str
    """Whose report it is."""
    status: Status
    revision: int | None
    """The highest one; None where nothing but a withdrawal has arrived."""
    categories: tuple[Category, ...]
    urgency: Urgency | None
    """Of a violation of human rights."""
    subjects: tuple[dict[str, str], ...]
    """Their names by language tag."""
    promptness: Promptness | None
    opened_at: datetime
    """When the first of it was recorded."""


class ReportPage(BaseModel):
    """Some reports, the latest opened first."""

    items: tuple[ReportItem, ...]
    total: int
    """Of all that meet the conditions."""
    next: str | None
    """To be given as `before` for the page that follows."""


class ReportResource(ReportItem):
    """A report with all that is recorded of it, the steps of its history in order."""

    record: MisconductReportRecord


def router(reports: Reports) -> APIRouter:
    """The routes. A report is seen by operators of the two parties to its agreement, and by nobody else (M3b)."""
    api = APIRouter(prefix="/v1", tags=["reporting"])

    @api.get("/misconduct-reports")
    async def misconduct_reports(
        asking: Operator,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
        country: Annotated[str | None, Query(description="Only what this side has reported.")] = None,
        status: Annotated[Status | None, Query(description="Only with this status.")] = None,
        category: Annotated[Category | None, Query(description="Only in this category, whatever else.")] = None,
        before: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ReportPage:
        """M4.1: reports from and to the operator's country."""
        items = [
            item
            for item in map(_item, await reports.of(asking, agreement))
            if country in (None, item.country)
            and status in (None, item.status)
            and (category is None or category in item.categories)
        ]
        shown, following = page(items, _key, before, limit)
        return ReportPage(items=tuple(shown), total=len(items), next=following)

    @api.get("/misconduct-reports/{agreement}/{report_id:path}")
    async def misconduct_report(
        asking: Operator,
        agreement: str,
        report_id: str,
    ) -> ReportResource:
        """M4.1: one report, with its revisions, receipts, acknowledgements and history."""
        case = await reports.get(asking, agreement, report_id)
        return ReportResource(**_item(case).model_dump(), record=case.record)

    return api


def _item(case: Case[MisconductReportRecord]) -> ReportItem:
    record = case.record
    latest = record.latest
    findings = None if latest is None else latest.report.findings
    return ReportItem(
        agreement=case.agreement,
        id=case.id,
        country=case.country,
        status=record.status,
        revision=None if latest is None else latest.number,
        categories=() if findings is None else tuple(each.category for each in found(findings)),
        urgency=None if findings is None or findings.human_rights is None else findings.human_rights.urgency,
        subjects=() if latest is None else tuple(subject.names for subject in latest.report.subjects),
        promptness=record.promptness,
        opened_at=record.history[0].recorded_at,
    )


def _key(item: ReportItem) -> str:
    return f"{rfc3339(item.opened_at)} {item.agreement}/{item.id}"
