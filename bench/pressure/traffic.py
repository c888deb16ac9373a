"""Traffic with a bound on what is under way: handed in as fast as it is answered for, so at the speed there is.

A fixed rate would measure the machine's neighbours. With a bound, throughput and delay tell the same thing, and a run
with a fault can be laid beside one without, whatever the machine does besides.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from bench.pressure.stack import Stack
from deploy.demo.documents import FROM, PAGES, TO, Prepared, as_json_lines, histories
from deploy.national.handing_in import Submitter

PORTION = 1_000
CONFIRMED = "publication-confirmation"
DELIVERED = "delivery-receipt"


@dataclass
class Received:
    """What a stand-in has received so far, read on from where it was read last."""

    url: str
    number: int = 0
    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """Unix time of the receipt, and the delivery."""

    async def read_on(self, client: httpx.AsyncClient) -> list[tuple[float, dict[str, Any]]]:
        """What is new, all of it."""
        new: list[tuple[float, dict[str, Any]]] = []
        while True:
            asked = {"after": self.number, "limit": PORTION}
            page = (await client.get(f"{self.url}/received", params=asked)).raise_for_status().json()
            for item in page["items"]:
                at = datetime.fromisoformat(item["receipt"]["received_at"]).timestamp()
                new.append((at, item["delivery"]))
                self.number = item["number"]
            if page["next"] is None:
                self.messages += new
                return new


class Traffic:
    """Hands in histories at the sending bridge, with at most `window` messages not yet confirmed as published."""

    def __init__(self, stack: Stack, client: httpx.AsyncClient, *, window: int, series: str) -> None:
        token = stack.token("submitter", FROM)
        self._client = client
        self._submitter = Submitter(client, stack.url(f"bridge-{FROM}"), lambda: token)
        self._window = window
        self._histories: Iterator[list[Prepared]] = histories(10_000_000, series=series, seed=len(series))
        self.sender, self.receiver = (Received(stack.url(f"national-{country}")) for country in (FROM, TO))
        self.handed_in: dict[str, float] = {}
        """Unix time, by message id."""
        self.confirmed: dict[str, list[float]] = {}
        """Unix times at which the sender's national system had the confirmations of publication, by message id."""
        self.receipts = 0
        """Receipts of the receiver's national system told to the sender's."""

    async def hand_in(self, *, messages: int | None = None, seconds: float | None = None, rate: float = 1e9) -> None:
        """Hands in at least so many messages, or for so long, at most `rate` a second; returns with some under way."""
        begun, before = time.monotonic(), len(self.handed_in)
        while True:
            sent = len(self.handed_in) - before
            passed = time.monotonic() - begun
            if (messages is not None and sent >= messages) or (seconds is not None and passed >= seconds):
                return
            await self.look()
            if len(self.handed_in) - self.published > self._window or sent > passed * rate:
                await asyncio.sleep(0.1)
                continue
            together = list(itertools.chain.from_iterable(itertools.islice(self._histories, 12)))
            body = as_json_lines([prepared.document for prepared in together])
            now = time.time()
            answer = await self._submitter.hand_in(body, "application/x-ndjson", patience=600)
            assert answer.body["counts"]["accepted"] == len(together), answer.body["counts"]
            self.handed_in |= {prepared.message_id: now for prepared in together}

    @property
    def published(self) -> int:
        """Messages that every page has, as the sender's national system knows."""
        return sum(len(times) >= len(PAGES) for times in self.confirmed.values())

    async def look(self) -> None:
        """Reads what the sender's national system has received."""
        for at, delivery in await self.sender.read_on(self._client):
            kind = delivery["document"]["document_type"]
            if kind == CONFIRMED:
                self.confirmed.setdefault(delivery["document"]["message_id"], []).append(at)
            elif kind == DELIVERED:
                self.receipts += 1

    async def settle(self, *, receipts: bool, seconds: float) -> None:
        """Waits until everything is published and, where wanted, delivered and told. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                await self.look()
                whole = self.published == len(self.handed_in)
                if whole and (not receipts or self.receipts == len(self.handed_in)):
                    return
                await asyncio.sleep(0.5)

    def delays(self, since: int, until: int) -> list[float]:
        """Seconds from handing in to each confirmation, of the messages handed in as number `since` to `until`."""
        chosen = itertools.islice(self.handed_in.items(), since, until)
        return [at - sent for key, sent in chosen for at in self.confirmed.get(key, ())]


def out_of_order(received: Received) -> list[str]:
    """Deliveries that came after a later one of their subject, or twice."""
    wrong, last, seen = [], dict[str, int](), set[str]()
    for _, delivery in received.messages:
        subject, sequence = delivery["subject"], delivery["sequence"]
        if sequence <= last.get(subject, 0) or delivery["delivery_id"] in seen:
            wrong.append(delivery["delivery_id"])
        last[subject] = sequence
        seen.add(delivery["delivery_id"])
    return wrong
