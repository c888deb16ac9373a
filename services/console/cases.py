"""Cases between two countries, a list for each kind, for operators of the parties to their agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from services.console.asking import AwayError, Services
from services.console.frame import Frame
from services.console.session import SignedIn

LISTED = 50


@dataclass(frozen=True)
class Kind:
    """A kind of case: the name of its pages, the service that owns it, where that tells of it, and its statuses."""

    name: str
    service: str
    path: str
    template: str
    statuses: tuple[str, ...]


_OF_REPORTS = (
    "submitted",
    "delivered",
    "undelivered",
    "acknowledged",
    "assessed",
    "measures-taken",
    "closed",
    "declined",
    "withdrawn",
    "unknown",
)
KINDS = (
    Kind("reports", "reporting", "/v1/misconduct-reports", "report", _OF_REPORTS),
    Kind("frauds", "reporting", "/v1/test-fraud-reports", "report", _OF_REPORTS),
    Kind(
        "notices",
        "reporting",
        "/v1/notices",
        "notice",
        (
            "submitted",
            "delivered",
            "undelivered",
            "under-investigation",
            "concluded",
            "declined",
            "withdrawn",
            "unknown",
        ),
    ),
    Kind(
        "inquiries",
        "inquiry",
        "/v1/inquiries",
        "inquiry",
        ("asked", "counter-proposed", "accepted", "partly-answered", "answered", "declined", "closed"),
    ),
)


def router(frame: Frame, services: Services) -> APIRouter:
    """The routes. All want a session."""
    pages = APIRouter(include_in_schema=False)

    def add(kind: Kind) -> None:
        async def cases(
            request: Request,
            operator: SignedIn,
            status: Annotated[str, Query(max_length=40)] = "",
            before: Annotated[str, Query(max_length=400)] = "",
        ) -> Response:
            """The cases of the operator's country, the latest first."""
            page, away = None, False
            chosen = status if status in kind.statuses else ""
            if operator.actor.party is not None:
                wanted = {"status": chosen, "before": before}
                parameters = {name: value for name, value in wanted.items() if value}
                answer = (await services.each(operator, [kind.service], kind.path, limit=LISTED, **parameters))[
                    kind.service
                ]
                away = isinstance(answer, AwayError)
                page = None if away else answer
            return frame.page(
                request,
                "cases",
                operator,
                kind=kind.name,
                statuses=kind.statuses,
                status=chosen,
                page=page,
                away=[kind.service] if away else [],
                closed=operator.actor.party is None,
            )

        async def case(request: Request, operator: SignedIn, agreement: str, case_id: str) -> Response:
            """One case, with its history and its times."""
            path = f"{kind.path}/{quote(agreement, safe='')}/{quote(case_id, safe='')}"
            one = await services.get(operator, kind.service, path)
            return frame.page(request, kind.template, operator, kind=kind.name, one=one)

        pages.add_api_route(f"/{kind.name}", cases, methods=["GET"])
        pages.add_api_route(f"/{kind.name}/{{agreement}}/{{case_id:path}}", case, methods=["GET"])

    for kind in KINDS:
        add(kind)
    return pages
