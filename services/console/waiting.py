"""What waits for an operator's word: parked messages and held editions."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.console.asking import AwayError, Operator, Services
from services.console.frame import Frame
from services.console.sealed import payload_of, without_sealed
from services.console.session import SignedIn, form_of
from services.console.watch import Watch
from shared.errors import Problem, ProblemError, problem

LISTED = 500
"""Parked messages asked of each service."""


def router(frame: Frame, services: Services, watch: Watch) -> APIRouter:
    """The routes. All want a session; each order is the owning service's to take, to record and to refuse."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/parked")
    async def parked(request: Request, operator: SignedIn) -> Response:
        """Every message that is parked where this operator may look, the oldest first."""
        answers = await services.each(operator, services.open_to(operator), "/v1/parked", limit=LISTED)
        found = [
            (service, item)
            for service, answer in answers.items()
            if not isinstance(answer, AwayError)
            for item in answer["items"]
        ]
        return frame.page(
            request,
            "parked",
            operator,
            parked=sorted(found, key=lambda each: each[1]["parked_at"]),
            total=sum(answer["total"] for answer in answers.values() if not isinstance(answer, AwayError)),
            away=[service for service, answer in answers.items() if isinstance(answer, AwayError)],
            closed=services.closed_to(operator),
        )

    async def parked_one(
        request: Request,
        operator: Operator,
        service: str,
        parked_id: str,
        *,
        done: str = "",
        found: Problem | None = None,
        reason: str = "",
        failed: str = "",
    ) -> Response:
        _open(services, operator, service)
        one = await services.get(operator, service, f"/v1/parked/{quote(parked_id, safe='')}")
        record = one.get("record")
        sealed = frame.language(request).texts["parked"]["sealed"]
        return frame.page(
            request,
            "parked_one",
            operator,
            code=found.status if found else 200,
            problem=found,
            renewed=one["settled"] is None,
            service=service,
            one=one,
            headers=without_sealed(record["headers"], sealed) if record else (),
            payload=payload_of(record, sealed) if record else "",
            done=done,
            reason=reason,
            failed=failed,
        )

    @pages.get("/parked/{service}/{parked_id:path}")
    async def show_parked(
        request: Request,
        operator: SignedIn,
        service: str,
        parked_id: str,
        done: str = "",
    ) -> Response:
        """One with its reason and its payload."""
        return await parked_one(request, operator, service, parked_id, done=done)

    @pages.post("/parked/{service}/{parked_id:path}")
    async def order_parked(request: Request, operator: SignedIn, service: str, parked_id: str) -> Response:
        """Redrive or skip."""
        fields = await form_of(request, operator)
        _open(services, operator, service)
        act, reason = fields.get("act", ""), fields.get("reason", "").strip()
        if act not in ("redrive", "skip"):
            raise ProblemError(problem("wrong-parameter", f"{act!r} is neither redrive nor skip."))
        try:
            body = {"reason": reason} if reason or act == "skip" else None
            await services.order(operator, service, f"/v1/parked/{quote(parked_id, safe='')}/{act}", body)
        except ProblemError as error:
            return await parked_one(
                request, operator, service, parked_id, found=error.problem, reason=reason, failed=act
            )
        return RedirectResponse(f"/parked/{quote(service)}/{quote(parked_id, safe='')}?done={act}", 303)

    @pages.get("/held")
    async def held(request: Request, operator: SignedIn) -> Response:
        """The editions that wait at the bridge of this operator's country; of the others how many there are."""
        own = [name for name in services.open_to(operator) if name in services.bridges]
        answers = await services.each(operator, own, "/v1/held")
        seen = {name: watch.seen[name].figures for name in services.closed_to(operator) if name in watch.seen}
        return frame.page(
            request,
            "held",
            operator,
            held=[
                (services.bridges[service], item)
                for service, answer in answers.items()
                if not isinstance(answer, AwayError)
                for item in answer["items"]
            ],
            elsewhere=[
                (services.bridges[name], one.held) for name, one in seen.items() if one is not None and one.held
            ],
            away=[service for service, answer in answers.items() if isinstance(answer, AwayError)],
            closed=services.closed_to(operator),
        )

    async def held_one(
        request: Request,
        operator: Operator,
        country: str,
        receipt_id: str,
        *,
        done: str = "",
        found: Problem | None = None,
        reason: str = "",
        failed: str = "",
    ) -> Response:
        one = await services.get(operator, services.bridge_of(country), f"/v1/held/{quote(receipt_id, safe='')}")
        return frame.page(
            request,
            "held_one",
            operator,
            code=found.status if found else 200,
            problem=found,
            # Whoever is still typing has it until somebody has decided.
            gone=() if one["status"] == "held" else ("word",),
            one=one,
            done=done,
            reason=reason,
            failed=failed,
        )

    @pages.get("/held/{country}/{receipt_id}")
    async def show_held(
        request: Request,
        operator: SignedIn,
        country: str,
        receipt_id: str,
        done: str = "",
    ) -> Response:
        """One, with what it would change."""
        _open(services, operator, services.bridge_of(country))
        return await held_one(request, operator, country, receipt_id, done=done)

    @pages.post("/held/{country}/{receipt_id}")
    async def decide(request: Request, operator: SignedIn, country: str, receipt_id: str) -> Response:
        """Confirm or reject."""
        fields = await form_of(request, operator)
        _open(services, operator, services.bridge_of(country))
        act, reason = fields.get("act", ""), fields.get("reason", "").strip()
        if act not in ("confirm", "reject"):
            raise ProblemError(problem("wrong-parameter", f"{act!r} is neither confirm nor reject."))
        path = f"/v1/held/{quote(receipt_id, safe='')}/{act}"
        try:
            await services.order(operator, services.bridge_of(country), path, {"reason": reason})
        except ProblemError as error:
            return await held_one(
                request, operator, country, receipt_id, found=error.problem, reason=reason, failed=act
            )
        return RedirectResponse(f"/held/{quote(country)}/{quote(receipt_id, safe='')}?done={act}", 303)

    return pages


def _open(services: Services, operator: Operator, service: str) -> None:
    """Raises ProblemError `wrong-party` for a bridge that does not answer this operator."""
    if service in services.closed_to(operator):
        detail = f"{service} answers the operators of {services.bridges[service]} alone."
        raise ProblemError(problem("wrong-party", detail))
