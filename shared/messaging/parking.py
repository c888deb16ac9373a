"""Parked messages over HTTP: what waits, why, and an operator's word on it. Every service's API has this router."""

from __future__ import annotations

import base64
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query

from shared.clock import Clock, rfc3339
from shared.contracts.base import Contract
from shared.contracts.common import RedriveParked, SkipParked
from shared.errors import ProblemError, problem
from shared.messaging.envelope import Message
from shared.messaging.publisher import Publisher
from shared.messaging.reactions import Reactions
from shared.security.tokens import Actor
from shared.store.base import Document, Parked
from shared.telemetry.spans import Spans
from shared.web import actor


def _shown(document: Document, *, payload: bool = False) -> dict[str, Any]:
    """A parked message as JSON; its bytes in base64, since they may be anything."""
    record = document["record"]
    shown = {
        "parked_id": document["_id"],
        "stream": document["stream"],
        "type": document["type"],
        "problem": document["problem"],
        "traceparent": document["traceparent"],
        "parked_at": rfc3339(document["parked_at"]),
        "settled": None,
    }
    if settled := document.get("settled"):
        shown["settled"] = settled | {"at": rfc3339(settled["at"])}
    if payload:
        shown["record"] = {
            "topic": record["topic"],
            "partition": record["partition"],
            "offset": record["offset"],
            "key": _text(record["key"]),
            "value": _text(record["value"]),
            "headers": [[name, _text(value)] for name, value in record["headers"]],
        }
    return shown


def _text(value: bytes | None) -> dict[str, str] | None:
    if value is None:
        return None
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def parking_router(
    service: str,
    parked: Parked,
    publisher: Publisher,
    clock: Clock,
    spans: Spans,
    reactions: Reactions,
    *,
    party: str | None = None,
) -> APIRouter:
    """`/v1/parked`: operators list, read, redrive and skip. Each order becomes a message to the blocked stream.

    With `party`, those of that country only: what a bridge has parked is its own country's.
    """
    router = APIRouter(prefix="/v1/parked", tags=["parked"])
    operator_only: Any = Depends(actor("operator", party=party))

    async def found(parked_id: str) -> Document:
        document = await parked.get(parked_id)
        if document is None:
            raise ProblemError(problem("not-parked", f"{parked_id} was never parked here."))
        return document

    async def order(document: Document, control: Contract, operator: Actor) -> dict[str, Any]:
        if "settled" in document:
            raise ProblemError(problem("not-parked", f"{document['_id']} is settled already.", state="settled"))
        span = spans.start(f"order {type(control).__name__}", "server", parent=document["traceparent"])
        span.announce()
        message = Message(
            id=str(uuid.uuid4()),
            source=f"/{service}/operators",
            type=type(control).__name__,
            subject=document["stream"],
            time=rfc3339(clock.now()),
            data=control.model_dump_json().encode(),
            actor=str(operator),
            traceparent=span.traceparent,
        )
        if reactions.owns(document["stream"]):
            skip = control.parked_id if isinstance(control, SkipParked) else None
            why = control.reason if isinstance(control, SkipParked) else None
            await reactions.redrive(document["stream"], str(operator), skip=skip, why=why)
        else:
            await publisher.publish(f"{service}.commands.v1", [message])
        span.end()
        spans.flush()
        return {"parked_id": document["_id"], "stream": document["stream"], "ordered": type(control).__name__}

    @router.get("", dependencies=[operator_only])
    async def unsettled(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> dict[str, Any]:
        """The unsettled ones, oldest first."""
        return {"items": [_shown(document) for document in await parked.unsettled(limit)]}

    @router.get("/{parked_id:path}", dependencies=[operator_only])
    async def one(parked_id: str) -> dict[str, Any]:
        """One with its record."""
        return _shown(await found(parked_id), payload=True)

    @router.post("/{parked_id:path}/redrive", status_code=202)
    async def redrive(parked_id: str, operator: Actor = operator_only) -> dict[str, Any]:
        """Replays this message's stream: every parked message of it, oldest first, until one fails again."""
        return await order(await found(parked_id), RedriveParked(), operator)

    @router.post("/{parked_id:path}/skip", status_code=202)
    async def skip(
        parked_id: str,
        reason: Annotated[str, Body(embed=True, min_length=3, max_length=1000)],
        operator: Actor = operator_only,
    ) -> dict[str, Any]:
        """Passes over the oldest parked message of a stream and replays its followers. The reason is recorded."""
        document = await found(parked_id)
        if (first := await parked.of_stream(document["stream"], 1)) and first[0]["_id"] != parked_id:
            detail = f"{first[0]['_id']} is older in the same stream."
            raise ProblemError(problem("stream-blocked", detail))
        return await order(document, SkipParked(parked_id=parked_id, reason=reason), operator)

    return router
