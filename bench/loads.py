"""The loads: 1 KB messages in the product's envelope, keyed as the product keys them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

from shared.contracts.base import Contract
from shared.messaging.envelope import Message

BODY_BYTES = 1000


class Report(Contract):
    """The command of the benchmark: some text about a stream."""

    amount: int
    text: str


class Reported(Contract):
    """The event it becomes."""

    amount: int
    text: str


def messages(streams: Iterator[str], first_sequence: int = 1) -> Iterator[Message]:
    """A message for each stream id given; sequences count up, so that each is new to its stream."""
    text = "x" * (BODY_BYTES - 40)
    for sequence, stream in enumerate(streams, first_sequence):
        yield Message(
            id=str(uuid.UUID(int=random.getrandbits(128), version=4)),
            source="/bridge-xx/ledger",
            type="Report",
            subject=stream,
            time="2026-01-15T09:00:00.000000Z",
            data=Report(amount=sequence, text=text).model_dump_json().encode(),
            sequence=sequence,
            agreement="xx-yy",
            originator="xx",
            addressee="yy",
            correlationid=str(uuid.uuid4()),
            actor="submitter:ministry@xx",
            traceparent=f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-01",
        )


def new_streams(prefix: str, count: int) -> Iterator[str]:
    """Each stream once, none seen before."""
    return (f"report/{prefix}/{number:08d}" for number in range(count))


def hot_streams(prefix: str, count: int, keys: int = 2000, exponent: float = 1.1) -> Iterator[str]:
    """Few streams get most messages: Zipf over `keys`."""
    weights = [1 / rank**exponent for rank in range(1, keys + 1)]
    chosen = random.Random(7).choices(range(keys), weights, k=count)
    return (f"report/{prefix}/{number:08d}" for number in chosen)
