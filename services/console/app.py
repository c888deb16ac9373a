"""The console put together: the watch over the services, the session, the pages."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from services.console import api, cases, overview, signing_in, timeliness, waiting
from services.console.asking import AwayError, Operator, Services
from services.console.frame import HEADERS, MEDIA_TYPES, Frame, own_address
from services.console.session import NotSignedInError, operator_of
from services.console.settings import ConsoleSettings
from services.console.span_files import SpanFiles
from services.console.watch import Watch
from shared.agreements import AgreementError, load_agreements
from shared.clock import Clock, SystemClock
from shared.errors import Problem, ProblemError, problem
from shared.security.keys import KeySetError, load_keys
from shared.security.tokens import TokenVerifier
from shared.telemetry import logs
from shared.web import create_app

NAME = "console"
log = logs.get_logger(__name__)


def build(settings: ConsoleSettings, client: httpx.AsyncClient, clock: Clock) -> FastAPI:
    """The application; the watch runs as long as it does. Raises AgreementError, KeySetError."""
    agreements = load_agreements(settings.agreements)
    tokens = TokenVerifier(load_keys(settings.issuer_keys), clock, settings.issuer)
    # M2: the service that speaks for a country is its contact point's channel.
    channels = {party.contact_point.channel: country for a in agreements for country, party in a.parties.items()}
    bridges = {name: country for name, country in channels.items() if name in settings.services}
    watch = Watch(settings.services, client, clock)
    services = Services(settings.services, bridges, client, watch)
    files = SpanFiles(settings.traces, bridges) if settings.traces is not None else None
    frame = Frame(agreements, services, watch, clock)

    @contextlib.asynccontextmanager
    async def watching(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(watch.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    app = create_app("Kakehashi console", ready=lambda: bool(watch.seen))
    app.router.lifespan_context = watching
    app.state.tokens, app.state.watch = tokens, watch

    @app.exception_handler(NotSignedInError)
    async def on_stranger(request: Request, error: NotSignedInError) -> Response:
        renewing = bool(request.headers.get("hx-request"))
        wanted = {"next": own_address(request) if request.method == "GET" else "/"}
        target = f"/login?{urlencode(wanted | ({'over': '1'} if error.over else {}))}"
        if renewing:
            return Response(status_code=401, headers=HEADERS | {"HX-Redirect": target})
        return RedirectResponse(target, 303, headers=HEADERS)

    def told(request: Request, found: Problem) -> Response:
        try:
            operator: Operator | None = operator_of(request)
        except NotSignedInError:
            operator = None
        return frame.page(request, "error", operator, code=found.status, problem=found)

    @app.exception_handler(ProblemError)
    async def on_problem(request: Request, error: ProblemError) -> Response:
        return told(request, error.problem)

    @app.exception_handler(AwayError)
    async def on_away(request: Request, error: AwayError) -> Response:
        detail = f"{error.service} does not answer. If this was an order, look again whether it was taken."
        return told(request, problem("not-available", detail))

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        slug = {404: "not-found", 405: "not-allowed"}.get(error.status_code, "internal-error")
        return told(request, problem(slug, f"{request.method} {request.url.path}: {error.detail}"))

    @app.exception_handler(Exception)
    async def on_exception(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, exc_info=error)
        return told(request, problem("internal-error", f"{request.method} {request.url.path} failed."))

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        if name not in frame.files:
            raise ProblemError(problem("not-found", f"There is no file {name}."))
        media_type = next(kind for suffix, kind in MEDIA_TYPES.items() if name.endswith(suffix))
        # Its address names its content.
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return Response(frame.files[name], media_type=media_type, headers=headers)

    app.include_router(signing_in.router(frame, settings, tokens, client))
    app.include_router(overview.router(frame, services, watch, files, settings.trace_link, clock))
    app.include_router(waiting.router(frame, services, watch))
    app.include_router(cases.router(frame, services))
    app.include_router(timeliness.router(frame, services, clock))
    app.state.api = api.build(services, tokens, files)
    app.mount(api.PREFIX, app.state.api)
    return app


def main() -> None:
    """Serves until SIGTERM or SIGINT; exits the process with 1 if it cannot start."""
    try:
        settings = ConsoleSettings()
        logs.configure(NAME)
        # Settings come from our own variables alone: a proxy of the machine is not asked.
        client = httpx.AsyncClient(trust_env=False, timeout=10.0)
        app = build(settings, client, SystemClock())
    except (ValidationError, AgreementError, KeySetError) as error:
        sys.exit(f"{error}")
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
