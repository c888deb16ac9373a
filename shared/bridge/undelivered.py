"""The HTTP side of what a country is owed: deliveries that its national system has not answered yet."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from shared.bridge.api import available
from shared.clock import rfc3339
from shared.security.tokens import Actor
from shared.store.base import Document, Streams
from shared.web.auth import actor

LOOKED_THROUGH: Final = 500
_EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Undelivered(BaseModel):
    """A delivery that is owed."""

    model_config = ConfigDict(frozen=True)

    delivery_id: str
    stream: str
    type: str
    """Of the event that is to be delivered."""
    since: str
    receipt_id: str | None
    """Under which the message at its beginning was accepted, at the bridge it came from."""
    traceparent: str | None

    @classmethod
    def of(cls, stream: str, intent: Document) -> Self:
        message = intent["message"]
        return cls(
            delivery_id=intent["id"],
            stream=stream,
            type=orjson.loads(intent["data"])["event_type"],
            since=rfc3339(intent["since"]),
            receipt_id=message.get("correlationid"),
            traceparent=message.get("traceparent"),
        )


class UndeliveredList(BaseModel):
    """Those of the matters that have waited longest, oldest first."""

    items: list[Undelivered]


def undelivered_router(country: str, streams: Streams) -> APIRouter:
    """The route under `/v1/undelivered`. It asks for a token of an operator of this country."""
    router = APIRouter(prefix="/v1/undelivered", tags=["border"])

    @router.get("", summary="What the national system has not answered yet, of each matter the oldest")
    async def oldest(
        _: Annotated[Actor, Depends(actor("operator", party=country))],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> UndeliveredList:
        place = f"deliver national/{country}"
        documents: list[dict[str, Any]] = await available(streams.due(place, _EVER, LOOKED_THROUGH))
        first = [(one["_id"], min(one["intents"], key=lambda intent: intent["due"])) for one in documents]
        items = sorted((Undelivered.of(*each) for each in first), key=lambda one: one.since)
        return UndeliveredList(items=items[:limit])

    return router
