"""What operators of the parties may read of notices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.reporting.listing import Agreement, Before, Country, Item, Limit, Page, of_case
from services.reporting.notices.model import NoticeRecord, Status, Times
from shared.agreements import Agreements
from shared.cases.listing import Case, Cases, Operator
from shared.clock import Clock
from shared.contracts.notice import AccreditedOrganization, Consequence


class NoticeItem(Item):
    """A notice in a list. Of one of which nothing but a withdrawal has arrived neither organization nor times are
    known."""

    status: Status
    organization: AccreditedOrganization | None
    consequence: Consequence | None
    """None as long as no result was returned."""
    times: Times | None
    overdue: bool
    """Whether a result is owed and the wished day is over."""
    late: bool
    """Whether it ended after the wished day."""


class NoticeResource(NoticeItem):
    """A notice with all that is recorded of it, the steps of its history in order."""

    record: NoticeRecord


def router(notices: Cases[NoticeRecord], agreements: Agreements, clock: Clock) -> APIRouter:
    """The routes. A notice is seen by operators of the two parties to its agreement, and by nobody else (M3b)."""
    api = APIRouter(prefix="/v1", tags=["reporting"])

    def item(case: Case[NoticeRecord]) -> NoticeItem:
        record = case.record
        return NoticeItem(
            **of_case(case),
            status=record.status,
            organization=None if record.latest is None else record.latest.report.organization,
            consequence=None if record.conclusion is None else record.conclusion.result.consequence,
            times=record.times,
            overdue=overdue(case),
            late=record.late,
        )

    def overdue(case: Case[NoticeRecord]) -> bool:
        """By the calendar of the side that accredits."""
        agreement, wished_on = agreements.get(case.agreement), case.record.result_wished_on
        if agreement is None or wished_on is None or case.record.closed:
            return False
        zone = agreement.parties[agreement.other(case.country)].zone
        return clock.now().astimezone(zone).date() > wished_on

    @api.get("/notices")
    async def list_notices(
        asking: Operator,
        agreement: Agreement = None,
        country: Country = None,
        status: Annotated[Status | None, Query(description="Only with this status.")] = None,
        consequence: Annotated[Consequence | None, Query(description="Only where this follows.")] = None,
        overdue: Annotated[bool | None, Query(description="Only those overdue now, or only the others.")] = None,
        organization: Annotated[str | None, Query(description="Only about the one of this number.")] = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> Page[NoticeItem]:
        """M7.3: notices from and to the operator's country."""
        items = [
            one
            for one in map(item, await notices.of(asking, agreement))
            if country in (None, one.country)
            and status in (None, one.status)
            and consequence in (None, one.consequence)
            and overdue in (None, one.overdue)
            and (
                organization is None
                or (one.organization is not None and one.organization.registration_number == organization)
            )
        ]
        return Page[NoticeItem].of(items, before, limit)

    @api.get("/notices/{agreement}/{notice_id:path}")
    async def one_notice(asking: Operator, agreement: str, notice_id: str) -> NoticeResource:
        """M7.3: one notice, with its investigation, measures, result, times and history."""
        case = await notices.get(asking, agreement, notice_id)
        return NoticeResource(**item(case).model_dump(), record=case.record)

    return api
