"""How soon each side shares, takes on and answers: by side and month, with a plot for each indicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.console.asking import AwayError, Operator, Services
from services.console.cases import OWNERS
from services.console.frame import Frame
from services.console.plots import HEIGHT, WIDTH, months_until, plot
from services.console.session import SignedIn
from shared.cases.resources import Tallies
from shared.cases.timeliness import Tally, indicators
from shared.clock import Clock

NAMES = ("accepted_in_time", "answered_in_time", "days_to_answer", "days_to_share")
"""The indicators, in the order shown; the first two are shares."""
MONTHS = 12


async def tallies(services: Services, operator: Operator, agreement: str | None) -> tuple[list[Tally], list[str]]:
    """Of all owners of cases together, and the owners that are away. Raises ProblemError."""
    parameters = {"agreement": agreement} if agreement else {}
    answers = await services.each(operator, OWNERS, "/v1/timeliness", **parameters)
    found = [Tallies.model_validate(one).items for one in answers.values() if not isinstance(one, AwayError)]
    away = [name for name, one in answers.items() if isinstance(one, AwayError)]
    return [tally for items in found for tally in items], away


def router(frame: Frame, services: Services, clock: Clock) -> APIRouter:
    """The route. It wants a session."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/timeliness")
    async def timeliness(
        request: Request, operator: SignedIn, kind: Annotated[str, Query(max_length=60)] = ""
    ) -> Response:
        """The last twelve months, of one kind of case or of all together."""
        found, away = await tallies(services, operator, None)
        every = indicators(found, kind or None)
        # Where a side lives it may be the next month already.
        months = months_until(max([f"{clock.now():%Y-%m}", *(one.month for one in every)]), MONTHS)
        told = [one for one in every if one.month in months]
        sides = sorted({one.side for one in told})
        values = {name: {(one.side, one.month): getattr(one, name) for one in told} for name in NAMES}
        return frame.page(
            request,
            "timeliness",
            operator,
            kinds=_kinds(found),
            kind=kind,
            told=sorted(told, key=lambda one: (one.month, one.side), reverse=True),
            sides=sides,
            plots={name: plot(values[name], sides, months) for name in NAMES if set(values[name].values()) - {None}},
            size=(WIDTH, HEIGHT),
            away=away,
            closed=operator.actor.party is None,
        )

    return pages


def _kinds(found: Sequence[Tally]) -> Sequence[str]:
    return sorted({one.kind for one in found})
