"""Copies of a ledger's batches in Kafka, sealed for their own bridge alone, from which a lost database is made good.

A batch's copy is acknowledged before its commands are sent. So whatever others have seen of a ledger is in its copies,
and one that was restored from a backup can go on from there: under no number that a receiver has seen already, with
every receipt that was given, in the same chain. What a copy says is believed only if it hangs in the chain and is
signed by the bridge's own country.
"""

from __future__ import annotations

import asyncio
import uuid
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Final

import bson
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.bridge.entries import Batch
from shared.messaging.publisher import Outgoing
from shared.security.own import OwnSeal

PIECE_BYTES: Final = 900_000
"""Of a record; a batch may have several."""
_MARGIN: Final = 50
"""Records."""
_READ_SECONDS: Final = 30.0


class CopiesUnreadable(Exception):  # noqa: N818
    """The topic of copies does not give what it has."""


class Copies:
    """The topic of one bridge's copies: one partition, kept for ever."""

    def __init__(self, service: str, bootstrap_servers: str, seal: OwnSeal) -> None:
        self.topic = f"{service}.ledger.v1"
        self._bootstrap_servers = bootstrap_servers
        self._seal = seal

    def records(self, batch: Batch) -> Sequence[Outgoing]:
        """A batch as records, to be sent in order."""
        sealed = self._seal.seal(zlib.compress(bson.encode(batch.document()), 1))
        pieces = [sealed[start : start + PIECE_BYTES] for start in range(0, len(sealed), PIECE_BYTES)]
        key, kid, copy = str(batch.number).encode(), self._seal.key_id.encode(), uuid.uuid4().bytes
        return [
            Outgoing(
                self.topic,
                key,
                piece,
                [("kid", kid), ("copy", copy), ("pieces", b"%d" % len(pieces))],
                0,
            )
            for piece in pieces
        ]

    async def after(self, number: int) -> AsyncIterator[Batch]:
        """The batches beyond this number, in order, some perhaps twice, and some before it first.

        Raises CopiesUnreadable, NotOurs, KafkaError.
        """
        place = TopicPartition(self.topic, 0)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False, max_partition_fetch_bytes=4_000_000
        )
        await consumer.start()
        try:
            consumer.assign([place])
            begin = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
            start, step = end, _MARGIN
            # Looking back in growing steps: a topic of many years is not read to find a few batches at its end.
            while start > begin:
                start, step = max(begin, start - step), step * 4
                consumer.seek(place, start)
                async with asyncio.timeout(_READ_SECONDS):
                    found_there = int((await consumer.getone(place)).key)
                if found_there <= number:
                    break
            # Several instances write here: another one's copy of the next batch may stand a little earlier.
            start = max(begin, start - _MARGIN)
            consumer.seek(place, start)
            pieces: defaultdict[bytes, list[bytes]] = defaultdict(list)
            while start < end:
                found = await consumer.getmany(place, timeout_ms=int(_READ_SECONDS * 1000))
                if not found:
                    raise CopiesUnreadable(f"{self.topic} ends at {end} and gives nothing from {start} on.")
                for record in found[place]:
                    start = record.offset + 1
                    headers = dict(record.headers)
                    pieces[headers["copy"]].append(record.value)
                    if len(pieces[headers["copy"]]) == int(headers["pieces"]):
                        sealed = b"".join(pieces.pop(headers["copy"]))
                        opened = self._seal.open(headers["kid"].decode(), sealed)
                        yield Batch.restore(bson.decode(zlib.decompress(opened)))
        finally:
            await consumer.stop()
