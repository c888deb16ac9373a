"""The first page, and the messages: what runs, what goes through, and one message's whole way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from services.console.asking import AwayError, Operator, Services
from services.console.figures import Figures, flows
from services.console.frame import Frame
from services.console.session import SignedIn
from services.console.span_files import SpanFiles
from services.console.watch import Seen, Watch
from services.console.ways import Accepted, State, Waterfall, told_to, verb_and_type, waterfall
from shared.clock import Clock
from shared.telemetry.traces import NoSuchTraceError, Span

LATE = 300.0
"""Seconds after which a delivery that is due is late: as the alert `IntentsLate` has it."""
FAR_BEHIND = 1_000
"""Records behind which a consumer is: as the alert `ConsumerLagGrowing` has it."""
STUCK = 60.0
"""Seconds after which an outbox is too old: as the alert `OutboxOld` has it."""
QUIET = timedelta(seconds=60)
"""After its last step a trace's page does not ask any more."""
FIRST, ALL = 10, 100
"""Messages in a list."""


@dataclass(frozen=True)
class Heed:
    """Something that an operator should look at."""

    what: str
    told: Mapping[str, object] = field(default_factory=dict)
    target: str | None = None


def attention(seen: Sequence[Seen], bridges: Mapping[str, str], services: Sequence[str]) -> Sequence[Heed]:
    """What is not well, the worst first. `services`: those that this operator may ask about what waits."""
    down = [Heed("down", {"service": one.name}) for one in seen if one.condition == "down"]
    unable = [Heed("not_ready", {"service": one.name}) for one in seen if one.condition == "not-ready"]
    known = [(one.name, one.figures) for one in seen if one.figures is not None and one.condition != "down"]
    stuck = [Heed("outbox", {"service": name}) for name, figures in known if figures.outbox_age > STUCK]
    late = [
        Heed("late", {"service": name, "count": figures.undelivered})
        for name, figures in known
        if name in bridges and figures.undelivered and figures.undelivered_age > LATE
    ]
    behind = [
        Heed("behind", {"service": name, "count": figures.lag_total})
        for name, figures in known
        if figures.lag_total > FAR_BEHIND
    ]
    parked = sum(figures.parked for name, figures in known if name in services)
    held = sum(figures.held for name, figures in known if name in services)
    waiting = [Heed("parked", {"count": parked}, "/parked")] if parked else []
    waiting += [Heed("held", {"count": held}, "/held")] if held else []
    return [*down, *unable, *stuck, *waiting, *late, *behind]


def router(
    frame: Frame, services: Services, watch: Watch, files: SpanFiles | None, trace_link: str | None, clock: Clock
) -> APIRouter:
    """The routes. All want a session."""
    pages = APIRouter(include_in_schema=False)
    bridges = services.bridges
    by_country = {country: service for service, country in bridges.items()}

    async def latest(operator: Operator, limit: int) -> Sequence[tuple[Accepted, State]]:
        own = by_country.get(operator.actor.party or "")
        return await files.latest(own, limit) if files is not None else []

    def may_see(operator: Operator, spans: Mapping[str, Span]) -> bool:
        """A country's operator sees the way of what came from its country or to it."""
        own = by_country.get(operator.actor.party or "")
        return own is None or any(span["service"] == own for span in spans.values())

    @pages.get("/")
    async def overview(request: Request, operator: SignedIn) -> Response:
        """What runs, what goes through, what waits."""
        seen = list(watch.seen.values())
        figures = {one.name: one.figures for one in seen if one.figures is not None}
        asked = services.open_to(operator)
        parked = [name for name in asked if name in figures and figures[name].parked]
        answers = await services.each(operator, parked, "/v1/parked", limit=1000)
        streams = [
            item["stream"]
            for answer in answers.values()
            if not isinstance(answer, AwayError)
            for item in answer["items"]
        ]
        of_country = {country: figures[name] for name, country in bridges.items() if name in figures}
        owing = [name for name in asked if name in bridges and name in figures and figures[name].undelivered]
        owed = await services.each(operator, owing, "/v1/undelivered", limit=1)
        return frame.page(
            request,
            "overview",
            operator,
            attention=attention(seen, bridges, asked),
            services=seen,
            flows=flows(of_country, streams, await _held(services, operator, figures)),
            bridges=[(country, of_country.get(country)) for country in sorted(by_country)],
            oldest={
                bridges[name]: answer["items"][0]
                for name, answer in owed.items()
                if not isinstance(answer, AwayError) and answer["items"]
            },
            away=[name for name, answer in answers.items() if isinstance(answer, AwayError)],
            closed=services.closed_to(operator),
            messages=await latest(operator, FIRST),
            countries=bridges,
            traced=files is not None,
        )

    @pages.get("/messages")
    async def messages(
        request: Request,
        operator: SignedIn,
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """The latest messages, and the way to any other by one of its ids."""
        wanted = q.strip()
        if wanted and files is not None:
            try:
                trace_id = await files.find(wanted)
                spans = told_to(await files.trace(trace_id), operator.actor.party)
                if spans and may_see(operator, spans):
                    root = _root(spans, wanted)
                    return RedirectResponse(f"/messages/{trace_id}{f'?from={root}' if root else ''}", 303)
            except NoSuchTraceError:
                pass  # told on the page, as one that this operator may not see is
        return frame.page(
            request,
            "messages",
            operator,
            code=404 if wanted and files is not None else 200,
            messages=await latest(operator, ALL),
            countries=bridges,
            traced=files is not None,
            q=wanted,
            not_found=bool(wanted),
        )

    @pages.get("/messages/{trace_id}")
    async def message(
        request: Request,
        operator: SignedIn,
        trace_id: str,
        root: Annotated[str | None, Query(alias="from")] = None,
    ) -> Response:
        """One message's whole way."""
        spans: Mapping[str, Span] = {}
        if files is not None and re.fullmatch("[0-9a-f]{32}", trace_id):
            spans = told_to(await files.trace(trace_id), operator.actor.party)
        fall: Waterfall | None = waterfall(spans, bridges, root) if may_see(operator, spans) else None
        return frame.page(
            request,
            "message",
            operator,
            code=200 if fall or files is None else 404,
            renewed=fall is not None and clock.now() - fall.ended < QUIET,
            trace_id=trace_id,
            fall=fall,
            message=_message(fall),
            countries=bridges,
            traced=files is not None,
            link=None if trace_link is None or files is not None else trace_link.replace("{trace_id}", quote(trace_id)),
        )

    return pages


async def _held(
    services: Services, operator: Operator, figures: Mapping[str, Figures]
) -> Mapping[tuple[str, str], int]:
    """Held editions by country and register; of a bridge that does not say which to this operator, all as editions."""
    counts: dict[tuple[str, str], int] = {}
    for name, country in services.bridges.items():
        if name not in figures or not figures[name].held:
            continue
        if name in services.open_to(operator):
            answer = (await services.each(operator, [name], "/v1/held"))[name]
            for item in [] if isinstance(answer, AwayError) else answer["items"]:
                key = (country, str(item["register"]))
                counts[key] = counts.get(key, 0) + 1
        else:
            counts[country, "editions"] = figures[name].held
    return counts


def _root(spans: Mapping[str, Span], wanted: str) -> str | None:
    """The span at which the message of this id was accepted, where it is the id of one message."""
    found = [
        span["span_id"]
        for span in spans.values()
        if verb_and_type(span["name"])[0] == "accept" and wanted in map(str, span["attributes"].values())
    ]
    return found[0] if len(found) == 1 else None


def _message(fall: Waterfall | None) -> Accepted | None:
    """The message at the beginning of a waterfall."""
    if fall is None:
        return None
    span = fall.rows[0].step.span
    attributes = span["attributes"]
    if "kakehashi.message_id" not in attributes:
        return None
    return Accepted(
        trace_id=span["trace_id"],
        span_id=span["span_id"],
        service=span["service"],
        what=fall.rows[0].what,
        message_id=str(attributes["kakehashi.message_id"]),
        receipt_id=str(attributes.get("kakehashi.receipt_id", "")),
        at=fall.began,
        outcome=str(attributes.get("kakehashi.outcome", "")),
    )
