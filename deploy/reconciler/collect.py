"""Looking: what receipts, national systems, public registers, ledgers and trace files say, over HTTP and from files."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx
import orjson

from deploy.reconciler.reconcile import (
    Arrival,
    Findings,
    Handed,
    LedgerRow,
    Observation,
    ParkedMessage,
    Register,
    Step,
    Told,
    Version,
    reconcile,
)

Role = Literal["submitter", "operator"]
Token = Callable[[Role, str | None], str]
"""A bearer token for a role and, where it acts for one, a party."""

PORTION = 1_000
AT_ONCE = 8
"""Receipts asked for at the same time."""
BETWEEN_LOOKS = 0.5
"""Seconds at least; as long as a look takes, so that looking does not hold up what is looked at."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. URLs without a slash at the end."""

    bridges: Mapping[str, str]
    """By country."""
    nationals: Mapping[str, str]
    """By country."""
    services: Mapping[str, str]
    """By name: all that may have parked something."""
    publication: str
    registers: Sequence[str]
    """Names of the public registers to read, of every country that publishes."""
    traces: Path


class Collector:
    """Gathers an observation, and again: what cannot change any more is not asked for twice.

    Raises httpx.HTTPError where a place does not answer, or not as it should.
    """

    def __init__(self, client: httpx.AsyncClient, places: Places, token: Token) -> None:
        self._client = client
        self._places = places
        self._token = token
        self._tokens: dict[tuple[Role, str | None], str] = {}
        self._arrivals: list[Arrival] = []
        self._arrived = dict.fromkeys(places.nationals, 0)
        self._ledger: list[LedgerRow] = []
        self._batches = dict.fromkeys(places.bridges, 0)
        self._steps: dict[tuple[str, str], Step] = {}
        self._read: dict[Path, int] = {}
        self._ended: dict[str, Told] = {}

    async def observe(self, handed: Sequence[Handed], registers: Sequence[Register] = ()) -> Observation:
        """Everything there is to see about these messages, their receipts as they are now."""
        # Receipts first: what a sender knows by now must be there when the rest is looked at.
        known = await self._receipts(handed)
        for country in self._places.nationals:
            await self._read_arrivals(country)
        for country in self._places.bridges:
            await self._read_ledger(country)
        versions = [version for country in sorted(self._places.nationals) for version in await self._versions(country)]
        self._read_traces()
        return Observation(
            handed=[
                message
                if message.told is None or message.told.receipt_id is None
                else replace(message, told=known.get(message.told.receipt_id, message.told))
                for message in handed
            ],
            arrivals=self._arrivals,
            versions=versions,
            ledger=self._ledger,
            steps=list(self._steps.values()),
            parked=await self._parked(),
            registers=registers,
        )

    async def settle(
        self,
        handed: Sequence[Handed],
        seconds: float,
        on_look: Callable[[Findings], None] = lambda _: None,
        registers: Sequence[Register] = (),
    ) -> Findings:
        """Looks until waiting can bring nothing more, or nothing has moved for so many seconds: what is found then.

        A place that does not answer is asked again; after the seconds its httpx.HTTPError is raised.
        """
        now = asyncio.get_running_loop().time
        until = now() + seconds
        fewest: int | None = None
        while True:
            begun = now()
            try:
                findings = reconcile(await self.observe(handed, registers))
            except httpx.HTTPError:
                if begun >= until:
                    raise
            else:
                on_look(findings)
                if findings.settled or begun >= until:
                    return findings
                if fewest is None or len(findings.findings) < fewest:
                    fewest, until = len(findings.findings), begun + seconds
            await asyncio.sleep(max(BETWEEN_LOOKS, now() - begun))

    async def _get(self, url: str, role: Role | None = None, party: str | None = None, **params: Any) -> Any:
        headers = {}
        if role is not None:
            if (role, party) not in self._tokens:
                self._tokens[role, party] = self._token(role, party)
            headers["authorization"] = f"Bearer {self._tokens[role, party]}"
        answer = await self._client.get(url, params=params, headers=headers)
        return orjson.loads(answer.raise_for_status().content)

    async def _receipts(self, handed: Sequence[Handed]) -> dict[str, Told]:
        """What is told now, by the message's receipt id; nothing of what was rejected at once."""
        gate = asyncio.Semaphore(AT_ONCE)
        known = dict(self._ended)

        async def ask(sender: str, submission: str, messages: Sequence[Handed]) -> None:
            async with gate:
                url = f"{self._places.bridges[sender]}/v1/receipts/{quote(submission, safe='')}"
                receipt = await self._get(url, "submitter", sender)
            for message in messages:
                told = told_by(message.message_id, receipt)
                if told.receipt_id is not None:
                    known[told.receipt_id] = told
                    if _has_ended(message, told):
                        self._ended[told.receipt_id] = told

        open_ones: defaultdict[tuple[str, str], list[Handed]] = defaultdict(list)
        for message in handed:
            told = message.told
            if told is not None and told.status != "rejected" and told.receipt_id not in known and told.submission:
                open_ones[message.sender, told.submission].append(message)
        await asyncio.gather(*(ask(*asked, messages) for asked, messages in open_ones.items()))
        return known

    async def _read_arrivals(self, country: str) -> None:
        while True:
            url = f"{self._places.nationals[country]}/received"
            page = await self._get(url, after=self._arrived[country], limit=PORTION)
            for item in page["items"]:
                delivery = item["delivery"]
                self._arrivals.append(
                    Arrival(
                        country=country,
                        number=item["number"],
                        delivery_id=delivery["delivery_id"],
                        type=delivery["type"],
                        receipt_number=item["receipt"]["receipt_number"],
                        trace_id=_trace_id(delivery["traceparent"]),
                        texts=frozenset(texts_in(delivery["document"])),
                        subject=delivery["subject"],
                    )
                )
                self._arrived[country] = item["number"]
            if page["next"] is None:
                return

    async def _read_ledger(self, country: str) -> None:
        while True:
            url = f"{self._places.bridges[country]}/v1/ledger"
            page = await self._get(url, "operator", country, after=self._batches[country], limit=100)
            for batch in page["batches"]:
                self._ledger += [
                    LedgerRow(
                        country,
                        entry["direction"],
                        entry["message_id"],
                        entry["receipt"]["receipt_id"],
                        entry["digest"],
                    )
                    for entry in batch["entries"]
                ]
                self._batches[country] = batch["number"]
            if page["next"] is None:
                return

    async def _versions(self, country: str) -> list[Version]:
        found = []
        for register in self._places.registers:
            url = f"{self._places.publication}/api/v1/registers/{register}.json"
            for entry in await self._get(url, country=country):
                found += [
                    Version(country, entry["id"], place, frozenset(texts_in(version)), register, version["change"])
                    for place, version in enumerate(entry["versions"])
                ]
        return found

    async def _parked(self) -> list[ParkedMessage]:
        parties = {url: country for country, url in self._places.bridges.items()}
        return [
            ParkedMessage(service, item["parked_id"], item["stream"], _trace_id(item["traceparent"]))
            for service, url in self._places.services.items()
            for item in (await self._get(f"{url}/v1/parked", "operator", parties.get(url), limit=1000))["items"]
        ]

    def _read_traces(self) -> None:
        """Reads on in the trace files from where it stopped; a line still being written is read next time."""
        for path in sorted(self._places.traces.glob("*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                content = file.read()
            whole = content.rfind(b"\n") + 1
            self._read[path] = self._read.get(path, 0) + whole
            for line in content[:whole].splitlines():
                try:
                    span = orjson.loads(line)
                except orjson.JSONDecodeError:
                    # Empty, or cut short by a kill or a full disk: nothing was said to have happened then.
                    continue
                self._steps[span["trace_id"], span["span_id"]] = Step(
                    span["trace_id"],
                    span["span_id"],
                    span["parent_id"],
                    span["remote_parent"],
                    span["service"],
                    span["name"],
                    span["attributes"].get("kakehashi.delivery"),
                )


def told_by(message_id: str, receipt: Mapping[str, Any]) -> Told:
    """What a receipt says of one of its messages: of a duplicate, what was said the first time.

    Raises KeyError where it says nothing of it.
    """
    item = next((item for item in receipt["items"] if item["message_id"] == message_id), None)
    if item is None:
        raise KeyError(message_id)
    delivered, edition = item["delivered"], item.get("edition")
    errors = [found["slug"] for found in item["problems"] if found["severity"] == "error"]
    if item["refused"] is not None:
        errors.append(item["refused"]["slug"])
    return Told(
        receipt_id=item["receipt_id"],
        submission=receipt["receipt_id"] or item["receipt_id"],
        status=item["original_status"] or item["status"],
        digest=item["digest"],
        trace_id=_trace_id(item["traceparent"]),
        outcome=item["outcome"] or "pending",
        delivered=delivered and delivered["receipt"]["receipt_number"],
        undelivered=item["undelivered"] is not None,
        problem=errors[0] if errors else None,
        published=frozenset(item["published"]),
        decision=edition and edition["decision"] and edition["decision"]["decision"],
    )


def _has_ended(message: Handed, told: Told) -> bool:
    """Whether nothing more can be told of it."""
    gone = told.delivered is not None or told.undelivered
    return told.outcome == "refused" or (gone and told.published >= message.pages)


def texts_in(value: Any) -> Iterator[str]:
    """Every text and number anywhere in a JSON value, as text."""
    if isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from texts_in(member)


def _trace_id(traceparent: str | None) -> str | None:
    """The trace id of a W3C `traceparent`."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None
