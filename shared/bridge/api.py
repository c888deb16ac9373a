"""A bridge's HTTP side: where a national system hands in, asks for its receipts and fetches its evidence."""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from shared.bridge.batches import PAGE, Batches
from shared.bridge.intake import Intake, Taken, receipt_id_of
from shared.bridge.kit import Bridge
from shared.bridge.model import Fate
from shared.bridge.reading import MAX_BODY_BYTES, MEDIA_TYPES
from shared.bridge.receipts import Item, Receipt, item_of, receipt_of
from shared.errors import Problem, ProblemError, problem
from shared.security.tokens import Actor
from shared.store.base import StoreUnavailable
from shared.web.app import problem_response
from shared.web.auth import actor

LONGEST_WAIT: Final = 30.0
"""Seconds that `Prefer: wait` may ask for."""
POLL: Final = 0.1
"""Seconds between looks at what has become of a message somebody waits for."""
MAX_PAGE_BYTES: Final = 16_000_000
"""Of originals in one page of the ledger, from which on no further batch is added."""

LINGER_BYTES: Final = 64_000_000
LINGER_SECONDS: Final = 5.0
"""How much of a body that is too large is passed over, and how long, before the connection is closed on its sender."""

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,4}(?:\.[0-9]+)?)", re.IGNORECASE)


class Fates(Protocol):
    """What has become of accepted messages."""

    async def of(self, receipt_ids: Sequence[str]) -> Mapping[str, Fate]:
        """By receipt id; nothing for those nothing was heard of. Raises StoreUnavailable."""
        ...


async def read_limited(request: Request) -> bytes:
    """The request's body. Raises ProblemError `too-large` as soon as it is known to be."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise _too_large(f"{int(announced)} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large(f"more than {MAX_BODY_BYTES} bytes")
    return bytes(body)


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


def _too_large(size: str) -> ProblemError:
    return ProblemError(problem("too-large", f"The body has {size}; {MAX_BODY_BYTES} are taken at once."))


def bridge_router(bridge: Bridge, intake: Intake, batches: Batches, fates: Fates) -> APIRouter:
    """The routes under `/v1`. All ask for a token of this country's."""
    router = APIRouter(prefix="/v1", tags=["border"])
    submitter = actor("submitter", party=bridge.country)
    reader = actor("submitter", "operator", party=bridge.country)

    @router.post(
        "/messages",
        status_code=202,
        summary="Hand in one message or many",
        openapi_extra={"requestBody": {"required": True, "content": {kind: {"schema": {}} for kind in MEDIA_TYPES}}},
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
        try:
            body = await read_limited(request)
        except ProblemError as error:
            return Refused(error.problem)
        read, taken = await _available(intake.take(body, content_type, actor=str(by), traceparent=traceparent))
        wanted = _WAIT.search(prefer)
        wait = min(float(wanted[1]), LONGEST_WAIT) if wanted else 0.0
        known = await _available(_heard_of(fates, taken, wait))
        items = [_item(one, known) for one in taken]
        first = next((one.recorded.entry for one in taken if one.recorded is not None), None)
        receipt = receipt_of(
            items,
            receipt_id=receipt_id_of(taken, single=read.single),
            received_at=first and first.received_at,
            actor=first and first.actor,
        )
        return _answer(receipt, single=read.single, headers={"Preference-Applied": f"wait={wait:g}"} if wait else {})

    @router.get("/receipts/{receipt_id}", summary="A receipt, with what has become of its messages since")
    async def show_receipt(receipt_id: str, _: Annotated[Actor, Depends(reader)]) -> Response:
        entries = await _available(batches.of_receipt(receipt_id))
        if not entries:
            raise ProblemError(problem("not-found", f"No receipt {receipt_id} was given here."))
        known = await _available(fates.of([entry.receipt.receipt_id for entry in entries]))
        items = [item_of(entry, known.get(entry.receipt.receipt_id)) for entry in entries]
        first = entries[0]
        return JSONResponse(
            receipt_of(items, receipt_id=receipt_id, received_at=first.received_at, actor=first.actor).shown()
        )

    @router.get("/messages/{message_id:path}/original", summary="A message as it was handed in, byte for byte")
    async def show_original(message_id: str, _: Annotated[Actor, Depends(reader)]) -> Response:
        entry = await _available(batches.whole("in", message_id))
        if entry is None:
            raise ProblemError(problem("not-found", f"No message {message_id} was recorded here."))
        return Response(entry.original, media_type=entry.media_type)

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
            page = await _available(batches.page(number, 1))
            if not page or size > MAX_PAGE_BYTES:
                break
            shown.append(page[0].model_dump(mode="json", exclude={"entries": {"__all__": {"command"}}}))
            size += sum(len(entry.original) for entry in page[0].entries)
        there_is_more = bool(shown) and await _available(batches.hash_of(after + len(shown) + 1)) is not None
        content = {"batches": shown, "next": after + len(shown) if there_is_more else None}
        return Response(orjson.dumps(content), media_type="application/json")

    return router


async def _heard_of(fates: Fates, taken: Sequence[Taken], wait: float) -> Mapping[str, Fate]:
    """What has become of the messages accepted, waiting until each is decided or `wait` seconds are over."""
    accepted = [one.recorded for one in taken if one.recorded and one.recorded.entry.receipt.status == "accepted"]
    ids = [recorded.entry.receipt.receipt_id for recorded in accepted]
    if not ids or (not wait and all(recorded.fresh for recorded in accepted)):
        return {}
    until = asyncio.get_running_loop().time() + wait
    while True:
        known = await fates.of(ids)
        decided = all(key in known and known[key].outcome != "pending" for key in ids)
        if decided or asyncio.get_running_loop().time() >= until:
            return known
        await asyncio.sleep(POLL)


def _item(one: Taken, known: Mapping[str, Fate]) -> Item:
    if one.recorded is None:
        problems = () if one.problem is None else (one.problem,)
        return Item(message_id=one.message_id, status="rejected", problems=problems)
    entry, fresh = one.recorded
    return item_of(entry, known.get(entry.receipt.receipt_id), duplicate=not fresh)


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
    return JSONResponse(receipt.shown(), status_code=202 if receipt.counts.accepted else 200, headers=headers)


async def _available(work: Any) -> Any:
    """The result of something that needs the database. Raises ProblemError `not-available` where it is away."""
    try:
        return await work
    except StoreUnavailable as error:
        detail = "The ledger cannot be reached. Hand in the same again: what was recorded is known by its id."
        raise ProblemError(problem("not-available", detail)) from error
