"""The read API of cases, the same for every kind: `/v1/cases`, and `/v1/timeliness` of all of them.

A kind is in it once its record has an `outline`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from heapq import heappop, heappush
from typing import Annotated, Any

from fastapi import APIRouter, Query

from shared.agreements import Agreement, Agreements
from shared.cases.listing import Case, Cases, Operator
from shared.cases.model import CaseRecord
from shared.cases.resources import CaseItem, CasePage, CaseResource, Tallies
from shared.cases.timeliness import Tally, of_case, tallied
from shared.clock import Clock, rfc3339
from shared.errors import ProblemError, problem
from shared.messaging.decider import Decider
from shared.store.base import Streams


def router(deciders: Sequence[Decider[Any]], streams: Streams, agreements: Agreements, clock: Clock) -> APIRouter:
    """The routes, for the kinds of case among the deciders.

    A case is seen by operators of the two parties to its agreement, and by nobody else (M3b).
    """
    api = APIRouter(prefix="/v1", tags=["cases"])
    kinds: Mapping[str, Cases[CaseRecord]] = {
        decider.kind: Cases(streams, agreements, decider.kind, decider.state)
        for decider in deciders
        if issubclass(decider.state, CaseRecord)
    }
    item = described(agreements, clock)

    @api.get("/cases")
    async def list_cases(
        asking: Operator,
        kind: Annotated[str | None, Query(description="Only of this kind.")] = None,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
        country: Annotated[str | None, Query(description="Only what this side has opened.")] = None,
        status: Annotated[str | None, Query(description="Only with this status.")] = None,
        due_by: Annotated[date | None, Query(description="Only what is due on this day or before, and open.")] = None,
        overdue: Annotated[bool | None, Query(description="Only those overdue now, or only the others.")] = None,
        number: Annotated[str | None, Query(description="Only those of this number, of either side.")] = None,
        before: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> CasePage:
        """Cases from and to the operator's country, of every kind."""
        # A heap by key, the least first; one more than asked for tells that more follow.
        shown: list[tuple[str, CaseItem]] = []
        total = 0
        statuses: dict[str, set[str]] = {name: set() for name in kinds}
        for name, cases in kinds.items():
            async for some in cases.of(asking, agreement):
                for one in (item(name, case) for case in some):
                    statuses[name].add(one.status)
                    if not (
                        kind in (None, one.kind)
                        and country in (None, one.country)
                        and status in (None, one.status)
                        and overdue in (None, one.overdue)
                        and (due_by is None or (one.due_on is not None and one.due_on <= due_by and not one.closed))
                        and (number is None or number in (one.id, one.id.removeprefix(f"{one.country}-")))
                    ):
                        continue
                    total += 1
                    if before is None or one.key < before:
                        heappush(shown, (one.key, one))
                    if len(shown) > limit + 1:
                        heappop(shown)
        # What is added meanwhile, or leaves the list, moves no other across pages.
        items = [one for _, one in sorted(shown, reverse=True)]
        return CasePage(
            items=tuple(items[:limit]),
            total=total,
            next=items[limit - 1].key if len(items) > limit else None,
            kinds={name: tuple(sorted(known)) for name, known in statuses.items()},
        )

    @api.get("/cases/{kind}/{agreement}/{case_id:path}")
    async def one_case(asking: Operator, kind: str, agreement: str, case_id: str) -> CaseResource:
        """One case, with its record and its steps."""
        if kind not in kinds:
            raise ProblemError(problem("not-found", f"There is no kind of case {kind} here."))
        case = await kinds[kind].get(asking, agreement, case_id)
        record = case.record.model_dump(mode="json", exclude={"history"})
        return CaseResource(**item(kind, case).model_dump(), history=case.record.history, record=record)

    @api.get("/timeliness")
    async def timeliness(
        asking: Operator,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
    ) -> Tallies:
        """How soon each side shares, takes on and answers: by side, month and kind, to be added up as needed."""
        now = clock.now()
        found: Sequence[Tally] = ()
        for name, cases in kinds.items():
            async for some in cases.of(asking, agreement):
                found = tallied([*found, *(one for case in some for one in _tallies(name, case, agreements, now))])
        return Tallies(items=tuple(found))

    return api


def _tallies(kind: str, case: Case[CaseRecord], agreements: Agreements, now: datetime) -> Iterator[Tally]:
    agreement = _agreement_of(case, agreements)
    zones = {country: party.zone for country, party in agreement.parties.items()}
    yield from of_case(kind, case.country, agreement.other(case.country), case.record.outline, zones, now)


def _agreement_of(case: Case[CaseRecord], agreements: Agreements) -> Agreement:
    known = agreements.get(case.agreement)
    if known is None:
        raise ValueError(f"{case.agreement} is no agreement of the files")
    return known


def described(agreements: Agreements, clock: Clock) -> Callable[[str, Case[CaseRecord]], CaseItem]:
    """How a case of a kind stands in a list."""

    def item(kind: str, case: Case[CaseRecord]) -> CaseItem:
        outline, history = case.record.outline, case.record.history
        agreement = _agreement_of(case, agreements)
        other = agreement.other(case.country)
        today = clock.now().astimezone(agreement.parties[case.country if outline.owed_by_opener else other].zone).date()
        late = not outline.closed and outline.due_on is not None and today > outline.due_on
        told = outline.model_dump(exclude={"overdue", "owed_by_opener", "measured", "answer_by"})
        return CaseItem(
            **told,
            kind=kind,
            agreement=case.agreement,
            id=case.id,
            country=case.country,
            other=other,
            overdue=late if outline.overdue is None else outline.overdue,
            opened_at=history[0].recorded_at,
            changed_at=history[-1].recorded_at,
            key=f"{rfc3339(history[0].recorded_at)} {kind}/{case.agreement}/{case.id}",
        )

    return item
