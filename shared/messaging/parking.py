"""Parked messages over HTTP: what waits, why, and an operator's word on it. Every service's API has this router.

M3b: what is confidential is read by operators of the two countries it is between, parked or not. Who runs the hub, an
operator of no country, sees of it that it is parked and why, and may have it redriven or skipped, but not what it says.
"""

from __future__ import annotations

import base64
import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Query

from shared.agreements import Agreements
from shared.clock import Clock, rfc3339
from shared.contracts.common import RedriveParked, SkipParked
from shared.errors import ProblemError, problem
from shared.messaging.envelope import Message
from shared.messaging.publisher import Publisher
from shared.messaging.reactions import Reactions
from shared.security.tokens import Actor
from shared.store.base import Document, Parked
from shared.telemetry.spans import Spans
from shared.web import actor

LOOKED_THROUGH: Final = 10_000
"""Unsettled ones that a list is made of."""
_REPEATING: Final = ("detail", "pointer")
"""Members of a problem that may repeat what the message says."""
_FOR_ALL: Final = frozenset({"public", "official"})


class Readers:
    """Who may read what a service has parked."""

    def __init__(self, agreements: Agreements, party: str | None) -> None:
        """With `party`, that country's operators alone: all that a bridge has parked is its own country's."""
        self._agreements = agreements
        self._party = party

    def may_read(self, document: Document, party: str | None) -> bool:
        """Whether an operator of this country, or of none, may read what the message says."""
        if self._party is not None:
            return party == self._party
        return document.get("about", {}).get("classification") in _FOR_ALL or party in self._between(document)

    def may_see(self, document: Document, party: str | None) -> bool:
        """Whether such an operator may know that it is parked, and give orders about it."""
        return (party is None and self._party is None) or self.may_read(document, party)

    def _between(self, document: Document) -> frozenset[str]:
        """The countries it is between, by its headers, else by its stream. Of one that names none it is only known that
        it goes under some agreement: those who are party to all of them are party to that."""
        about = document.get("about", {})
        named = {about.get("originator"), about.get("addressee")} & set(self._agreements.countries)
        if len(named) == 1 and about.get("originator") == about.get("addressee"):
            # M7.1: what goes on inside a country, though it goes under an agreement.
            return frozenset(named)
        for name in (about.get("agreement"), *document["stream"].split("/")):
            if agreement := self._agreements.get(name):
                named |= agreement.parties.keys()
        if not named:
            named = {part for part in document["stream"].split("/") if part in self._agreements.countries}
        if named:
            return frozenset(filter(None, named))
        parties = [frozenset(agreement.parties) for agreement in self._agreements]
        return frozenset.intersection(*parties) if parties else frozenset()


def _shown(document: Document, *, readable: bool, payload: bool = False) -> dict[str, Any]:
    """A parked message as JSON; its bytes in base64, since they may be anything.

    One that is not `readable` is `withheld`: without its record, and without what might repeat it.
    """
    record, problem = document["record"], document["problem"]
    shown = {
        "parked_id": document["_id"],
        "stream": document["stream"],
        "type": document["type"],
        "problem": problem if readable else {name: problem[name] for name in problem if name not in _REPEATING},
        "withheld": not readable,
        "traceparent": document["traceparent"],
        "parked_at": rfc3339(document["parked_at"]),
        "settled": None,
    }
    if settled := document.get("settled"):
        shown["settled"] = settled | {"at": rfc3339(settled["at"])}
    if payload and readable:
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
    agreements: Agreements,
    *,
    party: str | None = None,
) -> APIRouter:
    """`/v1/parked`: operators list, read, redrive and skip. Each order becomes a message to the blocked stream.

    With `party`, those of that country only: what a bridge has parked is its own country's.
    """
    router = APIRouter(prefix="/v1/parked", tags=["parked"])
    operator_only: Any = Depends(actor("operator", party=party))
    readers = Readers(agreements, party)

    async def found(parked_id: str, operator: Actor) -> Document:
        document = await parked.get(parked_id)
        if document is None:
            raise ProblemError(problem("not-parked", f"{parked_id} was never parked here."))
        if not readers.may_see(document, operator.party):
            detail = f"The token's party is {operator.party}; the message is not between it and another."
            raise ProblemError(problem("wrong-party", detail, clause="M3b"))
        return document

    async def order(document: Document, control: RedriveParked | SkipParked, operator: Actor) -> dict[str, Any]:
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
            await reactions.redrive(document["stream"], str(operator), skip=skip, why=control.reason)
        else:
            await publisher.publish(f"{service}.commands.v1", [message])
        span.end()
        spans.flush()
        return {"parked_id": document["_id"], "stream": document["stream"], "ordered": type(control).__name__}

    @router.get("")
    async def unsettled(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100, operator: Actor = operator_only
    ) -> dict[str, Any]:
        """The unsettled ones that this operator may know of, oldest first, and how many there are of them."""
        documents = await parked.unsettled(LOOKED_THROUGH)
        seen = [document for document in documents if readers.may_see(document, operator.party)]
        items = [_shown(one, readable=readers.may_read(one, operator.party)) for one in seen[:limit]]
        return {"items": items, "total": len(seen)}

    @router.get("/{parked_id:path}")
    async def one(parked_id: str, operator: Actor = operator_only) -> dict[str, Any]:
        """One with its record, unless that is `withheld`."""
        document = await found(parked_id, operator)
        return _shown(document, readable=readers.may_read(document, operator.party), payload=True)

    @router.post("/{parked_id:path}/redrive", status_code=202)
    async def redrive(
        parked_id: str,
        reason: Annotated[str | None, Body(embed=True, max_length=1000)] = None,
        operator: Actor = operator_only,
    ) -> dict[str, Any]:
        """Replays this message's stream: every parked message of it, oldest first, until one fails again. A reason is
        recorded where one is given."""
        return await order(await found(parked_id, operator), RedriveParked(reason=reason), operator)

    @router.post("/{parked_id:path}/skip", status_code=202)
    async def skip(
        parked_id: str,
        reason: Annotated[str, Body(embed=True, min_length=3, max_length=1000)],
        operator: Actor = operator_only,
    ) -> dict[str, Any]:
        """Passes over the oldest parked message of a stream and replays its followers. The reason is recorded."""
        document = await found(parked_id, operator)
        if (first := await parked.of_stream(document["stream"], 1)) and first[0]["_id"] != parked_id:
            detail = f"{first[0]['_id']} is older in the same stream."
            raise ProblemError(problem("stream-blocked", detail))
        return await order(document, SkipParked(parked_id=parked_id, reason=reason), operator)

    return router
