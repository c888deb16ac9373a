"""The stand-in's HTTP side: takes deliveries, tells what it has, and does as it is told when it is to fail."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from deploy.national.records import Delivery, Receipt, Record, Records
from shared.clock import Clock
from shared.telemetry.spans import Spans

GROUP = 500
"""Members of a group; a larger one is answered with 413."""

Mode = Literal["ok", "slow", "down", "error", "wrong", "twice", "stray", "drop-members", "refuse"]


class Control(BaseModel):
    """How the stand-in behaves until told otherwise.

    - `ok`: answers at once; `slow`: after `seconds`, though the bridge may have given up waiting.
    - `down`: breaks the connection off; `error`: 500. Nothing is recorded.
    - `wrong`: records everything and answers 200 with a page of HTML, as a proxy in front of it might.
    - `twice`: records everything and gives each receipt twice, in the reverse order.
    - `stray`: records everything and answers with receipts for deliveries that nobody asked about.
    - `drop-members`: handles and answers every other new member only.
    - `refuse`: records, and refuses what is new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "ok"
    seconds: float = Field(0.0, ge=0, le=600)


class Group(BaseModel):
    """What a bridge posts."""

    messages: list[Delivery]


class Receipts(BaseModel):
    """The answer: a receipt for each member that was handled. One without was not, and is to be sent again."""

    receipts: list[Receipt]


class Received(BaseModel):
    """A portion of what was received."""

    items: list[Record]
    total: int
    next: int | None
    """`after` of the next portion, None where there is none yet."""


class BrokenOff(Response):
    """An answer that promises a body and ends without one, upon which the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def create_app(country: str, records: Records, spans: Spans, clock: Clock) -> FastAPI:
    """The national system of one country, as a bridge and a test see it."""
    app = FastAPI(title=f"Stand-in for the national system of {country}", redoc_url=None)
    app.state.control = Control()

    @app.post("/v1/messages", response_model=Receipts)
    async def receive(group: Group) -> Receipts | Response:
        control: Control = app.state.control
        if len(group.messages) > GROUP:
            return JSONResponse({"error": f"{len(group.messages)} messages; at most {GROUP} at once"}, 413)
        if control.mode == "slow":
            await asyncio.sleep(control.seconds)
        if control.mode == "down":
            return BrokenOff()
        if control.mode == "error":
            return JSONResponse({"error": "told to fail"}, 500)
        handled = group.messages
        if control.mode == "drop-members":
            handled = [
                message
                for number, message in enumerate(handled)
                if number % 2 == 0 or records.known(message.delivery_id)
            ]
        known = [records.known(message.delivery_id) for message in handled]
        started = [spans.start("receive", "server", message.traceparent) for message in handled]
        refuse = "Told to refuse." if control.mode == "refuse" else None
        receipts = records.take(handled, clock.now(), refuse=refuse)
        for span, receipt, repeated in zip(started, receipts, known, strict=True):
            span.end(
                {
                    "kakehashi.country": country,
                    "kakehashi.delivery": receipt.delivery_id,
                    "kakehashi.receipt": receipt.receipt_number,
                    "kakehashi.repeated": repeated,
                },
                error=receipt.reason,
            )
        # A receipt that went out is the end of a trace: its span is in the file first.
        spans.flush()
        if control.mode == "wrong":
            return HTMLResponse("<html><body><h1>Welcome</h1></body></html>")
        if control.mode == "twice":
            receipts = [*receipts, *reversed(receipts)]
        if control.mode == "stray":
            receipts = [
                receipt.model_copy(update={"delivery_id": f"not-{receipt.delivery_id}"}) for receipt in receipts
            ]
        return Receipts(receipts=receipts)

    @app.get("/received")
    async def received(
        after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000
    ) -> Received:
        items = records.after(after, limit)
        last = items[-1].number if items else after
        return Received(items=items, total=records.total, next=last if last < records.total else None)

    @app.get("/control")
    async def show_control(request: Request) -> Control:
        control: Control = request.app.state.control
        return control

    @app.put("/control")
    async def set_control(request: Request, control: Control) -> Control:
        request.app.state.control = control
        return control

    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return Response("live\n", media_type="text/plain")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        return Response("ready\n", media_type="text/plain")

    return app
