"""The FastAPI application that every service serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from shared.errors import SLUGS, Problem, ProblemError, problem
from shared.telemetry.logs import get_logger

log = get_logger(__name__)

_SLUG_OF_STATUS = {401: "no-token", 403: "wrong-role", 404: "not-found", 405: "not-allowed", 413: "too-large"}
# Instead of the framework's own errors, which are not answered.
_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
    }
}


def problem_response(found: Problem, headers: dict[str, str] | None = None, **members: Any) -> JSONResponse:
    """RFC 9457: the problem as `application/problem+json`, with further extension members where given."""
    return JSONResponse(
        found.model_dump(mode="json", exclude_none=True) | members,
        status_code=found.status,
        media_type="application/problem+json",
        headers=headers,
    )


def create_app(title: str, *, description: str = "", ready: Callable[[], bool] = lambda: True) -> FastAPI:
    """An application with `/livez`, `/readyz`, `/metrics`, `/problems/<slug>`, and a problem for every error.

    `ready` tells whether the service can do its work now; it is asked at each `/readyz` and must not block.
    """
    app = FastAPI(title=title, description=description, version="1", docs_url=None, redoc_url=None, responses=_PROBLEM)
    describe = app.openapi

    def with_problems() -> dict[str, Any]:
        described = describe()
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault(Problem.__name__, Problem.model_json_schema())
        return described

    app.openapi = with_problems  # type: ignore[method-assign]

    @app.exception_handler(ProblemError)
    async def on_problem(_: Request, error: ProblemError) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if error.problem.status == 401 else None
        return problem_response(error.problem, headers)

    @app.exception_handler(RequestValidationError)
    async def on_wrong_parameter(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = [str(part) for part in first["loc"]]
        return problem_response(
            problem("wrong-parameter", f"{'.'.join(where)}: {first['msg']}", pointer="/" + "/".join(where[1:]))
        )

    @app.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> Response:
        slug = _SLUG_OF_STATUS.get(error.status_code, "internal-error" if error.status_code >= 500 else "not-found")
        found = problem(slug, f"{request.method} {request.url.path}: {error.detail}")
        return problem_response(found, dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def on_exception(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, exc_info=error)
        return problem_response(problem("internal-error", f"{request.method} {request.url.path} failed."))

    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return Response("live\n", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        able = ready()
        return Response("ready\n" if able else "not ready\n", status_code=200 if able else 503, media_type="text/plain")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/problems/{slug}", include_in_schema=False)
    async def explain(slug: str) -> Response:
        if slug not in SLUGS:
            return problem_response(problem("not-found", f"There is no problem called {slug}."))
        known = SLUGS[slug]
        return JSONResponse({"slug": slug, "title": known.title, "status": known.status, "action": known.action})

    return app
