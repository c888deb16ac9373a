"""A stream in memory: what the kernel loads, changes and stores as one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import bson
from pydantic import BaseModel

from shared.messaging.decider import Decider
from shared.messaging.publisher import Outgoing
from shared.store.base import Document, Encoded, owed


@dataclass(slots=True)
class Work:
    """What the batch under way has done to a stream, beside its content."""

    exact: bool = False
    """Whether to measure the document after each message, having found it too large at the end."""
    outcomes: list[str] = field(default_factory=list)
    unsettled: list[Document] = field(default_factory=list)
    """Its parked messages, oldest first; read beforehand only where a control message is for this stream."""
    cut: bool = False
    """Whether there are more of them than were read; then none is added."""
    new_parked: dict[str, Document] = field(default_factory=dict)
    settled: dict[str, Document] = field(default_factory=dict)
    opened: bool = False
    closed: list[str] = field(default_factory=list)


IDLE: Final = Work()
"""Of the streams in the cache; one taken out gets its own."""


@dataclass(slots=True)
class Stream:
    """A stream in memory: the stored document's content. Kept small, since tens of thousands are cached."""

    id: str
    decider: Decider[Any] | None
    state: BaseModel | None
    version: int = 0
    """As stored; 0 for one that is not."""
    mark: int = 0
    positions: dict[str, int] = field(default_factory=dict)
    sequence: int = 0
    outbox: Sequence[Outgoing] = ()
    published: bool = True
    """Whether Kafka has acknowledged the whole outbox."""
    intents: Sequence[Document] = ()
    parked: Document | None = None
    """Id and problem of the message that blocks this stream."""
    changed: bool = False
    """By the batch under way."""
    work: Work = field(default_factory=Work)

    @property
    def weight(self) -> int:
        """What it counts for in the cache."""
        return 1 + len(self.intents)

    def encoded(self, batch: str) -> Encoded:
        """What is stored, with the next version."""
        document: Document = {
            "_id": self.id,
            "version": self.version + 1,
            "batch": batch,
            "mark": self.mark,
            "state": None if self.state is None else self.state.model_dump(mode="json"),
            "positions": [{"source": source, "sequence": last} for source, last in self.positions.items()],
            "sequence": self.sequence,
            "outbox": [_stored(outgoing) for outgoing in self.outbox],
            "intents": list(self.intents),
        }
        # Nothing is acted on while a message is parked: what came of it could not be told to the stream.
        if self.intents and self.parked is None:
            first = min(self.intents, key=lambda intent: intent["due"])
            document["owed"] = owed(place_of_intent(first), first["due"])
        if self.parked is not None:
            document["parked"] = self.parked
        return Encoded(self.id, self.version + 1, batch, bson.encode(document))

    def settle(self) -> None:
        """The batch is over and its events are in Kafka; they leave the stored document with its next write."""
        self.version += self.changed
        self.published, self.outbox, self.changed, self.work = True, (), False, IDLE


def place_of_intent(intent: Document) -> str:
    """Where intents are acted on one group at a time: their kind and whom they are for."""
    return f"{intent['kind']} {intent['addressee']}"


def kind_of(place: str) -> str:
    """The kind of the intents acted on there."""
    return place.partition(" ")[0]


def addressee_of(place: str) -> str:
    """Whom the intents acted on there are for."""
    return place.partition(" ")[2]


def _stored(outgoing: Outgoing) -> Document:
    # Header values as the bytes they are: nothing is gained by decoding each for a document read by machines.
    headers = dict(outgoing.headers)
    return {"topic": outgoing.topic, "key": outgoing.key.decode(), "headers": headers, "value": outgoing.value}
