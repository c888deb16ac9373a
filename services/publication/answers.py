"""Answers that a reader need not be sent twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response


def answer(
    request: Request, body: bytes, media_type: str, *, vary: str = "Accept", headers: Mapping[str, str] | None = None
) -> Response:
    """The body with a strong ETag of its bytes, or 304 where the reader holds just these."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return unless_held(request, etag, Response(body, media_type=media_type), vary, headers or {})


def unless_held(
    request: Request, etag: str, response: Response, vary: str, headers: Mapping[str, str] | None = None
) -> Response:
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in held or held == ["*"]:
        response = Response(status_code=304)
    response.headers.update(
        {"ETag": etag, "Cache-Control": "public, no-cache", "Vary": vary, "X-Content-Type-Options": "nosniff"}
        | dict(headers or {})
    )
    return response
