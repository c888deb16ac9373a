"""What stands in a border ledger, and how anyone can check it with public keys alone (G6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict

from shared.bridge.evidence import Evidence, canonical, digest, evidence_of
from shared.bridge.reading import CSV, Part, read_body
from shared.errors import Problem, ProblemError
from shared.messaging.envelope import Message
from shared.security.jws import BadSignature
from shared.store.base import Document

Direction = Literal["in", "out"]
ReceiptStatus = Literal["accepted", "held", "rejected", "delivered", "refused", "withheld"]

NUMBERS_PER_BATCH = 1_000
GENESIS = "sha-256:" + "0" * 64
"""What the first batch names as the hash before it."""


class _Record(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", ser_json_bytes="base64", val_json_bytes="base64", hide_input_in_errors=True
    )


class StoredReceipt(_Record):
    """What the sender was told. Of a delivery, what this country's national system answered."""

    receipt_id: str
    status: ReceiptStatus
    problems: tuple[Problem, ...] = ()


class StoredCommand(_Record):
    """The command that follows from an accepted message: the outbox's part of an entry."""

    topic: str
    attributes: dict[str, str | int]
    """The envelope's, those that are set."""
    data: bytes

    @classmethod
    def of(cls, topic: str, message: Message) -> StoredCommand:
        attributes = {name: value for name, value in message._asdict().items() if value is not None}
        return cls(topic=topic, data=attributes.pop("data"), attributes=attributes)

    def restore(self) -> Message:
        attributes: dict[str, Any] = dict(self.attributes)
        return Message(data=self.data, **attributes)


class Entry(_Record):
    """One message at the border, in or out. Written once."""

    number: int
    """Its place in the ledger, counted through all batches with gaps; `ce_sequence` of its command."""
    message_id: str
    """The sender's own id of it; of a delivery the delivery id."""
    direction: Direction
    digest: str
    original: bytes = b""
    """As received, or as delivered. Empty where the guard withheld it, for it may not be this country's to keep, and
    where it was not asked for."""
    media_type: str
    receipt: StoredReceipt
    submission: str
    """Receipt id of the whole that it came in; its own where it came by itself."""
    received_at: str
    """RFC 3339, in UTC."""
    party: str
    """The country whose bridge signed."""
    key_id: str
    signature: str
    actor: str
    subject: str | None = None
    """The matter's stream, where the message was translated."""
    traceparent: str | None = None
    """Of the span in which it was accepted or delivered."""
    correlationid: str | None = None
    """Of a delivery: receipt id of the message at its beginning, and in `evidence` its sending side's signature."""
    evidence: str | None = None
    content: str | None = None
    """Digest of the command, which is signed too, where the message was translated."""
    command: StoredCommand | None = None

    def signed(self) -> Evidence:
        """What `signature` is over."""
        return Evidence(
            message_id=self.message_id,
            digest=self.digest,
            receipt_id=self.receipt.receipt_id,
            received_at=self.received_at,
            party=self.party,
            content=self.content or "",
        )


class Batch(_Record):
    """Entries written together; `number` counts from 1 without gaps, `previous` is the hash of the batch before."""

    number: int
    previous: str
    hash: str
    at: str
    entries: tuple[Entry, ...]
    unpublished: bool = True
    """Whether its copy or commands of it may not be in Kafka yet. The only thing that is ever changed."""

    def document(self) -> Document:
        """As stored: `_id` is the number; `unpublished` is the number too, and there only while it is true."""
        stored: Document = {
            "_id": self.number,
            "previous": self.previous,
            "hash": self.hash,
            "at": self.at,
            "entries": [entry.model_dump(exclude_none=True) for entry in self.entries],
        }
        return stored | {"unpublished": self.number} if self.unpublished else stored

    @classmethod
    def restore(cls, stored: Document) -> Batch:
        return cls(**stored | {"number": stored["_id"], "unpublished": "unpublished" in stored})

    def commands(self) -> Iterator[tuple[str, Message]]:
        """Topic and message of each command, in the order of the entries."""
        for entry in self.entries:
            if entry.command is not None:
                yield entry.command.topic, entry.command.restore()


def batch_hash(number: int, previous: str, entries: Iterable[Entry]) -> str:
    """What binds a batch to its content and to the one before it.

    Of an entry that is everything: its original by the digest in it, its command's data by their digest. A member that
    is added to an entry later must be absent, and not a default, from those written before.
    """
    content = {"n": number, "previous": previous, "entries": [_bound(entry) for entry in entries]}
    return "sha-256:" + hashlib.sha256(canonical(content)).hexdigest()


def _bound(entry: Entry) -> Mapping[str, Any]:
    bound = entry.model_dump(mode="json", exclude={"original", "command"}, exclude_none=True)
    if (command := entry.command) is not None:
        data = hashlib.sha256(command.data).hexdigest()
        # As text: a sequence is beyond what JSON's numbers keep exactly everywhere.
        attributes = {name: str(value) for name, value in command.attributes.items()}
        bound["command"] = {"topic": command.topic, "attributes": attributes, "data": data}
    return bound


class Broken(BaseModel):
    """Something in a chain that does not hold: which batch, which message, what."""

    model_config = ConfigDict(frozen=True)

    batch: int
    message_id: str | None = None
    detail: str


def verify_chain(batches: Iterable[Batch], keys: KeySet, *, previous: str = GENESIS, first: int = 1) -> list[Broken]:
    """What does not hold in consecutive batches of a ledger; nothing does not hold in a good one.

    Needs no service: batches as `GET /v1/ledger` gives them and the public keys of the ledger's country. Checks that
    no batch is missing, that each hangs on the one before, that every signature is the country's over what the entry
    says, and that every archived original has the digest that was signed. `first` and `previous` tell where to begin.
    """
    broken: list[Broken] = []
    for batch in batches:
        if batch.number != first:
            broken.append(Broken(batch=batch.number, detail=f"Batch {first} should stand here."))
        if batch.previous != previous:
            broken.append(Broken(batch=batch.number, detail="It does not hang on the batch before it."))
        if batch.hash != batch_hash(batch.number, batch.previous, batch.entries):
            broken.append(Broken(batch=batch.number, detail="Its hash is not that of its content."))
        for place, entry in enumerate(batch.entries):
            numbered = entry.number == batch.number * NUMBERS_PER_BATCH + place
            wrong = (None if numbered else "Its number is not that of its place.") or _wrong(entry, keys)
            if wrong is not None:
                broken.append(Broken(batch=batch.number, message_id=entry.message_id, detail=wrong))
        first, previous = batch.number + 1, batch.hash
    return broken


def _wrong(entry: Entry, keys: KeySet) -> str | None:
    try:
        if evidence_of(entry.party, entry.signature, keys) != entry.signed():
            return "The signature is over something else than the entry says."
    except BadSignature as error:
        return f"The signature does not hold: {error}"
    if entry.original and original_digest(entry) != entry.digest:
        return "The original does not have the digest that was signed."
    return None


def original_digest(entry: Entry) -> str | None:
    """The digest of the archived original, made again from its bytes; None where it cannot be read."""
    try:
        if entry.media_type == CSV:
            (row,) = read_body(CSV, entry.original, ()).parts
            return row.digest if isinstance(row, Part) else None
        return digest(json.loads(entry.original))
    except (ProblemError, ValueError, RecursionError):
        return None
