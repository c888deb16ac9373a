"""What operators of the parties may read of inquiries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.inquiry.inquiries.model import InquiryRecord, Status
from shared.cases.listing import Case, Cases, Operator, page
from shared.clock import rfc3339
from shared.contracts.inquiry import Topic


class InquiryItem(BaseModel):
    """An inquiry in a list."""

    agreement: str
    id: str
    country: str
    """That asks."""
    status: Status
    topic: Topic
    title: dict[str, str]
    open: tuple[int, ...]
    """Numbers of the questions neither answered nor declined."""
    questions: int
    wished_on: date
    due_on: date
    """The last day on which an answer is in time."""
    overdue_at: datetime
    overdue: bool
    """Whether an answer is owed and late."""
    late: bool
    """Whether some answer came late."""
    asked_at: datetime
    received_at: datetime | None


class InquiryPage(BaseModel):
    """Some inquiries, the latest asked first."""

    items: tuple[InquiryItem, ...]
    total: int
    """Of all that meet the conditions."""
    next: str | None
    """To be given as `before` for the page that follows."""


class InquiryResource(InquiryItem):
    """An inquiry with all that is recorded of it, the steps of its history in order."""

    record: InquiryRecord


def router(inquiries: Cases[InquiryRecord]) -> APIRouter:
    """The routes. An inquiry is seen by operators of the two parties to its agreement, and by nobody else (M3b)."""
    api = APIRouter(prefix="/v1", tags=["inquiry"])

    @api.get("/inquiries")
    async def list_inquiries(
        asking: Operator,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
        country: Annotated[str | None, Query(description="Only what this side asks.")] = None,
        status: Annotated[Status | None, Query(description="Only with this status.")] = None,
        topic: Annotated[Topic | None, Query(description="Only about this part of the work.")] = None,
        overdue: Annotated[bool | None, Query(description="Only those overdue now, or only the others.")] = None,
        wished_by: Annotated[date | None, Query(description="Only those wished by this day or before.")] = None,
        before: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> InquiryPage:
        """M6.4, M7.6: inquiries from and to the operator's country."""
        items = [
            item
            for item in map(_item, await inquiries.of(asking, agreement))
            if country in (None, item.country)
            and status in (None, item.status)
            and topic in (None, item.topic)
            and overdue in (None, item.overdue)
            and (wished_by is None or item.wished_on <= wished_by)
        ]
        shown, following = page(items, _key, before, limit)
        return InquiryPage(items=tuple(shown), total=len(items), next=following)

    @api.get("/inquiries/{agreement}/{inquiry_id:path}")
    async def one_inquiry(
        asking: Operator,
        agreement: str,
        inquiry_id: str,
    ) -> InquiryResource:
        """M6.4, M7.6: one inquiry, with what was said to each question, receipts, deadlines and history."""
        case = await inquiries.get(asking, agreement, inquiry_id)
        return InquiryResource(**_item(case).model_dump(), record=case.record)

    return api


def _item(case: Case[InquiryRecord]) -> InquiryItem:
    record = case.record
    inquiry, asked_at = record.inquiry, record.asked_at
    due_on, overdue_at = record.due_on, record.overdue_at
    if inquiry is None or asked_at is None or due_on is None or overdue_at is None:
        raise ValueError(f"{case.id} has a history without having been asked")
    return InquiryItem(
        agreement=case.agreement,
        id=case.id,
        country=case.country,
        status=record.status,
        topic=inquiry.topic,
        title=inquiry.title,
        open=record.open,
        questions=len(inquiry.questions),
        wished_on=inquiry.wished_on,
        due_on=due_on,
        overdue_at=overdue_at,
        overdue=record.overdue,
        late=record.late,
        asked_at=asked_at,
        received_at=record.received_at,
    )


def _key(item: InquiryItem) -> str:
    return f"{rfc3339(item.asked_at)} {item.agreement}/{item.id}"
