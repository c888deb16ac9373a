"""What the read APIs of all matters of reporting tell alike. What is sealed stays sealed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel

from services.reporting.model import Promptness, ReportRecord, RevisedRecord, Status
from shared.cases.listing import Case, page
from shared.clock import rfc3339
from shared.contracts.report import Outcome

Agreement = Annotated[str | None, Query(description="Only under this agreement.")]
Country = Annotated[str | None, Query(description="Only what this side has shared.")]
Before = Annotated[str | None, Query(description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]


class Item(BaseModel):
    """A case in a list."""

    agreement: str
    id: str
    country: str
    """Whose report it is."""
    revision: int | None
    """The highest one; None where nothing but a withdrawal has arrived."""
    opened_at: datetime
    """When the first of it was recorded."""


class ReportItem(Item):
    """A report in a list."""

    status: Status
    outcome: Outcome | None
    """In the words of the other side; None as long as it has not closed the report."""
    promptness: Promptness | None


T = TypeVar("T", bound=Item)


class Page(BaseModel, Generic[T]):
    """Some cases, the latest opened first."""

    items: tuple[T, ...]
    total: int
    """Of all that meet the conditions."""
    next: str | None
    """To be given as `before` for the page that follows."""

    @classmethod
    def of(cls, found: Sequence[T], before: str | None, limit: int) -> Self:
        """Up to `limit` of these, from `before` on."""
        shown, following = page(found, _key, before, limit)
        return cls(items=tuple(shown), total=len(found), next=following)


def of_case(case: Case[Any]) -> dict[str, Any]:
    """The members of `Item`."""
    record: RevisedRecord[Any] = case.record
    return {
        "agreement": case.agreement,
        "id": case.id,
        "country": case.country,
        "revision": None if record.latest is None else record.latest.number,
        "opened_at": record.history[0].recorded_at,
    }


def of_report(case: Case[Any]) -> dict[str, Any]:
    """The members of `ReportItem`."""
    record: ReportRecord[Any, Any, Any] = case.record
    outcome = None if record.closing is None else record.closing.outcome
    return of_case(case) | {"status": record.status, "outcome": outcome, "promptness": record.promptness}


def _key(item: Item) -> str:
    return f"{rfc3339(item.opened_at)} {item.agreement}/{item.id}"
