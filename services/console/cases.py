"""Cases between two countries, of every kind alike, for operators of the parties to their agreement."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from services.console.asking import AwayError, Operator, Services
from services.console.frame import Frame, own_path
from services.console.saying import forms, statement
from services.console.session import SignedIn, form_of
from shared.cases.resources import CaseItem, CasePage, CaseResource
from shared.errors import Problem, ProblemError, problem

OWNERS = ("reporting", "inquiry", "registry")
"""The services that own cases. Each answers `/v1/cases` for its kinds."""
LISTED = 50
PATH = "/v1/cases"
STATEMENTS = "/v1/statements"
UNTOLD = frozenset({"not-available", "internal-error"})
"""Problems that leave open whether what was said had been taken."""
WAIT = "wait=10"
"""For the owner's decision on what an operator says; less than an order has to be answered."""


async def listed(services: Services, operator: Operator, limit: int, **wanted: Any) -> tuple[CasePage, list[str]]:
    """The cases that meet the conditions, of all owners together, the latest first; and the owners that are away.

    `wanted` is as `/v1/cases` takes it. Raises ProblemError.
    """
    parameters = {name: value for name, value in wanted.items() if value not in (None, "")}
    answers = await services.each(operator, OWNERS, PATH, limit=limit, **parameters)
    pages = [CasePage.model_validate(one) for one in answers.values() if not isinstance(one, AwayError)]
    found = sorted((item for page in pages for item in page.items), key=lambda item: item.key, reverse=True)
    more = len(found) > limit or any(page.next for page in pages)
    page = CasePage(
        items=tuple(found[:limit]),
        total=sum(page.total for page in pages),
        next=found[limit - 1].key if more and len(found) >= limit else None,
        kinds={kind: statuses for page in pages for kind, statuses in page.kinds.items()},
    )
    return page, [name for name, one in answers.items() if isinstance(one, AwayError)]


async def case_of(services: Services, operator: Operator, wanted: str) -> CaseResource:
    """The case meant by `kind/agreement/case`, or by its number alone where only one has it.

    Raises ProblemError: `not-found`, `ambiguous`, `wrong-party`; AwayError where an owner does not answer.
    """
    away: AwayError | None = None
    kind, _, rest = wanted.partition("/")
    agreement, _, case = rest.partition("/")
    for owner in OWNERS if case else ():
        try:
            return await _get(services, operator, owner, kind, agreement, case)
        except ProblemError as error:
            if error.problem.slug != "not-found":
                raise
        except AwayError as error:
            away = error
    answers = await services.each(operator, OWNERS, PATH, number=wanted, limit=LISTED)
    found: list[tuple[str, CaseItem]] = []
    for owner, answer in answers.items():
        if isinstance(answer, AwayError):
            away = answer
        else:
            found += [(owner, item) for item in CasePage.model_validate(answer).items]
    if away is not None:
        raise away
    if not found:
        raise ProblemError(problem("not-found", f"No case answers to {wanted}."))
    if len(found) > 1:
        names = ", ".join(sorted(f"{item.kind}/{item.agreement}/{item.id}" for _, item in found))
        raise ProblemError(problem("ambiguous", f"{len(found)} cases answer to {wanted}: {names}."))
    ((owner, item),) = found
    return await _get(services, operator, owner, item.kind, item.agreement, item.id)


async def _get(
    services: Services, operator: Operator, owner: str, kind: str, agreement: str, case: str
) -> CaseResource:
    path = "/".join([PATH, *(quote(part, safe="") for part in (kind, agreement, case))])
    return CaseResource.model_validate(await services.get(operator, owner, path))


def router(frame: Frame, services: Services) -> APIRouter:
    """The routes. All want a session."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/cases")
    async def cases(
        request: Request,
        operator: SignedIn,
        kind: Annotated[str, Query(max_length=60)] = "",
        country: Annotated[str, Query(max_length=2)] = "",
        status: Annotated[str, Query(max_length=60)] = "",
        due_by: Annotated[str, Query(max_length=10)] = "",
        overdue: Annotated[str, Query(max_length=5)] = "",
        before: Annotated[str, Query(max_length=400)] = "",
    ) -> Response:
        """The cases of the operator's country, the latest first."""
        asked = {"kind": kind, "country": country, "status": status, "due_by": _day(due_by)}
        asked["overdue"] = "true" if overdue == "true" else ""
        page, away = None, list[str]()
        if operator.actor.party is not None:
            page, away = await listed(services, operator, LISTED, before=before, **asked)
        return frame.page(
            request,
            "cases",
            operator,
            # Its owners read every case to make a list.
            pause=30,
            asked=asked,
            countries=sorted(services.bridges.values()),
            page=page,
            kinds=page.kinds if page else {},
            statuses=sorted({one for many in page.kinds.values() for one in many}) if page else [],
            away=away,
            closed=operator.actor.party is None,
        )

    def shown(
        request: Request,
        operator: Operator,
        one: CaseResource,
        *,
        done: str = "",
        found: Problem | None = None,
        given: Mapping[str, str] | None = None,
        message_id: str = "",
    ) -> Response:
        can_say = forms(one, operator.actor.party)
        return frame.page(
            request,
            "case",
            operator,
            code=found.status if found else 200,
            problem=found,
            # Whoever is still writing has it until nothing can be said any more.
            gone=() if can_say else ("word",),
            one=one,
            times=times(one),
            forms=can_say,
            # Each page's forms have one, so that what is posted twice is said once.
            message_id=message_id or f"console/{uuid.uuid4()}",
            done=done,
            given=given or {},
        )

    @pages.get("/cases/{case_id:path}")
    async def case(request: Request, operator: SignedIn, case_id: str, done: str = "") -> Response:
        """One case, with its times, its steps, what is recorded of it and what the operator can say in it."""
        return shown(request, operator, await case_of(services, operator, case_id), done=done)

    @pages.post("/cases/{case_id:path}")
    async def say(request: Request, operator: SignedIn, case_id: str) -> Response:
        """Says something in the case, by the bridge of the operator's country."""
        given = await form_of(request, operator)
        one = await case_of(services, operator, case_id)
        party = operator.actor.party or ""
        try:
            form = next((form for form in forms(one, party) if form.command == given.get("act")), None)
            if form is None:
                raise ProblemError(
                    problem("wrong-state", "This cannot be said in the case any more.", state=one.status)
                )
            said = statement(form, one, party, given.get("message_id", ""), given, frame.zone(operator))
            receipt = await services.order(operator, services.bridge_of(party), STATEMENTS, said, Prefer=WAIT)
        except ProblemError as error:
            same = _page_of(given) if error.problem.slug in UNTOLD else ""
            return shown(request, operator, one, found=error.problem, given=given, message_id=same)
        except AwayError as error:
            away = problem("not-available", f"{error.service} does not answer. Send the same again: it is said once.")
            return shown(request, operator, one, found=away, given=given, message_id=_page_of(given))
        done = "applied" if receipt["items"][0].get("outcome") == "applied" else "taken"
        return RedirectResponse(f"{own_path(request)}?done={done}", 303)

    return pages


def _page_of(given: Mapping[str, str]) -> str:
    """The id of the page whose form was posted: what is sent again under it is known where it had been taken."""
    return given.get("message_id", "").rpartition("/")[0]


def times(one: CaseItem) -> Mapping[str, str | None]:
    """When each thing happened that promptness is measured by, in order."""
    names = ("learned_at", "shared_at", "received_at", "accepted_at", "answered_at", "acted_at", "ended_at")
    moments = {name: getattr(one, name) for name in names}
    return {name: None if at is None else at.isoformat() for name, at in moments.items()}


def _day(given: str) -> str:
    """What was given where it is a day, else nothing."""
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        return ""
