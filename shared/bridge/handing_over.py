"""The channels by which a national system is handed its deliveries: HTTP, or a topic of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, Protocol

import httpx
import orjson
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.bridge.reading import JSON
from shared.messaging.publisher import BrokerUnavailable

TIMEOUT: Final = 10.0
"""Seconds for the national system to answer a group; a lease outlasts two such."""
MAX_GROUP_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery as it goes out."""

    delivery_id: str
    type: str
    subject: str
    sequence: int
    traceparent: str
    document: bytes


class NationalAnswer(BaseModel):
    """What a national system says of one delivery."""

    delivery_id: str
    receipt_number: str
    status: Literal["accepted", "refused"]
    reason: str | None = None
    received_at: AwareDatetime


@dataclass(slots=True)
class Answers:
    """Answers by delivery id, and what went wrong where there is none for some."""

    by_id: dict[str, NationalAnswer] = field(default_factory=dict)
    failure: str = ""


class HandOver(Protocol):
    """Hands parcels to the national system, in order."""

    async def __call__(self, parcels: Sequence[Parcel]) -> Answers:
        """Never raises for what the national system does. What has no answer is to be handed over again, under the
        same delivery id; a national system knows it by that."""
        ...


class OverHttp:
    """Groups by POST. `client` has the national system's address as its base."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, parcels: Sequence[Parcel]) -> Answers:
        found = Answers()
        for group in _groups(parcels):
            body = orjson.dumps({"messages": [_member(parcel) for parcel in group]})
            try:
                response = await self._client.post(
                    "/v1/messages", content=body, headers={"Content-Type": JSON}, timeout=TIMEOUT
                )
                if response.status_code != httpx.codes.OK:
                    found.failure = f"The national system answered {response.status_code}."
                    return found
                receipts = response.json()["receipts"]
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                found.failure = f"The national system did not answer properly: {error!r}"
                return found
            asked = {parcel.delivery_id for parcel in group}
            for receipt in receipts if isinstance(receipts, list) else ():
                answer = _answer(receipt)
                # A receipt for something we did not ask about proves nothing.
                if answer is not None and answer.delivery_id in asked:
                    found.by_id[answer.delivery_id] = answer
        return found


class Written(NamedTuple):
    """Where in a topic a record stands, and since when."""

    partition: int
    offset: int
    at: datetime


class Topic(Protocol):
    """A national system's outbound topic."""

    @property
    def name(self) -> str: ...

    async def write(self, records: Sequence[tuple[str, bytes, Mapping[str, str]]]) -> Sequence[Written | None]:
        """Writes records (key, value, headers) in order; where each stands, None for one not acknowledged in time.

        Raises BrokerUnavailable where nothing could be sent.
        """
        ...


DELIVERY: Final = "delivery"
RECEIPT: Final = "receipt"
"""What a record of an outbound topic is, in its header `kind`."""


class OverKafka:
    """A record a delivery; where it stands in the topic is the receipt: from there on it is the national system's."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    async def __call__(self, parcels: Sequence[Parcel]) -> Answers:
        found = Answers()
        try:
            places = await self._topic.write([_record(parcel) for parcel in parcels])
        except BrokerUnavailable as error:
            found.failure = f"The national topic could not be written: {error}"
            return found
        for parcel, place in zip(parcels, places, strict=True):
            if place is not None:
                found.by_id[parcel.delivery_id] = NationalAnswer(
                    delivery_id=parcel.delivery_id,
                    receipt_number=f"{self._topic.name}/{place.partition}/{place.offset}",
                    status="accepted",
                    received_at=place.at,
                )
        return found


def _record(parcel: Parcel) -> tuple[str, bytes, Mapping[str, str]]:
    headers = {
        "content-type": JSON,
        "kind": DELIVERY,
        "delivery-id": parcel.delivery_id,
        "type": parcel.type,
        "sequence": str(parcel.sequence),
        "traceparent": parcel.traceparent,
    }
    return parcel.subject, parcel.document, headers


def _member(parcel: Parcel) -> Mapping[str, Any]:
    return {
        "delivery_id": parcel.delivery_id,
        "type": parcel.type,
        "subject": parcel.subject,
        "sequence": parcel.sequence,
        "traceparent": parcel.traceparent,
        "document": orjson.Fragment(parcel.document),
    }


def _groups(parcels: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    group: list[Parcel] = []
    size = 0
    for parcel in parcels:
        size += len(parcel.document)
        if group and size > MAX_GROUP_BYTES:
            yield group
            group, size = [], len(parcel.document)
        group.append(parcel)
    if group:
        yield group


def _answer(receipt: Any) -> NationalAnswer | None:
    try:
        return NationalAnswer.model_validate(receipt)
    except ValidationError:
        return None
