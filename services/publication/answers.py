"""Answers that a reader need not be sent twice."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping

from fastapi import Request
from starlette.responses import Response, StreamingResponse


def answer(
    request: Request, body: bytes, media_type: str, *, vary: str = "Accept", headers: Mapping[str, str] | None = None
) -> Response:
    """The body with a strong ETag of its bytes, or 304 where the reader holds just these."""
    return _unless_held(request, etag_of(body), Response(body, media_type=media_type), vary, headers)


def answer_in_parts(
    request: Request, etag: str, parts: Iterable[bytes], media_type: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """A large body, made part by part while others are answered in between; `etag` must stand for its very bytes."""

    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
            await asyncio.sleep(0)

    return _unless_held(request, etag, StreamingResponse(body(), media_type=media_type), "Accept", headers)


def etag_of(*what: object) -> str:
    """A strong ETag of bytes, or of all that determines them."""
    digest = hashlib.sha256()
    for part in what:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
    return f'"{digest.hexdigest()[:32]}"'


def _unless_held(
    request: Request, etag: str, response: Response, vary: str, headers: Mapping[str, str] | None
) -> Response:
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in held or held == ["*"]:
        response = Response(status_code=304)
    response.headers.update(
        {"ETag": etag, "Cache-Control": "public, no-cache", "Vary": vary, "X-Content-Type-Options": "nosniff"}
        | dict(headers or {})
    )
    return response
