"""What a stand-in has received, in order of first arrival, kept in one append-only file that outlives kill -9."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field


class Delivery(BaseModel):
    """One member of a group that a bridge hands over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    delivery_id: str = Field(min_length=1)
    """The same over all attempts at this delivery."""
    type: str
    subject: str
    sequence: int | None = None
    """The emitter's own order of this subject."""
    traceparent: str | None = None
    document: dict[str, Any]
    """In this country's format."""


class Receipt(BaseModel):
    """The answer to one delivery; a repeat gets the same."""

    model_config = ConfigDict(frozen=True)

    delivery_id: str
    receipt_number: str
    status: Literal["accepted", "refused"]
    reason: str | None = None
    received_at: datetime


class Record(BaseModel):
    """A delivery with its receipt; `number` counts first arrivals from 1, `repeats` what came again afterwards."""

    model_config = ConfigDict(frozen=True)

    number: int
    delivery: Delivery
    receipt: Receipt
    repeats: int = 0


class Records:
    """The file and what it says. One process at a time.

    A line is either a first arrival (`{"delivery":…,"receipt":…}`) or a repeat (`{"repeat":"<delivery id>"}`).
    """

    def __init__(self, folder: Path, country: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._country = country
        self._deliveries: list[Delivery] = []
        self._receipts: dict[str, Receipt] = {}
        self._repeats: Counter[str] = Counter()
        path = folder / "received.jsonl"
        kept = self._read(path.read_bytes()) if path.exists() else 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        # A line that a crash cut short was never answered.
        os.ftruncate(self._file, kept)

    def _read(self, content: bytes) -> int:
        """Takes in the whole lines of a file; says how long they are together."""
        kept = content.rfind(b"\n") + 1
        for line in content[:kept].splitlines():
            entry = orjson.loads(line)
            if "repeat" in entry:
                self._repeats[entry["repeat"]] += 1
            else:
                self._keep(Delivery.model_validate(entry["delivery"]), Receipt.model_validate(entry["receipt"]))
        return kept

    def _keep(self, delivery: Delivery, receipt: Receipt) -> None:
        self._deliveries.append(delivery)
        self._receipts[delivery.delivery_id] = receipt

    def take(self, deliveries: Sequence[Delivery], now: datetime, *, refuse: str | None = None) -> list[Receipt]:
        """Records what is new and answers every member, in order; on disk when this returns.

        `refuse` is the reason with which new ones are refused. Blocks for one append and one fsync. Raises OSError
        where there is no room on disk: then nothing was received.
        """
        lines, fresh, repeats = [], dict[str, tuple[Delivery, Receipt]](), list[str]()
        for delivery in deliveries:
            if delivery.delivery_id in self._receipts or delivery.delivery_id in fresh:
                repeats.append(delivery.delivery_id)
                lines.append(orjson.dumps({"repeat": delivery.delivery_id}))
                continue
            receipt = Receipt(
                delivery_id=delivery.delivery_id,
                receipt_number=f"{self._country.upper()}-{len(self._deliveries) + len(fresh) + 1:07d}",
                status="accepted" if refuse is None else "refused",
                reason=refuse,
                received_at=now,
            )
            fresh[delivery.delivery_id] = delivery, receipt
            lines.append(orjson.dumps({"delivery": delivery.model_dump(), "receipt": receipt.model_dump()}))
        if lines:
            self._append(b"\n".join(lines) + b"\n")
        for delivery, receipt in fresh.values():
            self._keep(delivery, receipt)
        self._repeats.update(repeats)
        return [self._receipts[delivery.delivery_id] for delivery in deliveries]

    def _append(self, content: bytes) -> None:
        """On disk when this returns, and not at all when it raises OSError, as on a full one."""
        before = os.fstat(self._file).st_size
        try:
            if os.write(self._file, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def after(self, number: int, limit: int) -> list[Record]:
        """Up to `limit` records that first arrived after record `number`, oldest first."""
        return [
            Record(
                number=place,
                delivery=delivery,
                receipt=self._receipts[delivery.delivery_id],
                repeats=self._repeats[delivery.delivery_id],
            )
            for place, delivery in enumerate(self._deliveries[number : number + limit], start=number + 1)
        ]

    def known(self, delivery_id: str) -> bool:
        """Whether this delivery was received before."""
        return delivery_id in self._receipts

    @property
    def total(self) -> int:
        """First arrivals so far."""
        return len(self._deliveries)

    def close(self) -> None:
        os.close(self._file)
