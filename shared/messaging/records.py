"""Kafka records as they are kept while parked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from shared.errors import Problem
from shared.messaging.envelope import Message, Record
from shared.messaging.publisher import Outgoing
from shared.store.base import Document, mark_of


class StoredRecord(NamedTuple):
    """A Kafka record read back from where it was parked."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp: int = 0


def parked_id(record: Record) -> str:
    """`<topic>/<partition>/<offset>@<timestamp>`: the same at every delivery, and no other record's.

    A broker that has lost its disk gives its places away again; the timestamp (milliseconds since 1970) tells them
    apart.
    """
    return f"{record.topic}/{record.partition}/{record.offset}@{record.timestamp}"


def parked_document(
    record: Record, stream: str, message: Message | None, found: Problem, parked_at: datetime
) -> Document:
    """A record with the problem that it has, as shared.store.base.Parked describes it."""
    return {
        "_id": parked_id(record),
        "stream": stream,
        "order": mark_of(record.partition, record.offset),
        "record": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": record.key,
            "value": record.value,
            "headers": [[name, value] for name, value in record.headers],
        },
        "about": _about(record),
        "problem": found.model_dump(mode="json", exclude_none=True),
        "type": message.type if message else None,
        "traceparent": message.traceparent if message else None,
        "parked_at": parked_at,
    }


def _about(record: Record) -> dict[str, str]:
    """Whose the message is, by what can be read of its headers: agreement, originator, addressee, classification."""
    told = {f"ce_{name}": name for name in ("agreement", "originator", "addressee", "classification")}
    return {told[name]: value.decode("utf-8", "replace") for name, value in record.headers if name in told and value}


def parked_copy(topic: str, record: Record, document: Document) -> Outgoing:
    """The record for the parked topic, its problem in a header of that name."""
    headers = [(name, value) for name, value in record.headers if value is not None]
    headers.append(("problem", orjson.dumps(document["problem"])))
    return Outgoing(topic, document["stream"].encode(), record.value, headers)
