"""The console's own API, under `/api`: what its pages tell of cases, for operators' programs. Errors are problems."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Query, Request, Response

from services.console.asking import AwayError, Operator, Services
from services.console.cases import case_of, listed
from services.console.span_files import SpanFiles
from services.console.timeliness import tallies
from shared.cases.model import Step
from shared.cases.resources import CasePage, CaseResource
from shared.cases.timeliness import Indicators, indicators
from shared.errors import ProblemError, problem
from shared.security.tokens import Actor, TokenVerifier
from shared.web import actor, create_app
from shared.web.app import problem_response

PREFIX = "/api"


class TracedStep(Step):
    """A step, and the trace of the message that led to it."""

    trace_id: str | None
    """Where it is known here; none of what the clock did."""


class CaseWay(CaseResource):
    """A case's whole way."""

    history: tuple[TracedStep, ...]


def _asking(request: Request, known: Annotated[Actor, Depends(actor("operator"))]) -> Operator:
    return Operator(known, request.headers["authorization"].partition(" ")[2])


Asking = Annotated[Operator, Depends(_asking)]
"""Who is asking: the operator's own token goes along to the services."""


def build(services: Services, tokens: TokenVerifier, files: SpanFiles | None) -> FastAPI:
    """The application, to be mounted under `PREFIX`."""
    api = create_app("Kakehashi console", description="Cases, for operators of the countries concerned.")
    api.servers = [{"url": PREFIX}]
    api.state.tokens = tokens

    @api.exception_handler(AwayError)
    async def on_away(_: Request, error: AwayError) -> Response:
        return problem_response(problem("not-available", f"{error.service} does not answer."))

    @api.get("/v1/cases", tags=["cases"])
    async def list_cases(
        asking: Asking,
        kind: Annotated[str | None, Query(description="Only of this kind.")] = None,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
        country: Annotated[str | None, Query(description="Only what this side has opened.")] = None,
        status: Annotated[str | None, Query(description="Only with this status.")] = None,
        due_by: Annotated[date | None, Query(description="Only what is due on this day or before, and open.")] = None,
        overdue: Annotated[bool | None, Query(description="Only those overdue now, or only the others.")] = None,
        before: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> CasePage:
        """Cases from and to the operator's country, of every kind."""
        page, away = await listed(
            services,
            asking,
            limit,
            kind=kind,
            agreement=agreement,
            country=country,
            status=status,
            due_by=due_by,
            overdue=overdue,
            before=before,
        )
        if away:
            raise AwayError(away[0])
        return page

    @api.get("/v1/cases/{case_id:path}", tags=["cases"])
    async def one_case(asking: Asking, case_id: str) -> CaseWay:
        """One case's whole way: `kind/agreement/case`, or its number alone where only one has it."""
        one = await case_of(services, asking, case_id)
        receipts = {step.receipt_id for step in one.history if step.receipt_id}
        traces = await _traces(services, asking, files, receipts)
        history = tuple(
            TracedStep(**step.model_dump(), trace_id=traces.get(step.receipt_id or "")) for step in one.history
        )
        return CaseWay(**one.model_dump(exclude={"history"}), history=history)

    @api.get("/v1/timeliness", tags=["cases"])
    async def timeliness(
        asking: Asking,
        agreement: Annotated[str | None, Query(description="Only under this agreement.")] = None,
        kind: Annotated[
            str | None, Query(description="Only of this kind of case; of all together without one.")
        ] = None,
    ) -> tuple[Indicators, ...]:
        """How soon each side shares, takes on and answers, by side and month: the same to both."""
        found, away = await tallies(services, asking, agreement)
        if away:
            raise AwayError(away[0])
        return tuple(indicators(found, kind))

    return api


async def _traces(
    services: Services, asking: Operator, files: SpanFiles | None, receipts: Collection[str]
) -> Mapping[str, str]:
    """The trace of each receipt: of all whose spans are here, else of those that the operator's own bridge gave."""
    found = dict(await files.traces(receipts)) if files is not None else {}
    own = next((name for name, country in services.bridges.items() if country == asking.actor.party), None)
    if own is not None:
        rest = [receipt for receipt in receipts if receipt not in found]
        told = await asyncio.gather(*(_told(services, asking, own, receipt) for receipt in rest))
        found |= {receipt: trace for receipt, trace in zip(rest, told, strict=True) if trace is not None}
    return found


async def _told(services: Services, asking: Operator, bridge: str, receipt: str) -> str | None:
    """The one trace of a receipt, None where the bridge did not give it, or does not answer now."""
    with suppress(ProblemError, AwayError):
        told = await services.get(asking, bridge, f"/v1/receipts/{quote(receipt, safe='')}")
        traces = {item["traceparent"].split("-")[1] for item in told["items"] if item.get("traceparent")}
        return traces.pop() if len(traces) == 1 else None
    return None
