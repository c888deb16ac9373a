"""A bridge's HTTP side: where a national system hands in, asks for its receipts and fetches its evidence."""

import asyncio
import contextlib
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from shared.bridge.batches import PAGE, Batches
from shared.bridge.case_layout import VERSION
from shared.bridge.desk import Desk, Handed
from shared.bridge.kit import Bridge
from shared.bridge.operators import EXAMPLES
from shared.bridge.reading import JSON, MAX_BODY_BYTES, MAX_MESSAGE_BYTES, MEDIA_TYPES
from shared.bridge.receipts import Receipt
from shared.bridge.snapshot import SnapshotRegister
from shared.errors import Problem, ProblemError, problem
from shared.security.tokens import Actor
from shared.store.base import StoreUnavailable
from shared.web.app import problem_response
from shared.web.auth import actor

LONGEST_WAIT: Final = 30.0
"""Seconds that `Prefer: wait` may ask for."""
MAX_PAGE_BYTES: Final = 16_000_000
"""Of originals in one page of the ledger, from which on no further batch is added."""

LINGER_BYTES: Final = 64_000_000
LINGER_SECONDS: Final = 5.0
"""How much of a body that is too large is passed over, and how long, before the connection is closed on its sender."""

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,4}(?:\.[0-9]+)?)", re.IGNORECASE)


async def pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """The request's body, piece by piece.

    Raises ProblemError `too-large` as soon as it is known to be, `cut-off` where the sender goes away in the middle.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _TooLargeError(f"{int(announced)} bytes", most)
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise _TooLargeError(f"more than {most} bytes", most)
            yield piece
    except ClientDisconnect as error:
        detail = f"The connection ended after {size} bytes; nothing of it was taken."
        raise ProblemError(problem("cut-off", detail)) from error


class Refused(Response):
    """A problem that is told before the body has come to its end.

    Most senders read no answer before they have sent everything, and lose it when the connection is closed on them.
    So the answer goes out first, and what still comes is passed over for a while and kept nowhere.
    """

    def __init__(self, found: Problem) -> None:
        answer = problem_response(found, {"Connection": "close"})
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = answer.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        passed_over = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while passed_over < LINGER_BYTES:
                    message = await receive()
                    passed_over += len(message.get("body", b""))
                    if not message.get("more_body"):
                        break
        await send({"type": "http.response.body", "body": b""})


class _TooLargeError(ProblemError):
    """Known before the body has come to its end."""

    def __init__(self, size: str, most: int) -> None:
        super().__init__(problem("too-large", f"The body has {size}; {most} are taken at once."))


def bridge_router(bridge: Bridge, desk: Desk, batches: Batches) -> APIRouter:
    """The routes under `/v1`. All ask for a token of this country's."""
    router = APIRouter(prefix="/v1", tags=["border"])
    submitter = actor("submitter", party=bridge.country)
    reader = actor("submitter", "operator", party=bridge.country)
    taken = [*MEDIA_TYPES, *(register.media_type for register in bridge.registers)]
    document = {
        "type": "object",
        "description": "A national document. Its other fields are those of its type; the examples show them.",
        "properties": {bridge.id_field: {"type": "string"}, bridge.type_field: {"enum": list(bridge.inward)}},
        "required": [bridge.id_field, bridge.type_field],
    }
    bodies = {"anyOf": [document, {"type": "array", "items": document}]}

    @router.post(
        "/messages",
        status_code=202,
        summary="Hand in one message or many",
        responses={200: {"model": Receipt, "description": "Nothing new in it"}, 202: {"model": Receipt}},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": bodies if kind == JSON else {}} for kind in taken},
            }
        },
    )
    async def hand_in(
        request: Request,
        by: Annotated[Actor, Depends(submitter)],
        content_type: Annotated[str, Header()] = "",
        prefer: Annotated[str, Header()] = "",
        traceparent: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Records each message with its receipt, or answers with the original receipt of one that was sent before.

        `Prefer: wait=SECONDS` waits for the core's decision. One message by itself is answered with a problem if it
        is rejected or refused; a list always with a receipt that tells what is wrong where.
        """
        wait = _wait(prefer)
        register = bridge.register_of(content_type)
        try:
            async with _uploaded(request, register) as upload:
                handed: Handed = await available(
                    desk.hand_in(upload, content_type, actor=str(by), traceparent=traceparent, wait=wait)
                    if register is None
                    else desk.hand_in_edition(register, upload, actor=str(by), traceparent=traceparent, wait=wait)
                )
        except _TooLargeError as error:
            return Refused(error.problem)
        headers = {"Preference-Applied": f"wait={wait:g}"} if wait else {}
        return _answer(handed.receipt, single=handed.single, headers=headers)

    @router.get(
        "/receipts/{receipt_id}",
        summary="A receipt, with what has become of its messages since",
        responses={200: {"model": Receipt}},
    )
    async def show_receipt(receipt_id: str, _: Annotated[Actor, Depends(reader)]) -> Response:
        receipt = await available(desk.receipt(receipt_id))
        if receipt is None:
            raise ProblemError(problem("not-found", f"No receipt {receipt_id} was given here."))
        return JSONResponse(receipt.shown())

    @router.get("/messages/{message_id:path}/original", summary="A message as it was handed in, byte for byte")
    async def show_original(message_id: str, _: Annotated[Actor, Depends(reader)]) -> Response:
        found = await available(desk.original(message_id))
        if found is None:
            raise ProblemError(problem("not-found", f"No message {message_id} was recorded here."))
        media_type, content = found
        return StreamingResponse(content, media_type=media_type)

    @router.get("/ledger", summary="The ledger's batches, for anyone with the public keys to verify")
    async def show_ledger(
        _: Annotated[Actor, Depends(reader)],
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = 10,
    ) -> Response:
        """`next` is the `after` of the following page, null where there is none yet."""
        shown: list[dict[str, Any]] = []
        size = 0
        for number in range(after, after + limit):
            page = await available(batches.page(number, 1))
            if not page or size > MAX_PAGE_BYTES:
                break
            shown.append(page[0].model_dump(mode="json"))
            size += sum(len(entry.original) for entry in page[0].entries)
        there_is_more = bool(shown) and await available(batches.hash_of(after + len(shown) + 1)) is not None
        content = {"batches": shown, "next": after + len(shown) if there_is_more else None}
        return Response(orjson.dumps(content), media_type="application/json")

    return router


def statements_router(bridge: Bridge, desk: Desk) -> APIRouter:
    """The route on which operators hand in what they say in a case. `bridge` is the border as they meet it."""
    router = APIRouter(prefix="/v1", tags=["border"])
    speaker = actor("operator", party=bridge.country)
    statement = {
        "type": "object",
        "description": "A command's members by their own names. `addressee` is the other side, in a case of one's own.",
        "properties": {
            bridge.id_field: {"type": "string"},
            bridge.type_field: {"enum": list(bridge.inward)},
            "version": {"const": VERSION},
        },
        "required": [bridge.id_field, bridge.type_field, "version"],
    }

    @router.post(
        "/statements",
        status_code=202,
        summary="Say something in a case, as an operator",
        responses={200: {"model": Receipt, "description": "Nothing new in it"}, 202: {"model": Receipt}},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {
                        "schema": statement,
                        "examples": {one[bridge.type_field]: {"value": one} for one in EXAMPLES},
                    }
                },
            }
        },
    )
    async def say(
        request: Request,
        by: Annotated[Actor, Depends(speaker)],
        content_type: Annotated[str, Header()] = "",
        prefer: Annotated[str, Header()] = "",
        traceparent: Annotated[str | None, Header()] = None,
    ) -> Response:
        """What an operator says for a country that has no system for it: it goes the way of a national message, and
        gets the same receipt. `Prefer: wait=SECONDS` waits for the core's decision."""
        wait = _wait(prefer)
        body = b"".join([piece async for piece in pieces(request, MAX_MESSAGE_BYTES)])
        handed = await available(desk.hand_in(body, content_type, actor=str(by), traceparent=traceparent, wait=wait))
        headers = {"Preference-Applied": f"wait={wait:g}"} if wait else {}
        return _answer(handed.receipt, single=handed.single, headers=headers)

    return router


def _wait(prefer: str) -> float:
    """Seconds, of a `Prefer` header (RFC 7240)."""
    wanted = _WAIT.search(prefer)
    return min(float(wanted[1]), LONGEST_WAIT) if wanted else 0.0


def _answer(receipt: Receipt, *, single: bool, headers: dict[str, str]) -> Response:
    if receipt.receipt_id is not None:
        headers["Location"] = f"/v1/receipts/{receipt.receipt_id}"
    item = receipt.items[0]
    errors = [found for found in item.problems if found.severity == "error"]
    if item.outcome == "refused" and item.refused is not None:
        errors = [item.refused]
    if single and errors:
        shown = receipt.shown()
        return problem_response(
            errors[0],
            headers,
            receipt_id=receipt.receipt_id,
            problems=[found.model_dump(mode="json", exclude_none=True) for found in errors],
            receipt=shown,
        )
    on_its_way = receipt.counts.accepted or receipt.counts.held
    return JSONResponse(receipt.shown(), status_code=202 if on_its_way else 200, headers=headers)


@contextlib.asynccontextmanager
async def _uploaded(request: Request, register: SnapshotRegister | None) -> AsyncIterator[Any]:
    """The request's body: bytes, or of an edition a file, which is gone at the end. Raises ProblemError."""
    if register is None:
        yield b"".join([piece async for piece in pieces(request, MAX_BODY_BYTES)])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"edition{register.suffix}"
        with path.open("wb") as file:
            async for piece in pieces(request, register.largest):
                await asyncio.to_thread(file.write, piece)
        yield path


async def available(work: Any) -> Any:
    """The result of something that needs the database. Raises ProblemError `not-available` where it is away."""
    try:
        return await work
    except StoreUnavailable as error:
        detail = "The ledger cannot be reached. Hand in the same again: what was recorded is known by its id."
        raise ProblemError(problem("not-available", detail)) from error
